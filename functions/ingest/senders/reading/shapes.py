"""Names and values in every shape that senders write them in: objects, lists, texts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

type Anything = object
"""Any JSON."""

_NAMES: Final = ("name", "key", "label", "tag", "id")
_VALUES: Final = ("value", "val", "text")
_ADDRESSES: Final = ("href", "url", "link", "uri", "src")
_TITLES: Final = ("text", "title", "name", "label", "alt", "rel", "type")
_SCHEMES: Final = ("http://", "https://", "mailto:")
_SEPARATORS: Final = (":", "=")
_PAIR: Final = 2
LINK: Final = "Link"


def pairs_of(value: Anything) -> dict[str, Anything]:
    """Read names and values from an object, a list, or a text like `env:prod,team:x`.

    Of a name that comes several times all values are kept, with commas between.
    """
    if isinstance(value, dict):
        return value
    several: dict[str, dict[str, Anything]] = {}
    for name, said in _each(value):
        several.setdefault(name, {})[str(said)] = said
    return {name: _joined(values) for name, values in several.items()}


def links_of(value: Anything, title: str = LINK) -> dict[str, Anything]:
    """Read links from an object, a list of addresses or of objects with one, or an address.

    Args:
        value: Any JSON.
        title: Of links that have none; further ones of the same title are numbered.
    """
    links: dict[str, Anything] = {}
    times: Counter[str] = Counter()
    for name, address in _links(value, title):
        if address not in (None, ""):
            times[name] += 1
            links[f"{name} {times[name]}" if times[name] > 1 else name] = address
    return links


def _links(value: Anything, title: str) -> Iterator[tuple[str, Anything]]:
    match value:
        case dict() if any(isinstance(value.get(it), str) for it in _ADDRESSES):
            yield _link(value, title)
        case dict():
            for name, said in value.items():
                yield from ((str(name), it[1]) for it in _links(said, str(name)))
        case list():
            for it in value:
                yield _link(it, title)
        case str():
            # One address, or several with commas or space between.
            parts = value.replace(",", " ").split()
            several = len(parts) > 1 and all(it.lower().startswith(_SCHEMES) for it in parts)
            yield from ((title, it) for it in (parts if several else [value]))
        case _:
            yield title, value


def _each(value: Anything) -> Iterator[tuple[str, Anything]]:
    match value:
        case str():
            for tag in value.replace("\n", ",").split(","):
                yield from _tag(tag)
        case list():
            for member in value:
                yield from _member(member)
        case None | False:
            pass
        case _:
            yield str(value), "true"


def _member(member: Anything) -> Iterator[tuple[str, Anything]]:
    match member:
        case str():
            yield from _tag(member)
        case dict():
            name = next((member[it] for it in _NAMES if _says(member.get(it))), None)
            value = next((it for it in _VALUES if it in member), None)
            if name is not None and (value is not None or len(member) == 1):
                yield str(name), member[value] if value is not None else "true"
            else:
                yield from ((str(it), said) for it, said in member.items())
        case [str() | int() as name, said]:
            yield str(name), said
        case None | []:
            pass
        case _:
            yield str(member), "true"


def _tag(tag: str) -> Iterator[tuple[str, str]]:
    tag = tag.strip()
    if not tag:
        return
    at = min((it for it in map(tag.find, _SEPARATORS) if it > 0), default=-1)
    if at < 0:
        yield tag, "true"
    else:
        yield tag[:at].strip(), tag[at + 1 :].strip()


def _joined(values: dict[str, Anything]) -> Anything:
    """One value as it is; several as their texts."""
    return ",".join(values) if len(values) > 1 else next(iter(values.values()))


def _link(value: Anything, default: str) -> tuple[str, Any]:
    match value:
        case dict():
            address = next((value[it] for it in _ADDRESSES if _says(value.get(it))), None)
            title = next((value[it] for it in _TITLES if _says(value.get(it))), default)
            return str(title), address
        case [str() as title, str() as address]:
            return title, address
        case str():
            return default, value
        case _:
            return default, None


def _says(value: Anything) -> bool:
    return isinstance(value, str | int) and value != "" and not isinstance(value, bool)
