"""A digest: its set is frozen, its message sent, and each of its pages gets the digest's state.

The line is closed before the members are read: who is counted in the line is a member by then. Who
comes later is not counted, and joins the next digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Final

from tocsin.domain.destination import slack_ids_of
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.errors import TryAgainError
from tocsin.domain.line import Place
from tocsin.domain.notification import (
    NOTHING_LEFT,
    TOLD_ALONE,
    Delivery,
    Notification,
    NotificationReason,
    reason_to_skip,
)
from tocsin.domain.people import ContactMethod
from tocsin.domain.severity import Severity
from tocsin.usecases.delivery_work import Delivered, Outcome, put_back
from tocsin.usecases.hold_alerts import HeldNow
from tocsin.usecases.refusals import NotificationRefusedError
from tocsin.usecases.send_digest import alerts_of, claim_place, freeze, send, skip, words_of

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.line import Line
    from tocsin.usecases.delivery_work import Work
    from tocsin.usecases.send_digest import Claimed

CLOSE_ATTEMPTS: Final = 10
"""Lost races at one line."""
FREEZES_WITHIN: Final = timedelta(seconds=30)
"""Of its closing of the line a run freezes a set of a thousand alerts, sends it, and settles its
pages. A second message of the digest leaves it alone for so long; then it looks whether that run
has crashed."""
SETTLED_AT_ONCE: Final = 1_000
"""Pages that get their digest's state in one run; the queue brings the digest back for more."""
PAUSE: Final = timedelta(seconds=1)
"""Between two hundreds of pages, so that the stream can follow: each page is a record in it, and
others' new alerts are behind them."""
_READ_AT_ONCE: Final = 100
"""Items of one BatchGetItem or transaction, as DynamoDB limits them."""
_EARLY: Final = timedelta(seconds=1)
"""A message of the queue that comes less too early counts as due."""


def deliver_digest(known: Notification, work: Work) -> Delivered:
    """Send a digest once its time has come; then, or if it was sent, settle its pages.

    Raises:
        TryAgainError: Storage or queue refuse for now; doing it again is harmless.
        ClaimLostError: Another run was faster.
    """
    delivery = known.delivery
    digest = work.digests.get(DigestId(delivery.alert_id))
    read: Sequence[Alert] = ()
    if digest is None:
        frozen = _frozen(delivery, work)
        if isinstance(frozen, Delivered):
            return frozen
        digest, read = frozen
    if known.state.has_ended:
        return _settle(known, digest, work) or Delivered(outcome=Outcome.ENDED, notification=known)
    if not known.is_free(work.now()):
        return put_back(delivery, known.held_until or work.now(), work)
    delivered = _told(known, digest, read, work)
    told = delivered.notification
    if told is not None and (told.state.has_ended or told.is_first_failure):
        _settle(told, digest, work)
    return delivered


def _frozen(delivery: Delivery, work: Work) -> tuple[Digest, Sequence[Alert]] | Delivered:
    """Close the line, then freeze the set; with the alerts that were read for it."""
    place, at = Place(delivery.target, delivery.channel), work.now()
    digest_id = DigestId(delivery.alert_id)
    for _ in range(CLOSE_ATTEMPTS):
        line = work.lines.read(place)
        if line.digest != digest_id:
            looks_at = _looks_at(line, delivery)
            if looks_at is not None and at < looks_at:
                return put_back(delivery, looks_at, work)
            break
        if line.due_at is not None and line.due_at - at > _EARLY:
            return put_back(delivery, line.due_at, work)
        if _close(line, place, work):
            break
    else:
        raise TryAgainError("Others change this line all the time.")
    members = work.digests.members(digest_id)
    alerts = _to_tell(members, work)
    told = {alert.alert_id for alert in alerts}
    is_release = all(
        it.reason is NotificationReason.RELEASED for it in members if it.alert_id in told
    )
    return freeze(delivery, alerts, work, is_release=is_release), alerts


def _looks_at(line: Line, delivery: Delivery) -> datetime | None:
    """When to look whether the run that closed the line has crashed; None: nobody closed it.

    The line may have moved on since, so there is an end to this.
    """
    if line.told_at is None:
        return None
    return min(line.told_at, delivery.due_at + FREEZES_WITHIN) + FREEZES_WITHIN


