"""The simulated table answers every call of the stories as the embedded DynamoDB does."""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.stack.aws import Aws
from local.view.alert_lines import STREAMS
from tests.faults.functions import TABLE
from tests.faults.plans import Kind, Plan, plan_of
from tests.faults.runs import Calm, tell
from tests.faults.stories import STORIES
from tocsin.adapters.aws_json import DYNAMODB, AwsError, AwsJsonClient, Call, Service
from tocsin_cli.simulated.table import Record, RefusedError, SimulatedTable

type Parameters = Mapping[str, Any]
type Answer = dict[str, Any]

_RUNS = itertools.count()
_OF_CONCURRENCY = frozenset(("TransactionConflictException",))


@dataclass
class Recording:
    """What a table was asked, what it answered, and what its stream told."""

    table: SimulatedTable | None = None
    calls: list[tuple[str, Parameters, Answer]] = field(default_factory=list)
    told: list[Record] = field(default_factory=list)


@pytest.fixture
def recording(monkeypatch: pytest.MonkeyPatch) -> Recording:
    recording = Recording()
    original, tell_change = SimulatedTable.answer, SimulatedTable._tell

    def answer(table: SimulatedTable, operation: str, parameters: Parameters) -> Answer:
        recording.table = table
        try:
            answer = original(table, operation, parameters)
        except RefusedError as refused:
            recording.calls.append((operation, parameters, _refusal_of(refused)))
            raise
        recording.calls.append((operation, parameters, answer))
        return answer

    def told(table: SimulatedTable, *change: Any) -> None:  # noqa: ANN401 - as `_tell`
        tell_change(table, *change)
        recording.told.append(table.records[-1])

    monkeypatch.setattr(SimulatedTable, "answer", answer)
    monkeypatch.setattr(SimulatedTable, "_tell", told)
    return recording


@pytest.fixture
def table(embedded: Aws, template: dict[str, Any]) -> Iterator[str]:
    """An empty table with its stream; the stream's ARN."""
    declared = template["Resources"]["Table"]["Properties"]
    shape = {
        name: declared[name]
        for name in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    }
    stream = {"StreamEnabled": True, **declared["StreamSpecification"]}
    client = embedded.client("dynamodb")
    made = client.create_table(TableName=TABLE, StreamSpecification=stream, **shape)
    yield made["TableDescription"]["LatestStreamArn"]
    client.delete_table(TableName=TABLE)


def plan_for(story: Calm, *, is_calm: bool) -> Plan:
    """The embedded DynamoDB is always up to date, and never sees two requests at once."""
    without = frozenset((Kind.STALE, Kind.GSI_LAG))
    seed = STORIES.index(story.story)
    return () if is_calm else plan_of(seed, story.boundaries, without=without)


@pytest.mark.loopback
@pytest.mark.parametrize("is_calm", [True, False], ids=["calm", "with faults"])
def test_the_simulated_and_the_embedded_table_answer_alike(
    story: Calm,
    recording: Recording,
    client_of: Callable[[Service], AwsJsonClient],
    table: str,
    *,
    is_calm: bool,
) -> None:
    tell(story.story, story.template, plan_for(story, is_calm=is_calm))
    run = next(_RUNS)

    call = client_of(DYNAMODB).call
    for operation, parameters, expected in recording.calls:
        if expected.get("code") in _OF_CONCURRENCY:
            continue
        answer = answered(call, operation, of_this_run(parameters, run))
        assert alike(answer, parameters) == alike(expected, parameters), (operation, parameters)
    stored = call("Scan", {"TableName": TABLE, "ConsistentRead": True})["Items"]

    assert recording.table is not None
    assert by_key(stored) == by_key(recording.table.items)
    assert by_item(stream_of(client_of(STREAMS).call, table)) == by_item(recording.told)


def alike(answer: Answer, parameters: Parameters) -> Answer:
    """A full page that nothing follows names a last key on AWS, and embedded maybe none.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
    """
    if len(answer.get("Items", ())) != parameters.get("Limit"):
        return answer
    return {name: value for name, value in answer.items() if name != "LastEvaluatedKey"}


def of_this_run(parameters: Parameters, run: int) -> Parameters:
    """DynamoDB knows a token for ten minutes, in every table."""
    if "ClientRequestToken" not in parameters:
        return parameters
    return {**parameters, "ClientRequestToken": f"{run}-{parameters['ClientRequestToken']}"}


def answered(call: Call, operation: str, parameters: Parameters) -> Answer:
    try:
        answer = call(operation, parameters)
    except AwsError as error:
        reasons = [_without_message(reason) for reason in error.reasons]
        return {"code": error.code, "item": error.item, "reasons": reasons}
    return answer


def _refusal_of(refused: RefusedError) -> Answer:
    reasons = refused.answer.get("CancellationReasons", ())
    return {
        "code": refused.code,
        "item": refused.answer.get("Item"),
        "reasons": [_without_message(reason) for reason in reasons],
    }


def _without_message(reason: Parameters) -> Answer:
    return {name: value for name, value in reason.items() if name != "Message"}


def by_key(items: list[Any]) -> dict[tuple[str, str], Any]:
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}


def by_item(records: list[Record]) -> dict[tuple[str, str], list[Any]]:
    """Each item's changes in their order; between items there is none."""
    told: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for record in records:
        change = record["dynamodb"]
        place = change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]
        images = change.get("OldImage"), change.get("NewImage")
        told[place].append((record["eventName"], *images))
    return told


def stream_of(call: Call, arn: str) -> list[Record]:
    (shard,) = call("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]
    request = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = call("GetShardIterator", request)["ShardIterator"]
    records: list[Record] = []
    while page := call("GetRecords", {"ShardIterator": iterator}):
        if not page["Records"]:
            break
        records += page["Records"]
        iterator = page["NextShardIterator"]
    return records
