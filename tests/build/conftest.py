"""What `sam build` made, and what its handlers load when nothing else is on the path."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

BUILD = Path(__file__).parents[2] / ".aws-sam/build"

# What CloudFormation fills in; everything else is in the template as it is.
DEPLOYED_VALUES = {
    "ALLOW_PRIVATE_WEBHOOKS": "false",
    "LOG_LEVEL": "INFO",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "PUBLIC_URL": "",
    "RETENTION_DAYS": "90",
    "TIMERS_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/000000000000/timers",
}

LOAD_HANDLER = """
import importlib, json, sys
module, _, handler = sys.argv[1].rpartition(".")
assert callable(getattr(importlib.import_module(module), handler))
print(json.dumps({name: getattr(sys.modules[name], "__file__", None) for name in sys.modules}))
"""


@dataclass(frozen=True, kw_only=True)
class Built:
    """A function as it is deployed."""

    logical_id: str
    handler: str
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def layer() -> Path:
    """The folder that is /opt/python in Lambda."""
    folder = BUILD / "CommonLayer/python"
    if not folder.is_dir():
        pytest.fail("Nothing is built: run make build first.")
    return folder


@pytest.fixture(scope="session")
def functions(layer: Path, template: dict[str, Any]) -> dict[str, Built]:
    assert layer.is_dir()
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    return {
        logical_id: Built(
            logical_id=logical_id,
            handler=resource["Properties"]["Handler"],
            folder=BUILD / logical_id,
            environment=_filled_in(
                shared | resource["Properties"].get("Environment", {}).get("Variables", {})
            ),
        )
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def _filled_in(variables: dict[str, str | None]) -> dict[str, str]:
    return {
        name: DEPLOYED_VALUES.get(name, "tocsin") if value is None else str(value)
        for name, value in variables.items()
    }


def modules_of(function: Built, layer: Path, elsewhere: Path) -> dict[str, str | None]:
    """Load a handler as Lambda does; answer every module that this loaded, and its file."""
    loaded = subprocess.run(
        [sys.executable, "-S", "-P", "-c", LOAD_HANDLER, function.handler],
        cwd=elsewhere,
        env={
            **function.environment,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "eu-central-1",
            "AWS_LAMBDA_FUNCTION_NAME": function.logical_id,
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": f"{function.folder}:{layer}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if loaded.returncode:
        pytest.fail(f"{function.handler} cannot be loaded:\n{loaded.stderr}")
    modules: dict[str, str | None] = json.loads(loaded.stdout.splitlines()[-1])
    return modules
