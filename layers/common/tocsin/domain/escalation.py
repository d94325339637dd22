"""Who is asked, in which order, and where one alert stands in that order.

A policy's steps are paged one after the other until somebody acknowledges. All decisions about
that are here, as functions of values; who does them, and when, is elsewhere.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.flapping import FlappingRule
from tocsin.domain.severity import Severity

DEFAULT_POLICY: Final = "default"
"""The policy of what neither its integration nor a route sends elsewhere, if there is one."""
ALL_SEVERITIES: Final = frozenset(Severity)


class TargetKind(StrEnum):
    """Whom a step may ask."""

    USER = "user"
    CHANNEL = "channel"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A user, a channel or a schedule, by name."""

    kind: TargetKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Targets that are asked together, and how long they have before the next step."""

    name: str
    targets: tuple[Target, ...]
    delay: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    """Ordered steps."""

    name: str
    steps: tuple[Step, ...]
    repeat: int = 0
    """Further runs through all steps."""
    ack_timeout: timedelta | None = None
    """An acknowledged alert fires again after this, unless it is resolved by then."""
    severities: frozenset[Severity] = ALL_SEVERITIES
    """Of which severities it pages; others only appear."""
    flapping: FlappingRule | None = field(default_factory=FlappingRule)
    """None: what flaps is paged each time."""
    managed_by: str | None = None


class Rest(StrEnum):
    """Why an escalation has nothing more to do."""

    EXHAUSTED = "exhausted"
    SEVERITY = "severity"
    NO_POLICY = "no_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Where an alert stands: which step was paged last, and when the next one is."""

    policy: str | None = None
    """What the integration asks for, or what was chosen; None if the routes are to say."""
    step: int = 0
    """Paged last; counts from 1, and is 0 before the first."""
    step_name: str | None = None
    loop: int = 0
    """Runs begun in this episode. No two pages of one alert share loop, step and target, so it
    grows with every repeat and with every new start."""
    repeats: int = 0
    """How many of the runs repeat the one before, since the last start."""
    next_step: int | None = None
    """What is paged at `escalates_at`; None if the policy is exhausted then."""
    escalates_at: datetime | None = None
    """When that is if nobody acts; None at rest."""
    is_restart: bool = False
    """Whether the next step begins a new run, whatever was paged before."""
    awaits_stability: bool = False
    """The alert is flapping: nothing is paged unless it fires without a break until then."""
    rest: Rest | None = None
    ack_timeout: timedelta | None = None

    @property
    def why_at_rest(self) -> str:
        """Why nothing more comes, in words for people."""
        match self.rest:
            case Rest.EXHAUSTED:
                return f"every step of {self.policy} was paged, and nobody acknowledged"
            case Rest.SEVERITY:
                return f"{self.policy} pages nobody for this severity"
            case Rest.NO_POLICY | None:
                return "no escalation policy pages for it"

    def wanted(self, at: datetime, *, from_step: int = 1) -> Self:
        """Ask for a new start, to be done by whoever knows the policies.

        Args:
            at: When it is due.
            from_step: Where it begins, counted from 1.
        """
        return replace(
            self,
            repeats=0,
            next_step=from_step,
            escalates_at=at,
            is_restart=True,
            awaits_stability=False,
            rest=None,
        )


def advance(
    escalation: Escalation, policy: EscalationPolicy | None, severity: Severity, at: datetime
) -> Escalation:
    """Page the next step, begin the next run, or come to rest; as the policy is by now.

    Args:
        escalation: As it stands, with its next step due.
        policy: None if there is none (any more).
        severity: Of the alert, by now.
        at: When the step is paged; the next one follows its delay after that.
    """
    if policy is None:
        return _resting(escalation, Rest.NO_POLICY)
    known = replace(escalation, policy=policy.name, ack_timeout=policy.ack_timeout)
    if severity not in policy.severities:
        return _resting(known, Rest.SEVERITY)
    number = escalation.next_step
    if number is not None and number > len(policy.steps):
        # The policy has become shorter since.
        number = 1 if escalation.repeats < policy.repeat else None
    if number is None:
        return _resting(known, Rest.EXHAUSTED)
    return _at_step(known, policy, number, at)


def _at_step(
    escalation: Escalation, policy: EscalationPolicy, number: int, at: datetime
) -> Escalation:
    step = policy.steps[number - 1]
    repeats = escalation.repeats
    begins_run = escalation.is_restart or number <= escalation.step
    if begins_run and not escalation.is_restart:
        repeats += 1
    next_step = number + 1 if number < len(policy.steps) else None
    if next_step is None and repeats < policy.repeat:
        next_step = 1
    return replace(
        escalation,
        step=number,
        step_name=step.name,
        loop=escalation.loop + int(begins_run),
        repeats=repeats,
        next_step=next_step,
        escalates_at=at + step.delay,
        is_restart=False,
        awaits_stability=False,
        rest=None,
    )


def _resting(escalation: Escalation, why: Rest) -> Escalation:
    return replace(
        escalation,
        next_step=None,
        escalates_at=None,
        is_restart=False,
        awaits_stability=False,
        rest=why,
    )
