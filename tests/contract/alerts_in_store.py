"""Putting alerts of every kind into a store."""

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from itertools import count

from tests.examples import ALICE, NINE, PROMETHEUS
from tocsin.domain.alert import Alert, AlertStatus, Routed, Snooze
from tocsin.domain.asking import Asking
from tocsin.domain.escalation import Escalation, Rest, Unreached
from tocsin.domain.flapping import Flapping, Reopening, Told
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.hours import Day, Hours
from tocsin.domain.ids import Actor, IncidentId, WriteId
from tocsin.domain.next_action import with_timer
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.usecases.ports import SlotRepository

type Transition = Callable[[Alert], Alert]

_numbers = count()


def new_write_id() -> WriteId:
    return WriteId(f"write-id-{next(_numbers)}")


def a_signal(dedup_key: str, *, severity: Severity = Severity.WARNING, **said: object) -> Signal:
    """A trigger with facts as given."""
    facts = replace(Facts(name=dedup_key, summary=f"{dedup_key} is wrong"), **said)  # type: ignore[arg-type]
    return Signal(action=SignalAction.TRIGGER, dedup_key=dedup_key, severity=severity, facts=facts)


def put(
    slots: SlotRepository,
    signal: Signal,
    *,
    at: datetime = NINE,
    source: Source = PROMETHEUS,
    transitions: Iterable[Transition] = (),
) -> Alert:
    """Open an alert and take it through transitions, each stored."""
    slot = source.slot_of(signal)
    opened = Alert.open(signal, integration=source.integration, slot=slot, at=at)
    opened = opened.escalate(None, at=at)
    alert = slots.add(with_timer(opened), write_id=new_write_id())
    for transition in transitions:
        alert = slots.update(alert, with_timer(transition(alert)), write_id=new_write_id())
    return alert


def reopened(slots: SlotRepository, previous: Alert, *, at: datetime) -> Alert:
    """The next episode of what is over."""
    signal = a_signal(previous.dedup_key)
    alert = Alert.open(
        signal,
        integration=previous.integration,
        slot=previous.fingerprint,
        at=at,
        previous=previous,
    )
    return slots.replace(previous, with_timer(alert), write_id=new_write_id())


def acknowledge(alert: Alert) -> Alert:
    return alert.acknowledge(by=ALICE, at=alert.changed_at)


def resolve(alert: Alert) -> Alert:
    return alert.resolve(by=ALICE, at=alert.changed_at)


def snooze(alert: Alert) -> Alert:
    until = alert.changed_at + timedelta(hours=1)
    return alert.snoozed(Snooze(until=until), by=ALICE, at=alert.changed_at)


SMALL_FACTS = Facts(
    name="HighLatency",
    summary="Checkout is slow",
    reason="p99 = 2.1 s",
    source="prometheus",
    source_name="Prometheus",
    object="web-1",
    source_severity="urgent",
    rule_id="rule-1",
    rule_name="Latency",
    monitor_id="monitor-1",
    monitor_name="Checkout",
    group_id="group-1",
    threshold=1.5,
    operator="gt",
    window="5m",
    labels={"zone": "b", "env": "prod", "größe": "😀"},
    urls={"runbook": "https://example.com/runbook"},
    truncated=("labels: kept 2 of 3",),
)
BIG_FACTS = replace(
    SMALL_FACTS,
    summary=" ".join(f"word{number}" for number in range(120)),
    reason="\n".join(f"line {number}: {number**7}" for number in range(3000)),
    labels={f"label{number}": f"value {number**5}" * 5 for number in range(300)},
)
"""About 100 KB, and far over what stays in the item that repeats touch."""


