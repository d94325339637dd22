"""Lists: a partition of the index for each status and severity, merged by id, as alerts fired.

The cursor is the last id that was given out (and, where severity comes first, the severity),
so it needs no state and holds while alerts arrive: a newer alert has a greater id.
"""

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, alert_from, is_image_snoozed, text
from tocsin.adapters.dynamodb.alerts.key_list import KeyList
from tocsin.adapters.dynamodb.alerts.whole_facts import WholeFacts, charged_bytes, cut_alerts
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import COUNTED, AlertPage, AlertQuery, Counts, Sort
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import (
    ALPHABET,
    FINGERPRINT_LENGTH,
    ULID_LENGTH,
    AlertId,
    Fingerprint,
    instant,
    is_ulid,
    time_of,
    ulid,
)
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.team_storm import TeamStorm

READ_LIMIT_BYTES: Final = 1_300_000
"""Read for one page of a selective filter, which then gives a cursor: about 160 read units, and
some more for the last request (docs/adr/0015-one-partition-a-cell.md)."""
_ROW_BYTES: Final = 350
"""Of a row beside its facts."""
_FIRST_ROWS: Final = 50
"""In the first window of a search; twice as many in each that follows, to 400."""
_DOUBLED: Final = 3
_LOOKED_AT_ONCE: Final = 50
_WHOLE_AT_ONCE: Final = 4
"""Whole facts may be 60 KB each."""

_CELLS: Final = tuple(
    (status, severity)
    for status in (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED)
    for severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
)
"""In the order in which alerts change: one that moves to another cell while a page is read is then
met twice, and returned once, never missed."""
_LOWEST: Final = Fingerprint(ALPHABET[0] * FINGERPRINT_LENGTH)
_HIGHEST: Final = Fingerprint(ALPHABET[-1] * FINGERPRINT_LENGTH)
_LOWEST_ID: Final = ALPHABET[0] * ULID_LENGTH
_HIGHEST_ID: Final = ALPHABET[-1] * ULID_LENGTH


def read_page(call: Call, table_name: str, query: AlertQuery, at: datetime) -> AlertPage:
    """Read one page, and the counts of open alerts.

    Raises:
        InvalidInputError: The cursor is not one that a list of this order gave.
    """
    start = _read_cursor(query)
    allowance = _Allowance(READ_LIMIT_BYTES)
    page = _Page(query=query, at=at, allowance=allowance)
    of_key = KeyList(call, table_name, query).read(after=start.id) if query.is_of_key else None
    facts = WholeFacts(call, table_name)
    if of_key is not None:
        images, page.is_cut = of_key
        page.look_through(images, None, facts)
        return page.ended(*_counts_and_storm(call, table_name))
    index = _Index(call, table_name, query, at, allowance)
    for severity in _severities(query, start.severity):
        cursor_id = start.id if severity is start.severity else None
        wanted = query.severities if severity is None else {severity}
        reading = _Reading(index, wanted, cursor_id)
        while not (page.is_full or reading.is_over):
            is_spent = allowance.is_spent and page.last_looked is not None
            window = None if is_spent else reading.window(page.missing)
            if window is None:
                page.is_cut = True
            elif page.look_through(window, severity, facts):
                page.last_looked = (severity, reading.reached)
        if page.is_full:
            break
    counts = index.counts() if start.id is None else None
    stored, storm = _counts_and_storm(call, table_name)
    return page.ended(counts or stored, storm)


def _severities(query: AlertQuery, start: Severity | None) -> Sequence[Severity | None]:
    """The runs through the index that make the order: one for each severity, or one for all."""
    if query.sort in {Sort.NEWEST, Sort.OLDEST}:
        return (None,)
    worst_first = sorted(query.severities, key=lambda severity: severity.rank)
    runs = worst_first if query.sort is Sort.WORST else worst_first[::-1]
    return runs[runs.index(start) :] if start in runs else runs


