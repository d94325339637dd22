"""Which request of CloudFormation is the newest, and whose resource applies the team's file."""

from dataclasses import dataclass
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import number, text
from tocsin.adapters.dynamodb.configuration.named_objects import texts_from, write_texts
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import IS_NEW, write_if
from tocsin.domain.errors import ConcurrentUpdateError

KEPT: Final = 20
"""Requests; Lambda repeats one for six hours at most."""
ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class DynamoDBDeploymentRequests:
    """Implements `DeploymentRequests`."""

    call: Call
    table_name: str

    def begin(self, request_id: str, manager: str | None) -> bool:
        """Note a request, and who applies the file from now on.

        Args:
            request_id: The same each time that the request comes.
            manager: The resource; None: the file is given up.

        Returns:
            Whether no newer request has come meanwhile.
        """
        for _ in range(ATTEMPTS):
            image = get_item(self.call, self.table_name, keys.TEAM_FILE_REQUESTS_KEY)
            known = texts_from(image["requests"]) if image else ()
            if request_id in known:
                return known[-1] == request_id
            version = int(image["version"]["N"]) if image else 0
            item = keys.TEAM_FILE_REQUESTS_KEY | {
                "entity": text("team-file"),
                "version": number(version + 1),
                "requests": write_texts((*known, request_id)[-KEPT:]),
            }
            if manager is not None:
                item["manager"] = text(manager)
            request = {"TableName": self.table_name, "Item": item, "ConditionExpression": IS_NEW}
            if image:
                request["ConditionExpression"] = "version = :read_version"
                request["ExpressionAttributeValues"] = {":read_version": number(version)}
            if write_if(self.call, "PutItem", request):
                return True
        raise ConcurrentUpdateError

    def manager(self) -> str | None:
        """The resource that applies the file; None: there is none."""
        image = get_item(self.call, self.table_name, keys.TEAM_FILE_REQUESTS_KEY)
        return str(image["manager"]["S"]) if image and "manager" in image else None
