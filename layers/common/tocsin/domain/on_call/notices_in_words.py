"""The words of notices, each for one reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.domain.on_call.notice import Notice, NoticeKind
from tocsin.domain.on_call.swap import Span, Swap, SwapState
from tocsin.domain.people import Directory, User
from tocsin.domain.reader import Names, some
from tocsin.domain.sender_text import one_line
from tocsin.domain.times_in_words import Clock

REASON_SHOWN = 300
"""Characters."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to one person at one time."""

    reader: User
    names: Names
    at: datetime

    @property
    def clock(self) -> Clock:
        return Clock(self.reader.time_zone, self.at)

    def when(self, at: datetime) -> str:
        """`Mon 09:00 (Paris)`."""
        return f"{self.clock.coming(at).text} ({self.clock.city})"

    def span(self, span: Span) -> str:
        return f"{self.clock.coming(span.begins).text} to {self.when(span.ends)}"

    def people(self, users: Sequence[str]) -> str:
        """`Bob and Carol`; `nobody`."""
        return some([self.names.of(user) for user in users]) or "nobody"

    def relieved(self, schedule: str, by: str, until: datetime) -> Notice:
        """Another person took the reader's running shift."""
        taker = self.names.of(by)
        return Notice(
            kind=NoticeKind.SHIFTS_MOVED,
            title=f"{taker} took your shift in {schedule}",
            lines=(f"{taker} is on call in your place until {self.when(until)}.",),
        )

    def overridden(self, schedule: str, by: str, span: Span) -> Notice:
        """Another person is on call in the reader's place."""
        taker = self.names.of(by)
        return Notice(
            kind=NoticeKind.SHIFTS_MOVED,
            title=f"{taker} is on call in your place in {schedule}",
            lines=(f"From {self.span(span)}.",),
        )

    def entered(self, schedule: str, span: Span) -> Notice:
        """The reader is on call by an override that another person made."""
        return Notice(
            kind=NoticeKind.SHIFTS_MOVED,
            title=f"You have a further shift in {schedule}",
            lines=(f"You are on call from {self.span(span)}.",),
        )

    def moved(self, schedule: str, spans: Sequence[Span]) -> Notice:
        """A changed schedule moved the reader's shifts; `spans` are the first ones by now."""
        coming = [f"On call from {self.span(span)}." for span in spans]
        return Notice(
            kind=NoticeKind.SHIFTS_MOVED,
            title=f"Your shifts in {schedule} have moved",
            lines=tuple(coming) or ("You have none in the next four weeks.",),
        )

    def swap_asked(self, swap: Swap) -> Notice:
        asker = self.names.of(swap.asker)
        reason = (f"“{one_line(swap.reason, REASON_SHOWN)}”",) if swap.reason else ()
        return Notice(
            kind=NoticeKind.SWAP,
            title=f"{asker} asks you to swap shifts in {swap.schedule}",
            lines=(
                f"You would be on call from {self.span(swap.gives)}.",
                f"{asker} would be on call from {self.span(swap.takes)}.",
                *reason,
                f"You can answer until {self.when(swap.expires_at)}.",
            ),
            swap=swap.name,
        )

    def swap_answered(self, swap: Swap) -> Notice:
        other = self.names.of(swap.asked)
        if swap.answer is not SwapState.ACCEPTED:
            return Notice(
                kind=NoticeKind.SWAP,
                title=f"{other} does not swap shifts in {swap.schedule}",
                lines=("Nothing was changed.",),
            )
        return Notice(
            kind=NoticeKind.SWAP,
            title=f"{other} swaps shifts with you in {swap.schedule}",
            lines=(
                f"{other} is on call from {self.span(swap.gives)}.",
                f"You are on call from {self.span(swap.takes)}.",
            ),
        )

    def begins(self, schedule: str, until: datetime | None, following: Sequence[str]) -> Notice:
        """The reader's shift begins; `following` are on call after it."""
        lines: tuple[str, ...] = ()
        if until is not None:
            after = f", then {self.people(following)}"
            lines = (f"You are on call until {self.when(until)}{after}.",)
        return Notice(
            kind=NoticeKind.SHIFT_BEGINS, title=f"You are on call now: {schedule}", lines=lines
        )

    def ended(self, schedule: str, now: Sequence[str], next_shift: Span | None) -> Notice:
        """The reader's shift has ended; `now` are on call."""
        verb = "are" if len(now) > 1 else "is"
        coming = (
            f"Your next shift begins {self.when(next_shift.begins)}."
            if next_shift
            else "You have no shift in the next four weeks."
        )
        on_call = self.people(now)
        return Notice(
            kind=NoticeKind.SHIFT_ENDED,
            title=f"Your shift in {schedule} has ended",
            lines=(f"{on_call[:1].upper()}{on_call[1:]} {verb} on call now.", coming),
        )

    def week(self, shifts: Sequence[tuple[str, Span]]) -> Notice:
        """The reader's shifts of the coming seven days, by schedule."""
        lines = tuple(f"{schedule}: {self.span(span)}" for schedule, span in shifts)
        return Notice(kind=NoticeKind.WEEK, title="Your shifts of the coming week", lines=lines)


def words_to(user: User, directory: Directory, at: datetime) -> Words:
    users = directory.users.values()
    names = Names(users={it.name: it.full_name or "" for it in users})
    return Words(user, names, at)
