"""`make redrive`, as the person on duty runs it."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.stack.places import ROOT
from local.stack.start import Stack
from ops.dead_letters import waiting
from ops.table_changes import as_lambda_reads
from tests.stack.client import Client, Sender, eventually
from tocsin.adapters.dynamodb.timeline.stream import kept_record

WIRE = Path(__file__).parents[1] / "data/wire/eventbridge"
DRY, APPLIED = "make redrive ENV=local", "make redrive ENV=local APPLY=1"


@pytest.fixture(scope="module")
def ids(stack: Stack) -> dict[str, str]:
    return dict(stack.deployment.ids)


def redrive(stack: Stack, command: str = APPLIED) -> str:
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(stack.places.kept), **stack.aws.environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def put_aside(stack: Stack, queue: str, body: object) -> None:
    stack.aws.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(body))


def records_of(stack: Stack, alert_id: str) -> list[dict[str, Any]]:
    """All that the stream tells of an alert, as Lambda delivers it."""
    streams = stack.aws.client("dynamodbstreams")
    described = streams.describe_stream(StreamArn=stack.deployment.stream_arn)
    shard = described["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=stack.deployment.stream_arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = []
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        records += [
            json.loads(as_lambda_reads([record]))["Records"][0]
            for record in answer["Records"]
            if record["dynamodb"].get("NewImage", {}).get("id", {}).get("S") == alert_id
        ]
        iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return records


def changes_of(stack: Stack, alert_id: str) -> list[str]:
    """Their sequence numbers."""
    return [record["dynamodb"]["SequenceNumber"] for record in records_of(stack, alert_id)]


def is_told_whole(timeline: list[dict[str, Any]]) -> bool:
    """No policy pages for it, and the stack has no last resort: the ledger's line comes last."""
    return "notification_skipped" in [row["type"] for row in timeline]


def forget(stack: Stack, alert_id: str) -> None:
    """Take an alert's timeline away, as if its changes had never been followed."""
    dynamodb, table = stack.aws.client("dynamodb"), stack.deployment.table_name
    rows = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :slot AND begins_with(sk, :timeline)",
        ExpressionAttributeValues={
            ":slot": {"S": f"A#{alert_id[10:]}"},
            ":timeline": {"S": f"T#{alert_id}#"},
        },
    )["Items"]
    for row in rows:
        dynamodb.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})


def test_changes_that_were_given_up_are_followed_again(
    stack: Stack, ids: dict[str, str], api: Client, rest: Sender, new_name: Callable[[str], str]
) -> None:
    alert_id: str = rest.send(name=new_name("Given up"), severity="critical")["alert_id"]
    told = eventually(lambda: api.timeline(alert_id), is_told_whole)
    forget(stack, alert_id)
    assert api.timeline(alert_id) == []
    numbers = changes_of(stack, alert_id)
    batch = {
        "streamArn": stack.deployment.stream_arn,
        "shardId": "shardId-00000000000000000000-00000000",
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[-1],
    }
    put_aside(stack, ids["TableChangeFailuresQueue"], {"DDBStreamBatchInfo": batch})

    said = redrive(stack)

    assert "TableChangeFailuresQueue       1 followed again" in said
    restored = eventually(lambda: api.timeline(alert_id), bool)
    assert [row["type"] for row in restored if row in told][:1] == ["fired"]
    assert waiting(stack.aws.client("sqs"), ids["TableChangeFailuresQueue"]) == 0


