"""Kibana's alerting rules (Elastic), by a webhook connector with our template."""

import re
from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields, without
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from functions.ingest.senders.reading.shapes import pairs_of
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected the template of docs/senders/kibana.md, filled in: an object with "
    '"alert_uuid" (or "rule_id" and "alert_id") and "action_group".'
)
_WARNS: Final = ".warning"
_VARIABLE: Final = re.compile(r"\{\{\{?[#^/&]?[\w.]+\}?\}\}")
"""One of Mustache, as it is written in the template."""


def read_alert(entry: Mapping[str, Any]) -> Report:
    """A variable that was not filled in counts as missing."""
    fields = Fields(without(entry, _VARIABLE))
    key = fields.text("alert_uuid") or _rule_and_alert(fields)
    fields.raise_problems(EXPECTED)
    group = (fields.any_text("action_group") or "").lower()
    rule = fields.any_text("rule_name") or "Kibana rule"
    alert_id = fields.any_text("alert_id")
    reason = fields.any_text("reason", "message")
    return Report(
        action=SignalAction.RESOLVE if group == "recovered" else SignalAction.TRIGGER,
        dedup_key=key,
        name=rule,
        summary=reason,
        reason=reason,
        severity=fields.any_text("severity") or ("warning" if group.endswith(_WARNS) else None),
        words=ALWAYS_CRITICAL,
        source="kibana",
        object=alert_id,
        rule_id=fields.any_text("rule_id"),
        rule_name=rule,
        labels={
            **pairs_of(fields.raw("tags")),
            "rule_type": fields.raw("rule_type"),
            "rule_tags": fields.raw("rule_tags"),
            "space": fields.raw("space_id"),
            "action_group": fields.raw("action_group"),
        },
        urls={"Alert": fields.raw("alert_details_url"), "Kibana": fields.raw("kibana_url")},
    )


def _rule_and_alert(fields: Fields) -> str:
    rule_id, alert_id = fields.text("rule_id"), fields.text("alert_id")
    fields.require("alert_uuid", is_there=bool(rule_id), problem="is missing, and so is rule_id")
    return dedup_key_of(rule_id, alert_id)


SENDER: Final = Sender(
    product="Kibana alerting rules (Elastic)",
    expected=EXPECTED,
    read=objects(read_alert, EXPECTED),
    fires="every `action_group` but `recovered`",
    resolves="`action_group` `recovered`",
    dedup_key="`alert_uuid`, else `rule_id` + `alert_id`",
    severity="`severity`; an `action_group` that ends with `.warning`; else critical",
)
