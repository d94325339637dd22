"""What an alert still waits for, and when; or why it waits for nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import AUTO, Fingerprint

LOOK_AHEAD: Final = timedelta(seconds=75)
"""How far a tick looks ahead. The next one comes within 60 s; the rest is for one that is
late, and for an index that lags."""


class ActionKind(StrEnum):
    """What happens by itself."""

    WAKE = "wake"
    RESOLVE = "resolve"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """The next thing that happens if nobody does anything."""

    kind: ActionKind
    at: datetime | None
    why: str


def next_action(alert: Alert) -> NextAction:
    """Say what is due next; every open alert has an action or a stated reason for none."""
    if not alert.is_open:
        return NextAction(kind=ActionKind.NONE, at=None, why="resolved")
    wakes_at = alert.snooze.until if alert.snooze else None
    if alert.resolves_at is not None and (wakes_at is None or alert.resolves_at <= wakes_at):
        why = "the sender reported recovery; resolves unless it fires again"
        return NextAction(kind=ActionKind.RESOLVE, at=alert.resolves_at, why=why)
    if wakes_at is not None:
        return NextAction(kind=ActionKind.WAKE, at=wakes_at, why="the snooze ends")
    if alert.status is AlertStatus.ACKNOWLEDGED:
        why = f"acknowledged by {alert.acknowledged_by}"
        return NextAction(kind=ActionKind.NONE, at=None, why=why)
    return NextAction(kind=ActionKind.NONE, at=None, why="no escalation policy pages for it")


def act(alert: Alert, at: datetime) -> Alert | None:
    """Do what is due at this time; None if nothing is (the alert has moved on)."""
    due = next_action(alert)
    if due.at is None or at < due.at:
        return None
    match due.kind:
        case ActionKind.WAKE:
            return alert.woken(by=AUTO, at=at, reason="the snooze ended")
        case ActionKind.RESOLVE:
            reason = "recovered, and stayed so for the integration's resolve window"
            return alert.resolve(by=AUTO, at=at, reason=reason)
        case ActionKind.NONE:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A reminder to look at one slot at one time; worthless once the alert has moved on."""

    slot: Fingerprint
    due_at: datetime
