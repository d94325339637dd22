"""Heartbeats: sources that ping regularly, and the alert of a missed ping."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.configuration import (
    Configured,
    Kind,
    Name,
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
    with_example,
)
from functions.alerts_api.schemas.users import TimeZone
from tocsin.domain.cron import EXPRESSION_LIMIT, Cron, CronRefusedError
from tocsin.domain.errors import HeartbeatNotFoundError, InvalidInputError, Problem
from tocsin.domain.heartbeat import GRACE, HeartbeatStatus
from tocsin.domain.severity import Severity

TAG: Final = "Heartbeats"
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


def _refused(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError("The body is not as it should be.", [Problem(field, problem)])


class HeartbeatChange(_Settings):
    """What to change; `cron` takes the place of `period`, and `period` that of `cron`."""

    model_config = with_example(grace="1h")

    period: Period | SkipJsonSchema[None] = Field(None, examples=["24h"])


class ShownHeartbeat(Configured):
    """A heartbeat."""

    name: str = Field(examples=["nightly-backup"])
    period: ShownDuration | None = Field(
        description="Null where it has a cron expression.", examples=["24h"]
    )
    cron: str | None = Field(description="Null where it has a period.", examples=[None])
    time_zone: str | None = Field(
        description="Of `cron`; null where it has a period.", examples=[None]
    )
    grace: ShownDuration = Field(examples=["30m"])
    severity: Severity
    escalation_policy: str | None = Field(examples=["default"])
    integrations: list[str] = Field(examples=[["opsgenie"]])
    status: HeartbeatStatus = Field(description="`waiting` until it is first heard from.")
    heard_at: Instant | None = Field(description="Null until it is heard from.")
    expected_at: Instant = Field(description="When the next ping is due.")
    deadline: Instant = Field(description="When it is overdue unless it is heard from before.")
    token_prefix: str = Field(description="The beginning of its URL's token.", examples=["3f9a"])


class NewHeartbeat(ShownHeartbeat):
    """A heartbeat that was put or changed just now."""

    url: str | None = Field(
        None,
        description="Shown once: only a hash of it is kept. Absent unless it is new.",
        examples=["https://alerts.example.com/i/3f9a6d0c4b7e4f0e9d2b1c8a7f6e5d4c/heartbeat"],
    )


OPERATIONS: Final = Kind(
    words="heartbeat",
    plural="heartbeats",
    tag=TAG,
    body=HeartbeatBody,
    change=HeartbeatChange,
    page=Listing[ShownHeartbeat],
    shown=Answer[ShownHeartbeat],
    put=Warned[NewHeartbeat],
    not_found=HeartbeatNotFoundError,
    about_put=(
        "A new one has its `url`, which works by POST and GET, and is waited for from now on. "
        "When it is overdue it opens an alert of the integration `heartbeats`, which ends when "
        "it is heard from again."
    ),
).operations
