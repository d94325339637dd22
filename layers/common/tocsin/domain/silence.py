"""Silences: alerts that match page nobody for a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Self

from tocsin.domain.alert import Alert
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.ids import Actor, by_whom
from tocsin.domain.matcher import Matcher, all_match
from tocsin.domain.routing import labels_of

if TYPE_CHECKING:
    from tocsin.domain.awake import Awake

CHECKED_AFTER: Final = timedelta(minutes=1)
"""After its end, alerts are checked once more: a list may have lacked one."""
TOLD_BEFORE: Final = timedelta(minutes=15)
"""How long before its end the author is told."""
TOLD_FROM: Final = timedelta(hours=1)
"""Silences that last no longer end untold."""
KEPT_FOR: Final = timedelta(days=5)
"""How long one that has ended is listed."""


class SilenceStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant, which belongs to it, to another, which does not."""

    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Holds the alerts that match, in one span of time."""

    kind: ClassVar[HoldKind] = HoldKind.SILENCE
    tells_author: ClassVar[bool] = True
    """Whether its author is told that it is about to end."""

    name: str
    match: tuple[Matcher, ...]
    integration: str | None = None
    """Holds alerts of this integration only, whose client made it."""
    span: Span
    """Of a window that recurs, its current occurrence, or the next."""
    reason: str
    author: Actor
    said_by: str | None = None
    """Who made it as a client of another product says; the author is its integration."""
    ended_at: datetime | None = None
    """When a person ended it for good; None: nobody did."""
    is_told: bool = False
    """Whether its author was told that it is about to end."""
    managed_by: str | None = None
    created_at: datetime
    version: int = 1
    timer_at: datetime | None = None
    """`due_at` in the `due` index: when alerts are checked against it the next time."""

    @property
    def by(self) -> str:
        """The author, as people are shown."""
        return self.said_by or by_whom(self.author)

    def span_at(self, at: datetime) -> Span | None:
        """The span that covers an instant, or else the next one; None: it is over for good."""
        if self.ended_at is not None and self.ended_at <= at:
            return None
        return self.span if at < self.span.ends_at else None

    def status(self, at: datetime) -> SilenceStatus:
        span = self.span_at(at)
        if span is None:
            return SilenceStatus.EXPIRED
        return SilenceStatus.ACTIVE if span.covers(at) else SilenceStatus.PENDING

    def holds(self, alert: Alert, labels: Mapping[str, str]) -> bool:
        """Whether its integration and matchers are an alert's; its times are not looked at."""
        if self.integration is not None and self.integration != alert.integration:
            return False
        return all_match(self.match, labels)

    def hold_at(self, at: datetime) -> Hold | None:
        """What it puts on alerts at this time."""
        span = self.span_at(at)
        if span is None or not span.covers(at):
            return None
        return Hold(
            kind=self.kind, name=self.name, until=span.ends_at, since=span.starts_at, by=self.by
        )

    def ended(self, at: datetime) -> Self:
        """End it now; what it holds is then released."""
        if self.span_at(at) is None:
            return self
        span = Span(min(self.span.starts_at, at), min(self.span.ends_at, at))
        return replace(self, span=span, ended_at=at, timer_at=at)

    def changed(self, at: datetime) -> Self:
        """Check alerts against it now, as it was just made or changed."""
        return replace(self, timer_at=at, is_told=False)

    def warns_author(self, at: datetime) -> bool:
        """Whether its author is to be told that it is about to end."""
        tells_at = self._tells_at
        return tells_at is not None and tells_at <= at < self.span.ends_at

    @property
    def _tells_at(self) -> datetime | None:
        lasts = self.span.ends_at - self.span.starts_at
        is_short = not self.tells_author or lasts <= TOLD_FROM
        if self.is_told or self.ended_at is not None or is_short:
            return None
        return self.span.ends_at - TOLD_BEFORE

    def checked(self, at: datetime) -> Self:
        """Wait for the next time, once all alerts were checked at this one."""
        is_told = self.is_told or self.warns_author(at)
        moments = (self.span.starts_at, self._tells_at, self.span.ends_at + CHECKED_AFTER)
        later = [moment for moment in moments if moment is not None and moment > at]
        return replace(self, is_told=is_told, timer_at=min(later, default=None))


@dataclass(frozen=True, slots=True)
class Holds:
    """All silences, windows and people who are or were awake, as they were read."""

    silences: tuple[Silence, ...] = ()
    awake: "tuple[Awake, ...]" = ()

    def over(self, alert: Alert, at: datetime) -> Hold | None:
        """What holds an alert now; of several, what ends last."""
        if not self.silences:
            return None
        labels = labels_of(alert)
        found = (it.hold_at(at) for it in self.silences if it.holds(alert, labels))
        return latest(found)


def latest(holds: Iterable[Hold | None]) -> Hold | None:
    """The hold that ends last."""
    return max((it for it in holds if it), key=lambda it: (it.until, it.name), default=None)
