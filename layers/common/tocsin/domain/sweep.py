"""The check behind everything else: an open alert that nobody would ever look at again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.integration import SELF
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction

SWEEP_EVERY: Final = timedelta(minutes=10)
"""A sweep reads every open alert; ticks, which find what is due, need no sweep."""
SETTLED_AFTER: Final = timedelta(minutes=2)
"""How long the stream may take before something counts as forgotten."""
OVERDUE_AFTER: Final = timedelta(minutes=5)
"""Every tick in this time has sent a timer for what is overdue."""
OURSELVES: Final = Source(integration=SELF)


class Ailment(StrEnum):
    """How an alert may have been forgotten."""

    NO_TIMER = "no timer"
    """Something is due, and nothing brings it back in time."""
    UNPAGED = "unpaged"
    """A step was begun, and no message of it was ever taken on."""
    OVERDUE = "overdue"
    """Its timer comes and comes, and does not do what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A forgotten alert."""

    alert: Alert
    ailment: Ailment


def ailment_of(alert: Alert, now: datetime) -> Ailment | None:
    """Say what is wrong with an alert; None for nearly all of them.

    That it is unpaged is a suspicion: the ledger has to confirm it.

    Args:
        alert: As a list shows it, or as it is stored.
        now: When it is looked at.
    """
    if not alert.is_open or now - alert.changed_at < SETTLED_AFTER:
        return None
    if lacks_timer(alert):
        return Ailment.NO_TIMER
    if alert.timer_at is not None and now - alert.timer_at > OVERDUE_AFTER:
        return Ailment.OVERDUE
    is_asking = alert.status is AlertStatus.FIRING and alert.snooze is None
    if is_asking and alert.escalation.step > 0 and not alert.notification_count:
        return Ailment.UNPAGED
    return None


def self_report(findings: int) -> Signal:
    """Tell the team that something was forgotten, and found."""
    facts = Facts(
        name="Forgotten alerts were found",
        summary=f"Tocsin's sweep had to mend {findings} open alerts",
        reason=(
            "Nothing is lost any more, but something went wrong before: see the log of the tick "
            "function and docs/runbooks/alerts-repaired.md."
        ),
    )
    return Signal(
        action=SignalAction.TRIGGER, dedup_key="sweep", severity=Severity.WARNING, facts=facts
    )
