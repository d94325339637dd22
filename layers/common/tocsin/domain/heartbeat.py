"""What is to be heard from again and again: healthy, or overdue and then an alert.

The alert is an ordinary one, of an integration of its own, opened and resolved by signals. So
that none of them is lost or comes last by mistake when somebody dies between two writes:

- that it was missed is stored before the alert opens, and forgotten after it was resolved;
- whoever sends a signal because of a timer holds the timer first, for longer than he can live;
- whatever is heard meanwhile leaves the timer alone, or sets it if there is none.

So a timer always comes back, and finds what is left to do.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.duration import spelled
from tocsin.domain.integration import HEARTBEATS, Token
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction

LEASE: Final = timedelta(minutes=1)
"""How long a timer is held; twice what the function that works on it may take."""
GRACE: Final = timedelta(minutes=1)
"""Where nobody says how late it may come."""


class HeartbeatStatus(StrEnum):
    """Whether it was heard from in time."""

    HEALTHY = "healthy"
    OVERDUE = "overdue"


class Duty(StrEnum):
    """What a timer finds to do."""

    NOTHING = "nothing"
    PUT_OFF = "put_off"
    MISS = "miss"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """Something that reports regularly, with when it was last heard from."""

    name: str
    period: timedelta
    grace: timedelta = GRACE
    """How late it may come."""
    severity: Severity = Severity.CRITICAL
    escalation_policy: str | None = None
    """Whom a missed one pages; None: as the routes say."""
    integrations: tuple[str, ...] = ()
    """Which may ping it besides its own URL, and are shown it."""
    managed_by: str | None = None
    created_at: datetime
    version: int = 1
    """Of the settings: being heard from makes none."""
    token: Token
    heard_at: datetime | None = None
    missed_at: datetime | None = None
    """The deadline that passed; from before its alert opens until after that was resolved.
    When it is heard from for the first time, its creation: see `heard`."""
    timer_at: datetime | None = None
    """Where it stands in the index of what falls due: never later than its deadline. None while
    it is overdue and all is said."""

    @property
    def deadline(self) -> datetime:
        """When it is overdue unless it is heard from; counted from its creation at first."""
        return (self.heard_at or self.created_at) + self.period + self.grace

    @property
    def source(self) -> Source:
        """Who says so when it is missed."""
        return Source(integration=HEARTBEATS, escalation_policy=self.escalation_policy)

    def status(self, at: datetime) -> HeartbeatStatus:
        """Whether it was heard from in time."""
        is_overdue = self.deadline <= at
        return HeartbeatStatus.OVERDUE if is_overdue else HeartbeatStatus.HEALTHY

    def heard(self, at: datetime) -> Self:
        """It reports; if it was missed, a timer sees to it that its alert ends.

        The first time counts as that too: a heartbeat of the same name, removed since, may have
        left an alert open.
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
        """Have a timer that fits the settings, which may just have changed."""
        return replace(self, timer_at=self.deadline if self.missed_at is None else at)

    def duty(self, at: datetime) -> Duty:
        """Say what is to be done now."""
        if self.timer_at is None or at < self.timer_at:
            return Duty.NOTHING
        if self.deadline <= at:
            return Duty.MISS
        return Duty.PUT_OFF if self.missed_at is None else Duty.RECOVER

    def put_off(self) -> Self:
        """Look again when it would be overdue."""
        return replace(self, timer_at=self.deadline)

    def held(self, at: datetime) -> Self:
        """Keep others from its duty; missed from now on if it is overdue."""
        missed_at = self.deadline if self.deadline <= at else self.missed_at
        return replace(self, missed_at=missed_at, timer_at=at + LEASE)

    def done(self, duty: Duty) -> Self:
        """The alert is as it should be."""
        if duty is Duty.MISS:
            return replace(self, timer_at=None)
        return replace(self, missed_at=None, timer_at=self.deadline)

    def signal(self, duty: Duty) -> Signal:
        """What the alert is told; the same miss is never told as two."""
        age = f"{spelled(self.period)} and {spelled(self.grace)} of grace"
        facts = Facts(
            name=f"Heartbeat {self.name}",
            summary=f"{self.name} was not heard from in time",
            reason=_reason(self, f"expected within {age}", duty),
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


def _reason(heartbeat: Heartbeat, expected: str, duty: Duty) -> str:
    if heartbeat.heard_at is None:
        return f"never heard from since it was set up; {expected}"
    heard_at = heartbeat.heard_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    if duty is Duty.MISS:
        return f"last heard from at {heard_at}; {expected}"
    return f"heard from at {heard_at}"
