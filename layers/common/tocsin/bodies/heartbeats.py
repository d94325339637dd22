"""Heartbeats: sources that ping regularly, and the alert of a missed ping."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.model import ConfigurationBody, Duration, Name, TimeZone, with_example, within
from tocsin.domain.cron import EXPRESSION_LIMIT, Cron, CronRefusedError
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.heartbeat import GRACE, Heartbeat
from tocsin.domain.severity import Severity

SHORTEST_PERIOD: Final = timedelta(seconds=30)
"""Longer than a request may take, so that a slow ping never ends the alert of a later miss."""
LONGEST_PERIOD: Final = timedelta(days=366)
INTEGRATIONS_LIMIT: Final = 8
"""So that a ping stays one write unit."""
LONGEST_GRACE: Final = timedelta(days=7)

_CRON_EXPECTED: Final = "must be five fields, such as 0 2 * * * for every day at 02:00"

Period = Annotated[Duration, within(SHORTEST_PERIOD, LONGEST_PERIOD)]


class _Settings(ConfigurationBody):
    grace: Annotated[Duration, within(timedelta(), LONGEST_GRACE)] = Field(
        GRACE, description="How late it may come; by default 1 m.", examples=["30m"]
    )
    severity: Severity = Field(Severity.CRITICAL, description="Of the alert when it is missed.")
    escalation_policy: Name | None = Field(
        None, description="Null: as the routes say.", examples=["default"]
    )
    integrations: Annotated[list[Name], Field(max_length=INTEGRATIONS_LIMIT)] = Field(
        [],
        description="Which integrations may ping it by its name, and are shown it; by default "
        "only its own URL may.",
        examples=[["opsgenie"]],
    )

    cron: Annotated[str, Field(max_length=EXPRESSION_LIMIT)] | None = Field(
        None,
        description=(
            "In place of `period`: when it is expected, as minute, hour, day of the month, month, "
            "day of the week, by the clock of `time_zone`. A time that does not exist, because "
            "clocks go forward, is the first instant after the gap; one that exists twice counts "
            "once, the first time. It is overdue when no ping came for an expected time until "
            "that and the grace; one that comes less than the grace before the next expected "
            "time is for that one."
        ),
        examples=["0 2 * * *"],
    )
    time_zone: TimeZone | None = Field(
        None,
        description="Of `cron`, a name of the IANA database; by default UTC.",
        examples=["Europe/Berlin"],
    )


class HeartbeatBody(_Settings):
    """A heartbeat without its name, which is in the path; either `period` or `cron`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["period"]}, {"required": ["cron"]}],
            "examples": [{"cron": "0 2 * * *", "time_zone": "Europe/Berlin", "grace": "30m"}],
        }
    )

    period: Period | SkipJsonSchema[None] = Field(
        None, description="How often it comes; 30 s to 366 d.", examples=["24h"]
    )

    def cron_at(self, at: datetime) -> Cron | None:
        """The cron expression, if it has one.

        Raises:
            InvalidInputError: It has both or neither, or the expression is none.
        """
        if (self.period is None) is (self.cron is None):
            raise _refused("period | cron", "exactly one of the two must be there")
        if self.cron is None:
            if self.time_zone is not None:
                raise _refused("time_zone", "belongs to cron; a period has none")
            return None
        cron = Cron(" ".join(self.cron.split()), self.time_zone or "UTC")
        try:
            cron.check(at)
        except CronRefusedError as error:
            raise _refused("cron", f"{_CRON_EXPECTED}: {error}") from None
        return cron

    def applied_to(self, heartbeat: Heartbeat, cron: Cron | None) -> Heartbeat:
        """The same heartbeat with these settings; `cron` is what `cron_at` read."""
        return replace(
            heartbeat,
            period=self.period,
            cron=cron,
            grace=self.grace,
            severity=self.severity,
            escalation_policy=self.escalation_policy,
            integrations=tuple(dict.fromkeys(self.integrations)),
        )


def _refused(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError("The body is not as it should be.", [Problem(field, problem)])


class HeartbeatChange(_Settings):
    """What to change; `cron` takes the place of `period`, and `period` that of `cron`."""

    model_config = with_example(grace="1h")

    period: Period | SkipJsonSchema[None] = Field(None, examples=["24h"])
