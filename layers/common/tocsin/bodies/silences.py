"""Silences: what matches pages nobody for a time."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.model import DAY, At, ConfigurationBody, Duration, within
from tocsin.bodies.routes import MATCHERS_LIMIT, WrittenMatcher
from tocsin.domain.alert import NOTE_LIMIT
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.instant import read_instant
from tocsin.domain.silence import Span

LONGEST: Final = 366 * DAY
MATCH_EXAMPLE: Final = ['service="checkout"', 'severity!="critical"']
Match = Annotated[list[WrittenMatcher], Field(min_length=1, max_length=MATCHERS_LIMIT)]
Reason = Annotated[str, Field(min_length=1, max_length=NOTE_LIMIT)]


class HoldSettings(ConfigurationBody):
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

    def span_at(self, at: datetime) -> Span:
        """From its begin, by default now, to its end.

        Raises:
            InvalidInputError: It has no end, or one that is over or too far away.
        """
        if (self.to is None) is (self.duration is None):
            raise refused("to | duration", "exactly one of the two must be there")
        starts_at = self.instant("from_") or at
        if starts_at > at + LONGEST:
            raise refused("from", "must be within 366 days")
        ends_at = self.instant("to") or starts_at + (self.duration or timedelta())
        field = "duration" if self.to is None else "to"
        if ends_at <= max(at, starts_at):
            raise refused(field, "must lie ahead, and after its begin")
        if ends_at - starts_at > LONGEST:
            raise refused(field, "must end 366 days after its begin at the latest")
        return Span(starts_at, ends_at)


def refused(name: str, problem: str) -> InvalidInputError:
    return InvalidInputError("The body is not as it should be.", [Problem(name, problem)])


ABOUT_MATCH: Final = (
    "Conditions that all hold of an alert, spelled as those of a route: on its labels, and on "
    "integration, severity, source_severity, source, object, name, dedup_key, group_id, "
    "monitor_id and rule_id."
)


def hold_example(**example: Any) -> ConfigDict:  # noqa: ANN401 - JSON
    return ConfigDict(
        extra="forbid", populate_by_name=True, json_schema_extra={"examples": [example]}
    )


class SilenceBody(HoldSettings):
    """A silence; either `to` or `duration`."""

    model_config = hold_example(match=['service="checkout"'], duration="2h", reason="Deployment")

    match: Match = Field(description=ABOUT_MATCH, examples=[MATCH_EXAMPLE])
    reason: Reason = Field(examples=["Deployment"])


class SilenceChange(HoldSettings):
    """What to change; `duration` takes the place of `to`."""

    model_config = hold_example(duration="4h")

    match: Match | SkipJsonSchema[None] = Field(None, examples=[MATCH_EXAMPLE])
    reason: Reason | SkipJsonSchema[None] = Field(None, examples=["Deployment"])
