"""What the configuration says of Slack: channels with their secrets, users with their ids."""

from dataclasses import dataclass
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.keys import configuration_partition
from tocsin.adapters.dynamodb.queries import get_configured, query_all
from tocsin.domain.people import ChannelType

SECRETS_FROM: Final = "/tocsin/"
"""Begins the names of all parameters that this function may read."""
_CHANNEL: Final = "channel"
_USER: Final = "user"


@dataclass(frozen=True, slots=True)
class DynamoDBSlackDirectory:
    """Implements `SlackDirectory`."""

    call: Call
    table_name: str

    def secret_of(self, channel: str) -> str | None:
        """Name the parameter of a Slack channel's secret; None if there is no such channel."""
        item = get_configured(self.call, self.table_name, _CHANNEL, channel)
        if item is None or item["type"]["S"] != ChannelType.SLACK or "secret" not in item:
            return None
        name: str = item["secret"]["S"]
        return name if name.startswith(SECRETS_FROM) else None

    def user_of(self, slack_id: str) -> str | None:
        """Name the user who has this id in Slack; None if nobody does."""
        users = query_all(self.call, self.table_name, configuration_partition(_USER))
        return next(
            (user["sk"]["S"] for user in users if user.get("slack_id", {}).get("S") == slack_id),
            None,
        )