@dataclass(frozen=True, slots=True)
class _Start:
    severity: Severity | None = None
    id: str | None = None


@dataclass(slots=True)
class _Allowance:
    """What one page may still read."""

    left_bytes: int

    @property
    def is_spent(self) -> bool:
        return self.left_bytes <= 0


@dataclass(slots=True, kw_only=True)
class _Page:
    """The alerts found so far, and the position of the last one."""

    query: AlertQuery
    at: datetime
    allowance: "_Allowance"
    alerts: dict[AlertId, Alert] = field(default_factory=dict)
    """By id: an alert whose severity changes meanwhile is in two runs of a severity order."""
    last_looked: tuple[Severity | None, str] | None = None
    last_given: tuple[Severity | None, str] | None = None
    is_cut: bool = False
    """Whether more would have to be read than one page may."""

    @property
    def missing(self) -> int:
        """How many are missing; one more than the limit shows whether more follow."""
        return self.query.limit + 1 - len(self.alerts)

    @property
    def is_full(self) -> bool:
        return self.missing <= 0 or self.is_cut

    def look_through(
        self, images: Sequence[Image], severity: Severity | None, facts: WholeFacts
    ) -> bool:
        """Take alerts that pass the filters; return whether all were checked.

        It ends early if the page is full, or if whole facts must be read and the page's allowance
        is spent.
        """
        for part in batched(images, _LOOKED_AT_ONCE, strict=False):
            cut = cut_alerts(part, query=self.query, at=self.at)
            wholes: dict[str, str | None] = {}
            for wanted in batched(cut, _WHOLE_AT_ONCE, strict=False):
                if self.allowance.is_spent and (self.last_looked or wholes):
                    self.is_cut = True
                    break
                read, size = facts.read(wanted)
                self.allowance.left_bytes -= size
                wholes |= {alert_id: read.get(alert_id) for alert_id in wanted}
            unread = set(cut) - wholes.keys()
            for image in part:
                if image["id"]["S"] in unread:
                    return False
                self._look_at(image, wholes.get(image["id"]["S"]), severity)
                if self.missing <= 0:
                    return False
        return True

    def _look_at(self, image: Image, whole: str | None, severity: Severity | None) -> None:
        self.last_looked = (severity, image["id"]["S"])
        alert = alert_from(image)
        searched = alert_from(image, whole=whole) if whole else alert
        if alert.alert_id not in self.alerts and self.query.selects(searched, self.at):
            self.alerts[alert.alert_id] = alert
            if len(self.alerts) <= self.query.limit:
                self.last_given = self.last_looked

    def ended(self, counts: Counts, storm: "TeamStorm | None") -> AlertPage:
        """The cursor of the next page; None if nothing more is known to follow."""
        place = searched_to = None
        if self.missing <= 0:
            place = self.last_given
        elif self.is_cut and self.last_looked:
            place = self.last_looked
            searched_to = time_of(place[1])
        return AlertPage(
            alerts=tuple(self.alerts.values())[: self.query.limit],
            next_cursor=_write_cursor(self.query.sort, *place) if place else None,
            searched_to=searched_to,
            counts=counts,
            storm=storm,
        )


@dataclass(slots=True)
class _Cell:
    """One partition of the index, read as far as needed."""

    status: AlertStatus
    severity: Severity
    reached: str = ""
    """All of it is known up to here."""
    last: str = ""
    """The last id that was read of it."""
    seen: list[Image] = field(default_factory=list)
    is_read: bool = False
    """To the end of the wanted ids."""


