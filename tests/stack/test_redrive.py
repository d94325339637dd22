"""`make redrive`, as somebody on duty runs it."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from local.places import ROOT
from local.stack import Stack
from ops.dead_letters import waiting
from tests.stack.client import Client, Sender, eventually

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
    assert done.returncode == 0, done.stderr
    return done.stdout


def put_aside(stack: Stack, queue: str, body: object) -> None:
    stack.aws.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(body))


def changes_of(stack: Stack, alert_id: str) -> list[str]:
    """The sequence numbers of all that the stream tells of an alert."""
    streams = stack.aws.client("dynamodbstreams")
    described = streams.describe_stream(StreamArn=stack.deployment.stream_arn)
    shard = described["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=stack.deployment.stream_arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    numbers = []
    while iterator:
        answer = streams.get_records(ShardIterator=iterator)
        numbers += [
            record["dynamodb"]["SequenceNumber"]
            for record in answer["Records"]
            if record["dynamodb"].get("NewImage", {}).get("id", {}).get("S") == alert_id
        ]
        iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return numbers


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
    told = eventually(lambda: api.timeline(alert_id), bool)
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
    assert [row["type"] for row in restored if row in told] == ["fired"]
    assert waiting(stack.aws.client("sqs"), ids["TableChangeFailuresQueue"]) == 0


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
    eventually(lambda: waiting(sqs, ids["TimersQueue"]), lambda count: count == 0)


def test_a_stack_that_is_not_there_is_named(stack: Stack) -> None:
    with pytest.raises(AssertionError, match="The stack nobodys cannot be read"):
        redrive(stack, f"{DRY} STACK=nobodys")
