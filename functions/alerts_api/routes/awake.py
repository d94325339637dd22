"""Who is awake: list them, say it, go to sleep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data, with_page
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.awake import AwakeBody
from tocsin.domain.alert_json import written
from tocsin.domain.awake import Awake
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError
from tocsin.usecases.be_awake import begin_awake, end_awake, note_seen

if TYPE_CHECKING:
    from functions.alerts_api.request import Request
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId

ME = "/api/v1/me/awake"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwakeRoutes:
    people: Callable[[], ConfigurationRepository[Awake]]
    known_user: Callable[[str], str]
    """Spells a user's name as it was first written."""
    new_write_id: NewWriteId

    def routes(self) -> tuple[Route, ...]:
        read, write = Scope.ALERTS_READ, Scope.ALERTS_WRITE
        return (
            Route("GET", "/api/v1/awake", "list_awake", self.page, read),
            Route("GET", ME, "show_awake", self.show, read),
            Route("POST", ME, "begin_awake", self.begin, write),
            Route("DELETE", ME, "end_awake", self.end, write),
            Route("POST", f"{ME}/seen", "note_awake", self.note, write),
        )

    def page(self, request: Request) -> HttpAnswer:
        """Few at a time: all are on one page."""
        people = [it for it in self.people().list() if it.is_awake(request.at)]
        rows = [_view(it, request.at) for it in people]
        return with_page(rows, ignored=request.ignored(()))

    def show(self, request: Request) -> HttpAnswer:
        user = self._user(request)
        return self._answer(user, self.people().find(user.lower()), request.at)

    def begin(self, request: Request) -> HttpAnswer:
        body, user = request.body_as(AwakeBody), self._user(request)
        awake, is_new = begin_awake(
            user,
            body.lasts,
            body.scope,
            at=request.at,
            people=self.people(),
            new_write_id=self.new_write_id,
        )
        status = HTTPStatus.CREATED if is_new else HTTPStatus.OK
        return self._answer(user, awake, request.at, status)

    def end(self, request: Request) -> HttpAnswer:
        user, people = self._user(request), self.people()
        end_awake(user, at=request.at, people=people, new_write_id=self.new_write_id)
        return self._answer(user, people.find(user.lower()), request.at)

    def note(self, request: Request) -> HttpAnswer:
        """The person works at a page, which reads only: they are still there."""
        user, people = self._user(request), self.people()
        note_seen(user, at=request.at, people=people, new_write_id=self.new_write_id)
        return self._answer(user, people.find(user.lower()), request.at)

    def _user(self, request: Request) -> str:
        user = request.key.user if request.key else None
        if user is None:
            message = "This key belongs to no user, so it cannot say who is awake."
            raise InvalidInputError(message)
        return self.known_user(user)

    def _answer(
        self, user: str, awake: Awake | None, at: datetime, status: int = HTTPStatus.OK
    ) -> HttpAnswer:
        return with_data(_nobody(user) if awake is None else _view(awake, at), status)


def _nobody(user: str) -> dict[str, Any]:
    nothing = ("scope", "since", "until", "ends_at", "seen_at", "ended_by")
    return {"user": user, "awake": False, **dict.fromkeys(nothing)}


def _view(awake: Awake, at: datetime) -> dict[str, Any]:
    over = awake.over(at)
    return {
        "user": awake.user,
        "awake": awake.is_awake(at),
        "scope": awake.scope,
        "since": written(awake.since),
        "until": written(awake.until),
        "ends_at": written(awake.ends_at),
        "seen_at": written(awake.seen_at),
        "ended_by": over.end,
    }
