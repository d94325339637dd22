"""Users: their contact methods and notification rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from functions.alerts_api.configuration_routes import Members, Noun, ValueRoutes
from functions.alerts_api.open_alerts import Concern, is_asked
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.users import UserBody
from tocsin.domain.configuration import Configured
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AUTO, user_of
from tocsin.domain.people import NotificationRule, User

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports


def user_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return UserRoutes(
        noun=Noun(
            words="user",
            plural="users",
            is_person=True,
            reserved={AUTO: "that is how the service itself appears on timelines"},
            references=lambda name: stores.using_target(Target(TargetKind.USER, name)),
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
    """What a user has verified stays through all changes; it holds for that address only."""

    def next(
        self, request: Request, before: Configured[User] | None, value: User
    ) -> Configured[User]:
        if before is not None:
            value = replace(value, verified=before.value.verified)
        return super().next(request, before, value)

    def view(self, request: Request, stored: Configured[User]) -> dict[str, Any]:
        user = stored.value
        verified = {method.value: user.is_verified(method) for method in user.methods}
        return {**super().view(request, stored), "verified": verified}


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


def settings_of_user(user: User) -> dict[str, Any]:
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
