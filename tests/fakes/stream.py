"""What the stream's reader makes of each write, for the fakes."""

from dataclasses import replace

from tests.fakes.alerts import InMemoryAlerts, StreamRecord
from tocsin.domain.alert import Alert, AlertStatus, integration_actor
from tocsin.domain.alert_query import Counts
from tocsin.domain.consequences import AlertChange
from tocsin.domain.history import Sample
from tocsin.domain.timeline import Change, ChangeType


def apply_stream(alerts: InMemoryAlerts) -> None:
    """Tell the timeline, the counts and the history all that was written since the last time."""
    records, alerts.stream = alerts.stream, []
    for record in records:
        changes = _changes_in(record)
        if changes:
            alerts.record([AlertChange(alert=record.new, changes=changes, counts=_moved(record))])
        old = record.old
        is_signal = old is None or old.occurrences != record.new.occurrences or _is_next(record)
        if is_signal and isinstance(record.new.current_value, int | float):
            sample = Sample(
                occurrence=record.new.occurrences,
                at=record.new.last_seen_at,
                value=record.new.current_value,
            )
            alerts.add_samples(record.new.alert_id, [sample])
        alerts.refresh_listed(record.new)


def _changes_in(record: StreamRecord) -> tuple[Change, ...]:
    old, new = record.old, record.new
    if old is None or _is_next(record) or old.version != new.version:
        reason = new.facts.reason or new.facts.summary
        return tuple(
            replace(change, details={**change.details, "reason": reason})
            if change.type in {ChangeType.FIRED, ChangeType.REOPENED}
            else change
            for change in new.changes
        )
    said = (new.facts.reason, new.facts.summary)
    if said == (old.facts.reason, old.facts.summary):
        return ()
    reason = new.facts.reason or new.facts.summary
    by = integration_actor(new.integration)
    at = new.last_seen_at
    return (Change(type=ChangeType.UPDATED, at=at, by=by, details={"reason": reason}),)


def _is_next(record: StreamRecord) -> bool:
    return record.old is not None and record.old.alert_id != record.new.alert_id


def _moved(record: StreamRecord) -> Counts:
    old, new = _counted(record.old), _counted(record.new)
    return Counts(
        firing=new.firing - old.firing,
        acknowledged=new.acknowledged - old.acknowledged,
        snoozed=new.snoozed - old.snoozed,
    )


def _counted(alert: Alert | None) -> Counts:
    if alert is None or not alert.is_open:
        return Counts()
    return Counts(
        firing=int(alert.status is AlertStatus.FIRING),
        acknowledged=int(alert.status is AlertStatus.ACKNOWLEDGED),
        snoozed=int(alert.snooze is not None),
    )
