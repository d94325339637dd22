"""The files in `events`, given to the deployed functions by name."""

import json
from typing import Any

import pytest

from local.stack.places import ROOT
from local.stack.start import Stack

EVENTS = {file.stem: file for file in sorted((ROOT / "events").glob("*.json"))}
FUNCTIONS = {
    "ingest_": "IngestFunction",
    "actions_": "ActionsFunction",
    "alerts_api_": "AlertsApiFunction",
    "escalator_tick": "TickFunction",
    "escalator_timer": "TimerFunction",
}
"""The others change what nobody has: the deployment and the stream give them what they need."""


def invoked(stack: Stack, function: str, event: bytes) -> Any:  # noqa: ANN401 - as it answers
    answer = stack.aws.client("lambda").invoke(
        FunctionName=stack.deployment.functions[function].name, Payload=event
    )
    text = answer["Payload"].read().decode()
    assert "FunctionError" not in answer, text
    return json.loads(text)


@pytest.mark.parametrize("name", [name for name in EVENTS if name.startswith(tuple(FUNCTIONS))])
def test_a_deployed_function_takes_its_events(stack: Stack, name: str) -> None:
    function = next(it for prefix, it in FUNCTIONS.items() if name.startswith(prefix))

    answer = invoked(stack, function, EVENTS[name].read_bytes())

    match function:
        case "TimerFunction":
            assert answer == {"batchItemFailures": []}
        case "TickFunction":
            assert "errorMessage" not in (answer or {})
        case _:
            # Their tokens and keys belong to nobody here.
            expected = 404 if name.startswith(("actions_", "ingest_")) else 401
            open_to_all = {
                "actions_slack": 401,
                "alerts_api_health": 200,
                "ingest_events_by_key": 401,
            }
            assert answer["statusCode"] == open_to_all.get(name, expected)
