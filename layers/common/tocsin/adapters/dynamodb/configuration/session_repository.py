"""Sessions of the console, by the hash of their cookie."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Image, Item, expiry, number, text, time
from tocsin.adapters.dynamodb.alerts.writes import Update
from tocsin.adapters.dynamodb.queries import get_item, query_all
from tocsin.adapters.dynamodb.transactions import (
    CONDITION_FAILED,
    FAILED_IN_TRANSACTION,
    IS_NEW,
    Action,
    TransactionRefusedError,
    delete,
    is_ours,
    put,
    transact,
    write_if,
)
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId, instant
from tocsin.domain.session import Door, Session

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.adapters.dynamodb.activity.scribe import Scribe

KIND: Final = "session"
_IS_LATER: Final = "attribute_exists(pk) AND used_at < :used_at"
_AT_ONCE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class DynamoDBSessions:
    """Implements `SessionRepository`."""

    call: Call
    table_name: str
    scribe: "Scribe | None" = None
    """Writes who signed in and who ended whose session."""

    def find(self, secret_hash: SecretHash) -> Session | None:
        image = get_item(self.call, self.table_name, keys.session_key(secret_hash))
        return session_from(image) if image else None

    def list(self) -> tuple[Session, ...]:
        return tuple(map(session_from, query_all(self.call, self.table_name, keys.SESSIONS)))

    def add(self, session: Session, *, write_id: WriteId) -> None:
        item = session_item(session, write_id)
        activity = self._noted(None, session, write_id)
        if activity:
            self._add_with(activity, item, write_id)
            return
        try:
            self.call("PutItem", put(self.table_name, item, IS_NEW)["Put"])
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            if not (error.item and is_ours(error.item, write_id)):
                raise ConcurrentUpdateError("Another session has this cookie.") from error

    def mark_used(self, session: Session, *, at: "datetime") -> None:
        used = session.used(at)
        update = Update()
        update.put("used_at", time(used.used_at))
        update.put("expires_at", expiry(used.expires_at, _AT_ONCE))
        update.expect(_IS_LATER)
        parameters = update.parameters(self.table_name, keys.session_key(session.secret_hash))
        write_if(self.call, "UpdateItem", parameters)

    def revoke(self, session: Session) -> None:
        key = keys.session_key(session.secret_hash)
        removed = delete(self.table_name, key, "attribute_exists(pk)")
        # A session ends once, so its id makes the row's.
        activity = self._noted(session, None, WriteId(f"ended-{session.session_id}"))
        if not activity:
            write_if(self.call, "DeleteItem", removed["Delete"])
            return
        try:
            self.call("TransactWriteItems", {"TransactItems": [removed, *activity]})
        except AwsError as error:
            if not any(it.get("Code") == FAILED_IN_TRANSACTION for it in error.reasons):
                raise

    def _add_with(self, activity: tuple[Action, ...], item: Item, write_id: WriteId) -> None:
        actions = (put(self.table_name, item, IS_NEW), *activity)
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            raise ConcurrentUpdateError("Another session has this cookie.") from refusal

    def _noted(
        self, before: Session | None, after: Session | None, write_id: WriteId
    ) -> tuple[Action, ...]:
        session = before or after
        if self.scribe is None or session is None:
            return ()
        from tocsin.adapters.dynamodb.activity.scribe import ObjectChange

        change = ObjectChange(kind=KIND, name=session.session_id, before=before, after=after)
        return self.scribe.note(change, write_id=write_id)


def session_item(session: Session, write_id: WriteId) -> Item:
    item = keys.session_key(session.secret_hash) | {
        "entity": text("session"),
        "version": number(1),
        "write_id": text(write_id),
        "session_id": text(session.session_id),
        "door": text(session.door),
        "created_at": time(session.created_at),
        "used_at": time(session.used_at),
        # For TTL, which counts seconds and deletes within days.
        "expires_at": expiry(session.expires_at, _AT_ONCE),
    }
    if session.user is not None:
        item["user_name"] = text(session.user)
    if session.user_since is not None:
        item["user_since"] = time(session.user_since)
    if session.key_id is not None:
        item["key_id"] = text(session.key_id)
    if session.agent:
        item["agent"] = text(session.agent)
    return item


def session_from(image: Image) -> Session:
    since = image.get("user_since")
    return Session(
        session_id=image["session_id"]["S"],
        secret_hash=SecretHash(image["sk"]["S"]),
        door=Door(image["door"]["S"]),
        user=image.get("user_name", {}).get("S"),
        user_since=instant(int(since["N"])) if since else None,
        key_id=image.get("key_id", {}).get("S"),
        agent=image.get("agent", {}).get("S"),
        created_at=instant(int(image["created_at"]["N"])),
        used_at=instant(int(image["used_at"]["N"])),
    )
