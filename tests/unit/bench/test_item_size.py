"""Sizes and units by the rules that DynamoDB's developer guide gives."""

from typing import Any

import pytest

from bench.item_size import Item, item_bytes, read_units, refused_write_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        pytest.param({"S": ""}, 0, id="no text"),
        pytest.param({"S": "é"}, 2, id="a text counts in UTF-8"),
        pytest.param({"N": "7"}, 2, id="a digit"),
        pytest.param({"N": "1795338000000"}, 8, id="two digits are a byte, and one more"),
        pytest.param({"N": "-1.5"}, 2, id="neither sign nor point counts"),
        pytest.param({"B": "YWJj"}, 3, id="binary counts before it is written as base64"),
        pytest.param({"B": "YQ=="}, 1, id="padding is nothing"),
        pytest.param({"BOOL": True}, 1, id="yes or no"),
        pytest.param({"L": [{"S": "ab"}, {"NULL": True}]}, 3 + 2 + 3, id="a list and its members"),
        pytest.param({"M": {"ab": {"S": "c"}}}, 3 + 1 + 3, id="a map and its members"),
    ],
)
def test_an_attribute_is_as_large_as_its_name_and_its_value(
    value: dict[str, Any], size: int
) -> None:
    assert item_bytes({"name": value}) == len("name") + size


@pytest.mark.parametrize(
    ("sizes", "consistent", "eventual"),
    [
        pytest.param([], 1, 0.5, id="nothing"),
        pytest.param([4096], 1, 0.5, id="four kilobytes"),
        pytest.param([4097], 2, 1, id="a byte more"),
        pytest.param([1000] * 9, 3, 1.5, id="items are added up before they are rounded"),
    ],
)
def test_a_read_consumes_units_by_its_size(
    sizes: list[int], consistent: float, eventual: float
) -> None:
    items = [{"a": {"S": "x" * (size - 1)}} for size in sizes]

    assert read_units(items, is_consistent=True) == consistent
    assert read_units(items, is_consistent=False) == eventual


@pytest.mark.parametrize(
    ("item", "units"),
    [
        pytest.param(None, 1, id="nothing"),
        pytest.param({"a": {"S": "x" * 1023}}, 1, id="a kilobyte"),
        pytest.param({"a": {"S": "x" * 1024}}, 2, id="a byte more"),
    ],
)
def test_a_refused_write_consumes_by_what_it_met(item: Item | None, units: float) -> None:
    assert refused_write_units(item) == units
