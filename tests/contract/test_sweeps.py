"""SweepRepository: how far a sweep has come."""

from dataclasses import fields
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import NINE
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.timers.sweep_repository import DynamoDBSweeps
from tocsin.domain.alert_query import Counts
from tocsin.domain.sweep import SweepState
from tocsin.usecases.ports import SweepRepository

WITH_EVERY_FIELD = SweepState(
    cursor="next",
    seen=Counts(firing=1, acknowledged=2, snoozed=3, critical=4, warning=5, info=6),
    found=4,
    is_reported=True,
    kept_at=NINE + timedelta(milliseconds=5),
    drift=Counts(firing=-1, acknowledged=6, snoozed=7),
)


@pytest.fixture
def sweeps(call: Call) -> SweepRepository:
    return DynamoDBSweeps(call, TABLE_NAME)


def test_before_the_first_sweep_there_is_nothing_to_go_on_from(sweeps: SweepRepository) -> None:
    assert sweeps.state() == SweepState()


def test_every_field_comes_back(sweeps: SweepRepository) -> None:
    for field in fields(SweepState):
        assert getattr(WITH_EVERY_FIELD, field.name) != getattr(SweepState(), field.name)

    sweeps.keep(WITH_EVERY_FIELD)

    assert sweeps.state() == WITH_EVERY_FIELD


def test_the_next_state_takes_the_place_of_the_one_before(sweeps: SweepRepository) -> None:
    sweeps.keep(WITH_EVERY_FIELD)
    sweeps.keep(SweepState(found=1))

    assert sweeps.state() == SweepState(found=1)
