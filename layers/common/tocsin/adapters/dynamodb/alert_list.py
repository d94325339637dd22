"""Lists: a partition of the index for each status and severity, merged by id, as alerts fired.

The cursor is the last id that was given out (and, where severity comes first, the severity),
so it needs no state and holds while alerts arrive: a newer alert has a greater id.
"""

import base64
import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Image, is_image_snoozed, text
from tocsin.adapters.dynamodb.key_list import KeyList
from tocsin.adapters.dynamodb.whole_facts import WHOLE, selected_alert, with_whole_facts
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import COUNTED, AlertPage, AlertQuery, Counts, Sort
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import (
    ALPHABET,
    FINGERPRINT_LENGTH,
    ULID_LENGTH,
    Fingerprint,
    instant,
    is_ulid,
    time_of,
    ulid,
)
from tocsin.domain.severity import Severity

READ_LIMIT_BYTES: Final = 1_400_000
"""Read for one page of a selective filter before it says where to go on: about 170 read units,
and a quarter of a second on 0.29 of a core (docs/adr/0015-one-partition-a-cell.md)."""
_ROW_BYTES: Final = 350
"""Of a row beside its facts."""
_FIRST_ROWS: Final = 25
"""Asked of a cell for a selective filter at first; twice as many each time, to 400."""
_DOUBLED: Final = 4
_SEARCHED_ROWS: Final = 50
"""Asked of a cell at most where whole facts may have to be read beside."""

_CELLS: Final = tuple(
    (status, severity)
    for status in (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED)
    for severity in (Severity.INFO, Severity.WARNING, Severity.CRITICAL)
)
"""Read in the order of an alert's life, and of what becomes worse: one that moves on while a page
is being read is then met twice, and given once, never missed."""
_LOWEST: Final = Fingerprint(ALPHABET[0] * FINGERPRINT_LENGTH)
_HIGHEST: Final = Fingerprint(ALPHABET[-1] * FINGERPRINT_LENGTH)
_LOWEST_ID: Final = ALPHABET[0] * ULID_LENGTH
_HIGHEST_ID: Final = ALPHABET[-1] * ULID_LENGTH


def read_page(call: Call, table_name: str, query: AlertQuery, at: datetime) -> AlertPage:
    """Read one page, and the counts of what is open.

    Raises:
        InvalidInputError: The cursor is not one that a list of this order gave.
    """
    start = _read_cursor(query)
    page = _Page(query=query, at=at)
    of_key = KeyList(call, table_name, query).read(after=start.id) if query.is_of_key else None
    if of_key is not None:
        images, page.is_cut = of_key
        for image in with_whole_facts(call, table_name, images, query=query, at=at):
            page.look_at(image, None)
            if page.missing <= 0:
                break
        return page.ended(stored_counts(call, table_name).shown)
    index = _Index(call, table_name, query, at)
    for severity in _severities(query, start.severity):
        cursor_id = start.id if severity is start.severity else None
        wanted = query.severities if severity is None else {severity}
        reading = _Reading(index, wanted, cursor_id)
        found: Iterable[Image]
        found = reading.searched() if query.is_selective else reading.newest(page.missing)
        for image in found:
            page.look_at(image, severity)
            if page.missing <= 0:
                break
        page.is_cut = reading.is_cut
        if page.missing <= 0 or page.is_cut:
            break
    counts = index.counts() if start.id is None else None
    return page.ended(counts or stored_counts(call, table_name).shown)


def _severities(query: AlertQuery, start: Severity | None) -> Sequence[Severity | None]:
    """Which runs through the index make the order: one for each severity, or one for all."""
    if query.sort in {Sort.NEWEST, Sort.OLDEST}:
        return (None,)
    worst_first = sorted(query.severities, key=lambda severity: severity.rank)
    runs = worst_first if query.sort is Sort.WORST else worst_first[::-1]
    return runs[runs.index(start) :] if start in runs else runs


@dataclass(frozen=True, slots=True)
class _Start:
    severity: Severity | None = None
    id: str | None = None


