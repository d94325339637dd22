"""One delivery, from the queue to the provider, with one effect however often it comes.

A delivery is claimed in the ledger before it is sent, and marked after. A run that dies in between
leaves a claim, which expires; then it is sent, or sent again with the same key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.destination import (
    channel_of,
    is_to_user,
    method_of,
    names_of,
    pace_of,
    place_of,
    reader_of,
    slack_ids_asked,
    why_gone,
)
from tocsin.domain.errors import AlertNotFoundError, TryAgainError
from tocsin.domain.line import Place
from tocsin.domain.message import message_of, telling
from tocsin.domain.next_in_words import View
from tocsin.domain.notification import (
    ATTEMPTS_LIMIT,
    Delivery,
    Notification,
    NotificationEvent,
    reason_to_skip,
)
from tocsin.domain.people import Channel, ContactMethod, Directory, Updates
from tocsin.domain.reach import is_to_last_resort
from tocsin.domain.sample_alert import sample_alert
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change
from tocsin.domain.times_in_words import Clock
from tocsin.usecases.delivery_work import (
    CLAIM_ATTEMPTS,
    IN_LINE,
    NEVER_ENDED,
    ClaimLostError,
    Delivered,
    Outcome,
    Work,
    add_to_ledger,
    channel_now,
    claim,
    give_up,
    mark,
    note_failed_attempt,
    note_failure,
    put_back,
    skip_in_shadow,
    take_place,
)
from tocsin.usecases.hold_alerts import HeldNow, why_held
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.domain.last_resort import LastResort, Turn
    from tocsin.usecases.ports import Topic

_OF_NO_ALERT: Final = frozenset((NotificationEvent.DIGEST, NotificationEvent.NOTICE))
_URGENT: Final = frozenset((NotificationEvent.PAGED, NotificationEvent.WORSENED))
GONE: Final = "the alert does not exist any more"
TURN_ATTEMPTS: Final = 10
"""Lost races at the last resort's item, of all alerts that reach nobody at the same time."""


def deliver_notification(delivery: Delivery, work: Work) -> Delivered:
    """Send one message, unless there is a reason not to, which the ledger then has.

    Raises:
        TryAgainError: Storage or queue refuse for now; doing it again is harmless.
    """
    at = work.now()
    if at < delivery.due_at and not delivery.is_due_at_once:
        return put_back(delivery, delivery.due_at, work)
    known = work.ledger.get(delivery)
    for _ in range(CLAIM_ATTEMPTS):
        if known is None:
            known = add_to_ledger(delivery, at, work)
        try:
            if delivery.event in _OF_NO_ALERT:
                return _deliver_without_alert(known, work)
            if known.state.has_ended:
                return Delivered(outcome=Outcome.ENDED, notification=known)
            if not known.is_free(at):
                return put_back(delivery, known.held_until or at, work)
            if is_to_last_resort(delivery):
                return _tell_last_resort(known, work)
            return _deliver_free(known, work)
        except ClaimLostError as lost:
            known = lost.current
    raise TryAgainError("Others change this delivery all the time.")


