"""Makes the stack's first API key and its link key: the Lambda handler and its wiring."""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from functions.first_key.custom_resource import (
    FAILED,
    SUCCESS,
    RequestError,
    Resource,
    send_answer,
)
from functions.first_key.first_key import FirstKey
from functions.first_key.link_key import LinkKey
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SSM, AwsError
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.ssm_parameters import SsmParameters
from tocsin.domain.errors import TocsinError
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.observability import make_log
from tocsin.lambda_runtime.settings import Settings, SettingsError

KEY_DESCRIPTION: Final = "Tocsin API key with the scope admin; see docs/credentials.md"
LINK_KEY_DESCRIPTION: Final = (
    "Tocsin key that signs links in notifications; see docs/credentials.md"
)
UNKNOWN_FAULT: Final = "Something went wrong; the log of FirstKeyFunction says where."

LINK_KEY: Final = "Custom::LinkKey"
_WAITS_SECONDS: Final = (1, 2, 3, 4, 5, 5)
"""IAM needs some seconds to propagate a new role."""


class Secret(Protocol):
    """One secret; each method returns an id that may be logged, if the secret has one."""

    def make(self, resource: Resource) -> str | None:
        """Create it."""

    def replace(self, before: Resource, after: Resource) -> str | None:
        """Create another if the resource changed."""

    def remove(self, resource: Resource) -> str | None:
        """Delete it."""


type Wire = Callable[[str], Secret]
"""Makes the parts for a type of resource."""


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
        key_id = _act_once_allowed(event, wire)
    except Exception as error:
        log.exception("Secret failed", **facts)
        send_answer(event, FAILED, _reason(error), _physical_id(event))
    else:
        log.info("Secret done", key_id=key_id, **facts)
        send_answer(event, SUCCESS, "", _physical_id(event))


def _wire(resource_type: str) -> Secret:
    """Wire on use, not on import, so that faults are reported to CloudFormation."""
    settings = Settings.from_environment()
    call = aws_client(SSM, settings.aws).call
    if resource_type == LINK_KEY:
        parameters = SsmParameters(call, LINK_KEY_DESCRIPTION, settings.secrets_key)
        return LinkKey(parameters=parameters, random_bytes=secrets.token_bytes)
    return FirstKey(
        keys=DynamoDBKeys(aws_client(DYNAMODB, settings.aws).call, settings.table_name),
        parameters=SsmParameters(call, KEY_DESCRIPTION, settings.secrets_key),
        now=lambda: datetime.now(UTC),
        random_bytes=secrets.token_bytes,
        new_write_id=lambda: WriteId(secrets.token_hex(8)),
    )


def _act_once_allowed(event: Mapping[str, Any], wire: Wire) -> str | None:
    for seconds in _WAITS_SECONDS:
        try:
            return _act(event, wire)
        except AwsError as error:
            if not _is_denied(error):
                raise
        time.sleep(seconds)
    return _act(event, wire)


def _is_denied(error: AwsError) -> bool:
    return error.code.startswith("AccessDenied")


def _act(event: Mapping[str, Any], wire: Wire) -> str | None:
    properties = event["ResourceProperties"]
    if event["RequestType"] == "Delete" and not properties.get("ParameterName"):
        # Creation failed for want of its properties and is rolled back: nothing exists.
        return None
    resource, secret = Resource.of(event, properties), wire(event["ResourceType"])
    match event["RequestType"]:
        case "Create":
            return secret.make(resource)
        case "Update":
            before = Resource.of(event, event["OldResourceProperties"])
            return secret.replace(before, resource)
        case "Delete":
            return secret.remove(resource)
        case other:
            raise RequestError(f"{other} is no request that a custom resource knows.")


def _physical_id(event: Mapping[str, Any]) -> str:
    """Name the resource by its parameter; a request without one keeps the name that it has."""
    name = event["ResourceProperties"].get("ParameterName")
    return str(name or event.get("PhysicalResourceId") or event["LogicalResourceId"])


def _reason(error: Exception) -> str:
    """Say what went wrong without quoting a text that may hold the key."""
    match error:
        case AwsError(code=code, message=message) if _is_denied(error):
            return f"{code}: {message}"
        case AwsError(code=code):
            return f"AWS refused with {code}."
        case TocsinError() | SettingsError() | RequestError():
            return str(error)
        case _:
            return UNKNOWN_FAULT
