"""Notices: what a person is told about their own shifts, by Slack or e-mail; no pages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


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
    SIGN_IN = "sign_in"
    """A link was asked for to sign in; it is in the message only."""


_ASKED_FOR: Final = frozenset((NoticeKind.SWAP, NoticeKind.SIGN_IN))
OPTIONAL: Final = tuple(kind for kind in NoticeKind if kind not in _ASKED_FOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    kind: NoticeKind
    title: str
    """One line."""
    lines: tuple[str, ...] = ()
    swap: str | None = None
    """The id of the swap that its reader may accept."""
