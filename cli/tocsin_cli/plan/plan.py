"""The plan: what applying a file would do, in the order in which people ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.plan.objects import ObjectChanges, object_changes
from tocsin_cli.plan.on_call import Gap, Rosters, ScheduleChange
from tocsin_cli.plan.policies import PolicyChange, policy_changes
from tocsin_cli.plan.reach import Reach, reach_after
from tocsin_cli.plan.reception import not_received
from tocsin_cli.plan.state import TeamState

LOOKED_AHEAD: Final = timedelta(weeks=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    at: datetime
    ends: datetime
    schedules: Sequence[ScheduleChange]
    policies: Sequence[PolicyChange]
    gaps: Sequence[Gap]
    reach: Reach
    not_received: Sequence[str]
    objects: ObjectChanges
    stays_for_now: Sequence[str]
    refused: Sequence[str]
    """Why it cannot be applied."""

    @property
    def changed_schedules(self) -> Sequence[ScheduleChange]:
        return [it for it in self.schedules if it.text_changes or it.changed]

    @property
    def is_any(self) -> bool:
        return self.objects.is_any or any(it.text_changes for it in self.schedules)

    @property
    def is_grave(self) -> bool:
        moves = any(it.moves_now for it in self.schedules)
        return moves or bool(self.gaps) or self.reach.is_grave

    @property
    def exit_code(self) -> ExitCode:
        if self.refused:
            return ExitCode.FAILED
        if not self.is_any:
            return ExitCode.DONE
        return ExitCode.GRAVE_CHANGES if self.is_grave else ExitCode.CHANGES


def make_plan(before: TeamState, after: TeamState, at: datetime) -> Plan:
    """Compare two configurations; schedules of `after` are as applying makes them."""
    ends = at + LOOKED_AHEAD
    rosters = Rosters(before.roster, after.roster)
    schedules = list(rosters.changes(at, ends))
    return Plan(
        at=at,
        ends=ends,
        schedules=schedules,
        policies=list(policy_changes(before, after, at, ends)),
        gaps=list(rosters.new_gaps(at, ends)),
        reach=reach_after(before, after, schedules, at),
        not_received=list(not_received(before, after)),
        objects=object_changes(before, after, at),
        stays_for_now=after.stays_for_now,
        refused=after.refused,
    )
