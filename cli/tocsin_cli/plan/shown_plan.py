"""A plan in words."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from tocsin.domain.reachability import Sender
from tocsin.domain.ways import Noun
from tocsin_cli.plan.nouns import NOUNS
from tocsin_cli.plan.objects import FieldChange, ObjectChanges
from tocsin_cli.plan.on_call import People, Run, ScheduleChange, runs_of
from tocsin_cli.plan.plan import Plan
from tocsin_cli.plan.policies import AskedStep, PolicyChange
from tocsin_cli.plan.state import ObjectId
from tocsin_cli.plan.times import wall, wall_span
from tocsin_cli.report import Group, Report, Section
from tocsin_cli.text import plural, shortened

SHOWN_RUNS: Final = 12
"""Of one schedule; the rest is counted, and in the JSON."""
SHOWN_SHIFTS: Final = 3
"""Of one person."""
SHOWN_GAPS: Final = 12
SHOWN_VALUE: Final = 160


def report_of(plan: Plan, title: str) -> Report:
    return Report(
        title=title,
        lead=[_verdict(plan)],
        sections=[
            Section(title="Why it cannot be applied", groups=_lines(plan.refused)),
            Section(
                title="Who is paged, now and in the next four weeks",
                groups=[
                    *(_schedule(it, plan.ends) for it in plan.schedules),
                    *_policies(plan.policies, plan.ends),
                ],
                otherwise="There are no schedules, and no policy asks others than before.",
            ),
            Section(
                title="Whose shifts move",
                groups=[
                    group for it in plan.changed_schedules if (group := _moves(it, plan.ends)).lines
                ],
                otherwise="Nobody's.",
            ),
            Section(
                title="Who becomes unreachable",
                groups=_lines(_unreachable(plan)),
                otherwise="Nobody.",
            ),
            Section(
                title="What is not received any more",
                groups=_lines(plan.not_received),
                otherwise="Nothing.",
            ),
            Section(
                title="Objects",
                groups=[*_objects(plan.objects), *_lines(plan.stays_for_now)],
                otherwise="None changes.",
            ),
        ],
        styles={
            "Why it cannot be applied": "bold red",
            **({"Who becomes unreachable": "bold red"} if plan.is_grave else {}),
        },
    )


def _lines(lines: Iterator[str] | Sequence[str]) -> Sequence[Group]:
    said = list(lines)
    return [Group(lines=said)] if said else []


def _verdict(plan: Plan) -> str:
    if plan.refused:
        return "It cannot be applied: the deployment would fail, and change nothing."
    if not plan.is_any:
        return "Nothing changes."
    if not plan.is_grave and plan.reach.problems:
        return "No shift of now moves and no new gap, but see who becomes unreachable."
    if not plan.is_grave:
        return "No shift of now moves, no new gap, and nobody becomes unreachable."
    reasons = [
        *(f"the shift of now moves in {it.name}" for it in plan.schedules if it.moves_now),
        *([plural(len(plan.gaps), "new gap")] if plan.gaps else []),
        *(["somebody becomes unreachable"] if plan.reach.is_grave else []),
    ]
    return f"Look twice: {'; '.join(reasons)}."


def _schedule(change: ScheduleChange, looked_until: datetime) -> Group:
    zone, title = change.time_zone, f"{change.name} ({change.time_zone})"
    now = change.now
    if now.before is None:
        title += ", new"
    elif now.after is None:
        title += ", removed"
    lines = [_now(change)]
    if not change.changed:
        lines.append("no change in the next four weeks")
    coming = [it for it in change.runs if it.stretch is not now or now.before is None]
    return _table(title, lines, coming, zone, looked_until)


def _table(
    title: str, lines: Sequence[str], runs: Sequence[Run], zone: str, looked_until: datetime
) -> Group:
    rows = [
        (_run(it, zone, looked_until), _named(it.stretch.before), _named(it.stretch.after))
        for it in runs[:SHOWN_RUNS]
    ]
    if len(runs) > len(rows):
        lines = [*lines, f"{len(runs)} changes, of which these are the first {len(rows)}"]
    return Group(title=title, lines=lines, columns=("WHEN", "BEFORE", "AFTER"), rows=rows)


def _run(run: Run, zone: str, looked_until: datetime) -> str:
    span = wall_span(run.begins, run.ends, zone, looked_until)
    return span if run.times == 1 else f"{span}, {run.times} times"


def _now(change: ScheduleChange) -> str:
    now, until = change.now, change.stays_until
    then = f"until {wall(until, change.time_zone)}" if until else "for all of the four weeks"
    if now.is_changed and now.before is not None:
        return f"now: {_named(now.before)} → {_named(now.after)}, {then}"
    return f"now: {_named(now.after)}, {then}"


def _named(people: People | None) -> str:
    if people is None:
        return "-"
    return " and ".join(people) or "nobody"


def _policies(changes: Sequence[PolicyChange], looked_until: datetime) -> Iterator[Group]:
    for change in changes:
        before, after = change.before or (), change.after or ()
        rows = [
            (
                _step_name(before, after, number),
                _asked(before, number),
                _asked(after, number),
            )
            for number in range(max(len(before), len(after)))
        ]
        title = f"escalation policy {change.name}, now"
        if change.before is None:
            title += ", new"
        elif change.after is None:
            title += ", removed"
        yield Group(title=title, columns=("STEP", "BEFORE", "AFTER"), rows=rows)
        for step in change.steps:
            name = f"step {step.number} of {change.name} ({change.time_zone})"
            yield _table(name, [], runs_of(step.stretches), change.time_zone, looked_until)


def _step_name(before: Sequence[AskedStep], after: Sequence[AskedStep], number: int) -> str:
    step = after[number] if number < len(after) else before[number]
    return f"{number + 1} {step.name}" if step.name else str(number + 1)


def _asked(steps: Sequence[AskedStep], number: int) -> str:
    if number >= len(steps):
        return "-"
    step = steps[number]
    parts = [", ".join(step.asked)]
    if number:
        parts.append(f"after {step.after}")
    if step.only:
        parts.append(f"only {', '.join(step.only)}")
    return "; ".join(parts)


def _moves(change: ScheduleChange, looked_until: datetime) -> Group:
    zone, now, until = change.time_zone, change.now, change.stays_until
    lines = []
    if now.before is not None and now.after and not change.moves_now and change.changed:
        stay = "stay" if len(now.after) > 1 else "stays"
        end = wall(until, zone) if until else "beyond the four weeks"
        lines.append(f"{_named(now.after)} {stay} until {end}")
    if change.moves_now:
        lines.append(f"{_named(now.loses)} is relieved at once, before the end of the shift")
    for user in change.moved:
        lost = [it for it in change.runs if user in it.stretch.loses]
        gained = [it for it in change.runs if user in it.stretch.gains]
        for verb, runs in (("no longer", lost), ("newly", gained)):
            if runs:
                lines.append(f"{user}, {verb}: {_runs(runs, zone, looked_until)}")
    return Group(title=f"{change.name} ({zone})", lines=lines)


def _runs(runs: Sequence[Run], zone: str, looked_until: datetime) -> str:
    shown = "; ".join(_run(it, zone, looked_until) for it in runs[:SHOWN_SHIFTS])
    left = len(runs) - SHOWN_SHIFTS
    return f"{shown}; and {left} more" if left > 0 else shown


def _unreachable(plan: Plan) -> Iterator[str]:
    zones = {it.name: it.time_zone for it in plan.schedules}
    for gap in plan.gaps[:SHOWN_GAPS]:
        span = wall_span(gap.begins, gap.ends, zones[gap.schedule], plan.ends)
        yield f"nobody is on call by {gap.schedule}: {span} ({zones[gap.schedule]})"
    if left := len(plan.gaps[SHOWN_GAPS:]):
        yield f"and {plural(left, 'further gap')}"
    for person in plan.reach.on_call:
        zone = zones[person.schedule]
        since = f"from {wall(person.begins, zone)} ({zone}) on"
        when = "now" if person.begins == plan.at else since
        yield (
            f"{person.user}, on call by {person.schedule} {when}, gets no page: {person.problem}"
        )
    for path in plan.reach.unreached:
        yield f"{path.severity} alerts {_sent_by(path.sender)} reach nobody"
    yield from plan.reach.problems


def _sent_by(sender: Sender) -> str:
    match sender.noun:
        case Noun.DEFAULT:
            return "that no integration and no route sends elsewhere"
        case Noun.ROUTE:
            return f"of route {sender.name}"
        case noun:
            return f"from {noun.value.replace('_', ' ')} {sender.name}"


def _objects(changes: ObjectChanges) -> Iterator[Group]:
    if changes.added:
        yield Group(title="made", lines=[_object(it) for it in changes.added])
    for change in changes.changed:
        title = f"changed: {_object(change.object_id)}"
        yield Group(title=title, lines=[_field(it) for it in change.fields])
    if changes.removed:
        yield Group(title="removed", lines=[_object(it) for it in changes.removed])
    if changes.taken_over:
        title = "made by API until now, then by the file"
        yield Group(title=title, lines=[_object(it) for it in changes.taken_over])
    if changes.only_by_api:
        title = "made by API, not in the file: stays"
        yield Group(title=title, lines=[_object(it) for it in changes.only_by_api])


def _object(object_id: ObjectId) -> str:
    section, name = object_id
    return f"{NOUNS.get(section, section)} {name}"


def _field(change: FieldChange) -> str:
    return f"{change.field}: {_value(change.before)} → {_value(change.after)}"


def _value(value: Any) -> str:  # noqa: ANN401 - JSON
    match value:
        case None:
            return "-"
        case [*items]:
            return shortened(f"[{', '.join(map(_value, items))}]", SHOWN_VALUE)
        case bool():
            return "true" if value else "false"
        case _:
            return shortened(str(value), SHOWN_VALUE)
