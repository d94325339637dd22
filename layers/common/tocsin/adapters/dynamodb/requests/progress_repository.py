"""The number of entries taken in of a long body that broke off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import expiry, number, text
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import write_if
from tocsin.domain.ids import WriteId

LIFE: Final = timedelta(minutes=15)
"""Senders try again within seconds to minutes; later it is a new body."""
_IS_FURTHER: Final = (
    "attribute_not_exists(pk) OR expires_at <= :now_in_seconds OR taken_in < :taken_in"
)


@dataclass(frozen=True, slots=True)
class DynamoDBProgress:
    """Implements `ProgressRepository`."""

    call: Call
    table_name: str

    def taken_in(self, body: str, *, at: datetime) -> int:
        found = get_item(self.call, self.table_name, keys.progress_key(body))
        if found is None or int(found["expires_at"]["N"]) <= at.timestamp():
            return 0
        return int(found["taken_in"]["N"])

    def note(self, body: str, count: int, *, at: datetime, write_id: WriteId) -> None:
        item = keys.progress_key(body) | {
            "entity": text("progress"),
            "version": number(1),
            "write_id": text(write_id),
            "taken_in": number(count),
            "expires_at": expiry(at, LIFE),
        }
        request = {
            "TableName": self.table_name,
            "Item": item,
            "ConditionExpression": _IS_FURTHER,
            "ExpressionAttributeValues": {
                ":now_in_seconds": number(int(at.timestamp())),
                ":taken_in": number(count),
            },
        }
        write_if(self.call, "PutItem", request)

    def forget(self, body: str) -> None:
        request = {
            "TableName": self.table_name,
            "Key": keys.progress_key(body),
            "ConditionExpression": "attribute_exists(pk)",
        }
        write_if(self.call, "DeleteItem", request)
