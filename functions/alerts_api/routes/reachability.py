"""Who would be paged now, and whether they can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

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
from tocsin.domain.ways import Gap, GapCode, Way
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports

TO_DO: Final[Mapping[GapCode, str]] = {
    GapCode.NO_DEFAULT_POLICY: (
        "What no integration and no route sends elsewhere pages nobody: make the policy, or a "
        "route without conditions."
    ),
    GapCode.NO_POLICY: "It is passed over: make the policy, or name another one.",
    GapCode.SEVERITY_NOT_PAGED: (
        "Add the severity to the policy, or send these alerts to another one."
    ),
    GapCode.POLICY_REACHES_NOBODY: "Give one of its steps somebody who can be reached.",
    GapCode.STEP_REACHES_NOBODY: (
        "Another step does; until it begins nobody knows. Give this one somebody who can be "
        "reached."
    ),
    GapCode.NO_USER: "Make the user, or take the target out of the policy.",
    GapCode.NO_CHANNEL: "Make the channel, or take the target out of the policy.",
    GapCode.NOBODY_ON_CALL: (
        "The next step comes at once: take the shift, or give the schedule a layer for that time."
    ),
    GapCode.NO_CONTACT_METHOD: "Add an e-mail address, a phone number or a Slack member ID.",
    GapCode.SEVERITY_LEFT_OUT: (
        "Add a rule for it, or take all rules away: then the usual ones hold."
    ),
    GapCode.NO_ADDRESS: "Add the address, or take the rule away.",
    GapCode.NO_SLACK_CHANNEL: "Add a Slack channel: its app writes to people.",
    GapCode.NO_EMAIL_FROM: "Deploy the stack with EmailFrom, an address that SES may send from.",
    GapCode.NOT_VERIFIED: (
        "Messages are sent all the same, and nobody has confirmed that they arrive. A test holds "
        "a link to confirm by."
    ),
    GapCode.ONLY_AT_HOURS: (
        "What comes at other times waits: add a rule or a step without hours if it must not."
    ),
    GapCode.SCHEDULE_GAP: "Take the shift, or make an override for that time.",
    GapCode.NO_LAST_RESORT: (
        "Deploy the stack with BackstopEmail or BackstopPhone: what reaches nobody is told there."
    ),
}
"""In sentences."""


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
        "todo": TO_DO[gap.code],
        "in_the_way": gap.is_in_the_way,
    }
