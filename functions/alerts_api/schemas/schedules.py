"""Schedules, and who is on call by them."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.configuration import Configured, Kind, Warned
from functions.alerts_api.schemas.model import Answer, Instant, Listing, Page, View
from functions.alerts_api.schemas.operation import Operation, Parameter
from tocsin.bodies.model import ConfigurationBody, TimeZone
from tocsin.bodies.overrides import OverrideBody
from tocsin.bodies.schedules import FollowsBody, LayerBody, ScheduleBody
from tocsin.domain.errors import InvalidInputError, ScheduleNotFoundError, UserNotFoundError

TAG: Final = "Schedules"
ON_CALL: Final = "On call"
_TIME: Final = {"type": "string", "format": "date-time"}
FROM: Final = Parameter("from", "The beginning; by default now. Within 400 days of now.", _TIME)
TO: Final = Parameter("to", "The end, 400 days later at most; by default 28 days later.", _TIME)


class ScheduleChange(ConfigurationBody):
    """What to change; `layers` and `follows` take each other's place."""

    time_zone: TimeZone | None = Field(None, examples=["Europe/Paris"])
    layers: list[LayerBody] | None = Field(None, description="All of them.")
    follows: FollowsBody | None = None
    overrides: list[OverrideBody] | None = Field(
        None, description="All of the schedule's own text; those made beside it stay."
    )


class OnCallNow(View):
    """Who is on call."""

    people: list[str] = Field(description="Empty: nobody is.", examples=[["alice"]])
    until: Instant | None = Field(
        description="When that changes next; null: not within a year, as far as is known."
    )
    layer: str | None = Field(
        description="The layer that says so; null: none has anybody on call, or an override stands "
        "for all.",
        examples=["layer 1"],
    )
    overrides: list[str] = Field(
        description="The ids of the overrides without which it would be otherwise.", examples=[[]]
    )


class OnCallNext(OnCallNow):
    """Who is on call after those of now."""

    from_: Instant = Field(alias="from")


class PendingVersion(View):
    """A change of a layer that has not taken effect yet."""

    layer: str = Field(examples=["layer 1"])
    takes_effect_at: Instant
    is_removed: bool = Field(description="Whether the layer is gone from then on.")


class ShownSchedule(Configured):
    """A schedule, and who is on call by it now."""

    name: str = Field(examples=["primary"])
    time_zone: str = Field(examples=["Europe/Paris"])
    layers: list[dict[str, object]] | None = Field(
        None,
        description="As PUT takes them. A layer that is to change has `versions`, of which the "
        "first is in force. Absent of a schedule that follows another.",
        examples=[
            [
                {
                    "name": "layer 1",
                    "rotation": "weekly",
                    "handoff": "mon 09:00",
                    "start": "2026-01-05",
                    "users": ["alice", "bob"],
                }
            ]
        ],
    )
    follows: FollowsBody | None = Field(None, description="Absent of a schedule with layers.")
    overrides: list[dict[str, object]] = Field(
        description="Those of the schedule's own text; `/overrides` lists all.", examples=[[]]
    )
    pending: list[PendingVersion] = Field(
        description="What has not taken effect yet: until then nothing changes.", examples=[[]]
    )
    on_call: OnCallNow
    next: OnCallNext | None = Field(description="Who follows, if other people do within a year.")


class ShownShift(View):
    """A time in which the same people are on call."""

    from_: Instant = Field(alias="from")
    to: Instant
    people: list[str] = Field(description="Empty: nobody is.", examples=[["alice"]])
    layer: str | None = Field(examples=["layer 1"])
    overrides: list[str] = Field(examples=[[]])


class ShownTurn(View):
    """A time in which a layer names the same people."""

    from_: Instant = Field(alias="from")
    to: Instant
    people: list[str] = Field(description="Empty: nobody, on purpose.", examples=[["alice"]])


