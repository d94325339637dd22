"""Calendars: what RFC 5545 and those who write it say otherwise than our file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.imports import AT, SAMPLES, Import, import_of
from tocsin_cli.importing.sources import SourceError


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("ics", SAMPLES / "oncall.ics")


def event(summary: str, begins: str, ends: str, *more: str) -> str:
    lines = ["BEGIN:VEVENT", f"UID:{summary}{begins}", f"SUMMARY:{summary}", begins, ends, *more]
    return "\r\n".join([*lines, "END:VEVENT"])


def calendar(folder: Path, *events: str, at: datetime = AT, zone: str = "Europe/Paris") -> Import:
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-TIMEZONE:{zone}"
    path = folder / "team.ics"
    path.write_bytes("\r\n".join([head, *events, "END:VCALENDAR", ""]).encode())
    return import_of("ics", path, at)


WEEK = ("DTSTART;TZID=Europe/Paris:20261102T090000", "DTEND;TZID=Europe/Paris:20261109T090000")


def test_a_rule_keeps_its_weeks_and_what_it_leaves_out(made: Import) -> None:
    layers = {it["name"]: it for it in made.named("schedules", "oncall")["layers"]}

    assert layers["alice"]["rrule"] == "FREQ=WEEKLY;INTERVAL=2"
    assert (layers["alice"]["at"], layers["alice"]["duration"]) == ("09:00", "7d")
    assert layers["alice"]["excluded"] == ["2026-12-21"]


def test_a_moved_instance_is_left_out_of_the_rule_and_happens_once() -> None:
    made = import_of("ics", SAMPLES / "oncall.ics", datetime(2026, 2, 1, tzinfo=UTC))

    assert made.on_call("oncall", "2026-02-09T10:00:00Z") == set()
    assert made.on_call("oncall", "2026-02-09T12:00:00Z") == {"carol"}
    assert made.on_call("oncall", "2026-02-16T07:59:00Z") == {"carol"}
    assert not made.verified().differences


def test_two_people_of_one_event_are_on_call_together(made: Import) -> None:
    assert made.on_call("oncall", "2026-12-25T12:00:00Z") == {"alice", "bob"}


def test_an_event_of_whole_days_is_from_midnight_to_midnight_in_the_calendars_zone(
    made: Import,
) -> None:
    assert made.on_call("oncall", "2026-12-23T22:59:00Z") == set()
    assert made.on_call("oncall", "2026-12-23T23:00:00Z") == {"alice", "bob"}
    assert made.on_call("oncall", "2026-12-26T22:59:00Z") == {"alice", "bob"}
    assert made.on_call("oncall", "2026-12-26T23:00:00Z") == set()
    assert made.note("AllDayEvent").value == "alice, bob"


def test_a_higher_priority_wins(tmp_path: Path) -> None:
    made = calendar(
        tmp_path,
        event("alice", *WEEK, "RRULE:FREQ=WEEKLY"),
        event("[L2] bob", *WEEK, "RRULE:FREQ=WEEKLY;INTERVAL=2"),
    )

    (schedule,) = made.file["schedules"]
    assert [it["users"] for it in schedule["layers"]] == [["bob"], ["alice"]]
    assert not made.verified().differences


def test_events_of_one_priority_that_meet_are_on_call_together(tmp_path: Path) -> None:
    made = calendar(
        tmp_path,
        event("alice", *WEEK, "RRULE:FREQ=WEEKLY"),
        event("bob", *WEEK, "RRULE:FREQ=WEEKLY;INTERVAL=2"),
    )

    assert len(made.file["schedules"]) == 2
    assert not made.verified().differences


def test_an_address_and_the_name_before_its_at_are_one_person(made: Import) -> None:
    assert [it["name"] for it in made.file["users"]] == ["alice", "bob"]
    assert made.named("users", "alice")["email"] == "alice@example.com"
    assert made.note("UnknownUser").value == "bob"


def test_the_calendar_has_its_own_line_ends() -> None:
    assert b"\r\n" in (SAMPLES / "oncall.ics").read_bytes()


def test_lines_that_go_on_are_joined(tmp_path: Path) -> None:
    folded = event("alice@exam\r\n ple.com", *WEEK, "RRULE:FREQ=WEE\r\n\tKLY")

    assert calendar(tmp_path, folded).named("users", "alice")["email"] == "alice@example.com"


def test_an_empty_part_of_a_rule_is_left_out(tmp_path: Path) -> None:
    made = calendar(tmp_path, event("alice", *WEEK, "RRULE:FREQ=WEEKLY;BYDAY=;INTERVAL=1"))

    (layer,) = made.named("schedules", "team")["layers"]
    assert layer["rrule"] == "FREQ=WEEKLY;INTERVAL=1"


@pytest.mark.parametrize(
    "more",
    [
        ("RRULE:FREQ=WEEKLY;UNTIL=20261207T080000Z",),
        ("RRULE:FREQ=WEEKLY;COUNT=5",),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO", "EXDATE;TZID=Europe/Paris:20261130T090000,20261214T090000"),
        ("RRULE:FREQ=WEEKLY", "EXDATE:20261130T080000Z"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=4", "RDATE;TZID=Europe/Paris:20261207T090000"),
    ],
    ids=str,
)
@pytest.mark.parametrize("month", [(2026, 11), (2027, 3)], ids=str)
def test_a_rule_puts_the_same_people_on_call(
    tmp_path: Path, more: tuple[str, ...], month: tuple[int, int]
) -> None:
    made = calendar(
        tmp_path,
        event("alice", *WEEK, *more),
        event("bob", WEEK[1].replace("DTEND", "DTSTART"), "DURATION:P1D", "RRULE:FREQ=MONTHLY"),
        at=datetime(*month, 20, tzinfo=UTC),
    )

    assert not made.verified().unnamed
    assert made.verified().schedules == 1


def test_a_calendar_of_events_that_happen_once_is_a_schedule_of_overrides(tmp_path: Path) -> None:
    made = calendar(
        tmp_path,
        event("alice", "DTSTART:20261201T080000Z", "DTEND:20261203T080000Z"),
        event("bob", "DTSTART:20261202T080000Z", "DTEND:20261204T080000Z"),
        event("[L1] carol", "DTSTART:20261202T120000Z", "DTEND:20261202T180000Z"),
        event("past", "DTSTART:20261001T080000Z", "DTEND:20261003T080000Z"),
    )

    assert made.on_call("team", "2026-12-02T09:00:00Z") == {"alice", "bob"}
    assert made.on_call("team", "2026-12-02T13:00:00Z") == {"carol"}
    assert made.on_call("team", "2026-12-05T13:00:00Z") == set()
    assert made.note("PastEvents").value == "1"
    assert "past" not in [it["name"] for it in made.file["users"]]
    assert not made.verified().differences


def test_an_event_that_happens_once_may_last_for_months(tmp_path: Path) -> None:
    made = calendar(
        tmp_path,
        event("alice", "DTSTART:20261001T080000Z", "DTEND:20270401T080000Z"),
        event("[L1] bob", *WEEK, "RRULE:FREQ=WEEKLY;INTERVAL=2"),
    )

    assert made.on_call("team", "2027-03-31T08:00:00Z") == {"alice"}
    assert not made.verified().differences


def test_more_events_than_there_is_room_for_are_a_named_difference(tmp_path: Path) -> None:
    singles = [
        event("bob", f"DTSTART:202612{day:02}T080000Z", f"DTEND:202612{day:02}T090000Z")
        for day in range(1, 20)
    ]

    made = calendar(tmp_path, event("alice", *WEEK, "RRULE:FREQ=WEEKLY"), *singles)

    assert made.note("TooManyEvents").value == "9 of them"
    assert made.verified().differences
    assert made.verified().unnamed == []


def test_a_zone_of_windows_or_with_a_prefix_is_known(tmp_path: Path) -> None:
    times = (
        "DTSTART;TZID=/example.org/2026/Europe/Paris:20261102T090000",
        'DTEND;TZID="W. Europe Standard Time":20261109T090000',
    )

    made = calendar(tmp_path, event("alice", *times, "RRULE:FREQ=WEEKLY"))

    assert made.notes("LayerZone") == []
    assert made.named("schedules", "team")["layers"][0]["duration"] == "7d"


def test_a_rule_in_another_zone_than_the_calendars_is_noted(tmp_path: Path) -> None:
    times = ("DTSTART:20261102T080000Z", "DTEND:20261103T080000Z")

    made = calendar(
        tmp_path, event("alice", *times, "RRULE:FREQ=WEEKLY"), at=datetime(2027, 3, 20, tzinfo=UTC)
    )

    assert made.note("LayerZone").value == "UTC"
    # It stays at 08:00 UTC, and the layer at 09:00 in Paris.
    assert made.verified().differences
    assert made.verified().unnamed == []


def test_an_event_by_the_hour_is_left_out_and_named(tmp_path: Path) -> None:
    made = calendar(
        tmp_path,
        event("alice", *WEEK, "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"),
        event("bob", *WEEK, "RRULE:FREQ=WEEKLY"),
    )

    assert made.note("HourlyShift").value == "alice"
    assert [it["users"] for it in made.named("schedules", "team")["layers"]] == [["bob"]]


def test_a_rule_that_no_day_matches_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no coming day matches it"):
        calendar(tmp_path, event("alice", *WEEK, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"))


def test_cancelled_and_nameless_events_are_noted(tmp_path: Path) -> None:
    made = calendar(
        tmp_path,
        event("alice", *WEEK, "RRULE:FREQ=WEEKLY", "STATUS:CANCELLED"),
        event("[L1]", *WEEK, "RRULE:FREQ=WEEKLY"),
        event("bob", *WEEK, "RRULE:FREQ=WEEKLY"),
    )

    assert made.note("EventCancelled").value == "alice"
    assert made.notes("EventUnnamed")
    assert made.verified().unnamed == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hello", "is no line of a calendar"),
        ("BEGIN:VEVENT\nEND:VEVENT\n", "is no calendar"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "line 3: ends"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "ends inside of"),
        ("BEGIN:VCALENDAR\n" * 30, "is nested too deep"),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\nDTSTART:2026\nEND:VEVENT\nEND:VCALENDAR",
            'line 4: "2026" is no time',
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\nEND:VEVENT\nEND:VCALENDAR",
            "has no DTSTART",
        ),
        (
            (
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\nDTSTART:20260101T000000\n"
                "DURATION:P1D\nRRULE:FREQ=FORTNIGHTLY\nEND:VEVENT\nEND:VCALENDAR"
            ),
            "line 6:",
        ),
    ],
)  # fmt: skip
def test_a_broken_calendar_is_refused_with_its_line(
    tmp_path: Path, text: str, problem: str
) -> None:
    path = tmp_path / "team.ics"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SourceError) as refusal:
        import_of("ics", path)

    assert problem in str(refusal.value)
