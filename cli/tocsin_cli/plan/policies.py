"""Whom the steps of a policy ask now, before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.duration import spelled
from tocsin.domain.escalation import EscalationPolicy, Target, TargetKind
from tocsin.domain.people import WhoIsOnCall
from tocsin_cli.plan.state import TeamState


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedStep:
    name: str
    after: str
    """How long after the first step it begins, as `5m`, where nobody acknowledges."""
    asked: Sequence[str]
    """In words: `alice (primary)`, `bob`, `channel ops-hook`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    name: str
    before: Sequence[AskedStep] | None
    """None: there is no such policy."""
    after: Sequence[AskedStep] | None


def policy_changes(before: TeamState, after: TeamState, at: datetime) -> Iterator[PolicyChange]:
    """Compare whom each policy asks now; those that ask the same are left out."""
    old, new = (dict(_asked(it, at)) for it in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield PolicyChange(name=name, before=old.get(name), after=new.get(name))


def _asked(state: TeamState, at: datetime) -> Iterator[tuple[str, Sequence[AskedStep]]]:
    on_call = state.team_at(at).directory.on_call
    for name, policy in state.routing.policies.items():
        yield name, list(_steps(policy, on_call))


def _steps(policy: EscalationPolicy, on_call: WhoIsOnCall) -> Iterator[AskedStep]:
    begins = timedelta()
    for step in policy.steps:
        asked = [_spelled(target, on_call) for target in step.targets]
        yield AskedStep(name=step.name, after=spelled(begins), asked=asked)
        begins += step.delay


def _spelled(target: Target, on_call: WhoIsOnCall) -> str:
    match target.kind:
        case TargetKind.USER:
            return target.name
        case TargetKind.CHANNEL:
            return f"channel {target.name}"
        case TargetKind.SCHEDULE:
            name, _, is_next = target.name.partition("/")
            people = " and ".join(on_call.get(target.name, ())) or "nobody"
            return f"{people} ({'next of ' if is_next else ''}{name})"