class ShownLayer(View):
    """What one layer says by itself."""

    schedule: str = Field(
        description="Whose layer it is: another's where the schedule follows it.",
        examples=["primary"],
    )
    layer: str = Field(examples=["layer 1"])
    shifts: list[ShownTurn] = Field(description="In order; there are breaks between them.")


class ShownOwnShift(View):
    """A time in which a person is on call, alone or with others."""

    schedule: str = Field(examples=["primary"])
    from_: Instant = Field(alias="from")
    to: Instant


class ShownQuality(View):
    """How well a time is covered, and how evenly it is spread."""

    from_: Instant = Field(alias="from")
    to: Instant
    covered: float = Field(description="The share of the time that is no gap.", examples=[1.0])
    balance: float = Field(
        description="How evenly hours are spread: the mean over all pairs of people of fewer by "
        "more hours.",
        examples=[0.9],
    )
    score: float = Field(description="`covered` times `balance`.", examples=[0.9])
    hours: dict[str, float] = Field(description="By person.", examples=[{"alice": 336.0}])


class OnCallOfSchedule(View):
    """Who is on call by one schedule."""

    schedule: str = Field(examples=["primary"])
    on_call: OnCallNow
    next: OnCallNext | None = Field(description="Who follows, if other people do within a year.")


class OnCallOfAll(View):
    """Who is on call by each schedule, in the order of their names."""

    at: Instant
    schedules: list[OnCallOfSchedule]


_BY_SPAN: Final = (ScheduleNotFoundError, InvalidInputError)
OPERATIONS: Final = {
    **Kind(
        words="schedule",
        plural="schedules",
        tag=TAG,
        body=ScheduleBody,
        change=ScheduleChange,
        page=Listing[ShownSchedule],
        shown=Answer[ShownSchedule],
        put=Warned[ShownSchedule],
        not_found=ScheduleNotFoundError,
        about_put=(
            "A changed layer takes effect when its running turn ends, unless `versions` say "
            "otherwise: until then nobody's shift moves, and the past never does. A body that is "
            "as what is in force takes a pending change back. Those whose shifts of the next 28 "
            "days move are told by Slack or e-mail."
        ),
    ).operations,
    "list_shifts": Operation(
        tag=TAG,
        summary="List who is on call from when to when",
        description="All of the time, without a break, in order. 5,000 shifts at most.",
        query=(FROM, TO),
        answer=Page[ShownShift],
        errors=_BY_SPAN,
    ),
    "list_layer_shifts": Operation(
        tag=TAG,
        summary="List what each layer says by itself",
        description="The layers in force, the one that wins first, whether others win over them or "
        "not. Overrides are not in them. 5,000 shifts at most.",
        query=(FROM, TO),
        answer=Page[ShownLayer],
        errors=_BY_SPAN,
    ),
    "list_user_shifts": Operation(
        tag=ON_CALL,
        summary="List the shifts of a person",
        description="In all schedules, by their beginnings, with overrides; what follows without a "
        "break is one. 5,000 at most.",
        query=(FROM, TO),
        answer=Page[ShownOwnShift],
        errors=(UserNotFoundError, InvalidInputError),
    ),
    "list_gaps": Operation(
        tag=TAG,
        summary="List when nobody is on call",
        description="But for times that a rotation gives to `nobody` on purpose.",
        query=(FROM, TO),
        answer=Page[ShownShift],
        errors=_BY_SPAN,
    ),
    "show_quality": Operation(
        tag=TAG,
        summary="Say how well a time is covered and spread",
        query=(FROM, TO),
        answer=Answer[ShownQuality],
        errors=_BY_SPAN,
    ),
    "show_on_call": Operation(
        tag=ON_CALL,
        summary="Say who is on call",
        description="By each schedule, now or at a time.",
        query=(Parameter("at", "When; by default now. Within 400 days of now.", _TIME),),
        answer=Answer[OnCallOfAll],
        errors=(InvalidInputError,),
    ),
}
