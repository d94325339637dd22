"""Who is awake."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.model import Answer, Instant, Page, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.bodies.model import ConfigurationBody, Duration, within
from tocsin.domain.awake import LONGEST, SHORTEST, USUAL, AwakeEnd, AwakeScope
from tocsin.domain.errors import InvalidInputError

TAG: Final = "Awake"


class AwakeBody(ConfigurationBody):
    """For how long, and for whose alerts."""

    for_: Annotated[Duration, within(SHORTEST, LONGEST)] | SkipJsonSchema[None] = Field(
        None, alias="for", description="30 m to 4 h; by default one hour.", examples=["1h"]
    )
    scope: AwakeScope = Field(
        AwakeScope.MINE,
        description="Alerts whose current step asks this person, or those of the whole team.",
        examples=["mine"],
    )

    @property
    def lasts(self) -> timedelta:
        return self.for_ or USUAL


class ShownAwake(View):
    """A person who is awake, or was."""

    user: str = Field(examples=["alice"])
    awake: bool
    scope: AwakeScope | None = Field(description="Null: this person was not awake lately.")
    since: Instant | None
    until: Instant | None = Field(description="When it ends at the latest.")
    ends_at: Instant | None = Field(
        description="When it ends, or ended: 15 minutes after `seen_at`, if that is before `until`."
    )
    seen_at: Instant | None = Field(
        description="When this person last opened or did something, to the minute."
    )
    ended_by: AwakeEnd | None = Field(
        description="By its time, by hand, or as nothing was opened or done for 15 minutes.",
        examples=[None],
    )


_KEY_OF_A_USER: Final = "The key must belong to a user; 422 if it does not."

OPERATIONS: Final = {
    "list_awake": Operation(tag=TAG, summary="List who is awake", answer=Page[ShownAwake]),
    "show_awake": Operation(
        tag=TAG,
        summary="Say whether I am awake",
        description=_KEY_OF_A_USER,
        answer=Answer[ShownAwake],
        errors=(InvalidInputError,),
    ),
    "begin_awake": Operation(
        tag=TAG,
        summary='Say "I\'m awake"',
        description=(
            "Pages to this person become one digest every five minutes, by e-mail and Slack only; "
            "the next step of alerts that this person knows of waits until the end. A critical "
            "alert that is related to nothing told since pages alone, with its usual clock. Said "
            "again while awake, it changes the end (200, else 201). It ends by its time, by "
            "`DELETE`, or when this person has opened and done nothing for 15 minutes. "
            + _KEY_OF_A_USER
        ),
        body=AwakeBody,
        is_body_required=False,
        status=201,
        other_statuses=(200,),
        answer=Answer[ShownAwake],
    ),
    "note_awake": Operation(
        tag=TAG,
        summary="Say that I am still there",
        description=(
            "For pages that only read: puts off the end that comes after 15 minutes without an "
            "act. Noted once a minute at most, and only while awake; it begins nothing. "
            + _KEY_OF_A_USER
        ),
        answer=Answer[ShownAwake],
        errors=(InvalidInputError,),
    ),
    "end_awake": Operation(
        tag=TAG,
        summary="Go to sleep",
        description=(
            "What was held goes on where it was. Of one who is not awake it changes nothing. "
            + _KEY_OF_A_USER
        ),
        answer=Answer[ShownAwake],
        errors=(InvalidInputError,),
    ),
}