class _Index:
    """The cells of the wanted statuses and severities."""

    def __init__(
        self,
        call: Call,
        table_name: str,
        query: AlertQuery,
        at: datetime,
        allowance: _Allowance,
    ) -> None:
        self._call = call
        self._table_name = table_name
        self.query = query
        self._at = at
        self.allowance = allowance
        self.newest_first = query.sort is not Sort.OLDEST
        self.cells = [
            _Cell(status, severity)
            for status, severity in _CELLS
            if status in query.statuses and severity in query.severities
        ]

    def read_on(
        self, cell: _Cell, rows: int, span: tuple[str, str]
    ) -> tuple[Sequence[Image], str | None]:
        """Read rows of a cell, and the last id if more may follow."""
        request: dict[str, Any] = {
            "TableName": self._table_name,
            "IndexName": keys.BY_STATE,
            "KeyConditionExpression": "state_key = :state AND id BETWEEN :from AND :to",
            "ExpressionAttributeValues": {
                ":state": text(keys.state_key(cell.status, cell.severity)),
                ":from": text(span[0]),
                ":to": text(span[1]),
            },
            "ScanIndexForward": not self.newest_first,
            "Limit": rows,
        }
        answer = self._call("Query", request)
        images: list[Image] = answer["Items"]
        cell.seen.extend(images)
        if self.query.is_selective:
            self.allowance.left_bytes -= charged_bytes(sum(map(_size_of, images)))
        last = answer.get("LastEvaluatedKey")
        return images, last["id"]["S"] if last else None

    def counts(self) -> Counts | None:
        """Count open alerts, if all cells happen to have been read whole."""
        is_whole = self.query.fired_from is None and self.query.fired_to is None
        open_cells = [it for it in self.cells if it.status is not AlertStatus.RESOLVED]
        is_all = len(open_cells) == len(Severity) * 2 and all(it.is_read for it in open_cells)
        if not (is_all and is_whole):
            return None
        # An alert that moved is in two of them; the later one is current.
        placed = {image["id"]["S"]: (cell, image) for cell in open_cells for image in cell.seen}
        return sum(
            (
                Counts.of(cell.status, cell.severity, is_snoozed=is_image_snoozed(image, self._at))
                for cell, image in placed.values()
            ),
            Counts(),
        )


class _Reading:
    """One run through cells in the order of ids, window by window.

    A window has all rows up to an id. The cells are read one after the other; once the window is
    full, the next cell is read only for ids within it. So no cell is known further than those
    before it, and a row that moves to a later cell is not missed.
    """

    def __init__(
        self, index: _Index, severities: Collection[Severity], cursor_id: str | None
    ) -> None:
        self._index = index
        self._nearer = max if index.newest_first else min
        lowest, highest = _bounds(index.query)
        start, self._end = (
            (_just_above(highest), lowest) if index.newest_first else (_just_below(lowest), highest)
        )
        if cursor_id is not None and self._is_further(cursor_id, start):
            start = cursor_id
        self.reached = start
        """All rows up to here were returned."""
        self._waiting: dict[str, Image] = {}
        self._rounds = 0
        self._cells = [cell for cell in index.cells if cell.severity in severities]
        for cell in self._cells:
            cell.reached = cell.last = start

    @property
    def is_over(self) -> bool:
        return not (self._cells and self._is_further(self._end, self.reached))

    def window(self, missing: int) -> Sequence[Image] | None:
        """Read the next window: as many as the page lacks, or more in a search.

        Returns:
            The rows in order; None, but never at first, if the page must end before.
        """
        rows = missing
        if self._index.query.is_selective:
            rows = _FIRST_ROWS << min(self._rounds, _DOUBLED)
            self._rounds += 1
        edge = self._edge(self._end, rows)
        for cell in self._cells:
            if self._is_further(edge, cell.reached):
                # Rows of a cell that wait are returned before more of it is read.
                if not self._is_further(cell.last, self.reached):
                    if self._index.allowance.is_spent and self._rounds > 1:
                        return None
                    self._read_on(cell, edge, rows)
                edge = self._edge(self._nearer(edge, cell.reached), rows)
        self.reached = edge
        ids = [it for it in self._waiting if not self._is_further(it, edge)]
        ids.sort(reverse=self._index.newest_first)
        return [self._waiting.pop(alert_id) for alert_id in ids]

    def _read_on(self, cell: _Cell, edge: str, rows: int) -> None:
        is_downwards = self._index.newest_first
        span = (
            (edge, _just_below(cell.reached)) if is_downwards else (_just_above(cell.reached), edge)
        )
        images, last = self._index.read_on(cell, rows, span)
        self._waiting |= {image["id"]["S"]: image for image in images}
        if images:
            cell.last = images[-1]["id"]["S"]
        cell.reached = last or edge
        cell.is_read = cell.reached == self._end

    def _edge(self, edge: str, rows: int) -> str:
        """The end of the window at most, by the rows that wait."""
        if len(self._waiting) < rows:
            return edge
        return self._nearer(edge, sorted(self._waiting, reverse=self._index.newest_first)[rows - 1])

    def _is_further(self, one: str, other: str) -> bool:
        return one < other if self._index.newest_first else one > other


