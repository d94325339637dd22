"""SNS: what is genuine is taken in, and nothing else."""

import json
from datetime import timedelta

import pytest

from functions.ingest.sns.certificate import BadCertificateError, read_certificate
from functions.ingest.sns.endpoint import SnsEndpoint
from tests.functions.ingest.gateway import TOKEN, Gateway, Reply, raising, registered
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


unpinned = registered(IntegrationType.SNS)
pinned = registered(IntegrationType.SNS, topic_arn=TOPIC)


def topic_of(gateway: Gateway) -> str | None:
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
def test_a_forgery_pins_no_topic(unpinned: Gateway, name: str, said: Message) -> None:
    assert send(unpinned, said).status == 401, name
    assert topic_of(unpinned) is None


@pytest.mark.parametrize(
    "case", ["subscription-confirmation-sigv1", "subscription-confirmation-sigv2"]
)
def test_a_genuine_confirmation_pins_its_topic_and_is_confirmed(
    unpinned: Gateway, sns: Sns, case: str
) -> None:
    said = message(case)

    reply = send(unpinned, said)

    assert reply.status == 202
    assert topic_of(unpinned) == said["TopicArn"]
    (asked_for_key, asked_to_confirm) = sns.asked
    assert asked_for_key == (HOST, CERTIFICATE_PATH)
    assert asked_to_confirm[0] == HOST
    assert asked_to_confirm[1].startswith("/?Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns")
    assert said["Token"] in asked_to_confirm[1]


def test_what_a_confirmation_says_to_visit_is_never_visited(unpinned: Gateway, sns: Sns) -> None:
    send(unpinned, message("subscription-confirmation-sigv2"))

    assert all("127.0" not in host + path for host, path in sns.asked)


@pytest.mark.parametrize(
    ("case", "topic"),
    [
        ("cloudwatch-alarm", TOPIC),
        ("notification-with-subject-sigv2", TOPIC),
        ("notification-no-subject-sigv1", TOPIC_V1),
    ],
)
def test_genuine_messages_unpinnedalerts(gateway: Gateway, case: str, topic: str) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=topic)

    assert send(gateway, message(case)).outcomes == ["opened"]


def test_an_alarm_lives_by_its_messages(pinned: Gateway, sns: Sns) -> None:
    fired, over, no_data = (
        send(pinned, message(f"cloudwatch-{case}")) for case in ("alarm", "ok", "insufficient-data")
    )

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])
    assert no_data.outcomes == ["reopened"]
    alert = pinned.alert(fired)
    assert alert.dedup_key.endswith(":alarm:cpu-high-i-0123456789")
    assert (alert.severity, alert.status) == (Severity.CRITICAL, AlertStatus.RESOLVED)
    assert alert.facts.labels["InstanceId"] == "i-0123456789abcdef0"
    assert alert.facts.threshold == 80.0
    assert pinned.alert(no_data).severity is Severity.WARNING
    assert [path for _, path in sns.asked] == [CERTIFICATE_PATH], "once, and remembered"


def test_what_fired_is_as_bad_without_data(pinned: Gateway) -> None:
    owner = owner_of(pinned)
    alarm = json.loads(message("cloudwatch-alarm")["Message"])
    send(pinned, owner.sign(message("cloudwatch-alarm")))
    lost = {**alarm, "NewStateValue": "INSUFFICIENT_DATA", "OldStateValue": "ALARM"}

    reply = send(pinned, owner.sign({**message("cloudwatch-alarm"), "Message": json.dumps(lost)}))

    assert reply.outcomes == ["updated"]
    assert pinned.alert(reply).severity is Severity.CRITICAL


def test_an_alarms_description_may_say_how_bad_it_is(pinned: Gateway) -> None:
    owner = owner_of(pinned)
    alarm = json.loads(message("cloudwatch-alarm")["Message"])
    alarm["AlarmDescription"] = '{"severity": "warning", "description": "CPU"}'

    reply = send(pinned, owner.sign({**message("cloudwatch-alarm"), "Message": json.dumps(alarm)}))

    alert = pinned.alert(reply)
    assert (alert.severity, alert.facts.summary) == (Severity.WARNING, "CPU")


def test_events_of_eventbridge_may_come_through_a_topic(pinned: Gateway) -> None:
    event = sample("eventbridge/cloudwatch-alarm-state-change").body.decode()

    reply = send(pinned, owner_of(pinned).sign({**message("cloudwatch-alarm"), "Message": event}))

    assert pinned.alert(reply).facts.name == "ServerCpuTooHigh"