@dataclass(slots=True, kw_only=True)
class _Page:
    """The alerts found so far, and where the last one stands."""

    query: AlertQuery
    at: datetime
    alerts: list[Alert] = field(default_factory=list)
    last_looked: tuple[Severity | None, str] | None = None
    last_given: tuple[Severity | None, str] | None = None
    is_cut: bool = False
    """Whether more would have to be read than one page may."""

    @property
    def missing(self) -> int:
        """How many are still wanted; one more than the limit tells whether more follow."""
        return self.query.limit + 1 - len(self.alerts)

    def look_at(self, image: Image, severity: Severity | None) -> None:
        """Take an alert if it passes the filters."""
        self.last_looked = (severity, image["id"]["S"])
        alert = selected_alert(image, query=self.query, at=self.at)
        if alert is not None:
            self.alerts.append(alert)
            if len(self.alerts) <= self.query.limit:
                self.last_given = self.last_looked

    def ended(self, counts: Counts) -> AlertPage:
        """Say where the next page goes on; nowhere if nothing more is known to follow."""
        place = searched_to = None
        if self.missing <= 0:
            place = self.last_given
        elif self.is_cut and self.last_looked:
            place = self.last_looked
            searched_to = time_of(place[1])
        return AlertPage(
            alerts=tuple(self.alerts[: self.query.limit]),
            next_cursor=_write_cursor(self.query.sort, *place) if place else None,
            searched_to=searched_to,
            counts=counts,
        )


@dataclass(slots=True)
class _Cell:
    """One partition of the index, read as far as needed."""

    status: AlertStatus
    severity: Severity
    images: deque[Image] = field(default_factory=deque)
    """Read, and not yet given out."""
    seen: list[Image] = field(default_factory=list)
    start: Mapping[str, Any] | None = None
    is_read: bool = False
    """To its end, or that of the wanted ids."""
    rounds: int = 0


class _Index:
    """The cells of the wanted statuses and severities."""

    def __init__(self, call: Call, table_name: str, query: AlertQuery, at: datetime) -> None:
        self._call = call
        self._table_name = table_name
        self.query = query
        self._at = at
        self.left_bytes = READ_LIMIT_BYTES
        self.newest_first = query.sort is not Sort.OLDEST
        self.cells = [
            _Cell(status, severity)
            for status, severity in _CELLS
            if status in query.statuses and severity in query.severities
        ]

    def read_on(self, cell: _Cell, rows: int, first: str, last: str) -> Sequence[Image]:
        """Read further rows of a cell."""
        if first > last:
            cell.is_read = True
            return ()
        request: dict[str, Any] = {
            "TableName": self._table_name,
            "IndexName": keys.BY_STATE,
            "KeyConditionExpression": "state_key = :state AND id BETWEEN :from AND :to",
            "ExpressionAttributeValues": {
                ":state": text(keys.state_key(cell.status, cell.severity)),
                ":from": text(first),
                ":to": text(last),
            },
            "ScanIndexForward": not self.newest_first,
            "Limit": rows,
        }
        if cell.start:
            request["ExclusiveStartKey"] = cell.start
        answer = self._call("Query", request)
        images = with_whole_facts(
            self._call, self._table_name, answer["Items"], query=self.query, at=self._at
        )
        cell.start = answer.get("LastEvaluatedKey")
        cell.is_read = cell.start is None
        cell.seen.extend(images)
        if self.query.is_selective:
            self.left_bytes -= sum(map(size_of_image, images))
        return images

    def counts(self) -> Counts | None:
        """Count what is open, if all of it happens to have been read."""
        is_whole = self.query.fired_from is None and self.query.fired_to is None
        open_cells = [it for it in self.cells if it.status is not AlertStatus.RESOLVED]
        is_all = len(open_cells) == len(Severity) * 2 and all(it.is_read for it in open_cells)
        if not (is_all and is_whole):
            return None
        # An alert that moved on is in two of them; the later one is as it is now.
        placed = {image["id"]["S"]: (cell, image) for cell in open_cells for image in cell.seen}
        return sum(
            (
                Counts.of(cell.status, cell.severity, is_snoozed=is_image_snoozed(image, self._at))
                for cell, image in placed.values()
            ),
            Counts(),
        )


