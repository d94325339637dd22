"""What the tests of the client send, and what they get."""

from typing import Any

from tests.scripted_server import ScriptedServer, written_head
from tocsin.adapters.aws_json import DYNAMODB, AwsJsonClient, Service
from tocsin.adapters.aws_signature import Credentials

CREDENTIALS = Credentials(access_key="AKIDEXAMPLE", secret_key="example", session_token="session")
REQUEST = {"TableName": "tocsin", "Key": {"pk": {"S": "Größe 😀"}}}
ANSWER = {"Item": {"pk": {"S": "Größe 😀"}}}
OLD_IMAGE = {"pk": {"S": "A#0123"}, "version": {"N": "7"}}
CONDITION_FAILED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
    "message": "The conditional request failed",
    "Item": OLD_IMAGE,
}
THROTTLED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    "message": "Slow down",
}


def cancelled(*codes: str) -> dict[str, Any]:
    return {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": [{"Code": code} for code in codes],
    }


def partial_answer(sent: bytes = b'{"Item": {') -> bytes:
    """Less than the head promises."""
    return written_head(200, {"Content-Length": "500"}) + sent


def client_of(
    server: ScriptedServer, service: Service = DYNAMODB, *, timeout_seconds: float = 5
) -> AwsJsonClient:
    return AwsJsonClient(
        service,
        region="eu-central-1",
        credentials=lambda: CREDENTIALS,
        endpoint=server.url,
        timeout_seconds=timeout_seconds,
    )
