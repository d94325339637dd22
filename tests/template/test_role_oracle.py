"""What the tests' judge of permissions says, which is what IAM would say."""

from typing import Any

import pytest

from tests.held_requests import hold
from tests.role_oracle import Right, Statement, is_allowed, rights_of, statements

TABLE = {"TableName": "tocsin"}


def key(partition: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": "x"}}


def right(action: str, *partitions: str, resource: str = "Table") -> Right:
    return Right(action, resource, frozenset(partitions))


@pytest.mark.parametrize(
    ("operation", "parameters", "rights"),
    [
        ("PutItem", {**TABLE, "Item": key("A#1")}, [right("PutItem", "A#")]),
        ("GetItem", {**TABLE, "Key": key("C#user")}, [right("GetItem", "C#user")]),
        (
            "BatchGetItem",
            {"RequestItems": {"tocsin": {"Keys": [key("A#1"), key("N#1")]}}},
            [right("BatchGetItem", "A#", "N#")],
        ),
        (
            "BatchWriteItem",
            {
                "RequestItems": {
                    "tocsin": [{"PutRequest": {"Item": key(it)}} for it in ("A#1", "B#1")]
                }
            },
            [right("BatchWriteItem", "A#", "B#")],
        ),
        (
            "Query",
            {
                **TABLE,
                "IndexName": "due",
                "KeyConditionExpression": "due_key = :key AND due_at < :until",
                "ExpressionAttributeValues": {":key": {"S": "DUE#1"}, ":until": {"N": "1"}},
            },
            [right("Query", "DUE#", resource="Table/index/due")],
        ),
        (
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"ConditionCheck": {**TABLE, "Key": key("C#key")}},
                    {"Delete": {**TABLE, "Key": key("K#1")}},
                ]
            },
            [right("ConditionCheckItem", "C#key"), right("DeleteItem", "K#")],
        ),
    ],
)
def test_a_request_needs_rights_to_all_that_it_names(
    operation: str, parameters: dict[str, Any], rights: list[Right]
) -> None:
    assert list(rights_of(operation, parameters)) == rights


def test_one_statement_has_to_cover_all_partitions_of_a_request() -> None:
    statement = Statement(
        is_deny=False,
        actions=frozenset(("dynamodb:BatchGetItem",)),
        resources=("Table",),
        partitions=("A#*", "N#*"),
    )

    assert statement.covers(right("BatchGetItem", "A#", "N#"))
    assert not statement.covers(right("BatchGetItem", "A#", "K#"))


def test_one_partition_is_enough_for_a_refusal() -> None:
    statement = Statement(
        is_deny=True,
        actions=frozenset(("dynamodb:PutItem",)),
        resources=("Table",),
        partitions=("K#*", "C#key"),
    )

    assert statement.covers(right("PutItem", "A#", "C#key"))
    assert not statement.covers(right("PutItem", "A#"))


@pytest.mark.parametrize(
    ("role", "wanted", "expected"),
    [
        ("TickRole", right("Query", "COUNT"), True),
        ("TickRole", right("Query", "A#"), False),
        ("TickRole", right("Query", "DUE#", resource="Table/index/due"), True),
        ("IngestRole", right("UpdateItem", "C#key"), True),
        ("IngestRole", right("PutItem", "C#key"), False),
        ("NotifierRole", right("UpdateItem", "A#"), False),
    ],
)
def test_roles_are_read_from_the_template(role: str, wanted: Right, expected: bool) -> None:  # noqa: FBT001 - what is expected
    assert is_allowed(role, wanted) is expected


@pytest.mark.parametrize("role", [name for name, given in statements().items() if given])
def test_every_right_to_the_table_is_for_some_partitions(role: str) -> None:
    open_to_all = [
        it
        for it in statements()[role]
        if not it.is_deny and "Table" in it.resources and it.partitions is None
    ]

    assert not open_to_all


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"TableName": "tocsin"}, id="what is required is missing"),
        pytest.param({**TABLE, "Key": key("A#1"), "Consistent": True}, id="a name is unknown"),
        pytest.param({**TABLE, "Key": {"pk": "A#1"}}, id="a value has another type"),
    ],
)
def test_a_request_that_aws_does_not_understand_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="dynamodb GetItem"):
        hold("dynamodb", "GetItem", parameters)
