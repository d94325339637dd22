"""Makes what a new stack begins with: the Lambda handler and its wiring."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from functions.first_key.first_key import FirstKey
from functions.first_key.link_key import LinkKey
from functions.first_key.push_key import PushKey, PushKeyMade
from functions.first_key.resource import Resource
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SSM, AwsError
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.new_role import is_denied, once_allowed
from tocsin.adapters.ssm_parameters import SsmParameters
from tocsin.domain.activity import Author
from tocsin.domain.errors import TocsinError
from tocsin.domain.ids import AUTO, WriteId
from tocsin.lambda_runtime.custom_resource import (
    FAILED,
    SUCCESS,
    RequestError,
    send_answer,
)
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings, SettingsError

KEY_DESCRIPTION: Final = "Tocsin API key with the scope admin; see docs/credentials.md"
LINK_KEY_DESCRIPTION: Final = (
    "Tocsin key that signs links in notifications; see docs/credentials.md"
)
UNKNOWN_FAULT: Final = "Something went wrong; the log of FirstKeyFunction says where."

PUSH_KEY_DESCRIPTION: Final = "Tocsin private key that signs web pushes; see docs/credentials.md"

LINK_KEY: Final = "Custom::LinkKey"
PUSH_KEY: Final = "Custom::PushKey"
OWNER: Final = "Custom::Owner"


class Part[R](Protocol):
    """A secret, or the first person; each method returns an id that may be logged, if it has one.

    Of a pair of keys it is the public one. `R` is the resource with its properties.
    """

    def make(self, resource: R) -> str | PushKeyMade | None:
        """Create it."""

    def replace(self, before: R, after: R) -> str | PushKeyMade | None:
        """Create another if the resource changed."""

    def remove(self, resource: R) -> str | PushKeyMade | None:
        """Delete it."""


type Wire = Callable[[str], Part[Any]]
"""Makes the part for a type of resource."""


def handler(event: dict[str, Any], context: object) -> None:
    """Do what CloudFormation asks, and report success or failure."""
    respond(event, _wire)


def respond(event: Mapping[str, Any], wire: Wire) -> None:
    """Answer one request. The event itself is never logged: its address is a credential."""
    log = make_log("first_key")
    facts = {
        "resource": event["LogicalResourceId"],
        "request_type": event["RequestType"],
        "request_id": event["RequestId"],
    }
    try:
        made = once_allowed(lambda: _act(event, wire))
    except Exception as error:
        log.exception("Resource failed", **facts)
        send_answer(event, FAILED, [_reason(error)], _physical_id(event))
    else:
        public = made.public_key if isinstance(made, PushKeyMade) else None
        log.info("Resource done", key_id=None if public else made, **facts)
        data = {"PublicKey": public} if public else None
        send_answer(event, SUCCESS, [], _physical_id(event), data=data)


def _wire(resource_type: str) -> Part[Any]:
    """Wire on use, not on import, so that faults are reported to CloudFormation."""
    settings = Settings.from_environment()
    if resource_type == OWNER:
        return _wire_first_person(settings)
    call = aws_client(SSM, settings.aws).call
    if resource_type == LINK_KEY:
        parameters = SsmParameters(call, LINK_KEY_DESCRIPTION, settings.secrets_key)
        return LinkKey(parameters=parameters, random_bytes=secrets.token_bytes)
    if resource_type == PUSH_KEY:
        parameters = SsmParameters(call, PUSH_KEY_DESCRIPTION, settings.secrets_key)
        return PushKey(parameters=parameters)
    return FirstKey(
        keys=DynamoDBKeys(
            aws_client(DYNAMODB, settings.aws).call, settings.table_name, _scribe(settings)
        ),
        parameters=SsmParameters(call, KEY_DESCRIPTION, settings.secrets_key),
        now=lambda: datetime.now(UTC),
        random_bytes=secrets.token_bytes,
        new_write_id=lambda: WriteId(secrets.token_hex(8)),
    )


def _wire_first_person(settings: Settings) -> Part[Any]:
    from functions.first_key.owner import Owner
    from tocsin.adapters.dynamodb.configuration.configuration_repository import (
        DynamoDBConfiguration,
    )
    from tocsin.adapters.dynamodb.configuration.directory_items import USERS
    from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES

    table, scribe = aws_client(DYNAMODB, settings.aws).call, _scribe(settings)
    return Owner(
        users=DynamoDBConfiguration(table, settings.table_name, USERS, scribe),
        policies=DynamoDBConfiguration(table, settings.table_name, POLICIES, scribe),
        now=lambda: datetime.now(UTC),
        new_write_id=lambda: WriteId(secrets.token_hex(8)),
    )


def _scribe(settings: Settings) -> Scribe:
    from tocsin.bodies.facts import facts_of

    return Scribe(
        table_name=settings.table_name,
        author=lambda _: Author(AUTO, datetime.now(UTC)),
        facts=facts_of,
    )


def _act(event: Mapping[str, Any], wire: Wire) -> str | PushKeyMade | None:
    properties = event["ResourceProperties"]
    if event["RequestType"] == "Delete" and not properties.get("ParameterName"):
        # A secret whose creation failed for want of its properties, or the owner, who stays.
        return None
    read = _reader(event["ResourceType"])
    resource, part = read(event, properties), wire(event["ResourceType"])
    match event["RequestType"]:
        case "Create":
            return part.make(resource)
        case "Update":
            before = read(event, event["OldResourceProperties"])
            return part.replace(before, resource)
        case "Delete":
            return part.remove(resource)
        case other:
            raise RequestError(f"{other} is no request that a custom resource knows.")


def _reader(resource_type: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Any]:
    if resource_type != OWNER:
        return Resource.of
    from functions.first_key.owner import Addresses

    return Addresses.of


def _physical_id(event: Mapping[str, Any]) -> str:
    """Name the resource by its parameter; a request without one keeps the name that it has."""
    name = event["ResourceProperties"].get("ParameterName")
    return str(name or event.get("PhysicalResourceId") or event["LogicalResourceId"])


def _reason(error: Exception) -> str:
    """Say what went wrong without quoting a text that may hold the key."""
    match error:
        case AwsError(code=code, message=message) if is_denied(error):
            return f"{code}: {message}"
        case AwsError(code=code):
            return f"AWS refused with {code}."
        case TocsinError() | SettingsError() | RequestError():
            return str(error)
        case _:
            return UNKNOWN_FAULT
