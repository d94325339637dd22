"""Signatures, passwords and networks: who fails one is refused, and nothing is written."""

import base64
import hmac
import json

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway, Reply
from tests.functions.ingest.test_answering import lines_of
from tocsin.domain.credential import hash_secret
from tocsin.domain.intake_checks import (
    Basic,
    HeaderToken,
    IntakeChecks,
    Signature,
    SignatureAlgorithm,
)
from tocsin.domain.integration import IntegrationType

BODY = '{"name": "Größe",  "severity":"critical"}'.encode()
SECRET = "It's a Secret to Everybody"
SIGNED = IntakeChecks(signature=Signature(header="x-signature", secret=SECRET))
WITH_TIME = IntakeChecks(
    signature=Signature(header="x-signature", timestamp_header="x-time", secret=SECRET)
)
WITH_PASSWORD = IntakeChecks(basic=Basic(user="cloud", password_hash=hash_secret("pass:word")))
WITH_TOKEN = IntakeChecks(header_token=HeaderToken(header="x-token", token_hash=hash_secret("t1")))
NINE_IN_SECONDS = 1772355600


def send(gateway: Gateway, checks: IntakeChecks, headers: dict[str, str]) -> Reply:
    gateway.register(IntegrationType.REST, checks=checks)
    return gateway.post(BODY, headers=headers)


def mac(body: bytes, algorithm: str = "sha256", secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, algorithm).hexdigest()


def password(user: str, word: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{word}'.encode()).decode()}"


@pytest.mark.parametrize("algorithm", SignatureAlgorithm)
@pytest.mark.parametrize("prefix", ["", "sha256=", "v1,"])
def test_a_signature_is_over_the_body_as_sent(
    gateway: Gateway, algorithm: SignatureAlgorithm, prefix: str
) -> None:
    signature = Signature(header="x-signature", algorithm=algorithm, prefix=prefix, secret=SECRET)

    reply = send(
        gateway,
        IntakeChecks(signature=signature),
        {"X-Signature": f"{prefix}{mac(BODY, algorithm)}"},
    )

    assert reply.outcomes == ["opened"]


def test_githubs_own_example_is_accepted(gateway: Gateway) -> None:
    """From "Validating webhook deliveries" of GitHub's documentation."""
    checks = IntakeChecks(
        signature=Signature(header="x-hub-signature-256", prefix="sha256=", secret=SECRET)
    )
    gateway.register(IntegrationType.REST, checks=checks)
    signed = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    reply = gateway.post(b"Hello, World!", headers={"X-Hub-Signature-256": signed})

    assert (reply.status, reply.code) == (400, "bad_request"), "past the signature, it is no JSON"


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "sha256=",
        mac(BODY)[:-1],
        mac(BODY) + "0",
        mac(BODY + b" "),
        mac(json.dumps(json.loads(BODY)).encode()),
        mac(BODY, "sha1"),
        mac(BODY, secret="another"),
        "é" * 64,
    ],
)
def test_a_wrong_signature_is_refused(gateway: Gateway, said: str | None) -> None:
    expect_refusal(gateway, SIGNED, {} if said is None else {"x-signature": said})


def test_a_signed_time_may_be_five_minutes_off(gateway: Gateway) -> None:
    gateway.register(IntegrationType.REST, checks=WITH_TIME)

    statuses = {
        offset: gateway.post(
            BODY,
            headers={
                "x-time": str(NINE_IN_SECONDS + offset),
                "x-signature": mac(f"{NINE_IN_SECONDS + offset}:".encode() + BODY),
            },
        ).status
        for offset in (-301, -300, 0, 300, 301)
    }

    assert statuses == {-301: 401, -300: 202, 0: 202, 300: 202, 301: 401}


@pytest.mark.parametrize("time", ["", "now", "1e9", "9" * 40, "-1"])
def test_a_signed_time_that_is_none_is_refused(gateway: Gateway, time: str) -> None:
    signed = mac(time.encode() + b":" + BODY)

    expect_refusal(gateway, WITH_TIME, {"x-time": time, "x-signature": signed})