def _close(line: Line, place: Place, work: Work) -> bool:
    at = work.now()
    return work.lines.move(place, line, line.closed(at), at=at, write_id=work.new_write_id())


def _to_tell(members: Sequence[Delivery], work: Work) -> list[Alert]:
    """The alerts that still have to be told."""
    at = work.now()
    alerts = work.alerts.get_many({member.alert_id for member in members})
    held = HeldNow(work.paging, at)
    wanted = {
        member.alert_id
        for member in members
        if (alert := alerts.get(member.alert_id)) is not None
        and reason_to_skip(alert, member, at) is None
        and held.why_unsent(alert, member) is None
    }
    return [alerts[it] for it in wanted]


def _told(known: Notification, digest: Digest, read: Sequence[Alert], work: Work) -> Delivered:
    """Send the message of a frozen set."""
    if len(digest.alert_ids) <= 1:
        return skip(known, TOLD_ALONE if digest.alert_ids else NOTHING_LEFT, work)
    claimed = claim_place(known, work, is_urgent=digest.severity is Severity.CRITICAL)
    return claimed if isinstance(claimed, Delivered) else _send(claimed, digest, read, work)


def _send(claimed: Claimed, digest: Digest, read: Sequence[Alert], work: Work) -> Delivered:
    """Send it, on Slack in the thread of its storm."""
    delivery = claimed.notification.delivery
    alerts = alerts_of(digest, work, read=read)
    place = Place(delivery.target, delivery.channel)
    line = work.lines.read(place) if claimed.channel.type == ContactMethod.SLACK else None
    thread = line.thread if line else None
    message = words_of(digest, alerts, delivery, work, thread=thread, storm=work.newest_storm())
    directory = work.paging.directory(work.now())
    asked = (
        slack_id
        for alert in alerts
        for slack_id in slack_ids_of(alert.escalation.targets, directory)
    )
    message = replace(message, mentions=tuple(dict.fromkeys(asked)))
    delivered = send(claimed, message, work)
    if delivered.outcome is Outcome.SENT and line is not None:
        _note_thread(line, delivered.notification, place, work)
    return delivered


def _note_thread(line: Line, sent: Notification | None, place: Place, work: Work) -> None:
    if line.since is not None and line.thread is None and sent is not None and sent.provider_id:
        work.lines.note_thread(place, line.since, sent.provider_id)


def _settle(told: Notification, digest: Digest, work: Work) -> Delivered | None:
    """Give each of its pages the digest's state; None: all have it.

    What the digest does not tell of takes a turn anew, or is skipped.
    """
    digest_id, told_of = digest.digest_id, set(digest.alert_ids)
    if told.reason == TOLD_ALONE:
        told_of = set()
    settled, left = 0, []
    for chunk in batched(work.digests.members(digest_id), _READ_AT_ONCE, strict=False):
        waiting: list[Notification] = []
        for page in work.ledger.get_many(chunk):
            if page.state.has_ended or page.bundled_into != digest_id:
                continue
            if page.delivery.alert_id not in told_of:
                left.append(page.delivery)
            elif page.state is not told.state:
                waiting.append(page)
        if settled and waiting:
            work.pause(PAUSE)
        settled += _settle_together(waiting, told, work)
        if settled >= SETTLED_AT_ONCE:
            return put_back(told.delivery, work.now(), work)
    if left and told.state.has_ended:
        work.queue.send([replace(it, due_at=it.asked_at) for it in left], now=work.now())
    return None


def _settle_together(pages: Sequence[Notification], told: Notification, work: Work) -> int:
    """Give pages the digest's state, all at once; where one has changed, each by itself.

    A transaction takes twice the write units, and a hundredth of the requests: a thousand pages
    take ten.
    """
    changes = [(page, page.told_by(told)) for page in pages]
    write_id = work.new_write_id()
    if len(changes) > 1 and work.ledger.update_together(changes, write_id=write_id):
        return len(changes)
    return sum(_is_settled(page, told, work) for page in pages)


def _is_settled(page: Notification, told: Notification, work: Work) -> bool:
    try:
        work.ledger.update(page, page.told_by(told), write_id=work.new_write_id())
    except NotificationRefusedError:
        return False  # another run has settled it
    return True
