"""The team's settings: one object, which has its defaults until it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data
from functions.alerts_api.configuration_routes import (
    expect_own,
    with_warnings,
    without_nulls,
)
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.bodies.facts import settings_of_team
from tocsin.bodies.team_settings import SettingsBody
from tocsin.channels.by_type import MODULES
from tocsin.domain.alert_json import written
from tocsin.domain.configuration import Configured
from tocsin.domain.credential import Scope
from tocsin.domain.errors import Problem
from tocsin.domain.team_settings import TEAM, TeamSettings

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.ports import NewWriteId

type _Stored = Configured[TeamSettings] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamSettingsRoutes:
    stores: Stores
    new_write_id: NewWriteId

    def routes(self) -> tuple[Route, ...]:
        path, read, write = "/api/v1/settings", Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", path, "get_settings", self.show, read),
            Route("PUT", path, "put_settings", self.put, write),
            Route("PATCH", path, "change_settings", self.change, write),
        )

    def show(self, _request: Request) -> HttpAnswer:
        return with_data(_view(self.stores.settings.find(TEAM)))

    def put(self, request: Request) -> HttpAnswer:
        """Replace all; a setting that the body leaves out gets its default."""
        return self._store(request, self.stores.settings.find(TEAM), request.json_object)

    def change(self, request: Request) -> HttpAnswer:
        """Change the settings of the body; null sets the default."""
        before = self.stores.settings.find(TEAM)
        kept = settings_of_team(before.value) if before else {}
        return self._store(request, before, {**kept, **request.json_object})

    def _store(self, request: Request, before: _Stored, members: Mapping[str, Any]) -> HttpAnswer:
        if before is not None:
            expect_own(before, "configuration")
        value = validated(SettingsBody, without_nulls(members)).settings()
        after = before.changed(value) if before else Configured(value=value, created_at=request.at)
        stored = self.stores.settings.put(before, after, write_id=self.new_write_id())
        return with_warnings(_view(stored), self._warnings(before, value))

    def _warnings(self, before: _Stored, after: TeamSettings) -> list[Problem]:
        """Name the policies that a changed default does not reach."""
        known = before.value if before else TeamSettings()
        if known.flapping == after.flapping:
            return []
        policies = (stored.value for stored in self.stores.policies.list())
        own = [it.name for it in policies if it.has_own_flapping]
        if not own:
            return []
        problem = f"does not change escalation policies with their own: {', '.join(own)}"
        return [Problem("flapping", problem)]


def _view(stored: _Stored) -> dict[str, Any]:
    settings = stored.value if stored else TeamSettings()
    return {
        **settings_of_team(settings),
        "provider_rates": {type_: settings.rate_of(type_) for type_ in MODULES},
        "managed_by": settings.managed_by,
        "created_at": written(stored.created_at) if stored else None,
    }
