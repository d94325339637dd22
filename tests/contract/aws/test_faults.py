"""The small AWS client, when the server or the line fails."""

import time
from itertools import pairwise
from typing import Any

import botocore.session
import pytest
from botocore.retries import standard

from tests.contract.aws.requests import (
    ANSWER,
    CREDENTIALS,
    REQUEST,
    THROTTLED,
    cancelled,
    client_of,
    partial_answer,
)
from tests.scripted_server import ScriptedServer, Step, cut_after, reply, then_close, written_head
from tocsin.adapters import aws_json
from tocsin.adapters.aws_json import (
    ATTEMPTS,
    DYNAMODB,
    SQS,
    SSM,
    AwsError,
    AwsJsonClient,
    AwsUnavailableError,
    Service,
)
from tocsin.domain.errors import TryAgainError

pytestmark = pytest.mark.loopback


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(reply(400, THROTTLED), id="throttles"),
        pytest.param(
            reply(400, {"__type": "com.amazon.coral.service#ThrottlingException"}),
            id="throttles in an old dialect",
        ),
        pytest.param(reply(429, {}), id="says that there were too many requests"),
        pytest.param(reply(500, {"__type": "InternalServerError"}), id="fails"),
        pytest.param(
            reply(503, b"<html>Service Unavailable</html>"), id="fails before it knows JSON"
        ),
        pytest.param(cut_after(), id="drops the connection after the request"),
        pytest.param(cut_after(b"HTTP/1.1 200"), id="drops the connection within the head"),
        pytest.param(cut_after(partial_answer()), id="cuts the answer short"),
        pytest.param(cut_after(partial_answer(b'{"Item": {}}')), id="cuts it where it looks whole"),
        pytest.param(
            cut_after(written_head(200, {"Transfer-Encoding": "chunked"}) + b"20\r\n{"),
            id="cuts a chunk short",
        ),
        pytest.param(
            cut_after(written_head(200, {})), id="ends where an answer of any length would begin"
        ),
        pytest.param(reply(200, b"<html>captive portal</html>"), id="does not answer JSON"),
        pytest.param(reply(200, b"[1, 2]"), id="answers something other than an object"),
        pytest.param(cut_after(b"SSH-2.0-OpenSSH\r\n"), id="speaks another protocol"),
        pytest.param(
            reply(400, cancelled("None", "TransactionConflict")),
            id="cancels a transaction for another one",
        ),
        pytest.param(
            reply(400, cancelled("ThrottlingError", "None")), id="cancels a transaction for haste"
        ),
    ],
)
def test_an_attempt_that_another_can_mend_is_repeated_when_the_server(
    server: ScriptedServer, client: AwsJsonClient, fault: Step
) -> None:
    server.plays(fault, reply(body=ANSWER))

    answer = client.call("GetItem", REQUEST)

    assert answer == ANSWER
    assert [it.operation for it in server.requests] == ["GetItem"] * 2


def test_a_connection_that_was_closed_while_idle_is_opened_again_at_once(
    server: ScriptedServer, client: AwsJsonClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.plays(then_close(reply()), reply(body=ANSWER))
    monkeypatch.setattr(time, "sleep", pytest.fail)
    client.call("GetItem", REQUEST)

    answer = client.call("GetItem", REQUEST)

    assert answer == ANSWER
    assert server.connections == 2


def test_a_connection_that_the_server_announces_to_close_is_opened_again(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    server.plays(then_close(reply(headers={"Connection": "close"})), reply(body=ANSWER))
    client.call("GetItem", REQUEST)

    assert client.call("GetItem", REQUEST) == ANSWER
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(reply(400, THROTTLED), id="throttles"),
        pytest.param(reply(500, {}), id="fails"),
        pytest.param(cut_after(), id="drops the connection"),
        pytest.param(cut_after(partial_answer()), id="cuts its answers short"),
        pytest.param(reply(200, b"no JSON"), id="does not answer JSON"),
    ],
)
def test_patience_ends_when_again_and_again_the_server(
    server: ScriptedServer, client: AwsJsonClient, fault: Step
) -> None:
    server.plays(fault)

    with pytest.raises(AwsUnavailableError) as refusal:
        client.call("GetItem", REQUEST)

    assert isinstance(refusal.value, TryAgainError)
    assert refusal.value.__cause__ is not None
    assert len(server.requests) == ATTEMPTS


