"""Overrides: who is on call otherwise for a time; taking a shift, and swaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data, with_page, without_content
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.overrides import SwapBody, TakeBody
from functions.alerts_api.times import read_span
from tocsin.bodies.overrides import OverrideBody, settings_of_override
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.errors import (
    InvalidInputError,
    ManagedElsewhereError,
    Problem,
    SwapNotFoundError,
)
from tocsin.domain.ids import Actor, by_whom, entropy, person_of, ulid
from tocsin.domain.on_call.swap import Swap, SwapState
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.change_on_call import (
    Taking,
    add_override,
    answer_swap,
    ask_for_swap,
    end_override,
    take_shift,
)

if TYPE_CHECKING:
    from datetime import datetime

    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.request import Request
    from tocsin.domain.on_call.schedule import Override, Schedule
    from tocsin.domain.on_call.swap import Span
    from tocsin.usecases.change_on_call import OnCallWork

SCHEDULE: Final = "/api/v1/schedules/{name}"
AHEAD: Final = timedelta(days=400)
_RANDOM_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideRoutes:
    """People change their own shifts; to change those of others a key needs `config:write`."""

    ports: Ports
    stores: Stores
    work: OnCallWork

    def routes(self) -> tuple[Route, ...]:
        read, act = Scope.CONFIG_READ, Scope.ALERTS_WRITE
        overrides, swaps = f"{SCHEDULE}/overrides", f"{SCHEDULE}/swaps"
        swap = f"{swaps}/{{swap_id}}"
        return (
            Route("GET", overrides, "list_overrides", self.page, read),
            Route("POST", overrides, "make_override", self.make, act),
            Route("DELETE", f"{overrides}/{{override_id}}", "end_override", self.end, act),
            Route("POST", f"{SCHEDULE}/take", "take_shift", self.take, act),
            Route("GET", "/api/v1/swaps", "list_all_swaps", self.all_swaps, read),
            Route("GET", swaps, "list_swaps", self.swaps, read),
            Route("POST", swaps, "ask_for_swap", self.ask, act),
            Route("GET", swap, "get_swap", self.show_swap, read),
            Route("POST", f"{swap}/accept", "accept_swap", self.accept, act),
            Route("POST", f"{swap}/decline", "decline_swap", self.decline, act),
            Route("DELETE", swap, "withdraw_swap", self.withdraw, act),
        )

    def page(self, request: Request, name: str) -> HttpAnswer:
        """Those of the schedule's own text too, by their beginnings."""
        begins, ends = read_span(request, usual=AHEAD)
        own = self._schedule(name).overrides
        found = [it for it in own if it.begins < ends and it.ends > begins]
        made = self.stores.overrides.list(begins, ends)
        found += [it.override for it in made if it.schedule == name]
        rows = [_view(it) for it in sorted(found, key=lambda it: (it.begins, it.override_id))]
        return with_page(rows, ignored=request.ignored(("from", "to")))

    def make(self, request: Request, name: str) -> HttpAnswer:
        schedule, body = self._schedule(name), request.body_as(OverrideBody)
        body.user = self._known(body.user, "user")
        body.for_ = body.for_ and self._known(body.for_, "for")
        self._expect_own(request, {body.user, body.for_})
        override = body.override(
            schedule.time_zone,
            override_id=self._new_id(request.at),
            made_at=request.at,
            made_by=request.actor,
        )
        if override.ends > request.at + AHEAD:
            raise _refused("to", "must be within 400 days")
        add_override(name, override, by=_person(request), at=request.at, work=self.work)
        return with_data(_view(override), HTTPStatus.CREATED)

    def end(self, request: Request, name: str, override_id: str) -> HttpAnswer:
        """Remove it; of one that has begun, what is past stays."""
        if any(it.override_id == override_id for it in self._schedule(name).overrides):
            message = "This override is part of the schedule's own text; change it there."
            raise ManagedElsewhereError(message)
        made = self.stores.overrides.list(request.at)
        for it in made:
            if it.override.override_id == override_id:
                override = it.override
                maker = person_of(Actor(override.made_by or ""))
                self._expect_own(request, {override.user, override.instead_of, maker})
        end_override(name, override_id, at=request.at, work=self.work)
        return without_content()

    def take(self, request: Request, name: str) -> HttpAnswer:
        self._schedule(name)
        body = request.body_as(TakeBody)
        user = self._user(request, body.user)
        taking = Taking(
            schedule=name,
            user=user,
            instead_of=body.for_ and self._known(body.for_, "for"),
            until=body.until_at,
            reason=body.reason,
            override_id=self._new_id(request.at),
            by=request.actor,
            at=request.at,
        )
        return with_data(_view(take_shift(taking, self.work)), HTTPStatus.CREATED)

    def all_swaps(self, request: Request) -> HttpAnswer:
        rows = [_view_swap(it, request.at) for it in self.stores.swaps.list()]
        return with_page(rows, ignored=request.ignored(()))

    def swaps(self, request: Request, name: str) -> HttpAnswer:
        self._schedule(name)
        found = [it for it in self.stores.swaps.list() if it.schedule == name]
        rows = [_view_swap(it, request.at) for it in found]
        return with_page(rows, ignored=request.ignored(()))

    def show_swap(self, request: Request, name: str, swap_id: str) -> HttpAnswer:
        return with_data(_view_swap(self._swap(name, swap_id), request.at))

    def ask(self, request: Request, name: str) -> HttpAnswer:
        schedule, body = self._schedule(name), request.body_as(SwapBody)
        asker, asked = self._user(request, body.user), self._known(body.with_, "with")
        if asker == asked:
            raise _refused("with", "must be somebody else")
        swap = Swap(
            name=self._new_id(request.at),
            schedule=schedule.name,
            asker=asker,
            asked=asked,
            gives=body.gives.span,
            takes=body.takes.span,
            reason=body.reason,
            created_at=request.at,
        )
        return with_data(_view_swap(ask_for_swap(swap, self.work), request.at), HTTPStatus.CREATED)

    def accept(self, request: Request, name: str, swap_id: str) -> HttpAnswer:
        return self._answer(request, name, swap_id, SwapState.ACCEPTED)

    def decline(self, request: Request, name: str, swap_id: str) -> HttpAnswer:
        return self._answer(request, name, swap_id, SwapState.DECLINED)

    def withdraw(self, request: Request, name: str, swap_id: str) -> HttpAnswer:
        return self._answer(request, name, swap_id, SwapState.WITHDRAWN)

    def _answer(self, request: Request, name: str, swap_id: str, answer: SwapState) -> HttpAnswer:
        swap = self._swap(name, swap_id)
        whose = swap.asker if answer is SwapState.WITHDRAWN else swap.asked
        self._expect_own(request, {whose})
        after = answer_swap(swap_id, answer, by=request.actor, at=request.at, work=self.work)
        return with_data(_view_swap(after, request.at))

    def _swap(self, name: str, swap_id: str) -> Swap:
        swap = self.stores.swaps.find(swap_id)
        if swap is None or swap.schedule != name:
            raise SwapNotFoundError
        return swap

    def _schedule(self, name: str) -> Schedule:
        return self.stores.schedules.get(name).value

    def _known(self, user: str, field: str) -> str:
        return self.stores.known_user(user, field)

    def _user(self, request: Request, said: str | None) -> str:
        """The person who acts: the key's own, or another that an administrator names."""
        own = _person(request)
        if said is None and own is None:
            problem = "is needed: this key belongs to no user"
            raise _refused("user", problem)
        user = self._known(said or own or "", "user")
        self._expect_own(request, {user})
        return user

    def _expect_own(self, request: Request, users: set[str | None]) -> None:
        """Raises ScopeMissingError: it concerns neither the caller nor may the key do more."""
        own = _person(request)
        if own is None or own.lower() not in {user.lower() for user in users if user}:
            request.expect_scope(Scope.CONFIG_WRITE)

    def _new_id(self, at: datetime) -> str:
        return ulid(at, entropy(self.ports.random_bytes(_RANDOM_BYTES)))


def _person(request: Request) -> str | None:
    return request.key.user if request.key else None


def _view(override: Override) -> dict[str, Any]:
    return {
        "id": override.override_id,
        "for": None,
        "reason": None,
        **settings_of_override(override),
        "made_at": written(override.made_at) if override.made_by else None,
        "made_by": override.made_by and by_whom(Actor(override.made_by)),
    }


def _view_swap(swap: Swap, at: datetime) -> dict[str, Any]:
    return {
        "id": swap.name,
        "schedule": swap.schedule,
        "user": swap.asker,
        "with": swap.asked,
        "gives": _view_span(swap.gives),
        "takes": _view_span(swap.takes),
        "reason": swap.reason,
        "state": swap.state(at),
        "answered_by": swap.answered_by and by_whom(Actor(swap.answered_by)),
        "created_at": written(swap.created_at),
        "expires_at": written(swap.expires_at),
    }


def _view_span(span: Span) -> dict[str, Any]:
    return {"from": written(span.begins), "to": written(span.ends)}


def _refused(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError("The body is not as it should be.", [Problem(field, problem)])
