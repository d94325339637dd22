"""Heartbeats: healthy, or overdue, which opens an alert.

The alert is an ordinary one, of a reserved integration, opened and resolved by signals. So that no
signal is lost or comes out of order if a process dies between two writes:

- `missed_at` is stored before the alert opens, and cleared after it was resolved;
- a process that sends a signal because of a timer first holds the timer, for longer than it may
  run;
- a ping meanwhile leaves the timer, or sets it if there is none.

So a timer is always due again while a signal is left to send.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.cron import Cron
from tocsin.domain.duration import spelled
from tocsin.domain.integration import HEARTBEATS, Token
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction

LEASE: Final = timedelta(minutes=1)
"""How long a timer is held; twice what the function that works on it may take."""
GRACE: Final = timedelta(minutes=1)
"""The default grace."""


class HeartbeatStatus(StrEnum):
    WAITING = "waiting"
    """For the first ping."""
    HEALTHY = "healthy"
    OVERDUE = "overdue"


class Duty(StrEnum):
    NOTHING = "nothing"
    PUT_OFF = "put_off"
    MISS = "miss"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A heartbeat's settings, and the time of its last ping."""

    name: str
    period: timedelta | None = None
    """None: it has a cron expression."""
    cron: Cron | None = None
    """Instead of a period."""
    grace: timedelta = GRACE
    severity: Severity = Severity.CRITICAL
    escalation_policy: str | None = None
    """The escalation policy of its alert; None: the routes decide."""
    integrations: tuple[str, ...] = ()
    """Integrations that may ping it and see it, beside its own URL."""
    managed_by: str | None = None
    created_at: datetime
    version: int = 1
    """Of the settings: a ping leaves it."""
    token: Token
    heard_at: datetime | None = None
    missed_at: datetime | None = None
    """The deadline that passed; set before its alert opens, cleared after that was resolved. At the
    first ping, its creation: see `heard`."""
    timer_at: datetime | None = None
    """`due_at` in the `due` index: never later than its deadline. None while it is overdue and its
    alert is open."""

    @property
    def deadline(self) -> datetime:
        """When it is overdue; before the first ping, counted from its creation."""
        return self.expected_at + self.grace

    @property
    def expected_at(self) -> datetime:
        """When the next ping is due."""
        since = self.heard_at or self.created_at
        if self.cron is None:
            return since + (self.period or timedelta())
        return self.cron.expected(since, self.grace) if self.heard_at else self.cron.after(since)

    @property
    def source(self) -> Source:
        return Source(integration=HEARTBEATS, escalation_policy=self.escalation_policy)

    def status(self, at: datetime) -> HeartbeatStatus:
        if self.deadline <= at:
            return HeartbeatStatus.OVERDUE
        return HeartbeatStatus.HEALTHY if self.heard_at else HeartbeatStatus.WAITING

    def heard(self, at: datetime) -> Self:
        """Take a ping; if it was missed, a timer makes sure that its alert ends.

        The first ping counts as missed before: a removed heartbeat of the same name may have left
        an alert open.
        """
        if self.heard_at is None and self.missed_at is None:
            return replace(self, heard_at=at, missed_at=self.created_at, timer_at=at)
        if self.heard_at is not None and at <= self.heard_at:
            return self
        timer_at = self.timer_at
        if self.missed_at is not None and timer_at is None:
            timer_at = at
        return replace(self, heard_at=at, timer_at=timer_at)

    def watched(self, at: datetime) -> Self:
        """Set the timer by the settings, which may just have changed."""
        return replace(self, timer_at=self.deadline if self.missed_at is None else at)

    def duty(self, at: datetime) -> Duty:
        if self.timer_at is None or at < self.timer_at:
            return Duty.NOTHING
        if self.deadline <= at:
            return Duty.MISS
        return Duty.PUT_OFF if self.missed_at is None else Duty.RECOVER

    def put_off(self) -> Self:
        return replace(self, timer_at=self.deadline)

    def held(self, at: datetime) -> Self:
        """Hold the timer; missed from now on, if overdue."""
        missed_at = self.deadline if self.deadline <= at else self.missed_at
        return replace(self, missed_at=missed_at, timer_at=at + LEASE)

    def done(self, duty: Duty) -> Self:
        """Release the timer: the alert is as it should be."""
        if duty is Duty.MISS:
            return replace(self, timer_at=None)
        return replace(self, missed_at=None, timer_at=self.deadline)

    def signal(self, duty: Duty) -> Signal:
        """The signal for its alert; `source_started_at` distinguishes one miss from the next."""
        facts = Facts(
            name=f"Heartbeat {self.name}",
            summary=f"{self.name} was not heard from in time",
            reason=_reason(self, duty),
            source=HEARTBEATS,
            object=self.name,
            labels={"heartbeat": self.name},
        )
        return Signal(
            action=SignalAction.TRIGGER if duty is Duty.MISS else SignalAction.RESOLVE,
            dedup_key=f"heartbeat:{self.name}",
            severity=self.severity,
            facts=facts,
            source_started_at=self.missed_at,
        )


def _reason(heartbeat: Heartbeat, duty: Duty) -> str:
    cron, period = heartbeat.cron, heartbeat.period or timedelta()
    grace = f"{spelled(heartbeat.grace)} of grace"
    expected = (
        f"expected at {cron.expression} ({cron.time_zone}) with {grace}"
        if cron
        else f"expected within {spelled(period)} and {grace}"
    )
    if heartbeat.heard_at is None:
        return f"never heard from since it was set up; {expected}"
    heard_at = heartbeat.heard_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    if duty is Duty.MISS:
        return f"last heard from at {heard_at}; {expected}"
    return f"heard from at {heard_at}"
