"""The last resort's item: when it was told, and which alerts wait to be counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    expiry,
    maybe_text,
    maybe_time,
    number,
    read_text,
    read_time,
    text,
)
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED, IS_NEW, is_ours, put
from tocsin.domain.ids import AlertId, WriteId

if TYPE_CHECKING:
    from tocsin.domain.last_resort import LastResort

ENTITY: Final = "last_resort"


@dataclass(frozen=True, slots=True)
class DynamoDBLastResort:
    """Implements `LastResortRepository`."""

    call: Call
    table_name: str

    def read(self) -> LastResort:
        from tocsin.domain.last_resort import LastResort

        item = get_item(self.call, self.table_name, keys.LAST_RESORT_KEY)
        if item is None:
            return LastResort()
        claimed_by = read_text(item, "claimed_by")
        return LastResort(
            told_at=read_time(item, "told_at"),
            waiting=frozenset(map(AlertId, item["waiting"]["S"].split())),
            claimed_by=AlertId(claimed_by) if claimed_by else None,
            claimed_until=read_time(item, "claimed_until"),
            version=int(item["version"]["N"]),
        )

    def keep(self, after: LastResort, *, at: datetime, write_id: WriteId) -> bool:
        from tocsin.domain.last_resort import KEPT_FOR

        optional = {
            "told_at": maybe_time(after.told_at),
            "claimed_by": maybe_text(after.claimed_by),
            "claimed_until": maybe_time(after.claimed_until),
        }
        item = keys.LAST_RESORT_KEY | {
            "entity": text(ENTITY),
            "version": number(after.version),
            "write_id": text(write_id),
            "waiting": text(" ".join(sorted(after.waiting))),
            "expires_at": expiry(at, KEPT_FOR),
        }
        item |= {name: value for name, value in optional.items() if value is not None}
        is_first = after.version == 1
        condition = IS_NEW if is_first else "version = :read_version"
        as_read = None if is_first else {":read_version": number(after.version - 1)}
        request = put(self.table_name, item, condition, as_read)["Put"]
        try:
            self.call("PutItem", request)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return error.item is not None and is_ours(error.item, write_id)
        return True
