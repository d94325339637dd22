"""A hold: what keeps an alert's escalation from going on, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

_SHORT: Final = timedelta(hours=20)
"""Within this time the hour alone says which day is meant."""
_SILENCED: Final = "silenced by "
_AWAKE: Final = " is awake"
_WAITS: Final = "waits for "


class HoldKind(StrEnum):
    """What holds an alert."""

    SILENCE = "silence"
    WINDOW = "window"
    AWAKE = "awake"
    HOURS = "hours"
    """A route, outside its hours."""

    @property
    def is_silence(self) -> bool:
        """Whether people said by matchers that nobody is paged."""
        return self in {HoldKind.SILENCE, HoldKind.WINDOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keeps the next step of an alert from being begun until a time."""

    kind: HoldKind
    name: str
    until: datetime
    since: datetime
    """When the clock of the step stopped; of what was not put on an alert yet, its own begin."""
    by: str | None = None
    """The person who made it, as people are shown."""
    checked_at: datetime | None = None
    """When it is decided anew, if that is before its end."""

    @property
    def due_at(self) -> datetime:
        """When the clock goes on, unless it is held anew."""
        return self.until if self.checked_at is None else min(self.until, self.checked_at)

    @property
    def why(self) -> str:
        """Why nobody is paged, such as `silenced by deploy-42 (carol) until 06:00 UTC`."""
        if self.kind is HoldKind.HOURS:
            return self.why_unsent
        return f"{self.why_unsent} until {_written(self.until, since=self.since)}"

    @property
    def why_unsent(self) -> str:
        """The reason of a page that was not sent; see `is_unsent_by_hold`."""
        if self.kind is HoldKind.AWAKE:
            return f"{self.name}{_AWAKE}"
        if self.kind is HoldKind.HOURS:
            return f"{waits_for(self.until, since=self.since)} (route {self.name})"
        by = f" ({self.by})" if self.by else ""
        return f"{_SILENCED}{self.name}{by}"

    def is_same(self, other: "Hold | None") -> bool:
        """Whether both say the same, but for when the clock stopped."""
        if other is None:
            return False
        mine = (self.kind, self.name, self.until, self.by)
        return mine == (other.kind, other.name, other.until, other.by)


def is_unsent_by_hold(reason: str | None) -> bool:
    """Whether a page was skipped because something held its alert."""
    return reason is not None and reason.startswith((_SILENCED, _WAITS))


def waits_for(until: datetime, *, since: datetime) -> str:
    """Say for when something waits: `waits for 07:00 UTC`."""
    return f"{_WAITS}{_written(until, since=since)}"


def _written(until: datetime, *, since: datetime) -> str:
    is_short = until - since < _SHORT
    return f"{until:%H:%M} UTC" if is_short else f"{until:%Y-%m-%d %H:%M} UTC"
