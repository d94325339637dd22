"""The counter of changes: one item, which every reader of `/changes` reads."""

from dataclasses import dataclass
from datetime import datetime

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import number, text, time
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.domain.change_cursor import Changes
from tocsin.domain.ids import instant


@dataclass(frozen=True, slots=True)
class DynamoDBChangeCounter:
    """Implements `ChangeCounter`."""

    call: Call
    table_name: str

    def read(self) -> Changes:
        item = get_item(self.call, self.table_name, keys.CHANGES_KEY)
        if item is None:
            return Changes()
        return Changes(count=int(item["moves"]["N"]), moved_at=instant(int(item["moved_at"]["N"])))

    def move(self, *, at: datetime) -> None:
        # Without a condition: to count once more after a lost reply is harmless.
        self.call(
            "UpdateItem",
            {
                "TableName": self.table_name,
                "Key": keys.CHANGES_KEY,
                "UpdateExpression": (
                    "SET entity = :entity, version = :version, moved_at = :at ADD moves :one"
                ),
                "ExpressionAttributeValues": {
                    ":entity": text("changes"),
                    ":version": number(1),
                    ":at": time(at),
                    ":one": number(1),
                },
            },
        )
