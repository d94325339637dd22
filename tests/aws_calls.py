"""boto3 in the place of tocsin.adapters.aws_json.AwsJsonClient, so that moto can answer."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore import xform_name
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tocsin.adapters.aws_json import AwsError

type Call = Callable[[str, dict[str, Any]], dict[str, Any]]


def calls_of(client: BaseClient) -> Call:
    """Make a client's operations callable by the names that they have on the wire."""

    def call(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        except ClientError as error:
            raise _aws_error(error) from error
        answer.pop("ResponseMetadata")
        return answer

    return call


def _aws_error(error: ClientError) -> AwsError:
    response: Mapping[str, Any] = error.response
    return AwsError(
        code=response["Error"]["Code"],
        message=response["Error"]["Message"],
        item=response.get("Item"),
        reasons=response.get("CancellationReasons", []),
    )
