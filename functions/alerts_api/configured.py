"""Named objects of the configuration: how each kind is listed, shown, put, changed and removed."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.listing import answer_page
from functions.alerts_api.open_alerts import Concern, OpenAlerts, answer_removal
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.domain.alert_json import written
from tocsin.domain.configuration import Configured, Named, Stored
from tocsin.domain.credential import Scope
from tocsin.domain.errors import (
    InvalidInputError,
    ManagedElsewhereError,
    Problem,
    StillReferencedError,
)
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId

type Members = Mapping[str, Any]

_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")
_SHOWN_REFERENCES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """One kind, as the API speaks of it."""

    words: str
    """One of them, such as `escalation policy`."""
    plural: str
    reserved: Mapping[str, str] = field(default_factory=dict)
    """Names that none may have, and why."""
    references: Callable[[str], Sequence[str]] = lambda _name: ()
    """Which others name one."""
    concern: Callable[[str], Concern] | None = None
    """Which open alerts one concerns; None: none ever."""


@dataclass(frozen=True, kw_only=True)
class ConfiguredRoutes[S: Stored, B](ABC):
    """The five routes of one kind; S is an object as it is stored, B what a body says."""

    noun: Noun
    repository: ConfigurationRepository[S]
    open_alerts: OpenAlerts
    new_write_id: NewWriteId

    @abstractmethod
    def read(self, name: str, members: Members) -> B:
        """Read a body without nulls.

        Raises:
            InvalidInputError: `details` name every field that is wrong.
        """

    @abstractmethod
    def settings(self, stored: S) -> dict[str, Any]:
        """Spell what PUT and PATCH take, as they would take it."""

    @abstractmethod
    def store(self, request: Request, name: str, before: S | None, body: B) -> HttpAnswer:
        """Store a new object, or what a body makes of the one before, and show it."""

    def routes(self) -> tuple[Route, ...]:
        """List them."""
        name, names = (it.replace(" ", "_") for it in (self.noun.words, self.noun.plural))
        every = f"/api/v1/{self.noun.plural.replace(' ', '-')}"
        one = f"{every}/{{name}}"
        read, write = Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", every, f"list_{names}", self.page, read),
            Route("GET", one, f"get_{name}", self.show, read),
            Route("PUT", one, f"put_{name}", self.put, write),
            Route("PATCH", one, f"change_{name}", self.change, write),
            Route("DELETE", one, f"delete_{name}", self.remove, write),
        )

    def page(self, request: Request) -> HttpAnswer:
        """Answer with a part of the list."""
        return answer_page(
            request,
            self.repository.list(),
            name_of=lambda stored: stored.name,
            view=lambda stored: self.view(request, stored),
        )

    def show(self, request: Request, name: str) -> HttpAnswer:
        """Answer with one."""
        return with_data(self.view(request, self.repository.get(name)))

    def put(self, request: Request, name: str) -> HttpAnswer:
        """Create or replace one; what the body leaves out becomes the default."""
        expect_name(name, self.noun.reserved)
        body = self.read(name, _without_nulls(request.json_object))
        return self.store(request, name, self.repository.find(name), body)

    def change(self, request: Request, name: str) -> HttpAnswer:
        """Change what the body says; null means the default."""
        before = self.repository.get(name)
        members = {**self.kept(before, request.json_object), **request.json_object}
        return self.store(request, name, before, self.read(name, _without_nulls(members)))

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """Remove one that nothing names any more; open alerts never stand in the way."""
        stored = self.repository.get(name)
        expect_own(stored, self.noun.words)
        expect_unreferenced(self.noun.words, self.noun.references(name))
        concern = self.noun.concern
        found = self.open_alerts.count(concern(name), request.at) if concern else (0, ())
        self.repository.delete(stored, write_id=self.new_write_id())
        return answer_removal(*found)

    def kept(self, before: S, _said: Members) -> Members:
        """Say which settings stay where PATCH does not say otherwise."""
        return self.settings(before)

    def keep(self, before: S | None, after: S, problems: Sequence[Problem] = ()) -> S:
        """Store the next version, if it may be changed here.

        Args:
            before: As it was read; None: a new one.
            after: What becomes of it.
            problems: What it names that is not there.

        Raises:
            ManagedElsewhereError: It may not.
            InvalidInputError: There are problems.
        """
        if before is not None:
            expect_own(before, self.noun.words)
        expect_no_problems(problems)
        return self.repository.put(before, after, write_id=self.new_write_id())

    def view(self, request: Request, stored: S) -> dict[str, Any]:  # noqa: ARG002 - some show how they are by then
        """Show one."""
        return {"name": stored.name, **self.settings(stored), **shown_of_all(stored)}


@dataclass(frozen=True, kw_only=True)
class ValueRoutes[T: Named](ConfiguredRoutes[Configured[T], T]):
    """Of a kind that knows nothing of storage."""

    read_value: Callable[[str, Members], T]
    settings_of: Callable[[T], dict[str, Any]]
    problems: Callable[[T], Sequence[Problem]] = lambda _value: ()
    """What one names that is not there."""

    def read(self, name: str, members: Members) -> T:
        return self.read_value(name, members)

    def settings(self, stored: Configured[T]) -> dict[str, Any]:
        return self.settings_of(stored.value)

    def store(
        self,
        request: Request,
        name: str,  # noqa: ARG002 - the value has it
        before: Configured[T] | None,
        body: T,
    ) -> HttpAnswer:
        stored = self.keep(before, self.next(request, before, body), self.problems(body))
        status = HTTPStatus.OK if before else HTTPStatus.CREATED
        return with_data(self.view(request, stored), status)

    def next(self, request: Request, before: Configured[T] | None, value: T) -> Configured[T]:
        """Say what is stored for a value."""
        return before.changed(value) if before else Configured(value=value, created_at=request.at)


def shown_of_all(stored: Stored) -> dict[str, Any]:
    """Show what every kind has, behind its settings."""
    return {"managed_by": stored.managed_by, "created_at": written(stored.created_at)}


def _without_nulls(members: Members) -> dict[str, Any]:
    """What a body says; null says nothing."""
    return {name: value for name, value in members.items() if value is not None}


def expect_name(name: str, reserved: Mapping[str, str]) -> None:
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
    if name in reserved:
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
