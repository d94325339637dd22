"""Calendars behind their URLs, read as a calendar program reads them."""

import itertools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import icalendar
import pytest

from functions.calendar.answers import respond
from functions.calendar.feeds import EVENTS_LIMIT, Feeds, window
from tests.examples import HOUR, NINE
from tests.fakes.world import World
from tests.functions.alerts_api.client import NotedLog, request_event
from tests.on_call import daily, following, made, rotating, weekly
from tocsin.domain.configuration import Configured
from tocsin.domain.integration import Token
from tocsin.domain.on_call.feed import AHEAD, BACK, Feed, FeedKind
from tocsin.domain.on_call.schedule import Turns, Unit
from tocsin.domain.people import User

DAY = 24 * HOUR
TOKEN = "3f9a6d0c4b7e4f0e9d2b1c8a7f6e5d4c"
USERS_TOKEN = "0" * 31 + "1"


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def events(self) -> list[Any]:
        calendar = icalendar.Calendar.from_ical(self.body)
        return list(calendar.walk("VEVENT"))

    @property
    def shown(self) -> list[tuple[datetime, datetime, str]]:
        return [
            (it.decoded("dtstart"), it.decoded("dtend"), str(it["summary"])) for it in self.events
        ]


@dataclass
class Subscriber:
    """A program that reads calendars."""

    world: World = field(default_factory=World)
    log: NotedLog = field(default_factory=NotedLog)

    def read(self, token: str = TOKEN, *, method: str = "GET", **headers: str) -> Answer:
        feeds = Feeds(
            feeds=self.world.feeds,
            schedules=self.world.schedules,
            overrides=self.world.overrides,
            users=self.world.users,
            team="payments",
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        event = request_event(method, f"/cal/{token}.ics", body=None, query="", headers=sent)
        answer = respond(event, feeds, at=self.world.now, log=self.log)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])


@pytest.fixture
def subscriber() -> Subscriber:
    """Of a schedule with Alice and Bob, each for a week, and of Bob's own shifts."""
    subscriber = Subscriber()
    world = subscriber.world
    alice = User(name="alice", full_name='Alice Archer; "A,A"')
    for user in (alice, User(name="Bob"), User(name="carol")):
        world.users.put(
            None, Configured(value=user, created_at=NINE), write_id=world.new_write_id()
        )
    world.schedule(weekly("alice", "Bob"))
    for kind, subject, token in (
        (FeedKind.SCHEDULE, "primary", TOKEN),
        (FeedKind.USER, "Bob", USERS_TOKEN),
    ):
        feed = Feed(kind=kind, subject=subject, token=Token.of(token), created_at=NINE)
        world.feeds.put(None, feed, write_id=world.new_write_id())
    return subscriber


def test_a_program_reads_who_is_on_call(subscriber: Subscriber) -> None:
    answer = subscriber.read()

    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    monday = NINE + DAY
    assert (monday, monday + 7 * DAY, 'Alice Archer; "A,A" (primary)') in answer.shown
    assert (monday + 7 * DAY, monday + 14 * DAY, "Bob (primary)") in answer.shown
    calendar = icalendar.Calendar.from_ical(answer.body)
    assert str(calendar["x-wr-calname"]) == "On call: primary (payments)"
    assert str(calendar["version"]) == "2.0"


def test_it_is_shown_from_90_days_ago_to_400_days_ahead(subscriber: Subscriber) -> None:
    begins, ends = subscriber.read().shown[0][0], subscriber.read().shown[-1][1]

    assert begins <= NINE - BACK
    assert ends >= NINE + AHEAD
    assert (BACK.days, AHEAD.days) == (90, 400)


def test_all_times_are_instants_so_that_no_time_zone_is_needed(subscriber: Subscriber) -> None:
    subscriber.world.schedule(daily("alice", "Bob", zone="Europe/Paris"))

    answer = subscriber.read()

    assert "VTIMEZONE" not in answer.body
    begun = [begins for begins, _, _ in answer.shown]
    assert {f"{it:%H:%M%z}" for it in begun[1:]} == {"07:00+0000", "08:00+0000"}
    spring = datetime.fromisoformat("2026-03-29T07:00:00Z")
    assert spring in begun


def test_an_event_keeps_its_id_while_days_pass(subscriber: Subscriber) -> None:
    before = {str(it["uid"]) for it in subscriber.read().events}
    assert len(before) == len(subscriber.read().events), "each has its own"

    subscriber.world.pass_time(days=20)
    after = {str(it["uid"]) for it in subscriber.read().events}

    assert before == after


def test_an_override_moves_its_event_and_no_other(subscriber: Subscriber) -> None:
    before = {str(it["uid"]): it for it in subscriber.read().events}
    monday = NINE + DAY

    subscriber.world.override(made("carol", monday, monday + 7 * DAY))

    after = {str(it["uid"]): it for it in subscriber.read().events}
    assert before.keys() == after.keys()
    changed = [uid for uid in after if after[uid]["summary"] != before[uid]["summary"]]
    [uid] = changed
    assert str(after[uid]["summary"]) == "carol (primary)"
    assert str(after[uid]["description"]) == "By an override."


def test_a_time_in_which_nobody_is_on_call_is_no_event(subscriber: Subscriber) -> None:
    subscriber.world.schedule(weekly("alice", ()))

    shown = subscriber.read().shown

    assert {summary for _, _, summary in shown} == {'Alice Archer; "A,A" (primary)'}
    assert all(first[1] < second[0] for first, second in itertools.pairwise(shown))


