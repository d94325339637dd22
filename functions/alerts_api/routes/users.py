"""Users: who is reached, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.configured import ConfiguredRoutes, Members, Noun
from functions.alerts_api.open_alerts import Concern, is_asked
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.domain.credential import Scope
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import user_of
from tocsin.domain.people import NotificationRule, User
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.references import Stores
    from tocsin.usecases.ports import NewWriteId

USERS: Final = "/api/v1/users"
USER: Final = f"{USERS}/{{name}}"


@dataclass(frozen=True, slots=True)
class UserRoutes:
    """The people of the team."""

    work: ConfiguredRoutes[User]

    @classmethod
    def over(cls, stores: Stores, new_write_id: NewWriteId) -> UserRoutes:
        """Make them for these stores."""
        noun = Noun(
            words="user",
            read=read_user,
            settings=settings_of_user,
            references=lambda name: stores.using_target(Target(TargetKind.USER, name)),
            concern=concern_of_user,
        )
        return cls(
            ConfiguredRoutes(
                noun=noun,
                repository=stores.users,
                open_alerts=stores.open_alerts,
                new_write_id=new_write_id,
            )
        )

    def routes(self) -> tuple[Route, ...]:
        """Name the routes of this module."""
        read, write = Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", USERS, self.list_users, read),
            Route("GET", USER, self.get_user, read),
            Route("PUT", USER, self.put_user, write),
            Route("PATCH", USER, self.change_user, write),
            Route("DELETE", USER, self.delete_user, write),
        )

    def list_users(self, request: Request) -> HttpAnswer:
        return self.work.page(request)

    def get_user(self, _request: Request, name: str) -> HttpAnswer:
        return self.work.show(name)

    def put_user(self, request: Request, name: str) -> HttpAnswer:
        return self.work.put(request, name)

    def change_user(self, request: Request, name: str) -> HttpAnswer:
        return self.work.change(request, name)

    def delete_user(self, request: Request, name: str) -> HttpAnswer:
        return self.work.remove(request, name)


def concern_of_user(name: str) -> Concern:
    """Which open alerts somebody has, or is being asked about."""
    asked = str(Target(TargetKind.USER, name))
    return Concern(
        noun="name",
        which=f"that {name} has acknowledged or is being asked about",
        what_follows="see that somebody else has them; what is still to be sent to them is not",
        selects=lambda alert: user_of(alert.acknowledged_by) == name or is_asked(alert, asked),
    )


def read_user(name: str, members: Members) -> User:
    """Read a body."""
    from functions.alerts_api.schemas.users import UserBody  # noqa: PLC0415 - brings pydantic

    return validated(UserBody, members).named(name)


def settings_of_user(user: User) -> dict[str, Any]:
    """What PUT takes, as it would take it."""
    return {
        "full_name": user.full_name,
        "email": user.email,
        "phone": user.phone,
        "slack_id": user.slack_id,
        "time_zone": user.time_zone,
        "notify": [_view_rule(rule) for rule in user.notify],
    }


def _view_rule(rule: NotificationRule) -> dict[str, Any]:
    return {
        "after": spelled(rule.after),
        "by": rule.by,
        "severity": sorted(rule.severities, key=lambda severity: severity.rank),
    }
