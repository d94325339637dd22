"""Who becomes unreachable, and what reaches nobody any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.domain.escalation import PAGED_SEVERITIES, Target, TargetKind
from tocsin.domain.reachability import Sender, Team, gaps_after_change, reach_of_all, spelled_gaps
from tocsin.domain.severity import Severity
from tocsin.domain.ways import GapCode, Noun, ways_to_user
from tocsin_cli.plan.on_call import ScheduleChange
from tocsin_cli.plan.state import TeamState

_NOTHING: Final = (Noun.STACK, "")
"""The changed object, where many are: only gaps that are made count."""
_LEFT_TO_SCHEDULES: Final = frozenset((GapCode.NOBODY_ON_CALL, GapCode.SCHEDULE_GAP))
_SEVERITIES: Final = sorted(PAGED_SEVERITIES, key=lambda it: it.rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Alerts that reached somebody, or were not there, and would reach nobody now."""

    sender: Sender
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreachableOnCall:
    """A person who is on call at a time, and to whom no page can be sent."""

    user: str
    schedule: str
    begins: datetime
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    unreached: Sequence[Unreached]
    on_call: Sequence[UnreachableOnCall]
    problems: Sequence[str]
    """All else that keeps a page from somebody, or may."""

    @property
    def is_grave(self) -> bool:
        return bool(self.unreached or self.on_call)


def reach_after(
    before: TeamState, after: TeamState, changes: Sequence[ScheduleChange], at: datetime
) -> Reach:
    old, new = before.team_at(at), after.team_at(at)
    gaps = gaps_after_change(old, new, _NOTHING)
    on_call = list(_unreachable_on_call(old, new, changes))
    told = {it.problem for it in on_call}
    return Reach(
        unreached=list(_unreached(old, new)),
        on_call=on_call,
        problems=[
            text
            for gap, text in spelled_gaps(gaps).items()
            if gap.code not in _LEFT_TO_SCHEDULES and gap.text not in told
        ],
    )


def _unreached(old: Team, new: Team) -> Iterator[Unreached]:
    for severity in _SEVERITIES:
        known = {(it.sender.noun, it.sender.name): it.ok for it in reach_of_all(severity, old)}
        for path in reach_of_all(severity, new):
            if not path.ok and known.get((path.sender.noun, path.sender.name), True):
                yield Unreached(sender=path.sender, severity=severity)


def _unreachable_on_call(
    old: Team, new: Team, changes: Sequence[ScheduleChange]
) -> Iterator[UnreachableOnCall]:
    """Each person once for each schedule; not those of whom that was true before."""
    asked = _asked_schedules(new)
    for change in changes:
        if change.name not in asked:
            continue
        seen: set[str] = set()
        for stretch in change.stretches:
            for user in stretch.after or ():
                if user in seen:
                    continue
                seen.add(user)
                problem = _obstacle(user, new)
                was = user in (stretch.before or ()) and _obstacle(user, old) is not None
                if problem is not None and not was:
                    yield UnreachableOnCall(
                        user=user, schedule=change.name, begins=stretch.begins, problem=problem
                    )


def _asked_schedules(team: Team) -> Mapping[str, None]:
    """Schedules that a policy asks."""
    targets: Iterator[Target] = (
        target
        for policy in team.routing.policies.values()
        for step in policy.steps
        for target in step.targets
    )
    return {it.name.partition("/")[0]: None for it in targets if it.kind is TargetKind.SCHEDULE}


def _obstacle(user: str, team: Team) -> str | None:
    """What keeps every critical page from a person; None: nothing does."""
    problem = None
    for way in ways_to_user(user, Severity.CRITICAL, team.directory):
        if way.gap is None or not way.gap.is_in_the_way:
            return None
        problem = problem or way.gap.text
    return problem