def test_a_persons_calendar_has_their_shifts_in_all_schedules(subscriber: Subscriber) -> None:
    subscriber.world.schedule(following("secondary"))

    shown = subscriber.read(USERS_TOKEN).shown

    monday = NINE + DAY
    assert (monday, monday + 7 * DAY, "On call: secondary") in shown
    assert (monday + 7 * DAY, monday + 14 * DAY, "On call: primary") in shown
    assert shown == sorted(shown)


def test_what_is_unchanged_is_not_sent_again(subscriber: Subscriber) -> None:
    first = subscriber.read()
    assert first.headers["cache-control"] == "private, max-age=300"

    subscriber.world.pass_time(hours=1)
    again = subscriber.read(if_none_match=first.headers["etag"])
    weakly = subscriber.read(if_none_match=f'"other", W/{first.headers["etag"]}')

    assert [(it.status, it.body) for it in (again, weakly)] == [(304, "")] * 2
    assert again.headers["etag"] == first.headers["etag"]

    subscriber.world.override(made("carol", NINE + 5 * HOUR, NINE + 6 * HOUR))
    changed = subscriber.read(if_none_match=first.headers["etag"])
    assert (changed.status, changed.headers["etag"] != first.headers["etag"]) == (200, True)


def test_a_head_request_has_no_body(subscriber: Subscriber) -> None:
    answer = subscriber.read(method="HEAD")

    assert (answer.status, answer.body) == (200, "")
    assert answer.headers["etag"] == subscriber.read().headers["etag"]


@pytest.mark.parametrize(
    "token", ["0" * 32, "x", "", TOKEN[:-1], f"{TOKEN}0", "../admin", "é" * 32]
)
def test_an_unknown_token_is_not_found(subscriber: Subscriber, token: str) -> None:
    answer = subscriber.read(token)

    assert (answer.status, answer.headers["cache-control"]) == (404, "no-store")
    assert json.loads(answer.body)["error"]["code"] == "not_found"


def test_a_revoked_url_leads_nowhere_and_its_successor_works(subscriber: Subscriber) -> None:
    world, other = subscriber.world, "a" * 32
    before = world.feeds.get("schedule:primary")
    made_anew = Feed(
        kind=FeedKind.SCHEDULE,
        subject="primary",
        token=Token.of(other),
        created_at=NINE,
        version=before.version,
    )
    world.feeds.put(before, made_anew, write_id=world.new_write_id())

    assert subscriber.read().status == 404
    assert subscriber.read(other).status == 200


def test_an_integrations_token_opens_no_calendar_and_a_calendars_takes_no_alert(
    subscriber: Subscriber,
) -> None:
    world = subscriber.world
    hashed = Token.of(TOKEN).secret_hash

    assert world.integrations.by_token(hashed, at=NINE) is None
    assert world.heartbeats.name_of(hashed) is None


def test_the_calendar_of_a_schedule_that_is_gone_is_empty(subscriber: Subscriber) -> None:
    world = subscriber.world
    world.schedules.delete(world.schedules.get("primary"), write_id=world.new_write_id())

    assert subscriber.read().shown == []
    assert subscriber.read(USERS_TOKEN).shown == []


def test_other_verbs_are_refused(subscriber: Subscriber) -> None:
    answer = subscriber.read(method="POST")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_the_log_names_the_calendar_and_never_its_url(subscriber: Subscriber) -> None:
    subscriber.read()
    subscriber.read("0" * 32)

    assert [facts.get("feed") for _, _, facts in subscriber.log.lines] == ["schedule:primary", None]
    assert TOKEN not in repr(subscriber.log.lines)


def test_of_a_rotation_by_the_hour_the_first_shifts_are_shown(subscriber: Subscriber) -> None:
    hourly = rotating(
        Turns(unit=Unit.HOURLY), "2026-03-01", ("alice", "Bob"), name="primary", zone="UTC"
    )
    subscriber.world.schedule(hourly)

    answer = subscriber.read()

    assert answer.body.count("BEGIN:VEVENT") == EVENTS_LIMIT
    assert window(NINE)[0] + EVENTS_LIMIT * HOUR > NINE + 100 * DAY


def test_the_window_is_of_whole_months() -> None:
    begins, ends = window(NINE)

    assert (f"{begins:%Y-%m-%dT%H:%M%z}", f"{ends:%Y-%m-%dT%H:%M%z}") == (
        "2025-12-01T00:00+0000",
        "2027-05-01T00:00+0000",
    )


def test_odd_requests_are_taken_or_refused(subscriber: Subscriber) -> None:
    chance = Random(5)  # noqa: S311 - no secret
    odd = ("", "A", "%00", "é", ".", "/", "..", "\ud800", "x" * 5_000)
    tags = ("*", '"', 'W/"x"', ",".join(['"a"'] * 2_000), "é", "\x00")
    statuses = set()
    for _ in range(500):
        place = chance.randrange(len(TOKEN))
        token = TOKEN
        if chance.random() < 0.8:
            token = TOKEN[:place] + chance.choice(odd) + TOKEN[place + 1 :]
        method = chance.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"))
        began = time.thread_time()

        answer = subscriber.read(token, method=method, if_none_match=chance.choice(tags))

        assert answer.status < 500, (method, token)
        assert time.thread_time() - began < 1, (method, token)
        statuses.add(answer.status)
    assert statuses == {200, 304, 404, 405}
    assert [line for line in subscriber.log.lines if line[0] == "exception"] == []
