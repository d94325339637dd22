"""Who is awake: one item for each person, in the partition of what holds alerts."""

from typing import Final

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
from tocsin.adapters.dynamodb.configuration.named_objects import Kind
from tocsin.domain.awake import KEPT_FOR, Awake, AwakeEnd, AwakeScope
from tocsin.domain.digest import DigestId
from tocsin.domain.errors import NotFoundError
from tocsin.domain.ids import instant


def _write(awake: Awake) -> Item:
    item: Item = {
        "user": text(awake.user),
        "session": text(awake.session),
        "scope": text(awake.scope),
        "until": time(awake.until),
        "seen_at": time(awake.seen_at),
    }
    if awake.ended_at is not None:
        item["ended_at"] = time(awake.ended_at)
    if awake.end is not None:
        item["end"] = text(awake.end)
    if awake.timer_at is not None:
        item["due_key"] = text(keys.due_key(keys.due_shard_of(awake.name)))
        item["due_at"] = time(awake.timer_at)
    else:
        item["expires_at"] = expiry(awake.ends_at, KEPT_FOR)
    return item


def awake_from(image: Image) -> Awake:
    end = read_text(image, "end")
    return Awake(
        user=image["user"]["S"],
        session=DigestId(image["session"]["S"]),
        scope=AwakeScope(image["scope"]["S"]),
        until=instant(int(image["until"]["N"])),
        seen_at=instant(int(image["seen_at"]["N"])),
        ended_at=read_time(image, "ended_at"),
        end=AwakeEnd(end) if end else None,
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
        timer_at=read_time(image, "due_at"),
    )


def _nobody() -> NotFoundError:
    return NotFoundError("This person is not awake.")


AWAKE: Final = Kind[Awake](
    name=keys.AWAKE, words="being awake", not_found=_nobody, write=_write, read=awake_from
)
