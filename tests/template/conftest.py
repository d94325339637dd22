"""template.yaml as written, and as CloudFormation gets it from SAM."""

from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from tests.template.intrinsics import Template
from tests.template_file import TEMPLATE


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="session")
def written() -> Template:
    return Template(_parsed())


@pytest.fixture(scope="session")
def deployed() -> Template:
    """What SAM makes of the template; the parameters have their defaults."""
    template = _parsed()
    for resource in template["Resources"].values():
        for source in ("CodeUri", "ContentUri"):
            if source in resource.get("Properties", {}):
                resource["Properties"][source] = "s3://bucket/as-after-sam-package"
    return Template(transform(template, {}, _NoManagedPolicies()))


def _parsed() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
    return parsed
