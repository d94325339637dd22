"""Alerts as Prometheus posts them to Alertmanager's API: no status, but a time of end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.prometheus_labels import described, fingerprint_of_labels
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.signal import SignalAction

RESOLVE_TIMEOUT: Final = timedelta(minutes=5)
"""How long Alertmanager believes an alert without an end, by default."""
VOUCHED_AT_MOST: Final = timedelta(days=365)


def read_alert(entry: Mapping[str, Any], at: datetime) -> Report:
    """It fires until `endsAt`, unless it is sent again before.

    Raises:
        InvalidInputError: With Alertmanager's own words.
    """
    alert = Fields(entry)
    labels = {name: text for name, text in alert.part("labels").texts().items() if text}
    # Since version 0.27 any UTF-8 is a good name.
    if not labels:
        raise _refusal("labels", "at least one label pair required")
    if "" in labels:
        raise _refusal("labels", 'invalid label set: invalid name ""')
    said = described(alert, labels, {})
    alert.raise_problems("invalid alert")
    starts_at, ends_at = read_time(alert.raw("startsAt")), read_time(alert.raw("endsAt"))
    if starts_at and ends_at and ends_at < starts_at:
        raise _refusal("endsAt", "start time must be before end time")
    is_over = ends_at is not None and ends_at <= at
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=fingerprint_of_labels(labels),
        started_at=starts_at,
        lapses_at=min(ends_at or at + RESOLVE_TIMEOUT, at + VOUCHED_AT_MOST),
        **said,
    )


def _refusal(field: str, words: str) -> InvalidInputError:
    return InvalidInputError(words, [Problem(field, words)])
