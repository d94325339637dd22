"""Heartbeats: sources that ping regularly, and the alert of a missed ping."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.configuration import (
    Configured,
    Kind,
    Name,
    ShownDuration,
    Warned,
    within,
)
from functions.alerts_api.schemas.model import Answer, ConfigurationBody, Duration, Instant, Listing
from tocsin.domain.errors import HeartbeatNotFoundError
from tocsin.domain.heartbeat import GRACE, HeartbeatStatus
from tocsin.domain.severity import Severity

TAG: Final = "Heartbeats"
SHORTEST_PERIOD: Final = timedelta(seconds=30)
"""Longer than a request may take, so that a slow ping never ends the alert of a later miss."""
LONGEST_PERIOD: Final = timedelta(days=366)
INTEGRATIONS_LIMIT: Final = 8
"""So that a ping stays one write unit."""
LONGEST_GRACE: Final = timedelta(days=7)

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


class HeartbeatBody(_Settings):
    """A heartbeat without its name, which is in the path."""

    period: Period = Field(description="How often it comes; 30 s to 366 d.", examples=["24h"])


class HeartbeatChange(_Settings):
    """What to change."""

    period: Period | SkipJsonSchema[None] = Field(None, examples=["24h"])


class ShownHeartbeat(Configured):
    """A heartbeat."""

    name: str = Field(examples=["nightly-backup"])
    period: ShownDuration = Field(examples=["24h"])
    grace: ShownDuration = Field(examples=["30m"])
    severity: Severity
    escalation_policy: str | None = Field(examples=["default"])
    integrations: list[str] = Field(examples=[["opsgenie"]])
    status: HeartbeatStatus
    heard_at: Instant | None = Field(description="Null until it is heard from.")
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
