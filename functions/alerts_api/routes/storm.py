"""Whether the team has a storm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.team_storm import QUIET, TeamStorm
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.usecases.ports import StormRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class StormRoutes:
    storms: Callable[[], StormRepository]

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", "/api/v1/storm", "show_storm", self.show, Scope.ALERTS_READ),)

    def show(self, _request: Request) -> HttpAnswer:
        storm = self.storms().newest()
        return with_data(_view(storm if storm is not None and storm.is_on else None))


def _view(storm: TeamStorm | None) -> dict[str, Any]:
    if storm is None:
        nothing = dict.fromkeys(("since", "severity", "newest_at", "ends_at", "incident_id"))
        return {"active": False, "opened": 0, "groups": [], **nothing}
    groups = sorted(storm.groups.items(), key=lambda it: (-it[1], it[0]))
    return {
        "active": True,
        "since": written(storm.since),
        "opened": storm.opened,
        "severity": storm.severity,
        "groups": [{"name": name, "opened": number} for name, number in groups],
        "newest_at": written(storm.newest_at),
        "ends_at": written(storm.newest_at + QUIET),
        "incident_id": storm.incident_id,
    }
