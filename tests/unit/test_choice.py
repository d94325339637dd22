"""The values of buttons and menus: which action, and of a snooze how long."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.examples import NINE
from tocsin.domain.choice import Choice, read_choice
from tocsin.domain.link import LINK_SNOOZE, LinkAction

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("value", "action"),
    [
        ("acknowledge", LinkAction.ACKNOWLEDGE),
        ("resolve", LinkAction.RESOLVE),
        ("unacknowledge", LinkAction.UNACKNOWLEDGE),
        ("unsnooze", LinkAction.UNSNOOZE),
        ("snooze", LinkAction.SNOOZE),
    ],
)
def test_the_name_of_an_action_is_a_choice(value: str, action: LinkAction) -> None:
    assert read_choice(value) == Choice(action)


@pytest.mark.parametrize(
    ("value", "span"),
    [
        pytest.param("snooze", LINK_SNOOZE, id="nothing said"),
        pytest.param("snooze:15m", timedelta(minutes=15), id="a quarter of an hour"),
        pytest.param("snooze:1h", timedelta(hours=1), id="an hour"),
        pytest.param("snooze:4h", timedelta(hours=4), id="four"),
    ],
)
def test_a_snooze_says_how_long(value: str, span: timedelta) -> None:
    choice = read_choice(value)

    assert choice is not None
    assert choice.snooze(NINE, BERLIN) == span


@pytest.mark.parametrize(
    "value",
    [
        *("", ":", "view", "delete", "Resolve", "resolve:", "resolve:1h", "unsnooze:09:00"),
        *("snooze:", "snooze:1", "snooze:2h", "snooze:24:00", "snooze:9:00", "snooze:09:60"),
        *(
            "snooze:09:30",
            "snooze:09:00:00",
            "snooze:09:00\n",
            "snooze:٣٩:00",
            "snooze:1h ",
            "snooze:1h:1h",
        ),
        *("snooze:-1h", "snooze:0900", "snooze:99999999h"),
    ],
)
def test_another_text_is_no_choice(value: str) -> None:
    assert read_choice(value) is None


@pytest.mark.parametrize(
    ("at", "value", "until"),
    [
        pytest.param("2026-11-26T02:00", "09:00", "2026-11-26T08:00", id="this morning"),
        pytest.param("2026-11-26T07:30", "09:00", "2026-11-26T08:00", id="half an hour away"),
        pytest.param("2026-11-26T07:31", "09:00", "2026-11-27T08:00", id="too near: tomorrow"),
        pytest.param("2026-11-26T12:00", "09:00", "2026-11-27T08:00", id="over: tomorrow"),
        pytest.param("2026-11-26T22:45", "00:00", "2026-11-27T23:00", id="just after midnight"),
        pytest.param("2026-03-28T12:00", "09:00", "2026-03-29T07:00", id="clocks go forward"),
        pytest.param("2026-10-24T12:00", "09:00", "2026-10-25T08:00", id="clocks go back"),
    ],
)
def test_a_time_of_day_is_the_next_one_in_the_readers_zone(at: str, value: str, until: str) -> None:
    now, then = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (at, until))
    choice = read_choice(f"snooze:{value}")

    assert choice is not None
    assert choice.snooze(now, BERLIN) == then


def test_a_time_of_day_is_half_an_hour_to_a_day_and_a_half_away_in_each_hour_of_a_year() -> None:
    choice = Choice(LinkAction.SNOOZE, hour=9)
    for hour in range(365 * 24):
        at = NINE + timedelta(hours=hour, minutes=7)

        until = choice.snooze(at, "America/New_York")

        assert isinstance(until, datetime)
        assert timedelta(minutes=30) <= until - at < timedelta(hours=26)
