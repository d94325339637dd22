"""The small AWS client: what it sends, and how it reads the answers."""

from typing import Any

import pytest

from tests.contract.aws.requests import (
    ANSWER,
    CONDITION_FAILED,
    OLD_IMAGE,
    REQUEST,
    cancelled,
    client_of,
)
from tests.scripted_server import ScriptedServer, Step, cut_after, reply, written_head
from tocsin.adapters.aws_json import (
    DYNAMODB,
    SQS,
    SSM,
    AwsError,
    AwsJsonClient,
    Service,
)

pytestmark = pytest.mark.loopback


def test_a_request_and_its_answer_keep_every_character(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    server.plays(reply(body=ANSWER))

    answer = client.call("GetItem", REQUEST)

    assert answer == ANSWER
    assert server.requests[0].json() == REQUEST


@pytest.mark.parametrize(
    ("service", "target", "content_type"),
    [
        (DYNAMODB, "DynamoDB_20120810.Anything", "application/x-amz-json-1.0"),
        (SQS, "AmazonSQS.Anything", "application/x-amz-json-1.0"),
        (SSM, "AmazonSSM.Anything", "application/x-amz-json-1.1"),
    ],
    ids=["DynamoDB", "SQS", "SSM"],
)
def test_each_service_is_spoken_to_in_its_own_words(
    server: ScriptedServer, service: Service, target: str, content_type: str
) -> None:
    client = client_of(server, service)

    client.call("Anything", {})
    client.close()

    sent = server.requests[0]
    assert sent.line == "POST / HTTP/1.1"
    assert sent.headers["x-amz-target"] == target
    assert sent.headers["content-type"] == content_type
    assert sent.headers["host"] == server.url.removeprefix("http://")


def test_fifty_calls_share_one_connection(server: ScriptedServer, client: AwsJsonClient) -> None:
    for _ in range(50):
        client.call("GetItem", REQUEST)

    assert (len(server.requests), server.connections) == (50, 1)


def test_a_refusal_leaves_the_connection_as_it_is(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    server.plays(reply(400, CONDITION_FAILED), reply(body=ANSWER))

    with pytest.raises(AwsError):
        client.call("PutItem", REQUEST)

    assert client.call("GetItem", REQUEST) == ANSWER
    assert server.connections == 1


def test_a_closed_client_opens_another_connection(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    client.call("GetItem", REQUEST)
    client.close()

    client.call("GetItem", REQUEST)

    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(body=b""), id="has no body, and says so"),
        pytest.param(
            cut_after(
                written_head(200, {"Transfer-Encoding": "chunked"}) + b"2\r\n{}\r\n0\r\n\r\n"
            ),
            id="comes in chunks",
        ),
        pytest.param(cut_after(written_head(200, {}) + b"{}"), id="ends with the connection"),
    ],
)
def test_an_answer_is_read_that(
    server: ScriptedServer, client: AwsJsonClient, answer: Step
) -> None:
    server.plays(answer)

    assert client.call("DeleteItem", REQUEST) == {}
    assert len(server.requests) == 1


def test_a_failed_condition_brings_what_it_met(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    server.plays(reply(400, CONDITION_FAILED))

    with pytest.raises(AwsError) as refusal:
        client.call("PutItem", REQUEST)

    assert refusal.value.code == "ConditionalCheckFailedException"
    assert refusal.value.item == OLD_IMAGE
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "codes",
    [
        pytest.param(["ConditionalCheckFailed", "None"], id="a condition"),
        pytest.param(
            ["TransactionConflict", "ConditionalCheckFailed"],
            id="a condition, and another transaction",
        ),
        pytest.param(
            ["ValidationError", "TransactionConflict"], id="a mistake, and another transaction"
        ),
        pytest.param(["None", "ItemCollectionSizeLimitExceeded"], id="a limit"),
    ],
)
def test_a_transaction_is_refused_for_good_by(
    server: ScriptedServer, client: AwsJsonClient, codes: list[str]
) -> None:
    answer = cancelled(*codes)
    answer["CancellationReasons"][0]["Item"] = OLD_IMAGE
    server.plays(reply(400, answer))

    with pytest.raises(AwsError) as refusal:
        client.call("TransactWriteItems", {})

    assert refusal.value.code == "TransactionCanceledException"
    assert [reason["Code"] for reason in refusal.value.reasons] == codes
    assert refusal.value.reasons[0]["Item"] == OLD_IMAGE
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "headers", "code", "message"),
    [
        pytest.param(
            {
                "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
                "message": "no",
            },
            {},
            "ResourceNotFoundException",
            "no",
            id="DynamoDB",
        ),
        pytest.param(
            {"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"},
            {},
            "AccessDeniedException",
            "no",
            id="the frame all services stand in",
        ),
        pytest.param(
            {"__type": "com.amazon.coral.validate#ValidationException", "message": "no"},
            {},
            "ValidationException",
            "no",
            id="its check of parameters",
        ),
        pytest.param(
            {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"},
            {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
            "QueueDoesNotExist",
            "no",
            id="SQS",
        ),
        pytest.param({"__type": "ParameterNotFound"}, {}, "ParameterNotFound", "", id="SSM"),
        pytest.param(
            {"__type": "aws.protocoltests#FooError:http://internal.amazon.com/coral/"},
            {},
            "FooError",
            "",
            id="a shape with an address",
        ),
        pytest.param(
            {"code": "FooError", "message": "no"}, {}, "FooError", "no", id="another member"
        ),
        pytest.param(
            b"", {"x-amzn-errortype": "FooError:http://x/"}, "FooError", "", id="a header"
        ),
        pytest.param({}, {}, "400", "", id="nothing"),
    ],
)
def test_the_reason_of_a_refusal_is_understood_as_written_by(
    server: ScriptedServer,
    client: AwsJsonClient,
    body: bytes | dict[str, Any],
    headers: dict[str, str],
    code: str,
    message: str,
) -> None:
    server.plays(reply(400, body, headers))

    with pytest.raises(AwsError) as refusal:
        client.call("GetItem", REQUEST)

    assert (refusal.value.code, refusal.value.message) == (code, message)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_sends_the_client_elsewhere(
    server: ScriptedServer, client: AwsJsonClient, status: int
) -> None:
    elsewhere = f"{server.url}/elsewhere"
    server.plays(reply(status, b"", {"Location": elsewhere}))

    with pytest.raises(AwsError):
        client.call("GetItem", REQUEST)

    assert [it.line for it in server.requests] == ["POST / HTTP/1.1"]
