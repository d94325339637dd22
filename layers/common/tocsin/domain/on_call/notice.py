"""Notices: what a person is told about their own shifts, by Slack or e-mail; no pages."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, entropy, ulid
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.people import ContactMethod, Directory, User


class NoticeKind(StrEnum):
    """Each can be turned off, by the team and by each person; but not the answers to swaps."""

    SHIFT_BEGINS = "shift_begins"
    SHIFT_ENDED = "shift_ended"
    SHIFTS_MOVED = "shifts_moved"
    """Also: another person took a shift."""
    WEEK = "week"
    """Who is on call in the coming week."""
    SWAP = "swap"
    """A swap is asked for, or was answered."""


OPTIONAL: Final = tuple(kind for kind in NoticeKind if kind is not NoticeKind.SWAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    kind: NoticeKind
    title: str
    """One line."""
    lines: tuple[str, ...] = ()
    swap: str | None = None
    """The id of the swap that its reader may accept."""


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
