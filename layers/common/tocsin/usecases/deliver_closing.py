"""The closing message of a person who was awake, sent as a digest of all that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.domain.closing import NOTHING_CAME, closing_message
from tocsin.domain.destination import names_of, reader_of, why_gone
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.digest_message import digest_message_of
from tocsin.domain.notification import Notification
from tocsin.domain.severity import Severity
from tocsin.usecases.delivery_work import (
    NEVER_ENDED,
    Delivered,
    Outcome,
    channel_now,
    claim,
    give_up,
    mark,
    note_failed_attempt,
    put_back,
    take_place,
)
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.domain.people import Channel
    from tocsin.usecases.delivery_work import Work


def deliver_closing(known: Notification, work: Work) -> Delivered:
    """Send it once.

    Raises:
        TryAgainError: Storage or queue refuse for now; doing it again is harmless.
        ClaimLostError: Another run was faster.
    """
    delivery = known.delivery
    if known.state.has_ended:
        return Delivered(outcome=Outcome.ENDED, notification=known)
    if not known.is_free(work.now()):
        return put_back(delivery, known.held_until or work.now(), work)
    digest = _frozen(known, work)
    if not digest.alert_ids:
        skipped = mark(known, known.skip(NOTHING_CAME, at=work.now()), work)
        return Delivered(outcome=Outcome.SKIPPED, notification=skipped)
    return _told(known, digest, work)


def _told(known: Notification, digest: Digest, work: Work) -> Delivered:
    delivery = known.delivery
    channel = channel_now(delivery, work.now(), work)
    failures = 0
    if channel is not None:
        passage = take_place(known, channel, work, is_urgent=False)
        if passage.opens_at is not None:
            return put_back(delivery, passage.opens_at, work)
        failures = passage.failures
    claimed = claim(known, work)
    if known.is_given_up(work.now()):
        return give_up(claimed, NEVER_ENDED, work, channel)
    if channel is None:
        return give_up(claimed, why_gone(delivery), work, None)
    return _send(claimed, digest, channel, work, failures=failures)


def _frozen(known: Notification, work: Work) -> Digest:
    """All that came, whatever became of it."""
    delivery = known.delivery
    session = DigestId(delivery.alert_id)
    frozen = work.digests.get(session)
    if frozen is not None:
        return frozen
    came = {member.alert_id for member in work.digests.members(session)}
    alerts = sorted(work.alerts.get_many(came).values(), key=lambda it: it.alert_id, reverse=True)
    alerts.sort(key=lambda it: it.severity.rank)
    digest = Digest(
        digest_id=session,
        target=delivery.target,
        channel=delivery.channel,
        frozen_at=work.now(),
        alert_ids=tuple(alert.alert_id for alert in alerts),
        severity=alerts[0].severity if alerts else Severity.INFO,
    )
    return work.digests.freeze(digest, write_id=work.new_write_id())


def _send(
    claimed: Notification, digest: Digest, channel: Channel, work: Work, *, failures: int
) -> Delivered:
    delivery, at = claimed.delivery, work.now()
    directory = work.paging.directory(at)
    found = work.alerts.get_many(set(digest.alert_ids))
    message = digest_message_of(
        digest,
        [found[alert_id] for alert_id in digest.alert_ids if alert_id in found],
        reader=reader_of(delivery, directory, work.zone),
        names=names_of(directory),
        at=at,
        links=work.links.digest_links(delivery, at=at),
    )
    try:
        provider_id = work.sender.send_digest(claimed, closing_message(message, delivery), channel)
    except DeliveryFailedError as failure:
        if failure.is_retryable:
            work.gate.note_failure(channel, failures=failures + 1, at=work.now())
        return note_failed_attempt(claimed, None, channel, work, failure)
    sent = mark(claimed, claimed.sent(provider_id, at=work.now()), work)
    if failures:
        work.gate.note_success(channel)
    return Delivered(outcome=Outcome.SENT, notification=sent, channel=channel)
