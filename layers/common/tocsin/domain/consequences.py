"""The side effects of a stored change of an alert.

A change of an alert is one write and nothing else. The stream brings each write with the states
before and after it, in order for one alert, at least once; so deciding twice must have the same
result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain.alert import Alert, AlertStatus, integration_actor
from tocsin.domain.alert_query import Counts
from tocsin.domain.asking import Asking
from tocsin.domain.history import Sample, sample_of
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.reception import RESOLVED_REASON_LIMIT
from tocsin.domain.routing import labels_of
from tocsin.domain.timeline import Change, ChangeType, Detail
from tocsin.domain.update_plan import News, news_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChange:
    """One write of an alert, from the stream."""

    before: Alert | None
    """The item before the write: none, the same alert, or its previous episode."""
    after: Alert
    listed_occurrences: int
    """The occurrences that lists show: a repeat writes to no index."""
    changes: tuple[Change, ...] = ()
    """Changes of the version of `after`; a repeat has those of the version it was counted on."""

    @property
    def earlier(self) -> Alert | None:
        """The same alert before this write; None if its episode begins here."""
        before = self.before
        return before if before and before.alert_id == self.after.alert_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """The side effects of one write."""

    earlier: Alert | None
    """The same alert before it; None if its episode begins here."""
    alert: Alert
    told: tuple[Change, ...]
    """Entries for the timeline."""
    is_repeat: bool
    """Whether `told` comes from a repeat, which makes no version of its own."""
    counts: Counts
    """By how much the numbers of open alerts change; zero if `told` is empty."""
    sample: Sample | None
    """The value that a newer occurrence replaced."""
    refreshes_listed: bool
    may_be_held_wrongly: bool
    """Whether it was put on hold, or what matchers see of it has changed while it is: what holds it
    may have ended meanwhile, or not be for it any more."""
    begins_step: bool
    """Whether a step of its escalation policy was begun: its targets are to be paged."""
    worsens: bool
    """Whether it became worse while acknowledged."""
    news: News | None
    """What to tell places that were paged before."""
    askings: tuple[Asking, ...]
    """Whom a person asked by this write, beside the policy."""
    reaches_nobody: bool
    """Whether the last resort is to be told that it has reached nobody."""
    due_at: datetime | None
    """When its timer is due, if the next tick may be too late for it."""
    ends: bool
    """Whether this write resolved it: then its other items get their expiry."""


def consequences_of(stored: StoredChange, *, now: datetime) -> Consequences:
    """Decide the side effects of one write; `now` says which timers are sent at once."""
    earlier, after = stored.earlier, stored.after
    is_new_version = earlier is None or earlier.version != after.version
    is_occurrence = earlier is None or earlier.occurrences != after.occurrences
    told = stored.changes if is_new_version else _said_anew(earlier, after)
    was_paged = earlier is not None and (earlier.escalation.loop > 0 or bool(earlier.askings))
    return Consequences(
        earlier=earlier,
        alert=after,
        told=tuple(_with_reason(change, after) for change in told),
        is_repeat=not is_new_version,
        counts=counts_of(after) - counts_of(stored.before),
        sample=sample_of(earlier) if earlier and is_occurrence else None,
        refreshes_listed=is_occurrence and stored.listed_occurrences < after.occurrences,
        may_be_held_wrongly=_may_be_held_wrongly(earlier, after),
        begins_step=_begins_step(earlier, after),
        worsens=_worsens(earlier, after),
        news=news_of(told) if was_paged else None,
        askings=tuple(
            each for each in after.askings if is_new_version and each.version == after.version
        ),
        reaches_nobody=is_new_version and _reaches_nobody(stored.changes, after),
        due_at=_due_before_a_tick(earlier, after, now),
        ends=not after.is_open and (earlier is None or earlier.is_open),
    )


def _said_anew(earlier: Alert | None, after: Alert) -> tuple[Change, ...]:
    """A repeat is on the timeline if its output differs from the one before."""
    if earlier is None or earlier.output_hash == after.output_hash:
        return ()
    by = integration_actor(after.integration)
    # Clocks of two functions may differ; the timeline's order may not.
    at = max(after.last_seen_at, after.changed_at)
    return (Change(type=ChangeType.UPDATED, at=at, by=by),)


def _with_reason(change: Change, alert: Alert) -> Change:
    """Add the sender's reason; the stored change leaves it out, since the alert has it."""
    says = change.type in {ChangeType.FIRED, ChangeType.REOPENED, ChangeType.UPDATED}
    said = (alert.facts.reason or alert.facts.summary)[:RESOLVED_REASON_LIMIT]
    if not (says and said) or "reason" in change.details:
        return change
    details: Mapping[str, Detail] = {**change.details, "reason": said}
    return replace(change, details=details)


def counts_of(alert: Alert | None) -> Counts:
    """What one alert adds to the numbers of open alerts."""
    if alert is None:
        return Counts()
    return Counts.of(alert.status, alert.severity, is_snoozed=alert.snooze is not None)


def _may_be_held_wrongly(earlier: Alert | None, after: Alert) -> bool:
    if after.hold is None or earlier is None:
        return after.hold is not None
    return earlier.hold != after.hold or labels_of(earlier) != labels_of(after)


def _begins_step(earlier: Alert | None, after: Alert) -> bool:
    reached = (after.escalation.loop, after.escalation.step)
    before = (earlier.escalation.loop, earlier.escalation.step) if earlier else (0, 0)
    return reached != before and after.escalation.step > 0


def _reaches_nobody(changes: tuple[Change, ...], after: Alert) -> bool:
    is_told = any(change.type is ChangeType.REACHED_NOBODY for change in changes)
    return is_told and after.is_page_worthy


def _worsens(earlier: Alert | None, after: Alert) -> bool:
    before, now = earlier.escalation.ack_from if earlier else None, after.escalation.ack_from
    return after.status is AlertStatus.ACKNOWLEDGED and now is not None and now != before


def _due_before_a_tick(earlier: Alert | None, after: Alert, now: datetime) -> datetime | None:
    due_at = after.timer_at
    was_due_at = earlier.timer_at if earlier else None
    is_soon = due_at is not None and due_at != was_due_at and due_at < now + LOOK_AHEAD
    return due_at if is_soon else None
