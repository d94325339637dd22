"""The sparse `due` index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, slot_of, text, time
from tocsin.domain.ids import instant
from tocsin.domain.timers import AnyTimer, HeartbeatTimer, HoldTimer, StormTimer, Timer


@dataclass(frozen=True, slots=True)
class DynamoDBDue:
    """Implements `DueRepository`."""

    call: Call
    table_name: str

    def due(self, before: datetime) -> Sequence[AnyTimer]:
        timers = [
            _timer_from(item)
            for shard in range(keys.DUE_SHARDS)
            for item in self._items(shard, before)
        ]
        return sorted(timers, key=lambda timer: timer.due_at)

    def _items(self, shard: int, before: datetime) -> Iterator[Image]:
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "IndexName": keys.DUE,
            "KeyConditionExpression": "due_key = :key AND due_at < :before",
            "ExpressionAttributeValues": {
                ":key": text(keys.due_key(shard)),
                ":before": time(before),
            },
        }
        while True:
            answer = self.call("Query", request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _timer_from(item: Image) -> AnyTimer:
    due_at = instant(int(item["due_at"]["N"]))
    if item["pk"]["S"] == keys.HEARTBEATS:
        return HeartbeatTimer(heartbeat=item["sk"]["S"], due_at=due_at)
    if item["pk"]["S"] == keys.COUNT_PARTITION:
        return StormTimer(due_at=due_at)
    if item["pk"]["S"] == keys.HOLDS:
        from tocsin.adapters.dynamodb.configuration.hold_items import kind_and_name

        kind, name = kind_and_name(item)
        return HoldTimer(kind=kind, name=name, due_at=due_at)
    return Timer(slot=slot_of(item), due_at=due_at)
