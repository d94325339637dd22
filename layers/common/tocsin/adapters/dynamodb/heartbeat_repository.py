"""Heartbeats: one item each, which the index of what falls due may hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration_items import (
    manager_of,
    maybe_text,
    name_of,
    span_from,
    texts_from,
    write_span,
    write_texts,
)
from tocsin.adapters.dynamodb.items import Attribute, Image, Item, number, text, time
from tocsin.adapters.dynamodb.queries import (
    SORT_KEY_LIMIT_BYTES,
    get_configured,
    get_item,
    query_all,
)
from tocsin.adapters.dynamodb.transactions import (
    TransactionRefusedError,
    delete,
    put,
    transact,
)
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, HeartbeatNotFoundError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId, instant
from tocsin.domain.integration import Token
from tocsin.domain.severity import Severity
from tocsin.usecases.refusals import HeartbeatRefusedError

KIND: Final = "heartbeat"

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"
_IS_NEW: Final = "attribute_not_exists(pk)"
_HAS_THESE_SETTINGS: Final = "version = :read_version AND created_at = :created_at"
_STATE: Final = ("heard_at", "missed_at", "due_at")
_IS_NOT_MISSED: Final = "attribute_not_exists(missed_at) AND heard_at <= :heard_at"
"""Nor new: what was never heard from has no time to compare with."""


@dataclass(frozen=True, slots=True)
class DynamoDBHeartbeats:
    """Implements `HeartbeatRepository`."""

    call: Call
    table_name: str

    def find(self, name: str) -> Heartbeat | None:
        """Read one; None if the name is nobody's."""
        image = get_configured(self.call, self.table_name, KIND, name)
        return heartbeat_from(image) if image else None

    def get(self, name: str) -> Heartbeat:
        """Read one."""
        heartbeat = self.find(name)
        if heartbeat is None:
            raise HeartbeatNotFoundError
        return heartbeat

    def list(self) -> tuple[Heartbeat, ...]:
        """Read all, by name."""
        images = query_all(self.call, self.table_name, keys.HEARTBEATS)
        return tuple(heartbeat_from(image) for image in images)

    def name_of(self, token_hash: SecretHash) -> str | None:
        """Find whose token this is."""
        credential = get_item(self.call, self.table_name, keys.credential_key(token_hash))
        return maybe_text(credential, KIND) if credential else None

    def add(self, heartbeat: Heartbeat, *, write_id: WriteId) -> None:
        """Store a new one and what its token leads to, all or nothing."""
        credential = keys.credential_key(heartbeat.token.secret_hash) | {
            "entity": text("credential"),
            "version": number(1),
            "kind": text(KIND),
            KIND: text(heartbeat.name),
        }
        actions = (
            put(self.table_name, heartbeat_item(heartbeat, write_id), _IS_NEW),
            put(self.table_name, credential, _IS_NEW),
        )
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            raise _changed() from refusal

    def hear(self, name: str, *, at: datetime) -> None:
        """Note that one that nobody misses was heard from again: one write, nothing read.

        It carries no write id: done twice, it is the same.
        """
        if not 0 < len(name.encode()) <= SORT_KEY_LIMIT_BYTES:
            raise HeartbeatRefusedError(None)
        request = {
            "Key": keys.configuration_key(KIND, name),
            "UpdateExpression": "SET heard_at = :heard_at",
            "ConditionExpression": _IS_NOT_MISSED,
            "ExpressionAttributeValues": {":heard_at": time(at)},
        }
        self._write("UpdateItem", request, write_id=None)

    def update(self, before: Heartbeat, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        """Store the next state, if it is still as it was read."""
        condition, values = _as_read(before)
        request = {
            "Item": heartbeat_item(after, write_id),
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
        }
        self._write("PutItem", request, write_id)
        return after

    def delete(self, heartbeat: Heartbeat, *, write_id: WriteId) -> None:
        """Remove it and its token, if they are not gone already."""
        key = keys.configuration_key(KIND, heartbeat.name)
        credential_key = keys.credential_key(heartbeat.token.secret_hash)
        is_ours = f"attribute_not_exists(pk) OR {KIND} = :name"
        actions = (
            delete(self.table_name, key, _HAS_THESE_SETTINGS, _settings(heartbeat)),
            delete(self.table_name, credential_key, is_ours, {":name": text(heartbeat.name)}),
        )
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            if not refusal.met_nothing(0):
                raise _changed() from refusal

    def _write(self, operation: str, request: dict[str, Any], write_id: WriteId | None) -> None:
        parameters = {
            "TableName": self.table_name,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            **request,
        }
        try:
            self.call(operation, parameters)
        except AwsError as error:
            if error.code != _CONDITION_FAILED:
                raise
            item = error.item
            if write_id and item and item.get("write_id") == text(write_id):
                # The reply was lost, not the write.
                return
            raise HeartbeatRefusedError(heartbeat_from(item) if item else None) from error


def heartbeat_item(heartbeat: Heartbeat, write_id: WriteId) -> Item:
    """Write a heartbeat: a few hundred bytes, so that hearing from it is one write unit."""
    item = keys.configuration_key(KIND, heartbeat.name) | {
        "entity": text(KIND),
        "version": number(heartbeat.version),
        "write_id": text(write_id),
        "created_at": time(heartbeat.created_at),
        "every": write_span(heartbeat.period),
        "grace": write_span(heartbeat.grace),
        "severity": text(heartbeat.severity),
        "secret_hash": text(heartbeat.token.secret_hash),
        "token_prefix": text(heartbeat.token.prefix),
    }
    texts = {
        "escalation_policy": heartbeat.escalation_policy,
        "managed_by": heartbeat.managed_by,
    }
    item |= {name: text(value) for name, value in texts.items() if value is not None}
    item |= {name: time(value) for name, value in _times(heartbeat).items() if value is not None}
    if heartbeat.integrations:
        item["integrations"] = write_texts(heartbeat.integrations)
    if heartbeat.timer_at is not None:
        item["due_key"] = text(keys.due_key(keys.due_shard_of(heartbeat.name)))
    return item


def heartbeat_from(image: Image) -> Heartbeat:
    """Read a heartbeat."""
    return Heartbeat(
        name=name_of(image),
        period=span_from(image["every"]),
        grace=span_from(image["grace"]),
        severity=Severity(image["severity"]["S"]),
        escalation_policy=maybe_text(image, "escalation_policy"),
        integrations=texts_from(image["integrations"]) if "integrations" in image else (),
        managed_by=manager_of(image),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
        token=Token(
            secret_hash=SecretHash(image["secret_hash"]["S"]), prefix=image["token_prefix"]["S"]
        ),
        heard_at=_maybe_time(image, "heard_at"),
        missed_at=_maybe_time(image, "missed_at"),
        timer_at=_maybe_time(image, "due_at"),
    )


def _times(heartbeat: Heartbeat) -> dict[str, datetime | None]:
    moments = (heartbeat.heard_at, heartbeat.missed_at, heartbeat.timer_at)
    return dict(zip(_STATE, moments, strict=True))


def _maybe_time(image: Image, name: str) -> datetime | None:
    return instant(int(image[name]["N"])) if name in image else None


def _settings(heartbeat: Heartbeat) -> dict[str, Attribute]:
    return {
        ":read_version": number(heartbeat.version),
        ":created_at": time(heartbeat.created_at),
    }


def _as_read(heartbeat: Heartbeat) -> tuple[str, dict[str, Attribute]]:
    conditions, values = [_HAS_THESE_SETTINGS], _settings(heartbeat)
    for name, moment in _times(heartbeat).items():
        if moment is None:
            conditions.append(f"attribute_not_exists({name})")
        else:
            conditions.append(f"{name} = :{name}")
            values[f":{name}"] = time(moment)
    return " AND ".join(conditions), values


def _changed() -> ConcurrentUpdateError:
    message = "Somebody else just changed this heartbeat. Look at it and try again."
    return ConcurrentUpdateError(message)
