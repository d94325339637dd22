"""A page of alerts as the list's contract says, found the slow way."""

from collections.abc import Iterable
from datetime import datetime

from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertPage, AlertQuery, Counts, Sort
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import is_ulid

type Place = tuple[int, str]
"""Where an alert stands: the rank of its severity, or 0 where that does not matter; its id."""


def page_of(
    alerts: Iterable[Alert], query: AlertQuery, *, at: datetime, counts: Counts
) -> AlertPage:
    """Sort all, skip up to the cursor, keep what fits."""
    after = None if query.cursor is None else _place_in(query, query.cursor)
    selected = in_order(alerts, query, at=at)
    following = [
        alert
        for alert in selected
        if after is None
        or _sort_key(_place(alert, query.sort), query.sort) > _sort_key(after, query.sort)
    ]
    shown = following[: query.limit]
    next_cursor = (
        _cursor(query.sort, _place(shown[-1], query.sort)) if len(following) > query.limit else None
    )
    return AlertPage(alerts=tuple(shown), next_cursor=next_cursor, counts=counts)


def in_order(alerts: Iterable[Alert], query: AlertQuery, *, at: datetime) -> list[Alert]:
    """All that a query selects, whatever its limit and cursor."""
    selected = [alert for alert in alerts if query.selects(alert, at)]
    return sorted(selected, key=lambda alert: _sort_key(_place(alert, query.sort), query.sort))


def _place(alert: Alert, sort: Sort) -> Place:
    by_severity = sort in {Sort.WORST, Sort.MILDEST}
    return (alert.severity.rank if by_severity else 0, alert.alert_id)


def _sort_key(place: Place, sort: Sort) -> tuple[int, list[int]]:
    rank, alert_id = place
    letters = [ord(letter) for letter in alert_id]
    newest_first = [-letter for letter in letters]
    match sort:
        case Sort.OLDEST:
            return (0, letters)
        case Sort.NEWEST:
            return (0, newest_first)
        case Sort.WORST:
            return (rank, newest_first)
        case Sort.MILDEST:
            return (-rank, newest_first)


def _cursor(sort: Sort, place: Place) -> str:
    return f"{sort}.{place[0]}.{place[1]}"


def _place_in(query: AlertQuery, cursor: str) -> Place:
    sort, _, place = cursor.partition(".")
    rank, _, alert_id = place.partition(".")
    if sort != query.sort or not rank.isdecimal() or not is_ulid(alert_id):
        problem = Problem("cursor", "is not one that a list of this order gave")
        raise InvalidInputError("The cursor is wrong.", [problem])
    return int(rank), alert_id
