"""The team's people, for their names, time zones and ids in Slack."""

from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import USERS
from tocsin.domain.people import User


@dataclass(frozen=True, slots=True)
class DynamoDBPeople:
    """Implements `People`; changes count at once."""

    call: Call
    table_name: str

    def users(self) -> Mapping[str, User]:
        users = DynamoDBConfiguration(self.call, self.table_name, USERS).list()
        return {user.name: user.value for user in users}
