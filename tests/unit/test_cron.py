"""Expected times of cron expressions, over the days when clocks change."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tocsin.domain.cron import Cron, CronRefusedError

GRACE = 30 * MINUTE


def times(expression: str, time_zone: str, start: str, number: int) -> list[str]:
    cron, at, found = Cron(expression, time_zone), datetime.fromisoformat(start), []
    for _ in range(number):
        at = cron.after(at)
        found.append(f"{at:%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("expression", "time_zone", "start", "expected"),
    [
        pytest.param(
            "0 2 * * *",
            "Europe/Paris",
            "2026-01-10T12:00Z",
            ["11 01:00", "12 01:00"],
            id="Paris, winter",
        ),
        pytest.param(
            "30 2 * * *",
            "Europe/Paris",
            "2026-03-28T00:00Z",
            # 02:30 on the 29th does not exist: clocks go from 02:00 to 03:00, at 01:00 UTC.
            ["28 01:30", "29 01:00", "30 00:30"],
            id="Paris, clocks go forward",
        ),
        pytest.param(
            "*/20 2 * * *",
            "Europe/Paris",
            "2026-03-28T02:00Z",
            ["29 01:00", "30 00:00"],
            id="Paris, three times in the gap are one",
        ),
        pytest.param(
            "30 2 * * *",
            "Europe/Paris",
            "2026-10-24T00:00Z",
            # 02:30 on the 25th is there at 00:30 and at 01:30 UTC.
            ["24 00:30", "25 00:30", "26 01:30"],
            id="Paris, clocks go back",
        ),
        pytest.param(
            "0 * * * *",
            "Europe/Paris",
            "2026-10-24T23:30Z",
            ["25 00:00", "25 02:00", "25 03:00"],
            id="Paris, the hour that is there twice counts once",
        ),
        pytest.param(
            "0 2 * * *",
            "America/New_York",
            "2026-03-07T12:00Z",
            # 02:00 on the 8th is 03:00 there, 07:00 UTC.
            ["08 07:00", "09 06:00"],
            id="New York, clocks go forward",
        ),
        pytest.param(
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T12:00Z",
            ["01 05:30", "02 06:30"],
            id="New York, clocks go back",
        ),
        pytest.param(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-02T20:00Z",
            # Clocks go forward by half an hour, from 02:00 to 02:30, at 15:30 UTC the day before.
            ["03 15:30", "04 15:15"],
            id="Lord Howe, half an hour forward",
        ),
        pytest.param(
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-03T20:00Z",
            # Clocks go back by half an hour, from 02:00 to 01:30.
            ["04 14:45", "05 15:15"],
            id="Lord Howe, half an hour back",
        ),
        pytest.param(
            "0 12 30 12 *",
            "Pacific/Apia",
            "2011-12-01T00:00Z",
            # Samoa went from the 29th to the 31st.
            ["30 10:00", "29 22:00"],
            id="Apia, a day that does not exist",
        ),
        pytest.param(
            "0 0 1 * 1", "UTC", "2026-03-01T09:00Z", ["02 00:00", "09 00:00"], id="a day or another"
        ),
        pytest.param(
            "0 9 * * mon-fri", "UTC", "2026-03-06T10:00Z", ["09 09:00", "10 09:00"], id="by names"
        ),
    ],
)
def test_it_is_read_by_the_clock_on_the_wall(
    expression: str, time_zone: str, start: str, expected: list[str]
) -> None:
    assert times(expression, time_zone, start, len(expected)) == expected


@pytest.mark.parametrize("time_zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("expression", ["0 2 * * *", "*/15 * * * *", "45 1,2,3 * * *"])
def test_the_times_of_a_year_ascend_and_none_is_far(expression: str, time_zone: str) -> None:
    cron = Cron(expression, time_zone)
    at, found = datetime(2026, 1, 1, tzinfo=UTC), list[datetime]()
    for _ in range(400):
        at = cron.after(at)
        found.append(at)
        if expression.startswith("*"):
            at += 23 * HOUR

    assert found == sorted(set(found))
    assert all(later - earlier <= 26 * HOUR for earlier, later in pairwise(found))


@pytest.mark.parametrize(
    ("heard_at", "expected"),
    [
        pytest.param("2026-01-10T02:00Z", "2026-01-11T02:00Z", id="at its time"),
        pytest.param("2026-01-10T02:29Z", "2026-01-11T02:00Z", id="within the grace"),
        pytest.param("2026-01-10T14:00Z", "2026-01-11T02:00Z", id="late"),
        pytest.param("2026-01-11T01:29Z", "2026-01-11T02:00Z", id="later still"),
        pytest.param("2026-01-11T01:45Z", "2026-01-12T02:00Z", id="a little early for the next"),
    ],
)
def test_a_ping_is_for_one_expected_time(heard_at: str, expected: str) -> None:
    cron = Cron("0 2 * * *", "UTC")

    assert cron.expected(datetime.fromisoformat(heard_at), GRACE) == datetime.fromisoformat(
        expected
    )


def test_a_grace_longer_than_the_time_between_passes_none_over() -> None:
    cron = Cron("*/5 * * * *", "UTC")

    assert cron.expected(NINE + MINUTE, HOUR) == NINE + 5 * MINUTE


@pytest.mark.parametrize(
    "expression",
    [
        *(
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "0 0 31 2 *",
            "daily",
            "@daily",
        ),
        *("0 2 * * * root", "*/0 * * * *", "a b c d e", "0 0 * * 8", "0" * 200 + " 0 * * *"),
        "* * */20 * 1L",
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(CronRefusedError):
        Cron(expression, "UTC").check(NINE)


def test_the_costliest_expressions_take_no_time() -> None:
    costly = ["* * */20 * 1L", "0 0 29 2 1#5", "59 23 31 12 *", ",".join(["*"] * 40) + " * * * *"]
    began = time.thread_time()
    for expression in costly:
        try:
            Cron(expression, "Europe/Paris").check(NINE)
        except CronRefusedError:
            continue

    assert time.thread_time() - began < 0.5


def test_in_a_time_zone_that_is_gone_it_goes_on_in_utc() -> None:
    gone, utc = Cron("0 2 * * *", "Mars/Phobos"), Cron("0 2 * * *", "UTC")

    assert gone.after(NINE) == utc.after(NINE)
    assert gone.expected(NINE, GRACE) == utc.expected(NINE, GRACE)


def test_times_of_two_clocks_are_the_same_instants() -> None:
    assert Cron("0 2 * * *", "Europe/Paris").after(NINE) == NINE + timedelta(hours=16)
