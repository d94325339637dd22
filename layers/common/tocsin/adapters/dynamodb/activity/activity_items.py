"""The items of activity: one a row, in the partition of its month."""

import json
from typing import Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, expiry, number, text, time
from tocsin.domain.activity import KEPT_FOR, Activity, ActivityKind, FieldChange
from tocsin.domain.ids import Actor, instant

_NOUN: Final = "noun"


def activity_item(row: Activity, *, with_change: bool, write_id: str | None = None) -> Item:
    """Write a row.

    Args:
        row: The row.
        with_change: Whether it is written with the change that it tells; else the stream does.
        write_id: Of the change, by which its writer knows it after a lost reply.
    """
    item = keys.activity_key(row.at, row.place, with_change=with_change) | {
        "entity": text("activity"),
        "version": number(1),
        "happened_at": time(row.at),
        "actor": text(row.by),
        _NOUN: text(row.kind),
        "named": text(row.name),
        "did": text(row.action),
        "expires_at": expiry(row.at, KEPT_FOR),
    }
    if row.changes:
        fields = [[it.field, it.before, it.after] for it in row.changes]
        item["fields"] = text(json.dumps(fields, separators=(",", ":"), ensure_ascii=False))
    if write_id is not None:
        item["write_id"] = text(write_id)
    return item


def activity_from(image: Image) -> Activity:
    fields = json.loads(image["fields"]["S"]) if "fields" in image else []
    return Activity(
        activity_id=str(image["sk"]["S"]).split("#", 2)[2],
        at=instant(int(image["happened_at"]["N"])),
        by=Actor(image["actor"]["S"]),
        kind=ActivityKind(image[_NOUN]["S"]),
        name=image["named"]["S"],
        action=image["did"]["S"],
        changes=tuple(
            FieldChange(field=name, before=before, after=after) for name, before, after in fields
        ),
    )
