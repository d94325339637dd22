"""What roles may not do is refused here as on AWS: partitions, whole tables, the admin key."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.stack.deploy import STACK_NAME
from local.stack.start import Stack
from tests.stack.roles import client_of_role


def client_as(stack: Stack, role: str, service: str) -> Any:  # noqa: ANN401 - of any service
    """A client with the credentials of a function's role."""
    return client_of_role(stack.aws, stack.deployment, role, service)


def ask(stack: Stack, role: str, operation: str, parameters: dict[str, Any]) -> None:
    """Ask as a role; the table's own name stands where a request says TABLE."""
    dynamodb = client_as(stack, role, "dynamodb")
    getattr(dynamodb, operation)(**_in_table(parameters, stack.deployment.table_name))


def expect_denied(stack: Stack, role: str, operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        ask(stack, role, operation, parameters)

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


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
        ("FirstKeyRole", "get_item", get("C#key"), get("C#channel")),
        ("TeamConfigRole", "delete_item", get("C#channel"), get("C#key")),
    ],
)
def test_a_role_reaches_its_own_partitions_only(
    stack: Stack, role: str, operation: str, allowed: dict[str, Any], refused: dict[str, Any]
) -> None:
    ask(stack, role, operation, allowed)

    expect_denied(stack, role, operation, refused)


@pytest.mark.parametrize(
    ("role", "operation", "parameters"),
    [
        *((f"{it}Role", "scan", {}) for it in ("Ingest", "Compat", "AlertsApi", "Actions")),
        *((f"{it}Role", "delete_table", {}) for it in ("Ingest", "Compat", "Actions")),
        ("TableChangeRole", "delete_table", {}),
        *((f"{it}Role", "delete_item", get("x")) for it in ("Tick", "Timer", "Notifier")),
        ("FirstKeyRole", "query", query("A#x")),
    ],
)
def test_a_role_may_only_what_its_function_needs(
    stack: Stack, role: str, operation: str, parameters: dict[str, Any]
) -> None:
    expect_denied(stack, role, operation, {"TableName": "TABLE", **parameters})


def test_the_function_that_reads_secrets_cannot_read_the_admin_key(stack: Stack) -> None:
    ssm = client_as(stack, "ActionsRole", "ssm")
    link_key = f"/tocsin/{STACK_NAME}/link-key"
    assert ssm.get_parameter(Name=link_key)["Parameter"]["Name"] == link_key

    with pytest.raises(ClientError) as refused:
        ssm.get_parameter(Name=f"/tocsin/{STACK_NAME}/admin-key")

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
