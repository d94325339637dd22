"""Silences and maintenance windows: what matches pages nobody for a time."""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.fields import INSTANT_EXPECTED, read_instant
from functions.alerts_api.schemas.alert_routes import MATCHERS_LIMIT, WrittenMatcher
from functions.alerts_api.schemas.configuration import (
    DAY,
    Configured,
    Kind,
    ShownDuration,
    Warned,
    within,
)
from functions.alerts_api.schemas.model import (
    Answer,
    ConfigurationBody,
    Duration,
    Instant,
    Listing,
    Time,
)
from functions.alerts_api.schemas.operation import Operation
from functions.alerts_api.schemas.users import TimeZone
from tocsin.domain.alert import NOTE_LIMIT
from tocsin.domain.errors import (
    MaintenanceWindowNotFoundError,
    ManagedElsewhereError,
    SilenceNotFoundError,
)
from tocsin.domain.recurrence import RULE_LIMIT
from tocsin.domain.silence import SilenceStatus

SILENCES: Final = "Silences"
WINDOWS: Final = "Maintenance windows"
LONGEST: Final = 366 * DAY
LONGEST_OCCURRENCE: Final = 7 * DAY
_MATCH: Final = ['service="checkout"', 'severity!="critical"']


def _checked_instant(written: str) -> str:
    try:
        read_instant(written)
    except ValueError:
        raise ValueError(INSTANT_EXPECTED) from None
    return written


def _wall(written: str) -> datetime:
    try:
        wall = datetime.fromisoformat(written)
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None:
        raise ValueError("must be a time without an offset, such as 2026-03-01T02:30:00")
    return wall


At = Annotated[Time, AfterValidator(_checked_instant)]
Wall = Annotated[str, Field(max_length=40), AfterValidator(lambda it: _wall(it).isoformat())]
Match = Annotated[list[WrittenMatcher], Field(min_length=1, max_length=MATCHERS_LIMIT)]
Reason = Annotated[str, Field(min_length=1, max_length=NOTE_LIMIT)]


class _Settings(ConfigurationBody):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: At | SkipJsonSchema[None] = Field(
        None,
        alias="from",
        description="When it begins; by default now.",
        examples=["2026-03-01T09:00:00Z"],
    )
    to: At | SkipJsonSchema[None] = Field(
        None, description="When it ends.", examples=["2026-03-01T11:00:00Z"]
    )
    duration: Annotated[Duration, within(timedelta(minutes=1), LONGEST)] | SkipJsonSchema[None] = (
        Field(None, description="In place of `to`: 1 m to 366 d.", examples=["2h"])
    )

    def instant(self, field: str) -> datetime | None:
        """`from_` or `to`."""
        written = getattr(self, field)
        return None if written is None else read_instant(written)


_ABOUT_MATCH: Final = (
    "Conditions that all hold of an alert, spelled as those of a route: on its labels, and on "
    "integration, severity, source_severity, source, object, name, dedup_key, group_id, "
    "monitor_id and rule_id."
)


def _example(**example: Any) -> ConfigDict:  # noqa: ANN401 - JSON
    return ConfigDict(
        extra="forbid", populate_by_name=True, json_schema_extra={"examples": [example]}
    )


class SilenceBody(_Settings):
    """A silence; either `to` or `duration`."""

    model_config = _example(match=['service="checkout"'], duration="2h", reason="Deployment")

    match: Match = Field(description=_ABOUT_MATCH, examples=[_MATCH])
    reason: Reason = Field(examples=["Deployment"])


class SilenceChange(_Settings):
    """What to change; `duration` takes the place of `to`."""

    model_config = _example(duration="4h")

    match: Match | SkipJsonSchema[None] = Field(None, examples=[_MATCH])
    reason: Reason | SkipJsonSchema[None] = Field(None, examples=["Deployment"])


class _WindowSettings(_Settings):
    rrule: Annotated[str, Field(max_length=RULE_LIMIT)] | SkipJsonSchema[None] = Field(
        None,
        description=(
            "When it opens again: the value of an RRULE of RFC 5545, daily at most. It needs "
            "`start` and `duration`, 7 d at most, and stands in place of `from` and `to`."
        ),
        examples=["FREQ=WEEKLY;BYDAY=SU"],
    )
    start: Wall | SkipJsonSchema[None] = Field(
        None,
        description=(
            "When it opens for the first time, by the clock of `time_zone`. A time that does not "
            "exist, because clocks go forward, is the first instant after the gap; one that "
            "exists twice counts once, the first time."
        ),
        examples=["2026-03-01T02:30:00"],
    )
    time_zone: TimeZone | SkipJsonSchema[None] = Field(
        None,
        description="Of `start`, a name of the IANA database; by default UTC.",
        examples=["Europe/Berlin"],
    )


