"""A notice to a person, sent once by the ordinary path: gate, claim, sending, mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.domain.on_call.notice import NoticeKind
from tocsin.usecases.delivery_work import (
    Delivered,
    Outcome,
    mark,
    note_failure,
    put_back,
    skip_in_shadow,
)
from tocsin.usecases.refusals import DeliveryFailedError
from tocsin.usecases.send_digest import claim_place, skip

if TYPE_CHECKING:
    from tocsin.domain.notification import Delivery, Notification
    from tocsin.domain.on_call.notice import Notice
    from tocsin.usecases.delivery_work import Work
    from tocsin.usecases.send_digest import Claimed

EMPTY: Final = "it says nothing"


def deliver_notice(known: Notification, work: Work) -> Delivered:
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
    if delivery.notice is None:
        return skip(known, EMPTY, work)
    if delivery.notice.kind is NoticeKind.SIGN_IN:
        from tocsin.usecases.deliver_sign_in import why_not

        if reason := why_not(delivery, work):
            return skip(known, reason, work)
    claimed = claim_place(known, work, is_urgent=False)
    return claimed if isinstance(claimed, Delivered) else _send(claimed, delivery.notice, work)


def _link(delivery: Delivery, notice: Notice, work: Work) -> str | None:
    if notice.kind is NoticeKind.SIGN_IN:
        from tocsin.usecases.deliver_sign_in import link_of

        return link_of(delivery, work)
    return work.links.swap(delivery, at=work.now()) if notice.swap else None


def _send(it: Claimed, notice: Notice, work: Work) -> Delivered:
    if work.is_shadow:
        return skip_in_shadow(it.notification, None, it.channel, work)
    delivery = it.notification.delivery
    try:
        link = _link(delivery, notice, work)
        provider_id = work.sender.send_notice(it.notification, notice, link, it.channel)
    except DeliveryFailedError as failure:
        return note_failure(
            it.notification, None, it.channel, work, failure, failures=it.failures + 1
        )
    sent = mark(it.notification, it.notification.sent(provider_id, at=work.now()), work)
    if it.failures:
        work.gate.note_success(it.channel)
    return Delivered(outcome=Outcome.SENT, notification=sent, channel=it.channel)
