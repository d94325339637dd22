"""One delivery, from the queue to the provider, with one effect however often it comes.

A delivery is claimed in the ledger before it is sent, and marked after. A run that dies in between
leaves a claim, which expires; then it is sent, or sent again with the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.destination import (
    channel_of,
    is_to_user,
    method_of,
    names_of,
    reader_of,
    slack_ids_asked,
    why_gone,
)
from tocsin.domain.errors import AlertNotFoundError, TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.message import message_of, telling
from tocsin.domain.next_in_words import View
from tocsin.domain.notification import (
    ATTEMPTS_LIMIT,
    WAITS_AGAIN_AFTER,
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    reason_to_skip,
)
from tocsin.domain.people import Channel, ContactMethod, Directory
from tocsin.domain.reach import is_to_last_resort
from tocsin.domain.sample_alert import sample_alert
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change
from tocsin.domain.times_in_words import Clock
from tocsin.domain.update_plan import can_be_told
from tocsin.usecases.choose_policy import NOW
from tocsin.usecases.hold_alerts import why_held
from tocsin.usecases.refusals import DeliveryFailedError, NotificationRefusedError

if TYPE_CHECKING:
    from tocsin.domain.last_resort import LastResort, Turn
    from tocsin.usecases.ports import (
        AlertRepository,
        ChannelGate,
        DeliveryQueue,
        LastResortRepository,
        LinkMaker,
        MessageSender,
        NewWriteId,
        NotificationRepository,
        PagingRepository,
        Topic,
    )

CLAIM_ATTEMPTS: Final = 3
"""Lost races after which the message goes back to the queue."""
_URGENT: Final = frozenset((NotificationEvent.PAGED, NotificationEvent.WORSENED))
IN_LINE: Final = "its channel is busy, or rests after failures"
GONE: Final = "the alert does not exist any more"
TURN_ATTEMPTS: Final = 10
"""Lost races at the last resort's item, of all alerts that reach nobody at the same time."""
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
    gate: ChannelGate
    queue: DeliveryQueue
    sender: MessageSender
    links: LinkMaker
    last_resort: LastResortRepository
    topic: Topic | None
    """None: nobody is subscribed."""
    newest_changes: Callable[[AlertId], Sequence[Change]]
    """Reads the end of a timeline, oldest first; empty if it cannot be read."""
    now: Callable[[], datetime]
    """Read again after sending, which takes time."""
    new_write_id: NewWriteId
    zone: str = "UTC"
    """The team's time zone, for channels: a name of the IANA database."""


def deliver_notification(delivery: Delivery, work: Work) -> Delivered:
    """Send one message, unless there is a reason not to, which the ledger then has.

    Raises:
        TryAgainError: Storage or queue refuse for now; doing it again is harmless.
    """
    at = work.now()
    if at < delivery.due_at and not delivery.is_due_at_once:
        return _put_back(delivery, delivery.due_at, work)
    known = work.ledger.get(delivery)
    for _ in range(CLAIM_ATTEMPTS):
        if known is None:
            known = _add(delivery, at, work)
        if known.state.has_ended:
            return Delivered(outcome=Outcome.ENDED, notification=known)
        if not known.is_free(at):
            return _put_back(delivery, known.held_until or at, work)
        try:
            if is_to_last_resort(delivery):
                return _tell_last_resort(known, work)
            return _deliver_free(known, work)
        except _ClaimLostError as lost:
            known = lost.current
    raise TryAgainError("Others change this delivery all the time.")


class _ClaimLostError(Exception):
    """Another run was faster."""

    def __init__(self, current: Notification | None) -> None:
        super().__init__("the claim was lost")
        self.current = current


