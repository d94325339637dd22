"""What the runs themselves say: of a clock that is wrong."""

from typing import Any

import pytest

from tests.faults.plans import Fault, Function, Kind


@pytest.mark.parametrize("seconds", [-120, 120])
def test_a_page_is_held_to_when_an_acknowledgement_really_ended(calms: Any, seconds: int) -> None:  # noqa: ANN401 - a cache
    """Its timeline has the time of the timer's clock."""
    told = calms("acknowledgement times out")
    wrong = Fault(kind=Kind.SKEW, function=Function.TIMER, run=0, seconds=seconds)

    assert told.problems((wrong,)) == []


def test_a_recovery_that_a_fast_clock_wrote_is_told_after_a_slow_acknowledgement(
    calms: Any,  # noqa: ANN401 - a cache
) -> None:
    """The update of the recovery arrived first, though its time is two minutes later."""
    told = calms("over while an update is slow")
    wrong = Fault(kind=Kind.SKEW, function=Function.INGEST, run=0, seconds=120)

    assert told.problems((wrong,)) == []
