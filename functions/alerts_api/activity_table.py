"""Activity as CSV, which a spreadsheet opens without running what is in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.activity import via_of_activity
from tocsin.domain.alert_json import written
from tocsin.domain.ids import by_whom
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.domain.activity import Activity

CSV: Final = "text/csv; charset=utf-8"
NEXT_CURSOR: Final = "next-cursor"
"""The header that says where to go on."""
COLUMNS: Final = ("at", "by", "via", "kind", "name", "action", "field", "before", "after", "id")
_BEGIN_A_FORMULA: Final = "=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20"
"""What spreadsheets take for the beginning of a formula (OWASP, CSV Injection), or of a command;
also in full width."""


def answer_table(rows: Sequence[Activity], next_cursor: str | None) -> HttpAnswer:
    """One line a changed field; of a row without fields, one line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerows(list(map(plain, line)) for line in _lines(row))
    headers = {
        "content-type": CSV,
        "content-disposition": 'attachment; filename="activity.csv"',
    }
    if next_cursor is not None:
        headers[NEXT_CURSOR] = next_cursor
    return HttpAnswer(status=HTTPStatus.OK, body=text.getvalue(), headers=headers)


def _lines(row: Activity) -> Iterator[list[str]]:
    said = [
        written(row.at) or "",
        by_whom(row.by),
        via_of_activity(row.by) or "",
        row.kind.value,
        row.name,
        row.action,
    ]
    if not row.changes:
        yield [*said, "", "", "", row.activity_id]
    for it in row.changes:
        yield [*said, it.field, _cell(it.before), _cell(it.after), row.activity_id]


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


def plain(cell: str) -> str:
    """Mark what would be taken for a formula as a text, also behind spaces."""
    begins = cell.lstrip(" \u00a0\ufeff\u200b")[:1]
    return f"'{cell}" if begins and begins in _BEGIN_A_FORMULA else cell
