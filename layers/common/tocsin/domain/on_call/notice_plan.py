"""To whom a notice goes, and by what."""

import hashlib
from datetime import datetime

from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, entropy, ulid
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.on_call.notice import OPTIONAL, Notice
from tocsin.domain.people import ContactMethod, Directory, User


def notice_delivery(
    notice: Notice, user: User, directory: Directory, *, key: str, at: datetime
) -> Delivery | None:
    """Plan a notice; None: it is turned off, or the user has neither Slack nor e-mail.

    Args:
        notice: What to tell.
        user: Whom.
        directory: Knows whether there is a Slack app.
        key: Of two notices to a user with the same key and time one is sent.
        at: When.
    """
    method = _method_of(user, directory)
    if method is None or not _is_wanted(notice, user, directory):
        return None
    digest = hashlib.sha256(f"{notice.kind}\0{user.name}\0{key}".encode()).digest()
    return Delivery(
        alert_id=AlertId(ulid(at, entropy(digest))),
        episode=1,
        step=0,
        loop=0,
        target=str(Target(TargetKind.USER, user.name)),
        channel=method.value,
        event=NotificationEvent.NOTICE,
        reason=NotificationReason.NOTICE,
        notice=notice,
        asked_at=at,
        due_at=at,
    )


def _is_wanted(notice: Notice, user: User, directory: Directory) -> bool:
    wanted = directory.settings.notices if user.notices is None else user.notices
    return wanted is None or notice.kind in wanted or notice.kind not in OPTIONAL


def _method_of(user: User, directory: Directory) -> ContactMethod | None:
    """Slack, else e-mail; never an SMS."""
    if user.address_of(ContactMethod.SLACK) and directory.has_slack:
        return ContactMethod.SLACK
    return ContactMethod.EMAIL if user.address_of(ContactMethod.EMAIL) else None
