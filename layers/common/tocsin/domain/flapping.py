"""Flapping: an alert that reopens often is paged once, then kept quiet until it is stable.

Each episode stores the recent reopenings of its dedup key. Whether that is flapping depends on the
escalation policy, so it is judged when an episode's first step is due.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, Self

from tocsin.domain.duration import spelled
from tocsin.domain.severity import Severity

AFTER_LIMIT: Final = 10
"""Reopenings that a policy may allow at most; one more is stored."""
WITHIN_LIMIT: Final = timedelta(days=1)
OFF: Final = "off"
"""For policies without a rule."""


class Inherited(Enum):
    """A policy that leaves its rule to the team's settings."""

    TEAM = "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlappingRule:
    """What counts as flapping, and how long a flapping alert is kept quiet."""

    after: int = 5
    """More reopenings than these within `within` are flapping."""
    within: timedelta = timedelta(hours=1)
    stable: timedelta = timedelta(minutes=15)
    """Firing or resolved for this long without a break is stable again."""
    hold_critical: timedelta = timedelta(minutes=3)
    """A critical alert that fires for this long is paged although it is not stable yet."""

    def quiet_for(self, severity: Severity) -> timedelta:
        """How long it has to fire before it is paged."""
        is_critical = severity is Severity.CRITICAL
        return min(self.stable, self.hold_critical) if is_critical else self.stable


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """One start of a further episode."""

    at: datetime
    steady: timedelta
    """How long the last episode fired, or was resolved: the longer of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The last page about flapping that was delivered."""

    at: datetime
    """When its episode began."""
    severity: Severity
    """The worst severity of such pages since the alert was stable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """Recent reopenings of the dedup key, this episode's included."""

    reopenings: tuple[Reopening, ...] = ()
    """Oldest first, at most one more than `AFTER_LIMIT`."""
    count: int = 0
    """How many made it flap; 0: not flapping, or not judged yet."""
    within: timedelta = timedelta()
    """Of the policy that judged it."""
    told: Told | None = None

    @property
    def words(self) -> str:
        at_least = "at least " if self.count > AFTER_LIMIT else ""
        return f"reopened {at_least}{self.count} times within {spelled(self.within)}"

    def reopened(self, at: datetime, *, steady: timedelta) -> Self:
        """Add one; `judge` decides later."""
        known = (it for it in self.reopenings if at - it.at <= WITHIN_LIMIT)
        reopenings = (*known, Reopening(at=at, steady=steady))[-(AFTER_LIMIT + 1) :]
        return replace(self, reopenings=reopenings, count=0, within=timedelta())

    def told_by(self, fired_at: datetime, severity: Severity) -> Self:
        """Record that a page about flapping was delivered."""
        known = self.told.severity if self.told else severity
        worst = min(known, severity, key=lambda it: it.rank)
        return replace(self, told=Told(at=fired_at, severity=worst))

    def keeps_quiet(self, severity: Severity) -> bool:
        """Whether it flaps, and a page about that of this or a worse severity was delivered."""
        is_told = self.told is not None and not severity.is_worse_than(self.told.severity)
        return self.count > 0 and is_told

    def why_quiet(self, fires_for: timedelta) -> str:
        """Why nobody is paged, for people to read."""
        return (
            f"flapping: {self.words}; paged again if it fires for {spelled(fires_for)} "
            "without a break"
        )

    def judged(self, rule: FlappingRule | None) -> Self:
        """Judge by the rule of the policy, if it has one."""
        reopenings = self._since_stable(rule) if rule else ()
        if rule is None or len(reopenings) <= rule.after:
            return replace(self, count=0, within=timedelta(), told=None)
        told = self.told
        if told and any(it.steady >= rule.stable and it.at > told.at for it in self.reopenings):
            told = None
        return replace(self, count=len(reopenings), within=rule.within, told=told)

    def _since_stable(self, rule: FlappingRule) -> tuple[Reopening, ...]:
        """The reopenings within the rule's time and since the alert was stable."""
        counted: list[Reopening] = []
        for reopening in reversed(self.reopenings):
            if self.reopenings[-1].at - reopening.at > rule.within:
                break
            counted.append(reopening)
            if reopening.steady >= rule.stable:
                break
        return tuple(reversed(counted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether an episode flaps, and until when it is kept quiet."""

    flapping: Flapping | None
    """None: it is stable."""
    quiet_until: datetime | None
    """The first step waits until then, and is left out if the alert is resolved; None: it begins
    now."""


def judge(
    flapping: Flapping,
    rule: FlappingRule | None,
    severity: Severity,
    *,
    fired_at: datetime,
    at: datetime,
) -> Verdict:
    """Decide whether an episode is paged or kept quiet; without a rule none is kept quiet."""
    if rule is not None and at - fired_at >= rule.stable:
        return Verdict(flapping=None, quiet_until=None)
    judged = flapping.judged(rule)
    if rule is None or not judged.keeps_quiet(severity):
        return Verdict(flapping=judged, quiet_until=None)
    until = fired_at + rule.quiet_for(severity)
    return Verdict(flapping=judged, quiet_until=until if at < until else None)
