"""LastResortRepository: one item, whose versions follow one another."""

from dataclasses import replace

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.notifications.last_resort_repository import DynamoDBLastResort
from tocsin.domain.ids import AlertId
from tocsin.domain.last_resort import LastResort
from tocsin.usecases.ports import LastResortRepository
from tocsin_cli.simulated.write_ids import WriteIds

ONE, TWO = AlertId("01KJMA0FM0SWN6QZPBR1784CMA"), AlertId("01KJMA0FM0SWN6QZPBR1784CMB")
CLAIMED = LastResort(
    told_at=NINE,
    waiting=frozenset((ONE, TWO)),
    claimed_by=TWO,
    claimed_until=NINE + MINUTE,
    version=1,
)
new_write_id = WriteIds()


@pytest.fixture
def last_resort(call: Call) -> LastResortRepository:
    return DynamoDBLastResort(call, TABLE_NAME)


def keep(last_resort: LastResortRepository, state: LastResort) -> bool:
    return last_resort.keep(state, at=NINE, write_id=new_write_id())


def test_a_last_resort_that_was_never_told_is_new(last_resort: LastResortRepository) -> None:
    assert last_resort.read() == LastResort()


def test_what_is_kept_comes_back_whole(last_resort: LastResortRepository) -> None:
    assert keep(last_resort, CLAIMED)

    assert last_resort.read() == CLAIMED


def test_what_is_released_is_gone(last_resort: LastResortRepository) -> None:
    keep(last_resort, CLAIMED)
    told = CLAIMED.told(CLAIMED.waiting, NINE + MINUTE)

    assert keep(last_resort, told)

    assert last_resort.read() == LastResort(told_at=NINE + MINUTE, version=2)


def test_of_two_first_writes_one_is_kept(last_resort: LastResortRepository) -> None:
    assert keep(last_resort, CLAIMED)

    assert not keep(last_resort, replace(CLAIMED, claimed_by=ONE))
    assert last_resort.read() == CLAIMED


def test_a_version_that_another_write_has_overtaken_is_refused(
    last_resort: LastResortRepository,
) -> None:
    keep(last_resort, CLAIMED)
    keep(last_resort, CLAIMED.without(ONE))

    assert not keep(last_resort, CLAIMED.without(TWO))
    assert last_resort.read().waiting == {TWO}


def test_a_write_whose_reply_was_lost_is_kept(call: Call) -> None:
    bad_line = DynamoDBLastResort(losing_replies(call), TABLE_NAME)

    assert keep(bad_line, CLAIMED)
    assert keep(bad_line, CLAIMED.without(ONE))
    assert bad_line.read().waiting == {TWO}
