"""The functions that `make build` made, with and without byte code."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from local.stack.places import ROOT
from local.stack.prerequisites import LocalStackError

BUILD: Final = ROOT / ".aws-sam/build"
_LAYER: Final = "CommonLayer/python"
_QUEUES: Final = "https://sqs.us-east-1.amazonaws.com/000000000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """`path` takes the place of /var/task and /opt/python."""

    logical_id: str
    handler: str
    path: Sequence[Path]
    service: str
    memory_megabytes: int

    @property
    def environment(self) -> Mapping[str, str]:
        """As in template.yaml, without the table's name. Nothing is at the addresses of queues."""
        return {
            "POWERTOOLS_SERVICE_NAME": self.service,
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "POWERTOOLS_METRICS_NAMESPACE": "Tocsin",
            "LOG_LEVEL": "INFO",
            "RETENTION_DAYS": "90",
            "PUBLIC_URL": "",
            "TIMERS_QUEUE_URL": f"{_QUEUES}/timers",
            "DELIVERIES_QUEUE_URL": f"{_QUEUES}/deliveries",
            "FAILURES_QUEUE_URL": f"{_QUEUES}/failures",
            "CHANNEL_SECRETS_PREFIX": "/tocsin/bench",
            "LINK_KEY_PARAMETER": "/tocsin/bench/link-key",
            "PUSH_KEY_PARAMETER": "/tocsin/bench/push-key",
            "PUSH_PUBLIC_KEY": "B-public",
            "TEAM": "tocsin",
            "STAGE": "bench",
        }


def built_functions(build: Path = BUILD) -> Mapping[str, Function]:
    """By logical id.

    Raises:
        LocalStackError: Nothing is built.
    """
    template = build / "template.yaml"
    if not template.is_file():
        raise LocalStackError("Nothing is built: run `make build` first.")
    resources = read_template(template)["Resources"]
    return {
        logical_id: Function(
            logical_id=logical_id,
            handler=resource["Properties"]["Handler"],
            path=(build / logical_id, build / _LAYER),
            service=resource["Properties"]["Handler"].split(".")[1],
            memory_megabytes=resource["Properties"]["MemorySize"],
        )
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def without_byte_code(folder: Path) -> Path:
    """Copy the build as `sam build` alone leaves it: sources only."""
    copy = folder / "sources"
    shutil.copytree(BUILD, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def read_template(path: Path) -> dict[str, Any]:
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    return template


class _Loader(yaml.SafeLoader):
    """Reads a template; intrinsic functions such as !Ref become None."""


_Loader.add_multi_constructor("!", lambda *_: None)
