"""Alerts and the server as Alertmanager's API v2 shows them."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from functions.ingest.compat import CompatCall
from functions.ingest.compat.integration_alerts import IntegrationAlerts, written
from functions.ingest.compat.refusals import wrong_parameter
from functions.ingest.senders.reading.prometheus_alerts import RESOLVE_TIMEOUT
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.integration import Integration
from tocsin.domain.matcher import Matcher, all_match

SHOWN_LIMIT: Final = 1_000
"""Alerts of one answer, newest first; Alertmanager's API knows no pages."""
FILTERS_LIMIT: Final = 20
_OPEN: Final = frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED))
_VERSION: Final = {
    "version": "0.25.0",
    "revision": "tocsin",
    "branch": "tocsin",
    "buildUser": "tocsin",
    "buildDate": "19700101-00:00:00",
    "goVersion": "none",
}
"""The version whose API this is; clients ask for nothing else of it."""


def view_status(integration: Integration) -> dict[str, Any]:
    """Show a server that has run since the integration was made, alone."""
    return {
        "cluster": {"peers": [], "status": "disabled"},
        "config": {"original": ""},
        "uptime": written(integration.created_at),
        "versionInfo": dict(_VERSION),
    }


def view_alerts(call: CompatCall, integration: Integration) -> list[dict[str, Any]]:
    """Show the integration's open alerts that the query asks for.

    Raises:
        InvalidInputError: A filter is no matcher.
    """
    pairs = parse_qsl(call.request.event.get("rawQueryString") or "", keep_blank_values=True)
    filters = [text for name, text in pairs if name == "filter"]
    if len(filters) > FILTERS_LIMIT:
        raise wrong_parameter("filter", f"at most {FILTERS_LIMIT} are understood")
    matchers = [Matcher.parse(text, "filter") for text in filters]
    wanted = dict(pairs)
    shows_active = wanted.get("active", "true") != "false"
    shows_muted = wanted.get("silenced", "true") != "false"
    views = []
    own = IntegrationAlerts(integration, call)
    for alert in own.newest(AlertQuery(statuses=_OPEN), limit=SHOWN_LIMIT):
        is_muted = alert.is_snoozed(call.request.at) or alert.silence is not None
        is_shown = shows_muted if is_muted else shows_active
        if is_shown and all_match(matchers, _labels(alert)):
            views.append(_view_alert(alert, is_muted=is_muted))
    return views


def view_groups(call: CompatCall, integration: Integration) -> list[dict[str, Any]]:
    """Show them as one group: nothing is grouped here."""
    alerts = view_alerts(call, integration)
    receiver = {"name": integration.name}
    return [{"labels": {}, "receiver": receiver, "alerts": alerts}] if alerts else []


def _view_alert(alert: Alert, *, is_muted: bool) -> dict[str, Any]:
    facts = alert.facts
    state = "suppressed" if is_muted else "active"
    silenced_by = [alert.silence.name] if alert.silence else []
    view: dict[str, Any] = {
        "annotations": {
            name: text
            for name, text in (("summary", facts.summary), ("description", facts.reason))
            if text
        },
        "endsAt": written(alert.last_seen_at + RESOLVE_TIMEOUT),
        "fingerprint": alert.dedup_key,
        "receivers": [{"name": alert.integration}],
        "startsAt": written(alert.fired_at),
        "status": {"state": state, "silencedBy": silenced_by, "inhibitedBy": []},
        "updatedAt": written(alert.last_seen_at),
        "labels": dict(_labels(alert)),
    }
    if source := facts.urls.get("source"):
        view["generatorURL"] = source
    return view


def _labels(alert: Alert) -> Mapping[str, str]:
    return alert.facts.labels or {"alertname": alert.facts.name}
