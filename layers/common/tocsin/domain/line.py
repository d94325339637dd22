"""The line of one destination: what is sent alone, and what waits for a digest.

The first message goes alone and opens a window. What follows within it joins one digest, which goes
at its end, but for what breaks through: it is worse than all that was told in the window, or
related to nothing in it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from tocsin.domain.digest import DigestId
from tocsin.domain.severity import Severity

CRITICAL_WAITS: Final = timedelta(seconds=55)
"""At most, for a digest, from when it was asked: the queue and the provider have the rest of the
minute."""
CLOSEST: Final = timedelta(seconds=50)
"""From one digest to the next, also for a critical message that was asked before the first."""
BREAKS_EVERY: Final = timedelta(seconds=75)
"""With digests that are `CLOSEST` together, that makes two messages a minute."""
EARLY_AT: Final = 10
"""The first digest of a storm goes at once when so many wait."""
GATHERS_FOR: Final = timedelta(seconds=5)
"""How long what is released together has time to join one digest."""
GROUPS_LIMIT: Final = 20
"""Of one line: beyond it, every alert counts as related."""
KEPT_FOR: Final = timedelta(days=1)
"""How long the line of an unused destination is stored."""


class Place(NamedTuple):
    """A destination: a person and method, or a channel."""

    target: str
    """`user:alice`, `channel:ops`."""
    channel: str
    """The contact method, or the channel's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a destination bundles."""

    window: timedelta
    """0: nothing is bundled."""
    is_early: bool = True
    """The first digest of a storm may go before the window's end."""
    is_awake: bool = False
    """Its reader is awake: nothing goes alone, and nothing hurries a digest."""


