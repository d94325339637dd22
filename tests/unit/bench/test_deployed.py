"""The bench starts functions as they are deployed."""

from pathlib import Path

import pytest

from bench.deployed import Function
from tocsin.lambda_runtime.settings import REQUIRED, Settings

MEASURED = (
    "functions.ingest.app.handler",
    "functions.alerts_api.app.handler",
    "functions.escalator.app.on_timer",
)


@pytest.mark.parametrize("handler", MEASURED)
def test_a_function_finds_all_that_it_needs_to_start(handler: str) -> None:
    assert handler in REQUIRED
    function = Function(
        logical_id="", handler=handler, path=(Path(),), service="", memory_megabytes=512
    )
    beside = {"TABLE_NAME": "tocsin", "AWS_REGION": "us-east-1", "_HANDLER": handler}

    assert Settings.from_environment({**function.environment, **beside}).table_name == "tocsin"
