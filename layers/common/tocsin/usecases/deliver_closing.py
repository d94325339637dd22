"""The closing message of a person who was awake, sent as a digest of all that came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.domain.closing import NOTHING_CAME, closing_message
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.notification import Notification
from tocsin.usecases.delivery_work import Delivered, Outcome, put_back
from tocsin.usecases.send_digest import alerts_of, claim_place, freeze, send, skip, words_of

if TYPE_CHECKING:
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
        return skip(known, NOTHING_CAME, work)
    claimed = claim_place(known, work, is_urgent=False)
    if isinstance(claimed, Delivered):
        return claimed
    message = words_of(digest, alerts_of(digest, work), delivery, work)
    return send(claimed, closing_message(message, delivery), work)


def _frozen(known: Notification, work: Work) -> Digest:
    """The set of all alerts that came: a digest leaves out what is over, this message does not."""
    session = DigestId(known.delivery.alert_id)
    frozen = work.digests.get(session)
    if frozen is not None:
        return frozen
    came = {member.alert_id for member in work.digests.members(session)}
    return freeze(known.delivery, work.alerts.get_many(came).values(), work)
