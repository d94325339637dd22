"""Items of a timeline's entries and of an alert's history."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, expiry, number, text, time
from tocsin.domain.history import HISTORY_LIMIT, Sample
from tocsin.domain.ids import Actor, instant, milliseconds
from tocsin.domain.timeline import Change, ChangeType

NEWEST: Final = "newest"
"""The last occurrence in a history."""
_PLACE: Final = "v"


def change_item(key: keys.Key, change: Change, retention: timedelta) -> Item:
    """An entry of a timeline; it expires by the same retention as resolved alerts."""
    details = json.dumps(dict(change.details), separators=(",", ":"), ensure_ascii=False)
    return key | {
        "entity": text("change"),
        "version": number(1),
        "type": text(change.type),
        "at": time(change.at),
        "by": text(change.by),
        "details": text(details),
        "expires_at": expiry(change.at, retention),
    }


def change_from(item: Image) -> Change:
    return Change(
        type=ChangeType(item["type"]["S"]),
        at=instant(int(item["at"]["N"])),
        by=Actor(item["by"]["S"]),
        details=json.loads(item["details"]["S"]),
    )


def sample_attributes(samples: Sequence[Sample]) -> Item:
    """Values, each in the place of its occurrence among fifty.

    So a history gets new values in one write, unread, and a second time without effect.
    """
    return {
        f"{_PLACE}{sample.occurrence % HISTORY_LIMIT}": text(
            json.dumps([sample.occurrence, milliseconds(sample.at), sample.value])
        )
        for sample in samples[-HISTORY_LIMIT:]
    }


def samples_from(item: Image) -> tuple[Sample, ...]:
    """Oldest first."""
    written = (
        json.loads(attribute["S"])
        for name, attribute in item.items()
        if name.startswith(_PLACE) and name[len(_PLACE) :].isdecimal()
    )
    return tuple(
        Sample(occurrence=occurrence, at=instant(at), value=value)
        for occurrence, at, value in sorted(written)
    )