def test_a_farewell_is_an_alert_and_another_confirmation_its_end(pinned: Gateway) -> None:
    owner = owner_of(pinned)
    farewell = {**message("subscription-confirmation-sigv2"), "Type": "UnsubscribeConfirmation"}

    opened = send(pinned, owner.sign(farewell))
    over = send(pinned, owner.sign(message("subscription-confirmation-sigv2")))

    assert (opened.outcomes, over.outcomes) == (["opened"], ["resolved"])
    assert pinned.alert(opened).facts.name == "alarms no longer sends"


def test_before_a_topic_is_confirmed_its_messages_are_refused(unpinned: Gateway) -> None:
    assert send(unpinned, message("cloudwatch-alarm")).status == 401


def test_a_confirmed_topic_may_send_at_once(unpinned: Gateway) -> None:
    send(unpinned, message("subscription-confirmation-sigv2"))

    assert send(unpinned, message("cloudwatch-alarm")).outcomes == ["opened"]


def test_what_was_confirmed_elsewhere_may_send_at_once(unpinned: Gateway) -> None:
    assert send(unpinned, message("cloudwatch-alarm")).status == 401
    unpinned.register_again(topic_arn=TOPIC)

    assert send(unpinned, message("cloudwatch-alarm")).outcomes == ["opened"]


def test_another_topic_cannot_take_over(unpinned: Gateway, sns: Sns) -> None:
    send(unpinned, message("subscription-confirmation-sigv2"))
    sns.asked.clear()

    assert send(unpinned, message("subscription-confirmation-sigv1")).status == 401
    assert (topic_of(unpinned), sns.asked) == (TOPIC, [])


@pytest.mark.parametrize("age", [timedelta(hours=1, minutes=1), timedelta(minutes=-6)])
def test_old_and_early_messages_are_refused(pinned: Gateway, age: timedelta) -> None:
    pinned.world.now = AT + age

    assert send(pinned, message("cloudwatch-alarm")).status == 401


def test_raw_delivery_is_refused_as_it_is_not_signed(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SNS, topic_arn=f"{TOPIC}-raw")

    assert gateway.deliver("sns/raw-delivery").status == 401


def test_while_sns_cannot_be_asked_the_message_has_to_come_again(pinned: Gateway, sns: Sns) -> None:
    sns.status = 503

    reply = send(pinned, message("cloudwatch-alarm"))

    assert (reply.status, reply.code) == (503, "try_again")
    sns.status = 200
    assert send(pinned, message("cloudwatch-alarm")).outcomes == ["opened"]


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404])
def test_a_redirect_is_no_certificate(pinned: Gateway, sns: Sns, status: int) -> None:
    sns.status = status

    assert send(pinned, message("cloudwatch-alarm")).status == 401
    assert len(sns.asked) == 1


def test_an_unreachable_sns_is_no_refusal(pinned: Gateway) -> None:
    pinned.sns = SnsEndpoint(raising(TimeoutError))

    assert send(pinned, message("cloudwatch-alarm")).status == 503


@pytest.mark.parametrize(
    "days", [-366, 2], ids=["a certificate that ran out", "a certificate of tomorrow"]
)
def test_a_certificate_holds_for_its_time_only(pinned: Gateway, days: int) -> None:
    owner = Owner(valid_from=AT + timedelta(days=days))
    pinned.sns = SnsEndpoint(Sns(owner.certificate))

    assert send(pinned, owner.sign(message("cloudwatch-alarm"))).status == 401


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
@pytest.mark.parametrize("version", ["1", "2"])
def test_signatures_are_checked_as_others_make_them(
    pinned: Gateway, bits: int, version: str
) -> None:
    owner = Owner(bits)
    pinned.sns = SnsEndpoint(Sns(owner.certificate))
    said = owner.sign({**message("cloudwatch-alarm"), "Subject": "Größe 😀"}, version)

    assert send(pinned, said).outcomes == ["opened"]


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
def test_there_is_no_way_round_the_signature(pinned: Gateway, method: str, path: str) -> None:
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

    reply = pinned.post(body, path=f"/i/{TOKEN}/{path}", method=method, query=query)
    unknown = pinned.post(body, path=f"/i/{'0' * 32}/{path}", method=method, query=query)

    assert (reply.status, pinned.alerts()) == (unknown.status, [])
    assert reply.status in {400, 401, 404}


@pytest.mark.parametrize("kind", [{}, [], None, 1, "x"])
def test_a_type_that_is_none_is_refused(pinned: Gateway, kind: object) -> None:
    assert pinned.post({"Type": kind, "TopicArn": TOPIC}).status == 422
