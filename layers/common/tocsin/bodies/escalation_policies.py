"""Escalation policies: steps, in order, and their targets."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.hours import HOURS_EXAMPLE, Only, hours_of
from tocsin.bodies.model import (
    DAY,
    USUAL_SEVERITIES,
    ConfigurationBody,
    Duration,
    Name,
    Severities,
    TimeZone,
    UserName,
    with_example,
    within,
)
from tocsin.bodies.text import Line
from tocsin.domain.duration import spelled
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.flapping import AFTER_LIMIT, OFF, WITHIN_LIMIT, FlappingRule, Inherited

STEPS_LIMIT: Final = 20
TARGETS_LIMIT: Final = 50
REPEAT_LIMIT: Final = 10
SHORTEST_DELAY: Final = timedelta(seconds=1)
"""Queues delay by whole seconds; short ones are for demonstrations."""
LONGEST_DELAY: Final = DAY
"""A step that comes later than that is a plan for another day, not an escalation."""
SHORTEST_ACK_TIMEOUT: Final = timedelta(minutes=1)
LONGEST_ACK_TIMEOUT: Final = timedelta(days=7)
SHORTEST_WITHIN: Final = timedelta(minutes=1)
_RULE: Final = FlappingRule()

Delay = Annotated[Duration, within(SHORTEST_DELAY, LONGEST_DELAY)]
AckTimeout = Annotated[Duration, within(SHORTEST_ACK_TIMEOUT, LONGEST_ACK_TIMEOUT)]

Within = Annotated[Duration, within(SHORTEST_WITHIN, WITHIN_LIMIT)]
HoldCritical = Annotated[Duration, within(timedelta(), WITHIN_LIMIT)]


NEXT: Final = "/next"
"""Ends the name of a target: not who is on call by the schedule, but who is next."""


class Position(StrEnum):
    """Who of a schedule: who is on call, or who is next."""

    CURRENT = "current"
    NEXT = "next"


class TargetBody(ConfigurationBody):
    """A user, a channel or a schedule; exactly one."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [kind.value]} for kind in TargetKind],
            "examples": [{"user": "alice"}],
        }
    )

    user: UserName | SkipJsonSchema[None] = Field(None, description="By the user's own rules.")
    channel: Name | SkipJsonSchema[None] = Field(None, description="Such as a chat or a webhook.")
    schedule: Name | SkipJsonSchema[None] = Field(
        None, description="Who is on call by it when the step is asked."
    )
    position: Position | SkipJsonSchema[None] = Field(
        None,
        description=("Of a schedule: who is on call now, which is the default, or who is next."),
        examples=["next"],
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if len([kind for kind in TargetKind if getattr(self, kind)]) != 1:
            raise ValueError("must name exactly one user, channel or schedule")
        if self.position is not None and self.schedule is None:
            raise ValueError("has a position, which only a schedule has")
        return self

    @property
    def target(self) -> Target:
        [kind] = [kind for kind in TargetKind if getattr(self, kind)]
        name = getattr(self, kind)
        return Target(kind, name + NEXT if self.position is Position.NEXT else name)


def settings_of_target(target: Target) -> dict[str, Any]:
    """As a body has it."""
    name = target.name.removesuffix(NEXT)
    position = {"position": Position.NEXT.value} if name != target.name else {}
    return {target.kind.value: name, **position}


class StepBody(ConfigurationBody):
    """Targets that are asked together."""

    name: Annotated[Line, Field(max_length=64)] | None = Field(
        None, description="By default its number: step 1.", examples=["first"]
    )
    targets: list[TargetBody] = Field(
        min_length=1,
        max_length=TARGETS_LIMIT,
        description="Who is asked.",
        examples=[[{"user": "alice"}]],
    )
    delay: Delay = Field(
        description="The wait after this step before the next; 1 s to 24 h.", examples=["5m"]
    )
    only: Only = Field(
        [],
        description=(
            "Outside these hours it is left out. If nobody else can be asked, a critical alert "
            "asks it all the same, and any other waits for them. By default it is never left out."
        ),
        examples=[HOURS_EXAMPLE],
    )


class FlappingBody(ConfigurationBody):
    """When an alert that opens again and again is kept quiet."""

    after: Annotated[int, Field(ge=1, le=AFTER_LIMIT)] = Field(
        _RULE.after,
        description="More reopenings than these within `within` are flapping.",
        examples=[5],
    )
    within: Within = Field(_RULE.within, description="1 m to 24 h.", examples=["1h"])
    stable: Within = Field(
        _RULE.stable,
        description=(
            "Firing or resolved for this long without a break is stable again: it is paged; "
            "1 m to 24 h."
        ),
        examples=["15m"],
    )
    hold_critical: HoldCritical = Field(
        _RULE.hold_critical,
        description="A critical alert waits no longer than this; 0 s to `stable`.",
        examples=["3m"],
    )

    @model_validator(mode="after")
    def _holds_no_longer_than_stable(self) -> Self:
        if self.hold_critical > self.stable:
            raise ValueError(f"hold_critical must be at most stable, {spelled(self.stable)}")
        return self

    @property
    def rule(self) -> FlappingRule:
        return FlappingRule(
            after=self.after,
            within=self.within,
            stable=self.stable,
            hold_critical=self.hold_critical,
        )


_OFF_WORDS: Final = (OFF, "false")


def _read_off(said: object) -> object:
    """None for `off`, which YAML 1.1 reads as false, and CloudFormation then as a text."""
    return None if said is False or said in _OFF_WORDS else said


def or_off(schema: dict[str, Any]) -> None:
    schema["anyOf"] = [{"enum": [*_OFF_WORDS, False]}, *schema["anyOf"]]


FlappingOrOff = Annotated[FlappingBody | None, BeforeValidator(_read_off)]

_SECOND_STEP: Final = {
    "name": "everybody",
    "targets": [{"user": "alice"}, {"channel": "ops-hook"}],
    "delay": "10m",
}
_ABOUT_STEPS: Final = (
    "Asked one after the other until the alert is acknowledged: a step's targets together, and "
    "the next step after its delay."
)

Steps = Annotated[list[StepBody], Field(min_length=1, max_length=STEPS_LIMIT)]


class _Settings(ConfigurationBody):
    """Everything but the steps."""

    repeat: Annotated[int, Field(ge=0, le=REPEAT_LIMIT)] = Field(
        0, description="Further runs through all steps.", examples=[2]
    )
    ack_timeout: AckTimeout | None = Field(
        None,
        description=(
            "An acknowledged alert fires again after this unless it is resolved, and the step that "
            "was asked last is asked again; 1 m to 7 d."
        ),
        examples=["30m"],
    )
    severities: Severities = Field(
        USUAL_SEVERITIES,
        description=(
            "Of which severities it pages, by default critical and warning; others only appear."
        ),
        examples=[["critical", "warning", "info"]],
    )
    flapping: FlappingOrOff = Field(
        None,
        description=(
            "An alert that flaps is paged once with that word, and then kept quiet until it is "
            "stable, its severity rises, or it is critical and fires for `hold_critical`. What "
            "the object leaves out becomes the default; `off` pages every time. Without it, the "
            "rule is the team's (`flapping` of the settings)."
        ),
        json_schema_extra=or_off,
        examples=[{"after": 5, "within": "1h", "stable": "15m", "hold_critical": "3m"}],
    )
    time_zone: TimeZone | None = Field(
        None,
        description="Of `only` of its steps, a name of the IANA database; by default the team's.",
        examples=["Europe/Paris"],
    )


class EscalationPolicyBody(_Settings):
    """An escalation policy without its name, which is in the path."""

    model_config = with_example(
        steps=[{"targets": [{"user": "alice"}], "delay": "5m"}, _SECOND_STEP], repeat=1
    )

    steps: Steps = Field(description=_ABOUT_STEPS)

    def named(self, name: str) -> EscalationPolicy:
        steps = tuple(
            Step(
                name=step.name or f"step {number}",
                targets=tuple(target.target for target in step.targets),
                delay=step.delay,
                only=hours_of(step.only),
            )
            for number, step in enumerate(self.steps, start=1)
        )
        return EscalationPolicy(
            name=name,
            steps=steps,
            repeat=self.repeat,
            ack_timeout=self.ack_timeout,
            severities=frozenset(self.severities),
            flapping=self._flapping,
            time_zone=self.time_zone,
        )

    @property
    def _flapping(self) -> FlappingRule | Inherited | None:
        if "flapping" not in self.model_fields_set:
            return Inherited.TEAM
        return self.flapping.rule if self.flapping else None


class EscalationPolicyChange(_Settings):
    """What to change."""

    steps: Steps | SkipJsonSchema[None] = Field(None, description=_ABOUT_STEPS)
