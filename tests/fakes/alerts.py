"""The table's slots, alerts, timelines and stream, in memory."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.fakes.listing import page_of
from tocsin.domain.alert import Alert, Listed
from tocsin.domain.alert_query import AlertPage, AlertQuery, Counts
from tocsin.domain.consequences import AlertChange
from tocsin.domain.errors import AlertNotFoundError, SlotRefusedError
from tocsin.domain.history import Sample
from tocsin.domain.ids import (
    AlertId,
    Fingerprint,
    WriteId,
    fingerprint_of,
    instant,
    is_ulid,
    milliseconds,
)
from tocsin.domain.next_action import Timer, next_action
from tocsin.domain.reception import Source, is_mere_repeat, receive
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import Change, TimelinePage

HISTORY_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRecord:
    """One write as the table's stream tells it; the new image carries its `changes`."""

    old: Alert | None
    new: Alert


class InMemoryAlerts:
    """SlotRepository, AlertRepository, TimelineRepository and DueRepository in one.

    What the stream's reader derives (timeline, counts, history) is not there before somebody
    takes the `stream` and calls `record`, just as it comes later on the table.
    """

    def __init__(self) -> None:
        self.stream: list[StreamRecord] = []
        self._live: dict[Fingerprint, Alert] = {}
        self._former: dict[AlertId, Alert] = {}
        self._rows: defaultdict[AlertId, dict[str, Change]] = defaultdict(dict)
        self._samples: defaultdict[AlertId, dict[int, Sample]] = defaultdict(dict)
        self._counts = Counts()

    # SlotRepository

    def in_slot(self, slot: Fingerprint) -> Alert | None:
        return _read(self._live.get(slot))

    def count(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        current = self._live.get(source.slot_of(signal))
        if current is None or not is_mere_repeat(current, signal, source):
            raise SlotRefusedError(_read(current))
        return self._write(current, current.counted(signal, at), write_id)

    def resolve(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        current = self._live.get(source.slot_of(signal))
        if current is None or not _is_plain(current, at):
            raise SlotRefusedError(_read(current))
        at_once = replace(source, resolve_after=timedelta())
        over = receive(replace(current, changes=()), signal, at_once, at).alert
        assert over is not None, "recovery ends what is open"
        return self._write(current, _next_version(current, over), write_id)

    def add(self, alert: Alert, *, write_id: WriteId) -> Alert:
        current = self._live.get(alert.fingerprint)
        if current is not None:
            raise SlotRefusedError(_read(current))
        return self._write(None, alert, write_id)

    def replace(self, previous: Alert, alert: Alert, *, write_id: WriteId) -> Alert:
        current = self._live.get(previous.fingerprint)
        if current is None or not _is_as_read(current, previous):
            raise SlotRefusedError(_read(current))
        self._former[current.alert_id] = current
        return self._write(current, alert, write_id)

    # AlertRepository; `update` is also the slots'

    def get(self, alert_id: AlertId) -> Alert:
        alert = _read(self._stored(alert_id))
        if alert is None:
            raise AlertNotFoundError
        return alert

    def get_with_history(self, alert_id: AlertId) -> tuple[Alert, tuple[Sample, ...]]:
        samples = self._samples[alert_id]
        newest = sorted(samples)[-HISTORY_LIMIT:]
        return self.get(alert_id), tuple(samples[when] for when in newest)

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        current = self._stored(before.alert_id)
        if current is None or not _is_as_read(current, before):
            raise SlotRefusedError(self.in_slot(before.fingerprint))
        repeats = after.occurrences - before.occurrences
        merged = replace(
            after,
            facts=after.facts if repeats else current.facts,
            current_value=after.current_value if repeats else current.current_value,
            occurrences=current.occurrences + repeats,
            last_seen_at=after.last_seen_at if repeats else current.last_seen_at,
        )
        return self._write(current, _next_version(current, merged), write_id)

    def list(self, query: AlertQuery, *, at: datetime) -> AlertPage:
        rows = [_as_listed(alert) for alert in self._all()]
        return page_of(rows, query, at=at, counts=self._counts)

    def timeline(self, alert_id: AlertId, *, cursor: str | None, limit: int) -> TimelinePage:
        rows = self._rows[alert_id]
        keys = sorted(key for key in rows if cursor is None or key > cursor)
        shown = keys[:limit]
        return TimelinePage(
            changes=tuple(rows[key] for key in shown),
            next_cursor=shown[-1] if len(keys) > limit else None,
        )

    def add_note(self, alert_id: AlertId, note: Change, *, write_id: WriteId) -> None:
        note = replace(note, at=_to_millisecond(note.at))
        self._rows[alert_id][f"{milliseconds(note.at):013}#note#{write_id}"] = note

    # TimelineRepository

    def record(self, changes: Sequence[AlertChange]) -> None:
        for told in changes:
            rows, is_new = self._rows[told.alert.alert_id], False
            for position, change in enumerate(told.changes):
                key = _row_key(told.alert, change, position)
                is_new = is_new or key not in rows
                rows[key] = replace(change, at=_to_millisecond(change.at))
            if is_new:
                self._counts = _added(self._counts, told.counts)

    def add_samples(self, alert_id: AlertId, samples: Sequence[Sample]) -> None:
        for sample in samples:
            self._samples[alert_id][milliseconds(sample.at)] = sample

    def refresh_listed(self, alert: Alert) -> None:
        current = self._live.get(alert.fingerprint)
        if current is not None and current.alert_id == alert.alert_id:
            self._live[alert.fingerprint] = replace(current, listed=_listed_of(current))

    # DueRepository

    def due(self, before: datetime) -> Sequence[Timer]:
        timers = [
            Timer(slot=slot, due_at=due_at)
            for slot, alert in self._live.items()
            if (due_at := next_action(alert).at) is not None and due_at < before
        ]
        return sorted(timers, key=lambda timer: timer.due_at)

    def _all(self) -> Iterator[Alert]:
        yield from self._live.values()
        yield from self._former.values()

    def _stored(self, alert_id: AlertId) -> Alert | None:
        if not is_ulid(alert_id):
            return None
        live = self._live.get(fingerprint_of(alert_id))
        is_live = live is not None and live.alert_id == alert_id
        return live if is_live else self._former.get(alert_id)

    def _write(self, old: Alert | None, new: Alert, write_id: WriteId) -> Alert:
        assert write_id, "every write carries an id"
        kept = _as_stored(new)
        if kept.alert_id in self._former:
            self._former[kept.alert_id] = kept
        else:
            self._live[kept.fingerprint] = kept
        self.stream.append(StreamRecord(old=old, new=kept))
        return replace(kept, changes=())


def _read(stored: Alert | None) -> Alert | None:
    return None if stored is None else replace(stored, changes=())


def _is_plain(current: Alert, at: datetime) -> bool:
    """Whether recovery ends it without more to decide: open, awake, not resolving already."""
    waits = current.snooze is not None or current.resolves_at is not None
    return current.is_open and not waits and current.changed_at <= at


def _is_as_read(current: Alert, read: Alert) -> bool:
    """A version alone does not tell one episode from the next."""
    return current.alert_id == read.alert_id and current.version == read.version


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
        changes=(),
        occurrences=alert.listed.occurrences,
        last_seen_at=alert.listed.last_seen_at,
        current_value=alert.listed.current_value,
    )


def _row_key(alert: Alert, change: Change, position: int) -> str:
    at = milliseconds(change.at)
    return f"{at:013}#{alert.version:06}#{alert.occurrences:09}#{position}"


def _added(counts: Counts, moved: Counts) -> Counts:
    return Counts(
        firing=counts.firing + moved.firing,
        acknowledged=counts.acknowledged + moved.acknowledged,
        snoozed=counts.snoozed + moved.snoozed,
    )


def _to_millisecond(at: datetime) -> datetime:
    return instant(milliseconds(at))


def _maybe_to_millisecond(at: datetime | None) -> datetime | None:
    return None if at is None else _to_millisecond(at)


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
        resolved_at=_maybe_to_millisecond(alert.resolved_at),
        snooze=snooze and replace(snooze, until=_to_millisecond(snooze.until)),
        changed_at=_to_millisecond(alert.changed_at),
        changes=tuple(replace(change, at=_to_millisecond(change.at)) for change in alert.changes),
    )
