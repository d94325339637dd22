"""What a client reads: one alert, a list of them, the result of a request."""

from typing import Any, Final
from urllib.parse import urlencode

from functions.ingest.compat import CompatCall
from functions.ingest.compat.integration_alerts import IntegrationAlerts, address_of, written
from functions.ingest.compat.opsgenie.find_alert import Identifier, find
from functions.ingest.compat.opsgenie.query import read_query
from functions.ingest.compat.opsgenie.requests import STATUSES, Done, read_request_id
from functions.ingest.compat.opsgenie.view import view_alert, view_row
from functions.ingest.compat.refusals import wrong_parameter
from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlertNotFoundError, NotFoundError
from tocsin.domain.ids import by_whom
from tocsin.domain.timeline import Change, ChangeType

LIST_DEFAULT: Final = 20
LIST_LIMIT: Final = 100
TIMELINE_LIMIT: Final = 200
"""Entries of an alert's timeline that a client is shown, oldest first."""

_SORTS: Final = {
    "createdat": lambda alert: alert.alert_id,
    "updatedat": lambda alert: alert.changed_at,
    "lastoccurredat": lambda alert: alert.last_seen_at,
    "count": lambda alert: alert.occurrences,
    "alias": lambda alert: alert.dedup_key,
    "message": lambda alert: alert.facts.summary,
    "status": lambda alert: alert.status,
}


def get_alert(call: CompatCall, own: IntegrationAlerts, name: str) -> dict[str, Any]:
    alert = _found(call, own, name)
    whole = own.get(alert.alert_id) if alert.overflow else alert
    return {"data": view_alert(whole, call.request.at)}


def list_alerts(call: CompatCall, own: IntegrationAlerts) -> dict[str, Any]:
    query = call.request.query
    offset = _number(query, "offset", 0)
    limit = max(1, min(_number(query, "limit", LIST_DEFAULT), LIST_LIMIT))
    search = read_query(query.get("query", ""), call.request.at)
    sort = query.get("sort", "createdAt").lower()
    if sort not in _SORTS:
        raise wrong_parameter("sort", f"must be one of {', '.join(_SORTS)}, in any case")
    found = own.newest(search.query, wanted=search.wants)
    found.sort(key=_SORTS[sort], reverse=query.get("order", "desc").lower() != "asc")
    rows = [view_row(alert, call.request.at) for alert in found[offset : offset + limit]]
    last = (len(found) - 1) // limit * limit if found else 0
    paging = {"first": _page(call, 0, limit), "last": _page(call, last, limit)}
    if offset + limit < len(found):
        paging["next"] = _page(call, offset + limit, limit)
    if offset > 0:
        paging["prev"] = _page(call, max(0, offset - limit), limit)
    return {"data": rows, "paging": paging}


def count_alerts(call: CompatCall, own: IntegrationAlerts) -> dict[str, Any]:
    search = read_query(call.request.query.get("query", ""), call.request.at)
    return {"data": {"count": len(own.newest(search.query, wanted=search.wants))}}


def get_request(call: CompatCall, own: IntegrationAlerts, request_id: str) -> dict[str, Any]:
    name = own.integration.name
    record = read_request_id(request_id, name)
    if record is None:
        raise NotFoundError("Request does not exist")
    action, status = STATUSES[record.done]
    data = {
        "success": record.done.is_success,
        "action": action,
        "processedAt": written(call.request.at),
        "integrationId": name,
        "isSuccess": record.done.is_success,
        "status": status,
    }
    if record.alert_id is not None:
        alert = own.get(record.alert_id)
        data |= {"alertId": alert.alert_id, "alias": alert.dedup_key}
        data["processedAt"] = written(alert.changed_at)
    elif record.done not in {Done.NO_SUCH_ALERT, Done.PAUSED}:
        raise NotFoundError("Request does not exist")
    return {"data": data}


def list_notes(call: CompatCall, own: IntegrationAlerts, name: str) -> dict[str, Any]:
    changes = _timeline(own, _found(call, own, name))
    noted = [change for change in changes if change.type is ChangeType.NOTE]
    rows = [{"note": change.details.get("note") or "", **_entry(change)} for change in noted]
    return {"data": rows, "paging": {}}


def list_logs(call: CompatCall, own: IntegrationAlerts, name: str) -> dict[str, Any]:
    rows = [
        {"log": _told(change), "type": "system", **_entry(change)}
        for change in _timeline(own, _found(call, own, name))
    ]
    return {"data": rows, "paging": {}}


def nothing_listed(call: CompatCall, own: IntegrationAlerts, name: str) -> dict[str, Any]:
    """Show that an alert has none: files are not kept, and responders are not shown here."""
    _found(call, own, name)
    return {"data": []}


def _found(call: CompatCall, own: IntegrationAlerts, name: str) -> Alert:
    alert = find(own, Identifier.of(call, name))
    if alert is None:
        raise AlertNotFoundError
    return alert


def _timeline(own: IntegrationAlerts, alert: Alert) -> tuple[Change, ...]:
    page = own.ports.alerts().timeline(alert.alert_id, cursor=None, limit=TIMELINE_LIMIT)
    return page.changes


def _entry(change: Change) -> dict[str, Any]:
    at = written(change.at)
    return {"owner": by_whom(change.by), "createdAt": at, "offset": at}


def _told(change: Change) -> str:
    details = ", ".join(f"{name} {value}" for name, value in change.details.items() if value)
    word = change.type.replace("_", " ")
    return f"{word}: {details}" if details else word


def _page(call: CompatCall, offset: int, limit: int) -> str:
    query = {**call.request.query, "offset": str(offset), "limit": str(limit)}
    query.pop("apiKey", None)
    return f"{address_of(call.request)}{call.request.path}?{urlencode(query)}"


def _number(query: Any, name: str, default: int) -> int:  # noqa: ANN401 - any mapping
    text = query.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > len("1000000"):
        raise wrong_parameter(name, "must be a whole number, 0 or more")
    return int(text)
