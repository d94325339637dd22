"""What the items of all kinds of configuration have in common."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Attribute, Image, Item, number, text, time
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.errors import NotFoundError
from tocsin.domain.ids import WriteId, instant
from tocsin.domain.severity import Severity

_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind[T: Named]:
    """How objects of one kind are written and read."""

    name: str
    """Part of their key: `C#<name>`."""
    words: str
    """What a person calls one of them."""
    not_found: Callable[[], NotFoundError]
    write: Callable[[T], Item]
    """All attributes of its own: not the key, nor what follows."""
    read: Callable[[Image], T]


def configured_item[T: Named](kind: Kind[T], stored: Configured[T], write_id: WriteId) -> Item:
    """Write an object."""
    item = keys.configuration_key(kind.name, stored.name) | {
        "entity": text(kind.name),
        "version": number(stored.version),
        "write_id": text(write_id),
        "created_at": time(stored.created_at),
    }
    if stored.managed_by is not None:
        item["managed_by"] = text(stored.managed_by)
    return item | kind.write(stored.value)


def configured_from[T: Named](kind: Kind[T], image: Image) -> Configured[T]:
    """Read an object."""
    return Configured(
        value=kind.read(image),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
    )


def name_of(image: Image) -> str:
    """Read the name that is the item's sort key."""
    return str(image["sk"]["S"])


def manager_of(image: Image) -> str | None:
    """Read who else may change it."""
    return maybe_text(image, "managed_by")


def maybe_text(image: Image, name: str) -> str | None:
    """Read a text that may be missing."""
    return str(image[name]["S"]) if name in image else None


def write_texts(texts: Iterable[str]) -> Attribute:
    """Write texts in their order."""
    return {"L": [text(each) for each in texts]}


def texts_from(attribute: Any) -> tuple[str, ...]:  # noqa: ANN401 - as DynamoDB sends it
    """Read texts."""
    return tuple(each["S"] for each in attribute["L"])


def write_span(span: timedelta) -> Attribute:
    """Write a duration, in milliseconds."""
    return number(span // _MILLISECOND)


def span_from(attribute: Any) -> timedelta:  # noqa: ANN401 - as DynamoDB sends it
    """Read a duration."""
    return int(attribute["N"]) * _MILLISECOND


def write_severities(severities: Iterable[Severity]) -> Attribute:
    """Write a set of severities, always in the same order."""
    return write_texts(sorted(severities))


def severities_from(attribute: Any) -> frozenset[Severity]:  # noqa: ANN401 - as DynamoDB sends it
    """Read a set of severities."""
    return frozenset(Severity(word) for word in texts_from(attribute))
