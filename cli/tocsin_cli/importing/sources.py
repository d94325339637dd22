"""What other products gave out, as read from files: each value knows its place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn
from zoneinfo import ZoneInfo, available_timezones

from tocsin_cli.text import clean

FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
YAML_NODES_LIMIT: Final = 200_000
"""Values of a YAML file with its aliases written out."""
YAML_DEPTH_LIMIT: Final = 100
WHOLE_LIMIT: Final = 10**9
PLACE_LIMIT: Final = 200
_NUMBER_LIMIT: Final = 10**15
_FIRST_YEAR: Final = 1971
_LAST_YEAR: Final = 9990
_OFFSET: Final = re.compile(r"[+-]\d\d:?\d\d$|Z$", re.IGNORECASE)


class SourceError(Exception):
    """Something in the source that cannot be read."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Node:
    """A value of JSON or YAML, with where it came from."""

    value: Any
    place: str

    def fail(self, problem: str) -> NoReturn:
        raise SourceError(self.place, problem)

    @property
    def is_there(self) -> bool:
        return self.value is not None

    def at(self, name: str) -> Node:
        """A member of an object; one that is missing is null."""
        place = f"{self.place}.{clean(name)}"
        if self.value is None:
            return Node(None, place)
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, and is {_kind(self.value)}")
        return _node(self.value.get(name), place)

    def has(self, name: str) -> bool:
        return isinstance(self.value, dict) and self.at(name).value is not None

    def members(self) -> Iterator[tuple[str, Node]]:
        if self.value is None:
            return
        if not isinstance(self.value, dict):
            self.fail(f"must be an object, and is {_kind(self.value)}")
        for name, value in self.value.items():
            yield str(name), _node(value, f"{self.place}.{clean(str(name))}")

    def each(self, name: str | None = None) -> list[Node]:
        """The entries of a list; none of one that is missing."""
        listed = self if name is None else self.at(name)
        if listed.value is None:
            return []
        if not isinstance(listed.value, list):
            listed.fail(f"must be a list, and is {_kind(listed.value)}")
        return [_node(it, f"{listed.place}[{at}]") for at, it in enumerate(listed.value)]

    def one_or_more(self, name: str) -> list[Node]:
        """The entries of a list, or the one value that stands there without a list."""
        listed = self.at(name)
        return (
            self.each(name) if isinstance(listed.value, list) or not listed.is_there else [listed]
        )

    def written(self) -> str:
        """The value as a text; a number is one too."""
        value = self.value
        if isinstance(value, str):
            return clean(value)
        if isinstance(value, datetime | date):
            return value.isoformat()
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.fail(f"must be a text, and is {_kind(value)}")
        if abs(value) >= _NUMBER_LIMIT:
            self.fail("is too large")
        return str(value)

    def text(self, name: str, default: str = "") -> str:
        member = self.at(name)
        return member.written() if member.is_there else default

    def needed(self, name: str) -> str:
        member = self.at(name)
        written = member.written().strip() if member.is_there else ""
        return written or member.fail("is missing")

    def flag(self, name: str, *, default: bool = False) -> bool:
        member = self.at(name)
        if member.value is None:
            return default
        if not isinstance(member.value, bool):
            member.fail(f"must be true or false, and is {_kind(member.value)}")
        return member.value

    def whole(
        self, name: str, default: int | None = None, least: int = 0, most: int = WHOLE_LIMIT
    ) -> int:
        member = self.at(name)
        value = member.value
        if value is None and default is not None:
            return default
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value.strip()):
            value = int(value)
        if isinstance(value, float) and math.isfinite(value) and value == int(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            member.fail(f"must be a whole number, and is {_kind(value)}")
        if not least <= value <= most:
            member.fail(f"must be from {least} to {most}")
        return value

    def whole_value(self, least: int, most: int) -> int:
        return Node({"": self.value}, self.place).whole("", least=least, most=most)

    def instant(self, name: str, zone: ZoneInfo | None = None) -> datetime:
        """A time with an offset; one without is meant in `zone`, by default UTC."""
        return self.at(name).as_instant(zone)

    def instant_or_none(self, name: str, zone: ZoneInfo | None = None) -> datetime | None:
        member = self.at(name)
        is_blank = isinstance(member.value, str) and not member.value.strip()
        return None if member.value is None or is_blank else member.as_instant(zone)

    def as_instant(self, zone: ZoneInfo | None = None) -> datetime:
        wall = self._time()
        if wall.tzinfo is None:
            wall = wall.replace(tzinfo=zone or UTC)
        try:
            return wall.astimezone(UTC)
        except (OverflowError, ValueError):
            self.fail("is no time that a calendar has")

    def wall(self, name: str) -> datetime:
        """A time without an offset; one that is written nevertheless is left out."""
        return self.at(name)._time().replace(tzinfo=None)  # noqa: SLF001 - of this class

    def _time(self) -> datetime:
        if isinstance(self.value, datetime):
            found = self.value
        elif isinstance(self.value, date):
            found = datetime.combine(self.value, time())
        else:
            text = self.written().strip() if self.is_there else ""
            try:
                found = datetime.fromisoformat(text)
            except ValueError:
                self.fail(
                    f"must be a time such as 2026-03-01T09:00:00Z, and is {shown(text)}"
                    if text
                    else "is missing"
                )
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            self.fail(f"must be a time from {_FIRST_YEAR} to {_LAST_YEAR}")
        return found.replace(microsecond=0)

    def clock(self, name: str) -> time:
        """A time of day such as 09:00 or 09:00:00, also with a Z."""
        member = self.at(name)
        text = _OFFSET.sub("", member.written().strip()) if member.is_there else ""
        try:
            return time.fromisoformat(text).replace(tzinfo=None, microsecond=0)
        except ValueError:
            member.fail(f"must be a time of day such as 09:00, and is {shown(text)}")

    def zone(self, name: str) -> str:
        """A name of the IANA database; the empty text where it is missing or blank."""
        member = self.at(name)
        written = member.written().strip() if member.is_there else ""
        if written and written not in zone_names():
            member.fail(f"{shown(written)} is no time zone of the IANA database")
        return written


def _node(value: Any, place: str) -> Node:  # noqa: ANN401 - JSON
    """A value put together of others keeps their places."""
    return value if isinstance(value, Node) else Node(value, place)


def shown(text: str) -> str:
    """Quote a stranger's text, cut to a length that fits a line."""
    text = " ".join(clean(text).split())
    return f'"{text if len(text) <= 80 else text[:79] + "…"}"'  # noqa: PLR2004 - a line's length


_KINDS: Final = {
    type(None): "missing",
    bool: "true or false",
    str: "a text",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")


@cache
def zone_names() -> frozenset[str]:
    """Of the IANA database; they are looked up on the disk."""
    return frozenset(available_timezones())


def wall_in(instant: datetime, zone: str) -> datetime:
    """What the clock on the wall shows, without an offset."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def span_of(node: Node, seconds: int) -> timedelta:
    if seconds <= 0:
        node.fail("must be more than 0 seconds")
    return timedelta(seconds=seconds)


def read_text(path: Path) -> str:
    """Read a file as UTF-8.

    Raises:
        SourceError: It is not there, too large, or no text.
    """
    try:
        if not path.exists():
            raise SourceError(str(path), "does not exist")
        if not path.is_file():
            raise SourceError(str(path), "is no file")
        if path.stat().st_size > FILE_LIMIT_BYTES:
            raise SourceError(str(path), f"has more than {FILE_LIMIT_BYTES // 2**20} MiB")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(str(path), f"is no UTF-8: byte {error.start}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceError(str(path), f"cannot be read: {reason}") from None


def read_json(path: Path) -> Node:
    """Read a file of JSON.

    Raises:
        SourceError: It is not there, or no JSON.
    """
    return Node(parse_json(read_text(path), path.name), path.name)


def parse_json(text: str, place: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise SourceError(
            place, f"is no JSON: line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise SourceError(place, "is nested too deep") from None
    except ValueError as error:
        raise SourceError(place, f"is no JSON: {error}") from None


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no number"
    raise ValueError(message)


def read_yaml(path: Path) -> Node:
    """Read a file of YAML 1.2, one document.

    Raises:
        SourceError: It is not there, no YAML, or its aliases make it too large.
    """
    return Node(parse_yaml(read_text(path), path.name), path.name)


def parse_yaml(text: str, place: str) -> Any:  # noqa: ANN401 - YAML
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
        if root is None:
            return None
        _expect_small(root, place)
        return _plain(YAML(typ="safe", pure=True).load(text), place)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        said = " ".join(str(error.problem or error.context or "it cannot be read").split())
        raise SourceError(place, f"is no YAML: {where}{said}") from None
    except RecursionError:
        raise SourceError(place, "is nested too deep") from None
    except (YAMLError, ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        said = " ".join(str(error).split())[:PLACE_LIMIT]
        raise SourceError(place, f"is no YAML: {said}") from None


def _expect_small(root: Any, place: str) -> None:  # noqa: ANN401 - ruamel's nodes
    """Count values with aliases written out, each node once: the time grows with the text."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: Any, depth: int) -> int:  # noqa: ANN401
        if id(node) in open_nodes:
            raise SourceError(place, "has an alias inside of what it stands for")
        if depth > YAML_DEPTH_LIMIT:
            raise SourceError(place, "is nested too deep")
        if id(node) not in sizes:
            open_nodes.add(id(node))
            parts = node.value if isinstance(node.value, list) else []
            flat = [it for part in parts for it in (part if isinstance(part, tuple) else (part,))]
            sizes[id(node)] = 1 + sum(size(it, depth + 1) for it in flat)
            open_nodes.discard(id(node))
        if sizes[id(node)] > YAML_NODES_LIMIT:
            raise SourceError(place, f"has more than {YAML_NODES_LIMIT:,} values")
        return sizes[id(node)]

    size(root, 0)


def _plain(value: Any, place: str) -> Any:  # noqa: ANN401 - YAML
    """Lists and dictionaries with texts as names, and nothing else; small, see `_expect_small`."""
    if isinstance(value, Mapping):
        return {str(name): _plain(it, place) for name, it in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(it, place) for it in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise SourceError(place, "has a number without an end")
    if isinstance(value, bytes):
        raise SourceError(place, "has a binary value")
    return value
