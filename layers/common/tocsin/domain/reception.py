"""What a signal does to the alert in its slot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

from tocsin.domain.alert import Alert, AlertStatus, RouteSettings, ending, integration_actor
from tocsin.domain.ids import Fingerprint, fingerprint, milliseconds
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Signal, SignalAction
from tocsin.domain.timeline import Change

RESOLVED_REASON_LIMIT: Final = 500
"""Characters of a recovery's output that the timeline keeps."""
OUTPUT_CHANGED: Final = "the output changed"


class Outcome(StrEnum):
    """The result in the sender's answer."""

    OPENED = "opened"
    UPDATED = "updated"
    REOPENED = "reopened"
    ACKNOWLEDGED = "acknowledged"
    RESOLVING = "resolving"
    RESOLVED = "resolved"
    SUPPRESSED = "suppressed"
    IGNORED = "ignored"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What `receive` needs of an integration."""

    integration: str
    resolve_after: timedelta = timedelta()
    wakes_on_output: bool = False
    escalation_policy: str | None = None
    """The integration's policy; None: the routes decide."""

    def slot_of(self, signal: Signal) -> Fingerprint:
        return fingerprint(self.integration, signal.dedup_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The decided alert, and the outcome."""

    outcome: Outcome
    alert: Alert | None
    """None or the current alert itself: nothing to write."""


type SettingsOf = Callable[[Alert, Severity], RouteSettings | None]
"""Finds what a route sets on an alert of which the sender says this severity."""


def _no_route(_alert: Alert, _sent: Severity) -> None:
    return None


def receive(
    current: Alert | None,
    signal: Signal,
    source: Source,
    at: datetime,
    *,
    settings_of: SettingsOf = _no_route,
) -> Reception:
    """Decide what a signal changes.

    Args:
        current: What the slot holds.
        signal: What the sender says.
        source: Its integration.
        at: When.
        settings_of: Asked where an alert opens, or the sender says another severity than before.
    """
    match signal.action:
        case SignalAction.TRIGGER:
            return _trigger(current, signal, source, at, settings_of)
        case SignalAction.ACKNOWLEDGE:
            return _acknowledge(current, signal, source, at)
        case SignalAction.RESOLVE:
            return _resolve(current, signal, source, at)


def ending_by(signal: Signal, source: Source, at: datetime) -> Change:
    """The change by which a recovery resolves an open, awake alert at once."""
    return ending(by=integration_actor(source.integration), at=at, reason=_reason_of(signal))


def is_mere_repeat(current: Alert, signal: Signal, source: Source) -> bool:
    """Whether a trigger only counts: the same state, one more occurrence."""
    return (
        current.is_open
        and current.sent_severity is signal.severity
        and current.resolves_at is None
        and _has_timer_for(current, signal)
        and not _wakes_by_output(current, signal, source)
    )


def _trigger(
    current: Alert | None,
    signal: Signal,
    source: Source,
    at: datetime,
    settings_of: SettingsOf,
) -> Reception:
    if current is not None and current.is_open:
        alert = _updated(current, signal, source, at, settings_of)
        return Reception(outcome=Outcome.UPDATED, alert=alert)
    if (
        current is not None
        and current.was_resolved_by_hand
        and _is_same_source_episode(current, signal)
    ):
        return Reception(outcome=Outcome.SUPPRESSED, alert=current)
    opened = partial(
        Alert.open,
        signal,
        integration=source.integration,
        slot=source.slot_of(signal) if current is None else current.fingerprint,
        at=at,
        previous=current,
        policy=source.escalation_policy,
    )
    alert = opened()
    by_route = settings_of(alert, signal.severity)
    if by_route is not None:
        alert = opened(by_route=by_route)
    if current is None:
        return Reception(outcome=Outcome.OPENED, alert=alert.held_by_route(by_route))
    if alert.snooze is not None and _wakes_by_output(current, signal, source):
        by = integration_actor(source.integration)
        alert = alert.woken(by=by, at=alert.fired_at, reason=OUTPUT_CHANGED)
    return Reception(outcome=Outcome.REOPENED, alert=alert.held_by_route(by_route))


def _updated(
    current: Alert, signal: Signal, source: Source, at: datetime, settings_of: SettingsOf
) -> Alert:
    by = integration_actor(source.integration)
    wakes_by_output = _wakes_by_output(current, signal, source)
    alert = current.counted(signal, at)
    if alert.resolves_at is not None:
        alert = alert.stop_resolving(by=by, at=at)
    if alert.sent_severity is not signal.severity:
        alert = alert.said_severity(
            signal.severity,
            by=by,
            at=at,
            policy=source.escalation_policy,
            by_route=settings_of(alert, signal.severity),
        )
    if wakes_by_output and alert.snooze is not None:
        alert = alert.woken(by=by, at=at, reason=OUTPUT_CHANGED)
    return alert


def _acknowledge(current: Alert | None, signal: Signal, source: Source, at: datetime) -> Reception:
    if current is None or current.status is not AlertStatus.FIRING:
        return Reception(outcome=Outcome.IGNORED, alert=current)
    by = integration_actor(source.integration)
    acknowledged = current.acknowledge(by=by, at=at, note=signal.note)
    return Reception(outcome=Outcome.ACKNOWLEDGED, alert=acknowledged)


def _resolve(current: Alert | None, signal: Signal, source: Source, at: datetime) -> Reception:
    if current is None or not current.is_open:
        return Reception(outcome=Outcome.IGNORED, alert=current)
    by = integration_actor(source.integration)
    if source.resolve_after <= timedelta():
        alert = current.resolve(by=by, at=at, reason=_reason_of(signal))
        return Reception(outcome=Outcome.RESOLVED, alert=alert)
    if current.resolves_at is not None:
        return Reception(outcome=Outcome.RESOLVING, alert=current)
    alert = current.start_resolving(by=by, at=at, resolve_after=source.resolve_after)
    return Reception(outcome=Outcome.RESOLVING, alert=alert)


def _reason_of(signal: Signal) -> str | None:
    return signal.facts.reason[:RESOLVED_REASON_LIMIT] or None


def _is_same_source_episode(current: Alert, signal: Signal) -> bool:
    begun, known = signal.source_started_at, current.source_started_at
    return begun is not None and known is not None and milliseconds(begun) == milliseconds(known)


def _has_timer_for(current: Alert, signal: Signal) -> bool:
    """Whether the timer may stay: `lapses_at` may move later, never earlier than the timer."""
    if signal.lapses_at is None or current.lapses_at is None:
        return signal.lapses_at is current.lapses_at
    return current.timer_at is not None and current.timer_at <= signal.lapses_at


def _wakes_by_output(current: Alert, signal: Signal, source: Source) -> bool:
    return (
        source.wakes_on_output
        and current.snooze is not None
        and not current.snooze.sticky_output
        and signal.facts.output_hash != current.output_hash
    )
