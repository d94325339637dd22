"""A delivery's ports, and its states in the ledger: claimed before it is sent, and marked after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tocsin.domain.destination import channel_of
from tocsin.domain.gate import Passage
from tocsin.domain.notification import (
    SHADOW,
    Delivery,
    DeliveryState,
    Notification,
)
from tocsin.usecases.choose_policy import NOW
from tocsin.usecases.refusals import NotificationRefusedError

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import AlertId
    from tocsin.domain.people import Channel
    from tocsin.domain.team_storm import TeamStorm
    from tocsin.domain.timeline import Change
    from tocsin.usecases.ports import (
        AlertRepository,
        ChannelGate,
        DeliveryQueue,
        DigestRepository,
        LastResortRepository,
        LineRepository,
        LinkMaker,
        MessageSender,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        Topic,
    )
    from tocsin.usecases.refusals import DeliveryFailedError

CLAIM_ATTEMPTS: Final = 3
"""Lost races after which the message goes back to the queue."""
IN_LINE: Final = "its channel is busy, or rests after failures"
NEVER_ENDED: Final = "no attempt has come to an end for hours"


class Outcome(StrEnum):
    """The result of a message from the queue."""

    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    RETRYING = "retrying"
    LATER = "later"
    """It came too early, another run has claimed it, or its channel has no room: queued again."""
    ENDED = "ended"
    """It has ended before; nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The result, in the words of the ledger if it was written there."""

    outcome: Outcome
    channel: Channel | None = None
    notification: Notification | None = None
    alert: Alert | None = None
    until: datetime | None = None
    """When the queue delivers it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Ports of a delivery."""

    ledger: NotificationRepository
    alerts: AlertRepository
    paging: PagingRepository
    lines: LineRepository
    digests: DigestRepository
    is_bundled: Callable[[str], bool]
    """Whether messages of a type of channel may wait for a digest."""
    gate: ChannelGate
    queue: DeliveryQueue
    sender: MessageSender
    links: LinkMaker
    last_resort: LastResortRepository
    topic: Topic | None
    """None: nobody is subscribed."""
    newest_changes: Callable[[AlertId], Sequence[Change]]
    """Reads the end of a timeline, oldest first; empty if it cannot be read."""
    newest_storm: Callable[[], TeamStorm | None]
    """Reads the team's newest storm, on or over; None if it cannot be read."""
    now: Callable[[], datetime]
    """Read again after sending, which takes time."""
    new_write_id: NewWriteId
    pause: Callable[[timedelta], None]
    """Waits; where time is simulated, not at all."""
    zone: str = "UTC"
    """The team's time zone, for channels: a name of the IANA database."""
    is_shadow: bool = False
    """Whether every message is skipped in the last moment: another tool still pages."""


class ClaimLostError(Exception):
    """Another run was faster."""

    def __init__(self, current: Notification | None) -> None:
        super().__init__("the claim was lost")
        self.current = current


def add_to_ledger(delivery: Delivery, at: datetime, work: Work) -> Notification:
    """Add the message of a channel's test to the ledger: it was not planned there."""
    waiting = Notification.waiting(delivery, at=at)
    try:
        work.ledger.add(waiting, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        return refusal.current or waiting
    return waiting


def note_failure(
    claimed: Notification,
    alert: Alert | None,
    channel: Channel,
    work: Work,
    failure: DeliveryFailedError,
    *,
    failures: int,
) -> Delivered:
    if failure.is_retryable:
        work.gate.note_failure(channel, failures=failures, at=work.now())
    return note_failed_attempt(claimed, alert, channel, work, failure)


def note_failed_attempt(
    claimed: Notification,
    alert: Alert | None,
    channel: Channel | None,
    work: Work,
    failure: DeliveryFailedError,
) -> Delivered:
    """Mark the failure before queueing the next attempt: until then the queue has this message."""
    at = work.now()
    failed = claimed.fail(
        failure.reason, at=at, is_retryable=failure.is_retryable, retry_after=failure.retry_after
    )
    marked = mark(claimed, failed, work)
    told = Delivered(outcome=Outcome.FAILED, notification=marked, channel=channel, alert=alert)
    if marked.state is not DeliveryState.RETRYING:
        return told
    until = marked.next_attempt_at or at
    put_back(marked.delivery, until, work)
    return replace(told, outcome=Outcome.RETRYING, until=until)


def give_up(claimed: Notification, reason: str, work: Work, channel: Channel | None) -> Delivered:
    failed = claimed.fail(reason, at=work.now(), is_retryable=False)
    marked = mark(claimed, failed, work)
    return Delivered(outcome=Outcome.FAILED, notification=marked, channel=channel)


def skip_in_shadow(
    claimed: Notification, alert: Alert | None, channel: Channel | None, work: Work
) -> Delivered:
    """End a message that would go out now."""
    seen = alert.told_version if alert else None
    skipped = mark(claimed, claimed.skip(SHADOW, at=work.now(), seen=seen), work)
    return Delivered(outcome=Outcome.SKIPPED, notification=skipped, channel=channel, alert=alert)


def claim(known: Notification, work: Work) -> Notification:
    """Claim a message.

    Raises:
        ClaimLostError: Another run was faster.
    """
    claimed = known.claim(at=work.now())
    try:
        return work.ledger.update(known, claimed, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        raise ClaimLostError(refusal.current) from refusal


def take_place(known: Notification, channel: Channel, work: Work, *, is_urgent: bool) -> Passage:
    """Take a place at the channel's gate, or come back to the one that the ledger has."""
    at, place = work.now(), known.next_attempt_at
    if known.reason != IN_LINE or place is None:
        passage = work.gate.enter(channel, is_urgent=is_urgent, at=at)
    elif at < place:
        return Passage(opens_at=place)
    else:
        passage = work.gate.return_to(channel, is_urgent=is_urgent, at=at)
    if passage.opens_at is not None:
        _note_place(known, passage.opens_at, work)
    return passage


def _note_place(known: Notification, place: datetime, work: Work) -> None:
    after = known.put_off(place, IN_LINE, at=work.now())
    try:
        work.ledger.update(known, after, write_id=work.new_write_id())
    except NotificationRefusedError:
        return


def mark(claimed: Notification, after: Notification, work: Work) -> Notification:
    """Write the result of the attempt.

    After a claim has expired, another run may have taken over: then that one writes the result.
    """
    try:
        return work.ledger.update(claimed, after, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        return refusal.current or after


def put_back(delivery: Delivery, until: datetime, work: Work) -> Delivered:
    now = work.now()
    # The clock of the step's begin may be ahead of this one.
    waiting = replace(delivery, due_at=until, asked_at=min(delivery.asked_at, now))
    work.queue.send([waiting], now=now)
    return Delivered(outcome=Outcome.LATER, until=until)


def channel_now(delivery: Delivery, at: datetime, work: Work) -> Channel | None:
    """Find the channel, even one made a moment ago."""
    known = channel_of(delivery, work.paging.directory(at))
    return known or channel_of(delivery, work.paging.directory(at, max_age=NOW))
