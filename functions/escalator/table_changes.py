"""A batch of the table's stream; a record that fails does not hold up the others."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.escalator.ports import Ports
from tocsin.adapters.dynamodb.notifications.notification_items import stored_notification
from tocsin.adapters.dynamodb.timeline.stream import (
    about_record,
    is_shown,
    kept_record,
    sequence_number_of,
    stored_awake,
    stored_change,
    stored_heartbeat,
    stored_silence,
)
from tocsin.domain.consequences import StoredChange
from tocsin.domain.errors import TryAgainError
from tocsin.lambda_runtime.observability import Measure
from tocsin.lambda_runtime.set_aside import SET_ASIDE, TRIES
from tocsin.usecases.follow_changes import follow_changes
from tocsin.usecases.follow_notifications import follow_notifications

type Record = Mapping[str, Any]


def follow_records(records: Sequence[Record], ports: Ports) -> list[str]:
    """Follow the changes, then let open pages know.

    Whoever is told to read again finds all that the stream adds. What failed is counted too: it
    is in the table. A batch that comes again is counted again, which makes pages read once more.

    Returns:
        The sequence numbers of the records that failed and were not set aside, in the stream's
        order.

    Raises:
        TryAgainError: Storage or a queue is unavailable: Lambda waits, and retries the batch.
    """
    failed = _follow_in_parts(records, ports)
    if any(map(is_shown, records)):
        _count_change(ports)
    return failed


def _count_change(ports: Ports) -> None:
    """Count once a batch.

    A refusal for good holds up nothing: pages of people would wait for those of browsers.
    """
    try:
        ports.changes.move(at=ports.now())
    except TryAgainError:
        raise
    except Exception:
        ports.log.exception("Change not counted")
        ports.measure(Measure("ChangesNotCounted", 1))


def _follow_in_parts(records: Sequence[Record], ports: Ports) -> list[str]:
    """Follow the changes.

    A batch that fails is halved until the failing record is alone; after three tries that is
    set aside. To follow the others twice is harmless.
    """
    if len(records) == 1:
        return [] if _deal_with(records[0], ports) else [sequence_number_of(records[0])]
    try:
        _follow(records, ports)
    except TryAgainError:
        raise
    except Exception as error:  # noqa: BLE001 - told with the record that raises it, if one does
        ports.log.warning("Batch halved", cause=type(error).__name__, records=len(records))
        middle = len(records) // 2
        first, second = records[:middle], records[middle:]
        return _follow_in_parts(first, ports) + _follow_in_parts(second, ports)
    return []


def _notice_storm(changes: Sequence[StoredChange], ports: Ports) -> None:
    """After the pages: nobody waits for it."""
    from tocsin.usecases.follow_storm import notice_storm

    storm = notice_storm(
        changes,
        now=ports.now(),
        storms=ports.storms(),
        paging=ports.paging,
        timers=ports.timers,
        new_write_id=ports.new_write_id,
    )
    if storm is not None:
        ports.log.warning("Storm of the team", since=storm.since.isoformat(), opened=storm.opened)


def _deal_with(record: Record, ports: Ports, *, tries: int = TRIES) -> bool:
    try:
        _follow([record], ports)
    except TryAgainError:
        raise
    except Exception as error:
        if tries > 1:
            return _deal_with(record, ports, tries=tries - 1)
        ports.log.exception("Change not followed", **about_record(record))
        if ports.failures is None:
            return False
        ports.failures.keep(kept_record(record, error=type(error).__name__, at=ports.now()))
        ports.measure(SET_ASIDE)
    return True


def _follow(records: Sequence[Record], ports: Ports) -> None:
    changes = [stored for record in records if (stored := stored_change(record))]
    notifications = [told[1] for record in records if (told := stored_notification(record))]
    now, outlets = ports.now(), ports.outlets
    for heartbeat in (it for record in records if (it := stored_heartbeat(record))):
        from tocsin.usecases.run_heartbeat import send_if_soon

        send_if_soon(heartbeat, now=now, timers=outlets.timers)
    for silence in filter(None, map(stored_silence, records)):
        from tocsin.usecases.run_due_hold import send_if_soon as send_hold_if_soon

        send_hold_if_soon(silence, now=now, timers=outlets.timers)
    for awake in filter(None, map(stored_awake, records)):
        from tocsin.usecases.follow_awake import follow_awake

        follow_awake(awake, now=now, outlets=outlets)
    followed = follow_changes(changes, now=now, outlets=outlets)
    entries = followed.entries + follow_notifications(notifications, now=now, outlets=outlets)
    if any(stored.earlier is None for stored in changes):
        _notice_storm(changes, ports)
    if entries or followed.timers or followed.deliveries:
        ports.log.info(
            "Changes followed",
            alert_ids=sorted(
                {stored.after.alert_id for stored in changes}
                | {each.delivery.alert_id for each in notifications}
            ),
            changes=len(changes),
            entries=entries,
            timers=followed.timers,
            deliveries=followed.deliveries,
        )
    if entries:
        ports.measure(Measure("TimelineEntries", entries))
    if followed.unreached:
        ports.measure(Measure("AlertsReachingNobody", followed.unreached))
