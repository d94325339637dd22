"""Applies the team's file: everything that is needed first, then what the file no longer has.

Each write is conditional and each object is compared before it is written: a request that comes
twice changes nothing the second time, and one that broke off goes on where it was. What is new is
made before what refers to it, and removed after nothing refers to it any more, so that an alert
finds somebody to page at every moment in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from functions.team_config.section import Reference, Section
from tocsin.adapters.dynamodb.configuration.paging_repository import REMEMBERED_FOR
from tocsin.domain.errors import ConcurrentUpdateError, InvalidInputError, Problem

if TYPE_CHECKING:
    from tocsin.domain.configuration import Stored
    from tocsin.usecases.ports import NewWriteId

ATTEMPTS: Final = 10
"""Lost races against people who change the configuration by the API at the same time."""
NAMED: Final = 20
"""Objects that a summary names."""
_NOT_DONE: Final = "The file is not as it should be."


class OutOfTimeError(Exception):
    """Lambda is about to end the function; what was written stays until the rollback."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, each object once."""

    made: dict[str, None] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    taken_over: dict[str, None] = field(default_factory=dict)
    """From the API: they were there under the same names."""
    removed: dict[str, None] = field(default_factory=dict)
    given_up: dict[str, None] = field(default_factory=dict)
    """To the API."""
    same: set[str] = field(default_factory=set)
    warnings: dict[str, None] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        counts = {
            "made": len(self.made),
            "changed": len(self.changed) + len(self.taken_over),
            "removed": len(self.removed),
            "as before": len(self.same - self.made.keys() - self.changed.keys()),
            "left to the API": len(self.given_up),
        }
        said = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        if not self.taken_over:
            return said or "nothing to do"
        names = list(self.taken_over)
        more = len(names) - NAMED
        rest = f" and {more} more" if more > 0 else ""
        return f"{said}; taken over from the API: {', '.join(names[:NAMED])}{rest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Acts on sections in the order in which their objects need each other."""

    sections: Sequence[Section[Any]]
    at: datetime
    new_write_id: NewWriteId
    has_time: Callable[[], bool]
    wait: Callable[[float], None] = lambda _seconds: None
    """Takes seconds."""
    report: Report = field(default_factory=Report)
    _waited: list[bool] = field(default_factory=list)

    def file(self) -> None:
        """Bring everything to what the file says.

        Raises:
            InvalidInputError: Something that people made by the API needs what the file no longer
                has; nothing was written.
            OutOfTimeError: It would take too long.
            ConcurrentUpdateError: Others changed the same objects, each time.
        """
        self._until_won(self._file)

    def nothing(self) -> None:
        """Leave all that a file managed to the API, as it is."""
        self._until_won(self._release)

    def _until_won(self, act: Callable[[], None]) -> None:
        for _ in range(ATTEMPTS - 1):
            try:
                act()
            except ConcurrentUpdateError:
                continue
            else:
                return
        act()

    def _read(self) -> None:
        for section in self.sections:
            self._go_on()
            section.read()

    def _file(self) -> None:
        self._read()
        if problems := list(self._still_needed()):
            raise InvalidInputError(_NOT_DONE, problems)
        changes = list(self._changes())
        for section, before, after in changes:
            self._go_on()
            section.put(before, after, self.new_write_id)
            self._note(section, before, after)
        for section, before, after in changes:
            if before is not None:
                section.tell(before, after)
        if any(section.is_asked and section.surplus for section in self.sections):
            self._let_caches_expire()
        for section in reversed(self.sections):
            for stored in section.surplus:
                self._go_on()
                if (why := section.needed(stored)) is not None:
                    self.report.warnings[why] = None
                    continue
                warnings = list(section.warnings(stored))
                if section.remove(stored, at=self.at, new_write_id=self.new_write_id):
                    self.report.removed[_named(section, stored)] = None
                    self.report.warnings.update(dict.fromkeys(warnings))

    def _let_caches_expire(self) -> None:
        """Until then a step may still ask by the policy of before: it must find whom that names."""
        if not self._waited:
            self._waited.append(True)
            self.wait(REMEMBERED_FOR.total_seconds() + 1)

    def _changes(self) -> Iterator[tuple[Section[Any], Stored | None, Stored]]:
        """Everything that differs; read to its end before the first write.

        Raises:
            InvalidInputError: What could not be made, all of it.
        """
        problems: list[Problem] = []
        for section in self.sections:
            for name, wanted in section.wanted.items():
                self._go_on()
                before = section.find(name)
                try:
                    after = wanted.next(before or section.former(name, self.at))
                except InvalidInputError as error:
                    problems += _below(wanted.place, error)
                    continue
                if before is not None and after == before:
                    self.report.same.add(_named(section, before))
                else:
                    yield section, before, after
        if problems:
            raise InvalidInputError(_NOT_DONE, problems)

    def _note(self, section: Section[Any], before: Stored | None, after: Stored) -> None:
        name = _named(section, after)
        if before is None:
            self.report.made[name] = None
        elif before.managed_by is None:
            self.report.taken_over[name] = None
        else:
            self.report.changed[name] = None

    def _still_needed(self) -> Iterator[Problem]:
        """What people made by the API and what needs something that is to be removed."""
        gone = {
            Reference(section.words, section.key(stored.name))
            for section in self.sections
            for stored in section.surplus
        }
        for section in self.sections:
            for stored in section.kept:
                for reference in section.refers(stored):
                    if reference in gone:
                        yield Problem(
                            "",
                            f"the {reference.words} {reference.name} is not in the file any more, "
                            f"and the {section.words} {stored.name}, which the API manages, needs "
                            "it: change that first",
                        )

    def _release(self) -> None:
        self._read()
        for section in self.sections:
            for stored in section.managed:
                self._go_on()
                section.put(stored, section.released(stored), self.new_write_id)
                self.report.given_up[_named(section, stored)] = None

    def _go_on(self) -> None:
        if not self.has_time():
            raise OutOfTimeError


def _named(section: Section[Any], stored: Stored) -> str:
    return f"{section.words} {stored.name}"


def _below(place: str, error: InvalidInputError) -> Iterator[Problem]:
    """The problems of an object, as problems of the file."""
    if not error.details:
        yield Problem(place, error.message)
    for problem in error.details:
        yield Problem(f"{place}.{problem.field}", problem.problem)
