"""Overrides, taking a shift, and swaps."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.model import Answer, Instant, Page, View
from functions.alerts_api.schemas.operation import Operation
from functions.alerts_api.schemas.schedules import FROM, TO
from tocsin.bodies.model import At, ConfigurationBody, UserName
from tocsin.bodies.overrides import OverrideBody
from tocsin.bodies.text import Line
from tocsin.domain.alert import NOTE_LIMIT
from tocsin.domain.errors import (
    InvalidInputError,
    ManagedElsewhereError,
    OverrideNotFoundError,
    ScheduleNotFoundError,
    SwapNotFoundError,
)
from tocsin.domain.instant import read_instant
from tocsin.domain.on_call.schedule import OverrideKind
from tocsin.domain.on_call.swap import Span, SwapOverError, SwapState
from tocsin.usecases.change_on_call import AlreadyOnCallError, NotOnCallError

TAG: Final = "Overrides and swaps"
Reason = Annotated[Line, Field(max_length=NOTE_LIMIT)]
_OWN: Final = "The key's own user, or with `config:write` anybody."


class TakeBody(ConfigurationBody):
    """Who takes the running shift."""

    model_config = ConfigDict(
        populate_by_name=True, json_schema_extra={"examples": [{"reason": "Alice is ill"}]}
    )

    user: UserName | SkipJsonSchema[None] = Field(None, description=_OWN, examples=["alice"])
    for_: UserName | SkipJsonSchema[None] = Field(
        None, alias="for", description="Whose place it is; by default all who are on call."
    )
    until: At | SkipJsonSchema[None] = Field(
        None,
        description="By default until the shift ends. 400 days at most.",
        examples=["2026-03-01T18:00:00Z"],
    )
    reason: Reason | SkipJsonSchema[None] = Field(None, examples=["Alice is ill"])

    @property
    def until_at(self) -> datetime | None:
        return read_instant(self.until) if self.until else None


class SpanBody(ConfigurationBody):
    """A time."""

    model_config = ConfigDict(populate_by_name=True)

    from_: At = Field(alias="from", examples=["2026-03-02T08:00:00Z"])
    to: At = Field(examples=["2026-03-09T08:00:00Z"])

    @property
    def span(self) -> Span:
        return Span(read_instant(self.from_), read_instant(self.to))


class SwapBody(ConfigurationBody):
    """What is given, and what is taken for it."""

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "with": "bob",
                    "gives": {"from": "2026-03-02T08:00:00Z", "to": "2026-03-09T08:00:00Z"},
                    "takes": {"from": "2026-03-09T08:00:00Z", "to": "2026-03-16T08:00:00Z"},
                }
            ]
        },
    )

    user: UserName | SkipJsonSchema[None] = Field(
        None, description=f"Who asks. {_OWN}", examples=["alice"]
    )
    with_: UserName = Field(alias="with", description="Who is asked.", examples=["bob"])
    gives: SpanBody = Field(
        description="When the asked person is to be on call in place of the one who asks."
    )
    takes: SpanBody = Field(
        description="When the one who asks is to be on call in place of the asked person."
    )
    reason: Reason | SkipJsonSchema[None] = Field(None, examples=["A wedding"])


class ShownOverride(View):
    """A change of who is on call for a time."""

    id: str = Field(examples=["01KJM7A0C8ZK4C0M5N7P9R1T3W"])
    kind: OverrideKind
    user: str = Field(examples=["carol"])
    for_: str | None = Field(
        alias="for", description="Whose place the user takes; null: that of all.", examples=[None]
    )
    from_: Instant = Field(alias="from")
    to: Instant
    reason: str | None = Field(examples=["Holidays"])
    made_at: Instant | None = Field(description="Null: it is part of the schedule's own text.")
    made_by: str | None = Field(
        description="Null: it is part of the schedule's own text.", examples=["carol"]
    )


class ShownSpan(View):
    """A time."""

    from_: Instant = Field(alias="from")
    to: Instant


class ShownSwap(View):
    """Two people swap two shifts, or parts of them."""

    id: str = Field(examples=["01KJM7B0C8ZK4C0M5N7P9R1T3W"])
    schedule: str = Field(examples=["primary"])
    user: str = Field(description="Who asks.", examples=["alice"])
    with_: str = Field(alias="with", description="Who is asked.", examples=["bob"])
    gives: ShownSpan
    takes: ShownSpan
    reason: str | None = Field(examples=["A wedding"])
    state: SwapState
    answered_by: str | None = Field(examples=[None])
    created_at: Instant
    expires_at: Instant = Field(
        description="When it can be accepted no longer: after seven days, or when the earlier of "
        "both times begins."
    )


_SWAP_ERRORS: Final = (SwapNotFoundError, SwapOverError)
_WHOSE: Final = "With `alerts:write` people change their own shifts, with `config:write` all."
OPERATIONS: Final = {
    "list_overrides": Operation(
        tag=TAG,
        summary="List the overrides of a schedule",
        description="Those of its own text too, by their beginnings; by default of the next 400 "
        "days.",
        query=(FROM, TO),
        answer=Page[ShownOverride],
        errors=(ScheduleNotFoundError, InvalidInputError),
    ),
    "make_override": Operation(
        tag=TAG,
        summary="Make an override",
        description=f"It is applied after all that were made before. {_WHOSE} Those who are "
        "relieved or come in by it are told.",
        body=OverrideBody,
        status=201,
        answer=Answer[ShownOverride],
        errors=(ScheduleNotFoundError,),
    ),
    "end_override": Operation(
        tag=TAG,
        summary="End an override",
        description=f"Of one that has begun, what is past stays. {_WHOSE}",
        status=204,
        errors=(ScheduleNotFoundError, OverrideNotFoundError, ManagedElsewhereError),
    ),
    "take_shift": Operation(
        tag=TAG,
        summary="Take the running shift",
        description="From now on until it ends. Those who are relieved are told.",
        body=TakeBody,
        is_body_required=False,
        status=201,
        answer=Answer[ShownOverride],
        errors=(ScheduleNotFoundError, AlreadyOnCallError, NotOnCallError),
    ),
    "list_all_swaps": Operation(
        tag=TAG,
        summary="List the swaps of all schedules",
        description="In the order in which they were asked for; kept for 30 days after their end.",
        answer=Page[ShownSwap],
    ),
    "list_swaps": Operation(
        tag=TAG,
        summary="List the swaps of a schedule",
        description="In the order in which they were asked for; kept for 30 days after their end.",
        answer=Page[ShownSwap],
        errors=(ScheduleNotFoundError,),
    ),
    "get_swap": Operation(
        tag=TAG, summary="Read a swap", answer=Answer[ShownSwap], errors=(SwapNotFoundError,)
    ),
    "ask_for_swap": Operation(
        tag=TAG,
        summary="Ask somebody to swap shifts",
        description="The asked person is sent a link by which to accept or decline. Nothing "
        "changes before.",
        body=SwapBody,
        status=201,
        answer=Answer[ShownSwap],
        errors=(ScheduleNotFoundError, NotOnCallError),
    ),
    "accept_swap": Operation(
        tag=TAG,
        summary="Accept a swap",
        description="Makes both overrides together. For the asked person, or with `config:write`.",
        answer=Answer[ShownSwap],
        errors=(*_SWAP_ERRORS, NotOnCallError),
    ),
    "decline_swap": Operation(
        tag=TAG,
        summary="Decline a swap",
        description="For the asked person, or with `config:write`.",
        answer=Answer[ShownSwap],
        errors=_SWAP_ERRORS,
    ),
    "withdraw_swap": Operation(
        tag=TAG,
        summary="Withdraw a swap",
        description="For the person who asked, or with `config:write`.",
        answer=Answer[ShownSwap],
        errors=_SWAP_ERRORS,
    ),
}
