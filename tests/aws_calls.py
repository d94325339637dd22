"""boto3 in the place of tocsin.adapters.aws_json.AwsJsonClient, so that moto can answer."""

import base64
from collections.abc import Mapping
from typing import Any, cast

from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.held_requests import hold
from tocsin.adapters.aws_json import AwsError, Call


def calls_of(client: BaseClient) -> Call:
    """Make a client's operations callable by the names that they have on the wire."""

    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        hold(client.meta.service_model.service_name, operation, parameters)
        try:
            answer = getattr(client, xform_name(operation))(**_with_bytes(parameters))
        except ClientError as error:
            raise _aws_error(error) from error
        answer.pop("ResponseMetadata")
        return cast("dict[str, Any]", _with_base64(answer))

    return call


def _with_bytes(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Turn the base64 texts that go over the wire into what boto3 takes for binary."""
    match value:
        case {"B": str(text), **others} if not others:
            return {"B": base64.b64decode(text)}
        case dict():
            return {name: _with_bytes(inner) for name, inner in value.items()}
        case list():
            return [_with_bytes(inner) for inner in value]
        case _:
            return value


def _with_base64(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The inverse: binary as it comes over the wire."""
    match value:
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case dict():
            return {name: _with_base64(inner) for name, inner in value.items()}
        case list():
            return [_with_base64(inner) for inner in value]
        case _:
            return value


def _aws_error(error: ClientError) -> AwsError:
    response: Mapping[str, Any] = error.response
    return AwsError(
        response["Error"]["Code"],
        response["Error"]["Message"],
        item=_with_base64(response.get("Item")),
        reasons=_with_base64(response.get("CancellationReasons", ())),
    )
