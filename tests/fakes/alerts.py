"""The table's slots, alerts and stream, in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tests.fakes.listing import page_of
from tests.fakes.timeline import InMemoryTimeline
from tocsin.domain.alert import Alert, Listed
from tocsin.domain.alert_query import AlertPage, AlertQuery
from tocsin.domain.consequences import StoredChange
from tocsin.domain.errors import AlertNotFoundError, InvalidInputError, Problem
from tocsin.domain.history import Sample, history_of
from tocsin.domain.ids import (
    AlertId,
    Fingerprint,
    WriteId,
    fingerprint_of,
    instant,
    is_ulid,
    milliseconds,
)
from tocsin.domain.next_action import Timer, timer_for
from tocsin.domain.reception import Source, is_mere_repeat, receive
from tocsin.domain.sent_body import SentBodies, SentBody
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import Change, TimelinePage
from tocsin.usecases.refusals import SlotRefusedError

CURSOR_LIMIT = 1_024
"""Of a sort key, which it is."""


class InMemoryAlerts(InMemoryTimeline):
    """Implements Slot-, Alert-, Timeline- and DueRepository over the same alerts.

    What follows from a write (timeline, counts, history) is not there before somebody reads
    the `stream`, just as it comes later on the table.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stream: list[StoredChange] = []
        self.meanwhile: Callable[[], object] | None = None
        """What others do between the next read and its conditional write; done once."""
        self._live: dict[Fingerprint, Alert] = {}
        self._former: dict[AlertId, Alert] = {}
        self._first_bodies: dict[AlertId, SentBody] = {}
        self._last_bodies: dict[AlertId, SentBody] = {}

    def __iter__(self) -> Iterator[Alert]:
        for alert in (*self._live.values(), *self._former.values()):
            yield replace(alert, changes=())

    def changes(self, slot: Fingerprint) -> tuple[Change, ...]:
        """What the newest version in a slot changed."""
        return self._live[slot].changes

    # SlotRepository

    def episode(self, alert_id: AlertId) -> Alert | None:
        return _read(self._stored(alert_id))

    def in_slot(self, slot: Fingerprint) -> Alert | None:
        return _read(self._live.get(slot))

    def count(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        current = self._live.get(source.slot_of(signal))
        if current is None or not is_mere_repeat(current, signal, source):
            raise SlotRefusedError(_read(current))
        return self._write(current, current.counted(signal, at), write_id)

    def resolve(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        current = self._live.get(source.slot_of(signal))
        if current is None or not is_plain(current, at):
            raise SlotRefusedError(_read(current))
        at_once = replace(source, resolve_after=timedelta())
        over = receive(replace(current, changes=()), signal, at_once, at).alert
        assert over is not None, "recovery ends what is open"
        return self._write(current, _next_version(current, _timed(over, current, None)), write_id)

    def add(self, alert: Alert, *, body: SentBody | None = None, write_id: WriteId) -> Alert:
        self._let_others_act()
        current = self._live.get(alert.fingerprint)
        if current is not None:
            raise SlotRefusedError(_read(current))
        return self._open(None, alert, body, write_id)

    def replace(
        self,
        previous: Alert,
        alert: Alert,
        *,
        body: SentBody | None = None,
        write_id: WriteId,
    ) -> Alert:
        self._let_others_act()
        current = self._live.get(previous.fingerprint)
        if current is None or not _is_as_read(current, previous):
            raise SlotRefusedError(_read(current))
        self._former[current.alert_id] = current
        return self._open(current, alert, body, write_id)

    def _open(
        self, previous: Alert | None, alert: Alert, body: SentBody | None, write_id: WriteId
    ) -> Alert:
        stored = self._write(previous, replace(alert, timer_at=timer_for(alert)), write_id)
        if body is not None:
            self._first_bodies[alert.alert_id] = body
        return stored

    def set_timer(self, alert: Alert, at: datetime | None) -> None:
        self._let_others_act()
        current = self._stored(alert.alert_id)
        if current is None or not _is_as_read(current, alert):
            raise SlotRefusedError(self.in_slot(alert.fingerprint))
        if current.timer_at not in {alert.timer_at, _maybe_to_millisecond(at)}:
            raise SlotRefusedError(self.in_slot(alert.fingerprint))
        self._write(current, replace(current, timer_at=at))

    def keep_last_body(self, alert: Alert, body: SentBody) -> None:
        last = self._last_bodies.get(alert.alert_id)
        if last is None or last.received_at <= body.received_at:
            self._last_bodies[alert.alert_id] = body

    # AlertRepository; `update` is also the slots'

    def sent_bodies(self, alert_id: AlertId) -> SentBodies:
        self.get(alert_id)
        first = self._first_bodies.get(alert_id)
        return SentBodies(first=first, last=self._last_bodies.get(alert_id, first))

    def get(self, alert_id: AlertId) -> Alert:
        alert = _read(self._stored(alert_id))
        if alert is None:
            raise AlertNotFoundError
        return alert

    def get_shortened(self, alert_id: AlertId) -> Alert:
        return self.get(alert_id)

    def get_with_history(self, alert_id: AlertId) -> tuple[Alert, tuple[Sample, ...]]:
        alert = self.get(alert_id)
        return alert, history_of(alert, self.samples(alert_id))

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        self._let_others_act()
        current = self._stored(before.alert_id)
        if current is None or not _is_as_read(current, before):
            raise SlotRefusedError(self.in_slot(before.fingerprint))
        if after.has_ended_by_itself and current.lapses_at != before.lapses_at:
            raise SlotRefusedError(self.in_slot(before.fingerprint))
        if after.source_started_at != before.source_started_at and _starts_later(current, after):
            raise SlotRefusedError(self.in_slot(before.fingerprint))
        wanted = timer_for(after)
        timer_at = current.timer_at if wanted == before.timer_at else wanted
        return self._update(current, before, after, timer_at, write_id)

    def _update(
        self,
        current: Alert,
        before: Alert,
        after: Alert,
        timer_at: datetime | None,
        write_id: WriteId,
    ) -> Alert:
        repeats = after.occurrences - before.occurrences
        counted = after if repeats else current
        is_new_start = after.source_started_at != before.source_started_at
        started = after if is_new_start else current
        merged = replace(
            after,
            facts=counted.facts,
            output_hash=counted.output_hash,
            last_seen_at=counted.last_seen_at,
            lapses_at=counted.lapses_at,
            current_value=counted.current_value,
            source_started_at=started.source_started_at,
            occurrences=current.occurrences + repeats,
            notification_count=current.notification_count,
        )
        merged = _timed(merged, current, timer_at)
        return self._write(current, _next_version(current, merged), write_id)

    def list(self, query: AlertQuery, *, at: datetime) -> AlertPage:
        return page_of(map(_as_listed, self), query, at=at, counts=self.counts)

    def timeline(self, alert_id: AlertId, *, cursor: str | None, limit: int) -> TimelinePage:
        if not is_ulid(alert_id):
            raise AlertNotFoundError
        prefix = f"T#{alert_id}#"
        if cursor is not None and not (cursor.startswith(prefix) and len(cursor) <= CURSOR_LIMIT):
            problem = Problem("cursor", "is not one that this timeline gave")
            raise InvalidInputError("The cursor is wrong.", [problem])
        placed = [
            (prefix + place, change)
            for place, change in self.placed(alert_id)
            if cursor is None or prefix + place > cursor
        ]
        return TimelinePage(
            changes=tuple(change for _, change in placed[:limit]),
            next_cursor=placed[limit - 1][0] if len(placed) > limit else None,
        )

    # TimelineRepository: the rest of it is derived and not part of an alert

    def refresh_listed(self, alert: Alert) -> None:
        super().refresh_listed(alert)
        current = self._live.get(alert.fingerprint)
        if current is not None and _is_as_read(current, alert):
            self._live[alert.fingerprint] = replace(current, listed=_listed_of(current), changes=())

    def count_notifications(self, alert_id: AlertId, count: int) -> None:
        super().count_notifications(alert_id, count)
        current = self._stored(alert_id)
        if current is None or current.notification_count >= count:
            return
        counted = replace(current, notification_count=count)
        if alert_id in self._former:
            self._former[alert_id] = counted
        else:
            self._live[counted.fingerprint] = counted

    # DueRepository

    def due(self, before: datetime) -> Sequence[Timer]:
        timers = [
            Timer(slot=slot, due_at=alert.timer_at)
            for slot, alert in self._live.items()
            if alert.timer_at is not None and alert.timer_at < before
        ]
        return sorted(timers, key=lambda timer: timer.due_at)

    def _let_others_act(self) -> None:
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()

    def _stored(self, alert_id: AlertId) -> Alert | None:
        if not is_ulid(alert_id):
            return None
        live = self._live.get(fingerprint_of(alert_id))
        is_live = live is not None and live.alert_id == alert_id
        return live if is_live else self._former.get(alert_id)

    def _write(self, old: Alert | None, new: Alert, write_id: WriteId | None = None) -> Alert:
        assert write_id != "", "a write that is known by its id has one"
        kept = _as_stored(new)
        if kept.alert_id in self._former:
            self._former[kept.alert_id] = kept
        else:
            self._live[kept.fingerprint] = kept
        written = replace(kept, changes=())
        self.stream.append(StoredChange(before=_read(old), after=written, changes=kept.changes))
        return written


def _read(stored: Alert | None) -> Alert | None:
    return None if stored is None else replace(stored, changes=())


def is_plain(current: Alert, at: datetime) -> bool:
    """Whether recovery ends it without more to decide: open, awake, not resolving already."""
    waits = current.snooze is not None or current.resolves_at is not None
    return current.is_open and not waits and current.changed_at <= at


def _starts_later(current: Alert, after: Alert) -> bool:
    known, said = current.source_started_at, after.source_started_at
    return known is not None and said is not None and said < known


def _is_as_read(current: Alert, read: Alert) -> bool:
    """A version alone does not tell one episode from the next."""
    return current.alert_id == read.alert_id and current.version == read.version


def _timed(alert: Alert, current: Alert, timer_at: datetime | None) -> Alert:
    """Move the timer only where it is to be moved."""
    return (
        alert
        if timer_at == current.timer_at == alert.timer_at
        else replace(alert, timer_at=timer_at)
    )


def _next_version(current: Alert, after: Alert) -> Alert:
    """A change of state renews what lists show of the counts."""
    return replace(after, version=current.version + 1, listed=_listed_of(after))


def _listed_of(alert: Alert) -> Listed:
    return Listed(
        occurrences=alert.occurrences,
        last_seen_at=alert.last_seen_at,
        current_value=alert.current_value,
    )


def _as_listed(alert: Alert) -> Alert:
    return replace(
        alert,
        occurrences=alert.listed.occurrences,
        last_seen_at=alert.listed.last_seen_at,
        current_value=alert.listed.current_value,
    )


def _to_millisecond(at: datetime) -> datetime:
    return instant(milliseconds(at))


def _maybe_to_millisecond(at: datetime | None) -> datetime | None:
    return None if at is None else _to_millisecond(at)


def _change_as_stored(change: Change) -> Change:
    return replace(change, at=_to_millisecond(change.at))


def _as_stored(alert: Alert) -> Alert:
    """The table keeps milliseconds."""
    snooze = alert.snooze
    return replace(
        alert,
        last_seen_at=_to_millisecond(alert.last_seen_at),
        listed=replace(alert.listed, last_seen_at=_to_millisecond(alert.listed.last_seen_at)),
        source_started_at=_maybe_to_millisecond(alert.source_started_at),
        acknowledged_at=_maybe_to_millisecond(alert.acknowledged_at),
        resolves_at=_maybe_to_millisecond(alert.resolves_at),
        lapses_at=_maybe_to_millisecond(alert.lapses_at),
        resolved_at=_maybe_to_millisecond(alert.resolved_at),
        snooze=snooze and replace(snooze, until=_to_millisecond(snooze.until)),
        changed_at=_to_millisecond(alert.changed_at),
        timer_at=_maybe_to_millisecond(alert.timer_at),
        escalation=replace(
            alert.escalation, escalates_at=_maybe_to_millisecond(alert.escalation.escalates_at)
        ),
        changes=tuple(map(_change_as_stored, alert.changes)),
    )
