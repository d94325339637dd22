"""Where a function finds its credentials, and what happens when they run out."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.aws.requests import ANSWER, REQUEST
from tests.scripted_server import ScriptedServer, Step, cut_after, reply
from tocsin.adapters import aws_clients
from tocsin.adapters.aws_clients import aws_client, find_credentials
from tocsin.adapters.aws_json import DYNAMODB, SQS, AwsJsonClient, AwsUnavailableError

pytestmark = pytest.mark.loopback

HOUR = timedelta(hours=1)
FIXED = {
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "session",
}


def given_out(key: str, *, for_: timedelta) -> Step:
    """As the endpoint in a restored function answers."""
    answer = {
        "AccessKeyId": key,
        "SecretAccessKey": "secret",
        "Token": "session",
        "Expiration": (datetime.now(UTC) + for_).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return reply(body=answer)


@pytest.fixture
def endpoint() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as endpoint:
        yield endpoint


@pytest.fixture
def restored(endpoint: ScriptedServer) -> dict[str, str]:
    """What a function restored from a snapshot has in place of keys."""
    return {
        "AWS_REGION": "eu-central-1",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{endpoint.url}/2021-04-23/credentials?a=b",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let me in",
    }


@pytest.fixture
def client(server: ScriptedServer, restored: dict[str, str]) -> Iterator[AwsJsonClient]:
    client = aws_client(DYNAMODB, {**restored, "AWS_ENDPOINT_URL": server.url})
    yield client
    client.close()


def signers_of(server: ScriptedServer) -> list[str]:
    """Whose keys signed the requests."""
    return [
        it.headers["authorization"].partition("Credential=")[2].partition("/")[0]
        for it in server.requests
    ]


@pytest.mark.parametrize("token", ["session", ""])
def test_keys_of_the_environment_are_used_as_they_are(token: str) -> None:
    credentials = find_credentials({**FIXED, "AWS_SESSION_TOKEN": token})()

    assert credentials.access_key == "AKIDEXAMPLE"
    assert credentials.secret_key == "secret"
    assert credentials.session_token == (token or None)


def test_keys_of_the_environment_win_over_the_endpoint(
    endpoint: ScriptedServer, restored: dict[str, str]
) -> None:
    credentials = find_credentials({**restored, **FIXED})()

    assert credentials.access_key == "AKIDEXAMPLE"
    assert endpoint.requests == []


def test_a_restored_function_asks_its_endpoint_once(
    endpoint: ScriptedServer, server: ScriptedServer, client: AwsJsonClient
) -> None:
    endpoint.plays(given_out("FIRST", for_=HOUR))

    for _ in range(3):
        client.call("GetItem", REQUEST)

    assert signers_of(server) == ["FIRST"] * 3
    assert server.requests[0].headers["x-amz-security-token"] == "session"
    asked = endpoint.requests[0]
    assert asked.line == "GET /2021-04-23/credentials?a=b HTTP/1.1"
    assert asked.headers["authorization"] == "let me in"
    assert len(endpoint.requests) == 1


def test_credentials_are_renewed_before_they_run_out(
    endpoint: ScriptedServer, server: ScriptedServer, client: AwsJsonClient
) -> None:
    endpoint.plays(given_out("FIRST", for_=timedelta(minutes=4)), given_out("SECOND", for_=HOUR))

    for _ in range(3):
        client.call("GetItem", REQUEST)

    assert signers_of(server) == ["FIRST", "SECOND", "SECOND"]


def test_what_still_works_is_used_while_nothing_newer_is_given(
    endpoint: ScriptedServer, server: ScriptedServer, client: AwsJsonClient
) -> None:
    endpoint.plays(given_out("FIRST", for_=timedelta(minutes=4)), cut_after())
    client.call("GetItem", REQUEST)

    client.call("GetItem", REQUEST)

    assert signers_of(server) == ["FIRST", "FIRST"]


FAULTS = [
    pytest.param(cut_after(), id="drops the connection"),
    pytest.param(reply(500, {"message": "no"}), id="fails"),
    pytest.param(reply(200, b"no JSON"), id="does not answer JSON"),
    pytest.param(reply(200, b"[]"), id="answers a list"),
    pytest.param(
        reply(200, {"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T", "Expiration": 5}),
        id="has no time that can be read",
    ),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_survives_an_endpoint_that_once(
    endpoint: ScriptedServer, server: ScriptedServer, client: AwsJsonClient, fault: Step
) -> None:
    server.plays(reply(body=ANSWER))
    endpoint.plays(fault, given_out("FIRST", for_=HOUR))

    assert client.call("GetItem", REQUEST) == ANSWER


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_sent_unsigned_while_the_endpoint(
    endpoint: ScriptedServer, server: ScriptedServer, client: AwsJsonClient, fault: Step
) -> None:
    endpoint.plays(fault)

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert server.requests == []


def test_credentials_that_ran_out_are_not_used(
    endpoint: ScriptedServer, server: ScriptedServer, client: AwsJsonClient
) -> None:
    endpoint.plays(given_out("FIRST", for_=timedelta(seconds=-1)), cut_after())
    client.call("GetItem", REQUEST)

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)

    assert signers_of(server) == ["FIRST"]


def test_an_endpoint_that_never_answers_costs_no_more_than_the_timeouts(
    endpoint: ScriptedServer, client: AwsJsonClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws_clients, "TIMEOUT_SECONDS", 0.05)
    endpoint.plays(endpoint.never_answer)

    with pytest.raises(AwsUnavailableError):
        client.call("GetItem", REQUEST)


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        pytest.param({}, "sqs.eu-central-1.amazonaws.com", id="the service's own"),
        pytest.param({"AWS_REGION": "cn-north-1"}, "sqs.cn-north-1.amazonaws.com.cn", id="China's"),
        pytest.param(
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "127.0.0.1:4566", id="one for all"
        ),
        pytest.param(
            {
                "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
                "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9324",
                "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000",
            },
            "127.0.0.1:9324",
            id="one for this service",
        ),
    ],
)
def test_the_endpoint_is(environment: Mapping[str, Any], host: str) -> None:
    client = aws_client(SQS, {**FIXED, **environment})

    assert client._host == host
