"""One message to one person or channel about one alert, and its state in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NewType, Self

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.escalation import TargetKind
from tocsin.domain.hold import is_unsent_by_hold
from tocsin.domain.ids import AlertId, by_whom
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.digest import DigestId
    from tocsin.domain.line import Place
    from tocsin.domain.on_call.notice import Notice

DeliveryKey = NewType("DeliveryKey", str)
"""`<alert>.<episode>.<step>.<loop>.<target>.<channel>`: equal for every attempt of one message, so
that receivers can drop repetitions. An update has `v<version>` behind `<loop>`, and so has a page
that a person asked for: it belongs to no step, so step and loop are 0. A message that a user's rule
delays belongs to the firing spell and not to a step: step 0, loop = spell."""

LEASE: Final = timedelta(seconds=45)
"""How long a claim holds; longer than one attempt of the notifier, so that no other run takes over
while it works."""
ATTEMPTS_LIMIT: Final = 8
GIVEN_UP_AFTER: Final = timedelta(hours=20)
"""A message is tried for no longer; records of the stream are retried for as long."""
STUCK_AFTER: Final = timedelta(minutes=15)
"""The queue's longest delay; a message that waits in line is put back by this."""
REPLY_PARTS: Final = 3
"""Of the provider's id of a reply: channel, message, and the message that it replies to."""
IN_DIGEST: Final = "it waits for a digest"
TOLD_ALONE: Final = "only one alert was left: it is told alone"
NOTHING_LEFT: Final = "no alert was left to tell of"
SHADOW: Final = "shadow"
"""Why a message was skipped while the stack pages in the shadow of another tool."""
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=5)


class NotificationReason(StrEnum):
    """Why a message is sent."""

    FIRST = "first"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    RESTARTED = "restarted"
    CHANGED = "changed"
    WORSENED = "worsened"
    ASKED = "asked"
    """A person asked for it, beside the policy."""
    ASSIGNED = "assigned"
    UNREACHED = "unreached"
    BUNDLED = "bundled"
    """A digest."""
    RELEASED = "released"
    """What held the alert back has ended."""
    AWAKE_ENDED = "awake_ended"
    """A closing message: what came while a person was awake."""
    STILL_THERE = "still_there"
    """The same, as that person has opened and done nothing for a while."""
    TEST = "test"
    NOTICE = "notice"


class NotificationEvent(StrEnum):
    """The event of a message; the type that webhooks are sent."""

    PAGED = "alert.paged"
    ACKNOWLEDGED = "alert.acknowledged"
    UNACKNOWLEDGED = "alert.unacknowledged"
    SNOOZED = "alert.snoozed"
    WOKEN = "alert.woken"
    RESOLVED = "alert.resolved"
    WORSENED = "alert.worsened"
    UNREACHED = "alert.unreached"
    DIGEST = "alert.digest"
    """`alert_id` is the digest's id."""
    TEST = "channel.test"
    NOTICE = "notice"
    """About a person's own shifts; `alert_id` is of no alert."""

    @property
    def is_update(self) -> bool:
        """Whether it updates a message that was sent before."""
        return self not in _NEWS


_NEWS: Final = frozenset(
    (
        NotificationEvent.PAGED,
        NotificationEvent.WORSENED,
        NotificationEvent.UNREACHED,
        NotificationEvent.DIGEST,
        NotificationEvent.TEST,
        NotificationEvent.NOTICE,
    )
)


