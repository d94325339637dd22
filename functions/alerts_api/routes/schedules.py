"""Schedules: layers of rotations, and who is on call by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data, with_page
from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from functions.alerts_api.times import read_at, read_span
from tocsin.bodies.schedules import (
    ScheduleBody,
    settings_of_schedule,
    users_named,
    with_users,
)
from tocsin.domain.alert_json import written
from tocsin.domain.configuration import Configured
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import WriteId
from tocsin.domain.nearest import did_you_mean
from tocsin.domain.on_call.feed import FeedKind, feed_name
from tocsin.domain.on_call.next_version import applied
from tocsin.domain.on_call.own_shifts import own_shifts
from tocsin.domain.on_call.roster import Roster
from tocsin.domain.on_call.schedule import Schedule
from tocsin.domain.people import UsersByName
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.tell_moved_shifts import tell_moved_shifts

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from tocsin.domain.on_call.layer_shifts import LayerShifts
    from tocsin.domain.on_call.schedule import LayerVersion
    from tocsin.domain.on_call.shifts import Shift
    from tocsin.domain.on_call.who import OnCall
    from tocsin.usecases.change_on_call import OnCallWork

SHIFTS_LIMIT: Final = 5_000
"""Of one answer, about 1 MB."""


def schedule_routes(ports: Ports, stores: Stores, work: OnCallWork) -> tuple[Route, ...]:
    return ScheduleRoutes(
        noun=Noun(words="schedule", plural="schedules", references=stores.using_schedule),
        repository=stores.schedules,
        stores=stores,
        ports=ports,
        read_value=lambda name, members: validated(ScheduleBody, members).named(name),
        settings_of=lambda schedule: settings_of_schedule(schedule, ports.now()),
        work=work,
    ).routes()


@dataclass(frozen=True, kw_only=True)
class ScheduleRoutes(ValueRoutes[Schedule]):
    """What is put takes effect at each layer's next handoff, unless it says otherwise."""

    work: OnCallWork

    def routes(self) -> tuple[Route, ...]:
        one, read = "/api/v1/schedules/{name}", Scope.CONFIG_READ
        return (
            *super().routes(),
            Route("GET", f"{one}/shifts", "list_shifts", self.shifts, read),
            Route("GET", f"{one}/layers", "list_layer_shifts", self.layers, read),
            Route("GET", f"{one}/gaps", "list_gaps", self.gaps, read),
            Route("GET", f"{one}/quality", "show_quality", self.quality, read),
            Route("GET", "/api/v1/on-call", "show_on_call", self.on_call, Scope.ALERTS_READ),
            Route("GET", "/api/v1/users/{name}/shifts", "list_user_shifts", self.of_user, read),
        )

    def read(self, name: str, members: Members) -> Schedule:
        """Read a body, with users as they were first written.

        Raises:
            InvalidInputError: `details` name every field that is wrong.
        """
        body = validated(ScheduleBody, members)
        schedule = body.named(name)
        users = UsersByName(it.value for it in self.stores.users.list())
        problems = [
            Problem(field, f"there is no user {user}{_meant(user, users) or '; make it first'}")
            for field, user in users_named(body)
            if user not in users
        ]
        problems += self._problems_of_following(schedule)
        if problems:
            raise InvalidInputError("The body is not as it should be.", problems)
        return with_users(schedule, lambda user: users[user].name)

    def _problems_of_following(self, schedule: Schedule) -> Iterator[Problem]:
        if schedule.follows is None:
            return
        name = schedule.follows.schedule
        known = {it.name: it.value for it in self.stores.schedules.list()}
        followed = known.get(name)
        if followed is None:
            meant = did_you_mean(name, known) or "; make it first"
            yield Problem("follows.schedule", f"there is no schedule {name}{meant}")
        elif followed.follows is not None:
            problem = f"{name} follows another itself: name {followed.follows.schedule}"
            yield Problem("follows.schedule", problem)
        followers = [
            it.name for it in known.values() if it.follows and it.follows.schedule == schedule.name
        ]
        if followers:
            problem = f"is followed by {', '.join(followers)}, so it needs layers"
            yield Problem("follows", problem)

    def next(
        self, request: Request, before: Configured[Schedule] | None, value: Schedule
    ) -> Configured[Schedule]:
        known = {it.name: it.value for it in self.stores.schedules.list()}
        changed = applied(before.value if before else None, value, request.at, known)
        return super().next(request, before, changed)

    def store(
        self, request: Request, name: str, before: Configured[Schedule] | None, body: Schedule
    ) -> HttpAnswer:
        answer = super().store(request, name, before, body)
        if before is not None:
            after = self.repository.get(name).value
            person = request.key.user if request.key else None
            tell_moved_shifts(before.value, after, by=person, at=request.at, work=self.work)
        return answer

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """Delete it, its calendar's URL, and overrides that have not ended."""
        answer = super().remove(request, name)
        for made in self.stores.overrides.list(request.at):
            if made.schedule == name:
                self.stores.overrides.end(made, None, write_id=self._new_write_id())
        if feed := self.stores.feeds.find(feed_name(FeedKind.SCHEDULE, name)):
            self.stores.feeds.delete(feed, write_id=self._new_write_id())
        return answer

    def _new_write_id(self) -> WriteId:
        return self.ports.new_write_id()

    def view(self, request: Request, stored: Configured[Schedule]) -> dict[str, Any]:
        schedule, at = stored.value, request.at
        roster = self.work.roster(at).having(schedule)
        return {
            **super().view(request, stored),
            "pending": [
                {
                    "layer": layer.name,
                    "takes_effect_at": written(version.begins),
                    "is_removed": version.rotation is None,
                }
                for layer in schedule.layers
                for version in layer.versions
                if _is_pending(version, at)
            ],
            **_view_on_call(roster, schedule.name, at),
        }

    def shifts(self, request: Request, name: str) -> HttpAnswer:
        begins, ends = read_span(request)
        shifts = self._roster(name, begins, ends).shifts(name, begins, ends)
        return _answer_shifts(request, shifts)

    def layers(self, request: Request, name: str) -> HttpAnswer:
        """What each says by itself, the one that wins first; overrides aside."""
        begins, ends = read_span(request)
        found = self._roster(name, begins, ends).layers(name, begins, ends)
        _expect_few(sum(len(it.turns) for it in found))
        rows = [_view_layer(it) for it in found]
        return with_page(rows, ignored=request.ignored(("from", "to")))

    def of_user(self, request: Request, name: str) -> HttpAnswer:
        """In all schedules; what follows without a break is one."""
        begins, ends = read_span(request)
        user = self.stores.users.get(name).name
        roster = self.work.roster(begins, ends)
        found = [
            (span, schedule)
            for schedule in roster.schedules
            for span in own_shifts(roster.shifts(schedule, begins, ends), user)
        ]
        _expect_few(len(found))
        rows = [
            {"schedule": schedule, "from": written(span.begins), "to": written(span.ends)}
            for span, schedule in sorted(found, key=lambda it: (it[0].begins, it[1]))
        ]
        return with_page(rows, ignored=request.ignored(("from", "to")))

    def gaps(self, request: Request, name: str) -> HttpAnswer:
        begins, ends = read_span(request)
        gaps = self._roster(name, begins, ends).gaps(name, begins, ends)
        return _answer_shifts(request, gaps)

    def quality(self, request: Request, name: str) -> HttpAnswer:
        begins, ends = read_span(request)
        quality = self._roster(name, begins, ends).quality(name, begins, ends)
        return with_data(
            {
                "from": written(begins),
                "to": written(ends),
                "covered": quality.covered,
                "balance": quality.balance,
                "score": quality.score,
                "hours": dict(quality.hours),
            }
        )

    def on_call(self, request: Request) -> HttpAnswer:
        """Of all schedules, now or at a time."""
        at = read_at(request)
        roster = self.work.roster(at)
        rows = [{"schedule": name, **_view_on_call(roster, name, at)} for name in roster.schedules]
        return with_data({"at": written(at), "schedules": rows})

    def _roster(self, name: str, begins: datetime, ends: datetime) -> Roster:
        self.repository.get(name)
        return self.work.roster(begins, ends)