class Arriving(NamedTuple):
    """A message that asks for its turn."""

    severity: Severity
    group: str
    """Equal for related alerts; see `group_of`."""
    asked_at: datetime
    """When its step was begun."""
    is_released: bool = False
    """What held the alert has ended: it joins a digest in any case."""
    key: str | None = None
    """The delivery's key; equal for a message and what the queue repeats of it."""

    @property
    def is_critical(self) -> bool:
        return self.severity is Severity.CRITICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a destination was told in its window, and the digest that gathers."""

    since: datetime | None = None
    """The first message after a quiet time: all until the next one are one storm."""
    told_at: datetime | None = None
    """The last message that opened a window, or the last digest; None while the digest gathers what
    was released in a quiet time."""
    told: Severity | None = None
    """The worst that was told in this window."""
    groups: frozenset[str] = frozenset()
    """Told in this storm, or waiting."""
    broke_at: datetime | None = None
    """The last message that broke through, or the digest that went early."""
    alone: str | None = None
    """The key of the last message that went alone: its repetition goes alone too."""
    digest: DigestId | None = None
    """The digest that gathers; None: nothing waits."""
    due_at: datetime | None = None
    """When it goes."""
    waiting: int = 0
    """At least so many wait for it."""
    has_critical: bool = False
    """A critical one waits for it, so that the digest tells of one."""
    was_early: bool = False
    """The first digest of this storm went early, or goes so."""
    is_awake: bool = False
    """The digest gathers for a person who is awake."""
    thread: str | None = None
    """The provider's id of this storm's first digest."""
    version: int = 0

    def is_quiet(self, at: datetime, pace: Pace) -> bool:
        """Whether a message would be the first after a quiet time."""
        if self.digest is not None:
            return False
        return self.told_at is None or at >= self.told_at + pace.window

    def may_break(self, at: datetime) -> bool:
        return self.broke_at is None or at >= self.broke_at + BREAKS_EVERY

    def is_news(self, arriving: Arriving) -> bool:
        """Whether it is worse than all that was told, or related to nothing."""
        is_worse = self.told is None or arriving.severity.is_worse_than(self.told)
        is_unrelated = arriving.group not in self.groups and len(self.groups) < GROUPS_LIMIT
        return is_worse or is_unrelated

    def begun(self, arriving: Arriving, at: datetime) -> Self:
        """The first message after a quiet time goes alone."""
        return replace(
            self._anew(at),
            told_at=at,
            told=arriving.severity,
            groups=frozenset((arriving.group,)),
            alone=arriving.key,
        )

    def broken(self, arriving: Arriving, at: datetime) -> Self:
        """A message breaks through."""
        told = arriving.severity if self.told is None else self.told.worst_of(arriving.severity)
        return replace(
            self,
            told=told,
            groups=self.groups | {arriving.group},
            broke_at=at,
            alone=arriving.key,
            version=self.version + 1,
        )

    def gathering(self, digest: DigestId, arriving: Arriving, at: datetime, pace: Pace) -> Self:
        """A digest begins to gather, for this message first."""
        if pace.is_awake:
            return self._gathering_awake(digest, at, pace)
        line = replace(self._anew(at), told_at=None) if self.is_quiet(at, pace) else self
        return replace(
            line,
            digest=digest,
            due_at=self._due_at(arriving, at, pace),
            waiting=0,
            has_critical=False,
            version=self.version + 1,
        )

    def _gathering_awake(self, digest: DigestId, at: datetime, pace: Pace) -> Self:
        """The first message after a quiet time waits for a whole window too."""
        line = replace(self._anew(at), told_at=at) if self.is_quiet(at, pace) else self
        return replace(
            line,
            digest=digest,
            due_at=max(at + GATHERS_FOR, (line.told_at or at) + pace.window),
            waiting=0,
            has_critical=False,
            is_awake=True,
            version=self.version + 1,
        )

    def _due_at(self, arriving: Arriving, at: datetime, pace: Pace) -> datetime:
        if self.told_at is None or self.is_quiet(at, pace):
            return at + GATHERS_FOR
        due_at = self.told_at + pace.window
        if arriving.is_critical:
            closest = self.told_at + min(pace.window, CLOSEST)
            due_at = min(due_at, max(closest, arriving.asked_at + CRITICAL_WAITS))
        return max(at, due_at)

    def hurried(self, arriving: Arriving, at: datetime, pace: Pace) -> Self | None:
        """The line with its digest due sooner, since a critical one or many wait; None: as it is.

        To send it early is like a breakthrough: it takes the place of one.

        Args:
            arriving: What has joined just now.
            at: Now.
            pace: Of its destination.
        """
        if self.due_at is None or self.told_at is None or pace.is_awake:
            return None
        if pace.is_early and self._is_crowded and self.may_break(at):
            due_at = at + GATHERS_FOR if arriving.is_released else at
            if due_at < self.due_at:
                early = self.due_again(due_at)
                return replace(early, was_early=True, broke_at=due_at)
        due_at = self._due_at(arriving, at, pace)
        return self.due_again(due_at) if due_at < self.due_at else None

    def due_again(self, at: datetime) -> Self:
        """Its digest is due at this time: its message in the queue is sent anew."""
        return replace(self, due_at=at, version=self.version + 1)

    @property
    def _is_crowded(self) -> bool:
        return self.waiting >= EARLY_AT and not self.was_early

    def closed(self, at: datetime) -> Self:
        """The digest goes; nothing joins it any more."""
        return replace(
            self,
            told_at=at,
            told=Severity.CRITICAL if self.has_critical else Severity.WARNING,
            digest=None,
            due_at=None,
            waiting=0,
            has_critical=False,
            is_awake=False,
            version=self.version + 1,
        )

    def _anew(self, at: datetime) -> Self:
        return replace(
            self,
            since=at,
            told=None,
            groups=frozenset(),
            was_early=False,
            thread=None,
            version=self.version + 1,
        )


class Turn(NamedTuple):
    """What a message does."""

    joins: DigestId | None = None
    """The digest that it waits for; None: it goes alone."""
    after: Line | None = None
    """The line that must be stored before; None: it stays."""

    @property
    def only_joins(self) -> bool:
        """Whether it joins a digest that gathers already."""
        return self.joins is not None and self.after is None


def turn_of(line: Line, arriving: Arriving, at: datetime, pace: Pace, new: DigestId) -> Turn:
    """Decide whether a message goes alone.

    Args:
        line: Of its destination, as it is stored.
        arriving: The message.
        at: Now.
        pace: Of its destination.
        new: The id of the digest that it begins, if it does.
    """
    if not arriving.is_released and not pace.is_awake:
        if arriving.key is not None and arriving.key == line.alone:
            return Turn()
        if line.is_quiet(at, pace):
            return Turn(after=line.begun(arriving, at))
        if line.is_news(arriving) and line.may_break(at):
            return Turn(after=line.broken(arriving, at))
    if line.digest is not None:
        return Turn(joins=line.digest)
    return Turn(joins=new, after=line.gathering(new, arriving, at, pace))


def group_of(labels: Mapping[str, str], storm_labels: Sequence[str], integration: str) -> str:
    """A hash that is equal for related alerts: of the storm labels, else of the integration."""
    values = [(name, labels[name]) for name in storm_labels if labels.get(name)]
    spelled = "\0".join(f"{name}\0{value}" for name, value in values) or f"\0{integration}"
    return hashlib.sha256(spelled.encode()).hexdigest()[:8]
