"""A storm of the whole team: more alerts open at once than anybody reads one by one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Self

from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId, IncidentId, fingerprint, time_of, ulid
from tocsin.domain.routing import labels_of
from tocsin.domain.sender_text import one_line
from tocsin.domain.severity import Severity

STORM_ABOVE: Final = 30
"""A storm begins when more than these are opened within `STORM_WITHIN`."""
STORM_WITHIN: Final = timedelta(minutes=2)
QUIET: Final = timedelta(minutes=10)
"""It ends when nothing was opened for this long."""
LOOK_EVERY: Final = timedelta(minutes=1)
"""How often newly opened alerts are attached to its incident."""
GROUP_SHOWN: Final = 40
"""Characters of a group's name."""
GROUPS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An alert that was opened, as far as a storm needs it."""

    alert_id: AlertId
    severity: Severity
    group: str

    @property
    def at(self) -> datetime:
        return time_of(self.alert_id)


def opened(alert: Alert, storm_labels: Sequence[str]) -> Opened:
    """Say what one counts as: its group is the first of the labels that it has."""
    labels = labels_of(alert)
    named = next((labels[name] for name in storm_labels if labels.get(name)), alert.integration)
    return Opened(
        alert_id=alert.alert_id,
        severity=alert.severity,
        group=one_line(named, GROUP_SHOWN),
    )


def storm_since(opened: Iterable[Opened]) -> datetime | None:
    """When the first storm in these began; None: there is none."""
    times = sorted(time_of(it) for it in {each.alert_id for each in opened})
    pairs = zip(times, times[STORM_ABOVE:], strict=False)
    return next((first for first, last in pairs if last - first <= STORM_WITHIN), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamStorm:
    """The newest storm; over if `ended_at` is set."""

    since: datetime
    opened: int = 0
    """Alerts up to the last look, which may be a minute old."""
    groups: Mapping[str, int] = field(default_factory=dict)
    """Alerts by the label that they share."""
    severity: Severity = Severity.INFO
    """The worst of them."""
    newest_at: datetime
    """When the last one was opened."""
    due_at: datetime | None = None
    """When to look next; None: it is over."""
    ended_at: datetime | None = None
    version: int = 0

    @classmethod
    def begun(cls, opened: Sequence[Opened], *, at: datetime) -> Self | None:
        """Begin one with these; None: they are too few, or it would be over already."""
        since = storm_since(opened)
        if since is None:
            return None
        newest_at = max(each.at for each in opened)
        if at - newest_at >= QUIET:
            return None
        return cls(since=since, newest_at=newest_at, due_at=at).counted(opened)

    @property
    def is_on(self) -> bool:
        return self.ended_at is None

    @property
    def incident_id(self) -> IncidentId:
        """The same for everybody who sees this storm, so that it has one incident."""
        since = self.since.isoformat()
        return IncidentId(ulid(self.since, fingerprint("team storm", since)))

    @property
    def title(self) -> str:
        """`Storm: 34 alerts since 03:02 UTC — api 20, db 14`."""
        return f"Storm: {self._many} since {self.since:%H:%M} UTC{self._where}"

    def has_titled(self, title: str) -> bool:
        """Whether a title is this storm's own, of now or of an earlier look."""
        return title.startswith("Storm: ") and f" alerts since {self.since:%H:%M} UTC" in title

    @property
    def closing(self) -> str:
        """The update of its incident at its end."""
        quiet = QUIET // timedelta(minutes=1)
        return (
            f"The storm is over: nothing was opened for {quiet} minutes. {self._many} since "
            f"{self.since:%H:%M} UTC{self._where}"
        )

    @property
    def _many(self) -> str:
        return f"{self.opened:,} alerts"

    @property
    def largest_first(self) -> tuple[tuple[str, int], ...]:
        """The groups, and how many alerts each has."""
        return tuple(sorted(self.groups.items(), key=lambda it: (-it[1], it[0])))

    @property
    def _where(self) -> str:
        ordered = self.largest_first
        named = [f"{name} {number}" for name, number in ordered[:GROUPS_SHOWN]]
        more = len(ordered) - len(named)
        if more:
            named.append(f"{more} more")
        return f" — {', '.join(named)}" if named else ""

    def counted(self, opened: Sequence[Opened]) -> Self:
        """Count all that were opened since it began."""
        of_it = {each.alert_id: each for each in opened if each.at >= self.since}.values()
        newest_at = max((self.newest_at, *(each.at for each in of_it)))
        if len(of_it) < self.opened:
            # What was opened a day ago is forgotten.
            return replace(self, newest_at=newest_at)
        return replace(
            self,
            opened=len(of_it),
            groups=dict(Counter(each.group for each in of_it)),
            severity=min((it.severity for it in of_it), key=lambda it: it.rank),
            newest_at=newest_at,
        )

    def looked_at(self, at: datetime) -> Self:
        """Set the next look; it ends if nothing was opened for long enough."""
        over_at = self.newest_at + QUIET
        if at >= over_at:
            return replace(self, ended_at=at, due_at=None)
        return replace(self, due_at=min(at + LOOK_EVERY, over_at))
