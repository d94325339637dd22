"""A page's turn at its destination: it goes alone, or waits for a digest.

What joins writes that into the ledger first, then becomes a member of the digest, then is counted
in the line. What comes again after a crash finds in the ledger which digest it may be in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from tocsin.domain.destination import pace_of, place_of
from tocsin.domain.digest import DigestId, new_digest_id
from tocsin.domain.errors import TryAgainError
from tocsin.domain.line import Arriving, Line, Pace, Place, group_of, turn_of
from tocsin.domain.notification import (
    TOLD_ALONE,
    Delivery,
    Notification,
    NotificationReason,
    of_digest,
)
from tocsin.usecases.delivery_work import ClaimLostError, Delivered, Outcome, mark, put_back
from tocsin.usecases.refusals import NotificationRefusedError

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.usecases.delivery_work import Work
    from tocsin.usecases.ports import DeliveryQueue, LineRepository, NewWriteId

TURN_ATTEMPTS: Final = 10
"""Lost races at one line."""
LOOKS_AGAIN_AFTER: Final = timedelta(seconds=2)
"""While another run freezes the digest."""
OVERDUE_AFTER: Final = timedelta(seconds=30)
"""A digest that gathers for so much too long may have lost its message in the queue."""
RECENT: Final = timedelta(seconds=5)
"""A line that this process saw within this time may be joined without another look: whether its
digest still gathers is a condition of joining."""


class LineWork(Protocol):
    """Ports of what changes a line."""

    @property
    def lines(self) -> LineRepository: ...

    @property
    def queue(self) -> DeliveryQueue: ...

    @property
    def new_write_id(self) -> NewWriteId: ...

    @property
    def now(self) -> Callable[[], datetime]: ...


class Standing(Enum):
    """What a message is to the digest that it waited for."""

    OUT = auto()
    """The digest does not tell of it: it takes a turn."""
    ALONE = auto()
    """It was the only one that was left: it goes alone."""


def join_or_go(
    known: Notification, alert: Alert, work: Work, *, pace: Pace | None = None
) -> Delivered | Notification:
    """Let a message take its turn.

    Args:
        known: The message.
        alert: Its alert.
        work: Ports.
        pace: None: the destination's own.

    Returns:
        The message as the ledger has it: it goes alone, now. Else it waits for a digest, which
        brings its state.

    Raises:
        TryAgainError: Others change the line all the time.
        ClaimLostError: Another run works on this message.
    """
    delivery, at = known.delivery, work.now()
    directory = work.paging.directory(at)
    is_released = delivery.reason is NotificationReason.RELEASED
    pace = pace or pace_of(delivery, directory)
    if not pace.window and not is_released:
        return known
    place = Place(*place_of(delivery))
    group = group_of(alert.facts.labels, directory.settings.storm_labels, alert.integration)
    arriving = Arriving(
        alert.severity, group, delivery.asked_at, is_released=is_released, key=delivery.key
    )
    for _ in range(TURN_ATTEMPTS):
        line = work.lines.read(place)
        turn = turn_of(line, arriving, at, pace, new_digest_id(at, work.new_write_id()))
        if turn.after is not None and not _move(place, line, turn.after, work):
            continue
        if turn.joins is None:
            return known
        current = turn.after or line
        if turn.after is not None:
            queue_digest(current, place, work)
        known = _bundled(known, turn.joins, current.due_at, work)
        work.digests.add_members(turn.joins, [delivery], at=at)
        joined = work.lines.join(place, turn.joins, arriving)
        if joined is None:
            stands = standing_of(known, work)
            if stands is Standing.OUT:
                continue
            return known if stands is Standing.ALONE else stands
        if joined.waiting == 1 and turn.after is None:
            # The message that began the digest may have crashed before it queued it.
            queue_digest(joined, place, work)
        hurry(joined, arriving, place, pace, work)
        return Delivered(outcome=Outcome.LATER, notification=known, until=joined.due_at)
    raise TryAgainError("Others change this line all the time.")


def join_at_once(
    deliveries: Sequence[Delivery], place: Place, pace: Pace, work: Work
) -> Sequence[Delivery]:
    """Let messages from the queue join the digest that gathers at their place.

    Their alerts are not looked at: the digest leaves out what nobody needs to be told any more.

    Returns:
        Those that have joined; the others take a turn as all do.
    """
    at = work.now()
    line = work.lines.recent(place, at, max_age=RECENT)
    if line is None or line.digest is None or line.due_at is None or not pace.window:
        return ()
    if line.is_awake:
        return ()  # whose digests nothing hurries while that person is awake
    joining: list[tuple[Delivery, Arriving]] = []
    for delivery in deliveries:
        arriving = arriving_of(delivery)
        if arriving is None or not turn_of(line, arriving, at, pace, line.digest).only_joins:
            continue
        write_id = work.new_write_id()
        if work.ledger.bundle(delivery, line.digest, until=line.due_at, at=at, write_id=write_id):
            joining.append((delivery, arriving))
    if not joining:
        return ()
    work.digests.add_members(line.digest, [delivery for delivery, _ in joining], at=at)
    joined = work.lines.join(place, line.digest, *(arriving for _, arriving in joining))
    if joined is None:
        return ()
    if joined.waiting == len(joining):
        # The message that began the digest may have crashed before it queued it.
        queue_digest(joined, place, work)
    first = min((it for _, it in joining), key=is_first_of)
    hurry(joined, first, place, pace, work)
    return [delivery for delivery, _ in joining]


def is_first_of(arriving: Arriving) -> tuple[bool, datetime]:
    """Sorts what hurries a digest most to the front."""
    return not arriving.is_critical, arriving.asked_at


def arriving_of(delivery: Delivery) -> Arriving | None:
    """What its message in the queue says; None: it was planned by a version that did not."""
    if delivery.severity is None or delivery.group is None:
        return None
    is_released = delivery.reason is NotificationReason.RELEASED
    return Arriving(
        delivery.severity,
        delivery.group,
        delivery.asked_at,
        is_released=is_released,
        key=delivery.key,
    )


def standing_of(known: Notification, work: Work) -> Delivered | Standing:
    """Look at a message that has waited for a digest, after a crash or when that was frozen."""
    delivery, digest_id, at = known.delivery, known.bundled_into, work.now()
    if digest_id is None:
        return Standing.OUT
    place = Place(*place_of(delivery))
    frozen = work.digests.get(digest_id)
    if frozen is None:
        return _standing_before(known, digest_id, place, work)
    if delivery.alert_id not in frozen.alert_ids:
        return Standing.OUT
    asked = of_digest(digest_id, place, due_at=at, at=at)
    told = work.ledger.get(asked)
    if told is None or not told.state.has_ended:
        work.queue.send([asked], now=at)
        return Delivered(outcome=Outcome.LATER, notification=known)
    if told.reason == TOLD_ALONE:
        return Standing.ALONE
    settled = mark(known, known.told_by(told), work)
    return Delivered(outcome=Outcome.ENDED, notification=settled)


def _standing_before(
    known: Notification, digest_id: DigestId, place: Place, work: Work
) -> Delivered:
    """Look at a message whose digest is not frozen: it may have crashed before it was a member."""
    delivery, at = known.delivery, work.now()
    if work.lines.read(place).digest == digest_id:
        work.digests.add_members(digest_id, [delivery], at=at)
    line = work.lines.read(place)
    if line.digest == digest_id:
        queue_digest(line, place, work)
        return Delivered(outcome=Outcome.LATER, notification=known, until=line.due_at)
    work.queue.send([of_digest(digest_id, place, due_at=at, at=at)], now=at)
    return put_back(delivery, at + LOOKS_AGAIN_AFTER, work)


def _bundled(
    known: Notification, digest_id: DigestId, due_at: datetime | None, work: Work
) -> Notification:
    """Write into the ledger that it waits for a digest.

    Raises:
        ClaimLostError: Another run works on this message.
    """
    if known.bundled_into == digest_id:
        return known
    waiting = known.waiting_for(digest_id, due_at or work.now(), at=work.now())
    try:
        return work.ledger.update(known, waiting, write_id=work.new_write_id())
    except NotificationRefusedError as refusal:
        raise ClaimLostError(refusal.current) from refusal


def hurry(line: Line, arriving: Arriving, place: Place, pace: Pace, work: LineWork) -> None:
    """Let the digest go sooner, if a critical one waits for it, or many; or anew, if it is late."""
    for _ in range(TURN_ATTEMPTS):
        at = work.now()
        hurried = line.due_again(at) if _is_overdue(line, at) else line.hurried(arriving, at, pace)
        if hurried is None:
            return
        if _move(place, line, hurried, work):
            queue_digest(hurried, place, work)
            return
        later = work.lines.read(place)
        if later.digest != line.digest:
            return
        line = later
    raise TryAgainError("Others change this line all the time.")


def queue_digest(line: Line, place: Place, work: LineWork) -> None:
    """Queue the message of the digest that gathers; one that comes again does nothing more."""
    if line.digest is not None and line.due_at is not None:
        at = work.now()
        work.queue.send([of_digest(line.digest, place, due_at=line.due_at, at=at)], now=at)


def _is_overdue(line: Line, at: datetime) -> bool:
    return line.due_at is not None and at - line.due_at > OVERDUE_AFTER


def _move(place: Place, before: Line, after: Line, work: LineWork) -> bool:
    return work.lines.move(place, before, after, at=work.now(), write_id=work.new_write_id())
