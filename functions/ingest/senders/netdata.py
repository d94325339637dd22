"""Netdata: the webhook of Netdata Cloud, and the custom sender of an agent."""

from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected Netdata Cloud's webhook or the custom sender of docs/senders/netdata.md: an object "
    'with "alert", "chart" and "severity", or "host" and "status".'
)
_OVER: Final = frozenset(("clear", "removed"))
_UNDECIDED: Final = frozenset(("undefined", "uninitialized"))
_REACHABLE: Final = "reachability"
_TEST: Final = ("test_alarm", "test.chart")
"""Alert and chart of `alarm-notify.sh test`, which sends WARNING, CRITICAL and CLEAR."""


def read_notification(entry: Mapping[str, Any]) -> Report | Ignored:
    """An alert, a host that is gone, or a mere message."""
    fields = Fields(entry)
    if fields.flat("status"):
        return _host(fields)
    alert = fields.text("alert", "alarm", "name")
    if alert is None:
        return _message(fields)
    fields.raise_problems(EXPECTED)
    word = (fields.any_text("severity", "status") or "").lower()
    if word in _UNDECIDED:
        return Ignored(f"status {word}")
    host = fields.any_text("host", "hostname", "node")
    chart = fields.any_text("chart")
    return Report(
        action=SignalAction.RESOLVE if word in _OVER else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(fields.any_text("space"), host, chart, alert),
        name=alert,
        summary=fields.any_text("message"),
        reason=fields.any_text("info"),
        severity=word,
        source="netdata",
        source_name=fields.any_text("space"),
        object=host,
        rule_name=alert,
        labels={
            name: fields.raw(name) for name in ("chart", "context", "family", "class", "space")
        },
        urls={"Netdata": fields.raw("alert_url") or fields.raw("alarm_url") or fields.raw("url")},
        current_value=fields.any_text("value_string", "value"),
        is_test=(alert, chart) == _TEST,
    )


def _host(fields: Fields) -> Report:
    host = fields.needed("host")
    fields.raise_problems(EXPECTED)
    status = fields.part("status")
    is_reachable = status.raw("reachable") is True or status.raw("text") == "reachable"
    return Report(
        action=SignalAction.RESOLVE if is_reachable else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(_REACHABLE, host),
        name=f"{host} is unreachable",
        summary=fields.any_text("message"),
        severity=fields.any_text("severity"),
        source="netdata",
        object=host,
        urls={"Netdata": fields.raw("url")},
    )


def _message(fields: Fields) -> Report:
    """A test of Netdata Cloud: its text has the token by which the webhook is verified there."""
    message = fields.needed("message", "title")
    fields.raise_problems(EXPECTED)
    return Report(
        dedup_key=dedup_key_of("message", fields.any_text("title")),
        name=fields.any_text("title") or "Message from Netdata",
        summary=message,
        reason=fields.any_text("token"),
        severity="info",
        source="netdata",
        is_test=True,
    )


SENDER: Final = Sender(
    product="Netdata Cloud, and agents by a custom sender",
    expected=EXPECTED,
    read=objects(read_notification, EXPECTED),
    fires="`severity` or `status` `warning`, `critical`; a host that is not reachable",
    resolves="`severity` or `status` `clear`; a host that is reachable again",
    dedup_key="`space` + `host` + `chart` + `alert`; of reachability `host`",
    severity="`severity` or `status`",
)
