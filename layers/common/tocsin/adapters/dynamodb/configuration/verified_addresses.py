"""Addresses of users that their owners have verified."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.activity.scribe import ObjectChange, Scribe, noted
from tocsin.adapters.dynamodb.alerts.items import number, text
from tocsin.adapters.dynamodb.alerts.writes import Update
from tocsin.adapters.dynamodb.configuration.directory_items import USERS, verified_attribute
from tocsin.adapters.dynamodb.queries import get_configured
from tocsin.adapters.dynamodb.transactions import (
    Action,
    TransactionRefusedError,
    transact,
    write_if,
)
from tocsin.domain.configuration import Configured
from tocsin.domain.ids import WriteId
from tocsin.domain.people import ADDRESS_FIELDS, ContactMethod, User, hash_address

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
"""Of no account: the time of creation is no setting."""


@dataclass(frozen=True, slots=True)
class DynamoDBVerifiedAddresses:
    call: Call
    table_name: str
    scribe: Scribe | None = None
    """Writes that a user confirmed an address."""

    def user(self, name: str) -> User | None:
        image = get_configured(self.call, self.table_name, keys.USER, name)
        return USERS.read(image) if image else None

    def verify(self, user: User, method: ContactMethod, address: str, *, write_id: WriteId) -> bool:
        """Mark an address as verified; False: the user has another by now, or is gone.

        The version counts on, so that a change that was read before is refused, not undone.
        """
        update = Update()
        update.put(verified_attribute(method), text(hash_address(address)))
        update.sets.append("version = version + :one")
        update.values[":one"] = number(1)
        update.put("write_id", text(write_id))
        update.expect(f"{ADDRESS_FIELDS[method]} = :address", address=text(address))
        key = keys.configuration_key(keys.USER, user.name)
        request = update.parameters(self.table_name, key)
        activity = self._noted(user, method, address, write_id)
        if not activity:
            return write_if(self.call, "UpdateItem", request)
        try:
            transact(self.call, ({"Update": request}, *activity), write_id=write_id)
        except TransactionRefusedError:
            return False
        return True

    def _noted(
        self, user: User, method: ContactMethod, address: str, write_id: WriteId
    ) -> tuple[Action, ...]:
        verified = {**user.verified, method: hash_address(address)}
        after = replace(user, verified=verified)
        stored = [Configured(value=it, created_at=_NEVER) for it in (user, after)]
        change = ObjectChange(kind=keys.USER, name=user.name, before=stored[0], after=stored[1])
        return noted(self.scribe, change, write_id)