class WindowBody(_WindowSettings):
    """A maintenance window, once or again and again."""

    model_config = _example(duration="30m", match=['service="checkout"'], reason="Deploy 42")

    match: Match = Field(description=_ABOUT_MATCH, examples=[_MATCH])
    reason: Reason = Field(examples=["Deploy 42"])


class WindowChange(_WindowSettings):
    """What to change; `duration` takes the place of `to`."""

    model_config = _example(duration="1h")

    match: Match | SkipJsonSchema[None] = Field(None, examples=[_MATCH])
    reason: Reason | SkipJsonSchema[None] = Field(None, examples=["Deploy 42"])


class ShownSilence(Configured):
    """A silence, and what it holds back now."""

    name: str = Field(examples=["silence-3f9a6d0c"])
    match: list[str] = Field(examples=[_MATCH])
    integration: str | None = Field(
        description="Of a silence that a client made below an integration's URL: it holds alerts "
        "of this integration only.",
        examples=[None],
    )
    status: SilenceStatus = Field(
        description="`expired` once it has ended; it is listed for five days more."
    )
    from_: Instant = Field(alias="from")
    to: Instant
    reason: str = Field(examples=["Deployment"])
    author: str = Field(description="Who made it, or changed it last.", examples=["carol"])
    ended_at: Instant | None = Field(
        description="When a person ended it; null: nobody did.", examples=[None]
    )
    holding: int = Field(description="How many alerts it holds back now.", examples=[3])
    holding_ids: list[str] = Field(
        description="The first 20 of them.", examples=[["01KJM5ZZ00DRQ5V1N9YH3KW2TB"]]
    )
    matches_nothing: bool = Field(
        description="Whether no open alert matches, though it has not expired: maybe a mistake."
    )


class ShownWindow(ShownSilence):
    """A maintenance window, and what it holds back now; `from` and `to` are its occurrence."""

    name: str = Field(examples=["window-3f9a6d0c"])
    rrule: str | None = Field(
        description="Null where it opens once.", examples=["FREQ=WEEKLY;BYDAY=SU"]
    )
    start: str | None = Field(examples=["2026-03-01T02:30:00"])
    time_zone: str | None = Field(examples=["Europe/Berlin"])
    duration: ShownDuration | None = Field(
        description="Of each occurrence; null where it opens once.", examples=["2h"]
    )


_HOLDS: Final = (
    "Alerts that match page nobody until its end; the clock of their steps stops. What still "
    "fires then is paged."
)
_ENDS: Final = (
    "What it holds is released at once. It is listed as expired for five days more. 204; or 200 "
    "with the number of alerts that it held."
)


def _operations(kind: Kind, post: str) -> dict[str, Operation]:
    operations = kind.operations
    words = kind.words.replace(" ", "_")
    put = operations[f"put_{words}"]
    return {
        **operations,
        post: replace(
            put,
            summary=f"Make a {kind.words}",
            description=f"With a generated name. {_HOLDS}",
            status=HTTPStatus.CREATED,
            other_statuses=(),
            errors=(),
        ),
        f"delete_{words}": replace(
            operations[f"delete_{words}"],
            summary=f"End a {kind.words} now",
            description=_ENDS,
            errors=(kind.not_found, ManagedElsewhereError),
        ),
    }


OPERATIONS: Final = {
    **_operations(
        Kind(
            words="silence",
            plural="silences",
            tag=SILENCES,
            body=SilenceBody,
            change=SilenceChange,
            page=Listing[ShownSilence],
            shown=Answer[ShownSilence],
            put=Warned[ShownSilence],
            not_found=SilenceNotFoundError,
            about_put=_HOLDS,
        ),
        "make_silence",
    ),
    **_operations(
        Kind(
            words="maintenance window",
            plural="maintenance windows",
            tag=WINDOWS,
            body=WindowBody,
            change=WindowChange,
            page=Listing[ShownWindow],
            shown=Answer[ShownWindow],
            put=Warned[ShownWindow],
            not_found=MaintenanceWindowNotFoundError,
            about_put=_HOLDS,
        ),
        "make_maintenance_window",
    ),
}
