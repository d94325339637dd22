"""How the local stack makes batches of a table's stream."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.ministack_gaps.stream_batches import lanes_of, left_to_do


def record(item: str, number: int) -> dict[str, Any]:
    return {"dynamodb": {"Keys": {"pk": {"S": item}}, "SequenceNumber": str(number)}}


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(1, 10), st.integers(1, 20))
def test_all_records_are_in_batches_and_those_of_an_item_in_one_lane_in_order(
    items: list[str], factor: int, size: int
) -> None:
    records = [record(item, number) for number, item in enumerate(items)]

    lanes = lanes_of(records, factor, size)

    assert len(lanes) <= factor
    assert all(0 < len(batch) <= size for lane in lanes for batch in lane)
    flat = [[it for batch in lane for it in batch] for lane in lanes]
    followed = [it for lane in flat for it in lane]
    assert sorted(map(id, followed)) == sorted(map(id, records))
    for item in set(items):
        of_item = [it for it in records if it["dynamodb"]["Keys"] == {"pk": {"S": item}}]
        assert [it for it in followed if it in of_item] == of_item
        assert sum(of_item[0] in lane for lane in flat) == 1


def test_a_batch_comes_again_from_its_first_failed_record_on() -> None:
    batch = [record("a", number) for number in range(4)]
    answer = {"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "1"}]}

    assert left_to_do(batch, answer) == batch[1:]


def test_a_batch_without_failures_is_done() -> None:
    batch = [record("a", number) for number in range(4)]

    assert list(left_to_do(batch, {"batchItemFailures": []})) == []
    assert list(left_to_do(batch, None)) == []
