"""API keys, by hash and by id."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, number, text, time
from tocsin.adapters.dynamodb.alerts.writes import Update
from tocsin.adapters.dynamodb.queries import get_configured, get_item, query_all
from tocsin.adapters.dynamodb.transactions import (
    IS_NEW,
    Action,
    TransactionRefusedError,
    check,
    delete,
    put,
    transact,
    write_if,
)
from tocsin.domain.credential import ApiKey, Scope, SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, KeyNotFoundError
from tocsin.domain.ids import Actor, WriteId, instant

if TYPE_CHECKING:
    from tocsin.adapters.dynamodb.activity.scribe import Scribe

KIND: Final = "key"
USE_RESOLUTION: Final = timedelta(minutes=1)

_IS_AS_READ: Final = "version = :read_version AND secret_hash = :secret_hash"
_IS_ITS: Final = "key_id = :key_id"


@dataclass(frozen=True, slots=True)
class DynamoDBKeys:
    """Implements `KeyRepository`."""

    call: Call
    table_name: str
    scribe: "Scribe | None" = None
    """Writes who changed what with each change."""

    def by_hash(self, secret_hash: SecretHash) -> ApiKey | None:
        credential = get_item(self.call, self.table_name, keys.credential_key(secret_hash))
        if credential is None or "key_id" not in credential:
            return None
        return self._find(credential["key_id"]["S"])

    def get(self, key_id: str) -> ApiKey:
        key = self._find(key_id)
        if key is None:
            raise KeyNotFoundError
        return key

    def list(self) -> tuple[ApiKey, ...]:
        images = query_all(self.call, self.table_name, keys.configuration_partition(KIND))
        return tuple(key_from(image) for image in images)

    def add(self, key: ApiKey, *, write_id: WriteId) -> None:
        actions = (
            put(self.table_name, key_item(key, write_id), IS_NEW),
            put(self.table_name, _credential_item(key), IS_NEW),
            *self._noted(None, key, write_id),
        )
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            raise _changed() from refusal

    def update(
        self,
        before: ApiKey,
        after: ApiKey,
        *,
        while_stands: ApiKey | None = None,
        write_id: WriteId,
    ) -> ApiKey:
        stored = replace(after, version=before.version + 1)
        update = Update()
        for name, attribute in _settings_of(stored).items():
            update.put(name, attribute)
        if stored.user is None:
            update.remove("user_name")
        update.put("version", number(stored.version))
        update.put("write_id", text(write_id))
        update.expect(
            _IS_AS_READ,
            read_version=number(before.version),
            secret_hash=text(before.secret_hash),
        )
        key = keys.configuration_key(KIND, before.key_id)
        actions = (
            {"Update": update.parameters(self.table_name, key)},
            *self._standing(while_stands),
            *self._noted(before, stored, write_id),
        )
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            raise _changed() from refusal
        return stored

    def revoke(self, key: ApiKey, *, while_stands: ApiKey | None = None, write_id: WriteId) -> None:
        as_read = {
            ":read_version": number(key.version),
            ":secret_hash": text(key.secret_hash),
        }
        address = keys.configuration_key(KIND, key.key_id)
        credential = keys.credential_key(key.secret_hash)
        actions = (
            delete(self.table_name, address, _IS_AS_READ, as_read),
            delete(self.table_name, credential, _IS_ITS, {":key_id": text(key.key_id)}),
            *self._standing(while_stands),
            *self._noted(key, None, write_id),
        )
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            if not refusal.met_nothing(0):
                raise _changed() from refusal

    def mark_used(self, key: ApiKey, *, at: datetime) -> None:
        if key.last_used_at is not None and at < key.last_used_at + USE_RESOLUTION:
            return
        update = Update()
        update.put("last_used_at", time(at))
        update.expect(
            "secret_hash = :secret_hash AND "
            "(attribute_not_exists(last_used_at) OR last_used_at <= :a_minute_ago)",
            secret_hash=text(key.secret_hash),
            a_minute_ago=time(at - USE_RESOLUTION),
        )
        address = keys.configuration_key(KIND, key.key_id)
        # Refused: another use of this minute is recorded, or the key was revoked.
        write_if(self.call, "UpdateItem", update.parameters(self.table_name, address))

    def _find(self, key_id: str) -> ApiKey | None:
        image = get_configured(self.call, self.table_name, KIND, key_id)
        return key_from(image) if image else None

    def _noted(
        self, before: ApiKey | None, after: ApiKey | None, write_id: WriteId
    ) -> tuple[Action, ...]:
        key = before or after
        if self.scribe is None or key is None:
            return ()
        from tocsin.adapters.dynamodb.activity.scribe import ObjectChange

        change = ObjectChange(kind=KIND, name=key.key_id, before=before, after=after)
        return self.scribe.note(change, write_id=write_id)

    def _standing(self, key: ApiKey | None) -> tuple[Action, ...]:
        if key is None:
            return ()
        address = keys.configuration_key(KIND, key.key_id)
        expected = {":standing_version": number(key.version)}
        return (check(self.table_name, address, "version = :standing_version", expected),)


def key_item(key: ApiKey, write_id: WriteId) -> Item:
    item = keys.configuration_key(KIND, key.key_id) | _settings_of(key)
    item |= {
        "entity": text("api_key"),
        "version": number(key.version),
        "write_id": text(write_id),
        "created_at": time(key.created_at),
        "created_by": text(key.created_by),
        "secret_hash": text(key.secret_hash),
    }
    if key.last_used_at is not None:
        item["last_used_at"] = time(key.last_used_at)
    return item


def key_from(image: Image) -> ApiKey:
    last_used_at = image.get("last_used_at")
    return ApiKey(
        key_id=image["sk"]["S"],
        name=image["key_name"]["S"],
        scopes=frozenset(Scope(scope["S"]) for scope in image["scopes"]["L"]),
        user=image.get("user_name", {}).get("S"),
        created_at=instant(int(image["created_at"]["N"])),
        created_by=Actor(image["created_by"]["S"]),
        last_used_at=instant(int(last_used_at["N"])) if last_used_at else None,
        secret_hash=SecretHash(image["secret_hash"]["S"]),
        version=int(image["version"]["N"]),
    )


def _changed() -> ConcurrentUpdateError:
    message = "Another request just changed the API keys. Read them and try again."
    return ConcurrentUpdateError(message)


def _settings_of(key: ApiKey) -> Item:
    """What may change; no name is a reserved word of expressions."""
    settings: Item = {
        "key_name": text(key.name),
        "scopes": {"L": [text(scope) for scope in sorted(key.scopes)]},
    }
    if key.user is not None:
        settings["user_name"] = text(key.user)
    return settings


def _credential_item(key: ApiKey) -> Item:
    return keys.credential_key(key.secret_hash) | {
        "entity": text("credential"),
        "version": number(1),
        "kind": text("api_key"),
        "key_id": text(key.key_id),
    }
