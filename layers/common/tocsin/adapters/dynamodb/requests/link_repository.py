"""Links behind short ones, kept as long as they act."""

from dataclasses import dataclass
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import number, text, time
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED, IS_NEW, is_ours, put
from tocsin.domain.ids import AlertId, WriteId, instant, milliseconds
from tocsin.domain.link import Link, LinkAction

_ENTITY: Final = "link"


@dataclass(frozen=True, slots=True)
class DynamoDBShortLinks:
    """Implements `ShortLinkRepository`."""

    call: Call
    table_name: str

    def add(self, name: str, link: Link, *, write_id: WriteId) -> bool:
        item = keys.short_link_key(name) | {
            "entity": text(_ENTITY),
            "version": number(1),
            "write_id": text(write_id),
            "action": text(link.action),
            "alert_id": text(link.alert_id),
            "by": text(link.by),
            "ends_at": time(link.expires_at),
            # For TTL, which counts seconds and deletes within days.
            "expires_at": number(milliseconds(link.expires_at) // 1000),
        }
        try:
            self.call("PutItem", put(self.table_name, item, IS_NEW)["Put"])
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return bool(error.item and is_ours(error.item, write_id))
        return True

    def find(self, name: str) -> Link | None:
        found = get_item(self.call, self.table_name, keys.short_link_key(name))
        if found is None:
            return None
        return Link(
            action=LinkAction(found["action"]["S"]),
            alert_id=AlertId(found["alert_id"]["S"]),
            by=found["by"]["S"],
            expires_at=instant(int(found["ends_at"]["N"])),
        )