def test_what_ended_the_patience_is_known_by_its_code(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    server.plays(reply(400, THROTTLED))

    with pytest.raises(AwsUnavailableError) as refusal:
        client.call("GetItem", REQUEST)

    assert isinstance(refusal.value.__cause__, AwsError)
    assert refusal.value.__cause__.code == "ProvisionedThroughputExceededException"


def test_the_client_recovers_with_the_server(server: ScriptedServer, client: AwsJsonClient) -> None:
    server.plays(*[cut_after()] * ATTEMPTS, reply(body=ANSWER))
    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert client.call("GetItem", REQUEST) == ANSWER


def test_nobody_listening_is_unavailable_too(server: ScriptedServer) -> None:
    client = AwsJsonClient(
        DYNAMODB,
        region="eu-central-1",
        credentials=lambda: CREDENTIALS,
        endpoint="http://127.0.0.1:1",
    )

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert server.requests == []


def test_pauses_grow_and_are_never_the_same(
    server: ScriptedServer, client: AwsJsonClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(aws_json, "BACKOFF_SECONDS", 0.05)
    monkeypatch.setattr(time, "sleep", pauses.append)
    server.plays(reply(400, THROTTLED))

    for _ in range(50):
        with pytest.raises(AwsUnavailableError):
            client.call("GetItem", REQUEST)

    by_attempt = [pauses[start :: ATTEMPTS - 1] for start in range(ATTEMPTS - 1)]
    longest = [max(some) for some in by_attempt]
    assert all(shorter < longer for shorter, longer in pairwise(longest))
    assert longest[-1] <= 0.4
    assert len(set(pauses)) == len(pauses)


def test_a_server_that_never_answers_costs_no_more_than_the_timeouts(
    server: ScriptedServer,
) -> None:
    client = client_of(server, timeout_seconds=0.05)
    server.plays(server.never_answer)
    started = time.monotonic()

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert time.monotonic() - started < 2
    assert len(server.requests) == ATTEMPTS


def test_a_late_answer_is_never_taken_for_the_answer_to_the_next_request(
    server: ScriptedServer,
) -> None:
    client = client_of(server, timeout_seconds=0.2)
    server.plays(server.never_answer, reply(body=ANSWER))

    assert client.call("GetItem", REQUEST) == ANSWER
    client.close()
    assert server.connections == 2


def test_all_calls_of_one_invocation_share_its_time(server: ScriptedServer) -> None:
    client = client_of(server, timeout_seconds=5)
    server.plays(reply(), server.never_answer)
    client.allow(0.2)
    started = time.monotonic()

    client.call("GetItem", REQUEST)
    for _ in range(5):
        with pytest.raises(AwsUnavailableError):
            client.call("GetItem", REQUEST)

    assert time.monotonic() - started < 2


def test_the_next_invocation_has_its_own_time(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    client.allow(0)
    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    client.allow(5)

    assert client.call("GetItem", REQUEST) == {}
    assert len(server.requests) == 1


def test_a_repeated_transaction_is_the_same_transaction(
    server: ScriptedServer, client: AwsJsonClient
) -> None:
    server.plays(cut_after(), reply())

    client.call("TransactWriteItems", {"ClientRequestToken": "write-1"})

    assert server.requests[0].body == server.requests[1].body


def codes_for_every_service() -> set[str]:
    for_others = {"EC2ThrottledException"}
    return {
        *vars(standard.ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"],
        *vars(standard.TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"],
    } - for_others


def codes_in(retry: Any) -> set[str]:  # noqa: ANN401 - any JSON
    """What botocore's own file of retries says, wherever it stands in there."""
    if isinstance(retry, list):
        return {code for inner in retry for code in codes_in(inner)}
    if not isinstance(retry, dict):
        return set()
    named = {retry["service_error_code"]} if "service_error_code" in retry else set()
    return named | {code for inner in retry.values() for code in codes_in(inner)}


SAID_IN_WORDS = {
    DYNAMODB: {"UpdateItem": {"TransactionConflictException", "InternalServerError"}},
    SQS: {"SendMessageBatch": {"RequestThrottled", "KmsThrottled"}},
    SSM: {"PutParameter": {"TooManyUpdates", "InternalServerError"}},
}
"""Passing trouble, as the documentation of each operation describes it: a write that met a
transaction, two updates at once. The models have no sign for most of it."""


def codes_of(service: Service) -> set[str]:
    """What is to be repeated of one service."""
    session = botocore.session.get_session()
    model = session.get_service_model(service.name)
    signed = {it.name for it in model.error_shapes if "retryable" in it.metadata}
    in_words: set[str] = set()
    for operation, codes in SAID_IN_WORDS[service].items():
        declared = {it.name for it in model.operation_model(operation).error_shapes}
        assert codes <= declared, "a code that is not declared may be misspelled"
        in_words |= codes
    return codes_in(session.get_data("_retry")["retry"].get(service.name, {})) | signed | in_words


@pytest.mark.parametrize("service", [DYNAMODB, SQS, SSM], ids=lambda it: it.name)
def test_all_codes_are_repeated_that_the_sdk_or_the_service_says_to_repeat(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    monkeypatch.setattr(aws_json, "BACKOFF_SECONDS", 0)
    client = client_of(server, service)

    for code in sorted(codes_for_every_service() | codes_of(service)):
        server.plays(reply(400, {"__type": f"com.amazonaws#{code}"}), reply(body=ANSWER))
        assert client.call("Operation", REQUEST) == ANSWER, code
    client.close()
