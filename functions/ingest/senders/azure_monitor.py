"""Azure Monitor's common alert schema."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields, as_text
from functions.ingest.senders.reading.report import Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

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

_HEALTH_ENDS: Final = frozenset(
    ("resolved", "complete", "completed", "canceled", "cancelled", "rca")
)
"""Stages of Service Health (the others are Active, Planned, InProgress, Rescheduled) and states of
the activity log that say that it is over."""
_TOLD: Final = frozenset(("communication", "title", "defaultLanguageTitle", "details"))
"""Texts that are in the name or the reason, and so are no labels."""
_TAG: Final = re.compile(r"<[^<>]*>")


_ACTIVITY: Final = {"operation": "operationName", "caller": "caller"}


def read_alert(entry: Mapping[str, Any]) -> Report:
    data = Fields(entry).part("data")
    essentials, context = data.part("essentials"), data.part("alertContext")
    alert_id = essentials.needed("alertId")
    data.raise_problems(EXPECTED)
    rule = essentials.any_text("alertRule") or "Azure alert"
    condition = context.part("condition")
    conditions = condition.parts("allOf")
    first = conditions[0] if conditions else Fields({})
    health = _Health.of(essentials, context)
    name = f"{rule}: {health.title}" if health.title else rule
    is_over = (essentials.any_text("monitorCondition") or "").lower() == "resolved"
    return Report(
        action=SignalAction.RESOLVE if health.is_over or is_over else SignalAction.TRIGGER,
        dedup_key=health.key or alert_id,
        name=name,
        summary=health.summary or _told(context) or name,
        reason=health.text or essentials.any_text("description"),
        severity=essentials.any_text("severity"),
        words=_WORDS,
        source="azure-monitor",
        source_name=essentials.any_text("monitoringService"),
        object=_object(essentials),
        rule_id=essentials.any_text("alertRuleID", "originAlertId"),
        rule_name=rule,
        labels=merged(
            _labels(essentials, first),
            {label: context.raw(name) for label, name in _ACTIVITY.items()},
            {
                key: value
                for key, value in context.flat("properties").items()
                if not health.key or key not in _TOLD
            },
            pairs_of(data.raw("customProperties")),
        ),
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
        notes=(f"condition: {len(conditions) - 1} more",) if len(conditions) > 1 else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Health:
    """What Service Health and Resource Health say.

    Each message is another alert to Azure, and always `Fired`; what goes on, and that it is over,
    stands in the context.
    """

    key: str | None = None
    is_over: bool = False
    title: str | None = None
    summary: str | None = None
    text: str | None = None

    @classmethod
    def of(cls, essentials: Fields, context: Fields) -> "_Health":
        service = (essentials.any_text("monitoringService") or "").replace(" ", "").lower()
        said = context.part("properties")
        targets = essentials.raw("alertTargetIDs")
        target = as_text(targets[0]) if isinstance(targets, list) and targets else ""
        states = {
            (it or "").strip().replace(" ", "").lower()
            for it in (context.any_text("status"), said.any_text("stage"))
        }
        if service == "servicehealth" and (tracking_id := said.any_text("trackingId")):
            where = [it for it in (said.any_text("service"), said.any_text("region")) if it]
            title = said.any_text("title", "defaultLanguageTitle")
            return cls(
                key=dedup_key_of("servicehealth", target.lower(), tracking_id),
                is_over=bool(states & _HEALTH_ENDS),
                title=title,
                summary=f"{title or tracking_id} ({' in '.join(where)})" if where else title,
                text=_plain(said.any_text("communication") or "") or None,
            )
        if service == "resourcehealth" and target:
            health = (said.any_text("currentHealthStatus") or "").lower()
            name = target.rpartition("/")[2]
            return cls(
                key=dedup_key_of("resourcehealth", target.lower()),
                is_over=health == "available" or (not health and bool(states & _HEALTH_ENDS)),
                title=f"{name} {health}".strip(),
                text=said.any_text("details", "title", "cause"),
            )
        return cls()


def _told(context: Fields) -> str | None:
    """An entry of the activity log: an operation and its result."""
    operation, status = context.any_text("operationName"), context.any_text("status")
    return f"{operation}: {status}" if operation and status else operation


def _object(essentials: Fields) -> str | None:
    items = essentials.raw("configurationItems")
    if isinstance(items, list) and items:
        return ", ".join(map(as_text, items))
    targets = essentials.raw("alertTargetIDs")
    names = [as_text(it).rpartition("/")[2] for it in targets] if isinstance(targets, list) else []
    return ", ".join(names) or None


def _plain(html: str) -> str:
    """The text of a communication, which is HTML."""
    text = unescape(_TAG.sub(" ", html))
    return " ".join(text.split())


def _labels(essentials: Fields, first: Fields) -> dict[str, object]:
    labels: dict[str, object] = {
        "signal_type": essentials.raw("signalType"),
        "metric": first.raw("metricName"),
    }
    return merged(labels, pairs_of(first.raw("dimensions")))


SENDER: Final = Sender(
    product="Azure Monitor (common alert schema)",
    expected=EXPECTED,
    read=objects(read_alert, EXPECTED),
    fires="`data.essentials.monitorCondition` `Fired`",
    resolves=(
        "`data.essentials.monitorCondition` `Resolved`; of Service Health `stage` or `status` "
        "`Resolved`, `Complete`, `Canceled`, `RCA`; of Resource Health `currentHealthStatus` "
        "`Available`"
    ),
    dedup_key=(
        "`data.essentials.alertId`; of Service Health the subscription + `trackingId`; of Resource "
        "Health the resource"
    ),
    severity="`data.essentials.severity`: Sev0, Sev1 critical, Sev2 warning, Sev3, Sev4 info",
    episode_start="`data.essentials.firedDateTime`",
)