def _add(delivery: Delivery, at: datetime, work: Work) -> Notification:
    """Add the message of a channel's test to the ledger: it was not planned there."""
    waiting = Notification.waiting(delivery, at=at)
    try:
        work.ledger.add(waiting, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        return refusal.current or waiting
    return waiting


def _deliver_free(known: Notification, work: Work) -> Delivered:
    delivery, at = known.delivery, work.now()
    alert = _read_alert(delivery, work)
    skip = _reason_to_skip(alert, delivery, at)
    channel = _channel_of(delivery, at, work)
    failures = 0
    if channel is not None and skip is None:
        is_critical = alert is not None and alert.severity is Severity.CRITICAL
        is_urgent = delivery.event in _URGENT and is_critical
        passage = work.gate.enter(channel, is_urgent=is_urgent, at=at)
        if passage.opens_at is not None:
            _note_waiting(known, passage.opens_at, work)
            return _put_back(delivery, passage.opens_at, work)
        failures = passage.failures
    claimed = _claim(known, work)
    if known.is_given_up(at):
        return _give_up(claimed, NEVER_ENDED, work, channel)
    alert, changes = _read(delivery, work)
    skip = _reason_to_skip(alert, delivery, work.now())
    skip = skip or why_held(alert, delivery, work.paging, work.now())
    if alert is None or skip is not None:
        seen = alert.told_version if alert else None
        skipped = _mark(claimed, claimed.skip(skip or GONE, at=work.now(), seen=seen), work)
        return Delivered(
            outcome=Outcome.SKIPPED, notification=skipped, channel=channel, alert=alert
        )
    if channel is None:
        return _give_up(claimed, why_gone(delivery), work, None)
    return _send(claimed, alert, changes, channel, work, failures=failures)


def _tell_last_resort(known: Notification, work: Work) -> Delivered:
    """Publish it, or count it in the next message that is published."""
    from tocsin.domain.last_resort import COUNTED, NO_TOPIC, topic_message

    delivery, at = known.delivery, work.now()
    alert = _read_alert(delivery, work)
    skip = NO_TOPIC if work.topic is None else _reason_to_skip(alert, delivery, at)
    if alert is None or work.topic is None or skip is not None:
        if known.reason == COUNTED:
            _turn(work, lambda state: state.without(delivery.alert_id))
        seen = alert.told_version if alert else None
        skipped = _mark(known, known.skip(skip or GONE, at=at, seen=seen), work)
        return Delivered(outcome=Outcome.SKIPPED, notification=skipped, alert=alert)
    turn = _take_turn(known, at, work, was_counted=known.reason == COUNTED)
    if turn.until is not None:
        if known.reason != COUNTED:
            _mark(known, known.put_off(turn.until, COUNTED, at=at), work)
        return _put_back(delivery, turn.until, work)
    if turn.is_told:
        counted = _mark(known, known.sent(None, at=at, shown=alert.told_version), work)
        return Delivered(outcome=Outcome.ENDED, notification=counted, alert=alert)
    claimed = _claim(known, work)
    if known.is_given_up(at):
        return _give_up(claimed, NEVER_ENDED, work, None)
    links = work.links.links(delivery, at=at)
    message = topic_message(alert, turn, link=links.view if links else None)
    try:
        provider_id = work.topic.publish(message)
    except DeliveryFailedError as failure:
        is_final = not failure.is_retryable or known.failures + 1 >= ATTEMPTS_LIMIT
        _turn(work, lambda state: state.failed(delivery.alert_id, is_final=is_final))
        return _note_failed_attempt(claimed, alert, None, work, failure)
    _turn(work, lambda state: state.told(turn.counts, work.now()))
    sent = claimed.sent(provider_id, at=work.now(), shown=alert.told_version)
    sent = _mark(claimed, sent, work)
    return Delivered(outcome=Outcome.SENT, notification=sent, alert=alert)


def _take_turn(known: Notification, at: datetime, work: Work, *, was_counted: bool) -> Turn:
    for _ in range(TURN_ATTEMPTS):
        state = work.last_resort.read()
        turn = state.turn_of(known.delivery.alert_id, at, was_counted=was_counted)
        if _is_kept(state, turn.after, work):
            return turn
    raise TryAgainError("Others change the last resort all the time.")


def _turn(work: Work, change: Callable[[LastResort], LastResort]) -> None:
    for _ in range(TURN_ATTEMPTS):
        state = work.last_resort.read()
        if _is_kept(state, change(state), work):
            return
    raise TryAgainError("Others change the last resort all the time.")


def _is_kept(before: LastResort, after: LastResort, work: Work) -> bool:
    if after is before:
        return True
    return work.last_resort.keep(after, at=work.now(), write_id=work.new_write_id())


def _send(
    claimed: Notification,
    alert: Alert,
    changes: Sequence[Change],
    channel: Channel,
    work: Work,
    *,
    failures: int,
) -> Delivered:
    delivery = claimed.delivery
    is_test = delivery.event is NotificationEvent.TEST
    at = work.now()
    links = None if is_test else work.links.links(delivery, at=at)
    directory = work.paging.directory(at)
    reader, names = reader_of(delivery, directory, work.zone), names_of(directory)
    message = message_of(
        alert,
        delivery,
        reader=reader,
        names=names,
        at=at,
        links=links,
    )
    if delivery.is_update and channel.type == ContactMethod.EMAIL:
        told = (*work.newest_changes(delivery.alert_id), *changes)
        view = View(alert=alert, reader=reader, names=names, clock=Clock(reader.zone, at))
        message = telling(message, told, view)
    if is_test:
        message = replace(message, confirm=_verification(delivery, directory, work))
    message = replace(message, mentions=slack_ids_asked(alert, delivery, directory))
    is_rewritten = can_be_told(delivery, directory)
    try:
        provider_id = work.sender.send(claimed, alert, message, channel)
    except DeliveryFailedError as failure:
        return _note_failure(claimed, alert, channel, work, failure, failures=failures + 1)
    seen = _told_version(delivery, work) if is_rewritten else None
    sent = claimed.sent(provider_id, at=work.now(), shown=alert.told_version, seen=seen)
    sent = _mark(claimed, sent, work)
    if failures:
        work.gate.note_success(channel)
    return Delivered(outcome=Outcome.SENT, notification=sent, channel=channel, alert=alert)


def _verification(delivery: Delivery, directory: Directory, work: Work) -> str | None:
    """Make the link by which a person confirms an address that is not verified."""
    if not is_to_user(delivery):
        return None
    user, method = directory.users.get(delivery.target_name), method_of(delivery)
    if user is None or method is None or user.is_verified(method):
        return None
    return work.links.verification(user, method, at=work.now())


def _told_version(delivery: Delivery, work: Work) -> int | None:
    """Read the alert's `told_version` after sending; None: unknown."""
    try:
        alert = _read_alert(delivery, work)
    except TryAgainError:
        return None
    return alert.told_version if alert else None


def _note_failure(
    claimed: Notification,
    alert: Alert,
    channel: Channel,
    work: Work,
    failure: DeliveryFailedError,
    *,
    failures: int,
) -> Delivered:
    if failure.is_retryable:
        work.gate.note_failure(channel, failures=failures, at=work.now())
    return _note_failed_attempt(claimed, alert, channel, work, failure)


def _note_failed_attempt(
    claimed: Notification,
    alert: Alert,
    channel: Channel | None,
    work: Work,
    failure: DeliveryFailedError,
) -> Delivered:
    """Mark the failure before queueing the next attempt: until then the queue has this message."""
    at = work.now()
    failed = claimed.fail(
        failure.reason, at=at, is_retryable=failure.is_retryable, retry_after=failure.retry_after
    )
    marked = _mark(claimed, failed, work)
    told = Delivered(outcome=Outcome.FAILED, notification=marked, channel=channel, alert=alert)
    if marked.state is not DeliveryState.RETRYING:
        return told
    until = marked.next_attempt_at or at
    _put_back(marked.delivery, until, work)
    return replace(told, outcome=Outcome.RETRYING, until=until)


def _give_up(claimed: Notification, reason: str, work: Work, channel: Channel | None) -> Delivered:
    failed = claimed.fail(reason, at=work.now(), is_retryable=False)
    marked = _mark(claimed, failed, work)
    return Delivered(outcome=Outcome.FAILED, notification=marked, channel=channel)


def _claim(known: Notification, work: Work) -> Notification:
    """Claim a message.

    Raises:
        _ClaimLostError: Another run was faster.
    """
    claimed = known.claim(at=work.now())
    try:
        return work.ledger.update(known, claimed, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        raise _ClaimLostError(refusal.current) from refusal


def _note_waiting(known: Notification, until: datetime, work: Work) -> None:
    """Write the next turn into the ledger, and again only if it has moved by much."""
    told = known.next_attempt_at if known.reason == IN_LINE else None
    if told is not None and until - told < WAITS_AGAIN_AFTER:
        return
    after = known.put_off(until, IN_LINE, at=work.now())
    try:
        work.ledger.update(known, after, write_id=work.new_write_id())
    except NotificationRefusedError:
        return


def _mark(claimed: Notification, after: Notification, work: Work) -> Notification:
    """Write the result of the attempt.

    After a claim has expired, another run may have taken over: then that one writes the result.
    """
    try:
        return work.ledger.update(claimed, after, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        return refusal.current or after


def _put_back(delivery: Delivery, until: datetime, work: Work) -> Delivered:
    now = work.now()
    # The clock of the step's begin may be ahead of this one.
    waiting = replace(delivery, due_at=until, asked_at=min(delivery.asked_at, now))
    work.queue.send([waiting], now=now)
    return Delivered(outcome=Outcome.LATER, until=until)


def _channel_of(delivery: Delivery, at: datetime, work: Work) -> Channel | None:
    """Find the channel, even one made a moment ago."""
    known = channel_of(delivery, work.paging.directory(at))
    return known or channel_of(delivery, work.paging.directory(at, max_age=NOW))


def _read_alert(delivery: Delivery, work: Work) -> Alert | None:
    return _read(delivery, work)[0]


def _read(delivery: Delivery, work: Work) -> tuple[Alert | None, Sequence[Change]]:
    """Read the alert and its last changes; a channel's test gets a made-up one."""
    if delivery.event is NotificationEvent.TEST:
        return sample_alert(delivery), ()
    try:
        return work.alerts.get_with_changes(delivery.alert_id)
    except AlertNotFoundError:
        return None, ()


def _reason_to_skip(alert: Alert | None, delivery: Delivery, at: datetime) -> str | None:
    if delivery.event is NotificationEvent.TEST:
        return None
    return GONE if alert is None else reason_to_skip(alert, delivery, at)
