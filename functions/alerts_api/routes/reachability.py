"""Who would be paged now, and whether they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import with_data
from functions.alerts_api.reach import Snapshot
from functions.alerts_api.request import Request
from functions.alerts_api.route import Route
from tocsin.domain.credential import Scope
from tocsin.domain.duration import spelled
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.reachability import (
    NO_LAST_RESORT,
    PathReach,
    StepReach,
    gaps_of_all,
    reach_of_all,
)
from tocsin.domain.severity import Severity
from tocsin.domain.ways import Gap, Way
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilityRoutes:
    stores: Stores
    ports: Ports

    def routes(self) -> tuple[Route, ...]:
        path = "/api/v1/reachability"
        return (Route("GET", path, "show_reachability", self.show, Scope.CONFIG_READ),)

    def show(self, request: Request) -> HttpAnswer:
        severity = _severity(request.query.get("severity", Severity.CRITICAL))
        sends_email, at = self.ports.sends_email, request.at
        team = Snapshot.read(self.stores, sends_email=sends_email, at=at).team
        reaches = reach_of_all(severity, team)
        gaps = gaps_of_all(reaches)
        if not self.ports.has_last_resort:
            gaps.append(NO_LAST_RESORT)
        return with_data(
            {
                "ok": all(reach.ok for reach in reaches),
                "severity": severity,
                "paths": [_view_path(reach) for reach in reaches],
                "problems": [_view_gap(gap) for gap in gaps],
            }
        )


def _severity(said: str) -> Severity:
    if said in set(Severity):
        return Severity(said)
    problem = Problem("severity", f"must be one of {', '.join(Severity)}")
    raise InvalidInputError("The query is not as it should be.", [problem])


def _view_path(reach: PathReach) -> dict[str, Any]:
    return {
        "kind": reach.sender.noun,
        "name": reach.sender.name,
        "escalation_policy": reach.sender.policy,
        "ok": reach.ok,
        "steps": [_view_step(step) for step in reach.policy.steps] if reach.policy else [],
    }


def _view_step(reach: StepReach) -> dict[str, Any]:
    return {
        "name": reach.step.name,
        "delay": spelled(reach.step.delay),
        "ok": reach.ok,
        "messages": [_view_way(way, gap) for way, gap in reach.ways],
    }


def _view_way(way: Way, gap: Gap | None) -> dict[str, Any]:
    return {
        "target": way.target,
        "schedule": way.schedule,
        "by": way.by,
        "after": spelled(way.after),
        "ok": gap is None or not gap.is_in_the_way,
        "problem": gap.text if gap else None,
    }


def _view_gap(gap: Gap) -> dict[str, Any]:
    return {
        "code": gap.code,
        "kind": gap.noun,
        "name": gap.name,
        "field": gap.place,
        "problem": gap.text,
    }
