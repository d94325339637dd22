"""Escalation policies, and the position of one alert in its policy.

A policy's steps are paged one after the other until a person acknowledges. The rules are here, as
functions of values; use cases apply them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self
from zlib import crc32

from tocsin.domain.flapping import FlappingRule, Inherited
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.hours import Hours

DEFAULT_POLICY: Final = "default"
"""The policy if neither the integration nor a route names one; it may be missing."""
ALL_SEVERITIES: Final = frozenset(Severity)
PAGED_SEVERITIES: Final = frozenset((Severity.CRITICAL, Severity.WARNING))
"""What a policy pages that does not say it; `info` only appears."""
STILL_WAITING: Final = "messages of the step before had not gone out after 10 minutes"
NEXT_RUN: Final = "this run asks nobody else, and the next one waits for the delay"
NO_POLICY_PAGES: Final = "no escalation policy pages for it"


class TargetKind(StrEnum):
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
    """Targets that are notified together, and the delay until the next step."""

    name: str
    targets: tuple[Target, ...]
    delay: timedelta
    only: "tuple[Hours, ...]" = ()
    """Outside these hours it is left out; empty: it never is."""

    @property
    def mark(self) -> str:
        """A checksum of targets and hours: equal for steps that differ only in their names."""
        hours = (f"{sorted(it.days)} {it.begins} {it.ends}" for it in self.only)
        return f"{crc32('\n'.join((*sorted(map(str, self.targets)), *hours)).encode()):08x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPolicy:
    name: str
    steps: tuple[Step, ...]
    repeat: int = 0
    """Further runs through all steps."""
    ack_timeout: timedelta | None = None
    """After this an acknowledged alert fires again, unless it is resolved."""
    severities: frozenset[Severity] = PAGED_SEVERITIES
    """Alerts of these severities are paged; others are only listed."""
    flapping: FlappingRule | Inherited | None = Inherited.TEAM
    """None: a flapping alert is paged each time."""
    time_zone: str | None = None
    """Of the hours of its steps, a name of the IANA database; None: the team's."""
    managed_by: str | None = None

    @property
    def has_own_flapping(self) -> bool:
        return self.flapping is not Inherited.TEAM

    @property
    def has_hours(self) -> bool:
        return any(step.only for step in self.steps)

    @property
    def zone(self) -> str:
        """Of its hours; who reads policies fills in the team's."""
        return self.time_zone or "UTC"

    @property
    def flapping_rule(self) -> FlappingRule | None:
        """Its own; the usual one where the team's was not filled in."""
        return FlappingRule() if self.flapping is Inherited.TEAM else self.flapping


