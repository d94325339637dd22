"""Durations as people write them."""

from datetime import timedelta

import pytest

from tocsin.domain.duration import read_duration


@pytest.mark.parametrize(
    ("written", "means"),
    [
        pytest.param(90, timedelta(seconds=90), id="a number is seconds"),
        pytest.param("90", timedelta(seconds=90), id="also as a text"),
        pytest.param(0, timedelta(), id="none at all"),
        pytest.param(90.0, timedelta(seconds=90), id="a number as some libraries write it"),
        pytest.param("90s", timedelta(seconds=90), id="seconds"),
        pytest.param("5m", timedelta(minutes=5), id="minutes"),
        pytest.param("2h", timedelta(hours=2), id="hours"),
        pytest.param(" 3D ", timedelta(days=3), id="days in any dress"),
    ],
)
def test_a_duration_is_a_number_and_a_unit(written: object, means: timedelta) -> None:
    assert read_duration(written) == means


@pytest.mark.parametrize(
    "written",
    [
        *("", "h", "1w", "1h30m", "-5m", "1.5h", "+1s", "\u0663h", "9" * 10, "1 h"),
        *(-1, -1.0, 1.5, float("inf"), float("nan"), 1e300, True, None, [], {}, 10**9),
    ],
    ids=repr,
)
def test_another_spelling_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match="90s, 5m, 2h, 3d"):
        read_duration(written)
