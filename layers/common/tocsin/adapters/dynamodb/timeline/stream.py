"""Records of the table's stream: as changes of alerts, and as stored when set aside."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import alert_from, changes_from, listed_occurrences
from tocsin.domain.consequences import StoredChange

if TYPE_CHECKING:
    from tocsin.domain.awake import Awake
    from tocsin.domain.heartbeat import Heartbeat
    from tocsin.domain.silence import Silence

KEPT_BYTES: Final = 1_048_576
"""The longest message of SQS. A record has two images of an item, which is 400 KB at most; packed
they are longer only where their texts cannot be deflated."""

_ON_THEIR_WAY: Final = frozenset(("waiting", "claimed"))
"""States of a message that are told by what made them, or end soon."""


def stored_change(record: Mapping[str, Any]) -> StoredChange | None:
    """Read a record; None: not of a slot.

    A former episode is copied from the slot to a key of its own, which is no change of it.
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


def stored_heartbeat(record: Mapping[str, Any]) -> Heartbeat | None:
    """Read a record; None: not of a heartbeat."""
    new = record["dynamodb"].get("NewImage")
    if new is None or new["pk"]["S"] != keys.HEARTBEATS:
        return None
    from tocsin.adapters.dynamodb.configuration.heartbeat_repository import HEARTBEATS

    heartbeat: Heartbeat = HEARTBEATS.read(new)
    return heartbeat


def stored_silence(record: Mapping[str, Any]) -> Silence | None:
    """Read a record; None: not of a silence or window."""
    new = record["dynamodb"].get("NewImage")
    if new is None or new["pk"]["S"] != keys.HOLDS or _is_awake(new):
        return None
    from tocsin.adapters.dynamodb.configuration.hold_items import holding_from

    return holding_from(new)


def stored_awake(record: Mapping[str, Any]) -> Awake | None:
    """Read a record; None: not of a person's being awake."""
    new = record["dynamodb"].get("NewImage")
    if new is None or new["pk"]["S"] != keys.HOLDS or not _is_awake(new):
        return None
    from tocsin.adapters.dynamodb.configuration.awake_items import awake_from

    return awake_from(new)


def is_shown(record: Mapping[str, Any]) -> bool:
    """Whether a page may show what was written: pages that are open are to read again.

    A copy for lists, of counts that were told before, is not, nor what the stream writes beside:
    its reader writes that before it says so.
    """
    told = record["dynamodb"]
    new, old = told.get("NewImage"), told.get("OldImage")
    if new is None:
        return False
    if new["sk"]["S"] == keys.LIVE:
        return old is None or _without_copies(old) != _without_copies(new)
    partition = str(new["pk"]["S"])
    if partition.startswith(keys.LEDGER_FROM):
        return new["state"]["S"] not in _ON_THEIR_WAY or "bundled_into" in new
    if partition.startswith(keys.ACTIVITY_FROM):
        return str(new["sk"]["S"]).startswith(keys.ACTIVITY_PREFIXES[0])
    return partition.startswith(keys.SHOWN_PARTITIONS) or keys.key_of(new) == keys.STORM_KEY


def _without_copies(image: Mapping[str, Any]) -> dict[str, Any]:
    listed = image.get(keys.LISTED, {"M": {}})["M"]
    own = {it: listed[it] for it in listed.keys() - keys.COPIED_FIELDS.values()}
    return {**image, keys.LISTED: own, "changes": None}


def _is_awake(image: Mapping[str, Any]) -> bool:
    return str(image["sk"]["S"]).startswith(keys.configuration_prefix(keys.AWAKE))


def sequence_number_of(record: Mapping[str, Any]) -> str:
    """The id of a record."""
    return str(record["dynamodb"]["SequenceNumber"])


def about_record(record: Mapping[str, Any]) -> dict[str, str]:
    """Names of the item, without its content, which may be malformed."""
    item = record["dynamodb"].get("Keys", {}) | record["dynamodb"].get("NewImage", {})
    names = {"alert_id": "id", "pk": "pk", "sk": "sk"}
    named = {fact: item[name]["S"] for fact, name in names.items() if "S" in item.get(name, {})}
    return {"sequence_number": sequence_number_of(record), **named}


def kept_record(record: Mapping[str, Any], *, error: str, at: datetime) -> str:
    """The message of a record that is set aside: its names, the error and the record.

    A record too long for a message is only named: the stream has it for 24 hours.
    """
    about = {**about_record(record), "error": error, "set_aside_at": at.isoformat()}
    packed = base64.b64encode(zlib.compress(json.dumps(record).encode())).decode()
    written = json.dumps(about | {"record": packed})
    return written if len(written) <= KEPT_BYTES else json.dumps(about | {"record": None})


def record_from(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The inverse of `kept_record`; None: the record was too long."""
    packed = body["record"]
    if packed is None:
        return None
    record: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return record
