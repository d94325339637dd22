"""What the items of all kinds of configuration have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.dynamodb.items import Attribute, Image, Item, number, text
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.configuration import Named
    from tocsin.domain.errors import NotFoundError

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
