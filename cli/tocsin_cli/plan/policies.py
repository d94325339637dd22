"""Whom the steps of a policy ask, now and in the next weeks, before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from tocsin.bodies.hours import settings_of_hours
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.hours import Hours
from tocsin.domain.on_call.roster import Roster
from tocsin.domain.people import WhoIsOnCall
from tocsin_cli.plan.on_call import People, Stretch, time_zone_of
from tocsin_cli.plan.state import TeamState


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStep:
    name: str
    after: str
    """How long after the first step it begins, as `5m`, where nobody acknowledges."""
    asked: Sequence[str]
    """In words: `alice (primary)`, `bob`, `channel ops-hook`."""
    only: Sequence[str]
    """Hours to which it waits: `mon fri 08:00-20:00`; none: it asks at all hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """Whom a step asks over the weeks, where its targets change."""

    number: int
    """From 1."""
    stretches: Sequence[Stretch]
    """Those in which others are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    name: str
    time_zone: str
    """Of the first schedule that it asks."""
    before: Sequence[AskedStep] | None
    """Now. None: there is no such policy."""
    after: Sequence[AskedStep] | None
    steps: Sequence[StepChange]


def policy_changes(
    before: TeamState, after: TeamState, begins: datetime, ends: datetime
) -> Iterator[PolicyChange]:
    """Compare whom each policy asks; those that ask the same are left out.

    What changes because a schedule does is shown of the schedule.
    """
    old, new = (_asked(it, begins) for it in (before, after))
    for name in sorted(before.routing.policies.keys() | after.routing.policies.keys()):
        steps = list(_step_changes(name, before, after, begins, ends))
        if old.get(name) != new.get(name) or steps:
            yield PolicyChange(
                name=name,
                time_zone=_time_zone(name, before, after),
                before=old.get(name),
                after=new.get(name),
                steps=steps,
            )


def _asked(state: TeamState, at: datetime) -> dict[str, Sequence[AskedStep]]:
    on_call = state.team_at(at).directory.on_call
    return {name: list(_steps(it, on_call)) for name, it in state.routing.policies.items()}


def _steps(policy: EscalationPolicy, on_call: WhoIsOnCall) -> Iterator[AskedStep]:
    begins = timedelta()
    for step in policy.steps:
        asked = [_spelled(target, on_call) for target in step.targets]
        only = [_spelled_hours(it) for it in step.only]
        yield AskedStep(name=step.name, after=spelled(begins), asked=asked, only=only)
        begins += step.delay


def _spelled(target: Target, on_call: WhoIsOnCall) -> str:
    if target.kind is not TargetKind.SCHEDULE:
        return " and ".join(_people(target, on_call))
    name, _, is_next = target.name.partition("/")
    people = " and ".join(_people(target, on_call)) or "nobody"
    return f"{people} ({'next of ' if is_next else ''}{name})"


def _spelled_hours(hours: Hours) -> str:
    settings = settings_of_hours(hours)
    return " ".join((*settings.get("days", ()), f"{settings['from']}-{settings['to']}"))


def _people(target: Target, on_call: WhoIsOnCall) -> People:
    match target.kind:
        case TargetKind.USER:
            return (target.name,)
        case TargetKind.CHANNEL:
            return (f"channel {target.name}",)
        case TargetKind.SCHEDULE:
            return on_call.get(target.name, ())


def _step_changes(
    name: str, before: TeamState, after: TeamState, begins: datetime, ends: datetime
) -> Iterator[StepChange]:
    old, new = (it.routing.policies.get(name) for it in (before, after))
    for number in range(max(len(it.steps) if it else 0 for it in (old, new))):
        steps = [it.steps[number] if it and number < len(it.steps) else None for it in (old, new)]
        targets = [it.targets if it else () for it in steps]
        schedules = {it.name.partition("/")[0] for each in targets for it in each if _asks_one(it)}
        if targets[0] == targets[1] or not schedules:
            continue
        marks = _marks(schedules, (before.roster, after.roster), begins, ends)
        stretches = [
            Stretch(
                begins=begun,
                ends=ended,
                before=_asked_at(steps[0], before, begun),
                after=_asked_at(steps[1], after, begun),
            )
            for begun, ended in pairwise(marks)
        ]
        changed = [it for it in stretches if it.is_changed]
        if changed:
            yield StepChange(number=number + 1, stretches=changed)


def _asks_one(target: Target) -> bool:
    return target.kind is TargetKind.SCHEDULE


def _marks(
    schedules: set[str], rosters: Sequence[Roster], begins: datetime, ends: datetime
) -> Sequence[datetime]:
    """When whoever is on call by one of them may change."""
    shifts = (
        shift
        for roster in rosters
        for name in schedules & roster.schedules.keys()
        for shift in roster.shifts(name, begins, ends)
    )
    return sorted({begins, ends, *(it.begins for it in shifts)})


def _asked_at(step: Step | None, state: TeamState, at: datetime) -> People | None:
    if step is None:
        return None
    on_call = state.team_at(at).directory.on_call
    return tuple(dict.fromkeys(it for target in step.targets for it in _people(target, on_call)))


def _time_zone(name: str, before: TeamState, after: TeamState) -> str:
    for state in (after, before):
        policy = state.routing.policies.get(name)
        for step in policy.steps if policy else ():
            for target in filter(_asks_one, step.targets):
                schedule = target.name.partition("/")[0]
                if schedule in state.schedules:
                    return time_zone_of(state.roster, schedule)
    return "UTC"
