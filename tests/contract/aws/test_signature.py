"""Our signature is the SDK's own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import botocore.credentials
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from hypothesis import given
from hypothesis import strategies as some

from tocsin.adapters import aws_signature
from tocsin.adapters.aws_json import DYNAMODB, SQS, SSM, Service
from tocsin.adapters.aws_signature import Credentials, Signer

NIGHT = datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC)
LASTING = Credentials(access_key="AKIDEXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCY")
PASSING = Credentials(
    access_key="ASIAEXAMPLE", secret_key="other", session_token="IQoJb3JpZ2lu//+=="
)
BODIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"{}", id="an empty object"),
    pytest.param('{"pk":{"S":"Größe 😀 \\u0000"}}'.encode(), id="unicode"),
    pytest.param(b"x" * 1_000_000, id="a megabyte"),
]


class Clock(datetime):
    """Stands still."""

    at = NIGHT

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # only ever asked for UTC
        assert tz is UTC
        return cls.at


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_signature, "datetime", Clock)
    monkeypatch.setattr(Clock, "at", NIGHT)


def headers_of(service: Service, host: str) -> dict[str, str]:
    return {
        "content-type": service.content_type,
        "host": host,
        "x-amz-target": f"{service.target}.Anything",
    }


def signed_by_sdk(
    service: Service, url: str, body: bytes, credentials: Credentials
) -> dict[str, str]:
    host = url.partition("//")[2].partition("/")[0]
    request = AWSRequest("POST", url, headers_of(service, host), body)
    theirs = botocore.credentials.Credentials(
        credentials.access_key, credentials.secret_key, credentials.session_token
    )
    with patch("botocore.auth.get_current_datetime", lambda: Clock.at):
        SigV4Auth(theirs, service.name, "eu-central-1").add_auth(request)
    return {name.lower(): text for name, text in request.headers.items()}


@pytest.mark.parametrize("service", [DYNAMODB, SQS, SSM], ids=lambda service: service.name)
@pytest.mark.parametrize("credentials", [LASTING, PASSING], ids=["lasting", "with a session token"])
@pytest.mark.parametrize("body", BODIES)
def test_a_request_is_signed_as_the_sdk_signs_it(
    service: Service, credentials: Credentials, body: bytes
) -> None:
    host = f"{service.name}.eu-central-1.amazonaws.com"

    signed = Signer(service=service.name, region="eu-central-1").sign(
        "/", headers_of(service, host), body, credentials
    )

    assert signed == signed_by_sdk(service, f"https://{host}/", body, credentials)


def test_a_port_and_a_path_are_part_of_what_is_signed() -> None:
    headers = headers_of(DYNAMODB, "127.0.0.1:8080")

    signed = Signer(service="dynamodb", region="eu-central-1").sign(
        "/aws/here", headers, b"{}", LASTING
    )

    assert signed == signed_by_sdk(DYNAMODB, "http://127.0.0.1:8080/aws/here", b"{}", LASTING)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda: setattr(Clock, "at", NIGHT + timedelta(seconds=1)), id="the day"),
        pytest.param(lambda: None, id="nothing"),
    ],
)
@pytest.mark.parametrize("then", [LASTING, PASSING], ids=["the same", "renewed credentials"])
def test_a_signer_that_has_signed_before_signs_as_a_new_one_after_a_change_of(
    changed: Callable[[], None], then: Credentials
) -> None:
    host = "dynamodb.eu-central-1.amazonaws.com"
    signer = Signer(service="dynamodb", region="eu-central-1")
    signer.sign("/", headers_of(DYNAMODB, host), b"{}", LASTING)
    changed()

    signed = signer.sign("/", headers_of(DYNAMODB, host), b"{}", then)

    assert signed == signed_by_sdk(DYNAMODB, f"https://{host}/", b"{}", then)


@given(some.binary(max_size=200), some.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - hypothesis wants naive bounds
def test_any_body_at_any_time_is_signed_as_the_sdk_signs_it(body: bytes, at: datetime) -> None:
    host = "sqs.eu-central-1.amazonaws.com"
    with (
        patch.object(aws_signature, "datetime", Clock),
        patch.object(Clock, "at", at.replace(tzinfo=UTC)),
    ):
        signed = Signer(service="sqs", region="eu-central-1").sign(
            "/", headers_of(SQS, host), body, PASSING
        )

        assert signed == signed_by_sdk(SQS, f"https://{host}/", body, PASSING)
