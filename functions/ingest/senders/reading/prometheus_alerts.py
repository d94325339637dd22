"""Alerts as Prometheus posts them to Alertmanager's API: no status, but a time of end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from functions.ingest.senders import SenderSettings
from functions.ingest.senders.reading.fields import Fields, assumed
from functions.ingest.senders.reading.prometheus_labels import (
    facts_of,
    fingerprint_of_labels,
    severity_of,
    value_of,
)
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.signal import FactsBuilder, Signal, SignalAction

RESOLVE_TIMEOUT: Final = timedelta(minutes=5)
"""How long Alertmanager believes an alert without an end, by default."""
VOUCHED_AT_MOST: Final = timedelta(days=365)


def read_alert(entry: Mapping[str, Any], settings: SenderSettings, at: datetime) -> Signal:
    """Understand one alert: it fires until `endsAt`, unless it comes again before.

    Raises:
        InvalidInputError: With Alertmanager's own words.
    """
    alert = Fields(entry)
    labels = {name: text for name, text in alert.part("labels").texts().items() if text}
    expect_labels(labels)
    reading = severity_of(labels, settings)
    builder = FactsBuilder()
    facts = facts_of(alert, labels, builder, links={}, is_urgent=reading.is_urgent)
    current_value = value_of(alert, builder)
    alert.raise_problems("invalid alert")
    starts_at, ends_at = read_time(alert.raw("startsAt")), read_time(alert.raw("endsAt"))
    if starts_at and ends_at and ends_at < starts_at:
        raise _refusal("endsAt", "start time must be before end time")
    is_over = ends_at is not None and ends_at <= at
    action = SignalAction.RESOLVE if is_over else SignalAction.TRIGGER
    until = min(ends_at or at + RESOLVE_TIMEOUT, at + VOUCHED_AT_MOST)
    return Signal(
        action=action,
        dedup_key=fingerprint_of_labels(labels),
        severity=reading.severity,
        facts=facts,
        current_value=current_value,
        source_started_at=starts_at,
        assumed=assumed(reading, action),
        lapses_at=None if is_over else until,
    )


def expect_labels(labels: Mapping[str, str]) -> None:
    """Refuse labels that Alertmanager refuses; since version 0.27 any UTF-8 is a good name.

    Raises:
        InvalidInputError: There are none, or one has no name.
    """
    if not labels:
        raise _refusal("labels", "at least one label pair required")
    if "" in labels:
        raise _refusal("labels", 'invalid label set: invalid name ""')


def _refusal(field: str, words: str) -> InvalidInputError:
    return InvalidInputError(words, [Problem(field, words)])
