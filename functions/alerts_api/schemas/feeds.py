"""Calendars that a program subscribes to."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.model import Answer, Instant, Page, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.domain.errors import FeedNotFoundError, ScheduleNotFoundError, UserNotFoundError

TAG: Final = "Calendars"


class ShownFeed(View):
    """The calendar of a schedule, or of a person."""

    schedule: str | None = Field(None, description="Absent of a person's.", examples=["primary"])
    user: str | None = Field(None, description="Absent of a schedule's.")
    token_prefix: str = Field(description="The beginning of its URL's token.", examples=["3f9a"])
    created_at: Instant = Field(description="When its first URL was made.")


class NewFeed(ShownFeed):
    """A calendar whose URL was made just now."""

    url: str | None = Field(
        description="Shown once: only a hash of it is kept. Who knows it reads the calendar. Null "
        "in an answer that is repeated for an Idempotency-Key.",
        examples=["https://alerts.example.com/cal/3f9a6d0c4b7e4f0e9d2b1c8a7f6e5d4c.ics"],
    )


_ABOUT_MAKING: Final = (
    "In the format of RFC 5545, of the last 90 days and the next 400. Another URL stops working "
    "at once."
)
_OWN: Final = "For this user, or with `config:write`."
OPERATIONS: Final = {
    "list_feeds": Operation(
        tag=TAG,
        summary="List the calendars that have a URL",
        description="Of schedules and of persons; the URLs themselves are shown to nobody.",
        answer=Page[ShownFeed],
    ),
    "get_schedule_feed": Operation(
        tag=TAG,
        summary="Read whether a schedule's calendar has a URL",
        answer=Answer[ShownFeed],
        errors=(FeedNotFoundError,),
    ),
    "make_schedule_feed": Operation(
        tag=TAG,
        summary="Make a URL of a schedule's calendar",
        description=_ABOUT_MAKING,
        status=201,
        answer=Answer[NewFeed],
        errors=(ScheduleNotFoundError,),
    ),
    "revoke_schedule_feed": Operation(
        tag=TAG,
        summary="Revoke the URL of a schedule's calendar",
        status=204,
        errors=(FeedNotFoundError,),
    ),
    "get_user_feed": Operation(
        tag=TAG,
        summary="Read whether a person's calendar has a URL",
        answer=Answer[ShownFeed],
        errors=(FeedNotFoundError,),
    ),
    "make_user_feed": Operation(
        tag=TAG,
        summary="Make a URL of a person's calendar",
        description=f"Of their shifts in all schedules. {_ABOUT_MAKING} {_OWN}",
        status=201,
        answer=Answer[NewFeed],
        errors=(UserNotFoundError,),
    ),
    "revoke_user_feed": Operation(
        tag=TAG,
        summary="Revoke the URL of a person's calendar",
        description=_OWN,
        status=204,
        errors=(FeedNotFoundError,),
    ),
}