class Rest(StrEnum):
    """Why an escalation has nothing more to do."""

    EXHAUSTED = "exhausted"
    SEVERITY = "severity"
    NO_POLICY = "no_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A run of a policy that reached nobody, or an alert that no policy pages."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """An alert's position in its policy: the last step, and when the next one begins."""

    policy: str | None = None
    """The integration's policy, or the one that was chosen; None: the routes decide."""
    is_policy_known: bool = False
    """Whether the policy was looked up in this episode, so that `ack_timeout` is its own."""
    step: int = 0
    """Steps begun in this run; the position in the policy, unless that was edited."""
    step_name: str | None = None
    targets: tuple[str, ...] = ()
    """Targets of the last step, as `user:alice`. Messages are planned from these, so that an edit
    of the policy does not change a step that was begun."""
    first_targets: tuple[str, ...] = ()
    """Targets of the policy's first step, when the policy was read last."""
    next_targets: tuple[str, ...] = ()
    """Targets of the step after the last one, if this run has one; as the policy was then."""
    asked: tuple[str, ...] = ()
    """Marks of the steps begun in this run."""
    begun_at: datetime | None = None
    """When the step was begun."""
    delay: timedelta = timedelta()
    """Between this step and the next."""
    loop: int = 0
    """Runs begun in this episode, repeats and new starts alike: no two pages of one alert share
    run, step and target."""
    repeats: int = 0
    """Repeats since the last start."""
    next_step: int | None = None
    """The step of `escalates_at`, if the policy stays as it is; None: exhausted then. The policy is
    read at that time."""
    escalates_at: datetime | None = None
    """When the next step begins if nobody acts; None at rest."""
    is_restart: bool = False
    """The next step begins a new run, even in the middle of one."""
    skips_ahead: bool = False
    """The next step of this run does not wait for the delay; a further run does."""
    awaits_stability: bool = False
    """The alert is flapping: its first step waits until `escalates_at`, and is left out if the
    alert is resolved by then."""
    rest: Rest | None = None
    ack_timeout: timedelta | None = None
    delays_from: datetime | None = None
    """Start of the delay until the next step, if a person was given time after the step began."""
    ack_from: datetime | None = None
    """Start of the ack timeout, if not the acknowledgement."""
    spell: int = 1
    """Firing spells begun in this episode: one ends with acknowledge, snooze or resolve."""
    worst: Severity | None = None
    """The worst severity of this spell."""
    giver: str | None = None
    """The person who gave the alert back; not paged again in this run."""
    held_why: str | None = None
    """Why the next step waits longer than its delay."""
    held_by_route: str | None = None
    """The route because of which the first page waits until `escalates_at`."""
    waits_for_step: str | None = None
    """The step whose hours begin at `escalates_at`: outside them nobody can be asked."""
    unreached: Unreached | None = None
    """Since when it has reached nobody; None: it has, or may still."""
    held: Hold | None = None
    """What stops the clock of the next step; `escalates_at` stays as it was before."""
    released_at: datetime | None = None
    """When the last hold ended, or the hours begin for which a step waits. A step that was due by
    then has begun at this time."""

    @property
    def is_due_by_release(self) -> bool:
        """Whether the next step is due because what held it back has ended."""
        return self.released_at is not None and self.released_at == self.escalates_at

    @property
    def is_released(self) -> bool:
        """Whether the step was begun because what held it back had ended."""
        return self.released_at is not None and self.released_at == self.begun_at

    @property
    def waits_for_delay(self) -> bool:
        """Whether the next step follows one that was begun, after its delay."""
        is_early = self.is_restart or self.skips_ahead or self.awaits_stability
        return self.begun_at is not None and self.escalates_at is not None and not is_early

    @property
    def due_targets(self) -> tuple[str, ...]:
        """Targets of the step of `escalates_at`, as far as they are known."""
        if self.is_restart:
            return self.targets if self.asked else self.first_targets
        if self.next_step == 1:
            return self.first_targets
        return self.next_targets if self.next_step else ()

    @property
    def targets_after_timeout(self) -> tuple[str, ...]:
        """Targets that are asked when the ack timeout ends; see `wanted_again`."""
        return self.targets if self.step_after_timeout > 1 else self.first_targets

    @property
    def step_after_timeout(self) -> int:
        """The step of `targets_after_timeout`."""
        if self.rest or not self.loop:
            return 1
        return len(self.asked) + 1 if self.is_restart else max(len(self.asked), 1)

    @property
    def why_at_rest(self) -> str:
        """Why no step follows, for people to read."""
        if self.unreached:
            return f"reached nobody: {self.unreached.why}"
        match self.rest:
            case Rest.EXHAUSTED if self.giver:
                return f"{self.giver} gave it back, and {self.policy} has nobody left to ask"
            case Rest.EXHAUSTED:
                return f"every step of {self.policy} was paged, and nobody acknowledged"
            case Rest.SEVERITY:
                return f"{self.policy} pages nobody for this severity"
            case Rest.NO_POLICY | None:
                return NO_POLICY_PAGES

    def wanted(self, at: datetime) -> Self:
        """Begin a new run with the first step at this time; the policy is read then."""
        return replace(self._awake(at), asked=(), is_restart=True, giver=None, unreached=None)

    def wanted_again(self, at: datetime) -> Self:
        """Begin a new run with the step that was begun last; at rest, with the first."""
        if self.rest:
            return self.wanted(at)
        asked = self.asked if self.is_restart else self.asked[:-1]
        return replace(self._awake(at), asked=asked, is_restart=True, giver=None)

    def wanted_on(self, at: datetime) -> Self:
        """Begin the next step of this run now; if there is none, a new run after the delay.

        A new run that was due to begin begins now.
        """
        if not self.loop or self.rest is Rest.EXHAUSTED:
            return self.wanted(at)
        if self.is_restart:
            return replace(self._awake(at), is_restart=True)
        return replace(
            self._awake(at), repeats=self.repeats, next_step=self.step + 1, skips_ahead=True
        )

    def _awake(self, at: datetime) -> Self:
        return replace(
            self,
            repeats=0,
            next_step=1,
            escalates_at=at,
            is_restart=False,
            skips_ahead=False,
            awaits_stability=False,
            rest=None,
            held_why=None,
            held_by_route=None,
            waits_for_step=None,
            held=None,
        )

    def held_by(self, hold: Hold) -> Self:
        """Stop the clock of the next step, from when the hold began or the clock was started."""
        if self.held is not None:
            return replace(self, held=replace(hold, since=self.held.since))
        due = self.escalates_at
        if due is None:
            return replace(self, held=hold)
        started_at = due - self.delay if self.waits_for_delay else due
        return replace(self, held=replace(hold, since=min(due, max(hold.since, started_at))))

    def released(self, at: datetime) -> Self:
        """Let the clock go on where it stopped; a step that waits for no delay is due at once."""
        held, due = self.held, self.escalates_at
        if held is None or due is None:
            return replace(self, held=None)
        if held.kind is HoldKind.AWAKE:
            # Somebody had the alert: the delay went on meanwhile.
            return replace(self, held=None, escalates_at=max(at, due))
        if not self.waits_for_delay:
            released_at = at if self.waits_for_step is None else max(at, due)
            return replace(self, held=None, escalates_at=max(at, due), released_at=released_at)
        left = min(max(due - held.since, timedelta()), self.delay)
        return replace(
            self,
            held=None,
            escalates_at=at + left,
            delays_from=at + left - self.delay,
            released_at=at,
        )

    def asked_again(self, at: datetime) -> Self:
        """Take back the last step, of which something kept messages back: it is due now.

        It is begun again in a run of its own, and users' rules count anew.
        """
        asked = self.asked[:-1]
        again = replace(
            self._awake(at),
            asked=asked,
            is_restart=True,
            repeats=self.repeats,
            spell=self.spell + 1,
            released_at=at,
        )
        if asked or self.loop > 1:
            return again
        return replace(again, step=0, step_name=None, targets=())

    def with_delay_anew(self, at: datetime) -> Self:
        """Begin the delay until the next step anew; a step that waits for no delay stays."""
        if not self.waits_for_delay or self.escalates_at is None:
            return self
        escalates_at = max(at + self.delay, self.escalates_at)
        held = self.held and replace(self.held, since=at)
        return replace(self, escalates_at=escalates_at, delays_from=at, held=held)

    def next_spell(self, severity: Severity) -> Self:
        """Begin a firing spell: rules of users count anew, and so does the worst severity."""
        return replace(self, spell=self.spell + 1, worst=severity, ack_from=None, unreached=None)

    def worsened(self, severity: Severity, at: datetime, policy: str | None) -> Self:
        """Stay acknowledged; if the alert is given back, a new run begins.

        Args:
            severity: The worst of this spell by now.
            at: Start of the ack timeout.
            policy: The integration's policy; the current one is chosen later.
        """
        return replace(
            self,
            policy=policy,
            is_policy_known=False,
            asked=(),
            is_restart=True,
            worst=severity,
            ack_from=at,
        )

    def without_policy(self) -> Self:
        """Page nobody by a policy in this firing spell."""
        return _resting(self, Rest.NO_POLICY)

    def following(self, policy: EscalationPolicy) -> Self:
        """Set the policy without paging."""
        return replace(
            self,
            policy=policy.name,
            first_targets=_first_targets(policy),
            ack_timeout=policy.ack_timeout,
            is_policy_known=True,
        )