_BY_HAND: Final = frozenset((NotificationReason.ASKED, NotificationReason.ASSIGNED))
_OF_AWAKE: Final = frozenset((NotificationReason.AWAKE_ENDED, NotificationReason.STILL_THERE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one place."""

    alert_id: AlertId
    episode: int
    step: int
    loop: int
    target: str
    """`user:alice` or `channel:ops-hook`, as in the step; of a schedule, the user."""
    channel: str
    """A channel's name, or the contact method of a user, with the delay of the user's rule, or the
    time for which it waits: `email`, `sms+5m`, `email+2026-03-02T07:00Z`. A test of one device has
    its id behind `push+`."""
    event: NotificationEvent = NotificationEvent.PAGED
    reason: NotificationReason
    step_name: str | None = None
    schedule: str | None = None
    """By which the user was on call, as in the step; None: the user is asked by name."""
    spell: int = 1
    """The firing spell in which it was planned."""
    version: int = 0
    """The alert's version that it was planned for: of the step, or of the change that an update
    reports."""
    after: str | None = None
    """The message that this update corrects, if the change was reported before."""
    of_version: int = 0
    """Version of the message that this update rewrites, if that reported a higher severity."""
    planned: int = 1
    """Messages of the step that no rule delays: the step is over when all have ended."""
    asked_at: datetime
    """When its step was begun, or the change happened."""
    due_at: datetime
    severity: Severity | None = None
    """The alert's when it was planned. In the queue only, as `group`: so a page may join a digest
    that gathers without a look at its alert."""
    group: str | None = None
    """Equal for related alerts; see `group_of` of the line."""
    notice: Notice | None = None
    """Of a notice: what it says."""

    @property
    def key(self) -> DeliveryKey:
        """Unique."""
        place = f"{self.alert_id}.{self.episode}.{self.step}.{self.loop}"
        return DeliveryKey(f"{place}{self._told('.')}.{self.target}.{self.channel}")

    @property
    def place(self) -> str:
        """The key without the alert, for storage: sorted by step."""
        place = f"{self.episode:06}#{self.step:03}#{self.loop:04}"
        return f"{place}{self._told('#')}#{self.target}#{self.channel}"

    def _told(self, mark: str) -> str:
        if self.is_of_step or not self.version:
            return ""
        rewritten = f"-w{self.of_version}" if self.of_version else ""
        after = f"-{self.after}" if self.after else ""
        return f"{mark}v{self.version}{rewritten}{after}"

    @property
    def is_page(self) -> bool:
        """Whether it asks to act, and is no update."""
        return self.event is NotificationEvent.PAGED

    @property
    def is_by_hand(self) -> bool:
        """Whether it is a page that a person asked for, beside the policy."""
        return self.is_page and self.reason in _BY_HAND

    @property
    def may_be_bundled(self) -> bool:
        """Whether it may wait for a digest; what a person asked for goes at once."""
        is_news = self.event in {NotificationEvent.PAGED, NotificationEvent.WORSENED}
        return is_news and not self.is_by_hand

    @property
    def is_of_step(self) -> bool:
        """Whether it is a page that a step of a policy asked for."""
        return self.is_page and not self.is_by_hand

    @property
    def is_closing(self) -> bool:
        """Whether it tells what came while a person was awake; `alert_id` is the session's."""
        return self.reason in _OF_AWAKE

    @property
    def is_update(self) -> bool:
        """Whether it updates a message that was sent before."""
        return self.event.is_update

    @property
    def is_due_at_once(self) -> bool:
        """Whether it is due when it is planned: clocks of two functions may differ by minutes."""
        return self.due_at <= self.asked_at

    @property
    def is_by_rule(self) -> bool:
        """Whether a user's rule delays it: it belongs to a firing spell, not to a step."""
        return self.is_of_step and self.step == 0

    @property
    def waits_for_hours(self) -> bool:
        """Whether a user's rule lets it wait for hours."""
        return self.channel.partition("+")[2].endswith("Z")

    def is_at_place_of(self, other: Self) -> bool:
        """Whether it goes where another one goes; a rule's delay makes no other place."""
        method = self.channel.partition("+")[0], other.channel.partition("+")[0]
        return self.target == other.target and method[0] == method[1]

    @property
    def target_name(self) -> str:
        """The reader of its links: the target without its kind."""
        return self.target.partition(":")[2]


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """In the queue, or in its channel's line."""
    CLAIMED = "claimed"
    """A run of the notifier is sending it, until the lease ends."""
    RETRYING = "retrying"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def has_ended(self) -> bool:
        return self in {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A delivery and its state, as in the ledger."""

    delivery: Delivery
    state: DeliveryState
    attempts: int = 0
    """Attempts begun; a takeover of an expired claim counts too."""
    failures: int = 0
    """Attempts that the provider refused or did not answer; one that our own storage broke off does
    not count."""
    refused_at: datetime | None = None
    """When the provider refused the first time, or did not answer."""
    claimed_until: datetime | None = None
    next_attempt_at: datetime | None = None
    provider_id: str | None = None
    """The provider's id of the message."""
    bundled_into: DigestId | None = None
    """The digest that tells of it; while it waits, the digest that it waits for."""
    is_loud: bool = False
    """It broke through to a person who is awake: its step keeps its clock."""
    reason: str | None = None
    """Why it waits, failed or was skipped, for people to read."""
    shown: int = 0
    """The alert's `told_version` in the last text that was sent."""
    seen: int | None = None
    """The alert's `told_version` once the provider had that text; None: unknown."""
    created_at: datetime
    changed_at: datetime
    version: int = 1

    @classmethod
    def skipped(cls, delivery: Delivery, reason: str, *, at: datetime) -> Self:
        return cls(
            delivery=delivery,
            state=DeliveryState.SKIPPED,
            reason=reason,
            created_at=at,
            changed_at=at,
        )

    @classmethod
    def waiting(cls, delivery: Delivery, *, at: datetime) -> Self:
        is_later = delivery.due_at > delivery.asked_at
        return cls(
            delivery=delivery,
            state=DeliveryState.WAITING,
            reason=_why_waiting(delivery) if is_later else "it is in the queue",
            next_attempt_at=delivery.due_at,
            created_at=delivery.asked_at,
            changed_at=at,
        )

    def is_free(self, at: datetime) -> bool:
        """Whether it may be claimed: its pause or the lease of an earlier claim is over."""
        until = self.held_until
        return not self.state.has_ended and (until is None or until <= at)

    def is_given_up(self, at: datetime) -> bool:
        begun_at = max(self.created_at, self.delivery.due_at)
        return self.attempts > 0 and at - begun_at > GIVEN_UP_AFTER

    @property
    def counts_as_sent(self) -> bool:
        """Whether escalation goes on as after a message that was sent."""
        is_shadow = self.state is DeliveryState.SKIPPED and self.reason == SHADOW
        return is_shadow or self.state is DeliveryState.SENT

    @property
    def is_first_failure(self) -> bool:
        """Whether its first attempt has failed, and another will be made."""
        return self.state is DeliveryState.RETRYING and self.failures == 1

    @property
    def may_have_arrived(self) -> bool:
        """Whether a receiver may have it, even if it was skipped or given up later."""
        if self.state is DeliveryState.SENT:
            return True
        return self.state.has_ended and self.attempts > 1

    @property
    def is_unsent_by_hold(self) -> bool:
        """Whether it was skipped because something held its alert."""
        return self.state is DeliveryState.SKIPPED and is_unsent_by_hold(self.reason)

    @property
    def is_reply(self) -> bool:
        """Whether it is in the thread of an earlier message, which is rewritten in its place."""
        return (self.provider_id or "").count("/") == REPLY_PARTS - 1

    @property
    def held_until(self) -> datetime | None:
        """When another attempt may begin; None: now, as the queue holds a waiting message."""
        match self.state:
            case DeliveryState.CLAIMED:
                return self.claimed_until
            case DeliveryState.RETRYING:
                return self.next_attempt_at
            case _:
                return None

    def is_stuck(self, at: datetime) -> bool:
        """Whether its message in the queue must be lost: no attempt at its time."""
        times = (self.claimed_until, self.next_attempt_at, self.changed_at)
        latest = max(time for time in times if time is not None)
        return not self.state.has_ended and at - latest > STUCK_AFTER

    def claim(self, *, at: datetime) -> Self:
        return replace(
            self,
            state=DeliveryState.CLAIMED,
            attempts=self.attempts + 1,
            claimed_until=at + LEASE,
            next_attempt_at=None,
            bundled_into=None,
            reason=None,
            changed_at=at,
        )

    def put_off(self, until: datetime, why: str, *, at: datetime) -> Self:
        """Let it wait for its turn at the channel, before any attempt."""
        return replace(
            self._released(at), state=DeliveryState.WAITING, next_attempt_at=until, reason=why
        )

    def waiting_for(self, digest: DigestId, until: datetime, *, at: datetime) -> Self:
        """Let it wait for a digest."""
        return replace(self.put_off(until, IN_DIGEST, at=at), bundled_into=digest)

    def told_by(self, digest: Self) -> Self:
        """Take the state of the digest that tells of it."""
        return replace(
            self,
            state=digest.state,
            claimed_until=None,
            next_attempt_at=digest.next_attempt_at,
            provider_id=digest.provider_id,
            refused_at=digest.refused_at,
            reason=digest.reason,
            changed_at=digest.changed_at,
        )

    def sent(
        self,
        provider_id: str | None,
        *,
        at: datetime,
        shown: int = 0,
        seen: int | None = None,
    ) -> Self:
        """Record that the provider has accepted it.

        Args:
            provider_id: The provider's id of the message.
            at: When.
            shown: The alert's `told_version` in its text.
            seen: The alert's `told_version` after sending; None: unknown.
        """
        return replace(
            self._released(at),
            state=DeliveryState.SENT,
            provider_id=provider_id,
            reason=None,
            shown=shown,
            seen=seen,
        )

    def skip(self, reason: str, *, at: datetime, seen: int | None = None) -> Self:
        """End it unsent; `seen` is the alert's `told_version` after the last attempt."""
        return replace(self._released(at), state=DeliveryState.SKIPPED, reason=reason, seen=seen)

    def fail(
        self,
        reason: str,
        *,
        at: datetime,
        is_retryable: bool,
        retry_after: timedelta | None = None,
    ) -> Self:
        """Record a failed attempt: try again after a growing pause, or give up."""
        failed = replace(
            self._released(at),
            reason=reason,
            failures=self.failures + 1,
            refused_at=self.refused_at or at,
        )
        if not is_retryable or failed.failures >= ATTEMPTS_LIMIT:
            return replace(failed, state=DeliveryState.FAILED)
        pause = min(_FIRST_PAUSE * 3**self.failures, _LONGEST_PAUSE)
        if retry_after is not None:
            pause = min(max(pause, retry_after), _LONGEST_PAUSE)
        return replace(failed, state=DeliveryState.RETRYING, next_attempt_at=at + pause)

    def _released(self, at: datetime) -> Self:
        return replace(self, claimed_until=None, next_attempt_at=None, changed_at=at)


def _why_waiting(delivery: Delivery) -> str:
    kind = "waits for its hours" if delivery.waits_for_hours else "has a delay"
    return f"the user's rule {kind}"


def of_digest(digest: DigestId, place: Place, *, due_at: datetime, at: datetime) -> Delivery:
    """The message of a digest: its ledger is one of its own.

    Args:
        digest: Its id.
        place: Its destination.
        due_at: When it goes.
        at: Now.
    """
    return Delivery(
        alert_id=AlertId(digest),
        episode=1,
        step=0,
        loop=0,
        target=place.target,
        channel=place.channel,
        event=NotificationEvent.DIGEST,
        reason=NotificationReason.BUNDLED,
        asked_at=min(at, due_at),
        due_at=due_at,
    )


def reason_to_skip(alert: Alert, delivery: Delivery, at: datetime) -> str | None:
    """Why a message is not needed any more; None: it is to be sent."""
    if alert.alert_id != delivery.alert_id:
        return "the alert was replaced by a newer episode"
    if delivery.event is NotificationEvent.WORSENED:
        is_same = alert.status is AlertStatus.ACKNOWLEDGED and alert.escalation.spell == (
            delivery.spell
        )
        return None if is_same else "nobody has acknowledged it any more"
    if delivery.is_update:
        is_old = alert.told_version > delivery.version
        return "a newer change is told in its place" if is_old else None
    if delivery.is_by_hand and alert.told_version <= delivery.version:
        return None  # no person has acted since it was asked for
    return _why_no_page(alert, delivery, at)


def _why_no_page(alert: Alert, delivery: Delivery, at: datetime) -> str | None:
    match alert.status:
        case AlertStatus.RESOLVED:
            return f"already resolved by {by_whom(alert.resolved_by)}"
        case AlertStatus.ACKNOWLEDGED:
            return f"already acknowledged by {by_whom(alert.acknowledged_by)}"
        case AlertStatus.FIRING:
            return _why_unwanted(alert, delivery, at)


def _why_unwanted(alert: Alert, delivery: Delivery, at: datetime) -> str | None:
    escalation = alert.escalation
    if alert.snooze is not None and alert.is_snoozed(at):
        return "snoozed"
    if delivery.is_by_hand and delivery.is_due_at_once:
        return None
    if delivery.event is NotificationEvent.UNREACHED:
        return None if escalation.unreached else "a person was reached meanwhile"
    if escalation.spell != delivery.spell:
        return "it was acknowledged or snoozed meanwhile, and fires anew"
    is_of_run = delivery.is_of_step and not delivery.is_by_rule
    if is_of_run and escalation.loop != delivery.loop:
        return "a newer run of the escalation policy has begun"
    return None


def messages_of_step(
    alert: Alert, ledger: Iterable[Notification]
) -> tuple[Sequence[Notification], Sequence[Notification]]:
    """The messages of an alert's current step.

    Args:
        alert: Its escalation says which step.
        ledger: All of the alert.

    Returns:
        Those that are sent at once, and those that rules of its users delay: planned in the first
        step of this firing spell with that user, which may be an earlier one.
    """
    stands = alert.escalation
    # The users of a schedule are not known here.
    asks_anybody = any(target.startswith(f"{TargetKind.SCHEDULE}:") for target in stands.targets)
    at_once, later = [], []
    for each in ledger:
        delivery = each.delivery
        if delivery.is_by_rule:
            is_asked = asks_anybody or delivery.target in stands.targets
            if is_asked and delivery.spell == stands.spell:
                later.append(each)
        elif delivery.is_of_step and (delivery.loop, delivery.step) == (stands.loop, stands.step):
            at_once.append(each)
    return at_once, later


def is_unanswered(alert: Alert, ledger: Iterable[Notification]) -> bool:
    """Whether the current step has reached nobody, and never will.

    A message that a rule had sent before the step was begun does not count.
    """
    at_once, later = messages_of_step(alert, ledger)
    begun_at = alert.escalation.begun_at
    if not at_once or begun_at is None:
        return False
    messages = [*at_once, *(each for each in later if each.changed_at >= begun_at)]
    planned = max(each.delivery.planned for each in at_once)
    has_ended = all(each.state.has_ended for each in (*at_once, *later))
    is_sent = any(each.counts_as_sent for each in messages)
    return has_ended and not is_sent and len(at_once) >= planned
