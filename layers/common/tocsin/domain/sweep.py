"""The sweep: finds open alerts that no timer or message would bring back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import Counts
from tocsin.domain.asking import Asking
from tocsin.domain.integration import SELF
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.notification import Notification
from tocsin.domain.people import Directory
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.domain.step_plan import is_asked, is_planned

SWEEP_EVERY: Final = timedelta(minutes=10)
"""A sweep reads every open alert; ticks, which find what is due, need no sweep."""
SETTLED_AFTER: Final = timedelta(minutes=2)
"""How long after a change its timer may still be missing."""
PLANNED_AFTER: Final = timedelta(minutes=5)
"""How long it may take until the messages of a step are in the ledger."""
OVERDUE_AFTER: Final = timedelta(minutes=5)
"""Every tick in this time has sent a timer for an overdue alert."""
PAUSED_AFTER: Final = 2.5 * SWEEP_EVERY
"""If no run ended for so long, storage or the queues were unavailable, and messages are late for
that."""
LOOKED_AT_FOR: Final = timedelta(hours=25)
"""After a step was begun, its messages are checked for as long as a rule's delay may last."""
LOOKED_AT_HOURLY: Final = timedelta(days=9)
"""The hours of a rule may let a message wait for a week; until then one sweep of an hour checks."""
_MINUTE: Final = timedelta(minutes=1)
OURSELVES: Final = Source(integration=SELF)
_DEDUP_KEY: Final = "sweep"


class Ailment(StrEnum):
    NO_TIMER = "no timer"
    """A timer is missing, or too late."""
    OVERDUE = "overdue"
    """Its timer comes, and the action fails each time."""
    UNPLANNED = "unplanned"
    """A step was begun, and its messages are not in the ledger."""
    UNASKED = "unasked"
    """A person asked others, and the messages to them are not in the ledger."""
    STUCK = "stuck"
    """A message is in the ledger, and is not sent."""
    HELD = "held"
    """What held it has ended, and it was not released."""
    UNREADABLE = "unreadable"
    """It or its ledger cannot be read."""


OF_MESSAGES: Final = frozenset((Ailment.UNPLANNED, Ailment.UNASKED, Ailment.STUCK))
"""Effects of an outage of storage or of the queues."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A forgotten alert."""

    alert: Alert
    ailment: Ailment
    is_mended: bool = True
    cause: str | None = None
    """The class of the error that prevented the mending: its text may quote what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepState:
    """How far a sweep has come; stored, as it may take longer than one run of the function."""

    cursor: str | None = None
    """Where it goes on; None: it has ended."""
    seen: Counts = field(default_factory=Counts)
    """Open alerts up to there."""
    found: int = 0
    is_reported: bool = False
    """Whether an alert about an earlier finding is open."""
    kept_at: datetime | None = None
    """When an earlier run ended; a run that storage or a queue refuses does not end."""
    drift: Counts = field(default_factory=Counts)
    """By how much the stored counts were wrong at the end of the sweep before."""


def is_suspect(row: Alert, now: datetime) -> bool:
    """Whether an alert must be read to judge it; most need not.

    Args:
        row: An open alert as a list shows it: without `changed_at` and `lapses_at`.
        now: The time.
    """
    begun_at = row.escalation.begun_at
    times = (begun_at, *(asking.at for asking in row.askings))
    looked_at = LOOKED_AT_HOURLY if now.minute * _MINUTE < SWEEP_EVERY else LOOKED_AT_FOR
    is_young = any(at is not None and now - at < looked_at for at in times)
    is_young |= _tells_last_resort(row, now) or row.hold is not None
    return is_young or row.timer_at is None or _timer_ailment(row, now) is not None


def was_paused(state: SweepState, now: datetime) -> bool:
    """Whether sweeps failed for a while."""
    return state.kept_at is not None and now - state.kept_at > PAUSED_AFTER


def ailments_of(
    alert: Alert,
    ledger: Callable[[], Sequence[Notification]],
    directory: Callable[[], Directory],
    now: datetime,
    is_held_rightly: Callable[[Alert], bool] = lambda _alert: True,
) -> tuple[Ailment, ...]:
    """What is wrong with an alert; nearly always nothing."""
    if not alert.is_open:
        return ()
    is_settled = now - alert.changed_at >= SETTLED_AFTER
    timer = _timer_ailment(alert, now) if is_settled else None
    found = [timer] if timer else []
    # What an awake person holds is looked at anew by the alert's own timer, within minutes.
    is_held = alert.hold is not None and alert.hold.checked_at is None and alert.hold.until > now
    if is_settled and is_held and not is_held_rightly(alert):
        found.append(Ailment.HELD)
    escalation = alert.escalation
    has_messages = escalation.begun_at is not None or bool(alert.askings)
    if has_messages or _tells_last_resort(alert, now):
        messages = ledger()
        begun_at = escalation.begun_at
        is_late = begun_at is not None and now - begun_at > PLANNED_AFTER
        is_asking = alert.is_asking and alert.hold is None
        if is_asking and is_late and not is_planned(alert, messages, directory):
            found.append(Ailment.UNPLANNED)
        if unasked(alert, messages, now):
            found.append(Ailment.UNASKED)
        if any(each.is_stuck(now) for each in messages):
            found.append(Ailment.STUCK)
    return tuple(found)


def unasked(alert: Alert, ledger: Sequence[Notification], now: datetime) -> tuple[Asking, ...]:
    """Whom people asked, and whose messages are not in the ledger by now."""
    return tuple(
        asking
        for asking in alert.askings
        if PLANNED_AFTER < now - asking.at < LOOKED_AT_FOR and not is_asked(asking, ledger)
    )


def _tells_last_resort(alert: Alert, now: datetime) -> bool:
    """Whether the ledger may have a message to the last resort that waits."""
    unreached = alert.escalation.unreached
    return unreached is not None and now - unreached.at < LOOKED_AT_FOR


def _timer_ailment(alert: Alert, now: datetime) -> Ailment | None:
    if lacks_timer(alert):
        return Ailment.NO_TIMER
    if alert.timer_at is not None and now - alert.timer_at > OVERDUE_AFTER:
        return Ailment.OVERDUE
    return None


def is_self_report(alert: Alert) -> bool:
    return (alert.integration, alert.dedup_key) == (SELF, _DEDUP_KEY)


def self_report(findings: int) -> Signal:
    """The signal that opens the alert about findings."""
    facts = Facts(
        name="Forgotten alerts were found",
        summary=f"Tocsin's sweep found {findings} open alerts that were forgotten",
        reason=(
            "What can be mended is mended, but something went wrong before: see the log of the "
            "tick function and docs/runbooks/alerts-repaired.md."
        ),
    )
    return Signal(
        action=SignalAction.TRIGGER, dedup_key=_DEDUP_KEY, severity=Severity.WARNING, facts=facts
    )


def all_clear() -> Signal:
    """The signal that resolves the alert about findings: a whole sweep has found nothing."""
    facts = Facts(name="Forgotten alerts were found", reason="a whole sweep has found nothing")
    return Signal(
        action=SignalAction.RESOLVE, dedup_key=_DEDUP_KEY, severity=Severity.INFO, facts=facts
    )
