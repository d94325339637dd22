"""Two people swap two spans of their shifts: one asks, the other accepts or declines."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.errors import ConflictError
from tocsin.domain.on_call.schedule import Override, OverrideKind, ScheduleOverride

ASKED_FOR: Final = timedelta(days=7)
"""How long a swap can be accepted, if neither span begins before."""


class SwapState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Nobody answered in time."""


class SwapOverError(ConflictError):
    """It was answered, withdrawn, or has expired; the message says which."""

    code = "swap_over"


@dataclass(frozen=True, slots=True)
class Span:
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    name: str
    """Its id, a ULID."""
    schedule: str
    asker: str
    asked: str
    """The other person."""
    gives: Span
    """When the asked person is to be on call in place of the asker."""
    takes: Span
    """When the asker is to be on call in place of the asked person."""
    reason: str | None = None
    answer: SwapState = SwapState.ASKED
    answered_by: str | None = None
    """An actor."""
    created_at: datetime
    version: int = 1
    managed_by: str | None = None

    @property
    def expires_at(self) -> datetime:
        return min(self.gives.begins, self.takes.begins, self.created_at + ASKED_FOR)

    def state(self, at: datetime) -> SwapState:
        is_late = self.answer is SwapState.ASKED and at >= self.expires_at
        return SwapState.EXPIRED if is_late else self.answer

    def answered(self, answer: SwapState, *, by: str, at: datetime) -> Self:
        """Answer it, or withdraw it.

        Raises:
            SwapOverError: It cannot be answered any more.
        """
        state = self.state(at)
        if state is not SwapState.ASKED:
            words = "has expired" if state is SwapState.EXPIRED else f"was {state} already"
            raise SwapOverError(f"This swap {words}.")
        return replace(self, answer=answer, answered_by=by)

    def overrides(self, *, by: str, at: datetime) -> tuple[ScheduleOverride, ScheduleOverride]:
        """What accepting it makes."""
        return (
            self._override("1", self.asked, self.asker, self.gives, by=by, at=at),
            self._override("2", self.asker, self.asked, self.takes, by=by, at=at),
        )

    def _override(
        self, part: str, user: str, instead_of: str, span: Span, *, by: str, at: datetime
    ) -> ScheduleOverride:
        return ScheduleOverride(
            self.schedule,
            Override(
                override_id=f"{self.name}-{part}",
                kind=OverrideKind.REPLACE,
                user=user,
                instead_of=instead_of,
                begins=span.begins,
                ends=span.ends,
                made_at=at,
                made_by=by,
                reason=self.reason or f"swap of {self.asker} and {self.asked}",
            ),
        )
