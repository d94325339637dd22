"""Maintenance windows: silences that may recur, by a rule of RFC 5545."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from tocsin.domain.hold import HoldKind
from tocsin.domain.recurrence import Recurrence
from tocsin.domain.silence import Silence, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow(Silence):
    """Holds the alerts that match while work is done, once or again and again."""

    kind: ClassVar[HoldKind] = HoldKind.WINDOW
    tells_author: ClassVar[bool] = False

    recurrence: Recurrence | None = None

    def span_at(self, at: datetime) -> Span | None:
        span = Silence.span_at(self, at)
        if span is not None or self.ended_at is not None or self.recurrence is None:
            return span
        return self.recurrence.span_at(at)

    def checked(self, at: datetime) -> Self:
        """Go on to the next occurrence a little after the end of one."""
        checked = Silence.checked(self, at)
        if checked.timer_at is not None or self.ended_at is not None or self.recurrence is None:
            return checked
        following = self.recurrence.span_at(at)
        if following is None:
            return checked
        timer_at = max(at, following.starts_at)
        return replace(checked, span=following, timer_at=timer_at)
