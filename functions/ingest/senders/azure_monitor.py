"""Azure Monitor's common alert schema."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.entries import each_object
from functions.ingest.senders.fields import Fields
from functions.ingest.senders.report import Report
from functions.ingest.senders.times import read_time
from tocsin.domain.signal import Signal, SignalAction

EXPECTED: Final = (
    'Expected the common alert schema ("Enable the common alert schema: Yes" in the action group): '
    'an object with "schemaId" and "data.essentials.alertId".'
)
_WORDS: Final[Mapping[str, str]] = {
    "sev0": "critical",
    "sev1": "critical",
    "sev2": "warning",
    "sev3": "info",
    "sev4": "info",
}


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one alert."""
    return each_object(sent, lambda entry: read_alert(entry, settings), EXPECTED)


def read_alert(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one alert."""
    data = Fields(entry).part("data")
    essentials, context = data.part("essentials"), data.part("alertContext")
    alert_id = essentials.needed("alertId")
    data.raise_problems(EXPECTED)
    is_over = (essentials.any_text("monitorCondition") or "").lower() == "resolved"
    rule = essentials.any_text("alertRule") or "Azure alert"
    condition = context.part("condition")
    conditions = condition.parts("allOf")
    first = conditions[0] if conditions else Fields({})
    targets = essentials.raw("configurationItems")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=alert_id,
        name=rule,
        reason=essentials.any_text("description"),
        severity=essentials.any_text("severity"),
        words=_WORDS,
        source="azure-monitor",
        source_name=essentials.any_text("monitoringService"),
        object=", ".join(map(str, targets)) if isinstance(targets, list) else None,
        rule_id=essentials.any_text("alertRuleID", "originAlertId"),
        rule_name=rule,
        labels=_labels(essentials, first)
        | context.flat("properties")
        | data.flat("customProperties"),
        urls={
            "Investigate": essentials.raw("investigationLink"),
            "Search": first.raw("linkToSearchResultsUI")
            or first.raw("linkToFilteredSearchResultsUI"),
        },
        current_value=first.raw("metricValue"),
        threshold=first.raw("threshold"),
        operator=first.any_text("operator"),
        window=condition.any_text("windowSize"),
        started_at=read_time(essentials.raw("firedDateTime")),
    ).signal(settings)


def _labels(essentials: Fields, first: Fields) -> dict[str, object]:
    labels: dict[str, object] = {
        "signal_type": essentials.raw("signalType"),
        "metric": first.raw("metricName"),
    }
    for dimension in first.parts("dimensions"):
        name = dimension.any_text("name")
        if name:
            labels[name] = dimension.raw("value")
    return labels


SENDER: Final = Sender(
    product="Azure Monitor (common alert schema)",
    expected=EXPECTED,
    read=read,
    fires="`data.essentials.monitorCondition` `Fired`",
    resolves="`data.essentials.monitorCondition` `Resolved`",
    dedup_key="`data.essentials.alertId`",
    severity="`data.essentials.severity`: Sev0, Sev1 critical, Sev2 warning, Sev3, Sev4 info",
    episode_start="`data.essentials.firedDateTime`",
    answers="202, a result",
)
