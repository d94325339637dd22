"""Answers kept for 24 hours, so that a repeated request gets the first one again."""

import base64
import hashlib
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Attribute, Item, expiry, number, text, time
from tocsin.adapters.dynamodb.alerts.writes import Update
from tocsin.adapters.dynamodb.queries import get_item, query_all
from tocsin.adapters.dynamodb.transactions import CONDITION_FAILED, IS_NEW, write_if
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import IdempotencyConflictError, TryAgainError
from tocsin.domain.ids import Actor, milliseconds

LIFE: Final = timedelta(hours=24)
LEASE: Final = timedelta(seconds=30)
"""Longer than a function may run: the earlier claimer has ended by then."""
PART_BYTES: Final = 350_000
"""Of a packed body in one item, whose limit is 400 KB."""

_IS_FREE: Final = (
    "attribute_not_exists(pk) OR expires_at <= :now_in_seconds OR "
    "(request_hash = :request_hash AND attribute_not_exists(answered) AND lease_until <= :now)"
)
"""TTL deletes within days, so expiry is also checked by time."""
_IS_CLAIMED: Final = "write_id = :claim AND attribute_not_exists(answered)"


@dataclass(frozen=True, slots=True)
class DynamoDBAnswers:
    """Implements `AnswerRepository`."""

    call: Call
    table_name: str

    def claim(self, claim: Claim) -> Answer | None:
        name = _name(claim.caller, claim.key)
        item = keys.answer_key(name) | {
            "entity": text("answer"),
            "version": number(1),
            "write_id": text(claim.write_id),
            "request_hash": text(claim.request_hash),
            "lease_until": time(claim.at + LEASE),
            "expires_at": expiry(claim.at, LIFE),
        }
        expected = {
            ":request_hash": text(claim.request_hash),
            ":now": time(claim.at),
            ":now_in_seconds": number(milliseconds(claim.at) // 1000),
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
            return self._met(error.item, claim)
        return None

    def keep(self, claim: Claim, answer: Answer) -> None:
        body = answer.body if answer.body_again is None else answer.body_again
        packed = zlib.compress(body.encode())
        update = Update()
        update.put("answered", number(answer.status))
        if len(packed) <= PART_BYTES:
            update.put("body", _binary(packed))
        else:
            self._keep_parts(claim, packed)
        update.expect(_IS_CLAIMED, claim=text(claim.write_id))
        parameters = update.parameters(
            self.table_name, keys.answer_key(_name(claim.caller, claim.key))
        )
        write_if(self.call, "UpdateItem", parameters)

    def find(self, caller: Actor, key: str, *, at: datetime) -> Answer | None:
        name = _name(caller, key)
        found = get_item(self.call, self.table_name, keys.answer_key(name))
        if found is None or "answered" not in found:
            return None
        if int(found["expires_at"]["N"]) <= milliseconds(at) // 1000:
            return None
        return Answer(status=int(found["answered"]["N"]), body=self._body(found, name))

    def release(self, claim: Claim) -> None:
        request = {
            "TableName": self.table_name,
            "Key": keys.answer_key(_name(claim.caller, claim.key)),
            "ConditionExpression": _IS_CLAIMED,
            "ExpressionAttributeValues": {":claim": text(claim.write_id)},
        }
        write_if(self.call, "DeleteItem", request)

    def _met(self, found: Item, claim: Claim) -> Answer | None:
        if found["request_hash"] != text(claim.request_hash):
            message = "This Idempotency-Key came before with another request."
            raise IdempotencyConflictError(message)
        if "answered" in found:
            name = _name(claim.caller, claim.key)
            return Answer(status=int(found["answered"]["N"]), body=self._body(found, name))
        if found["write_id"] == text(claim.write_id):
            return None
        message = "The first request with this Idempotency-Key is still being worked on."
        raise TryAgainError(message)

    def _body(self, found: Item, name: str) -> str:
        if "body" in found:
            packed = base64.b64decode(found["body"]["B"])
        else:
            partition = keys.answer_partition(name)
            prefix = keys.answer_part_prefix(found["write_id"]["S"])
            parts = query_all(self.call, self.table_name, partition, prefix)
            packed = b"".join(base64.b64decode(part["body"]["B"]) for part in parts)
        return zlib.decompress(packed).decode()

    def _keep_parts(self, claim: Claim, packed: bytes) -> None:
        """Store what one item cannot hold; the update that follows makes it visible."""
        name = _name(claim.caller, claim.key)
        for position, start in enumerate(range(0, len(packed), PART_BYTES)):
            item = keys.answer_part_key(name, claim.write_id, position) | {
                "entity": text("answer_part"),
                "version": number(1),
                "body": _binary(packed[start : start + PART_BYTES]),
                "expires_at": expiry(claim.at, LIFE),
            }
            request = {
                "TableName": self.table_name,
                "Item": item,
                "ConditionExpression": IS_NEW,
            }
            write_if(self.call, "PutItem", request)


def _name(caller: Actor, key: str) -> str:
    """Hash of a caller and its key; the length keeps other splits apart."""
    joined = f"{len(caller)}:{caller}:{key}"
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def _binary(data: bytes) -> Attribute:
    return {"B": base64.b64encode(data).decode("ascii")}
