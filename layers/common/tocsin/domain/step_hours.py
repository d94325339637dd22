"""Steps of a policy that were left out, or asked, outside their hours: for the timeline."""

from collections.abc import Sequence
from datetime import datetime

from tocsin.domain.escalation import Escalation, EscalationPolicy, Step
from tocsin.domain.hold import waits_for
from tocsin.domain.outside_hours import spelled_hours, waits_until


def told_of_hours(
    before: Escalation, after: Escalation, policy: EscalationPolicy, at: datetime
) -> str | None:
    """Say which steps were left out, that all wait, or that one is asked outside its hours."""
    if after.waits_for_step is not None and after.escalates_at is not None:
        waits = waits_for(after.escalates_at, since=at)
        return f"no step is within its hours: {waits} ({after.waits_for_step})"
    is_begun = (after.loop, after.step) != (before.loop, before.step)
    begun = _position(policy, after.asked[-1:]) if is_begun else len(policy.steps)
    last = _position(policy, after.asked[:-1][-1:] if is_begun else after.asked[-1:])
    if is_begun and _is_outside(policy.steps[begun], policy, at):
        return f"nobody else is asked, so {_with_hours(policy.steps[begun])} is, outside its hours"
    left_out = [it for it in policy.steps[last + 1 : begun] if _is_outside(it, policy, at)]
    return f"outside its hours: {', '.join(map(_with_hours, left_out))}" if left_out else None


def _position(policy: EscalationPolicy, asked: Sequence[str]) -> int:
    """Of the step with this mark; -1 without one."""
    marks = [step.mark for step in policy.steps]
    return marks.index(asked[0]) if asked and asked[0] in marks else -1


def _is_outside(step: Step, policy: EscalationPolicy, at: datetime) -> bool:
    return waits_until(step.only, policy.zone, at) > at


def _with_hours(step: Step) -> str:
    return f"{step.name} ({spelled_hours(step.only)})"
