"""Alertmanager's webhook, version 4 and before: a group of alerts, each taken for itself."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import Entries, read_entry, said_around
from functions.ingest.senders.reading.fields import Fields, as_text, kind_of
from functions.ingest.senders.reading.prometheus_labels import (
    described,
    fingerprint_of_labels,
    read_labels,
)
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.errors import InvalidInputError, MalformedInputError, Problem
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected what Alertmanager\'s webhook_configs send: {"version": "4", "alerts": [{"status": '
    '"firing", "labels": {"alertname": "DiskFull"}, "startsAt": "2026-03-01T09:00:00Z"}]}.'
)

KEPT_AROUND_LIMIT: Final = 16_384
"""Characters: as much as is kept of a body."""


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    """Understand each alert of a group.

    Raises:
        MalformedInputError: The body is no object.
        InvalidInputError: It has no list of alerts.
    """
    group = sent.value
    if not isinstance(group, dict):
        raise MalformedInputError(f"The body is {kind_of(group)}. {EXPECTED}")
    alerts = group.get("alerts")
    if not isinstance(alerts, list) or not alerts:
        problem = Problem("alerts", "must be a list of at least one alert")
        raise InvalidInputError(EXPECTED, [problem])
    around = said_around(group, "alerts")
    kept = _kept_around(group)

    def read_one(alert: Mapping[str, Any]) -> Report:
        return _read_alert(alert, Fields(around))

    def read_alone(alert: object) -> Entry:
        part = None if len(alerts) == 1 else {**kept, "alerts": [alert]}
        return read_entry(alert, read_one, EXPECTED, part=part)

    return Entries(alerts, read_alone)


def _kept_around(group: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a group with each alert; nothing where it is longer than what is kept."""
    around = {name: value for name, value in group.items() if name != "alerts"}
    return around if len(as_text(around)) <= KEPT_AROUND_LIMIT else {}


def _read_alert(entry: Mapping[str, Any], group: Fields) -> Report:
    alert = Fields(entry)
    labels = read_labels(alert)
    said = described(alert, labels, {"alertmanager": group.text("externalURL")})
    is_over = (alert.text("status") or group.text("status") or "").strip().lower() == "resolved"
    alert.raise_problems(EXPECTED)
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=alert.text("fingerprint") or fingerprint_of_labels(labels),
        group_id=group.any_text("groupKey"),
        started_at=read_time(alert.raw("startsAt")),
        notes=_left_out(group),
        **said,
    )


def _left_out(group: Fields) -> tuple[str, ...]:
    """Alerts beyond the receiver's `max_alerts` are never sent, nor is their end."""
    count = group.raw("truncatedAlerts")
    if not isinstance(count, int) or isinstance(count, bool) or count <= 0:
        return ()
    return (f"group: Alertmanager left out {count} more alerts of it (max_alerts)",)


SENDER: Final = Sender(
    product="Prometheus Alertmanager, `webhook_configs`",
    expected=EXPECTED,
    read=read,
    fires="`alerts[].status` `firing`",
    resolves="`alerts[].status` `resolved`",
    dedup_key="`alerts[].fingerprint`, else the same hash of all labels",
    severity="label `severity`",
    episode_start="`alerts[].startsAt`",
    answers="202, a result for each alert",
)
