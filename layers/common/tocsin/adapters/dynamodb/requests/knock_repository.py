"""Knocks at the doors of the console, counted by door, subject and window."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import expiry, number, text
from tocsin.domain.doors import Knock, Limit


@dataclass(frozen=True, slots=True)
class DynamoDBKnocks:
    """Implements `KnockRepository`."""

    call: Call
    table_name: str

    def count(self, knock: Knock, subject: str, limit: Limit, *, at: datetime) -> int:
        key = keys.knock_key(knock, subject, limit.begins(at))
        request = {
            "TableName": self.table_name,
            "Key": key,
            "UpdateExpression": "SET entity = :entity, expires_at = :expires_at ADD knocks :one",
            "ExpressionAttributeValues": {
                ":entity": text("knocks"),
                ":expires_at": expiry(limit.ends(at), timedelta()),
                ":one": number(1),
            },
            "ReturnValues": "ALL_NEW",
        }
        return int(self.call("UpdateItem", request)["Attributes"]["knocks"]["N"])
