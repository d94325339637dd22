"""Heartbeats: one item each, in the `due` index while a timer is set."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    Attribute,
    Image,
    Item,
    read_text,
    read_time,
    text,
    time,
)
from tocsin.adapters.dynamodb.configuration.named_objects import (
    IS_AS_READ,
    Kind,
    NamedObjects,
    as_read,
    manager_of,
    name_of,
    span_from,
    texts_from,
    write_span,
    write_texts,
)
from tocsin.adapters.dynamodb.queries import SORT_KEY_LIMIT_BYTES, get_item
from tocsin.adapters.dynamodb.transactions import (
    CONDITION_FAILED,
    Action,
    TransactionRefusedError,
    is_ours,
    put,
    transact,
)
from tocsin.domain.credential import SecretHash
from tocsin.domain.cron import Cron
from tocsin.domain.errors import ConcurrentUpdateError, HeartbeatNotFoundError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId, instant
from tocsin.domain.integration import Token
from tocsin.domain.severity import Severity
from tocsin.usecases.refusals import HeartbeatRefusedError

KIND: Final = "heartbeat"

_STATE: Final = ("heard_at", "missed_at", "due_at")
_IS_NOT_MISSED: Final = "attribute_not_exists(missed_at) AND heard_at <= :heard_at"
"""And not the first ping: without one there is no time to compare."""


def _write(heartbeat: Heartbeat) -> Item:
    """Some hundred bytes, so that a ping is one write unit."""
    item: Item = {
        "grace": write_span(heartbeat.grace),
        "severity": text(heartbeat.severity),
        "secret_hash": text(heartbeat.token.secret_hash),
        "token_prefix": text(heartbeat.token.prefix),
    }
    if heartbeat.period is not None:
        item["every"] = write_span(heartbeat.period)
    if heartbeat.cron is not None:
        item["cron"] = text(heartbeat.cron.expression)
        item["time_zone"] = text(heartbeat.cron.time_zone)
    if heartbeat.escalation_policy is not None:
        item["escalation_policy"] = text(heartbeat.escalation_policy)
    item |= {name: time(value) for name, value in _times(heartbeat).items() if value is not None}
    if heartbeat.integrations:
        item["integrations"] = write_texts(heartbeat.integrations)
    if heartbeat.timer_at is not None:
        item["due_key"] = text(keys.due_key(keys.due_shard_of(heartbeat.name)))
    return item


def _read(image: Image) -> Heartbeat:
    return Heartbeat(
        name=name_of(image),
        period=span_from(image["every"]) if "every" in image else None,
        cron=_cron_from(image),
        grace=span_from(image["grace"]),
        severity=Severity(image["severity"]["S"]),
        escalation_policy=read_text(image, "escalation_policy"),
        integrations=texts_from(image["integrations"]) if "integrations" in image else (),
        managed_by=manager_of(image),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
        token=Token(
            secret_hash=SecretHash(image["secret_hash"]["S"]), prefix=image["token_prefix"]["S"]
        ),
        heard_at=read_time(image, "heard_at"),
        missed_at=read_time(image, "missed_at"),
        timer_at=read_time(image, "due_at"),
    )


def _cron_from(image: Image) -> Cron | None:
    expression, time_zone = read_text(image, "cron"), read_text(image, "time_zone")
    return Cron(expression, time_zone) if expression and time_zone else None


def _times(heartbeat: Heartbeat) -> dict[str, datetime | None]:
    moments = (heartbeat.heard_at, heartbeat.missed_at, heartbeat.timer_at)
    return dict(zip(_STATE, moments, strict=True))


def _as_read_whole(heartbeat: Heartbeat) -> tuple[str, dict[str, Attribute]]:
    conditions, values = [IS_AS_READ], as_read(heartbeat)
    for name, moment in _times(heartbeat).items():
        if moment is None:
            conditions.append(f"attribute_not_exists({name})")
        else:
            conditions.append(f"{name} = :{name}")
            values[f":{name}"] = time(moment)
    return " AND ".join(conditions), values


HEARTBEATS: Final = Kind[Heartbeat](
    name=KIND,
    words="heartbeat",
    not_found=HeartbeatNotFoundError,
    write=_write,
    read=_read,
    tokens=lambda heartbeat: (heartbeat.token,),
)


@dataclass(frozen=True, slots=True)
class DynamoDBHeartbeats(NamedObjects[Heartbeat]):
    """Implements `HeartbeatRepository`."""

    kind: Kind[Heartbeat] = HEARTBEATS

    def name_of(self, token_hash: SecretHash) -> str | None:
        credential = get_item(self.call, self.table_name, keys.credential_key(token_hash))
        return read_text(credential, KIND) if credential else None

    def put(self, before: Heartbeat | None, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        if before is None:
            return NamedObjects.put(self, None, after, write_id=write_id)
        after = replace(after, version=before.version + 1)
        activity = self.noted(before, after, write_id)
        try:
            if activity:
                return self._update_with(activity, before, after, write_id)
            return self.update(before, after, write_id=write_id)
        except (HeartbeatRefusedError, TransactionRefusedError):
            message = "This heartbeat was heard from or changed just now. Send this again."
            raise ConcurrentUpdateError(message) from None

    def hear(self, name: str, *, at: datetime) -> None:
        # Without a write id: it is idempotent.
        if not 0 < len(name.encode()) <= SORT_KEY_LIMIT_BYTES:
            raise HeartbeatRefusedError(None)
        request = {
            "Key": keys.configuration_key(KIND, name),
            "UpdateExpression": "SET heard_at = :heard_at",
            "ConditionExpression": _IS_NOT_MISSED,
            "ExpressionAttributeValues": {":heard_at": time(at)},
        }
        self._write_state("UpdateItem", request, write_id=None)

    def update(self, before: Heartbeat, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        condition, values = _as_read_whole(before)
        request = {
            "Item": self.to_item(after, write_id),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        self._write_state("PutItem", request, write_id)
        return after

    def _update_with(
        self,
        activity: tuple[Action, ...],
        before: Heartbeat,
        after: Heartbeat,
        write_id: WriteId,
    ) -> Heartbeat:
        condition, values = _as_read_whole(before)
        written = put(self.table_name, self.to_item(after, write_id), condition, values)
        transact(self.call, (written, *activity), write_id=write_id)
        return after

    def _write_state(
        self, operation: str, request: dict[str, Any], write_id: WriteId | None
    ) -> None:
        parameters = {
            "TableName": self.table_name,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **request,
        }
        try:
            self.call(operation, parameters)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            item = error.item
            if write_id and item and is_ours(item, write_id):
                # The reply was lost, not the write.
                return
            raise HeartbeatRefusedError(self.from_image(item) if item else None) from error
