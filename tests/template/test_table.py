"""The table: its keys and indexes, and what keeps its items safe."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.last_release import released_file
from tests.template.intrinsics import Resource, Template, short
from tests.template_file import read_template
from tocsin.adapters.dynamodb.keys import LIST_ATTRIBUTES
from tocsin_cli.simulated.declared import DECLARED


@pytest.fixture(scope="module")
def table(written: Template) -> Resource:
    return written.resources["Table"]


def test_the_table_survives_its_stack(table: Resource) -> None:
    assert table["DeletionPolicy"] == "Retain"
    assert table["UpdateReplacePolicy"] == "Retain"


def test_the_table_cannot_be_deleted_unless_a_parameter_allows_it(
    table: Resource, written: Template
) -> None:
    assert short(table["Properties"]["DeletionProtectionEnabled"]) == "DeletionProtection"
    assert written.parameters["DeletionProtection"]["Default"] == "true"


def test_the_table_can_be_put_back_to_any_second(table: Resource) -> None:
    recovery = table["Properties"]["PointInTimeRecoverySpecification"]

    assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_the_table_is_encrypted_with_a_key_whose_use_is_logged(table: Resource) -> None:
    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}


def test_the_table_costs_nothing_while_nobody_asks(table: Resource) -> None:
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"


def test_old_items_go_by_themselves(table: Resource) -> None:
    assert table["Properties"]["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }


def test_the_stream_tells_what_was_and_what_is(table: Resource) -> None:
    stream = table["Properties"]["StreamSpecification"]

    assert stream == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_keys_are_those_of_the_data_model(table: Resource) -> None:
    properties = table["Properties"]
    types = {a["AttributeName"]: a["AttributeType"] for a in properties["AttributeDefinitions"]}
    keys = {"table": properties["KeySchema"]} | {
        index["IndexName"]: index["KeySchema"] for index in properties["GlobalSecondaryIndexes"]
    }

    spelled = {
        name: [(k["AttributeName"], types[k["AttributeName"]], k["KeyType"]) for k in schema]
        for name, schema in keys.items()
    }

    assert spelled == {
        "table": [("pk", "S", "HASH"), ("sk", "S", "RANGE")],
        "by_state": [("state_key", "S", "HASH"), ("id", "S", "RANGE")],
        "due": [("due_key", "S", "HASH"), ("due_at", "N", "RANGE")],
    }


def test_by_state_projects_what_lists_read(table: Resource) -> None:
    by_state, _ = table["Properties"]["GlobalSecondaryIndexes"]

    assert by_state["Projection"]["ProjectionType"] == "INCLUDE"
    assert tuple(by_state["Projection"]["NonKeyAttributes"]) == LIST_ATTRIBUTES
    assert len(LIST_ATTRIBUTES) <= 20, "more than DynamoDB lets an index project"


def indexes_of(template: Mapping[str, Any]) -> dict[str, Any]:
    declared = template["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
    return {index["IndexName"]: index for index in declared}


def in_place(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether DynamoDB makes the one of the other in one update: it adds or removes one index.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
    """
    is_changed = any(before[name] != after[name] for name in before.keys() & after.keys())
    return not is_changed and len(before.keys() ^ after.keys()) <= 1


def test_a_released_stack_is_updated_in_place() -> None:
    released = indexes_of(read_template(released_file("template.yaml")))

    assert in_place(released, indexes_of(read_template()))


def test_a_change_of_indexes_that_takes_several_updates_is_noticed() -> None:
    indexes = indexes_of(read_template())
    renamed = {f"{name}2": index for name, index in indexes.items()}
    other = indexes | {"due": indexes["due"] | {"Projection": {"ProjectionType": "ALL"}}}

    assert in_place(indexes, indexes | {"further": indexes["due"]})
    assert not in_place(indexes, renamed)
    assert not in_place(indexes, other)


def test_due_projects_keys_only(table: Resource) -> None:
    _, due = table["Properties"]["GlobalSecondaryIndexes"]

    assert due["Projection"] == {"ProjectionType": "KEYS_ONLY"}


def test_the_command_line_simulates_the_indexes_that_the_table_has(table: Resource) -> None:
    name = "GlobalSecondaryIndexes"

    assert table["Properties"][name] == DECLARED[name]