class _Reading:
    """One run through cells, in the order of ids."""

    def __init__(
        self, index: _Index, severities: Collection[Severity], cursor_id: str | None
    ) -> None:
        self._index = index
        self._after = cursor_id
        self._cells = [cell for cell in index.cells if cell.severity in severities]
        self._first, self._last = _bounds(index.query, cursor_id, newest_first=index.newest_first)
        self.is_cut = False

    def newest(self, wanted: int) -> Sequence[Image]:
        """Read the first ones, where every row is wanted: each cell once.

        Once as many are known as are wanted, a cell is only asked for what comes before the last.
        """
        index, found = self._index, dict[str, Image]()
        for cell in self._cells:
            first, last = self._first, self._last
            rows = wanted + (self._after is not None)
            read = 0
            while not cell.is_read and read < rows:
                images = index.read_on(cell, rows - read, first, last)
                found |= {image["id"]["S"]: image for image in images}
                read += len(images)
            if self._after is not None:
                found.pop(self._after, None)
            if len(found) >= wanted:
                furthest = sorted(found, reverse=index.newest_first)[wanted - 1]
                if index.newest_first:
                    self._first = furthest
                else:
                    self._last = furthest
        ids = sorted(found, reverse=index.newest_first)
        return [found[alert_id] for alert_id in ids[:wanted]]

    def searched(self) -> Iterator[Image]:
        """Give each image once, in order, reading on where a cell runs dry."""
        last = self._after
        choose = max if self._index.newest_first else min
        for cell in self._cells:
            self._read_on(cell)
        while True:
            for cell in self._cells:
                while not cell.images and not cell.is_read:
                    if self._index.left_bytes <= 0:
                        self.is_cut = True
                        return
                    self._read_on(cell)
            waiting = [cell for cell in self._cells if cell.images]
            if not waiting:
                return
            image = choose(waiting, key=_next_id).images.popleft()
            if image["id"]["S"] != last:
                last = image["id"]["S"]
                yield image

    def _read_on(self, cell: _Cell) -> None:
        rows = _FIRST_ROWS << min(cell.rounds, _DOUBLED)
        if self._index.query.searches_facts:
            rows = min(rows, _SEARCHED_ROWS)
        cell.rounds += 1
        cell.images.extend(self._index.read_on(cell, rows, self._first, self._last))


def _next_id(cell: _Cell) -> str:
    return str(cell.images[0]["id"]["S"])


def size_of_image(image: Image) -> int:
    """Estimate the bytes that reading it was charged for."""
    packed = len(image["details"]["B"]) + len(image.get(WHOLE, {}).get("B", ""))
    return _ROW_BYTES + packed * 3 // 4


def _bounds(query: AlertQuery, cursor_id: str | None, *, newest_first: bool) -> tuple[str, str]:
    """The ids between which the page lies; both ends belong to it."""
    first = _LOWEST_ID if query.fired_from is None else ulid(_known(query.fired_from), _LOWEST)
    last = _HIGHEST_ID if query.fired_to is None else ulid(_known(query.fired_to), _HIGHEST)
    if cursor_id is not None:
        return (first, min(last, cursor_id)) if newest_first else (max(first, cursor_id), last)
    return first, last


def _known(at: datetime) -> datetime:
    """No alert fired before ids began to count."""
    return max(at, instant(0))


def stored_counts(call: Call, table_name: str) -> Counts:
    """Read the numbers of open alerts; a lost change makes them wrong, until a sweep sees it."""
    answer = call(
        "Query",
        {
            "TableName": table_name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": text(keys.COUNT_PARTITION)},
        },
    )
    sums = dict.fromkeys(COUNTED, 0)
    for item in answer["Items"]:
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
