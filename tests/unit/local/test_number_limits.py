"""Limits of queues' mappings are numbers in the embedded AWS, as they are on AWS."""

from typing import Any, cast

from local.ministack_gaps.number_limits import set_numbers
from local.stack.aws import Aws


class Functions:
    """One function with a limit that came as a text, one without any."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []

    def client(self, service: str) -> "Functions":
        assert service == "lambda"
        return self

    def list_event_source_mappings(self, *, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        scaling = {"ScalingConfig": {"MaximumConcurrency": "10"}}
        limit = scaling if FunctionName == "notifier" else {}
        return {"EventSourceMappings": [{"UUID": f"{FunctionName}-mapping", **limit}]}

    def update_event_source_mapping(self, **update: object) -> None:
        self.updates.append(update)


def test_a_limit_becomes_a_number_and_a_mapping_without_one_stays() -> None:
    functions = Functions()

    set_numbers(cast("Aws", functions), ["timer", "notifier"])

    assert functions.updates == [
        {"UUID": "notifier-mapping", "ScalingConfig": {"MaximumConcurrency": 10}}
    ]
