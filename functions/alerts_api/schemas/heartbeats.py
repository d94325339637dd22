"""Heartbeats: sources that ping regularly, and the alert of a missed ping."""

from typing import Final

from pydantic import Field

from functions.alerts_api.schemas.configuration import Configured, Kind, ShownDuration, Warned
from functions.alerts_api.schemas.model import Answer, Instant, Listing
from tocsin.bodies.heartbeats import HeartbeatBody, HeartbeatChange
from tocsin.domain.errors import HeartbeatNotFoundError
from tocsin.domain.heartbeat import HeartbeatStatus
from tocsin.domain.severity import Severity

TAG: Final = "Heartbeats"


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
