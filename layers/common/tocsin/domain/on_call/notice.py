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


OPTIONAL: Final = tuple(kind for kind in NoticeKind if kind is not NoticeKind.SWAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    kind: NoticeKind
    title: str
    """One line."""
    lines: tuple[str, ...] = ()
    swap: str | None = None
    """The id of the swap that its reader may accept."""
