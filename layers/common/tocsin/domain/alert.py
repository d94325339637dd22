"""An alert's life: firing → acknowledged → resolved; every step is a new value."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NotAcknowledgedError,
    NotSnoozedError,
)
from tocsin.domain.ids import (
    AUTO,
    Actor,
    AlertId,
    Fingerprint,
    IncidentId,
    fingerprint_of,
    time_of,
    ulid,
)
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, Value
from tocsin.domain.timeline import Change, ChangeType, Detail

SNOOZE_LIMIT: Final = timedelta(days=30)
NOTE_LIMIT: Final = 2000
"""Characters of a note that goes with an action; a longer text is a note of its own."""

_NEXT_MILLISECOND: Final = timedelta(milliseconds=1)


class AlertStatus(StrEnum):
    """Where an alert is in its life; snoozed is a flag beside it."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Mutes one alert until a time, whatever else happens to it."""

    until: datetime
    reason: str | None = None
    sticky_severity: bool = False
    """A higher severity does not wake it."""
    sticky_output: bool = False
    """A changed output does not wake it, although the integration says that it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What lists show of the things that every repeat changes; about a second old."""

    occurrences: int
    last_seen_at: datetime
    current_value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A deduplicated condition: one episode of one dedup key of one integration."""

    alert_id: AlertId
    integration: str
    dedup_key: str
    status: AlertStatus = AlertStatus.FIRING
    severity: Severity
    facts: Facts
    output_hash: str
    overflow: str | None = None
    """Names the whole facts, which are kept beside the alert when they are too big to be
    rewritten with every repeat; `facts` may then be shortened."""
    episode: int = 1
    version: int = 1
    """Grows with every stored change of state, by the repository; a mere repeat leaves it, so
    that a storm of repeats never stands in the way of an acknowledgement."""
    occurrences: int = 1
    last_seen_at: datetime
    current_value: Value = None
    listed: Listed
    source_started_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: Actor | None = None
    resolves_at: datetime | None = None
    """The sender said `ok`; the alert closes then unless it fires again before."""
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    snooze: Snooze | None = None
    incident_id: IncidentId | None = None
    changed_at: datetime
    changes: tuple[Change, ...] = ()
    """What happened since it was read; stored with the new version, from where the stream
    turns it into the timeline."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The slot that it shares with the other episodes of its dedup key."""
        return fingerprint_of(self.alert_id)

    @property
    def fired_at(self) -> datetime:
        """When this episode began, by our clock."""
        return time_of(self.alert_id)

    @property
    def is_open(self) -> bool:
        """Whether somebody may still have to do something."""
        return self.status is not AlertStatus.RESOLVED

    @property
    def was_resolved_by_hand(self) -> bool:
        """Whether a person closed it, which the same source episode may not undo."""
        return self.resolved_by is not None and not (
            self.resolved_by == AUTO or self.resolved_by.startswith("integration:")
        )

    def is_snoozed(self, at: datetime) -> bool:
        """Whether it is muted at this time."""
        return self.snooze is not None and at < self.snooze.until

    @classmethod
    def open(
        cls,
        signal: Signal,
        *,
        integration: str,
        slot: Fingerprint,
        at: datetime,
        previous: Self | None = None,
    ) -> Self:
        """Begin an episode; a snooze of the one before goes on, its acknowledgement does not."""
        fired_at, episode = at, 1
        if previous is not None:
            fired_at = max(at, previous.fired_at + _NEXT_MILLISECOND)
            episode = previous.episode + 1
        by = integration_actor(integration)
        changes = [Change(type=ChangeType.FIRED, at=fired_at, by=by)]
        if previous is not None:
            details: dict[str, Detail] = {
                "episode": episode,
                "previous_alert_id": previous.alert_id,
            }
            changes.append(Change(type=ChangeType.REOPENED, at=fired_at, by=by, details=details))
        return cls(
            alert_id=AlertId(ulid(fired_at, slot)),
            integration=integration,
            dedup_key=signal.dedup_key,
            severity=signal.severity,
            facts=signal.facts,
            output_hash=signal.facts.output_hash,
            episode=episode,
            last_seen_at=fired_at,
            current_value=signal.current_value,
            listed=Listed(occurrences=1, last_seen_at=fired_at, current_value=signal.current_value),
            source_started_at=signal.source_started_at,
            snooze=previous.snooze if previous and previous.is_snoozed(fired_at) else None,
            changed_at=fired_at,
            changes=tuple(changes),
        )

    @classmethod
    def presumed(cls, alert_id: AlertId) -> Self:
        """What most actions meet, before anybody looked: a firing, awake, untouched alert.

        A transition of it says what such an alert would become. A write that expects just that
        needs no read before it; whatever else the alert is, it is refused and decided anew.
        """
        fired_at = time_of(alert_id)
        return cls(
            alert_id=alert_id,
            integration="",
            dedup_key="",
            severity=Severity.CRITICAL,
            facts=Facts(name=""),
            output_hash="",
            last_seen_at=fired_at,
            listed=Listed(occurrences=1, last_seen_at=fired_at, current_value=None),
            changed_at=fired_at,
        )

    def counted(self, signal: Signal, at: datetime) -> Self:
        """Take a repeat: newest facts and value, one more occurrence, the same state."""
        value = self.current_value if signal.current_value is None else signal.current_value
        return replace(
            self,
            facts=signal.facts,
            output_hash=signal.facts.output_hash,
            overflow=None,
            occurrences=self.occurrences + 1,
            last_seen_at=at,
            current_value=value,
        )

    def changed_severity(self, severity: Severity, *, by: Actor, at: datetime) -> Self:
        """Become worse or better; a worse alert wakes unless its snooze is sticky."""
        wakes = (
            self.snooze is not None
            and severity.is_worse_than(self.severity)
            and not self.snooze.sticky_severity
        )
        details: dict[str, Detail] = {"from": self.severity.value, "to": severity.value}
        changed = replace(self, severity=severity)._with(
            ChangeType.SEVERITY_CHANGED, by=by, at=at, details=details
        )
        return changed.woken(by=by, at=at, reason="the severity rose") if wakes else changed

    def acknowledge(self, *, by: Actor, at: datetime, note: str | None = None) -> Self:
        """Take responsibility: whoever is first stays, with the first time.

        Raises:
            AlreadyAcknowledgedError: Somebody already has it.
            AlreadyResolvedError: There is nothing left to respond to.
        """
        match self.status:
            case AlertStatus.RESOLVED:
                raise AlreadyResolvedError(_ended(self))
            case AlertStatus.ACKNOWLEDGED:
                message = f"{self.acknowledged_by} already acknowledged this alert."
                raise AlreadyAcknowledgedError(message)
            case AlertStatus.FIRING:
                acknowledged = replace(
                    self,
                    status=AlertStatus.ACKNOWLEDGED,
                    acknowledged_by=by,
                    acknowledged_at=self._not_before_last_change(at),
                )
                return acknowledged._with(
                    ChangeType.ACKNOWLEDGED, by=by, at=at, details=_noted(note)
                )

    def unacknowledge(self, *, by: Actor, at: datetime, note: str | None = None) -> Self:
        """Give it back: it fires again.

        Raises:
            NotAcknowledgedError: Nobody has it.
            AlreadyResolvedError: It is over.
        """
        self._expect_open()
        if self.status is not AlertStatus.ACKNOWLEDGED:
            message = "This alert is firing: nobody has acknowledged it."
            raise NotAcknowledgedError(message)
        given_back = replace(
            self, status=AlertStatus.FIRING, acknowledged_by=None, acknowledged_at=None
        )
        return given_back._with(ChangeType.UNACKNOWLEDGED, by=by, at=at, details=_noted(note))

    def resolve(
        self, *, by: Actor, at: datetime, note: str | None = None, reason: str | None = None
    ) -> Self:
        """End the episode for good; only a new signal opens another.

        Raises:
            AlreadyResolvedError: It is over.
        """
        self._expect_open()
        details = _noted(note) | ({"reason": reason} if reason else {})
        resolved = replace(
            self,
            status=AlertStatus.RESOLVED,
            resolved_by=by,
            resolved_at=self._not_before_last_change(at),
            resolves_at=None,
        )
        return resolved._with(ChangeType.RESOLVED, by=by, at=at, details=details)

    def start_resolving(self, *, by: Actor, at: datetime, resolve_after: timedelta) -> Self:
        """Close after a while, unless it fires again before."""
        self._expect_open()
        until = self._not_before_last_change(at) + resolve_after
        details: dict[str, Detail] = {"until": _written(until)}
        return replace(self, resolves_at=until)._with(
            ChangeType.RESOLVING, by=by, at=at, details=details
        )

    def stop_resolving(self, *, by: Actor, at: datetime) -> Self:
        """Stay open: it fired again within the window."""
        details: dict[str, Detail] = {"reason": "fired again before the resolve window ended"}
        return replace(self, resolves_at=None)._with(
            ChangeType.UPDATED, by=by, at=at, details=details
        )

    def snoozed(self, snooze: Snooze, *, by: Actor, at: datetime) -> Self:
        """Mute until a time; a new snooze takes the place of the one before.

        Raises:
            AlreadyResolvedError: It is over.
        """
        self._expect_open()
        details: dict[str, Detail] = {"until": _written(snooze.until), "reason": snooze.reason}
        if snooze.sticky_severity:
            details["sticky_severity"] = True
        if snooze.sticky_output:
            details["sticky_output"] = True
        return replace(self, snooze=snooze)._with(ChangeType.SNOOZED, by=by, at=at, details=details)

    def woken(self, *, by: Actor, at: datetime, reason: str) -> Self:
        """End a snooze, early or at its time.

        Raises:
            NotSnoozedError: It is not muted.
            AlreadyResolvedError: It is over.
        """
        self._expect_open()
        if self.snooze is None:
            message = "This alert is not snoozed."
            raise NotSnoozedError(message)
        awake = replace(self, snooze=None)
        return awake._with(ChangeType.WOKEN, by=by, at=at, details={"reason": reason})

    def promoted(self, incident_id: IncidentId, *, by: Actor, at: datetime) -> Self:
        """Become part of an incident; open or not."""
        details: dict[str, Detail] = {"incident_id": incident_id}
        return replace(self, incident_id=incident_id)._with(
            ChangeType.INCIDENT_CREATED, by=by, at=at, details=details
        )

    def _with(
        self, type_: ChangeType, *, by: Actor, at: datetime, details: Mapping[str, Detail]
    ) -> Self:
        happened_at = self._not_before_last_change(at)
        change = Change(type=type_, at=happened_at, by=by, details=dict(details))
        return replace(self, changed_at=happened_at, changes=(*self.changes, change))

    def _not_before_last_change(self, at: datetime) -> datetime:
        """Clocks of two functions may differ; the timeline's order may not."""
        return max(at, self.changed_at)

    def _expect_open(self) -> None:
        if not self.is_open:
            raise AlreadyResolvedError(_ended(self))


def integration_actor(integration: str) -> Actor:
    """How a sender appears on a timeline."""
    return Actor(f"integration:{integration}")


def _ended(alert: Alert) -> str:
    return f"{alert.resolved_by} already resolved this alert."


def _noted(note: str | None) -> dict[str, Detail]:
    return {"note": note} if note else {}


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
