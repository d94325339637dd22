"""One night's storm, for tests of what people read: seven alerts in Berlin, from 03:02 on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.alerts_in_words import BERLIN, NAMES, policy
from tests.examples import MINUTE, PROMETHEUS, as_read, trigger
from tocsin.domain.alert import Alert
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.digest_message import DigestLinks, DigestMessage, digest_message_of
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.reader import Reader
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.team_storm import TeamStorm

AT_0302 = datetime(2026, 11, 27, 2, 2, tzinfo=UTC)
AT_0303 = AT_0302 + MINUTE
NOW = AT_0303 + timedelta(seconds=30)
DIGEST_ID = DigestId("01KJMX2B7Q3ZAAAAAAAAAAAAAA")
HOSTILE = '<b>api-7</b> down? @channel \N{FIRE} <!here> & "now"'
LINKS = DigestLinks(
    acknowledge="https://tocsin.example.com/act/FQGcnNsYc1BwdHVzZ3Rfb2ZfN2FsaWNl",
    awake="https://tocsin.example.com/act/FgGcnNsYd0Bhd2FrZV9hbGljZQGdq9LGAGFs",
)
ALICE = Reader(name="alice", is_person=True, zone=BERLIN)
TO_OPS = Reader(name="ops", is_person=False, zone=BERLIN)
BOB_NEXT = policy("alice", "bob")
STORM = TeamStorm(
    since=AT_0302,
    opened=34,
    groups={"db": 14, "api": 20},
    severity=Severity.CRITICAL,
    newest_at=AT_0303,
    due_at=NOW,
)


def an_alert(  # noqa: PLR0913 - all that differs between alerts
    title: str = "Postgres primary does not answer",
    *,
    service: str = "db",
    place: str | None = "db-1",
    severity: Severity = Severity.CRITICAL,
    at: datetime = AT_0303,
    runbook: str | None = None,
    of: EscalationPolicy | None = BOB_NEXT,
    key: str = "",
) -> Alert:
    """A firing alert whose first step was begun."""
    facts = Facts(
        name=title,
        summary=title,
        object=place,
        labels={"service": service} if service else {},
        urls={"Runbook": runbook} if runbook else {},
    )
    signal = replace(trigger(severity=severity, dedup_key=key or title), facts=facts)
    slot = PROMETHEUS.slot_of(signal)
    opened = Alert.open(signal, integration=PROMETHEUS.integration, slot=slot, at=at)
    return as_read(opened.escalate(of, at=at))


def of_api(
    title: str, severity: Severity, at: datetime = AT_0302, runbook: str | None = None
) -> Alert:
    return an_alert(title, service="api", place="api", severity=severity, at=at, runbook=runbook)


SEVEN = (
    an_alert(runbook="https://runbooks.example.com/db-1"),
    of_api(
        "22 % of requests fail with 5xx",
        Severity.CRITICAL,
        runbook="https://runbooks.example.com/api",
    ),
    an_alert("480 of 500 connections in use", severity=Severity.WARNING),
    of_api(HOSTILE, Severity.WARNING, AT_0303),
    of_api("p99 latency is 4.2 s (limit 1 s)", Severity.WARNING),
    of_api("cache hit rate is 12 %", Severity.WARNING),
    of_api("18,100 jobs wait in the queue", Severity.WARNING),
)


def digest_of(alerts: Sequence[Alert]) -> Digest:
    return Digest(
        digest_id=DIGEST_ID,
        target="user:alice",
        channel="email",
        frozen_at=NOW,
        alert_ids=tuple(alert.alert_id for alert in alerts),
        severity=min((alert.severity for alert in alerts), key=lambda each: each.rank),
    )


def written(  # noqa: PLR0913 - all that differs between digests
    alerts: Sequence[Alert] = SEVEN,
    *,
    reader: Reader = ALICE,
    at: datetime = NOW,
    links: DigestLinks | None = LINKS,
    thread: str | None = None,
    is_release: bool = False,
    storm: TeamStorm | None = None,
) -> DigestMessage:
    if links is not None and not reader.is_person:
        links = replace(links, awake=None)
    return digest_message_of(
        replace(digest_of(alerts), is_release=is_release),
        alerts,
        reader=reader,
        names=NAMES,
        at=at,
        links=links,
        thread=thread,
        storm=storm,
    )
