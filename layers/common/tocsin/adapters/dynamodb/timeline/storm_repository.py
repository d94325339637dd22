"""What was opened lately, in buckets of ten seconds, and the newest storm of the team."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, expiry, number, text, time
from tocsin.adapters.dynamodb.alerts.writes import Update
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import write_if
from tocsin.domain.ids import ULID_LENGTH, AlertId, WriteId, instant, milliseconds
from tocsin.domain.severity import Severity
from tocsin.domain.team_storm import Opened, TeamStorm

BUCKET: Final = timedelta(seconds=10)
BUCKET_LIMIT: Final = 200
"""Alerts after which a bucket takes no further batch: more need not be counted one by one, and a
bigger item would make each write dearer."""
KEPT_FOR: Final = timedelta(days=1)

_SEVERITIES: Final = {severity[0]: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class DynamoDBStorms:
    """Implements `StormRepository`."""

    call: Call
    table_name: str

    def note(self, opened: Sequence[Opened]) -> None:
        buckets: defaultdict[datetime, set[str]] = defaultdict(set)
        for each in opened:
            buckets[_bucket_of(each.at)].add(f"{each.alert_id}{each.severity[0]}{each.group}")
        for begins_at, written in buckets.items():
            update = Update()
            update.put("entity", text("opened"))
            update.put("version", number(1))
            update.put("expires_at", expiry(begins_at, KEPT_FOR))
            update.expect(
                "attribute_not_exists(opened) OR size(opened) < :limit",
                limit=number(BUCKET_LIMIT),
            )
            request = update.parameters(self.table_name, keys.opened_key(begins_at))
            request["UpdateExpression"] += " ADD opened :opened"
            request["ExpressionAttributeValues"][":opened"] = {"SS": sorted(written)}
            write_if(self.call, "UpdateItem", request)

    def opened(self, since: datetime, until: datetime) -> tuple[Opened, ...]:
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :since AND :until",
            "ExpressionAttributeValues": {
                ":pk": text(keys.STORM_PARTITION),
                ":since": keys.opened_key(_bucket_of(since))["sk"],
                ":until": keys.opened_key(until)["sk"],
            },
            "ConsistentRead": True,
        }
        found: dict[AlertId, Opened] = {}
        while True:
            answer = self.call("Query", request)
            for item in answer["Items"]:
                for written in item["opened"]["SS"]:
                    each = _opened_from(written)
                    if since <= each.at <= until:
                        found[each.alert_id] = each
            if "LastEvaluatedKey" not in answer:
                return tuple(found[alert_id] for alert_id in sorted(found))
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def newest(self) -> TeamStorm | None:
        image = get_item(self.call, self.table_name, keys.STORM_KEY)
        return storm_from(image) if image else None

    def keep(self, before: TeamStorm | None, after: TeamStorm, *, write_id: WriteId) -> bool:
        update = Update()
        update.put("entity", text("storm"))
        update.put("storm", text(_written(after)))
        update.put("version", number(before.version + 1 if before else 1))
        update.put("write_id", text(write_id))
        if after.due_at is None:
            update.remove("due_key")
            update.remove("due_at")
        else:
            update.put("due_key", text(keys.due_key(0)))
            update.put("due_at", time(after.due_at))
        if before is None:
            update.expect("attribute_not_exists(pk)")
        else:
            update.expect("version = :read_version", read_version=number(before.version))
        request = update.parameters(self.table_name, keys.STORM_KEY)
        return write_if(self.call, "UpdateItem", request)


def storm_from(image: Image) -> TeamStorm:
    fields = json.loads(image["storm"]["S"])
    return TeamStorm(
        since=instant(fields["since"]),
        opened=fields["opened"],
        groups=fields["groups"],
        severity=Severity(fields["severity"]),
        newest_at=instant(fields["newest_at"]),
        due_at=instant(int(image["due_at"]["N"])) if "due_at" in image else None,
        ended_at=instant(ended) if (ended := fields["ended_at"]) else None,
        version=int(image["version"]["N"]),
    )


def _written(storm: TeamStorm) -> str:
    fields = {
        "since": milliseconds(storm.since),
        "opened": storm.opened,
        "groups": dict(storm.groups),
        "severity": storm.severity,
        "newest_at": milliseconds(storm.newest_at),
        "ended_at": milliseconds(storm.ended_at) if storm.ended_at else None,
    }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


def _opened_from(written: str) -> Opened:
    return Opened(
        alert_id=AlertId(written[:ULID_LENGTH]),
        severity=_SEVERITIES[written[ULID_LENGTH]],
        group=written[ULID_LENGTH + 1 :],
    )


def _bucket_of(at: datetime) -> datetime:
    length = BUCKET // timedelta(milliseconds=1)
    return instant(milliseconds(at) // length * length)
