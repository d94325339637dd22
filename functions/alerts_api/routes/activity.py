"""Who changed what, newest first: as pages, or as a table for a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.alert_filters import read_limit
from functions.alerts_api.answers import with_page
from functions.alerts_api.fields import Fields
from functions.alerts_api.route import Route
from tocsin.domain.activity import KEPT_FOR, Activity, ActivityKind, via_of_activity
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.ids import by_whom, instant

if TYPE_CHECKING:
    from functions.alerts_api.request import Request
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.ports import ActivityRepository

PATH: Final = "/api/v1/activity"
SEEN_LIMIT: Final = 2_000
"""Rows that one request looks at: about 0.5 MB, and a second."""
_PARAMETERS: Final = ("from", "to", "by", "kind", "name", "limit", "cursor", "format")
_FORMATS: Final = ("json", "csv")
_TEXT_LIMIT: Final = 200
_CURSOR: Final = re.compile(r"(\d{13})#[\w-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a request asks for."""

    since: datetime
    until: datetime
    by: str | None
    kinds: frozenset[str]
    name: str | None
    cursor: str | None
    limit: int

    def takes(self, row: Activity) -> bool:
        return (
            (self.by is None or self.by in {row.by.lower(), by_whom(row.by).lower()})
            and (not self.kinds or row.kind in self.kinds)
            and (self.name is None or self.name == row.name.lower())
        )


@dataclass(slots=True)
class Page:
    """Rows that were found, and where to go on."""

    rows: list[Activity] = field(default_factory=list)
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRoutes:
    activity: Callable[[], ActivityRepository]

    def routes(self) -> tuple[Route, ...]:
        return (Route("GET", PATH, "list_activity", self.page, Scope.CONFIG_READ),)

    def page(self, request: Request) -> HttpAnswer:
        fields = Fields(request.query)
        shape = str(fields.value("format") or "json").lower()
        if shape not in _FORMATS:
            fields.refuse("format", "must be json or csv")
        is_table = shape == "csv"
        wanted = read_wanted(fields, request.at, is_table=is_table)
        found = find(wanted, self.activity())
        if is_table:
            from functions.alerts_api.activity_table import answer_table

            return answer_table(found.rows, found.next_cursor)
        rows = [view(row) for row in found.rows]
        return with_page(rows, next_cursor=found.next_cursor, ignored=request.ignored(_PARAMETERS))


def read_wanted(fields: Fields, at: datetime, *, is_table: bool) -> Wanted:
    """Raises InvalidInputError; a table has all rows that one request looks at."""
    since = fields.instant("from") if fields.has("from") else None
    until = fields.instant("to") if fields.has("to") else None
    by, name = fields.text("by", _TEXT_LIMIT), fields.text("name", _TEXT_LIMIT)
    kinds = frozenset(filter(None, str(fields.value("kind") or "").lower().split(",")))
    if unknown := sorted(kinds - set(ActivityKind)):
        known = ", ".join(ActivityKind)
        fields.refuse("kind", f"{unknown[0][:_TEXT_LIMIT]} is none; there are {known}")
    limit = read_limit(fields) if fields.has("limit") or not is_table else SEEN_LIMIT
    cursor = str(fields.value("cursor") or "") or None
    matched = _CURSOR.fullmatch(cursor) if cursor else None
    if cursor and matched is None:
        fields.refuse("cursor", "is not one that this list gave")
    if since and until and until < since:
        fields.refuse("to", "must not lie before from")
    fields.expect_good("Activity cannot be listed like that.")
    earliest = at - KEPT_FOR - timedelta(days=1)
    latest = at + timedelta(minutes=5)  # by the clocks of other functions
    last = min(until or latest, latest)
    return Wanted(
        since=max(since or earliest, earliest),
        until=min(last, instant(int(matched[1]))) if matched else last,
        by=by.lower() if by else None,
        kinds=kinds,
        name=name.lower() if name else None,
        cursor=cursor,
        limit=limit,
    )


def find(wanted: Wanted, activity: ActivityRepository) -> Page:
    """Look at rows until a page is full, or there are none, or enough were looked at."""
    page = Page()
    last: Activity | None = None
    for seen, row in enumerate(activity.newest(wanted.since, wanted.until, before=wanted.cursor)):
        if len(page.rows) == wanted.limit or seen == SEEN_LIMIT:
            page.next_cursor = last.place if last else None
            break
        if wanted.takes(row):
            page.rows.append(row)
        last = row
    return page


def view(row: Activity) -> dict[str, Any]:
    is_alert = row.kind is ActivityKind.ALERT
    return {
        "id": row.activity_id,
        "at": written(row.at),
        "by": by_whom(row.by),
        "via": via_of_activity(row.by),
        "kind": row.kind,
        "name": row.name,
        "action": row.action,
        "changes": [
            {"field": it.field, "before": it.before, "after": it.after} for it in row.changes
        ],
        "alert_id": row.name if is_alert else None,
    }
