"""What the queue of timers carries: what is due, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from tocsin.domain.alert import Alert
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AlertId, Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A due time of one slot; ignored if the alert's timer has changed."""

    slot: Fingerprint
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatTimer:
    """A due time of one heartbeat; ignored if its timer has changed."""

    heartbeat: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldTimer:
    """A due time of a silence or window; ignored if its timer has changed."""

    kind: HoldKind
    name: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StormTimer:
    """When to look at the team's storm; ignored if its timer has changed."""

    due_at: datetime


class BegunStep(NamedTuple):
    """A step of an alert."""

    alert_id: AlertId
    loop: int
    step: int

    @classmethod
    def of(cls, alert: Alert) -> Self:
        return cls(alert.alert_id, alert.escalation.loop, alert.escalation.step)

    def stands_in(self, alert: Alert) -> bool:
        """Whether the alert is still at this step, and it was not taken back."""
        return self == BegunStep.of(alert) and not alert.escalation.is_restart


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunSteps:
    """Steps of several alerts whose messages are still to be planned."""

    targets: tuple[str, ...]
    """Of all of them."""
    steps: tuple[BegunStep, ...]
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlerts:
    """Alerts of which a digest told: their clocks are still to be moved."""

    alert_ids: tuple[AlertId, ...]
    due_at: datetime


type AnyTimer = Timer | HeartbeatTimer | HoldTimer | StormTimer | BegunSteps | ToldAlerts
"""All wait in the same queue, and all but the last two in the same index."""