def advance(
    escalation: Escalation,
    policy: EscalationPolicy | None,
    severity: Severity,
    at: datetime,
    *,
    is_by_hand: bool = False,
) -> Escalation:
    """Begin the next step or the next run, or come to rest, by the current policy.

    A step is done in a run if one with the same targets was begun in it; so a step that was added
    to the policy is still taken, at any position, and so is one whose hours begin meanwhile.
    Another policy begins with its first step.

    Outside its hours a step is left out. If nobody at all can be asked in a run, a critical alert
    asks its first step all the same, and any other waits for the hours of a step. A critical alert
    is not kept to hours either where the step before has reached nobody, or was given back.

    Args:
        escalation: The current one, with its next step due.
        policy: None: there is none.
        severity: Of the alert, by now.
        at: When the step is begun; the next one follows its delay after that.
        is_by_hand: A person asks for it: a step outside its hours is better than none.
    """
    if policy is None:
        return _resting(escalation, Rest.NO_POLICY)
    is_another = bool(escalation.loop) and escalation.policy != policy.name
    known = escalation.following(policy)
    if severity not in policy.severities:
        return replace(_resting(known, Rest.SEVERITY), unreached=None)
    is_start = escalation.is_restart or is_another or not escalation.loop
    asked = () if is_another else escalation.asked
    is_urgent = is_by_hand or severity is Severity.CRITICAL
    position = _position_within_hours(policy, asked, at)
    if position is None and is_start:
        position, asked = _position_within_hours(policy, (), at), ()
    if position is None and (is_by_hand or (is_urgent and (is_start or escalation.skips_ahead))):
        position = next_position(policy, asked)
    if position is not None:
        return _at_step(known, policy, position, at, run=asked, is_start=is_start)
    if is_start:
        return _waiting_for_hours(known, policy, at)
    return _at_end_of_run(known, policy, at, is_urgent=is_urgent)


