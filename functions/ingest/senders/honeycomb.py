"""Honeycomb's webhook: triggers and burn alerts of service level objectives."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields, as_text
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected Honeycomb\'s own payload: an object like {"id": "abcdefg", "name": "Slow", '
    '"status": "TRIGGERED"}.'
)
GROUPS_SHOWN: Final = 50
_OVER: Final = frozenset(("OK", "RESOLVED"))


def read_trigger(entry: Mapping[str, Any]) -> Report:
    fields = Fields(entry)
    trigger_id = fields.needed("id")
    status = fields.needed("status").upper()
    fields.raise_problems(EXPECTED)
    is_test = fields.raw("is_test") is True or fields.raw("isTest") is True
    name = fields.any_text("name") or f"Trigger {trigger_id}"
    groups = fields.parts("result_groups_triggered")
    return Report(
        action=SignalAction.RESOLVE if status in _OVER else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("test", trigger_id) if is_test else trigger_id,
        name=name,
        summary=fields.any_text("summary"),
        reason=_reason(fields, groups),
        severity=fields.any_text("alert_severity", "severity"),
        words=ALWAYS_CRITICAL,
        source="honeycomb",
        source_name=fields.any_text("dataset", "environment"),
        rule_id=trigger_id,
        rule_name=name,
        labels=groups[0].flat("Group") if len(groups) == 1 else {},
        urls={
            "Trigger": fields.raw("trigger_url"),
            "Result": fields.raw("result_url"),
            "SLO": fields.raw("slo_url"),
        },
        current_value=groups[0].raw("Result") if groups else None,
        threshold=fields.raw("threshold"),
        operator=fields.any_text("operator"),
        is_test=is_test,
    )


def _reason(fields: Fields, groups: Sequence[Fields]) -> str:
    """The description, and the groups that triggered it, where they are several."""
    said = [fields.any_text("description", "trigger_description") or ""]
    if len(groups) > 1:
        said += [
            f"{as_text(it.raw('Group'))}: {as_text(it.raw('Result'))}"
            for it in groups[:GROUPS_SHOWN]
        ]
    return "\n".join(it for it in said if it)


SENDER: Final = Sender(
    product="Honeycomb triggers and burn alerts",
    expected=EXPECTED,
    read=objects(read_trigger, EXPECTED),
    fires="`status` `TRIGGERED`",
    resolves="`status` `OK`",
    dedup_key="`id`",
    severity="`alert_severity`; else critical",
)
