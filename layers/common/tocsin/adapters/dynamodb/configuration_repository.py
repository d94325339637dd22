"""Named objects of the configuration: one item each, changed only as it was read."""

from dataclasses import dataclass, replace
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration_items import Kind
from tocsin.adapters.dynamodb.items import Image, Item, number, text, time
from tocsin.adapters.dynamodb.queries import get_configured, query_all
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId, instant

CONDITION_FAILED: Final = "ConditionalCheckFailedException"
_IS_NEW: Final = "attribute_not_exists(pk)"
_IS_AS_READ: Final = "version = :read_version AND created_at = :created_at"
"""The version alone would not tell an object from its namesake, made after its removal."""


@dataclass(frozen=True, slots=True)
class DynamoDBConfiguration[T: Named]:
    """Implements `ConfigurationRepository`."""

    call: Call
    table_name: str
    kind: Kind[T]

    def find(self, name: str) -> Configured[T] | None:
        """Read one; None if the name is nobody's."""
        image = get_configured(self.call, self.table_name, self.kind.name, name)
        return _configured_from(self.kind, image) if image else None

    def get(self, name: str) -> Configured[T]:
        """Read one."""
        stored = self.find(name)
        if stored is None:
            raise self.kind.not_found()
        return stored

    def list(self) -> tuple[Configured[T], ...]:
        """Read all, by name."""
        partition = keys.configuration_partition(self.kind.name)
        images = query_all(self.call, self.table_name, partition)
        return tuple(_configured_from(self.kind, image) for image in images)

    def put(
        self, before: Configured[T] | None, after: Configured[T], *, write_id: WriteId
    ) -> Configured[T]:
        """Store a new object, or the next version of the one that was read."""
        stored = replace(after, version=before.version + 1 if before else 1)
        request = {"Item": _configured_item(self.kind, stored, write_id)} | _expected(before)
        self._write("PutItem", request, write_id)
        return stored

    def delete(self, stored: Configured[T], *, write_id: WriteId) -> None:
        """Remove it, if it is not gone already."""
        key = keys.configuration_key(self.kind.name, stored.name)
        try:
            self._write("DeleteItem", {"Key": key} | _expected(stored), write_id)
        except _MetNothingError:
            return

    def _write(self, operation: str, request: dict[str, Any], write_id: WriteId) -> None:
        try:
            self.call(operation, {"TableName": self.table_name, **request})
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            if not _is_ours(error.item, write_id):
                message = (
                    f"Somebody else just changed this {self.kind.words}. Look at it and try again."
                )
                kind = ConcurrentUpdateError if error.item else _MetNothingError
                raise kind(message) from error


def _configured_item[T: Named](kind: Kind[T], stored: Configured[T], write_id: WriteId) -> Item:
    """Write an object."""
    item = keys.configuration_key(kind.name, stored.name) | {
        "entity": text(kind.name),
        "version": number(stored.version),
        "write_id": text(write_id),
        "created_at": time(stored.created_at),
    }
    if stored.managed_by is not None:
        item["managed_by"] = text(stored.managed_by)
    return item | kind.write(stored.value)


def _configured_from[T: Named](kind: Kind[T], image: Image) -> Configured[T]:
    """Read an object."""
    return Configured(
        value=kind.read(image),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
    )


class _MetNothingError(ConcurrentUpdateError):
    """What was to be there is gone."""


def _expected(before: Configured[Any] | None) -> dict[str, Any]:
    answer = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if before is None:
        return {"ConditionExpression": _IS_NEW, **answer}
    return {
        "ConditionExpression": _IS_AS_READ,
        "ExpressionAttributeValues": {
            ":read_version": number(before.version),
            ":created_at": time(before.created_at),
        },
        **answer,
    }


def _is_ours(item: Item | None, write_id: WriteId) -> bool:
    """A failed condition that met our own write id means that the write was ours."""
    return item is not None and item.get("write_id") == text(write_id)