def test_a_change_that_fails_is_set_aside_and_followed_again_once_it_can_be(
    stack: Stack, ids: dict[str, str], api: Client, rest: Sender, new_name: Callable[[str], str]
) -> None:
    """What cannot be read is handed to the function as Lambda does it: the stream has none."""
    sqs, functions = stack.aws.client("sqs"), stack.aws.client("lambda")
    alert_id: str = rest.send(name=new_name("Set aside"), severity="critical")["alert_id"]
    eventually(lambda: api.timeline(alert_id), is_told_whole)
    good, *_ = records_of(stack, alert_id)
    broken = json.loads(json.dumps(good))
    del broken["dynamodb"]["NewImage"]["version"]
    name = stack.deployment.functions["TableChangeFunction"].name

    event = json.dumps({"Records": [broken]})
    answer = functions.invoke(FunctionName=name, Payload=event)

    assert json.load(answer["Payload"]) == {"batchItemFailures": []}
    assert waiting(sqs, ids["TableChangeFailuresQueue"]) == 1
    [message] = sqs.receive_message(
        QueueUrl=ids["TableChangeFailuresQueue"], VisibilityTimeout=0, WaitTimeSeconds=1
    )["Messages"]
    kept = json.loads(message["Body"])
    assert (kept["alert_id"], kept["sk"], kept["error"]) == (alert_id, "LIVE", "KeyError")
    said = redrive(stack, f"{APPLIED} || true")
    assert "the function refused 1 of 1 on change" in said
    assert waiting(sqs, ids["TableChangeFailuresQueue"]) == 1

    sqs.purge_queue(QueueUrl=ids["TableChangeFailuresQueue"])
    put_aside(
        stack,
        ids["TableChangeFailuresQueue"],
        json.loads(kept_record(good, error="KeyError", at=datetime.now(UTC))),
    )
    forget(stack, alert_id)
    assert "TableChangeFailuresQueue       1 followed again" in redrive(stack)
    restored = eventually(lambda: api.timeline(alert_id), bool)
    assert restored[0]["type"] == "fired"
    assert waiting(sqs, ids["TableChangeFailuresQueue"]) == 0


def test_messages_that_fail_three_times_are_set_aside_by_the_function_itself(
    stack: Stack, ids: dict[str, str]
) -> None:
    sqs: Any = stack.aws.client("sqs")
    url = ids["TimersQueue"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    try:
        sqs.send_message(QueueUrl=url, MessageBody="no timer")
        eventually(
            lambda: waiting(sqs, ids["TimersDeadLetterQueue"]), lambda count: count == 1, seconds=30
        )
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before["Attributes"])
    sqs.purge_queue(QueueUrl=ids["TimersDeadLetterQueue"])


def test_events_that_were_given_up_are_taken_in_again(
    stack: Stack, ids: dict[str, str], api: Client, new_name: Callable[[str], str]
) -> None:
    event = json.loads((WIRE / "cloudwatch-alarm-state-change.json").read_text())
    event["detail"]["alarmName"] = name = new_name("Given up")
    body = {"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": event}
    put_aside(stack, ids["EventFailuresQueue"], body)

    assert "EventFailuresQueue             1 taken in again" in redrive(stack)

    listed = api.get("/api/v1/alerts?integration=eventbridge&limit=200").expect(200).data
    assert any(name in alert["name"] for alert in listed)
    assert waiting(stack.aws.client("sqs"), ids["EventFailuresQueue"]) == 0


def test_due_actions_that_were_given_up_go_back_to_their_queue(
    stack: Stack, ids: dict[str, str]
) -> None:
    sqs: Any = stack.aws.client("sqs")
    put_aside(stack, ids["TimersDeadLetterQueue"], {"slot": "0123456789ABCDEF", "due_at": 1})

    shown = redrive(stack, DRY)

    assert "TimersDeadLetterQueue          1 to be put back" in shown
    assert "APPLY=1" in shown
    assert waiting(sqs, ids["TimersDeadLetterQueue"]) == 1
    assert "TimersDeadLetterQueue          1 put back" in redrive(stack)
    assert waiting(sqs, ids["TimersDeadLetterQueue"]) == 0
    # There is no such alert, so the function finds that nothing is left to do.
    # Timers of other alerts, due before the next tick, may be in the queue for 75 s.
    eventually(lambda: waiting(sqs, ids["TimersQueue"]), lambda count: count == 0, seconds=100)


def test_a_stack_that_is_not_there_is_named(stack: Stack) -> None:
    with pytest.raises(AssertionError, match="The stack nobodys cannot be read"):
        redrive(stack, f"{DRY} STACK=nobodys")
