"""Named objects of the configuration: how each kind is listed, shown, put, changed and removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.listing import answer_page
from functions.alerts_api.open_alerts import Concern, OpenAlerts, answer_removal
from functions.alerts_api.request import Request
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.errors import (
    InvalidInputError,
    ManagedElsewhereError,
    Problem,
    StillReferencedError,
)
from tocsin.lambda_runtime.alert_json import written
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId

type Members = Mapping[str, Any]

_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")
_SHOWN_REFERENCES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun[T: Named]:
    """One kind, as the API speaks of it."""

    words: str
    read: Callable[[str, Members], T]
    """From a name and a body without nulls; raises InvalidInputError."""
    settings: Callable[[T], dict[str, Any]]
    """What PUT and PATCH take, as they would take it."""
    problems: Callable[[T], Sequence[Problem]] = lambda _value: ()
    """What it names that is not there."""
    references: Callable[[str], Sequence[str]] = lambda _name: ()
    """Who names it."""
    concern: Callable[[str], Concern] | None = None
    """Which open alerts it concerns; None: none ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredRoutes[T: Named]:
    """What the routes of one kind do."""

    noun: Noun[T]
    repository: ConfigurationRepository[T]
    open_alerts: OpenAlerts
    new_write_id: NewWriteId

    def page(self, request: Request) -> HttpAnswer:
        """Answer with a part of the list."""
        return answer_page(
            request,
            self.repository.list(),
            name_of=lambda stored: stored.name,
            view=self.view,
        )

    def show(self, name: str) -> HttpAnswer:
        """Answer with one."""
        return with_data(self.view(self.repository.get(name)))

    def put(self, request: Request, name: str) -> HttpAnswer:
        """Create or replace one; what the body leaves out becomes the default."""
        expect_name(name)
        value = self.read(name, request.json_object)
        before = self.repository.find(name)
        stored = self.store(request, before, value)
        status = HTTPStatus.OK if before else HTTPStatus.CREATED
        return with_data(self.view(stored), status)

    def change(self, request: Request, name: str) -> HttpAnswer:
        """Change what the body says; null means the default."""
        before = self.repository.get(name)
        members = {**self.noun.settings(before.value), **request.json_object}
        return with_data(self.view(self.store(request, before, self.read(name, members))))

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """Remove one that nothing names any more; open alerts never stand in the way."""
        stored = self.repository.get(name)
        expect_own(stored, self.noun.words)
        expect_unreferenced(self.noun.words, self.noun.references(name))
        concern = self.noun.concern
        found = self.open_alerts.count(concern(name), request.at) if concern else (0, ())
        self.repository.delete(stored, write_id=self.new_write_id())
        return answer_removal(*found)

    def read(self, name: str, members: Members) -> T:
        """Read a body; null means the default, as if nothing had been said.

        Raises:
            InvalidInputError: `details` name every field that is wrong.
        """
        return self.noun.read(name, without_nulls(members))

    def store(self, request: Request, before: Configured[T] | None, value: T) -> Configured[T]:
        """Store the next version, if it may be changed here and all that it names is there."""
        if before is not None:
            expect_own(before, self.noun.words)
        expect_no_problems(self.noun.problems(value))
        after = before.changed(value) if before else Configured(value=value, created_at=request.at)
        return self.repository.put(before, after, write_id=self.new_write_id())

    def view(self, stored: Configured[T]) -> dict[str, Any]:
        """Show one."""
        return {
            "name": stored.name,
            **self.noun.settings(stored.value),
            "managed_by": stored.managed_by,
            "created_at": written(stored.created_at),
        }


def without_nulls(members: Members) -> dict[str, Any]:
    """What a body says; null says nothing."""
    return {name: value for name, value in members.items() if value is not None}


def expect_name(name: str, reserved: Mapping[str, str] | None = None) -> None:
    """Refuse what cannot be a name.

    Args:
        name: As the path says it.
        reserved: Names that nobody may take, and why.

    Raises:
        InvalidInputError: It says what would be right.
    """
    if _NAME.fullmatch(name) is None:
        problem = Problem("name", "must have 1 to 64 characters of a-z, 0-9 and -")
        raise InvalidInputError("The name cannot be used.", [problem])
    if reserved and name in reserved:
        raise InvalidInputError("The name is reserved.", [Problem("name", reserved[name])])


def expect_own(stored: Named, words: str) -> None:
    """Refuse to change what somebody else manages.

    Raises:
        ManagedElsewhereError: It says who.
    """
    if stored.managed_by is not None:
        message = f"The {stored.managed_by} manages this {words}; change it there."
        raise ManagedElsewhereError(message)


def expect_no_problems(problems: Sequence[Problem]) -> None:
    """Refuse what names things that are not there.

    Raises:
        InvalidInputError: With all of them.
    """
    if problems:
        raise InvalidInputError("The body is not as it should be.", problems)


def expect_unreferenced(words: str, references: Iterable[str]) -> None:
    """Refuse to remove what something else names.

    Raises:
        StillReferencedError: It names who does.
    """
    named = list(references)
    if named:
        shown = ", ".join(named[:_SHOWN_REFERENCES])
        more = len(named) - _SHOWN_REFERENCES
        rest = f" and {more} more" if more > 0 else ""
        message = f"This {words} is used by {shown}{rest}. Change or remove that first."
        raise StillReferencedError(message)
