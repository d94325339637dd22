"""An alert as clients see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tocsin.domain.alert import Alert
from tocsin.domain.alert_json import alert_json, written
from tocsin.domain.alert_query import Counts
from tocsin.domain.history import Sample
from tocsin.domain.ids import by_whom, via_of
from tocsin.domain.sent_body import SentBody
from tocsin.domain.severity import Severity
from tocsin.domain.timeline import Change, ChangeType, Detail

_ALWAYS_SHOWN: Final[Mapping[ChangeType, Mapping[str, Detail]]] = {
    ChangeType.ACKNOWLEDGED: {"note": ""}
}
"""Details that are shown even where they are absent."""
_SHOWN_IN_PART: Final = "this is the beginning of long texts and labels: get the alert for all"


def view_body(body: SentBody | None) -> dict[str, Any] | None:
    """None if no body is stored."""
    if body is None:
        return None
    return {
        "body": body.text,
        "content_type": body.content_type,
        "received_at": written(body.received_at),
        "size": body.size_bytes,
        "truncated": body.is_cut,
    }


def view_row(alert: Alert, at: datetime) -> dict[str, Any]:
    """An alert in a list or after an action; big facts are shortened."""
    view = alert_json(alert, at)
    if alert.overflow:
        view["truncated"] = [_SHOWN_IN_PART]
    return view


def view_history(samples: Sequence[Sample]) -> list[dict[str, Any]]:
    """Oldest first."""
    return [{"timestamp": written(sample.at), "value": sample.value} for sample in samples]


def view_change(change: Change) -> dict[str, Any]:
    always = _ALWAYS_SHOWN.get(change.type, {})
    details = change.details
    if isinstance(details.get("step"), str):  # stored before the number was
        details = {**details, "step": None, "step_name": details["step"]}
    return {
        "type": change.type,
        "at": written(change.at),
        "by": by_whom(change.by),
        "via": via_of(change.by),
        **always,
        **details,
    }


def view_counts(counts: Counts) -> dict[str, Any]:
    """Counts of all open alerts; the filters of the list do not change them."""
    return {
        "total": counts.total,
        "firing": counts.firing,
        "acknowledged": counts.acknowledged,
        "snoozed": counts.snoozed,
        "by_severity": {severity.value: getattr(counts, severity) for severity in Severity},
    }
