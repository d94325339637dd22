"""Lists: the partitions of each status, merged by id, which is the order of firing.

The cursor is the last id that was given out (and, where severity comes first, the severity),
so it needs no state and holds while alerts arrive: a newer alert has a greater id.
"""

import base64
import json
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Image, is_image_snoozed, text
from tocsin.adapters.dynamodb.whole_facts import selected_alert, with_whole_facts
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertPage, AlertQuery, Counts, Sort
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.ids import (
    ALPHABET,
    FINGERPRINT_LENGTH,
    ULID_LENGTH,
    Fingerprint,
    instant,
    is_ulid,
    ulid,
)
from tocsin.domain.severity import Severity

ROWS_LIMIT: Final = 4000
"""Rows that one page may look at for a selective filter before it says where to go on; about
3 MB, and well within a function's time."""
_SELECTIVE_ROWS: Final = 100
"""Rows asked of a partition for a selective filter at first; twice as many each time, to 800."""
_SELECTIVE_ROUNDS: Final = 3
_SLACK: Final = 3
"""Rows asked of a partition above its fair share, so that one more round is seldom needed."""

_LIFE: Final = (AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED)
"""Read in the order of an alert's life: one that moves on while a page is being read is then
met twice, and given once, never missed."""
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
    scans: list[_Scan] = []
    for severity in _severities(query, start.severity):
        cursor_id = start.id if severity is start.severity else None
        scan = _Scan(call, table_name, query, cursor_id=cursor_id, at=at)
        scans.append(scan)
        for image in scan.images(page):
            page.look_at(image, severity)
            if page.is_full:
                break
        if page.is_full:
            break
    counts = scans[0].counts() if start.id is None and scans else None
    return AlertPage(
        alerts=tuple(page.alerts[: query.limit]),
        next_cursor=page.cursor,
        counts=counts or stored_counts(call, table_name).shown,
    )


def _severities(query: AlertQuery, start: Severity | None) -> Sequence[Severity | None]:
    """Which runs through the index make the order: one for each severity, or one for all."""
    if query.sort in {Sort.NEWEST, Sort.OLDEST}:
        return (None,)
    worst_first = sorted(query.severities, key=lambda severity: severity.rank)
    runs = worst_first if query.sort is Sort.WORST else worst_first[::-1]
    return runs[runs.index(start) :] if start in runs else runs


@dataclass(slots=True, kw_only=True)
class _Page:
    """The alerts found so far, and how many rows it took."""

    query: AlertQuery
    at: datetime
    alerts: list[Alert] = field(default_factory=list)
    last_looked: tuple[Severity | None, str] | None = None
    last_given: tuple[Severity | None, str] | None = None
    rows: int = 0

    @property
    def missing(self) -> int:
        """How many are still wanted; one more than the limit tells whether more follow."""
        return self.query.limit + 1 - len(self.alerts)

    @property
    def is_full(self) -> bool:
        """Whether to stop looking."""
        return self.missing <= 0 or self.rows >= ROWS_LIMIT

    @property
    def cursor(self) -> str | None:
        """Where the next page goes on; None if nothing more is known to follow."""
        if self.missing <= 0 and self.last_given:
            return _write_cursor(self.query.sort, *self.last_given)
        if self.rows >= ROWS_LIMIT and self.last_looked:
            return _write_cursor(self.query.sort, *self.last_looked)
        return None

    def look_at(self, image: Image, severity: Severity | None) -> None:
        """Take an alert if it passes the filters."""
        self.rows += 1
        self.last_looked = (severity, image["id"]["S"])
        wanted = self.query.severities if severity is None else {severity}
        if image["severity"]["S"] not in wanted:
            return
        alert = selected_alert(image, query=self.query, at=self.at)
        if alert is not None:
            self.alerts.append(alert)
            if len(self.alerts) <= self.query.limit:
                self.last_given = self.last_looked


