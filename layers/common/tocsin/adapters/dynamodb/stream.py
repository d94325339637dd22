"""What a record of the table's stream tells of an alert."""

from collections.abc import Mapping
from typing import Any

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import alert_from, changes_from
from tocsin.domain.consequences import StoredChange


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
        changes=changes_from(new),
    )
