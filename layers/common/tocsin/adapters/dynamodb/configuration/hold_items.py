"""Silences and maintenance windows: one item each, in one partition, beside those of `awake_items`.

One that has still to begin or to end is in the `due` index.
"""

from datetime import datetime
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    Image,
    Item,
    expiry,
    read_text,
    read_time,
    text,
    time,
)
from tocsin.adapters.dynamodb.configuration.named_objects import (
    Kind,
    manager_of,
    name_of,
    span_from,
    write_span,
)
from tocsin.adapters.dynamodb.configuration.policy_items import matcher_from, write_matcher
from tocsin.domain.errors import MaintenanceWindowNotFoundError, SilenceNotFoundError
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import Actor, instant
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.recurrence import Recurrence
from tocsin.domain.silence import KEPT_FOR, Silence, Span

_ENTITIES: Final = {
    HoldKind.SILENCE: "silence",
    HoldKind.WINDOW: "maintenance-window",
    HoldKind.AWAKE: keys.AWAKE,
}
_KINDS: Final = {entity: kind for kind, entity in _ENTITIES.items()}


def _write(silence: Silence) -> Item:
    item: Item = {
        "matchers": {"L": [write_matcher(matcher) for matcher in silence.match]},
        "starts_at": time(silence.span.starts_at),
        "ends_at": time(silence.span.ends_at),
        "reason": text(silence.reason),
        "author": text(silence.author),
    }
    if silence.integration is not None:
        item["integration"] = text(silence.integration)
    if silence.said_by is not None:
        item["said_by"] = text(silence.said_by)
    if silence.is_told:
        item["is_told"] = {"BOOL": True}
    if silence.ended_at is not None:
        item["ended_at"] = time(silence.ended_at)
    if silence.timer_at is not None:
        item["due_key"] = text(keys.due_key(keys.due_shard_of(silence.name)))
        item["due_at"] = time(silence.timer_at)
    else:
        item["expires_at"] = expiry(silence.span.ends_at, KEPT_FOR)
    return item


def _write_window(window: MaintenanceWindow) -> Item:
    item, recurrence = _write(window), window.recurrence
    if recurrence is not None:
        item["recurrence"] = {
            "M": {
                "rule": text(recurrence.rule),
                "start": text(recurrence.start.isoformat()),
                "time_zone": text(recurrence.time_zone),
                "lasts": write_span(recurrence.duration),
            }
        }
    return item


def _fields_of(image: Image) -> dict[str, Any]:
    return {
        "name": name_of(image),
        "match": tuple(matcher_from(parts) for parts in image["matchers"]["L"]),
        "integration": read_text(image, "integration"),
        "span": Span(instant(int(image["starts_at"]["N"])), instant(int(image["ends_at"]["N"]))),
        "reason": image["reason"]["S"],
        "author": Actor(image["author"]["S"]),
        "said_by": read_text(image, "said_by"),
        "ended_at": read_time(image, "ended_at"),
        "is_told": "is_told" in image,
        "managed_by": manager_of(image),
        "created_at": instant(int(image["created_at"]["N"])),
        "version": int(image["version"]["N"]),
        "timer_at": read_time(image, "due_at"),
    }


def _silence_from(image: Image) -> Silence:
    return Silence(**_fields_of(image))


def _window_from(image: Image) -> MaintenanceWindow:
    fields = image["recurrence"]["M"] if "recurrence" in image else None
    recurrence = fields and Recurrence(
        rule=fields["rule"]["S"],
        start=datetime.fromisoformat(fields["start"]["S"]),
        time_zone=fields["time_zone"]["S"],
        duration=span_from(fields["lasts"]),
    )
    return MaintenanceWindow(**_fields_of(image), recurrence=recurrence)


SILENCES: Final = Kind[Silence](
    name=_ENTITIES[HoldKind.SILENCE],
    words="silence",
    not_found=SilenceNotFoundError,
    write=_write,
    read=_silence_from,
)
WINDOWS: Final = Kind[MaintenanceWindow](
    name=_ENTITIES[HoldKind.WINDOW],
    words="maintenance window",
    not_found=MaintenanceWindowNotFoundError,
    write=_write_window,
    read=_window_from,
)
KIND_OF: Final[dict[HoldKind, Kind[Any]]] = {HoldKind.SILENCE: SILENCES, HoldKind.WINDOW: WINDOWS}


def kind_and_name(image: Image) -> tuple[HoldKind, str]:
    """Which silence or window an item is, or who is awake by it, by its key."""
    entity, _, name = image["sk"]["S"].partition("#")
    return _KINDS[entity], name


def holding_from(image: Image) -> Silence:
    """Read an item of the partition."""
    kind, _ = kind_and_name(image)
    silence: Silence = KIND_OF[kind].read(image)
    return silence
