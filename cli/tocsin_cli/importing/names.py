"""Names as the file takes them, from names that other products allow."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from tocsin.bodies.names import RESERVED_CHANNELS, RESERVED_INTEGRATIONS, RESERVED_USERS

LENGTH_LIMIT: Final = 64
_NUMBER_LENGTH: Final = 8
"""Characters kept free for the number of a name that comes again."""


def plain_name(written: str, otherwise: str) -> str:
    """Write a text as `[a-z0-9-]{1,64}`, or `otherwise` where nothing of it is left."""
    name = re.sub(r"[^a-z0-9]+", "-", _ascii(written).lower()).strip("-")
    return name[:LENGTH_LIMIT].strip("-") or otherwise


def user_name(written: str, otherwise: str) -> str:
    """Write a text as `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, or `otherwise`."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", _ascii(written)).strip("-._")
    return name[:LENGTH_LIMIT].strip("-._") or otherwise


def _ascii(written: str) -> str:
    """Letters without their accents; what is no letter of ASCII then is left out."""
    decomposed = unicodedata.normalize("NFKD", written)
    return decomposed.encode("ascii", "ignore").decode()


@dataclass(frozen=True, slots=True)
class Renaming:
    kind: str
    source: str
    """As the source calls it."""
    name: str
    place: str


@dataclass(slots=True)
class Names:
    """Gives names, each once a kind; the second `db` is `db-2`."""

    renamings: list[Renaming] = field(default_factory=list)
    _taken: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _numbers: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self._taken["users"].update(RESERVED_USERS)
        self._taken["channels"].update(RESERVED_CHANNELS)
        self._taken["integrations"].update(RESERVED_INTEGRATIONS)

    def give(self, kind: str, written: str, place: str, otherwise: str = "") -> str:
        """Choose the name of an object.

        Args:
            kind: The section of the file, such as `users`.
            written: As the source calls it.
            place: Where the source does.
            otherwise: Where nothing of it can be kept.
        """
        otherwise = otherwise or kind.replace("_", "-").removesuffix("s")
        shape = user_name if kind == "users" else plain_name
        name = self._free(kind, shape(written, otherwise))
        self._taken[kind].add(name.lower())
        self.renamings.append(Renaming(kind, written, name, place))
        return name

    def _free(self, kind: str, wanted: str) -> str:
        name = wanted
        stem = wanted[: LENGTH_LIMIT - _NUMBER_LENGTH]
        while name.lower() in self._taken[kind]:
            # Each stem counts on from its last number, so that many equal names take no longer.
            counted = self._numbers[kind, stem.lower()] = self._numbers[kind, stem.lower()] + 1
            name = f"{stem}-{counted + 1}"
        return name