def _at_end_of_run(
    escalation: Escalation, policy: EscalationPolicy, at: datetime, *, is_urgent: bool
) -> Escalation:
    if escalation.repeats >= policy.repeat:
        return _resting(escalation, Rest.EXHAUSTED)
    if escalation.skips_ahead:
        return replace(
            escalation,
            skips_ahead=False,
            next_step=1,
            escalates_at=at + escalation.delay,
            held_why=NEXT_RUN,
        )
    repeated = replace(escalation, repeats=escalation.repeats + 1)
    position = _position_within_hours(policy, (), at)
    if position is None and is_urgent:
        position = 0
    if position is None:
        return _waiting_for_hours(repeated, policy, at)
    return _at_step(repeated, policy, position, at, run=(), is_start=True)


def _waiting_for_hours(
    escalation: Escalation, policy: EscalationPolicy, at: datetime
) -> Escalation:
    """Begin a run when the hours of a step begin; what waits together is told together then."""
    from tocsin.domain.outside_hours import first_to_begin

    hours = (step.only for step in policy.steps)
    position, until = first_to_begin(hours, policy.zone, at)
    step = policy.steps[position]
    return replace(
        escalation,
        first_targets=_spelled(step),
        next_targets=(),
        asked=(),
        next_step=1,
        escalates_at=until,
        is_restart=True,
        skips_ahead=False,
        awaits_stability=False,
        giver=escalation.giver if escalation.is_restart else None,
        held_why=None,
        held_by_route=None,
        waits_for_step=step.name,
        released_at=until,
    )


def _position_within_hours(
    policy: EscalationPolicy, asked: Sequence[str], at: datetime
) -> int | None:
    """Find the first step that was not begun in a run and may be now."""
    if not policy.has_hours:
        return next_position(policy, asked)
    from tocsin.domain.outside_hours import waits_until

    left = Counter(asked)
    for position, step in enumerate(policy.steps):
        if left[step.mark]:
            left[step.mark] -= 1
        elif waits_until(step.only, policy.zone, at) == at:
            return position
    return None


def next_position(policy: EscalationPolicy, asked: Sequence[str]) -> int | None:
    """Find the first step that was not begun in a run; None if all were."""
    left = Counter(asked)
    for position, step in enumerate(policy.steps):
        if not left[step.mark]:
            return position
        left[step.mark] -= 1
    return None


def _at_step(
    escalation: Escalation,
    policy: EscalationPolicy,
    position: int,
    at: datetime,
    *,
    run: tuple[str, ...],
    is_start: bool,
) -> Escalation:
    step = policy.steps[position]
    asked = (*run, step.mark)
    next_step: int | None = None
    next_targets: tuple[str, ...] = ()
    following = _position_within_hours(policy, asked, at + step.delay)
    if following is not None:
        next_step, next_targets = len(asked) + 1, _spelled(policy.steps[following])
    elif escalation.repeats < policy.repeat:
        next_step = 1
    return replace(
        escalation,
        step=len(asked),
        step_name=step.name,
        targets=_spelled(step),
        next_targets=next_targets,
        asked=asked,
        begun_at=at,
        delay=step.delay,
        delays_from=None,
        loop=escalation.loop + int(is_start),
        next_step=next_step,
        escalates_at=at + step.delay,
        is_restart=False,
        skips_ahead=False,
        awaits_stability=False,
        rest=None,
        giver=escalation.giver if escalation.is_restart or not is_start else None,
        held_why=None,
        held_by_route=None,
        waits_for_step=None,
        held=None,
        released_at=at if escalation.is_due_by_release else None,
    )


def _first_targets(policy: EscalationPolicy) -> tuple[str, ...]:
    """Targets that a run begins with; empty if that depends on the time."""
    if not policy.steps or policy.steps[0].only:
        return ()
    return _spelled(policy.steps[0])


def _spelled(step: Step) -> tuple[str, ...]:
    return tuple(map(str, step.targets))


def _resting[E: Escalation](escalation: E, why: Rest) -> E:
    return replace(
        escalation,
        is_policy_known=True,
        next_step=None,
        next_targets=(),
        escalates_at=None,
        is_restart=False,
        skips_ahead=False,
        awaits_stability=False,
        rest=why,
        held_why=None,
        waits_for_step=None,
    )