@dataclass(slots=True)
class _Partition:
    """One partition of the index, read as far as needed."""

    key: str
    is_open: bool
    images: deque[Image] = field(default_factory=deque)
    start: Mapping[str, Any] | None = None
    is_read: bool = False
    """To its end."""
    seen: list[Image] = field(default_factory=list)
    rounds: int = 0

    def next_rows(self) -> int:
        """How many rows to look through next, not knowing how many of them are wanted."""
        rows = _SELECTIVE_ROWS << min(self.rounds, _SELECTIVE_ROUNDS)
        self.rounds += 1
        return rows


class _Scan:
    """A run through the partitions of the wanted statuses, in the order of ids."""

    def __init__(
        self,
        call: Call,
        table_name: str,
        query: AlertQuery,
        *,
        cursor_id: str | None,
        at: datetime,
    ) -> None:
        self._call = call
        self._table_name = table_name
        self._query = query
        self._at = at
        self._newest_first = query.sort is not Sort.OLDEST
        self._is_whole = query.fired_from is None and query.fired_to is None
        self._is_after = cursor_id
        self._from, self._to = _bounds(query, cursor_id, newest_first=self._newest_first)
        self._partitions = [
            _Partition(
                keys.state_key(status, shard),
                status is not AlertStatus.RESOLVED,
                is_read=self._from > self._to,
            )
            for status in _LIFE
            if status in query.statuses
            for shard in range(keys.SHARDS)
        ]

    def images(self, page: _Page) -> Iterator[Image]:
        """Give each image once, in order, reading on where a partition runs dry."""
        last = self._is_after
        choose = max if self._newest_first else min
        fair = math.ceil(page.missing / max(1, len(self._partitions)))
        for partition in self._partitions:
            self._read_on(partition, fair)
        while True:
            for partition in self._partitions:
                while not partition.images and not partition.is_read:
                    self._read_on(partition, math.ceil(page.missing / keys.SHARDS))
            waiting = [partition for partition in self._partitions if partition.images]
            if not waiting:
                return
            image = choose(waiting, key=_next_id).images.popleft()
            if image["id"]["S"] != last:
                last = image["id"]["S"]
                yield image

    def counts(self) -> Counts | None:
        """Count what is open, if all of it happens to have been read."""
        open_ones = [partition for partition in self._partitions if partition.is_open]
        is_all = len(open_ones) == keys.SHARDS * 2 and self._is_whole
        if not is_all or not all(partition.is_read for partition in open_ones):
            return None
        images = {image["id"]["S"]: image for part in open_ones for image in part.seen}
        alerts = list(images.values())
        firing = sum(image["status"]["S"] == AlertStatus.FIRING for image in alerts)
        snoozed = sum(is_image_snoozed(image, self._at) for image in alerts)
        return Counts(firing=firing, acknowledged=len(alerts) - firing, snoozed=snoozed)

    def _read_on(self, partition: _Partition, rows: int) -> None:
        if partition.is_read:
            return
        request: dict[str, Any] = {
            "TableName": self._table_name,
            "IndexName": keys.BY_STATE,
            "KeyConditionExpression": "state_key = :state AND id BETWEEN :from AND :to",
            "ExpressionAttributeValues": {
                ":state": text(partition.key),
                ":from": text(self._from),
                ":to": text(self._to),
            },
            "ScanIndexForward": not self._newest_first,
            "Limit": partition.next_rows() if self._query.is_selective else rows + _SLACK,
        }
        if partition.start:
            request["ExclusiveStartKey"] = partition.start
        answer = self._call("Query", request)
        partition.images.extend(
            with_whole_facts(
                self._call, self._table_name, answer["Items"], query=self._query, at=self._at
            )
        )
        if partition.is_open:
            partition.seen.extend(answer["Items"])
        partition.start = answer.get("LastEvaluatedKey")
        partition.is_read = partition.start is None


def _next_id(partition: _Partition) -> str:
    return str(partition.images[0]["id"]["S"])


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
    sums = {"firing": 0, "acknowledged": 0, "snoozed": 0}
    for item in answer["Items"]:
        for name in sums:
            sums[name] += int(item.get(name, {"N": "0"})["N"])
    return Counts(**sums)


@dataclass(frozen=True, slots=True)
class _Start:
    severity: Severity | None = None
    id: str | None = None


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
