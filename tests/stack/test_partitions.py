"""Partitions of the table that a role may not touch are refused here as on AWS."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.stack.aws import REGION
from local.stack.deploy import STACK_NAME
from local.stack.start import Stack

type Ask = Callable[[str, str, dict[str, Any]], object]


@pytest.fixture(scope="module")
def ask(stack: Stack) -> Ask:
    """Ask for something as a role; the table's own name stands where a request says TABLE."""
    resources = stack.aws.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)
    physical = {
        it["LogicalResourceId"]: it["PhysicalResourceId"] for it in resources["StackResources"]
    }

    def ask(role: str, operation: str, parameters: dict[str, Any]) -> object:
        arn = stack.aws.client("iam").get_role(RoleName=physical[role])["Role"]["Arn"]
        session = stack.aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
        dynamodb = boto3.client(
            "dynamodb",
            endpoint_url=stack.aws.endpoint,
            region_name=REGION,
            aws_access_key_id=session["Credentials"]["AccessKeyId"],
            aws_secret_access_key=session["Credentials"]["SecretAccessKey"],
            aws_session_token=session["Credentials"]["SessionToken"],
        )
        return getattr(dynamodb, operation)(**_in_table(parameters, physical["Table"]))

    return ask


def _in_table(value: Any, table: str) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case dict():
            return {
                table if name == "TABLE" else name: _in_table(it, table)
                for name, it in value.items()
            }
        case list():
            return [_in_table(it, table) for it in value]
        case _:
            return table if value == "TABLE" else value


def key(partition: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": "of a test"}}


def get(partition: str) -> dict[str, Any]:
    return {"TableName": "TABLE", "Key": key(partition)}


def put(partition: str) -> dict[str, Any]:
    return {"TableName": "TABLE", "Item": key(partition)}


def query(partition: str) -> dict[str, Any]:
    return {
        "TableName": "TABLE",
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": partition}},
    }


def get_several(*partitions: str) -> dict[str, Any]:
    return {"RequestItems": {"TABLE": {"Keys": [key(it) for it in partitions]}}}


def check_and_put(checked: str, written: str) -> dict[str, Any]:
    check = {**get(checked), "ConditionExpression": "attribute_not_exists(pk)"}
    return {"TransactItems": [{"ConditionCheck": check}, {"Put": put(written)}]}


@pytest.mark.parametrize(
    ("role", "operation", "allowed", "refused"),
    [
        ("IngestRole", "put_item", put("I#test"), put("N#test")),
        ("IngestRole", "put_item", put("A#test"), put("C#channel")),
        ("CompatRole", "put_item", put("A#test"), put("K#test")),
        ("AlertsApiRole", "delete_item", get("I#test"), get("A#test")),
        (
            *("AlertsApiRole", "batch_get_item"),
            get_several("A#test", "N#test"),
            get_several("A#test", "K#test"),
        ),
        (
            *("AlertsApiRole", "transact_write_items"),
            check_and_put("C#key", "I#other"),
            check_and_put("A#none", "I#more"),
        ),
        ("ActionsRole", "get_item", get("A#test"), get("K#test")),
        ("TableChangeRole", "put_item", put("L#test"), put("I#test")),
        ("TickRole", "query", query("COUNT"), query("A#test")),
        ("TimerRole", "query", query("L#test"), query("K#test")),
        ("NotifierRole", "update_item", get("G#test"), get("A#test")),
        ("FirstKeyRole", "get_item", get("C#key"), get("C#user")),
    ],
)
def test_a_role_reaches_its_own_partitions_only(
    ask: Ask, role: str, operation: str, allowed: dict[str, Any], refused: dict[str, Any]
) -> None:
    ask(role, operation, allowed)

    with pytest.raises(ClientError) as error:
        ask(role, operation, refused)

    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
