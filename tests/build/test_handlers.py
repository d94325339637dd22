"""Each handler, with only what is deployed on the path."""

from pathlib import Path
from typing import Any

import pytest

from tests.build.conftest import Built, modules_of

pytestmark = pytest.mark.build

# Modules loaded at a cold start, the interpreter's own included. Each costs time and money at
# every start (INIT is billed), and unlike milliseconds their number is the same on every machine.
MODULE_CEILINGS = {
    "IngestFunction": 170,
    "CompatFunction": 170,
    "AlertsApiFunction": 290,
    "ActionsFunction": 265,
    "CalendarFunction": 245,
    "ConsoleFunction": 130,
    "SessionFunction": 245,
    "TableChangeFunction": 286,
    "TickFunction": 286,
    "TimerFunction": 286,
    "FirstKeyFunction": 248,
    "NotifierFunction": 293,
    "TeamConfigFunction": 214,
}
PYDANTIC = "pydantic"
AWS_SDK = "boto3"
EVENT_HANDLER = "aws_lambda_powertools.event_handler"
TRACER = "aws_xray_sdk"
NEVER_LOADED = {PYDANTIC, AWS_SDK, EVENT_HANDLER, TRACER}
NEVER_LOADED_BY = {
    "FirstKeyFunction": {"cryptography"},
    "NotifierFunction": {"apprise", "cryptography", "http_ece", "py_vapid", "urllib3"},
}
"""Besides."""
WITHOUT_THE_LAYER = {"ConsoleFunction"}
"""They load nothing of it."""


@pytest.fixture(params=sorted(MODULE_CEILINGS))
def function(request: pytest.FixtureRequest, functions: dict[str, Built]) -> Built:
    name: str = request.param
    return functions[name]


@pytest.fixture
def modules(function: Built, layer: Path, tmp_path: Path) -> dict[str, str | None]:
    return modules_of(function, layer, elsewhere=tmp_path)


def test_every_function_has_a_budget(template: dict[str, Any]) -> None:
    declared = {
        logical_id
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert declared == set(MODULE_CEILINGS)


def test_the_shared_package_comes_from_the_layer(
    function: Built, modules: dict[str, str | None], layer: Path
) -> None:
    if function.logical_id in WITHOUT_THE_LAYER:
        assert not [name for name in modules if name.startswith("tocsin")]
        return
    assert modules["tocsin"] == str(layer / "tocsin/__init__.py")


def test_a_cold_start_loads_no_more_modules_than_budgeted(
    function: Built, modules: dict[str, str | None]
) -> None:
    loaded = len(modules)

    assert loaded <= MODULE_CEILINGS[function.logical_id]


def test_a_cold_start_leaves_slow_packages_alone(
    function: Built, modules: dict[str, str | None]
) -> None:
    never_loaded = NEVER_LOADED | NEVER_LOADED_BY.get(function.logical_id, set())

    assert not never_loaded & modules.keys()
