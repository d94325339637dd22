"""Maintenance windows: what matches pages nobody while work is done."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.model import DAY, TimeZone, Wall
from tocsin.bodies.silences import (
    ABOUT_MATCH,
    MATCH_EXAMPLE,
    HoldSettings,
    Match,
    Reason,
    hold_example,
    refused,
)
from tocsin.domain.recurrence import RULE_LIMIT, Recurrence, RuleRefusedError

LONGEST_OCCURRENCE: Final = 7 * DAY


class _Settings(HoldSettings):
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


class WindowBody(_Settings):
    """A maintenance window, once or again and again."""

    model_config = hold_example(duration="30m", match=['service="checkout"'], reason="Deploy 42")

    match: Match = Field(description=ABOUT_MATCH, examples=[MATCH_EXAMPLE])
    reason: Reason = Field(examples=["Deploy 42"])

    def recurrence_at(self, at: datetime) -> Recurrence | None:
        """When it opens again; None: it opens once.

        Raises:
            InvalidInputError: It has fields of both kinds of window, or its rule is not one.
        """
        if self.rrule is None:
            for name in ("start", "time_zone"):
                if getattr(self, name) is not None:
                    problem = "belongs to rrule; a window that opens once has from and to"
                    raise refused(name, problem)
            return None
        for name, value in (("from", self.from_), ("to", self.to)):
            if value is not None:
                problem = "belongs to a window that opens once; with rrule it has a start"
                raise refused(name, problem)
        if self.start is None:
            raise refused("start", "is needed with rrule: when it opens for the first time")
        if self.duration is None or self.duration > LONGEST_OCCURRENCE:
            raise refused("duration", "is needed with rrule, from 1m to 7d")
        recurrence = Recurrence(
            rule=self.rrule,
            start=datetime.fromisoformat(self.start),
            time_zone=self.time_zone or "UTC",
            duration=self.duration,
        )
        try:
            recurrence.check(at)
        except RuleRefusedError as error:
            raise refused("rrule", str(error)) from None
        return recurrence


class WindowChange(_Settings):
    """What to change; `duration` takes the place of `to`."""

    model_config = hold_example(duration="1h")

    match: Match | SkipJsonSchema[None] = Field(None, examples=[MATCH_EXAMPLE])
    reason: Reason | SkipJsonSchema[None] = Field(None, examples=["Deploy 42"])