def _is_pending(version: LayerVersion, at: datetime) -> bool:
    return version.begins is not None and version.begins > at


def _view_on_call(roster: Roster, name: str, at: datetime) -> dict[str, Any]:
    now, following = roster.who(name, at), roster.next_after(name, at)
    coming = {"from": written(following.at), **_view_now(following)} if following else None
    return {"on_call": _view_now(now), "next": coming}


def _view_now(on_call: OnCall) -> dict[str, Any]:
    return {
        "people": list(on_call.people),
        "until": written(on_call.until),
        "layer": on_call.layer,
        "overrides": list(on_call.override_ids),
    }


def view_shift(shift: Shift) -> dict[str, Any]:
    return {
        "from": written(shift.begins),
        "to": written(shift.ends),
        "people": list(shift.people),
        "layer": shift.layer,
        "overrides": list(shift.override_ids),
    }


def _view_layer(found: LayerShifts) -> dict[str, Any]:
    return {
        "schedule": found.schedule,
        "layer": found.layer,
        "shifts": [
            {"from": written(it.begins), "to": written(it.ends), "people": list(it.people)}
            for it in found.turns
        ],
    }


def _expect_few(count: int) -> None:
    if count > SHIFTS_LIMIT:
        problem = Problem("to", f"{count} shifts are too many: ask for a shorter time")
        raise InvalidInputError("The list cannot be read like that.", [problem])


def _answer_shifts(request: Request, shifts: Sequence[Shift]) -> HttpAnswer:
    _expect_few(len(shifts))
    return with_page([view_shift(it) for it in shifts], ignored=request.ignored(("from", "to")))


def _meant(user: str, users: UsersByName) -> str:
    return did_you_mean(user, (it.name for it in users.values()))
