"""The link by which a person signs in: made when it is sent, for the address as it is then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tocsin.domain.people import ContactMethod
from tocsin.domain.sign_in import METHODS, SIGN_IN_LIFE
from tocsin.usecases.choose_policy import NOW
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.domain.notification import Delivery
    from tocsin.domain.people import User
    from tocsin.usecases.delivery_work import Work

NOBODYS: Final = "nobody has verified this address"
TOO_LATE: Final = "its link has expired by now"
NO_LINK: Final = "its link cannot be made for now"


def why_not(delivery: Delivery, work: Work) -> str | None:
    """Why no link is sent; None: it is."""
    if work.now() >= delivery.asked_at + SIGN_IN_LIFE:
        return TOO_LATE
    return None if _reader_of(delivery, work) else NOBODYS


def link_of(delivery: Delivery, work: Work) -> str:
    """Make it.

    Raises:
        DeliveryFailedError: It cannot be made, and a message without it says nothing.
    """
    reader = _reader_of(delivery, work)
    link = work.links.sign_in(delivery, reader) if reader else None
    if link is None:
        raise DeliveryFailedError(NO_LINK, is_retryable=True)
    return link


def _reader_of(delivery: Delivery, work: Work) -> User | None:
    """The person, if the address is verified: asked and sent are not the same moment.

    Read anew: who has just confirmed an address asks for a link to it, and one who has lost it is
    sent none.
    """
    user = work.paging.directory(work.now(), max_age=NOW).users.get(delivery.target_name)
    method = delivery.channel
    is_theirs = method in METHODS and user is not None and user.is_verified(ContactMethod(method))
    return user if is_theirs else None
