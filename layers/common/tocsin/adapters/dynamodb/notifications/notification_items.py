"""Items of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    Attribute,
    Image,
    Item,
    expiry,
    maybe_text,
    maybe_time,
    number,
    read_text,
    read_time,
    text,
    time,
)
from tocsin.domain.digest import DigestId
from tocsin.domain.ids import AlertId, WriteId, instant
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)

if TYPE_CHECKING:
    from tocsin.domain.on_call.notice import Notice

ENTITY: Final = "notification"

type Stored = tuple[Notification | None, Notification]
"""A message in the ledger before and after a write."""


def notification_item(
    notification: Notification, *, write_id: WriteId, retention: timedelta
) -> Item:
    """The item of a message; it expires by the same retention as resolved alerts."""
    optional: dict[str, Attribute | None] = {
        "refused_at": maybe_time(notification.refused_at),
        "claimed_until": maybe_time(notification.claimed_until),
        "next_attempt_at": maybe_time(notification.next_attempt_at),
        "provider_id": maybe_text(notification.provider_id),
        "bundled_into": maybe_text(notification.bundled_into),
        "reason": maybe_text(notification.reason),
        "seen": None if notification.seen is None else number(notification.seen),
        "is_loud": {"BOOL": True} if notification.is_loud else None,
    }
    item = keys.ledger_key(notification.delivery) | {
        "entity": text(ENTITY),
        "version": number(notification.version),
        "write_id": text(write_id),
        "state": text(notification.state),
        "attempts": number(notification.attempts),
        "failures": number(notification.failures),
        "shown": number(notification.shown),
        "created_at": time(notification.created_at),
        "changed_at": time(notification.changed_at),
        "expires_at": expiry(notification.changed_at, retention),
    }
    item |= {name: value for name, value in optional.items() if value is not None}
    return item | write_delivery(notification.delivery)


def write_delivery(delivery: Delivery) -> Item:
    """The attributes of a delivery, without key."""
    optional: dict[str, Attribute | None] = {
        "step_name": maybe_text(delivery.step_name),
        "schedule": maybe_text(delivery.schedule),
        "after": maybe_text(delivery.after),
        "of_version": number(delivery.of_version) if delivery.of_version else None,
        "notice": _write_notice(delivery),
    }
    written = {
        "alert_id": text(delivery.alert_id),
        "episode": number(delivery.episode),
        "step": number(delivery.step),
        "loop": number(delivery.loop),
        "target": text(delivery.target),
        "channel": text(delivery.channel),
        "event": text(delivery.event),
        "why": text(delivery.reason),
        "told_version": number(delivery.version),
        "spell": number(delivery.spell),
        "asked_at": time(delivery.asked_at),
        "planned": number(delivery.planned),
        "due_at": time(delivery.due_at),
    }
    return written | {name: value for name, value in optional.items() if value is not None}


def notification_from(image: Image) -> Notification:
    return Notification(
        delivery=delivery_from(image),
        state=DeliveryState(image["state"]["S"]),
        attempts=int(image["attempts"]["N"]),
        failures=int(image["failures"]["N"]) if "failures" in image else 0,
        refused_at=read_time(image, "refused_at"),
        claimed_until=read_time(image, "claimed_until"),
        next_attempt_at=read_time(image, "next_attempt_at"),
        provider_id=read_text(image, "provider_id"),
        bundled_into=_digest_from(image),
        is_loud="is_loud" in image,
        reason=read_text(image, "reason"),
        shown=int(image["shown"]["N"]) if "shown" in image else 0,
        seen=int(image["seen"]["N"]) if "seen" in image else None,
        created_at=instant(int(image["created_at"]["N"])),
        changed_at=instant(int(image["changed_at"]["N"])),
        version=int(image["version"]["N"]),
    )


def stored_notification(record: Mapping[str, Any]) -> Stored | None:
    """Read a record of the stream; None: not of the ledger."""
    told = record["dynamodb"]
    new, old = told.get("NewImage"), told.get("OldImage")
    if new is None or not new["pk"]["S"].startswith(keys.LEDGER_FROM):
        return None
    return (notification_from(old) if old else None, notification_from(new))


def _digest_from(image: Image) -> DigestId | None:
    name = read_text(image, "bundled_into")
    return DigestId(name) if name else None


def delivery_from(image: Image) -> Delivery:
    """The inverse of `write_delivery`."""
    return Delivery(
        alert_id=AlertId(image["alert_id"]["S"]),
        episode=int(image["episode"]["N"]),
        step=int(image["step"]["N"]),
        loop=int(image["loop"]["N"]),
        target=image["target"]["S"],
        channel=image["channel"]["S"],
        event=NotificationEvent(image["event"]["S"]),
        reason=NotificationReason(image["why"]["S"]),
        step_name=read_text(image, "step_name"),
        schedule=read_text(image, "schedule"),
        spell=int(image["spell"]["N"]) if "spell" in image else 1,
        version=int(image["told_version"]["N"]),
        after=read_text(image, "after"),
        of_version=int(image["of_version"]["N"]) if "of_version" in image else 0,
        planned=int(image["planned"]["N"]),
        asked_at=instant(int(image["asked_at" if "asked_at" in image else "due_at"]["N"])),
        due_at=instant(int(image["due_at"]["N"])),
        notice=_notice_from(image),
    )


def _write_notice(delivery: Delivery) -> Attribute | None:
    if delivery.notice is None:
        return None
    from tocsin.adapters.notice_text import write_notice

    return text(write_notice(delivery.notice))


def _notice_from(image: Image) -> Notice | None:
    written = read_text(image, "notice")
    if written is None:
        return None
    from tocsin.adapters.notice_text import read_notice

    return read_notice(written)
