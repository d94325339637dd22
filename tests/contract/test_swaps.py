"""SwapRepository."""

from dataclasses import replace

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.swap_repository import DynamoDBSwaps
from tocsin.domain.errors import ConcurrentUpdateError, SwapNotFoundError
from tocsin.domain.ids import WriteId
from tocsin.domain.on_call.swap import Span, Swap, SwapState

DAY = 24 * HOUR
ASKED = Swap(
    name="01KJM5ZZ00DRQ5V1N9YH3KW2TB",
    schedule="primary",
    asker="alice",
    asked="bob",
    gives=Span(NINE + DAY, NINE + 2 * DAY),
    takes=Span(NINE + 3 * DAY, NINE + 4 * DAY),
    created_at=NINE,
)
FULL = replace(ASKED, reason="Été", answer=SwapState.ACCEPTED, answered_by="link:bob")
W1, W2 = WriteId("w1"), WriteId("w2")


@pytest.mark.parametrize("swap", [ASKED, FULL], ids=["asked", "with everything"])
def test_a_swap_is_read_as_it_was_written(call: Call, swap: Swap) -> None:
    swaps = DynamoDBSwaps(call, TABLE_NAME)

    stored = swaps.put(None, swap, write_id=W1)

    assert stored == swap
    assert swaps.get(swap.name) == swap
    assert swaps.list() == (swap,)


def test_an_unknown_swap_is_not_found(call: Call) -> None:
    with pytest.raises(SwapNotFoundError):
        DynamoDBSwaps(call, TABLE_NAME).get("01KJM5ZZ00DRQ5V1N9YH3KW2TB")


def test_acceptance_makes_both_overrides(call: Call) -> None:
    swaps, overrides = DynamoDBSwaps(call, TABLE_NAME), DynamoDBOverrides(call, TABLE_NAME)
    before = swaps.put(None, ASKED, write_id=W1)
    made = before.overrides(by="bob", at=NINE)
    after = before.answered(SwapState.ACCEPTED, by="bob", at=NINE)

    stored = swaps.accept(before, after, made, write_id=W2)

    assert swaps.get(ASKED.name) == stored == replace(after, version=2)
    assert overrides.list(NINE) == made


def test_the_second_of_two_answers_is_refused_and_makes_nothing(call: Call) -> None:
    swaps, overrides = DynamoDBSwaps(call, TABLE_NAME), DynamoDBOverrides(call, TABLE_NAME)
    before = swaps.put(None, ASKED, write_id=W1)
    declined = before.answered(SwapState.DECLINED, by="bob", at=NINE)
    swaps.put(before, declined, write_id=W2)

    accepted = before.answered(SwapState.ACCEPTED, by="bob", at=NINE)
    with pytest.raises(ConcurrentUpdateError):
        swaps.accept(before, accepted, before.overrides(by="bob", at=NINE), write_id=WriteId("w3"))

    assert swaps.get(ASKED.name).answer is SwapState.DECLINED
    assert overrides.list(NINE) == ()


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    swaps = DynamoDBSwaps(losing_replies(call), TABLE_NAME)
    before = swaps.put(None, ASKED, write_id=W1)
    after = before.answered(SwapState.ACCEPTED, by="bob", at=NINE)

    swaps.accept(before, after, before.overrides(by="bob", at=NINE), write_id=W2)

    assert swaps.get(ASKED.name).answer is SwapState.ACCEPTED
