"""The same write with Amazon's SDK: one update_item, nothing else."""

import os
from typing import Any

import boto3

_client: Any = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"])


def handler(_event: object, _context: object) -> dict[str, object]:
    _client.update_item(
        TableName=os.environ["TABLE_NAME"],
        Key={"pk": {"S": "BENCH"}, "sk": {"S": "BOTO3"}},
        UpdateExpression="SET last_seen_at = :at ADD occurrences :one",
        ExpressionAttributeValues={":at": {"N": "1795338000000"}, ":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    return {"statusCode": 202, "headers": {"content-type": "application/json"}, "body": "{}"}
