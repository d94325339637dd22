"""Times, people and alerts that tests talk about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.next_action import first_step_is_due
from tocsin.domain.notification import Delivery, NotificationReason
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction, Value

NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TEN = NINE + HOUR

ALICE = Actor("alice")
BOB = Actor("bob")

PROMETHEUS = Source(integration="prod-prometheus")
PATIENT = Source(integration="prod-prometheus", resolve_after=MINUTE)
"""The same integration, were it to wait a minute before it believes a recovery."""
WAKEFUL = Source(integration="prod-prometheus", wakes_on_output=True)
SENDER = Actor("integration:prod-prometheus")


def trigger(
    output: str = "",
    *,
    dedup_key: str = "disk-full",
    severity: Severity = Severity.WARNING,
    value: Value = None,
    started_at: datetime | None = None,
) -> Signal:
    """The sender says that something is wrong."""
    return Signal(
        action=SignalAction.TRIGGER,
        dedup_key=dedup_key,
        severity=severity,
        facts=Facts(name="Disk full", summary="Disk full on db-1", reason=output),
        current_value=value,
        source_started_at=started_at,
    )


def recovery(output: str = "") -> Signal:
    """The sender says that it is over."""
    return replace(trigger(output), action=SignalAction.RESOLVE)


def acknowledgement() -> Signal:
    """The sender reports an acknowledgement."""
    return replace(trigger(), action=SignalAction.ACKNOWLEDGE)


def firing(signal: Signal | None = None, *, at: datetime = NINE) -> Alert:
    """An alert as it was just read from where it is kept; nobody has configured a policy."""
    signal = signal or trigger()
    slot = PROMETHEUS.slot_of(signal)
    opened = Alert.open(signal, integration=PROMETHEUS.integration, slot=slot, at=at)
    return as_read(opened.escalate(None, at=at))


def acknowledged(*, at: datetime = NINE) -> Alert:
    """Alice has it."""
    return as_read(firing().acknowledge(by=ALICE, at=at))


def resolved(*, at: datetime = NINE) -> Alert:
    """Alice closed it."""
    return as_read(firing().resolve(by=ALICE, at=at))


def snoozed(alert: Alert | None = None, *, until: datetime = TEN) -> Alert:
    """Alice muted it."""
    return as_read((alert or firing()).snoozed(Snooze(until=until), by=ALICE, at=NINE))


def resolving(*, until: datetime = NINE + MINUTE) -> Alert:
    """The sender reported recovery, and the integration waits."""
    return as_read(firing().start_resolving(by=SENDER, at=NINE, resolve_after=until - NINE))


def with_first_step(alert: Alert | None) -> Alert | None:
    """Take the first step, for which nobody has configured anything."""
    if alert is None or not first_step_is_due(alert):
        return alert
    return alert.escalate(None, at=alert.changed_at)


def as_read(alert: Alert) -> Alert:
    """What a repository gives back of an alert that it stored."""
    return replace(alert, changes=())


OPEN = {
    "a firing alert": firing(),
    "an acknowledged alert": acknowledged(),
    "a snoozed alert": snoozed(),
}
UNKNOWN_ID = AlertId("01ARZ3NDEKTSV4RRFFQ69G5FAV")
TO_OPS = Delivery(
    alert_id=UNKNOWN_ID,
    episode=1,
    step=1,
    step_name="first",
    loop=1,
    target="channel:ops",
    channel="ops",
    reason=NotificationReason.FIRST,
    asked_at=NINE,
    due_at=NINE,
)
"""The first page of an alert."""
