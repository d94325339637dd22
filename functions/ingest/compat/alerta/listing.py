"""Lists and counts of alerts, by the filters of Alerta's API.

`?status=open&status=ack&environment=Production&service!=shop&text=~disk&q=status:open`
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from functions.ingest.compat import CompatCall
from functions.ingest.compat.alerta.alert import base_of, told
from functions.ingest.compat.alerta.find_alert import SHORT_ID
from functions.ingest.compat.alerta.view import severity_of, status_of_alert, view_alert
from functions.ingest.compat.integration_alerts import SHOWN_LIMIT, IntegrationAlerts, written
from functions.ingest.compat.refusals import nothing_here, wrong_parameter
from functions.ingest.request_and_answer import Taken
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertQuery
from tocsin.lambda_runtime.http import MethodNotAllowedError

PAGE_SIZE: Final = 50
FILTERS_LIMIT: Final = 50
PATTERN_LIMIT: Final = 100
PARTS_LIMIT: Final = 3
_SPECIAL: Final = frozenset("\\()[]{}|?+*^$")
_CONTROLS: Final = frozenset(
    (
        *("page", "page-size", "limit", "sort-by", "reverse", "fields", "api-key", "group-by"),
        *("from-date", "to-date", "show-raw-data", "show-history"),
    )
)
_STATUSES: Final = {
    "open": {AlertStatus.FIRING},
    "ack": {AlertStatus.ACKNOWLEDGED},
    "closed": {AlertStatus.RESOLVED},
    "shelved": {AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED},
}
_WORD: Final = re.compile(r'\s*(?:(?P<field>[a-z][\w.-]{0,60}):)?(?P<value>"[^"]*"|[^\s()"]+)\s*')

type Test = Callable[[dict[str, Any]], bool]


def take_list(call: CompatCall, own: IntegrationAlerts, path: tuple[str, ...]) -> Taken:
    if path not in {(), ("count",)}:
        raise nothing_here()
    if call.request.method != "GET":
        raise MethodNotAllowedError("Alerts are listed by GET.", "GET")
    pairs = _pairs(call)
    found = _found(call, own, pairs)
    counted = {
        "status": "ok",
        "total": len(found),
        "severityCounts": dict(Counter(severity_of(alert) for alert in found)),
        "statusCounts": dict(Counter(status_of_alert(alert, call.request.at) for alert in found)),
        "autoRefresh": True,
    }
    return told(own, counted if path else {**counted, **_page(call, found, dict(pairs))})


def _page(call: CompatCall, found: Sequence[Alert], query: dict[str, str]) -> dict[str, Any]:
    size = max(1, min(_number(query, "page-size", PAGE_SIZE), SHOWN_LIMIT))
    page = max(1, _number(query, "page", 1))
    first = (page - 1) * size
    last_seen = max((alert.last_seen_at for alert in found), default=call.request.at)
    base = base_of(call)
    return {
        "alerts": [
            view_alert(alert, call.request.at, base) for alert in found[first : first + size]
        ],
        "page": page,
        "pageSize": size,
        "pages": -(-len(found) // size),
        "more": first + size < len(found),
        "lastTime": written(last_seen),
    }


def _found(
    call: CompatCall, own: IntegrationAlerts, pairs: Sequence[tuple[str, str]]
) -> list[Alert]:
    """Find what passes all filters; the same filter several times asks for any of its values."""
    wanted: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in _CONTROLS and name != "q":
            wanted.setdefault(name, []).append(value)
    for name, value in _words(dict(pairs).get("q", "")):
        wanted.setdefault(name, []).append(value)
    tests = [_test(name, values) for name, values in wanted.items()]
    at, base = call.request.at, base_of(call)

    def passes(alert: Alert) -> bool:
        row = view_alert(alert, at, base)
        return all(test(row) for test in tests)

    return own.newest(_query(wanted.get("status")), wanted=passes if tests else None)


def _query(statuses: list[str] | None) -> AlertQuery:
    """The filters that the table's index can apply."""
    if not statuses or not _STATUSES.keys() >= set(statuses):
        return AlertQuery()
    return AlertQuery(statuses=frozenset[AlertStatus]().union(*(_STATUSES[it] for it in statuses)))


def _test(name: str, values: list[str]) -> Test:
    field, is_negated = name.removesuffix("!"), name.endswith("!")
    matches = [_match(field, value) for value in values]

    def test(row: dict[str, Any]) -> bool:
        said = _texts(row, field)
        return any(match(text) for match in matches for text in said) is not is_negated

    return test


def _texts(row: dict[str, Any], field: str) -> list[str]:
    """A row's value of a field; an unknown field is an attribute."""
    if not field:
        return [f"{row['text']} {row['event']} {row['resource']} {row['rawData'] or ''}"]
    name = "tags" if field == "tag" else field
    said = row[name] if name in row else row["attributes"].get(name.removeprefix("attributes."))
    values = said if isinstance(said, list) else [said]
    return ["" if value is None else str(value) for value in values] or [""]


def _match(field: str, value: str) -> Callable[[str], bool]:
    if not field:
        word = value.lower()
        return lambda text: word in text.lower()
    if field == "id" and len(value) >= SHORT_ID:
        return lambda text: text.startswith(value.upper())
    if value.startswith("~"):
        return _pattern(value[1:])
    return lambda text: text == value


def _pattern(text: str) -> Callable[[str], bool]:
    """Read a pattern of plain text, `.*` and anchors: others take a stranger's time to match.

    Raises:
        InvalidInputError: It is long, or has more than that.
    """
    is_start, is_end = text.startswith("^"), text.endswith("$")
    parts = text.removeprefix("^").removesuffix("$").lower().split(".*")
    if len(text) > PATTERN_LIMIT or len(parts) > PARTS_LIMIT or _SPECIAL & set("".join(parts)):
        raise wrong_parameter("pattern", "only text, ^, $ and two .* are understood in a pattern")
    first, last = (parts[0] if is_start else ""), (parts[-1] if is_end else "")
    middle = parts[is_start : len(parts) - is_end]

    def matches(said: str) -> bool:
        said = said.lower()
        if is_start and is_end and len(parts) == 1:
            return said == first
        if len(said) < len(first) + len(last):
            return False
        if not said.startswith(first) or not said.endswith(last):
            return False
        position, end = len(first), len(said) - len(last)
        for part in middle:
            found = said.find(part, position, end)
            if found < 0:
                return False
            position = found + len(part)
        return True

    return matches


def _words(query: str) -> list[tuple[str, str]]:
    """Read `q`: field:value and bare words, all of which must be true.

    Raises:
        InvalidInputError: It says more than that.
    """
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(query.rstrip()):
        match = _WORD.match(query, position)
        if match is None or match["value"] in {"OR", "NOT"} or len(found) == FILTERS_LIMIT:
            raise wrong_parameter(
                "q", "q is not understood: field:value and words, joined by AND, are"
            )
        position = match.end()
        if match["value"] != "AND":
            found.append((match["field"] or "", match["value"].strip('"')))
    return found


def _pairs(call: CompatCall) -> list[tuple[str, str]]:
    written_query = str(call.request.event.get("rawQueryString") or "")
    pairs = parse_qsl(written_query, keep_blank_values=True)
    if len(pairs) > FILTERS_LIMIT:
        raise wrong_parameter("query", f"at most {FILTERS_LIMIT} filters are understood")
    return pairs


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or len(text) > len("1000000"):
        raise wrong_parameter(name, f"{name} must be a whole number")
    return int(text)
