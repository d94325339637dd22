"""The team's people, for their names, time zones and ids in Slack; and who is on call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.domain.errors import TryAgainError
from tocsin.domain.people import User

if TYPE_CHECKING:
    from tocsin.domain.people import WhoIsOnCall


@dataclass(frozen=True, slots=True)
class DynamoDBPeople:
    """Implements `People`; changes count at once."""

    call: Call
    table_name: str

    def on_call(self, at: datetime) -> WhoIsOnCall:
        return _OnCall(self.call, self.table_name, at)

    def users(self) -> Mapping[str, User]:
        users = DynamoDBConfiguration(self.call, self.table_name, USERS).list()
        return {user.name: user.value for user in users}


@dataclass(frozen=True, slots=True)
class _OnCall:
    """Read when a page names a schedule, which it can do without."""

    call: Call
    table_name: str
    at: datetime

    def get(self, target: str, otherwise: tuple[str, ...], /) -> tuple[str, ...]:
        from tocsin.adapters.dynamodb.configuration.on_call_reader import OnCallReader

        reader = OnCallReader(self.call, self.table_name)
        try:
            return reader.at(self.at, is_fresh=lambda _: False).get(target, otherwise)
        except (AwsError, TryAgainError):
            return otherwise

    def then(self, at: datetime) -> _OnCall:
        return replace(self, at=at)
