"""Items beside an alert's own, which repeats do not rewrite: big facts, and bodies as sent."""

import base64
import binascii
from datetime import timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts import details
from tocsin.adapters.dynamodb.alerts.items import (
    Image,
    Item,
    PackedFacts,
    expiry,
    number,
    text,
    time,
)
from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId, instant
from tocsin.domain.sent_body import SentBody

KEPT_AT_LEAST: Final = timedelta(days=400)
"""Beyond the retention, unless set earlier: an item written after the alert was resolved must
expire by itself."""


def beside_update(
    alert: Alert, packed: PackedFacts, body: SentBody | None, *, retention: timedelta
) -> dict[str, Any]:
    """Write big facts, and the body that opened the alert, if they are missing.

    Existing ones are as new or newer: a repeat with other big facts may have been faster.
    """
    attributes: Item = {
        "entity": text("overflow"),
        "version": number(1),
        "expires_at": expiry(alert.fired_at + KEPT_AT_LEAST, retention),
    }
    if body is not None:
        attributes = body_item(body) | attributes
    if packed.overflow is not None:
        attributes |= {"overflow": text(packed.overflow), "details": {"B": packed.whole}}
    return {
        "Key": keys.overflow_key(alert.alert_id),
        "UpdateExpression": "SET "
        + ", ".join(f"{name} = if_not_exists({name}, :{name})" for name in attributes),
        "ExpressionAttributeValues": {f":{name}": it for name, it in attributes.items()},
    }


def overflow_update(alert_id: AlertId, packed: PackedFacts) -> dict[str, Any]:
    """Replace big facts by those of a repeat; the first body stays."""
    return {
        "Key": keys.overflow_key(alert_id),
        "UpdateExpression": (
            "SET entity = :entity, version = :version, overflow = :overflow, details = :details"
        ),
        "ExpressionAttributeValues": {
            ":entity": text("overflow"),
            ":version": number(1),
            ":overflow": text(packed.overflow or ""),
            ":details": {"B": packed.whole},
        },
    }


def body_item(body: SentBody) -> Item:
    """A body's item, without a key."""
    packed = details.pack_text(body.text)
    item = {
        "entity": text("body"),
        "version": number(1),
        "body": {"B": base64.b64encode(packed).decode("ascii")},
        "body_type": text(body.content_type),
        "body_at": time(body.received_at),
        "body_size": number(body.size_bytes),
    }
    if body.is_cut:
        item["is_body_cut"] = {"BOOL": True}
    return item


def body_from(image: Image | None) -> SentBody | None:
    if image is None or "body" not in image:
        return None
    return SentBody(
        text=details.unpack_text(binascii.a2b_base64(image["body"]["B"])),
        content_type=image["body_type"]["S"],
        received_at=instant(int(image["body_at"]["N"])),
        size_bytes=int(image["body_size"]["N"]),
        is_cut="is_body_cut" in image,
    )
