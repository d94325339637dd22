"""The objects of one kind: those of the file, those that are stored, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tocsin.domain.configuration import TEAM_FILE, Stored

if TYPE_CHECKING:
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId, RemovedObjects


class Reference(NamedTuple):
    """What an object needs to be there."""

    words: str
    """The kind, such as `user`."""
    name: str


class Wanted[S: Stored](NamedTuple):
    """An object of the file."""

    place: str
    """Its path, such as `users[2]`."""
    next: Callable[[S | None], S]
    """Takes what is stored, or was before it was removed; returns the object as the file has it,
    the same where nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section[S: Stored]:
    words: str
    """The kind, singular, such as `escalation policy`."""
    repository: ConfigurationRepository[S]
    wanted: Mapping[str, Wanted[S]]
    """By name."""
    released: Callable[[S], S]
    """The same object, managed by the API."""
    key: Callable[[str], str] = str
    """Of a name; equal for names of one object."""
    refers: Callable[[S], Iterable[Reference]] = lambda _stored: ()
    is_asked: bool = False
    """Whether steps ask its objects, or go by them: processes remember them for a while."""
    removed: RemovedObjects[S] | None = None
    """None: what is removed is not kept."""
    revived: Callable[[S, datetime], S] = lambda stored, _at: stored
    """What comes back, without what it was in the middle of."""
    ended: Callable[[S, datetime], S | None] | None = None
    """Ends it in place of a deletion; returns None where it has ended. None: it is deleted."""
    warnings: Callable[[S], Iterable[str]] = lambda _stored: ()
    """What a removal has people miss."""
    needed: Callable[[S], str | None] = lambda _stored: None
    """Why it stays for a while although the file has it no longer; asked after all changes."""
    tell: Callable[[S, S], None] = lambda _before, _after: None
    """Tells people of a change."""
    _stored: dict[str, S] = field(default_factory=dict)

    def read(self) -> None:
        """Read what is stored, anew after a lost race."""
        self._stored.clear()
        self._stored.update({self.key(each.name): each for each in self.repository.list()})

    @property
    def kept(self) -> Iterator[S]:
        """What is stored now and stays, without what the file has."""
        gone = {self.key(each.name) for each in self.surplus}
        known = {self.key(name) for name in self.wanted}
        return (each for name, each in self._stored.items() if name not in gone | known)

    @property
    def surplus(self) -> tuple[S, ...]:
        """What the file had, and has no longer."""
        known = {self.key(name) for name in self.wanted}
        return tuple(
            each
            for name, each in self._stored.items()
            if each.managed_by == TEAM_FILE and name not in known
        )

    @property
    def managed(self) -> tuple[S, ...]:
        return tuple(each for each in self._stored.values() if each.managed_by == TEAM_FILE)

    def find(self, name: str) -> S | None:
        return self._stored.get(self.key(name))

    def former(self, name: str, at: datetime) -> S | None:
        """What was removed under this name a while ago."""
        found = None if self.removed is None else self.removed.find(name, at=at)
        return None if found is None else self.revived(found, at)

    def put(self, before: S | None, after: S, new_write_id: NewWriteId) -> S:
        stored = self.repository.put(before, after, write_id=new_write_id())
        self._stored[self.key(stored.name)] = stored
        return stored

    def remove(self, stored: S, *, at: datetime, new_write_id: NewWriteId) -> bool:
        """Delete or end it; False: there is nothing to do."""
        if self.ended is not None:
            after = self.ended(stored, at)
            if after is None:
                return False
            self.repository.put(stored, after, write_id=new_write_id())
        else:
            if self.removed is not None:
                self.removed.keep(stored, at=at, write_id=new_write_id())
            self.repository.delete(stored, write_id=new_write_id())
        del self._stored[self.key(stored.name)]
        return True
