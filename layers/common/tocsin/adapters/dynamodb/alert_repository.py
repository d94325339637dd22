"""Alerts, as operators and timers see and change them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alert_list import read_page
from tocsin.adapters.dynamodb.beside import body_from
from tocsin.adapters.dynamodb.items import Image, alert_from, text
from tocsin.adapters.dynamodb.queries import get_items
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.timeline_items import change_from, change_item, samples_from
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertPage, AlertQuery
from tocsin.domain.errors import AlertNotFoundError, InvalidInputError, Problem
from tocsin.domain.history import Sample, history_of
from tocsin.domain.ids import (
    AlertId,
    WriteId,
    fingerprint_of,
    is_ulid,
    milliseconds,
)
from tocsin.domain.sent_body import SentBodies
from tocsin.domain.timeline import Change, TimelinePage

_NEAREST: Final = 3
"""An alert is the first of its range (its own episode) or the last (the slot), with at most
its overflow and its history between: three items hold all of it."""


@dataclass(frozen=True, slots=True)
class DynamoDBAlerts:
    """Implements `AlertRepository`."""

    call: Call
    table_name: str
    retention: timedelta

    def get(self, alert_id: AlertId) -> Alert:
        """Read one alert as the newest write left it."""
        return self._read(alert_id)[0]

    def get_with_history(self, alert_id: AlertId) -> tuple[Alert, tuple[Sample, ...]]:
        """Read one alert and its newest 50 values, oldest first."""
        alert, history = self._read(alert_id)
        return alert, history_of(alert, samples_from(history) if history else ())

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        """Store what changed, if the state is still the one that was read."""
        return self._slots.update(before, after, write_id=write_id)

    def list(self, query: AlertQuery, *, at: datetime) -> AlertPage:
        """Read one page."""
        return read_page(self.call, self.table_name, query, at)

    def timeline(self, alert_id: AlertId, *, cursor: str | None, limit: int) -> TimelinePage:
        """Read what happened, oldest first; changes of the last second may still be missing."""
        if not is_ulid(alert_id):
            raise AlertNotFoundError
        prefix = keys.timeline_prefix(alert_id)
        if cursor is not None and not cursor.startswith(prefix):
            problem = Problem("cursor", "is not one that this timeline gave")
            message = "The cursor is wrong."
            raise InvalidInputError(message, [problem])
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {
                ":pk": text(keys.slot_partition(fingerprint_of(alert_id))),
                ":prefix": text(prefix),
            },
            "Limit": limit,
        }
        if cursor is not None:
            partition = keys.slot_partition(fingerprint_of(alert_id))
            request["ExclusiveStartKey"] = keys.key(partition, cursor)
        answer = self.call("Query", request)
        last = answer.get("LastEvaluatedKey")
        return TimelinePage(
            changes=tuple(change_from(item) for item in answer["Items"]),
            next_cursor=last["sk"]["S"] if last else None,
        )

    def sent_bodies(self, alert_id: AlertId) -> SentBodies:
        """Read what was sent first and last."""
        self.get(alert_id)
        wanted = [keys.overflow_key(alert_id), keys.last_body_key(alert_id)]
        found = {item["sk"]["S"]: item for item in get_items(self.call, self.table_name, wanted)}
        first, last = (body_from(found.get(key["sk"]["S"])) for key in wanted)
        return SentBodies(first=first, last=last or first)

    def add_note(self, alert_id: AlertId, note: Change, *, write_id: WriteId) -> None:
        """Put a note on the timeline; the alert itself stays as it is."""
        key = keys.note_key(alert_id, milliseconds(note.at), write_id)
        item = change_item(key, note, self.retention)
        self.call("PutItem", {"TableName": self.table_name, "Item": item})

    @property
    def _slots(self) -> DynamoDBSlots:
        return DynamoDBSlots(self.call, self.table_name, self.retention)

    def _read(self, alert_id: AlertId) -> tuple[Alert, Image | None]:
        if not is_ulid(alert_id):
            raise AlertNotFoundError
        answer = self.call(
            "Query",
            {
                "TableName": self.table_name,
                "KeyConditionExpression": "pk = :pk AND sk BETWEEN :from AND :live",
                "ExpressionAttributeValues": {
                    ":pk": text(keys.slot_partition(fingerprint_of(alert_id))),
                    ":from": text(keys.episode_sort(alert_id)),
                    ":live": text(keys.LIVE),
                },
                "ConsistentRead": True,
                "Limit": _NEAREST,
            },
        )
        items = {item["sk"]["S"]: item for item in answer["Items"]}
        image = items.get(keys.episode_sort(alert_id)) or items.get(keys.LIVE)
        if image is None or image["id"]["S"] != alert_id:
            raise AlertNotFoundError
        overflow = items.get(keys.overflow_sort(alert_id))
        is_whole = overflow and overflow.get("overflow") == image.get("overflow", "")
        whole = overflow["details"]["B"] if overflow and is_whole else None
        return alert_from(image, whole=whole), items.get(keys.history_sort(alert_id))