EVERYTHING_ABOUT_ESCALATION = Escalation(
    policy="default",
    is_policy_known=True,
    step=2,
    step_name="second",
    targets=("user:alice", "channel:ops"),
    first_targets=("channel:ops", "schedule:payments"),
    next_targets=("user:bob", "user:carol"),
    asked=("0a1b2c3d", "4e5f6a7b"),
    begun_at=NINE + timedelta(minutes=1, milliseconds=7),
    delay=timedelta(minutes=5),
    delays_from=NINE + timedelta(minutes=4, milliseconds=7),
    loop=3,
    repeats=1,
    next_step=1,
    escalates_at=NINE + timedelta(minutes=6, milliseconds=7),
    is_restart=True,
    skips_ahead=True,
    awaits_stability=True,
    rest=Rest.SEVERITY,
    ack_timeout=timedelta(minutes=30),
    ack_from=NINE + timedelta(minutes=2, milliseconds=7),
    spell=4,
    worst=Severity.WARNING,
    giver="bob",
    held_why="its messages wait",
    held_by_route="db-flaps",
    waits_for_step="office",
    unreached=Unreached(at=NINE + timedelta(milliseconds=9), why="frank has no contact method"),
    held=Hold(
        kind=HoldKind.WINDOW,
        name="deploy-42",
        until=NINE + timedelta(hours=2, milliseconds=1),
        since=NINE + timedelta(minutes=4, milliseconds=5),
        by="carol",
    ),
    released_at=NINE + timedelta(minutes=3, milliseconds=8),
)

EVERYTHING_ABOUT_FLAPPING = Flapping(
    reopenings=(
        Reopening(at=NINE - timedelta(minutes=1, milliseconds=3), steady=timedelta(hours=3)),
        Reopening(at=NINE, steady=timedelta(seconds=41, milliseconds=7)),
    ),
    count=2,
    within=timedelta(minutes=10),
    told=Told(at=NINE - timedelta(minutes=1), severity=Severity.CRITICAL),
)


def with_every_field(alert: Alert, facts: Facts) -> Alert:
    """No field has the value that it would have if it were forgotten.

    Raises:
        AssertionError: A field is new here and keeps its default.
    """
    later = NINE + timedelta(minutes=1)
    changed = replace(
        alert,
        status=AlertStatus.RESOLVED,
        severity=Severity.INFO,
        facts=facts,
        output_hash=facts.output_hash,
        subject='WARNING db-1: Disk "full", 80 %',
        episode=7,
        occurrences=42,
        last_seen_at=later,
        current_value=0.1 + 0.2,
        source_started_at=NINE - timedelta(days=3),
        acknowledged_at=NINE + timedelta(minutes=2),
        acknowledged_by=Actor("bob"),
        resolves_at=NINE + timedelta(minutes=3),
        lapses_at=NINE + timedelta(minutes=4),
        resolved_at=NINE + timedelta(minutes=4),
        resolved_by=Actor("key:01ARZ3"),
        snooze=Snooze(
            until=NINE + timedelta(days=30),
            reason='known, see "wiki"',
            severity=Severity.CRITICAL,
            by=Actor("link:alice"),
            sticky_severity=True,
            sticky_output=True,
        ),
        incident_id=IncidentId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        escalation=EVERYTHING_ABOUT_ESCALATION,
        flapping=EVERYTHING_ABOUT_FLAPPING,
        askings=(
            Asking(version=3, at=later, by=Actor("bob"), targets=("user:alice", "channel:ops")),
            Asking(
                version=4,
                at=later,
                by=Actor("link:bob"),
                targets=("user:carol",),
                is_assignment=True,
                note="größe 😀",
            ),
        ),
        assigned_to="carol",
        changed_at=NINE + timedelta(minutes=5),
        told_version=5,
        routed=Routed(
            route="db-flaps",
            sent_severity=Severity.INFO,
            close_after=timedelta(hours=12, milliseconds=3),
            only=(
                Hours(days=frozenset((Day.MON, Day.FRI)), begins=time(8), ends=time(18, 30)),
                Hours(days=frozenset((Day.SUN,)), begins=time(22), ends=time(6)),
            ),
            time_zone="Europe/Paris",
        ),
        timer_at=NINE + timedelta(minutes=6),
    )
    assert not [
        field.name
        for field in fields(Escalation)
        if getattr(EVERYTHING_ABOUT_ESCALATION, field.name) == getattr(Escalation(), field.name)
    ]
    same = {
        field.name
        for field in fields(alert)
        if getattr(changed, field.name) == getattr(alert, field.name)
    }
    of_the_alert = {"alert_id", "integration", "dedup_key", "version", "changes", "overflow"}
    assert same == of_the_alert | {"notification_count"}
    return changed