def join_together(deliveries: Sequence[Delivery], work: Work) -> Sequence[Delivery]:
    """Let messages of one batch join digests that are known to gather: one count for each place.

    Returns:
        Those that have joined.
    """
    at = work.now()
    directory = work.paging.directory(at)
    by_place: defaultdict[Place, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        is_due = at >= delivery.due_at or delivery.is_due_at_once
        if is_due and delivery.may_be_bundled and delivery.group is not None:
            channel = channel_of(delivery, directory)
            if channel is not None and work.is_bundled(channel.type):
                by_place[Place(*place_of(delivery))].append(delivery)
    if not by_place:
        return ()
    from tocsin.usecases.join_digest import join_at_once

    return [
        joined
        for place, arrived in by_place.items()
        for joined in join_at_once(arrived, place, pace_of(arrived[0], directory), work)
    ]


def _deliver_without_alert(known: Notification, work: Work) -> Delivered:
    if known.delivery.event is NotificationEvent.NOTICE:
        from tocsin.usecases.deliver_notice import deliver_notice

        return deliver_notice(known, work)
    if known.delivery.is_closing:
        from tocsin.usecases.deliver_closing import deliver_closing

        return deliver_closing(known, work)
    from tocsin.usecases.deliver_digest import deliver_digest

    return deliver_digest(known, work)


def _deliver_free(known: Notification, work: Work) -> Delivered:
    delivery, at = known.delivery, work.now()
    is_told_alone = known.attempts > 0
    is_left_out = False
    if known.bundled_into is not None:
        from tocsin.usecases.join_digest import Standing, standing_of

        stands = standing_of(known, work)
        if isinstance(stands, Delivered):
            return stands
        is_told_alone = is_told_alone or stands is Standing.ALONE
        is_left_out = stands is Standing.OUT
    alert = _read_alert(delivery, work)
    skip = _reason_to_skip(alert, delivery, at)
    if is_left_out:
        skip = skip or why_held(alert, delivery, work.paging, at)
    channel = channel_now(delivery, at, work)
    failures = 0
    if channel is not None and alert is not None and skip is None:
        passed = _passed(known, alert, channel, work, is_told_alone=is_told_alone)
        if isinstance(passed, Delivered):
            return passed
        known, failures = passed
    claimed = claim(known, work)
    if known.is_given_up(at):
        return give_up(claimed, NEVER_ENDED, work, channel)
    alert, changes = _read(delivery, work)
    skip = _reason_to_skip(alert, delivery, work.now())
    skip = skip or why_held(alert, delivery, work.paging, work.now())
    if alert is None or skip is not None:
        seen = alert.told_version if alert else None
        skipped = mark(claimed, claimed.skip(skip or GONE, at=work.now(), seen=seen), work)
        return Delivered(
            outcome=Outcome.SKIPPED, notification=skipped, channel=channel, alert=alert
        )
    if channel is None:
        return give_up(claimed, why_gone(delivery), work, None)
    return _send(claimed, alert, changes, channel, work, failures=failures)


def _passed(
    known: Notification, alert: Alert, channel: Channel, work: Work, *, is_told_alone: bool
) -> Delivered | tuple[Notification, int]:
    """Take a turn at the destination, unless it goes alone in any case, then at the gate.

    Returns:
        The message as the ledger has it, and its channel's failures: it goes now. Else it waits, or
        has ended.
    """
    delivery = known.delivery
    if not is_told_alone and delivery.may_be_bundled and work.is_bundled(channel.type):
        turned = _turned(known, alert, work)
        if isinstance(turned, Delivered):
            return turned
        known = turned
    is_urgent = delivery.event in _URGENT and alert.severity is Severity.CRITICAL
    passage = take_place(known, channel, work, is_urgent=is_urgent)
    if passage.opens_at is not None:
        return put_back(delivery, passage.opens_at, work)
    return known, passage.failures


def _turned(known: Notification, alert: Alert, work: Work) -> Delivered | Notification:
    """Let a message wait for a digest, or go alone; for who is awake it waits even in the line."""
    target = known.delivery.target
    people = HeldNow(work.paging, work.now()).awake if is_to_user(known.delivery) else ()
    awake = next((it for it in people if it.is_target(target)), None)
    if awake is not None:
        from tocsin.usecases.join_awake import join_quietly

        return join_quietly(known, alert, awake, work)
    if known.reason == IN_LINE:
        return known
    from tocsin.usecases.join_digest import join_or_go

    return join_or_go(known, alert, work)


def _tell_last_resort(known: Notification, work: Work) -> Delivered:
    """Publish it, or count it in the next message that is published."""
    from tocsin.domain.last_resort import COUNTED, NO_TOPIC

    delivery, at = known.delivery, work.now()
    alert = _read_alert(delivery, work)
    skip = NO_TOPIC if work.topic is None else _reason_to_skip(alert, delivery, at)
    if alert is None or work.topic is None or skip is not None:
        if known.reason == COUNTED:
            _turn(work, lambda state: state.without(delivery.alert_id))
        seen = alert.told_version if alert else None
        skipped = mark(known, known.skip(skip or GONE, at=at, seen=seen), work)
        return Delivered(outcome=Outcome.SKIPPED, notification=skipped, alert=alert)
    turn = _take_turn(known, at, work, was_counted=known.reason == COUNTED)
    if turn.until is not None:
        if known.reason != COUNTED:
            mark(known, known.put_off(turn.until, COUNTED, at=at), work)
        return put_back(delivery, turn.until, work)
    if turn.is_told:
        counted = mark(known, known.sent(None, at=at, shown=alert.told_version), work)
        return Delivered(outcome=Outcome.ENDED, notification=counted, alert=alert)
    claimed = claim(known, work)
    if known.is_given_up(at):
        return give_up(claimed, NEVER_ENDED, work, None)
    return _publish(claimed, alert, turn, work.topic, work)


def _publish(
    claimed: Notification, alert: Alert, turn: Turn, topic: Topic, work: Work
) -> Delivered:
    """Publish what is counted with it."""
    from tocsin.domain.last_resort import topic_message

    delivery = claimed.delivery
    links = work.links.links(delivery, at=work.now())
    message = topic_message(alert, turn, link=links.view if links else None)
    if work.is_shadow:
        _turn(work, lambda state: state.told(turn.counts, work.now()))
        return skip_in_shadow(claimed, alert, None, work)
    try:
        provider_id = topic.publish(message)
    except DeliveryFailedError as failure:
        is_final = not failure.is_retryable or claimed.failures + 1 >= ATTEMPTS_LIMIT
        _turn(work, lambda state: state.failed(delivery.alert_id, is_final=is_final))
        return note_failed_attempt(claimed, alert, None, work, failure)
    _turn(work, lambda state: state.told(turn.counts, work.now()))
    sent = claimed.sent(provider_id, at=work.now(), shown=alert.told_version)
    sent = mark(claimed, sent, work)
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
    is_updated = directory.updates(channel.type) is not Updates.NONE
    if work.is_shadow and not is_test:
        return skip_in_shadow(claimed, alert, channel, work)
    try:
        provider_id = work.sender.send(claimed, alert, message, channel)
    except DeliveryFailedError as failure:
        return note_failure(claimed, alert, channel, work, failure, failures=failures + 1)
    seen = _told_version(delivery, work) if is_updated else None
    sent = claimed.sent(provider_id, at=work.now(), shown=alert.told_version, seen=seen)
    sent = mark(claimed, sent, work)
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
    if method is ContactMethod.PUSH:
        return None  # its owner says so on the page that sent the test
    return work.links.verification(user, method, at=work.now())


def _told_version(delivery: Delivery, work: Work) -> int | None:
    """Read the alert's `told_version` after sending; None: unknown."""
    try:
        alert = _read_alert(delivery, work)
    except TryAgainError:
        return None
    return alert.told_version if alert else None


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
