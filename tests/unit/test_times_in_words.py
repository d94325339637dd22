"""Times as people read them, in their own zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.phrase import plain
from tocsin.domain.times_in_words import Clock, city_of, lasting, next_time_of_day

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
NOW = datetime(2026, 11, 27, 2, 1, tzinfo=UTC)
"""Friday, 03:01 in Berlin."""
ZONES = (BERLIN, NEW_YORK, LORD_HOWE, "UTC", "Asia/Kathmandu", "no such zone")


def unbroken(text: str) -> str:
    """No-break spaces stand before units, as tests say by plain ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("past", "zone", "written"),
    [
        pytest.param(timedelta(seconds=59), BERLIN, "just now (03:00 Berlin)", id="below 1 min"),
        pytest.param(timedelta(minutes=3), BERLIN, "3 min (02:58 Berlin)", id="below 90 min"),
        pytest.param(timedelta(minutes=89, seconds=59), BERLIN, "89 min (01:31 Berlin)", id="89"),
        pytest.param(timedelta(hours=2, minutes=5), BERLIN, "2 h 05 min (00:56 Berlin)", id="h"),
        pytest.param(timedelta(hours=26, minutes=5), BERLIN, "26 h (Thu 00:56 Berlin)", id="a day"),
        pytest.param(
            timedelta(days=3, hours=2, minutes=5),
            BERLIN,
            "3 days (Tue 24 Nov, 00:56 Berlin)",
            id="longer",
        ),
        pytest.param(timedelta(minutes=3), NEW_YORK, "3 min (20:58 New York)", id="New York"),
        pytest.param(timedelta(minutes=3), LORD_HOWE, "3 min (12:58 Lord Howe)", id="Lord Howe"),
        pytest.param(timedelta(minutes=3), "UTC", "3 min (01:58 UTC)", id="UTC"),
        pytest.param(timedelta(minutes=3), "Etc/GMT-2", "3 min (03:58 UTC)", id="Etc"),
        pytest.param(timedelta(minutes=-1), BERLIN, "just now (03:01 Berlin)", id="a fast clock"),
    ],
)
def test_a_past_time_is_said_by_how_long_ago_and_by_the_clock(
    past: timedelta, zone: str, written: str
) -> None:
    assert unbroken(plain(Clock(zone, NOW).since(NOW - past))) == written


@pytest.mark.parametrize(
    ("ahead", "zone", "written"),
    [
        pytest.param(timedelta(minutes=5), BERLIN, "at 03:06", id="today"),
        pytest.param(timedelta(minutes=4, seconds=1), BERLIN, "at 03:06", id="rounded up"),
        pytest.param(timedelta(hours=24), BERLIN, "tomorrow, 03:01", id="tomorrow"),
        pytest.param(timedelta(days=3), BERLIN, "on Mon 03:01", id="this week"),
        pytest.param(timedelta(days=15), BERLIN, "on 12 Dec, 03:01", id="later"),
        pytest.param(timedelta(hours=3), NEW_YORK, "tomorrow, 00:01", id="tomorrow in New York"),
        pytest.param(timedelta(hours=11), LORD_HOWE, "tomorrow, 00:01", id="on Lord Howe"),
        pytest.param(timedelta(), BERLIN, "now", id="now"),
        pytest.param(timedelta(hours=-2), BERLIN, "now", id="overdue"),
    ],
)
def test_a_coming_time_is_said_by_the_clock(ahead: timedelta, zone: str, written: str) -> None:
    assert plain(Clock(zone, NOW).coming_at(NOW + ahead)) == written