def _size_of(image: Image) -> int:
    """Estimate the bytes charged for reading it."""
    return _ROW_BYTES + len(image["details"]["B"]) * 3 // 4


def _just_below(alert_id: str) -> str:
    """Above all lower ids and below this one: no letter of an id comes after `~`."""
    return f"{alert_id[:-1]}{chr(ord(alert_id[-1]) - 1)}~"


def _just_above(alert_id: str) -> str:
    """Below all higher ids and above this one."""
    return f"{alert_id}!"


def _bounds(query: AlertQuery) -> tuple[str, str]:
    """The bounds of the list's ids, both inclusive."""
    first = _LOWEST_ID if query.fired_from is None else ulid(_known(query.fired_from), _LOWEST)
    last = _HIGHEST_ID if query.fired_to is None else ulid(_known(query.fired_to), _HIGHEST)
    return first, last


def _known(at: datetime) -> datetime:
    """No alert is older than the first id."""
    return max(at, instant(0))


def stored_counts(call: Call, table_name: str) -> Counts:
    """Read the numbers of open alerts; a sweep corrects them after a lost change."""
    return _sum_of(_counts(call, table_name))


def _counts_and_storm(call: Call, table_name: str) -> "tuple[Counts, TeamStorm | None]":
    items = _counts(call, table_name)
    storm = next((it for it in items if it["sk"] == keys.STORM_KEY["sk"]), None)
    return _sum_of(items).shown, _storm_from(storm)


def _storm_from(image: Image | None) -> "TeamStorm | None":
    """None: there is none, or it is over."""
    if image is None:
        return None
    from tocsin.adapters.dynamodb.timeline.storm_repository import storm_from

    storm = storm_from(image)
    return storm if storm.is_on else None


def _counts(call: Call, table_name: str) -> Sequence[Image]:
    answer = call(
        "Query",
        {
            "TableName": table_name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": text(keys.COUNT_PARTITION)},
        },
    )
    items: Sequence[Image] = answer["Items"]
    return items


def _sum_of(items: Sequence[Image]) -> Counts:
    sums = dict.fromkeys(COUNTED, 0)
    for item in items:
        for name in COUNTED:
            sums[name] += int(item.get(name, {"N": "0"})["N"])
    return Counts(**sums)


def _write_cursor(sort: Sort, severity: Severity | None, last_id: str) -> str:
    written = json.dumps([sort, severity, last_id], separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def _read_cursor(query: AlertQuery) -> _Start:
    if query.cursor is None:
        return _Start()
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        sort, severity, last_id = json.loads(base64.b64decode(padded, b"-_", validate=True))
        start = _Start(None if severity is None else Severity(severity), last_id)
        is_ours = sort == query.sort and is_ulid(last_id)
    except (ValueError, TypeError, RecursionError):
        is_ours, start = False, _Start()
    if not is_ours:
        problem = Problem("cursor", "is not one that a list of this order gave")
        message = "The cursor is wrong; leave it out to begin at the first page."
        raise InvalidInputError(message, [problem])
    return start
