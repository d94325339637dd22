"""The secrets of Slack's channels."""

from dataclasses import dataclass

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS
from tocsin.domain.people import ContactMethod


@dataclass(frozen=True, slots=True)
class DynamoDBSlackDirectory:
    """Implements `SlackDirectory`; changes count at once."""

    call: Call
    table_name: str
    secrets_prefix: str
    """Begins the names of all parameters that this function may read: the stack's own."""

    def secret_of(self, channel: str) -> str | None:
        found = DynamoDBConfiguration(self.call, self.table_name, CHANNELS).find(channel)
        if found is None or found.value.type != ContactMethod.SLACK:
            return None
        secret = found.value.secret
        is_ours = secret is not None and secret.startswith(self.secrets_prefix)
        return secret if is_ours else None
