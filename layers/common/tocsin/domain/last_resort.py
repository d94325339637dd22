"""The last resort: the stack's own topic, which gets a message about alerts that reached nobody.

The first alert is told at once; those of the next five minutes are told as one number at their end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import LEASE
from tocsin.domain.sender_text import one_line

EVERY: Final = timedelta(minutes=5)
KEPT_FOR: Final = timedelta(days=1)
WAITING_LIMIT: Final = 1000
"""Alerts that are counted one by one: their ids take 27 KB."""
COUNTED: Final = "it is counted in the last resort's next message"
NO_TOPIC: Final = "the stack has no BackstopEmail or BackstopPhone"
SUBJECT_LIMIT: Final = 99
"""SNS takes fewer than 100 characters, without line breaks."""
_TITLE_LIMIT: Final = 90
_WHY_LIMIT: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class LastResort:
    """When the last resort was told, and what waits to be counted."""

    told_at: datetime | None = None
    waiting: frozenset[AlertId] = frozenset()
    claimed_by: AlertId | None = None
    claimed_until: datetime | None = None
    version: int = 0

    def turn_of(self, alert_id: AlertId, at: datetime, *, was_counted: bool) -> Turn:
        """Decide whether an alert's message is sent now, waits, or was counted in another.

        Args:
            alert_id: Whose message.
            at: When.
            was_counted: It has waited before: if it waits no more, it was told in another message.
        """
        if was_counted and alert_id not in self.waiting:
            return Turn(after=self, is_told=True)
        opens_at = self._opens_at(alert_id, at)
        if opens_at is not None:
            return Turn(after=self._with(alert_id), until=opens_at)
        claimed = replace(
            self._with(alert_id),
            claimed_by=alert_id,
            claimed_until=at + LEASE,
            version=self.version + 1,
        )
        return Turn(after=claimed, counts=claimed.waiting, since=self.told_at)

    def _opens_at(self, alert_id: AlertId, at: datetime) -> datetime | None:
        """When an alert may ask again; None: now."""
        claimed_until = self.claimed_until
        if claimed_until is not None and self.claimed_by != alert_id and at < claimed_until:
            return claimed_until - LEASE + EVERY
        if self.told_at is not None and at < self.told_at + EVERY:
            return self.told_at + EVERY
        return None

    def _with(self, alert_id: AlertId) -> Self:
        if alert_id in self.waiting or len(self.waiting) >= WAITING_LIMIT:
            return self
        return replace(self, waiting=self.waiting | {alert_id}, version=self.version + 1)

    def told(self, counts: frozenset[AlertId], at: datetime) -> Self:
        """A message was sent that counts these alerts."""
        return replace(self._released(counts), told_at=at)

    def failed(self, alert_id: AlertId, *, is_final: bool) -> Self:
        """The message was not taken; the others still wait."""
        return self._released(frozenset((alert_id,)) if is_final else frozenset())

    def without(self, alert_id: AlertId) -> Self:
        """An alert that waits is over, or has reached a person."""
        if alert_id not in self.waiting:
            return self
        return replace(self, waiting=self.waiting - {alert_id}, version=self.version + 1)

    def _released(self, alert_ids: frozenset[AlertId]) -> Self:
        return replace(
            self,
            waiting=self.waiting - alert_ids,
            claimed_by=None,
            claimed_until=None,
            version=self.version + 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What follows for one message."""

    after: LastResort
    until: datetime | None = None
    """When it asks again."""
    is_told: bool = False
    """Another message has counted it."""
    counts: frozenset[AlertId] = frozenset()
    """The alerts that its own message counts."""
    since: datetime | None = None
    """When the last resort was told before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMessage:
    """As SNS takes it: the subject is for e-mails only."""

    subject: str
    text: str


def topic_message(alert: Alert, turn: Turn, *, link: str | None) -> TopicMessage:
    """Write the message: about one alert, or about how many reached nobody."""
    title = one_line(alert.facts.summary or alert.facts.name, _TITLE_LIMIT)
    unreached = alert.escalation.unreached
    why = one_line(unreached.why if unreached else "", _WHY_LIMIT)
    severity = alert.severity.upper()
    opened = f" Open {link}" if link else ""
    number = len(turn.counts)
    if number > 1 and turn.since is not None:
        more = f"more than {number:,}" if number >= WAITING_LIMIT else f"{number:,}"
        counted = f"{more} more alerts reached nobody since {turn.since:%H:%M} UTC"
        text = f"{counted}. One of them: {severity} {title}: {why}.{opened}"
        return TopicMessage(subject=_subject(counted), text=text)
    return TopicMessage(
        subject=_subject(f"{severity} reached nobody: {title}"),
        text=f"{severity} {title} reached nobody: {why}.{opened}",
    )


def _subject(text: str) -> str:
    plain = text.encode("ascii", "replace").decode()
    return plain if len(plain) <= SUBJECT_LIMIT else f"{plain[: SUBJECT_LIMIT - 3]}..."
