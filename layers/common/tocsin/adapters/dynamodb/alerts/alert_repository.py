"""Alerts, as operators and timers see and change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.facts_and_bodies import body_from
from tocsin.adapters.dynamodb.alerts.items import Image, alert_from, changes_from, text
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots, read_episode
from tocsin.adapters.dynamodb.queries import (
    SORT_KEY_LIMIT_BYTES,
    get_item,
    get_items,
    query_some,
)
from tocsin.adapters.dynamodb.timeline.timeline_items import change_from, change_item, samples_from
from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlertNotFoundError, InvalidInputError, Problem
from tocsin.domain.history import Sample, history_of
from tocsin.domain.ids import (
    AlertId,
    Via,
    WriteId,
    fingerprint_of,
    is_ulid,
    milliseconds,
    via_of,
)
from tocsin.domain.sent_body import SentBodies
from tocsin.domain.timeline import Change, TimelinePage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tocsin.domain.alert_query import AlertPage, AlertQuery

_READS: Final = 3
"""Of an alert whose big facts are replaced just when they are read."""


@dataclass(frozen=True, slots=True)
class DynamoDBAlerts:
    """Implements `AlertRepository`."""

    call: Call
    table_name: str
    retention: timedelta

    def get(self, alert_id: AlertId) -> Alert:
        return self._read(alert_id)[0]

    def get_with_changes(self, alert_id: AlertId) -> tuple[Alert, tuple[Change, ...]]:
        alert, image = self._read(alert_id)
        return alert, changes_from(image)

    def get_shortened(self, alert_id: AlertId) -> Alert:
        return alert_from(self._image(alert_id))

    def get_many(self, alert_ids: Iterable[AlertId]) -> Mapping[AlertId, Alert]:
        wanted = [it for it in alert_ids if is_ulid(it)]
        slots = dict.fromkeys(map(fingerprint_of, wanted))  # DynamoDB refuses a key twice
        images = self._by_id(list(map(keys.slot_key, slots)))
        # An episode leaves its slot and gets a key of its own in one write: it is found there.
        images |= self._by_id([keys.episode_key(it) for it in set(wanted) - images.keys()])
        return {it: alert_from(images[it]) for it in wanted if it in images}

    def get_with_history(self, alert_id: AlertId) -> tuple[Alert, tuple[Sample, ...]]:
        alert = self.get(alert_id)
        if alert.occurrences == 1 or alert.current_value is None:
            return alert, history_of(alert, ())
        history = get_item(self.call, self.table_name, keys.history_key(alert_id))
        return alert, history_of(alert, samples_from(history) if history else ())

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        return self._slots.update(before, after, write_id=write_id)

    def list(self, query: AlertQuery, *, at: datetime) -> AlertPage:
        from tocsin.adapters.dynamodb.alerts.alert_list import read_page

        return read_page(self.call, self.table_name, query, at)

    def timeline(self, alert_id: AlertId, *, cursor: str | None, limit: int) -> TimelinePage:
        if not is_ulid(alert_id):
            raise AlertNotFoundError
        prefix = keys.timeline_prefix(alert_id)
        is_ours = cursor is None or (
            cursor.startswith(prefix) and len(cursor.encode()) <= SORT_KEY_LIMIT_BYTES
        )
        if not is_ours:
            problem = Problem("cursor", "is not one that this timeline gave")
            message = "The cursor is wrong."
            raise InvalidInputError(message, [problem])
        request = self._timeline_request(alert_id)
        if cursor is not None:
            partition = keys.slot_partition(fingerprint_of(alert_id))
            request["ExclusiveStartKey"] = keys.key(partition, cursor)
        items = query_some(self.call, request, limit + 1)
        return TimelinePage(
            changes=tuple(change_from(item) for item in items[:limit]),
            next_cursor=items[limit - 1]["sk"]["S"] if len(items) > limit else None,
        )

    def newest_changes(self, alert_id: AlertId, *, limit: int) -> tuple[Change, ...]:
        request = self._timeline_request(alert_id) | {"ScanIndexForward": False}
        newest_first = query_some(self.call, request, limit)
        return tuple(change_from(item) for item in reversed(newest_first))

    def sent_bodies(self, alert_id: AlertId) -> SentBodies:
        self._image(alert_id)
        wanted = [keys.overflow_key(alert_id), keys.last_body_key(alert_id)]
        found = {item["sk"]["S"]: item for item in get_items(self.call, self.table_name, wanted)}
        first, last = (body_from(found.get(key["sk"]["S"])) for key in wanted)
        return SentBodies(first=first, last=last or first)

    def add_note(self, alert_id: AlertId, note: Change, *, write_id: WriteId) -> None:
        key = keys.note_key(alert_id, milliseconds(note.at), write_id)
        item = change_item(key, note, self.retention)
        if via_of(note.by) in {None, Via.INTEGRATION}:
            self.call("PutItem", {"TableName": self.table_name, "Item": item})
            return
        from tocsin.adapters.dynamodb.activity.activity_items import activity_item
        from tocsin.adapters.dynamodb.transactions import IS_NEW, put, transact
        from tocsin.domain.activity import act_on

        row = act_on(alert_id, note, activity_id=f"{write_id}-0")
        activity = activity_item(row, with_change=True, write_id=write_id)
        actions = (put(self.table_name, item, IS_NEW), put(self.table_name, activity, IS_NEW))
        transact(self.call, actions, write_id=write_id)

    def _read(self, alert_id: AlertId) -> tuple[Alert, Image]:
        """Read one alert with its whole facts, and its item."""
        image = self._image(alert_id)
        for _ in range(_READS):
            if "overflow" not in image:
                break
            beside = get_item(self.call, self.table_name, keys.overflow_key(alert_id)) or {}
            if "overflow" not in beside:
                break  # Not written yet: the alert is shown shortened.
            if beside["overflow"] == image["overflow"]:
                return alert_from(image, whole=beside["details"]["B"]), image
            image = self._image(alert_id)
        return alert_from(image), image

    def _by_id(self, wanted: Sequence[keys.Key]) -> dict[AlertId, Image]:
        images = get_items(self.call, self.table_name, wanted)
        return {AlertId(image["id"]["S"]): image for image in images}

    def _timeline_request(self, alert_id: AlertId) -> dict[str, Any]:
        return {
            "TableName": self.table_name,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {
                ":pk": text(keys.slot_partition(fingerprint_of(alert_id))),
                ":prefix": text(keys.timeline_prefix(alert_id)),
            },
        }

    @property
    def _slots(self) -> DynamoDBSlots:
        return DynamoDBSlots(self.call, self.table_name, self.retention)

    def _image(self, alert_id: AlertId) -> Image:
        image = read_episode(self.call, self.table_name, alert_id) if is_ulid(alert_id) else None
        if image is None:
            raise AlertNotFoundError
        return image
