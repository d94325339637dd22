"""Digests: one partition each, with the frozen set and the messages that the digest stands for.

The set of a usual digest is in its one item. What is beyond `IDS_IN_AN_ITEM` goes into parts, which
are written first and named by the item: of two attempts the first item wins, and the other's parts
are read by nobody until they expire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, expiry, number, text, time
from tocsin.adapters.dynamodb.notifications.notification_items import delivery_from, write_delivery
from tocsin.adapters.dynamodb.queries import get_item, query_all
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED, IS_NEW, put, put_all
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId, WriteId, instant, is_ulid
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.domain.notification import Delivery

IDS_IN_AN_ITEM: Final = 1_000
"""26 bytes each and a space between them: 27 KB, where DynamoDB's limit is 400."""

_ENTITY: Final = "digest"
_PART: Final = "digest_part"
_MEMBER: Final = "digest_member"


@dataclass(frozen=True, slots=True)
class DynamoDBDigests:
    """Implements `DigestRepository`."""

    call: Call
    table_name: str
    retention: timedelta

    def get(self, digest_id: DigestId) -> Digest | None:
        if not is_ulid(digest_id):
            return None
        item = get_item(self.call, self.table_name, keys.digest_key(digest_id))
        return self._whole(digest_id, item) if item else None

    def freeze(self, digest: Digest, *, write_id: WriteId) -> Digest:
        first, *others = _split(digest.alert_ids)
        parts = (
            keys.digest_part_key(digest.digest_id, write_id, position)
            | {
                "entity": text(_PART),
                "version": number(1),
                "alert_ids": text(" ".join(ids)),
                "expires_at": expiry(digest.frozen_at, self.retention),
            }
            for position, ids in enumerate(others)
        )
        put_all(self.call, self.table_name, parts)
        item = keys.digest_key(digest.digest_id) | {
            "entity": text(_ENTITY),
            "version": number(1),
            "write_id": text(write_id),
            "target": text(digest.target),
            "channel": text(digest.channel),
            "frozen_at": time(digest.frozen_at),
            "severity": text(digest.severity),
            "is_release": {"BOOL": digest.is_release},
            "count": number(len(digest.alert_ids)),
            "alert_ids": text(" ".join(first)),
            "expires_at": expiry(digest.frozen_at, self.retention),
        }
        try:
            self.call("PutItem", put(self.table_name, item, IS_NEW)["Put"])
        except AwsError as error:
            if error.code != CONDITION_FAILED or not error.item:
                raise
            frozen = self._whole(digest.digest_id, error.item)
            if frozen is None:
                raise TryAgainError from error
            return frozen
        return digest

    def add_members(
        self, digest_id: DigestId, deliveries: "Sequence[Delivery]", *, at: "datetime"
    ) -> None:
        items = (
            keys.digest_member_key(digest_id, delivery)
            | {
                "entity": text(_MEMBER),
                "version": number(1),
                "expires_at": expiry(at, self.retention),
            }
            | write_delivery(delivery)
            for delivery in deliveries
        )
        put_all(self.call, self.table_name, items)

    def members(self, digest_id: DigestId) -> "tuple[Delivery, ...]":
        partition = keys.digest_partition(digest_id)
        found = query_all(self.call, self.table_name, partition, keys.DIGEST_MEMBERS_FROM)
        return tuple(map(delivery_from, found))

    def _whole(self, digest_id: DigestId, item: Image) -> Digest | None:
        """Read a digest with its parts; None: a part has expired, and so has the digest."""
        count, ids = int(item["count"]["N"]), _ids(item)
        if count > len(ids):
            prefix = keys.digest_part_prefix(WriteId(item["write_id"]["S"]))
            partition = keys.digest_partition(digest_id)
            for part in query_all(self.call, self.table_name, partition, prefix):
                ids += _ids(part)
        if count != len(ids):
            return None
        return Digest(
            digest_id=digest_id,
            target=item["target"]["S"],
            channel=item["channel"]["S"],
            frozen_at=instant(int(item["frozen_at"]["N"])),
            alert_ids=ids,
            severity=Severity(item["severity"]["S"]),
            is_release=item["is_release"]["BOOL"],
        )


def _split(ids: Sequence[AlertId]) -> list[Sequence[AlertId]]:
    """At least one piece."""
    starts = range(0, len(ids), IDS_IN_AN_ITEM)
    return [ids[start : start + IDS_IN_AN_ITEM] for start in starts] or [()]


def _ids(item: Image) -> tuple[AlertId, ...]:
    return tuple(map(AlertId, item["alert_ids"]["S"].split()))