def test_a_time_has_to_be_part_of_what_is_signed(gateway: Gateway) -> None:
    expect_refusal(gateway, WITH_TIME, {"x-time": str(NINE_IN_SECONDS), "x-signature": mac(BODY)})


def test_a_password_opens(gateway: Gateway) -> None:
    reply = send(gateway, WITH_PASSWORD, {"Authorization": password("cloud", "pass:word")})

    assert reply.outcomes == ["opened"]


@pytest.mark.parametrize(
    "said",
    [
        None,
        "Basic",
        "Basic !!!",
        "Basic /w==",
        password("cloud", "pass"),
        password("cloud", ""),
        password("", "pass:word"),
        password("Cloud", "pass:word"),
        password("cloud", "pass:word").replace("Basic", "Bearer"),
    ],
)
def test_a_wrong_password_is_refused_and_asked_for(gateway: Gateway, said: str | None) -> None:
    reply = expect_refusal(gateway, WITH_PASSWORD, {} if said is None else {"authorization": said})

    assert reply.headers["www-authenticate"].startswith("Basic realm=")


def test_a_header_opens(gateway: Gateway) -> None:
    assert send(gateway, WITH_TOKEN, {"X-Token": "t1"}).outcomes == ["opened"]


@pytest.mark.parametrize("said", [{}, {"x-token": ""}, {"x-token": "t2"}, {"x-tokens": "t1"}])
def test_a_wrong_header_is_refused(gateway: Gateway, said: dict[str, str]) -> None:
    expect_refusal(gateway, WITH_TOKEN, said)


@pytest.mark.parametrize("cidr", ["198.51.100.0/24", "198.51.100.7/32", "0.0.0.0/0"])
def test_an_address_of_an_allowed_network_opens(gateway: Gateway, cidr: str) -> None:
    checks = IntakeChecks(allowed_cidrs=("2001:db8::/32", cidr))

    assert send(gateway, checks, {}).outcomes == ["opened"]


@pytest.mark.parametrize("cidr", ["198.51.100.8/32", "10.0.0.0/8", "::/0"])
def test_an_address_of_another_network_is_refused(gateway: Gateway, cidr: str) -> None:
    checks = IntakeChecks(allowed_cidrs=(cidr,))

    expect_refusal(gateway, checks, {"x-forwarded-for": "198.51.100.8, 10.0.0.1"})


def test_all_that_is_asked_for_must_hold(gateway: Gateway) -> None:
    checks = IntakeChecks(header_token=WITH_TOKEN.header_token, signature=SIGNED.signature)
    gateway.register(IntegrationType.REST, checks=checks)

    def status(**headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return gateway.post(BODY, headers=named).status

    assert status(x_token="t1") == 401
    assert status(x_signature=mac(BODY)) == 401
    assert status(x_token="t1", x_signature=mac(BODY)) == 202


def test_other_products_endpoints_are_checked_too(gateway: Gateway) -> None:
    gateway.register(IntegrationType.REST, checks=WITH_TOKEN)
    event = {"routing_key": TOKEN, "event_action": "trigger", "payload": {"summary": "Disk full"}}

    for path in ("/v2/enqueue", f"/i/{TOKEN}/v2/enqueue"):
        assert gateway.post(event, path=path).status == 401
        assert gateway.post(event, path=path, headers={"x-token": "t1"}).status == 202


def expect_refusal(gateway: Gateway, checks: IntakeChecks, headers: dict[str, str]) -> Reply:
    reply = send(gateway, checks, headers)

    assert (reply.status, reply.code) == (401, "unauthorized")
    assert gateway.alerts() == []
    return reply


def test_a_refusal_tells_the_log_which_check_failed_and_the_sender_nothing(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = expect_refusal(gateway, SIGNED, {"x-signature": "0" * 64})

    line = lines_of(capsys)[0]
    assert line["check"] == "signature"
    assert "signature" not in reply.text
    assert SECRET not in json.dumps(line)
