"""Users: their contact methods and notification rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data
from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.message_tests import MessageTests, message_tests
from functions.alerts_api.open_alerts import Concern, is_asked
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.users import UserTestBody
from tocsin.bodies.facts import settings_of_user
from tocsin.bodies.names import RESERVED_USERS
from tocsin.bodies.users import UserBody
from tocsin.domain.configuration import Configured
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import user_of
from tocsin.domain.on_call.feed import FeedKind, feed_name
from tocsin.domain.people import ContactMethod, Directory, User
from tocsin.domain.reachability import gap_of_mail
from tocsin.domain.ways import Gap, gap_of_method
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports


def user_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return UserRoutes(
        tests=message_tests(ports),
        noun=Noun(
            words="user",
            plural="users",
            is_person=True,
            reserved=RESERVED_USERS,
            references=lambda name: stores.using_user(name, ports.now()),
            concern=_concern,
        ),
        repository=stores.users,
        stores=stores,
        ports=ports,
        read_value=read_user,
        settings_of=settings_of_user,
    ).routes()


@dataclass(frozen=True, kw_only=True)
class UserRoutes(ValueRoutes[User]):
    """What a user has verified stays through all changes, and so do their devices for push.

    What is verified holds for that address only.
    """

    tests: MessageTests

    def routes(self) -> tuple[Route, ...]:
        path = "/api/v1/users/{name}/test"
        test = Route("POST", path, "test_user", self.test, Scope.ALERTS_WRITE)
        return (*super().routes(), test)

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """Delete a user, and the URL of their calendar."""
        answer = super().remove(request, name)
        if feed := self.stores.feeds.find(feed_name(FeedKind.USER, name)):
            self.stores.feeds.delete(feed, write_id=self.ports.new_write_id())
        return answer

    def test(self, request: Request, name: str) -> HttpAnswer:
        """Page a person now; what cannot be sent has failed without being tried."""
        said = request.body_as(UserTestBody).by
        user = self.repository.get(name).value
        methods = list(dict.fromkeys(user.methods if said is None else said))
        if not methods:
            problem = Problem("by", f"{user.name} has no contact method: add one")
            raise InvalidInputError("There is nothing to test.", [problem])
        gaps = dict(self._gaps(user, methods))
        sent = [method for method in methods if method not in gaps]
        target = Target(TargetKind.USER, user.name)
        outcomes = dict(zip(sent, self.tests.run(target, sent, at=request.at), strict=True))
        shown = [
            {"by": method, "verified": user.is_verified(method)}
            | (outcomes[method] if method in outcomes else _unsent(gaps[method]))
            for method in methods
        ]
        is_pending = any(it["state"] == "pending" for it in shown)
        status = HTTPStatus.ACCEPTED if is_pending else HTTPStatus.OK
        return with_data({"user": user.name, "methods": shown}, status)

    def _gaps(
        self, user: User, methods: Iterable[ContactMethod]
    ) -> Iterator[tuple[ContactMethod, Gap]]:
        channels = {it.name: it.value for it in self.stores.channels.list()}
        directory, sends_email = Directory(channels=channels), self.ports.sends_email
        for method in methods:
            gap = gap_of_method(user, method, directory)
            if gap := gap or gap_of_mail(user, method, sends_email=sends_email):
                yield method, gap

    def next(
        self, request: Request, before: Configured[User] | None, value: User
    ) -> Configured[User]:
        if before is not None:
            own = before.value
            value = replace(value, verified=own.verified, push_devices=own.push_devices)
        return super().next(request, before, value)

    def view(self, request: Request, stored: Configured[User]) -> dict[str, Any]:
        user = stored.value
        verified = {method.value: user.is_verified(method) for method in user.methods}
        return {**super().view(request, stored), "verified": verified}


def _unsent(gap: Gap) -> dict[str, Any]:
    return {"state": "failed", "provider_id": None, "reason": gap.text, "attempts": 0}


def _concern(name: str) -> Concern:
    asked = str(Target(TargetKind.USER, name))
    return Concern(
        noun="name",
        which=f"that {name} has acknowledged or is being asked about",
        what_follows="see that another person has them; what is still to be sent to them is not",
        selects=lambda alert: user_of(alert.acknowledged_by) == name or is_asked(alert, asked),
    )


def read_user(name: str, members: Members) -> User:
    return validated(UserBody, members).named(name)
