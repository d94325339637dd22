"""Requests and units of every operation, run through the real handlers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from bench.budgets import (
    ACTION,
    FIRST,
    GET,
    GET_BIG,
    LIST_OF_ALL,
    LIST_OF_CELL,
    LIST_OF_ONE,
    NOTE,
    PAGE_BY_HAND,
    PING,
    REPEAT,
    RESOLVE,
    SEARCH,
    STEP,
    TICK,
    Budget,
    written,
)
from bench.figures import Figure, Verdict
from bench.gateway_events import (
    CAPTURED,
    LONG,
    Answer,
    Event,
    api,
    heartbeat,
    intake,
    link,
    payload,
    titled,
)
from bench.metering import Consumed, Meter
from bench.team import CHANNEL, INTEGRATION, PERSON
from bench.wired import Handler, Unhurried, Wired, text_of, timer_event
from tocsin.adapters.dynamodb.alerts.items import Image
from tocsin.adapters.dynamodb.alerts.slot_repository import MAKES_SURE_UNTIL
from tocsin.domain.alert import Alert
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import Delivery, NotificationReason
from tocsin.domain.timers import Timer

LISTED: Final = 50
_NOW: Final = datetime.now(UTC)
_HOURS_AGO: Final = {it: (_NOW - timedelta(hours=it)).isoformat() for it in (4, 6)}
_ACTIONS: Final[Sequence[tuple[str, Sequence[str], str, Budget | None]]] = (
    ("acknowledge", (), "ack", ACTION),
    ("snooze", (), "snooze", ACTION),
    ("note", (), "notes", NOTE),
    ("page a channel by hand", (), "page", PAGE_BY_HAND),
    ("snooze an acknowledged alert", ("ack",), "snooze", None),
    ("unsnooze", ("snooze",), "unsnooze", None),
)
"""The budgets are for the usual case: an alert that fires."""
_BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "snooze": {"duration": "2h"},
    "notes": {"note": "Looking at it."},
    "page": {"targets": [{"channel": CHANNEL.name}]},
}
_PAYLOADS: Final = {CAPTURED: "captured event", LONG: "2 KB event"}


LISTS: Final[Mapping[str, tuple[Mapping[str, str], Budget]]] = {
    "firing": ({"status": "firing"}, LIST_OF_ONE),
    "acknowledged": ({"status": "acknowledged"}, LIST_OF_ONE),
    "resolved": ({"status": "resolved"}, LIST_OF_ONE),
    "critical": ({"severity": "critical"}, LIST_OF_ONE),
    "firing, critical": ({"status": "firing", "severity": "critical"}, LIST_OF_CELL),
    "all": ({}, LIST_OF_ALL),
    "all, worst first": ({"sort": "-severity"}, LIST_OF_ALL),
    "of two hours": ({"from": _HOURS_AGO[6], "to": _HOURS_AGO[4]}, LIST_OF_ALL),
}
SEARCHES: Final[Mapping[str, Mapping[str, str]]] = {
    "a common label": {"label.class": "InstanceDown"},
    "a rare label": {"label.job": "nothing"},
    "a rare word": {"q": "nothing"},
    "a rare source": {"source": "nothing"},
    "a rare rule, firing": {"rule_id": "nothing", "status": "firing"},
    "a rare group": {"group_id": "nothing"},
    "a rare monitor": {"monitor_id": "nothing"},
    "a dedup key": {"dedup_key": "nothing"},
    "a dedup key of an integration": {"dedup_key": "nothing", "integration": INTEGRATION},
}


class Units:
    def __init__(self, wired: Wired, meter: Meter) -> None:
        self._wired = wired
        self._meter = meter
        self.consumed: dict[str, Consumed] = {}
        """By measure."""

    def of_an_alerts_life(self) -> Iterator[Figure]:
        """From the first event to the next episode."""
        for name, words in _PAYLOADS.items():
            yield from self._life(name, words)

    def of_lists(self, stored: int) -> Iterator[Figure]:
        """Lists from cells of the index, and searches."""
        for words, (query, budget) in LISTS.items():
            consumed, page = self._page(query)
            rows = len(page["data"])
            _expect(0 < rows <= LISTED, f"a list of {words} has {rows} rows")
            yield self._figure(f"list {LISTED} of {stored:,}, {words}", consumed, budget)
        for words, query in SEARCHES.items():
            consumed, page = self._page(query)
            is_common = "common" in words
            _expect(len(page["data"]) == LISTED * is_common, f"{words}: {len(page['data'])} rows")
            yield self._figure(f"search {stored:,} for {words}", consumed, SEARCH)

    def _page(self, query: Mapping[str, str]) -> tuple[Consumed, dict[str, Any]]:
        request = api("GET", "/alerts", query={"limit": str(LISTED), **query})
        consumed, answer = self._measured(self._wired.alerts_api, request)
        page: dict[str, Any] = json.loads(text_of(answer))
        return consumed, page

    def of_a_tick(self) -> Iterator[Figure]:
        now = datetime.now(UTC)
        if now.minute % 10 == 0:
            # Then there is a sweep as well.
            now += timedelta(minutes=1)
        self._wired.warm_up(now)
        with self._meter.counting() as consumed:
            answer = self._wired.on_tick({}, Unhurried())
        _expect(answer == {"timers": 0, "repaired": 0}, f"a tick found something: {answer}")
        yield self._figure("idle: a tick, one function run a minute", consumed, TICK)

    def of_a_page(self) -> Iterator[Figure]:
        """From the alert that fires to the delivery of the second step."""
        fired = intake(payload(CAPTURED, dedup_key="bench/page"))
        alert_id = self._opened(fired)
        opened = self._wired.image(alert_id)
        yield self._followed("an alert that fired, with one delivery", {}, opened)
        yield self._delivered("a delivery")
        [told] = self._wired.ledger(alert_id)
        yield self._followed("a delivery that was made", {}, told)
        alert = self._wired.alert(alert_id)
        _expect(alert.timer_at is not None, "an alert that was paged waits for nothing")
        due = Timer(slot=alert.fingerprint, due_at=alert.timer_at or alert.fired_at)
        self._wired.warm_up(due.due_at)
        with self._meter.counting() as consumed:
            answer = self._wired.on_timer(timer_event(due), Unhurried())
        _expect(not answer["batchItemFailures"], f"a timer failed: {answer}")
        stepped = self._wired.image(alert_id)
        _expect(stepped["version"] != opened["version"], "a timer did nothing")
        yield self._figure("timer: an escalation step", consumed, STEP)
        yield self._followed("an escalation step, with one delivery", opened, stepped)
        yield self._delivered("a delivery of a later step")

    def of_links(self) -> Iterator[Figure]:
        """Of a page, as a browser shows it to a person who follows a link."""
        alert_id = self._opened(intake(payload(CAPTURED, dedup_key="bench/link")))
        first = _first_page_of(self._wired.alert(alert_id))
        url = self._wired.page_url(alert_id)
        consumed, _ = self._measured(self._wired.actions, link(urlsplit(url).path))
        yield self._figure("page behind a link", consumed)
        with self._meter.counting() as consumed:
            short = self._wired.short_links.short_link(first)
        _expect(short is not None, "no short link was made")
        yield self._figure("short link: made", consumed)
        consumed, _ = self._measured(self._wired.actions, link(urlsplit(short or "").path))
        yield self._figure("short link: followed to its page", consumed)

    def of_an_email(self) -> Iterator[Figure]:
        """To a person who was asked by hand, and its update."""
        alert_id = self._opened(intake(payload(CAPTURED, dedup_key="bench/email")))
        opened = self._wired.image(alert_id)
        self._acted(alert_id, "page", {"targets": [{"user": PERSON.name}]})
        asked = self._wired.image(alert_id)
        yield self._followed("a page by hand, with one delivery", opened, asked)
        yield self._delivered("an e-mail")
        self._acted(alert_id, "ack")
        acknowledged = self._wired.image(alert_id)
        yield self._followed("an acknowledgement, with one update", asked, acknowledged)
        yield self._delivered("an e-mail update")

    def of_nobody_reached(self) -> Iterator[Figure]:
        """The first alert is told of at once; a second one waits to be counted."""
        for words in ("told of", "put off, to be counted"):
            event = intake(payload(CAPTURED, dedup_key=f"bench/nobody, {words}"))
            alert_id = self._opened(event)
            opened = self._wired.image(alert_id)
            unreached = self._wired.reached_nobody(alert_id)
            followed = self._followed("an alert that reached nobody", opened, unreached)
            if words == "told of":
                yield followed
            yield self._delivered(f"last resort: {words}")

    def of_reachability(self) -> Iterator[Figure]:
        consumed, _ = self._measured(self._wired.alerts_api, api("GET", "/reachability"))
        yield self._figure("who can be reached", consumed)

    def of_a_heartbeat(self) -> Iterator[Figure]:
        consumed, _ = self._measured(self._wired.ingest, heartbeat())
        yield self._figure("heartbeat", consumed, PING)

    def of_the_stream(self) -> Iterator[Figure]:
        """Timeline, counts and the copy in lists, after a change."""
        event = intake(payload(CAPTURED, dedup_key="bench/stream"))
        end = intake(payload(CAPTURED, dedup_key="bench/stream", event_action="resolve"))
        alert_id = self._opened(event)
        fired = self._wired.image(alert_id)
        self._acted(alert_id, "ack")
        acknowledged = self._wired.image(alert_id)
        yield self._followed("an acknowledgement", fired, acknowledged)
        self._taken_in(event, "updated")
        repeated = self._wired.image(alert_id)
        yield self._followed("a repeat", acknowledged, repeated)
        self._taken_in(end, "resolved")
        yield self._followed("a recovery", repeated, self._wired.image(alert_id))

    def _opened(self, event: Event) -> AlertId:
        return AlertId(_result(self._taken_in(event, "opened")[1])["alert_id"])

    def _delivered(self, measure: str) -> Figure:
        event = self._wired.taken_delivery()
        self._wired.warm_up(self._wired.clock())
        with self._meter.counting() as consumed:
            answer = self._wired.on_delivery(event, Unhurried())
        _expect(not answer["batchItemFailures"], f"a delivery failed: {answer}")
        return self._figure(measure, consumed)

    def _followed(self, words: str, old: Image, new: Image) -> Figure:
        record = {
            "eventName": "MODIFY" if old else "INSERT",
            "dynamodb": {
                "Keys": {name: new[name] for name in ("pk", "sk")},
                "NewImage": new,
                **({"OldImage": old} if old else {}),
                "SequenceNumber": "1",
            },
        }
        self._wired.warm_up(self._wired.clock())
        with self._meter.counting() as consumed:
            answer = self._wired.on_table_change({"Records": [record]}, Unhurried())
        _expect(not answer["batchItemFailures"], f"a change was not followed: {answer}")
        return self._figure(f"stream: {words}", consumed)

    def _life(self, name: str, words: str) -> Iterator[Figure]:
        event = intake(payload(name))
        end = intake(payload(name, event_action="resolve"))
        consumed, answer = self._taken_in(event, "opened")
        yield self._figure(f"first event of a key, {words}", consumed, FIRST)
        consumed, _ = self._taken_in(event, "updated")
        yield self._figure(f"second event of a key, {words}", consumed)
        for _ in range(2, MAKES_SURE_UNTIL):
            self._taken_in(event, "updated")
        consumed, _ = self._taken_in(event, "updated")
        yield self._figure(f"repeat, {words}", consumed, REPEAT)
        get = api("GET", f"/alerts/{_result(answer)['alert_id']}")
        consumed, _ = self._measured(self._wired.alerts_api, get)
        budget = GET if name == CAPTURED else GET_BIG
        yield self._figure(f"get by id, {words}", consumed, budget)
        yield self._retitled(name, words)
        yield from self._actions(name, words)
        consumed, _ = self._taken_in(end, "resolved")
        yield self._figure(f"resolve by event, {words}", consumed, RESOLVE)
        consumed, _ = self._taken_in(event, "reopened")
        yield self._figure(f"reopen, {words}", consumed)

    def _retitled(self, name: str, words: str) -> Figure:
        body = payload(name, dedup_key=f"bench/title/{name}")
        self._opened(intake(body))
        consumed, _ = self._taken_in(intake(titled(body, "Another title")), "updated")
        return self._figure(f"first repeat with another title, {words}", consumed)

    def _actions(self, name: str, words: str) -> Iterator[Figure]:
        """Each on a new alert, in the state that the action needs."""
        for number, (measure, earlier, last, budget) in enumerate(_ACTIONS):
            fired = intake(payload(name, dedup_key=f"bench/action/{name}/{number}"))
            alert_id = _result(self._taken_in(fired, "opened")[1])["alert_id"]
            for action in earlier:
                self._acted(alert_id, action)
            consumed = self._acted(alert_id, last)
            yield self._figure(f"{measure}, {words}", consumed, budget)

    def _acted(self, alert_id: str, action: str, body: Mapping[str, Any] | None = None) -> Consumed:
        said = body or _BODIES.get(action, {})
        request = api("POST", f"/alerts/{alert_id}/{action}", body=said)
        return self._measured(self._wired.alerts_api, request)[0]

    def _taken_in(self, event: Event, outcome: str) -> tuple[Consumed, Answer]:
        consumed, answer = self._measured(self._wired.ingest, event)
        told = _result(answer)["outcome"]
        _expect(told == outcome, f"an event was {told}, not {outcome}")
        return consumed, answer

    def _measured(self, handler: Handler, event: Event) -> tuple[Consumed, Answer]:
        # Whose token and key it is, is remembered for half a minute and read again after it.
        self._wired.warm_up()
        with self._meter.counting() as consumed:
            answer: Answer = handler(event, Unhurried())
        _expect(answer["statusCode"] < 300, f"it was answered: {answer}")  # noqa: PLR2004
        return consumed, answer

    def _figure(self, measure: str, consumed: Consumed, budget: Budget | None = None) -> Figure:
        self.consumed[measure] = consumed
        return Figure(
            measure=measure,
            target=str(budget) if budget else "",
            figure=written(consumed.requests, consumed.write_units, consumed.read_units),
            verdict=budget.verdict(consumed) if budget else Verdict.BESIDE,
            is_count=budget is not None,
        )


def _first_page_of(alert: Alert) -> Delivery:
    return Delivery(
        alert_id=alert.alert_id,
        episode=alert.episode,
        step=1,
        loop=1,
        target=f"channel:{CHANNEL.name}",
        channel=CHANNEL.name,
        reason=NotificationReason.FIRST,
        asked_at=alert.fired_at,
        due_at=alert.fired_at,
    )


def _result(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer["body"])["data"]["results"][0]
    return result


def _expect(is_so: bool, otherwise: str) -> None:  # noqa: FBT001
    if not is_so:
        raise AssertionError(otherwise)
