"""Times as senders write them; a bad one is no time, and nothing worse."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from functions.ingest.senders.reading.times import read_time

TEN = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [
        "2026-11-21T22:00:00Z",
        "2026-11-21t22:00:00z",
        "2026-11-21T22:00:00.000Z",
        pytest.param("2026-11-21T22:00:00.000", id="no zone: Netdata"),
        pytest.param("2026-11-21T22:00:00.000+0000", id="no colon: CloudWatch"),
        pytest.param("2026-11-21T22:00:00+00:00Z", id="both: PagerDuty clients"),
        pytest.param("2026-11-21T22:00:00.000000000Z", id="9 digits: Alertmanager"),
        pytest.param("2026-11-21T22:00:00.0000000Z", id="7 digits: Azure"),
        pytest.param("2026-11-21 22:00:00.000", id="a space: Uptime Kuma"),
        pytest.param("2026-11-21 22:00:00 +0000", id="a space before the zone"),
        "2026-11-21 22:00:00 UTC",
        "2026-11-22T00:00:00+02:00",
        "2026-11-21T22:00",
        "  2026-11-21T22:00:00Z ",
        pytest.param(1795298400, id="seconds: Google"),
        pytest.param(1795298400000, id="milliseconds: New Relic"),
        pytest.param(1795298400000000, id="microseconds"),
        pytest.param(1795298400000000000, id="nanoseconds"),
        pytest.param("1795298400", id="seconds as text"),
        pytest.param("1795298400000", id="milliseconds as text: Datadog"),
        1795298400.0,
    ],
)
def test_every_way_of_writing_is_read(said: object) -> None:
    assert read_time(said) == TEN


def test_a_time_finer_than_microseconds_is_cut() -> None:
    assert read_time("2026-11-21T22:00:00.123456789Z") == TEN.replace(microsecond=123456)
    assert read_time("2026-11-21T22:00:00.7Z") == TEN.replace(microsecond=700_000)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("0001-01-01T00:00:00Z", id="unset: Alertmanager"),
        pytest.param("0001-01-01T00:00:00.000Z", id="unset: amtool"),
        *("", "now", "2026-13-01T00:00:00Z", "2026-11-21", "2026-11-21T25:00:00Z", "22:00"),
        *("2026-11-21T22:00:00+99:99", "9999-12-31T23:59:59Z", "9" * 30),
        *(None, True, 0, -1, 12, 1e308, 10**400, float("nan"), float("inf"), [], {}),
    ],
)
def test_a_value_that_is_no_time_is_read_as_none(said: object) -> None:
    assert read_time(said) is None


@given(some.text() | some.integers() | some.floats() | some.none())
def test_nothing_fails(said: object) -> None:
    time = read_time(said)

    assert time is None or time.tzinfo is UTC
