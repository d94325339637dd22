"""One message to one person or channel about one alert: what is sent, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import AlertId

DeliveryKey = NewType("DeliveryKey", str)
"""`<alert>.<episode>.<step>.<loop>.<target>.<channel>`: equal for every attempt of one message,
and what a receiver tells a repetition by."""

LEASE: Final = timedelta(seconds=45)
"""How long a claim holds; longer than the notifier gives one attempt, so that nobody takes over
from somebody who still works."""
ATTEMPTS_LIMIT: Final = 8
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=5)


class NotificationReason(StrEnum):
    """Why a message is sent."""

    FIRST = "first"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    RESTARTED = "restarted"
    CHANGED = "changed"
    TEST = "test"


class NotificationEvent(StrEnum):
    """What a message tells; webhooks name it as its type."""

    PAGED = "alert.paged"
    ACKNOWLEDGED = "alert.acknowledged"
    UNACKNOWLEDGED = "alert.unacknowledged"
    SNOOZED = "alert.snoozed"
    WOKEN = "alert.woken"
    RESOLVED = "alert.resolved"
    TEST = "channel.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to be brought to one place."""

    alert_id: AlertId
    episode: int
    step: int
    loop: int
    target: str
    """`user:alice` or `channel:ops-hook`, as the step names it; of a schedule, the user."""
    channel: str
    """A channel's name, or the contact method of a user."""
    address: str | None = None
    """Of a user; channels know theirs."""
    event: NotificationEvent = NotificationEvent.PAGED
    reason: NotificationReason
    step_name: str | None = None
    version: int = 0
    """Which change of the alert an update tells; 0 for a page."""
    planned: int = 1
    """How many messages the step has: it is over when all of them have ended."""
    due_at: datetime

    @property
    def key(self) -> DeliveryKey:
        """Tells it from all others."""
        place = f"{self.alert_id}.{self.episode}.{self.step}.{self.loop}"
        told = f".v{self.version}" if self.version else ""
        return DeliveryKey(f"{place}{told}.{self.target}.{self.channel}")

    @property
    def is_page(self) -> bool:
        """Whether it asks somebody to act, rather than telling what changed."""
        return self.event is NotificationEvent.PAGED

    @property
    def target_name(self) -> str:
        """Whose action a link in it is: the target without its kind."""
        return self.target.partition(":")[2]


class DeliveryState(StrEnum):
    """Where a message is on its way."""

    CLAIMED = "claimed"
    """Somebody is sending it, until the lease ends."""
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self in {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A delivery in the ledger: what became of it so far."""

    delivery: Delivery
    state: DeliveryState
    attempts: int = 0
    """Begun; a takeover from a dead claimer counts too."""
    claimed_until: datetime | None = None
    next_attempt_at: datetime | None = None
    provider_id: str | None = None
    """How the provider names the message."""
    reason: str | None = None
    """Why it failed or was skipped, in words for people."""
    created_at: datetime
    changed_at: datetime
    version: int = 1

    @classmethod
    def skipped(cls, delivery: Delivery, reason: str, *, at: datetime) -> Self:
        """What was never to be sent, and why."""
        return cls(
            delivery=delivery,
            state=DeliveryState.SKIPPED,
            reason=reason,
            created_at=at,
            changed_at=at,
        )

    @classmethod
    def first_claim(cls, delivery: Delivery, *, at: datetime) -> Self:
        """Take a new message on."""
        return cls(
            delivery=delivery,
            state=DeliveryState.CLAIMED,
            attempts=1,
            claimed_until=at + LEASE,
            created_at=at,
            changed_at=at,
        )

    def is_free(self, at: datetime) -> bool:
        """Whether somebody may take it on: its pause or the lease of a dead claimer is over."""
        until = self.held_until
        return not self.state.has_ended and (until is None or until <= at)

    @property
    def held_until(self) -> datetime | None:
        """When another attempt may begin."""
        return self.claimed_until if self.state is DeliveryState.CLAIMED else self.next_attempt_at

    def claim(self, *, at: datetime) -> Self:
        """Take it on again."""
        return replace(
            self,
            state=DeliveryState.CLAIMED,
            attempts=self.attempts + 1,
            claimed_until=at + LEASE,
            next_attempt_at=None,
            changed_at=at,
        )

    def sent(self, provider_id: str | None, *, at: datetime) -> Self:
        """The provider has taken it."""
        return replace(
            self._released(at), state=DeliveryState.SENT, provider_id=provider_id, reason=None
        )

    def skip(self, reason: str, *, at: datetime) -> Self:
        """There is no need for it any more."""
        return replace(self._released(at), state=DeliveryState.SKIPPED, reason=reason)

    def fail(
        self,
        reason: str,
        *,
        at: datetime,
        is_retryable: bool,
        retry_after: timedelta | None = None,
    ) -> Self:
        """An attempt failed: try again after a pause that grows, or give up."""
        failed = replace(self._released(at), reason=reason)
        if not is_retryable or self.attempts >= ATTEMPTS_LIMIT:
            return replace(failed, state=DeliveryState.FAILED)
        pause = min(_FIRST_PAUSE * 3 ** (self.attempts - 1), _LONGEST_PAUSE)
        if retry_after is not None:
            pause = min(max(pause, retry_after), _LONGEST_PAUSE)
        return replace(failed, state=DeliveryState.RETRYING, next_attempt_at=at + pause)

    def _released(self, at: datetime) -> Self:
        return replace(self, claimed_until=None, next_attempt_at=None, changed_at=at)


def reason_to_skip(alert: Alert, delivery: Delivery, at: datetime) -> str | None:
    """Why a message that is about to be sent is not needed any more; None if it is."""
    if alert.alert_id != delivery.alert_id:
        return "the alert was replaced by a newer episode"
    if not delivery.is_page:
        return None
    match alert.status:
        case AlertStatus.RESOLVED:
            return f"already resolved by {alert.resolved_by}"
        case AlertStatus.ACKNOWLEDGED:
            return f"already acknowledged by {alert.acknowledged_by}"
        case AlertStatus.FIRING:
            return _why_unwanted(alert, delivery, at)


def _why_unwanted(alert: Alert, delivery: Delivery, at: datetime) -> str | None:
    if alert.snooze is not None and alert.is_snoozed(at):
        return "snoozed"
    if alert.escalation.loop != delivery.loop:
        return "a newer run of the escalation policy has begun"
    return None


def is_unanswered(notifications: Sequence[Notification]) -> bool:
    """Whether all messages of one step have ended, and none of them reached anybody."""
    if not notifications:
        return False
    planned = max(each.delivery.planned for each in notifications)
    has_ended = all(each.state.has_ended for each in notifications)
    is_sent = any(each.state is DeliveryState.SENT for each in notifications)
    return has_ended and not is_sent and len(notifications) >= planned
