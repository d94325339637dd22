"""Opsgenie's search query language, as far as clients use it: conditions joined by AND.

`status: open AND alias: "disk/db-1"`, `priority = P1 AND createdAt > 1795300592615`, bare words.
OR and brackets are refused rather than misunderstood.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.ingest.compat.integration_alerts import words
from functions.ingest.compat.opsgenie.view import owner_of, priority_of
from functions.ingest.senders.opsgenie import TAGS
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import milliseconds

QUERY_LIMIT: Final = 1_000
_CONDITION: Final = re.compile(
    r"\s*+(?P<joint>AND\b|&&)?\s*+(?P<negated>NOT\b|!)?\s*+"
    r"(?:(?P<field>[A-Za-z][\w.]{0,60})\s*+(?P<operator>!=|<=|>=|[:=<>])\s*+"
    r'(?P<value>"[^"]*"|[^\s()"]+)|(?P<word>"[^"]*"|[^\s()":=<>!]+))\s*+'
)
_OPEN: Final = frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED))
_STATUSES: Final = {
    "open": _OPEN,
    "closed": frozenset((AlertStatus.RESOLVED,)),
    "resolved": frozenset((AlertStatus.RESOLVED,)),
    "acked": frozenset((AlertStatus.ACKNOWLEDGED,)),
    "unacked": frozenset((AlertStatus.FIRING,)),
}
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}

type Test = Callable[[Alert], bool]

_TEXTS: Final[dict[str, Callable[[Alert], list[str]]]] = {
    "alertid": lambda alert: [alert.alert_id],
    "alias": lambda alert: [alert.dedup_key],
    "description": lambda alert: [alert.facts.reason],
    "entity": lambda alert: [alert.facts.object or ""],
    "integration.name": lambda alert: [alert.integration],
    "message": lambda alert: [alert.facts.summary],
    "owner": lambda alert: [owner_of(alert)],
    "priority": lambda alert: [priority_of(alert)],
    "source": lambda alert: [alert.facts.source or ""],
    "tag": lambda alert: words(alert, TAGS),
    "tags": lambda alert: words(alert, TAGS),
}
_NUMBERS: Final[dict[str, Callable[[Alert], int]]] = {
    "count": lambda alert: alert.occurrences,
    "createdat": lambda alert: milliseconds(alert.fired_at),
    "lastoccurredat": lambda alert: milliseconds(alert.last_seen_at),
    "updatedat": lambda alert: milliseconds(alert.changed_at),
}
_EXACT: Final = frozenset(("alertid", "alias", "priority"))


@dataclass(frozen=True, slots=True)
class Search:
    """A query's filters: those that the table's index can apply, and the rest."""

    query: AlertQuery
    tests: tuple[Test, ...]

    def wants(self, alert: Alert) -> bool:
        return all(test(alert) for test in self.tests)


def read_query(text: str, at: datetime) -> Search:
    """Understand a query; an empty one asks for all.

    Raises:
        InvalidInputError: It says what is not understood here.
    """
    if len(text) > QUERY_LIMIT:
        raise _refused(f"is longer than {QUERY_LIMIT} characters")
    query, tests = AlertQuery(), []
    position = 0
    while position < len(text.rstrip()):
        found = _CONDITION.match(text, position)
        if found is None or found["word"] in {"AND", "OR", "NOT", "&&", "||"}:
            raise _refused("is not understood: conditions like status: open, joined by AND, are")
        position = found.end()
        field, value = (found["field"] or "").lower(), (found["value"] or found["word"]).strip('"')
        operator = found["operator"] or ":"
        is_negated = bool(found["negated"]) != (operator == "!=")
        if field == "status" and not is_negated:
            wanted = query.statuses & _status(value)
            query = AlertQuery(statuses=wanted)
            continue
        test = _test(field, operator, value, at)
        tests.append(_opposite(test) if is_negated else test)
    return Search(query, tuple(tests))


def _test(field: str, operator: str, value: str, at: datetime) -> Test:
    if field in _NUMBERS:
        return _compared(_NUMBERS[field], operator, value)
    if operator in {"<", ">", "<=", ">="}:
        raise _refused(f"compares {field}, which has no order here")
    match field:
        case "":
            return lambda alert: (
                value.lower() in f"{alert.facts.summary} {alert.facts.reason}".lower()
            )
        case "status":
            statuses = _status(value)
            return lambda alert: alert.status in statuses
        case "acknowledged" | "isseen" | "snoozed":
            wanted = _flag(value)
            return lambda alert: _flags_of(alert, at)[field] is wanted
        case _ if field.startswith("details."):
            name = field.removeprefix("details.")
            return lambda alert: value in _details(alert, name)
        case _ if field in _TEXTS:
            return _matches(_TEXTS[field], value, is_exact=operator != ":" or field in _EXACT)
        case _:
            raise _refused(f"asks for {field}, which is not searched here")


def _flags_of(alert: Alert, at: datetime) -> dict[str, bool]:
    return {
        "acknowledged": alert.status is AlertStatus.ACKNOWLEDGED,
        "isseen": alert.status is not AlertStatus.FIRING,
        "snoozed": alert.is_snoozed(at),
    }


def _details(alert: Alert, name: str) -> list[str]:
    return [text for label, text in alert.facts.labels.items() if label.lower() == name]


def _matches(read: Callable[[Alert], list[str]], value: str, *, is_exact: bool) -> Test:
    wanted = value.lower()
    if wanted.endswith("*"):
        return lambda alert: any(it.lower().startswith(wanted[:-1]) for it in read(alert))
    if is_exact:
        return lambda alert: any(it.lower() == wanted for it in read(alert))
    return lambda alert: any(wanted in it.lower() for it in read(alert))


def _compared(read: Callable[[Alert], int], operator: str, value: str) -> Test:
    if not value.isascii() or not value.isdigit() or len(value) > len(str(2**63)):
        raise _refused(f"compares with {value[:40]}, which is no number")
    bound = int(value)
    tests: dict[str, Test] = {
        "<": lambda alert: read(alert) < bound,
        ">": lambda alert: read(alert) > bound,
        "<=": lambda alert: read(alert) <= bound,
        ">=": lambda alert: read(alert) >= bound,
    }
    return tests.get(operator, lambda alert: read(alert) == bound)


def _opposite(test: Test) -> Test:
    return lambda alert: not test(alert)


def _status(value: str) -> frozenset[AlertStatus]:
    if value.lower() not in _STATUSES:
        raise _refused(f"asks for the status {value[:40]}; known are {', '.join(_STATUSES)}")
    return _STATUSES[value.lower()]


def _flag(value: str) -> bool:
    if value.lower() not in _FLAGS:
        raise _refused(f"asks for {value[:40]} where true or false is expected")
    return _FLAGS[value.lower()]


def _refused(problem: str) -> InvalidInputError:
    return InvalidInputError("The query is not understood.", [Problem("query", problem)])
