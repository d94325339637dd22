"""People who are awake: they work through alerts, and are told of more in quiet digests.

Being awake ends by its time, by hand, or when the person has opened and done nothing for a while.
All three follow from what is stored and the time: no timer or message has to arrive for them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, Self

from tocsin.domain.alert import Alert
from tocsin.domain.digest import DigestId
from tocsin.domain.escalation import TargetKind
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.line import GROUPS_LIMIT, Arriving, Line, Pace
from tocsin.domain.notification import DeliveryState, Notification, messages_of_step
from tocsin.domain.people import ContactMethod
from tocsin.domain.severity import Severity

SHORTEST: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=4)
USUAL: Final = timedelta(hours=1)
QUIET_LIMIT: Final = timedelta(minutes=15)
"""Who opens and does nothing for so long is asleep again."""
DIGEST_EVERY: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(minutes=1)
"""What a person does is noted no more often."""
WAITS_FOR_DIGEST: Final = timedelta(minutes=10)
"""From when a step was begun: a page that waits for longer keeps the next step no more."""
KEPT_FOR: Final = timedelta(days=5)
"""How long the item is stored after its end."""
SILENT: Final = frozenset((ContactMethod.EMAIL, ContactMethod.SLACK))
"""Methods that wake nobody."""
PACE: Final = Pace(window=DIGEST_EVERY, is_awake=True)
LINE: Final = "awake"
"""In place of a contact method: the line that has what an awake person knows of."""


class AwakeScope(StrEnum):
    """Whose alerts a person looks after."""

    MINE = "mine"
    """Alerts whose current step asks this person."""
    TEAM = "team"
    """All."""


class AwakeEnd(StrEnum):
    """Why a person counts as awake no more."""

    TIME = "time"
    HAND = "hand"
    QUIET = "quiet"
    """Nothing was opened or done for `QUIET_LIMIT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awake:
    """One person's being awake, the last one."""

    user: str
    """As shown."""
    session: DigestId
    """A ULID: below it lie the alerts that came meanwhile, and the closing message."""
    scope: AwakeScope = AwakeScope.MINE
    until: datetime
    seen_at: datetime
    """When the person last opened or did something, to the minute."""
    ended_at: datetime | None = None
    end: AwakeEnd | None = None
    created_at: datetime
    """When it began."""
    version: int = 1
    timer_at: datetime | None = None
    """`due_at` in the `due` index: when alerts are checked against it the next time."""

    @property
    def name(self) -> str:
        """In storage; names of users differ in more than case."""
        return self.user.lower()

    @property
    def managed_by(self) -> str | None:
        return None

    @property
    def since(self) -> datetime:
        return self.created_at

    @property
    def ends_at(self) -> datetime:
        """When it ends, if this person does nothing more."""
        if self.ended_at is not None:
            return self.ended_at
        return min(self.until, self.seen_at + QUIET_LIMIT)

    def is_awake(self, at: datetime) -> bool:
        return self.ended_at is None and at < self.ends_at

    def begun_again(self, *, until: datetime, scope: AwakeScope, at: datetime) -> Self:
        """Said again while awake: another end."""
        return replace(self, until=until, scope=scope, seen_at=at, timer_at=at)

    def seen(self, at: datetime) -> Self | None:
        """Note that this person does something; None: nothing is to be noted."""
        if not self.is_awake(at) or at - self.seen_at < SEEN_EVERY:
            return None
        return replace(self, seen_at=at)

    def ended(self, at: datetime, end: AwakeEnd = AwakeEnd.HAND) -> Self:
        """End it; what it holds is then released."""
        return replace(self, ended_at=at, end=end, timer_at=at)

    def over(self, at: datetime) -> Self:
        """End it if its time is over."""
        if self.ended_at is not None or self.is_awake(at):
            return self
        by_time = self.until <= self.seen_at + QUIET_LIMIT
        return self.ended(at, AwakeEnd.TIME if by_time else AwakeEnd.QUIET)

    def checked(self) -> Self:
        """Wait for its end, once all alerts were checked."""
        return replace(self, timer_at=None if self.ended_at else self.ends_at)

    def is_target(self, target: str) -> bool:
        """Whether a message's target is this person."""
        kind, _, name = target.partition(":")
        return kind == TargetKind.USER and name.lower() == self.name

    def may_hold(self, alert: Alert) -> bool:
        """Whether the ledger has to be read to know; most alerts ask others."""
        if not alert.is_asking or not alert.escalation.waits_for_delay:
            return False
        if self.scope is AwakeScope.TEAM:
            return True
        is_schedule = f"{TargetKind.SCHEDULE}:"
        return any(
            self.is_target(target) or target.startswith(is_schedule)
            for target in alert.escalation.targets
        )

    def hold_over(
        self, alert: Alert, messages: Sequence[Notification], at: datetime
    ) -> Hold | None:
        """Hold the next step, if this person knows of the alert, or is told within minutes.

        What went alone since, on the loud methods too, keeps its clock.

        Args:
            alert: Its current step waits for its delay.
            messages: Of this step.
            at: Now.
        """
        if not self.is_awake(at) or any(each.is_loud for each in messages):
            return None
        ours = [each for each in messages if self._looks_after(each)]
        checked_at = self.ends_at
        if not any(self._is_told(each, alert) for each in ours):
            begun_at = alert.escalation.begun_at or at
            checked_at = min(checked_at, begun_at + WAITS_FOR_DIGEST)
            if checked_at <= at or not any(map(_waits, ours)):
                return None
        return Hold(
            kind=HoldKind.AWAKE,
            name=self.user,
            until=self.until,
            since=self.since,
            checked_at=checked_at,
        )

    def _looks_after(self, message: Notification) -> bool:
        return self.scope is AwakeScope.TEAM or self.is_target(message.delivery.target)

    def _is_told(self, message: Notification, alert: Alert) -> bool:
        if message.state is not DeliveryState.SENT:
            return False
        is_known = message.changed_at <= self.since or message.bundled_into is not None
        # To this person it went alone since it was the only one of a digest.
        is_quiet = self.is_target(message.delivery.target)
        return is_known or is_quiet or alert.severity is not Severity.CRITICAL


def _waits(message: Notification) -> bool:
    return message.bundled_into is not None and not message.state.has_ended


def hold_by(
    people: Iterable[Awake], alert: Alert, ledger: Iterable[Notification], at: datetime
) -> Hold | None:
    """What awake people put on an alert; of several, what ends last."""
    messages = [each for kind in messages_of_step(alert, ledger) for each in kind]
    holds = (each.hold_over(alert, messages, at) for each in people)
    return max((it for it in holds if it), key=lambda it: (it.until, it.name), default=None)


class Breaking(NamedTuple):
    """Whether a page to an awake person goes alone, as pages do otherwise."""

    is_alone: bool
    after: Line | None = None
    """The person's line that must be stored before; None: it stays."""


def breaking_of(
    line: Line,
    arriving: Arriving,
    alert_id: str,
    *,
    told: frozenset[str],
    since: datetime,
    at: datetime,
) -> Breaking:
    """Decide whether a page to an awake person goes alone: only an unrelated critical does.

    Args:
        line: What this person knows of; `since` says of which session.
        arriving: The page.
        alert_id: Its alert. All methods of one alert go alone, or none.
        told: The groups of the page's own line.
        since: When the person's being awake began.
        at: Now.
    """
    current = line if line.since == since else replace(line, groups=frozenset(), broke_at=None)
    if alert_id in current.groups:
        return Breaking(is_alone=True)
    is_full = len(current.groups) >= 2 * GROUPS_LIMIT
    is_known = is_full or arriving.group in current.groups | told
    if arriving.is_critical and not is_known:
        if not current.may_break(at):
            return Breaking(is_alone=False)
        broken = replace(
            current,
            since=since,
            groups=current.groups | {arriving.group, alert_id},
            broke_at=at,
            version=line.version + 1,
        )
        return Breaking(is_alone=True, after=broken)
    if is_full or arriving.group in current.groups:
        return Breaking(is_alone=False)
    noted = replace(
        current, since=since, groups=current.groups | {arriving.group}, version=line.version + 1
    )
    return Breaking(is_alone=False, after=noted)


def is_told_quietly(message: Notification, ledger: Iterable[Notification], at: datetime) -> bool:
    """Whether another message of the same step, or by a rule, tells the person silently.

    One that failed, or that comes later than a digest would, does not count.
    """
    return any(_stands_for(each, message, at) for each in ledger)


def _stands_for(other: Notification, message: Notification, at: datetime) -> bool:
    mine, its = message.delivery, other.delivery
    method = its.channel.partition("+")[0]
    if method not in SILENT or its.target != mine.target or its.event is not mine.event:
        return False
    if its.spell != mine.spell or its.due_at > at + DIGEST_EVERY:
        return False
    is_of_step = (its.loop, its.step) == (mine.loop, mine.step)
    if not (is_of_step or its.is_by_rule):
        return False
    if not other.state.has_ended:
        return True
    return other.state is DeliveryState.SENT and other.changed_at >= mine.asked_at
