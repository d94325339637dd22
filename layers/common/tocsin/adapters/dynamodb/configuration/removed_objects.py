"""What the team's file no longer has, kept for a while: what comes back is as it was.

A deployment that fails after the file was applied is rolled back, and what it removed is made anew:
without this, integrations would have other URLs then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import expiry
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import write_if
from tocsin.domain.configuration import Stored
from tocsin.domain.ids import WriteId

KEPT_FOR: Final = timedelta(days=30)
_OF_INDEXES: Final = ("due_key", "due_at")
"""Without them no timer finds it."""


@dataclass(frozen=True, slots=True)
class DynamoDBRemovedObjects[S: Stored]:
    """Implements `RemovedObjects`, of one kind."""

    objects: NamedObjects[S]

    def keep(self, stored: S, *, at: datetime, write_id: WriteId) -> None:
        item = self.objects.to_item(stored, write_id) | keys.removed_key(self._kind, stored.name)
        kept = {name: value for name, value in item.items() if name not in _OF_INDEXES}
        kept["expires_at"] = expiry(at, KEPT_FOR)
        request = {
            "TableName": self.objects.table_name,
            "Item": kept,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :expires_at",
            "ExpressionAttributeValues": {":expires_at": kept["expires_at"]},
        }
        write_if(self.objects.call, "PutItem", request)  # else a newer one is there

    def find(self, name: str, *, at: datetime) -> S | None:
        key = keys.removed_key(self._kind, name)
        image = get_item(self.objects.call, self.objects.table_name, key)
        # TTL deletes within days.
        if image is None or int(image["expires_at"]["N"]) <= at.timestamp():
            return None
        return self.objects.from_image(image)

    @property
    def _kind(self) -> str:
        return self.objects.kind.name
