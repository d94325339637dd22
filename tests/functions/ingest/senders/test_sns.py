"""SNS: what is genuine is taken in, and nothing else."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.ingest.sns.certificate import BadCertificateError, read_certificate
from functions.ingest.sns.endpoint import SnsEndpoint
from tests.functions.ingest.gateway import SETUP, TOKEN, Gateway, Reply
from tests.functions.ingest.sns_messages import (
    AT,
    CERTIFICATE,
    CERTIFICATE_URL,
    HOST,
    TOPIC,
    TOPIC_V1,
    Message,
    Owner,
    Sns,
    forged,
    message,
)
from tests.wire import sample
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

FORGED = list(forged())
CERTIFICATE_PATH = CERTIFICATE_URL.removeprefix(f"https://{HOST}")


@pytest.fixture
def sns() -> Sns:
    return Sns()


@pytest.fixture
def gateway(gateway: Gateway, sns: Sns) -> Gateway:
    gateway.world.now = AT
    gateway.sns = SnsEndpoint(sns)
    return gateway


def send(gateway: Gateway, said: Message, **headers: str) -> Reply:
    return gateway.post(said, headers={"content-type": "text/plain; charset=UTF-8", **headers})


def pinned(gateway: Gateway) -> str | None:
    return gateway.integrations.get("prod").topic_arn


def test_there_are_forgeries_enough() -> None:
    assert len(FORGED) >= 40


@pytest.mark.parametrize(("name", "said"), FORGED, ids=[name for name, _ in FORGED])
def test_a_forgery_is_refused_and_changes_nothing(
    gateway: Gateway, sns: Sns, name: str, said: Message
) -> None:
    topic = TOPIC_V1 if "where there was none" in name else TOPIC
    gateway.register(IntegrationType.SNS, topic_arn=topic)

    reply = send(gateway, said)

    assert reply.status == 401, name
    assert reply.code == "unauthorized"
    assert gateway.alerts() == []
    assert {host for host, _ in sns.asked} <= {HOST}
    assert not any("ConfirmSubscription" in path for _, path in sns.asked)


@pytest.mark.parametrize(("name", "said"), FORGED, ids=[name for name, _ in FORGED])
def test_a_forgery_pins_no_topic(gateway: Gateway, name: str, said: Message) -> None:
    gateway.register(IntegrationType.SNS)

    assert send(gateway, said).status == 401, name
    assert pinned(gateway) is None


@pytest.mark.parametrize(
    "case", ["subscription-confirmation-sigv1", "subscription-confirmation-sigv2"]
)
def test_a_genuine_confirmation_pins_its_topic_and_is_confirmed(
    gateway: Gateway, sns: Sns, case: str
) -> None:
    gateway.register(IntegrationType.SNS)
    said = message(case)

    reply = send(gateway, said)

    assert reply.status == 202
    assert pinned(gateway) == said["TopicArn"]
    (asked_for_key, asked_to_confirm) = sns.asked
    assert asked_for_key == (HOST, CERTIFICATE_PATH)
    assert asked_to_confirm[0] == HOST
    assert asked_to_confirm[1].startswith("/?Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns")
    assert said["Token"] in asked_to_confirm[1]


def test_what_a_confirmation_says_to_visit_is_never_visited(gateway: Gateway, sns: Sns) -> None:
    gateway.register(IntegrationType.SNS)

    send(gateway, message("subscription-confirmation-sigv2"))

    assert all("127.0" not in host + path for host, path in sns.asked)


@pytest.mark.parametrize(
    ("case", "topic"),
    [
        ("cloudwatch-alarm", TOPIC),
        ("notification-with-subject-sigv2", TOPIC),
        ("notification-no-subject-sigv1", TOPIC_V1),
    ],
)
def test_genuine_messages_open_alerts(gateway: Gateway, case: str, topic: str) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=topic)

    assert send(gateway, message(case)).outcomes == ["opened"]


def test_an_alarm_lives_by_its_messages(gateway: Gateway, sns: Sns) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)

    fired, over, no_data = (
        send(gateway, message(f"cloudwatch-{case}"))
        for case in ("alarm", "ok", "insufficient-data")
    )

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])
    assert no_data.outcomes == ["reopened"]
    alert = gateway.alert(fired)
    assert alert.dedup_key.endswith(":alarm:cpu-high-i-0123456789")
    assert (alert.severity, alert.status) == (Severity.CRITICAL, AlertStatus.RESOLVED)
    assert alert.facts.labels["InstanceId"] == "i-0123456789abcdef0"
    assert alert.facts.threshold == 80.0
    assert gateway.alert(no_data).severity is Severity.WARNING
    assert [path for _, path in sns.asked] == [CERTIFICATE_PATH], "once, and remembered"


def test_what_fired_is_as_bad_without_data(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    owner = owner_of(gateway)
    alarm = json.loads(message("cloudwatch-alarm")["Message"])
    send(gateway, owner.sign({**message("cloudwatch-alarm"), "Message": json.dumps(alarm)}))
    lost = {**alarm, "NewStateValue": "INSUFFICIENT_DATA", "OldStateValue": "ALARM"}

    reply = send(gateway, owner.sign({**message("cloudwatch-alarm"), "Message": json.dumps(lost)}))

    assert reply.outcomes == ["updated"]
    assert gateway.alert(reply).severity is Severity.CRITICAL


def test_an_alarms_description_may_say_how_bad_it_is(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    owner = owner_of(gateway)
    alarm = json.loads(message("cloudwatch-alarm")["Message"])
    alarm["AlarmDescription"] = '{"severity": "warning", "description": "CPU"}'

    reply = send(gateway, owner.sign({**message("cloudwatch-alarm"), "Message": json.dumps(alarm)}))

    alert = gateway.alert(reply)
    assert (alert.severity, alert.facts.summary) == (Severity.WARNING, "CPU")


def test_events_of_eventbridge_may_come_through_a_topic(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    event = sample("eventbridge/cloudwatch-alarm-state-change").body.decode()

    reply = send(gateway, owner_of(gateway).sign({**message("cloudwatch-alarm"), "Message": event}))

    assert gateway.alert(reply).facts.name == "ServerCpuTooHigh"


def test_a_farewell_is_an_alert_and_another_confirmation_its_end(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    owner = owner_of(gateway)
    farewell = {**message("subscription-confirmation-sigv2"), "Type": "UnsubscribeConfirmation"}

    opened = send(gateway, owner.sign(farewell))
    over = send(gateway, owner.sign(message("subscription-confirmation-sigv2")))

    assert (opened.outcomes, over.outcomes) == (["opened"], ["resolved"])
    assert gateway.alert(opened).facts.name == "alarms no longer sends"


def test_before_a_topic_is_confirmed_its_messages_are_refused(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS)

    assert send(gateway, message("cloudwatch-alarm")).status == 401


def test_a_confirmed_topic_may_send_at_once(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS)
    send(gateway, message("subscription-confirmation-sigv2"))

    assert send(gateway, message("cloudwatch-alarm")).outcomes == ["opened"]


def test_what_was_confirmed_elsewhere_may_send_at_once(gateway: Gateway) -> None:
    stored = gateway.register(IntegrationType.SNS)
    assert send(gateway, message("cloudwatch-alarm")).status == 401
    gateway.integrations.put(stored, replace(stored, topic_arn=TOPIC), write_id=SETUP)

    assert send(gateway, message("cloudwatch-alarm")).outcomes == ["opened"]


def test_another_topic_cannot_take_over(gateway: Gateway, sns: Sns) -> None:
    gateway.register(IntegrationType.SNS)
    send(gateway, message("subscription-confirmation-sigv2"))
    sns.asked.clear()

    assert send(gateway, message("subscription-confirmation-sigv1")).status == 401
    assert (pinned(gateway), sns.asked) == (TOPIC, [])


@pytest.mark.parametrize("age", [timedelta(hours=1, minutes=1), timedelta(minutes=-6)])
def test_old_and_early_messages_are_refused(gateway: Gateway, age: timedelta) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    gateway.world.now = AT + age

    assert send(gateway, message("cloudwatch-alarm")).status == 401


def test_raw_delivery_is_refused_as_it_is_not_signed(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=f"{TOPIC}-raw")

    assert gateway.replay(sample("sns/raw-delivery"), path=f"/i/{TOKEN}").status == 401


def test_while_sns_cannot_be_asked_the_message_has_to_come_again(
    gateway: Gateway, sns: Sns
) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    sns.status = 503

    reply = send(gateway, message("cloudwatch-alarm"))

    assert (reply.status, reply.code) == (503, "try_again")
    sns.status = 200
    assert send(gateway, message("cloudwatch-alarm")).outcomes == ["opened"]


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404])
def test_a_redirect_is_no_certificate(gateway: Gateway, sns: Sns, status: int) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    sns.status = status

    assert send(gateway, message("cloudwatch-alarm")).status == 401
    assert len(sns.asked) == 1


def test_an_unreachable_sns_is_no_refusal(gateway: Gateway) -> None:
    def fail(_host: str, _path: str) -> Any:  # noqa: ANN401 - it never answers
        raise TimeoutError

    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    gateway.sns = SnsEndpoint(fail)

    assert send(gateway, message("cloudwatch-alarm")).status == 503


@pytest.mark.parametrize(
    "days", [-366, 2], ids=["a certificate that ran out", "a certificate of tomorrow"]
)
def test_a_certificate_holds_for_its_time_only(gateway: Gateway, days: int) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    owner = Owner(valid_from=AT + timedelta(days=days))
    gateway.sns = SnsEndpoint(Sns(owner.certificate))

    assert send(gateway, owner.sign(message("cloudwatch-alarm"))).status == 401


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
@pytest.mark.parametrize("version", ["1", "2"])
def test_signatures_are_checked_as_others_make_them(
    gateway: Gateway, bits: int, version: str
) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    owner = Owner(bits)
    gateway.sns = SnsEndpoint(Sns(owner.certificate))
    said = owner.sign({**message("cloudwatch-alarm"), "Subject": "Größe 😀"}, version)

    assert send(gateway, said).outcomes == ["opened"]


def test_certificates_are_read_as_others_read_them() -> None:
    from cryptography import x509

    theirs = x509.load_pem_x509_certificate(CERTIFICATE)
    ours = read_certificate(CERTIFICATE)

    numbers = theirs.public_key().public_numbers()  # type: ignore[union-attr]
    assert (ours.modulus, ours.exponent) == (numbers.n, numbers.e)  # type: ignore[union-attr]
    assert ours.not_before == theirs.not_valid_before_utc
    assert ours.not_after == theirs.not_valid_after_utc


def test_a_broken_certificate_is_a_bad_one_and_nothing_else() -> None:
    der = bytearray(CERTIFICATE)
    for position in range(30, len(der) - 30):
        broken = bytes(der[:position]) + b"A" + bytes(der[position + 1 :])
        for pem in (broken, bytes(der[:position])):
            try:
                read_certificate(pem)
            except BadCertificateError:
                continue


@pytest.mark.parametrize(
    "pem", [b"", b"hello", b"\xff", CERTIFICATE[:200], Owner(1024).certificate]
)
def test_a_bad_certificate_is_refused(pem: bytes) -> None:
    with pytest.raises(BadCertificateError):
        read_certificate(pem)


def owner_of(gateway: Gateway) -> Owner:
    """SNS with a key that the test has."""
    owner = Owner()
    gateway.sns = SnsEndpoint(Sns(owner.certificate))
    return owner


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("POST", it) for it in ("v2/enqueue", "v2/alerts", "alert", "api/v2/alerts")),
        *(("POST", it) for it in ("api/v1/alerts", "v2/alerts/x/close", "v2/change/enqueue")),
        ("POST", "generic/2010-04-15/create_event.json"),
        ("POST", "heartbeat?name=backup"),
        *(("GET", it) for it in ("v2/alerts", "alerts", "api/v2/alerts", "v2/heartbeats")),
    ],
)
def test_there_is_no_way_round_the_signature(gateway: Gateway, method: str, path: str) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)
    path, _, query = path.partition("?")
    body = {
        "message": "Disk full",
        "event": "Disk",
        "resource": "db-1",
        "environment": "Production",
        "service": ["shop"],
        "event_action": "trigger",
        "payload": {"summary": "Disk full", "severity": "critical", "source": "db-1"},
    }

    reply = gateway.post(body, path=f"/i/{TOKEN}/{path}", method=method, query=query)
    unknown = gateway.post(body, path=f"/i/{'0' * 32}/{path}", method=method, query=query)

    assert (reply.status, gateway.alerts()) == (unknown.status, [])
    assert reply.status in {400, 401, 404}


@pytest.mark.parametrize("kind", [{}, [], None, 1, "x"])
def test_a_type_that_is_none_is_refused(gateway: Gateway, kind: object) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=TOPIC)

    assert gateway.post({"Type": kind, "TopicArn": TOPIC}).status == 422
