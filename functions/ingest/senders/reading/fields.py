"""Reading single fields of a sender's body: liberal in form, clear in refusal."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from functions.ingest.senders.reading.shapes import LINK, links_of, pairs_of
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.signal import LINK_SCHEMES

CARRIED_TEXTS: Final = (
    *("source_name", "rule_id", "rule_name", "monitor_id", "monitor_name", "group_id"),
    *("operator", "window"),
)
"""Optional fields that every one of our own formats carries through to the alert."""


class Fields:
    """An object of a body, with what is wrong in it collected rather than raised one by one."""

    def __init__(self, entry: Mapping[str, Any], path: str = "") -> None:
        self._entry = entry
        self._path = path
        self.problems: list[Problem] = []

    def text(self, *names: str) -> str | None:
        """The first of several spellings that is there; numbers are texts too."""
        for name in names:
            value = self._entry.get(name)
            if is_blank(value):
                continue
            if isinstance(value, str | int | float):
                return scalar_text(value)
            self._refuse(name, f"must be a text, not {kind_of(value)}")
        return None

    def any_text(self, *names: str) -> str | None:
        """Likewise, and any other JSON value is kept as its text."""
        for name in names:
            value = self._entry.get(name)
            if not is_blank(value):
                return as_text(value)
        return None

    def pairs(self, *names: str) -> dict[str, str]:
        """Names and values of all the spellings that are there, in any shape; a later one wins."""
        pairs: dict[str, str] = {}
        for name in names:
            found = pairs_of(self._entry.get(name))
            pairs |= {key: as_text(text) for key, text in found.items() if text is not None}
        return pairs

    def links(self, *names: str, title: str = LINK) -> dict[str, str]:
        """Likewise, for links: names and addresses; `title` is what those without one get."""
        links: dict[str, str] = {}
        for name in names:
            found = links_of(self._entry.get(name), title)
            links |= {key: as_text(text) for key, text in found.items() if text is not None}
        return links

    def others(self, known: Collection[str]) -> dict[str, str]:
        """All scalars but those of these names, as texts."""
        return {
            name: scalar_text(value)
            for name, value in self._entry.items()
            if name not in known and isinstance(value, str | int | float)
        }

    def inner(self, name: str) -> "Fields":
        """An object within; an empty one if it is not there."""
        value = self._entry.get(name)
        if value is not None and not isinstance(value, dict):
            self._refuse(name, f"must be an object, not {kind_of(value)}")
        inner = Fields(value if isinstance(value, dict) else {}, f"{self._path}{name}.")
        inner.problems = self.problems
        return inner

    def needed(self, *names: str) -> str:
        """Likewise `text`; empty and noted as missing if it has no text."""
        text = self.text(*names)
        self.require(names[0], is_there=bool(text and text.strip()))
        return text or ""

    def part(self, name: str) -> "Fields":
        """An object within; any other value counts as an empty one, and is no problem."""
        value = self._entry.get(name)
        part = Fields(value if isinstance(value, dict) else {}, f"{self._path}{name}.")
        part.problems = self.problems
        return part

    def parts(self, name: str) -> list["Fields"]:
        """The objects of a list; likewise."""
        value = self._entry.get(name)
        members = value if isinstance(value, list) else []
        return [Fields(member, f"{name}.") for member in members if isinstance(member, dict)]

    def flat(self, name: str) -> dict[str, Any]:
        """Names and values of an object within; likewise."""
        value = self._entry.get(name)
        return value if isinstance(value, dict) else {}

    def texts(self) -> dict[str, str]:
        return {name: as_text(it) for name, it in self._entry.items() if it is not None}

    def names(self) -> list[str]:
        return list(self._entry)

    def raw(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        return self._entry.get(name)

    def require(self, name: str, *, is_there: bool, problem: str = "is missing") -> None:
        already = any(it.field == f"{self._path}{name}" for it in self.problems)
        if not is_there and not already:
            self._refuse(name, problem)

    def raise_problems(self, expected: str) -> None:
        if self.problems:
            raise InvalidInputError(expected, self.problems)

    def _refuse(self, name: str, problem: str) -> None:
        found = Problem(f"{self._path}{name}", problem)
        if found not in self.problems:
            self.problems.append(found)


_written: Final = json.JSONEncoder(ensure_ascii=False).encode
_URL_ENDINGS: Final = ("_url", "_uri", "_link", "url", "link")


def without(entry: Mapping[str, Any], placeholder: re.Pattern[str]) -> dict[str, Any]:
    """The members but those whose template was not filled in: their whole text matches."""
    return {
        name: value
        for name, value in entry.items()
        if not isinstance(value, str) or placeholder.fullmatch(value.strip()) is None
    }


def carried(fields: Fields) -> dict[str, Any]:
    """What our own formats carry through, as arguments of `Report`."""
    texts = {name: fields.text(name) for name in CARRIED_TEXTS}
    return {**texts, "threshold": fields.raw("threshold")}


def unread(fields: "Fields", known: Collection[str], path: str = "") -> tuple[str, ...]:
    """Fields that were not read although they look like one of ours."""
    others = [name for name in fields.names() if name not in known]
    if not others:
        return ()
    from functions.ingest.senders.reading.lookalikes import lookalikes

    return tuple(f"{path}{name}" for name in lookalikes(others, known))


def is_link(value: object) -> bool:
    """Whether a value is nothing but an address that may be shown as a link."""
    if not isinstance(value, str) or not value.lower().startswith(LINK_SCHEMES):
        return False
    return not any(map(str.isspace, value.strip()))


def host_of(*addresses: object) -> str:
    """Which installation of a product it is: another may have the same names and numbers."""
    from urllib.parse import urlsplit

    for address in addresses:
        try:
            host = urlsplit(address).netloc if isinstance(address, str) else ""
        except ValueError:
            host = ""
        if host:
            return host.rpartition("@")[2].lower()
    return ""


def installation(address: object, public: str) -> tuple[str, ...]:
    """The host of a product that runs elsewhere too, unless it is the public one's."""
    host = host_of(address)
    return (host,) if host not in ("", public) else ()


def link_name(name: str) -> str:
    """`runbook_url` is the runbook."""
    for ending in _URL_ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)].rstrip("_")
    return name


def scalar_text(value: str | float) -> str:
    """Write a number as JSON does; a text is itself."""
    return value if isinstance(value, str) else _written(value)


def is_blank(value: object) -> bool:
    """Whether it is null or a text without a visible character: as if it were not there."""
    return value is None or (isinstance(value, str) and not value.strip())


def as_text(value: object) -> str:
    return value if isinstance(value, str) else _written(value)


def kind_of(value: object) -> str:
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a text"
        case bool():
            return "true or false"
        case None:
            return "null"
        case _:
            return "a number"