@pytest.mark.parametrize(
    ("zone", "at", "written"),
    [
        pytest.param(BERLIN, (2026, 10, 25, 0, 30), "02:30 CEST", id="before clocks go back"),
        pytest.param(BERLIN, (2026, 10, 25, 1, 30), "02:30 CET", id="after"),
        pytest.param(NEW_YORK, (2026, 11, 1, 5, 30), "01:30 EDT", id="New York, before"),
        pytest.param(NEW_YORK, (2026, 11, 1, 6, 30), "01:30 EST", id="New York, after"),
        pytest.param(LORD_HOWE, (2026, 4, 4, 14, 45), "01:45 UTC+11", id="half an hour, before"),
        pytest.param(LORD_HOWE, (2026, 4, 4, 15, 15), "01:45 UTC+10:30", id="half an hour, after"),
    ],
)
def test_in_the_hour_that_comes_twice_the_zone_stands_in_place_of_the_city(
    zone: str, at: tuple[int, int, int, int, int], written: str
) -> None:
    began = datetime(*at, tzinfo=UTC)
    clock = Clock(zone, began + timedelta(minutes=3))

    assert unbroken(plain(clock.since(began))) == f"3 min ({written})"
    assert plain(Clock(zone, began - timedelta(minutes=3)).coming_at(began)) == f"at {written}"


@pytest.mark.parametrize(
    ("zone", "city"),
    [
        (BERLIN, "Berlin"),
        (NEW_YORK, "New York"),
        (LORD_HOWE, "Lord Howe"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
    ],
)
def test_a_zone_is_named_by_its_city(zone: str, city: str) -> None:
    assert city_of(zone) == city


def test_times_of_an_unknown_zone_are_in_utc_and_say_so() -> None:
    assert unbroken(plain(Clock("Mars/Base", NOW).since(NOW))) == "just now (02:01 UTC)"


@pytest.mark.parametrize(
    ("at", "wait"),
    [
        (timedelta(minutes=4), "4 min"),
        (timedelta(minutes=3, seconds=1), "4 min"),
        (timedelta(minutes=125), "2 h 05 min"),
    ],
)
def test_a_wait_is_rounded_up(at: timedelta, wait: str) -> None:
    assert unbroken(Clock(BERLIN, NOW).wait(NOW + at)) == wait


@pytest.mark.parametrize(
    ("now", "ahead"),
    [
        pytest.param((3, 1), timedelta(hours=5, minutes=59), id="in the night"),
        pytest.param((8, 30), timedelta(minutes=30), id="just far enough"),
        pytest.param((8, 31), timedelta(hours=24, minutes=29), id="too near"),
        pytest.param((9, 0), timedelta(hours=24), id="at nine"),
    ],
)
def test_the_next_morning_is_found(now: tuple[int, int], ahead: timedelta) -> None:
    at = datetime(2026, 11, 27, now[0] - 1, now[1], tzinfo=UTC)

    found = next_time_of_day(9, BERLIN, after=at + timedelta(minutes=30))

    assert found - at == ahead


def test_the_morning_after_clocks_go_back_is_an_hour_further() -> None:
    evening = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)

    assert next_time_of_day(9, BERLIN, after=evening) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


seconds = st.integers(min_value=-40 * 86_400, max_value=40 * 86_400)


@given(zone=st.sampled_from(ZONES), ahead=seconds)
def test_what_has_passed_is_never_said_as_coming(zone: str, ahead: int) -> None:
    span = Clock(zone, NOW).coming(NOW + timedelta(seconds=ahead))

    assert (span.text == "now") == (ahead <= 0)
    assert span.at is None or span.at >= NOW + timedelta(seconds=ahead)


@given(zone=st.sampled_from(ZONES), ago=seconds)
def test_no_past_time_lies_ahead(zone: str, ago: int) -> None:
    [at] = [span.at for span in Clock(zone, NOW).since(NOW - timedelta(seconds=ago)) if span.at]

    assert at <= NOW


@given(st.integers(min_value=0, max_value=90 * 86_400))
def test_a_duration_is_never_too_long(length: int) -> None:
    said = lasting(timedelta(seconds=length), " ").removeprefix("less than ").split()
    units = {"min": 60, "h": 3_600, "days": 86_400}

    spelled = sum(
        int(number) * units[unit] for number, unit in zip(said[::2], said[1::2], strict=True)
    )

    assert spelled <= max(length, 60)
