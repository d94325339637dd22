"""Activity, newest first, and what the stream adds to it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.activity.activity_items import activity_from, activity_item
from tocsin.adapters.dynamodb.alerts.items import Image, text
from tocsin.adapters.dynamodb.transactions import put_all
from tocsin.domain.activity import Activity
from tocsin.domain.ids import milliseconds


@dataclass(frozen=True, slots=True)
class DynamoDBActivity:
    """Implements `ActivityRepository`."""

    call: Call
    table_name: str

    def add(self, rows: Sequence[Activity]) -> None:
        items = (activity_item(row, with_change=False) for row in rows)
        put_all(self.call, self.table_name, items)

    def newest(
        self, since: datetime, until: datetime, *, before: str | None = None
    ) -> Iterator[Activity]:
        end = before or f"{milliseconds(until):013}#~"
        last = f"{milliseconds(since):013}#"
        for partition in keys.activity_partitions(since, until):
            both = [self._rows(partition, prefix, last, end) for prefix in keys.ACTIVITY_PREFIXES]
            for _, image in merge(*both, key=lambda it: it[0], reverse=True):
                yield activity_from(image)

    def _rows(
        self, partition: str, prefix: str, last: str, end: str
    ) -> Iterator[tuple[str, Image]]:
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :last AND :end",
            "ExpressionAttributeValues": {
                ":pk": text(partition),
                ":last": text(f"{prefix}{last}"),
                ":end": text(f"{prefix}{end}"),
            },
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": 200,
        }
        while True:
            answer = self.call("Query", request)
            for image in answer["Items"]:
                place = str(image["sk"]["S"])[len(prefix) :]
                if place != end:
                    yield place, image
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
