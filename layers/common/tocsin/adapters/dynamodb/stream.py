"""What a record of the table's stream tells of an alert, and how a record is kept."""

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import alert_from, changes_from, listed_occurrences
from tocsin.domain.consequences import StoredChange

KEPT_BYTES: Final = 1_048_576
"""SQS takes no longer message. A record has two images of an item, which is 400 KB at most; packed
they are longer only where their texts cannot be deflated."""


def stored_change(record: Mapping[str, Any]) -> StoredChange | None:
    """Read a record; None if it is about something else than what a slot holds.

    An episode that makes room for the next one is written beside the slot. Nothing happens to
    it by that: all that it was has been told from the slot.
    """
    told = record["dynamodb"]
    new, old = told.get("NewImage"), told.get("OldImage")
    if new is None or new["sk"]["S"] != keys.LIVE:
        return None
    return StoredChange(
        before=alert_from(old) if old else None,
        after=alert_from(new),
        listed_occurrences=listed_occurrences(new),
        changes=changes_from(new),
    )


def sequence_number_of(record: Mapping[str, Any]) -> str:
    """What Lambda tells a record by."""
    return str(record["dynamodb"]["SequenceNumber"])


def about_record(record: Mapping[str, Any]) -> dict[str, str]:
    """Name the item; what is in it may be what is wrong."""
    item = record["dynamodb"].get("Keys", {}) | record["dynamodb"].get("NewImage", {})
    names = {"alert_id": "id", "pk": "pk", "sk": "sk"}
    named = {fact: item[name]["S"] for fact, name in names.items() if "S" in item.get(name, {})}
    return {"sequence_number": sequence_number_of(record), **named}


def kept_record(record: Mapping[str, Any], *, error: str, at: datetime) -> str:
    """Write what is kept of a record that was set aside: what it is about, why, and all of it.

    A record that is too long for a message is named only: the stream has it for 24 hours.
    """
    about = {**about_record(record), "error": error, "set_aside_at": at.isoformat()}
    packed = base64.b64encode(zlib.compress(json.dumps(record).encode())).decode()
    written = json.dumps(about | {"record": packed})
    return written if len(written) <= KEPT_BYTES else json.dumps(about | {"record": None})


def record_from(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """Read the record of what `kept_record` wrote; None if it was too long to be kept."""
    packed = body["record"]
    if packed is None:
        return None
    record: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return record
