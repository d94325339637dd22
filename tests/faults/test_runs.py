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
