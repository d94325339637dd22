"""What a digest and a closing message share: a place at the gate, the claim, words, sending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.domain.destination import names_of, reader_of, why_gone
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.digest_message import DigestMessage, digest_message_of
from tocsin.domain.severity import Severity
from tocsin.usecases.delivery_work import (
    NEVER_ENDED,
    Delivered,
    Outcome,
    channel_now,
    claim,
    give_up,
    mark,
    note_failure,
    put_back,
    skip_in_shadow,
    take_place,
)
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.notification import Delivery, Notification
    from tocsin.domain.people import Channel
    from tocsin.domain.team_storm import TeamStorm
    from tocsin.usecases.delivery_work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that goes now."""

    notification: Notification
    channel: Channel
    failures: int
    """Of the channel, one after another."""


def freeze(
    delivery: Delivery,
    alerts: Iterable[Alert],
    work: Work,
    *,
    is_release: bool = False,
) -> Digest:
    """Freeze a set, worst first, then newest; one that was frozen before stays."""
    newest_first = sorted(alerts, key=lambda it: it.alert_id, reverse=True)
    worst_first = sorted(newest_first, key=lambda it: it.severity.rank)
    digest = Digest(
        digest_id=DigestId(delivery.alert_id),
        target=delivery.target,
        channel=delivery.channel,
        frozen_at=work.now(),
        alert_ids=tuple(alert.alert_id for alert in worst_first),
        severity=worst_first[0].severity if worst_first else Severity.INFO,
        is_release=is_release,
    )
    return work.digests.freeze(digest, write_id=work.new_write_id())


def skip(known: Notification, reason: str, work: Work) -> Delivered:
    skipped = mark(known, known.skip(reason, at=work.now()), work)
    return Delivered(outcome=Outcome.SKIPPED, notification=skipped)


def claim_place(known: Notification, work: Work, *, is_urgent: bool) -> Delivered | Claimed:
    """Take a place at the channel's gate, then claim the message.

    Raises:
        ClaimLostError: Another run was faster.
    """
    delivery = known.delivery
    channel = channel_now(delivery, work.now(), work)
    failures = 0
    if channel is not None:
        passage = take_place(known, channel, work, is_urgent=is_urgent)
        if passage.opens_at is not None:
            return put_back(delivery, passage.opens_at, work)
        failures = passage.failures
    claimed = claim(known, work)
    if known.is_given_up(work.now()):
        return give_up(claimed, NEVER_ENDED, work, channel)
    if channel is None:
        return give_up(claimed, why_gone(delivery), work, None)
    return Claimed(notification=claimed, channel=channel, failures=failures)


def alerts_of(digest: Digest, work: Work, *, read: Iterable[Alert] = ()) -> Sequence[Alert]:
    """The alerts of a set, in its order; those that storage does not have are left out.

    Args:
        digest: The set.
        work: Ports.
        read: Those that this run has read already.
    """
    found = {alert.alert_id: alert for alert in read}
    if missing := set(digest.alert_ids) - found.keys():
        found |= work.alerts.get_many(missing)
    return [found[alert_id] for alert_id in digest.alert_ids if alert_id in found]


def words_of(
    digest: Digest,
    alerts: Sequence[Alert],
    delivery: Delivery,
    work: Work,
    *,
    thread: str | None = None,
    storm: TeamStorm | None = None,
) -> DigestMessage:
    """Write a digest for its reader."""
    at = work.now()
    directory = work.paging.directory(at)
    return digest_message_of(
        digest,
        alerts,
        reader=reader_of(delivery, directory, work.zone),
        names=names_of(directory),
        at=at,
        links=work.links.digest_links(delivery, at=at),
        thread=thread,
        storm=storm,
    )


def send(it: Claimed, message: DigestMessage, work: Work) -> Delivered:
    claimed, channel = it.notification, it.channel
    if work.is_shadow:
        return skip_in_shadow(claimed, None, channel, work)
    try:
        provider_id = work.sender.send_digest(claimed, message, channel)
    except DeliveryFailedError as failure:
        return note_failure(claimed, None, channel, work, failure, failures=it.failures + 1)
    sent = mark(claimed, claimed.sent(provider_id, at=work.now()), work)
    if it.failures:
        work.gate.note_success(channel)
    return Delivered(outcome=Outcome.SENT, notification=sent, channel=channel)
