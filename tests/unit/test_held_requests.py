"""A write of an item that two processes may write carries a condition."""

from typing import Any

import pytest

from tests.held_requests import expect_conditions

SLOT = {"pk": {"S": "A#1"}, "sk": {"S": "LIVE"}}
EPISODE = {"pk": {"S": "A#1"}, "sk": {"S": "E#01J"}}
FACTS = {"pk": {"S": "A#1"}, "sk": {"S": "E#01J#D"}}
NOTE = {"pk": {"S": "A#1"}, "sk": {"S": "T#01J#1#note#1"}}
HELD = {"ConditionExpression": "attribute_not_exists(pk)"}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("PutItem", {"Item": SLOT}),
        ("PutItem", {"Item": EPISODE}),
        ("UpdateItem", {"Key": SLOT}),
        ("DeleteItem", {"Key": SLOT}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"Item": EPISODE}}]}),
    ],
)
def test_a_write_without_a_condition_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="has no condition"):
        expect_conditions(operation, parameters)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("PutItem", {"Item": SLOT, **HELD}),
        ("PutItem", {"Item": FACTS}),
        ("PutItem", {"Item": NOTE}),
        ("GetItem", {"Key": SLOT}),
        (
            "TransactWriteItems",
            {"TransactItems": [{"Put": {"Item": EPISODE}}, {"Put": {"Item": SLOT, **HELD}}]},
        ),
    ],
)
def test_other_requests_are_not(operation: str, parameters: dict[str, Any]) -> None:
    expect_conditions(operation, parameters)
