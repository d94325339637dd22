"""Answers kept for 24 hours, so that a repeated request gets the first one again."""

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Attribute, Item, expiry, number, text, time
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.dynamodb.slot_repository import CONDITION_FAILED
from tocsin.adapters.dynamodb.writes import Update
from tocsin.domain.errors import IdempotencyConflictError, TryAgainError
from tocsin.domain.ids import Actor, WriteId, milliseconds
from tocsin.usecases.ports import Answer

LIFE: Final = timedelta(hours=24)
LEASE: Final = timedelta(seconds=30)
"""Longer than a function may run: whoever claimed it before is dead by then."""
PART_BYTES: Final = 350_000
"""Of a packed body in one item, which takes 400 KB at most."""

_IS_FREE: Final = (
    "attribute_not_exists(pk) OR expires_at <= :now_in_seconds OR "
    "(request_hash = :request_hash AND attribute_not_exists(answered) AND lease_until <= :now)"
)
"""TTL deletes within days, so what has run out is also told by its time."""
_IS_CLAIMED: Final = "write_id = :claim AND attribute_not_exists(answered)"


@dataclass(frozen=True, slots=True)
class DynamoDBAnswers:
    """Implements `AnswerRepository`."""

    call: Call
    table_name: str

    def claim(
        self, caller: Actor, key: str, request_hash: str, *, at: datetime, write_id: WriteId
    ) -> Answer | None:
        """Take the request on for 30 s; None: do it now. An answer: it was done before."""
        name = _name(caller, key)
        item = keys.answer_key(name) | {
            "entity": text("answer"),
            "version": number(1),
            "write_id": text(write_id),
            "request_hash": text(request_hash),
            "lease_until": time(at + LEASE),
            "expires_at": expiry(at, LIFE),
        }
        expected = {
            ":request_hash": text(request_hash),
            ":now": time(at),
            ":now_in_seconds": number(milliseconds(at) // 1000),
        }
        request = {
            "TableName": self.table_name,
            "Item": item,
            "ConditionExpression": _IS_FREE,
            "ExpressionAttributeValues": expected,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self.call("PutItem", request)
        except AwsError as error:
            if error.code != CONDITION_FAILED or error.item is None:
                raise
            return self._met(error.item, name, item)
        return None

    def keep(
        self, caller: Actor, key: str, answer: Answer, *, at: datetime, write_id: WriteId
    ) -> None:
        """Keep the answer, unless the claim ran out and somebody else took it over."""
        name = _name(caller, key)
        packed = zlib.compress(answer.body.encode())
        parts = [packed[start : start + PART_BYTES] for start in range(0, len(packed), PART_BYTES)]
        update = Update()
        update.put("answered", number(answer.status))
        update.put("expires_at", expiry(at, LIFE))
        if len(parts) == 1:
            update.put("body", _binary(packed))
        else:
            self._keep_parts(name, parts, write_id, expires_at=expiry(at, LIFE))
        update.expect(_IS_CLAIMED, claim=text(write_id))
        parameters = update.parameters(self.table_name, keys.answer_key(name))
        self._unless_lost("UpdateItem", parameters)

    def release(self, caller: Actor, key: str, *, write_id: WriteId) -> None:
        """Forget the claim: nothing was done."""
        request = {
            "TableName": self.table_name,
            "Key": keys.answer_key(_name(caller, key)),
            "ConditionExpression": _IS_CLAIMED,
            "ExpressionAttributeValues": {":claim": text(write_id)},
        }
        self._unless_lost("DeleteItem", request)

    def _met(self, found: Item, name: str, ours: Item) -> Answer | None:
        if found["request_hash"] != ours["request_hash"]:
            message = "This Idempotency-Key came before with another request."
            raise IdempotencyConflictError(message)
        if "answered" in found:
            return Answer(status=int(found["answered"]["N"]), body=self._body(found, name))
        if found["write_id"] == ours["write_id"]:
            return None
        message = "The first request with this Idempotency-Key is still being worked on."
        raise TryAgainError(message)

    def _body(self, found: Item, name: str) -> str:
        if "body" in found:
            packed = base64.b64decode(found["body"]["B"])
        else:
            prefix = keys.answer_part_prefix(found["write_id"]["S"])
            parts = query_all(self.call, self.table_name, keys.answer_partition(name), prefix)
            packed = b"".join(base64.b64decode(part["body"]["B"]) for part in parts)
        return zlib.decompress(packed).decode()

    def _keep_parts(
        self, name: str, parts: list[bytes], write_id: WriteId, *, expires_at: Attribute
    ) -> None:
        """Keep what one item cannot hold; only the claim's own update makes it visible."""
        for position, part in enumerate(parts):
            item = keys.answer_part_key(name, write_id, position) | {
                "entity": text("answer_part"),
                "version": number(1),
                "body": _binary(part),
                "expires_at": expires_at,
            }
            request = {
                "TableName": self.table_name,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk)",
            }
            self._unless_lost("PutItem", request)

    def _unless_lost(self, operation: str, request: Mapping[str, object]) -> None:
        """Write, if the claim is still ours and the write was not made before."""
        try:
            self.call(operation, request)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise


def _name(caller: Actor, key: str) -> str:
    """Name a caller's key; the length keeps apart what other splits would make equal."""
    joined = f"{len(caller)}:{caller}:{key}"
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def _binary(data: bytes) -> Attribute:
    return {"B": base64.b64encode(data).decode("ascii")}
