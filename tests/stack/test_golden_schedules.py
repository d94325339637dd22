"""Golden scenario 16, and pages by schedules, through the public interfaces of the stack."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar
import pytest

from tests.stack.client import Client, eventually
from tests.stack.team import LONG, Team
from tests.stack.webhook_receiver import Hook

MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(team: Team, api: Client) -> tuple[str, str]:
    """Two people with an e-mail address each."""
    names = team.name("alice"), team.name("bob")
    for name in names:
        api.put(f"/api/v1/users/{name}", {"email": f"{name}@example.com"}).expect(201)
    return names


def now() -> datetime:
    return datetime.now(UTC)


def wait_until(at: datetime) -> None:
    time.sleep(max(0.0, (at - now()).total_seconds()))


def paged(team: Team, alert_id: str) -> set[str]:
    """Who is asked, also where the message waits for a digest."""
    rows = eventually(lambda: team.notifications(alert_id), bool)
    return {row["target"].removeprefix("user:") for row in rows}


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
def test_16_handoffs_stay_at_their_time_on_the_wall_through_both_changes(
    team: Team, api: Client, people: tuple[str, str], zone: str
) -> None:
    name, (alice, bob) = team.name("primary"), people
    layer = {
        "rotation": "daily",
        "handoff": "09:00",
        "start": "2026-01-05",
        "users": [alice, bob],
    }
    api.put(f"/api/v1/schedules/{name}", {"time_zone": zone, "layers": [layer]}).expect(201)

    until = (now() + timedelta(days=399)).isoformat()
    path = f"/api/v1/schedules/{name}/shifts?to={until.replace('+', '%2B')}"
    shifts = api.get(path).expect(200).data

    begun = [datetime.fromisoformat(it["from"]) for it in shifts]
    ends = [datetime.fromisoformat(it["to"]) for it in shifts]
    assert begun[1:] == ends[:-1], "no gap, no overlap"
    assert {f"{it.astimezone(ZoneInfo(zone)):%H:%M}" for it in begun[1:]} == {"09:00"}
    lengths = {end - begin for begin, end in zip(begun[1:-1], ends[1:-1], strict=True)}
    assert len(lengths) == 3, "a day, a longer one and a shorter one"
    assert all(first["people"] != second["people"] for first, second in pairwise(shifts))
    assert api.get(f"/api/v1/schedules/{name}/gaps").expect(200).data == []


def test_16_a_page_goes_to_whoever_is_on_call_at_that_second(
    team: Team, api: Client, people: tuple[str, str]
) -> None:
    name, (alice, bob) = team.name("primary"), people
    handoff = (now() + timedelta(seconds=15)).replace(second=0, microsecond=0) + MINUTE
    layer = {
        "rotation": "hourly",
        "handoff": f"{handoff:%H:%M}",
        "start": f"{handoff:%Y-%m-%dT%H:%M}",
        "users": [bob, alice],
    }
    api.put(f"/api/v1/schedules/{name}", {"layers": [layer]}).expect(201)
    sender = team.sender(([{"schedule": name}], LONG))

    before = team.opened(sender)
    assert paged(team, before) == {alice}
    wait_until(handoff + timedelta(seconds=0.5))
    after = team.opened(sender)

    assert paged(team, after) == {bob}
    [row] = team.notifications(after)
    assert row["schedule"] == name
    [on_call] = [
        it
        for it in api.get("/api/v1/on-call").expect(200).data["schedules"]
        if it["schedule"] == name
    ]
    assert on_call["on_call"]["people"] == [bob]
    assert datetime.fromisoformat(on_call["on_call"]["until"]) == handoff + timedelta(hours=1)


def test_an_override_and_a_taken_shift_page_another_at_once(
    team: Team, api: Client, people: tuple[str, str]
) -> None:
    name, (alice, bob) = team.name("primary"), people
    layer = {"rotation": "daily", "users": [alice]}
    api.put(f"/api/v1/schedules/{name}", {"layers": [layer]}).expect(201)
    sender = team.sender(([{"schedule": name}], LONG))
    assert paged(team, team.opened(sender)) == {alice}

    begins = now() + timedelta(seconds=3)
    span = {"from": begins.isoformat(), "to": (begins + timedelta(seconds=6)).isoformat()}
    path = f"/api/v1/schedules/{name}"
    api.post(f"{path}/overrides", {"user": bob, **span}).expect(201)
    wait_until(begins + timedelta(seconds=0.5))
    during = team.opened(sender)
    wait_until(begins + timedelta(seconds=6.5))
    afterwards = team.opened(sender)
    assert (paged(team, during), paged(team, afterwards)) == ({bob}, {alice})

    until = (now() + timedelta(hours=1)).isoformat()
    api.post(f"{path}/take", {"user": bob, "until": until}).expect(201)
    assert paged(team, team.opened(sender)) == {bob}


def test_nobody_on_call_is_a_step_that_reaches_nobody_and_the_next_comes_at_once(
    team: Team, api: Client, people: tuple[str, str]
) -> None:
    name, (alice, _) = team.name("primary"), people
    hook: Hook = team.hook()
    layer = {"rotation": "daily", "users": [alice], "until": "2026-01-01"}
    put = api.put(f"/api/v1/schedules/{name}", {"layers": [layer]}).expect(201)
    assert "nobody is on call" in put.json["warnings"][0]["problem"]
    sender = team.sender(([{"schedule": name}], LONG), ([hook], LONG))

    alert_id = team.opened(sender)

    [page] = hook.told(1)
    assert page.alert_id == alert_id
    [skipped] = api.entries(alert_id, "notification_skipped")
    assert skipped["reason"] == f"nobody is on call by schedule {name}"


def test_a_calendar_program_reads_the_schedule_behind_its_url(
    team: Team, api: Client, people: tuple[str, str]
) -> None:
    name, (alice, bob) = team.name("primary"), people
    layer = {"rotation": "daily", "handoff": "09:00", "start": "2026-01-05", "users": [alice, bob]}
    api.put(f"/api/v1/schedules/{name}", {"layers": [layer]}).expect(201)
    url = api.post(f"/api/v1/schedules/{name}/feed").expect(201).data["url"]
    anybody, path = api.with_key(None), f"/cal/{url.partition('/cal/')[2]}"

    read = anybody.get(path).expect(200)

    calendar = icalendar.Calendar.from_ical(read.text)
    shown = {
        (it.decoded("dtstart"), str(it["summary"]).partition(" ")[0])
        for it in calendar.walk("VEVENT")
    }
    shifts = api.get(f"/api/v1/schedules/{name}/shifts").expect(200).data
    expected = {(datetime.fromisoformat(it["from"]), it["people"][0]) for it in shifts[1:]}
    assert expected <= shown
    same = anybody.get(path, if_none_match=read.headers["etag"])
    assert same.status == 304
    api.delete(f"/api/v1/schedules/{name}/feed").expect(204)
    eventually(lambda: anybody.get(path), lambda gone: gone.status == 404)
