"""The five routes of each kind of configuration: list, get, put, change, delete."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data
from functions.alerts_api.listing import answer_page
from functions.alerts_api.open_alerts import Concern, answer_removal, view_warnings
from functions.alerts_api.reach import NOUNS, Snapshot
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.bodies.names import problem_of_name
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
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from tocsin.domain.ways import Noun as Reached
    from tocsin.usecases.ports import ConfigurationRepository

type Members = Mapping[str, Any]

_SHOWN_REFERENCES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    words: str
    """Singular, such as `escalation policy`."""
    plural: str
    reserved: Mapping[str, str] = field(default_factory=dict)
    """Names that are refused, with the reason."""
    references: Callable[[str], Sequence[str]] = lambda _name: ()
    """The objects that refer to the one of this name."""
    concern: Callable[[str], Concern] | None = None
    """The open alerts that a deletion affects; None: none."""
    is_person: bool = False
    """Its names are those of people: unique without case, and shown as first written."""

    def sort_key(self, name: str) -> str:
        """The place of a name in lists."""
        return name.lower() if self.is_person else name


@dataclass(frozen=True, kw_only=True)
class ConfigurationRoutes[S: Stored, B](ABC):
    """S is an object as it is stored, B a body."""

    noun: Noun
    repository: ConfigurationRepository[S]
    stores: Stores
    ports: Ports

    @abstractmethod
    def read(self, name: str, members: Members) -> B:
        """Read a body without nulls.

        Raises:
            InvalidInputError: `details` name every field that is wrong.
        """

    @abstractmethod
    def settings(self, stored: S) -> dict[str, Any]:
        """Show the settings as PUT and PATCH take them."""

    @abstractmethod
    def store(self, request: Request, name: str, before: S | None, body: B) -> HttpAnswer:
        """Store a new object, or the changed one, and answer with it."""

    def routes(self) -> tuple[Route, ...]:
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
        return answer_page(
            request,
            self.repository.list(),
            name_of=lambda stored: self.noun.sort_key(stored.name),
            view=lambda stored: self.view(request, stored),
        )

    def show(self, request: Request, name: str) -> HttpAnswer:
        return with_data(self.view(request, self.repository.get(name)))

    def put(self, request: Request, name: str) -> HttpAnswer:
        """Create or replace; a setting that the body leaves out gets its default."""
        before = self.repository.find(name)
        if before is None:
            expect_name(name, self.noun)
        else:
            name = before.name
        body = self.read(name, without_nulls(request.json_object))
        return self.store(request, name, before, body)

    def change(self, request: Request, name: str) -> HttpAnswer:
        """Change the settings of the body; null sets the default."""
        before = self.repository.get(name)
        members = {**self.kept(before, request.json_object), **request.json_object}
        body = self.read(before.name, without_nulls(members))
        return self.store(request, before.name, before, body)

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """Delete an object that no other refers to; open alerts do not prevent it."""
        stored = self.repository.get(name)
        expect_own(stored, self.noun.words)
        expect_unreferenced(self.noun.words, self.noun.references(stored.name))
        concern = self.noun.concern
        number, warnings = (
            self.stores.open_alerts.count(concern(stored.name), request.at) if concern else (0, ())
        )
        before = self.snapshot()
        self.repository.delete(stored, write_id=self.ports.new_write_id())
        after = before.without(self._noun, stored.name)
        unreached = before.warnings(after, (self._noun, stored.name))
        return answer_removal(number, (*warnings, *unreached))

    def kept(self, before: S, _said: Members) -> Members:
        """The settings that PATCH leaves as they are."""
        return self.settings(before)

    def snapshot(self) -> Snapshot:
        return Snapshot.read(self.stores, sends_email=self.ports.sends_email, at=self.ports.now())

    @property
    def _noun(self) -> Reached:
        return NOUNS[self.noun.words]

    def keep(
        self, before: S | None, after: S, problems: Sequence[Problem] = ()
    ) -> tuple[S, tuple[Problem, ...]]:
        """Store the next version.

        Args:
            before: As it was read; None: a new one.
            after: The next version.
            problems: References to objects that do not exist.

        Returns:
            The object as stored, and what its change keeps from people.

        Raises:
            ManagedElsewhereError: `before` is not managed by the API.
            InvalidInputError: There are problems.
        """
        if before is not None:
            expect_own(before, self.noun.words)
        expect_no_problems(problems)
        known = self.snapshot()
        stored = self.repository.put(before, after, write_id=self.ports.new_write_id())
        warnings = known.warnings(known.having(self._noun, stored), (self._noun, stored.name))
        return stored, warnings

    def view(self, request: Request, stored: S) -> dict[str, Any]:  # noqa: ARG002 - some views depend on its time
        return {"name": stored.name, **self.settings(stored), **shown_of_all(stored)}


@dataclass(frozen=True, kw_only=True)
class ValueRoutes[T: Named](ConfigurationRoutes[Configured[T], T]):
    """Of a kind whose domain type holds no storage fields."""

    read_value: Callable[[str, Members], T]
    settings_of: Callable[[T], dict[str, Any]]
    resolve: Callable[[T], tuple[T, Sequence[Problem]]] = lambda value: (value, ())
    """Spells references as their objects are named; the problems are those that do not exist."""

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
        value, problems = self.resolve(body)
        stored, warnings = self.keep(before, self.next(request, before, value), problems)
        status = HTTPStatus.OK if before else HTTPStatus.CREATED
        return with_warnings(self.view(request, stored), warnings, status)

    def next(self, request: Request, before: Configured[T] | None, value: T) -> Configured[T]:
        return before.changed(value) if before else Configured(value=value, created_at=request.at)


def shown_of_all(stored: Stored) -> dict[str, Any]:
    """The fields that every kind has beside its settings."""
    return {"managed_by": stored.managed_by, "created_at": written(stored.created_at)}


def without_nulls(members: Members) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def with_warnings(
    data: object, warnings: Sequence[Problem], status: int = HTTPStatus.OK
) -> HttpAnswer:
    """Answer with `warnings` beside the data, if there are any."""
    beside: dict[str, Any] = {"warnings": view_warnings(warnings)} if warnings else {}
    return with_data(data, status, **beside)


def expect_name(name: str, noun: Noun) -> None:
    """Raises InvalidInputError for a malformed or reserved name."""
    if problem := problem_of_name(name, is_person=noun.is_person):
        raise InvalidInputError("The name cannot be used.", [Problem("name", problem)])
    if why := noun.reserved.get(noun.sort_key(name)):
        raise InvalidInputError("The name is reserved.", [Problem("name", why)])


def expect_own(stored: Named, words: str) -> None:
    """Raises ManagedElsewhereError, which names the manager."""
    if stored.managed_by is not None:
        message = f"The {stored.managed_by} manages this {words}; change it there."
        raise ManagedElsewhereError(message)


def expect_no_problems(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidInputError("The body is not as it should be.", problems)


def expect_unreferenced(words: str, references: Iterable[str]) -> None:
    """Raises StillReferencedError, which names the first ten references."""
    named = list(references)
    if named:
        shown = ", ".join(named[:_SHOWN_REFERENCES])
        more = len(named) - _SHOWN_REFERENCES
        rest = f" and {more} more" if more > 0 else ""
        message = f"This {words} is used by {shown}{rest}. Change or remove that first."
        raise StillReferencedError(message)
