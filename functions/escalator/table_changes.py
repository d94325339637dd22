"""A batch of the table's stream: follow its changes, whatever one record among them is like."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.escalator.ports import Ports
from tocsin.adapters.dynamodb.notification_items import stored_notification
from tocsin.adapters.dynamodb.stream import stored_change
from tocsin.domain.errors import TryAgainError
from tocsin.lambda_runtime.log_lines import Measure
from tocsin.usecases.follow_changes import follow_changes
from tocsin.usecases.follow_notifications import follow_notifications

type Record = Mapping[str, Any]


def follow_records(records: Sequence[Record], ports: Ports) -> list[str]:
    """Follow all changes that can be followed.

    One that cannot stands in nobody's way: halves, and halves of halves, are tried until it
    is alone. Lambda then delivers it again, and with it all that came after it, which is
    harmless.

    Returns:
        The sequence numbers of the records that failed, in the stream's order.

    Raises:
        TryAgainError: Storage or queue refuse for now. No record is to blame, and Lambda
            should wait before it tries the batch again.
    """
    try:
        _follow(records, ports)
    except TryAgainError:
        raise
    except Exception:
        if len(records) > 1:
            middle = len(records) // 2
            earlier, later = records[:middle], records[middle:]
            return follow_records(earlier, ports) + follow_records(later, ports)
        failed = str(records[0]["dynamodb"]["SequenceNumber"])
        ports.log.exception("Change not followed", sequence_number=failed, **_about(records[0]))
        return [failed]
    return []


def _follow(records: Sequence[Record], ports: Ports) -> None:
    changes = [stored for record in records if (stored := stored_change(record))]
    notifications = [told[1] for record in records if (told := stored_notification(record))]
    now, outlets = ports.now(), ports.outlets
    followed = follow_changes(changes, now=now, outlets=outlets)
    entries = followed.entries + follow_notifications(notifications, now=now, outlets=outlets)
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
        ports.measure("TimelineEntries", Measure(entries, "Count"))


def _about(record: Record) -> dict[str, object]:
    """Name the item; what is in it may be what is wrong."""
    item = record["dynamodb"].get("Keys", {}) | record["dynamodb"].get("NewImage", {})
    names = {"alert_id": "id", "pk": "pk", "sk": "sk"}
    return {fact: item[name].get("S") for fact, name in names.items() if name in item}
