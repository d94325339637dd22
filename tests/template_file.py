"""template.yaml as tests read it."""

from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


class _CloudFormationLoader(yaml.CSafeLoader):
    """Reads a template; intrinsic functions such as !Ref become None."""


_CloudFormationLoader.add_multi_constructor("!", lambda *_: None)


def read_template(text: str | None = None) -> dict[str, Any]:
    """Read it, or the text of an earlier one, with None in place of intrinsic functions."""
    parsed: dict[str, Any] = yaml.load(text or TEMPLATE.read_text(), _CloudFormationLoader)  # noqa: S506 - a SafeLoader
    return parsed
