"""Requests and units of every operation, run through the real handlers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.figures import Figure, Verdict
from bench.gateway_events import CAPTURED, LONG, Answer, Event, api, intake, payload
from bench.metering import Consumed, Meter
from bench.wired import Handler, Unhurried, Wired, text_of
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.items import Image
from tocsin.domain.ids import AlertId

LISTED: Final = 50
_SHOWN_AT_ONCE: Final = 10
"""Repeats of an alert that lists show as they come; later ones, once a minute."""
_PAYLOADS: Final = {CAPTURED: "captured event", LONG: "2 KB event"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What an operation may take at most; from architecture.md."""

    requests: int
    write_units: float
    read_units: float

    def __str__(self) -> str:
        return f"≤ {_written(self.requests, self.write_units, self.read_units)}"

    def holds(self, consumed: Consumed) -> bool:
        return (
            consumed.requests <= self.requests
            and consumed.write_units <= self.write_units
            and consumed.read_units <= self.read_units
        )


FIRST: Final = Budget(requests=3, write_units=6, read_units=0.5)
REPEAT: Final = Budget(requests=1, write_units=1, read_units=0)
RESOLVE: Final = Budget(requests=2, write_units=5, read_units=0)
ACTION: Final = Budget(requests=2, write_units=3, read_units=0)
GET: Final = Budget(requests=1, write_units=0, read_units=1)
LIST: Final = Budget(requests=10, write_units=0, read_units=10)
"""The read units are performance.md's; architecture.md asks only that they do not grow."""

TICK: Final = Budget(requests=keys.SHARDS, write_units=0, read_units=0.5 * keys.SHARDS)
"""One query a shard, whether anything is due or not."""

LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "firing": {"status": "firing"},
    "acknowledged": {"status": "acknowledged"},
    "resolved": {"status": "resolved"},
    "all": {},
}
FILTERED: Final[Mapping[str, Mapping[str, str]]] = {
    "all, critical": {"severity": "critical"},
    "firing, critical": {"status": "firing", "severity": "critical"},
}
"""One alert in ten is critical, and no index knows it: a list has to look past the others."""


class Units:
    """Runs operations on one table and measures what each consumes."""

    def __init__(self, wired: Wired, meter: Meter) -> None:
        self._wired = wired
        self._meter = meter
        self.consumed: dict[str, Consumed] = {}
        """By measure."""

    def of_an_alerts_life(self) -> Iterator[Figure]:
        """From the first event over people's actions to the next episode."""
        for name, words in _PAYLOADS.items():
            yield from self._life(name, words)

    def of_lists(self, stored: int) -> Iterator[Figure]:
        """A page of each status, of all, and of what a filter leaves of them."""
        for words, query in {**LISTS, **FILTERED}.items():
            request = api("GET", "/alerts", query={"limit": str(LISTED), **query})
            consumed, answer = self._measured(self._wired.alerts_api, request)
            rows = json.loads(text_of(answer))["data"]
            _expect(len(rows) == LISTED, f"a list of {words} has {len(rows)} rows")
            budget = LIST if words in LISTS else None
            yield self._figure(f"list {LISTED} of {stored:,}, {words}", consumed, budget)

    def of_a_tick(self) -> Iterator[Figure]:
        """What happens every minute although nothing happens."""
        with self._meter.counting() as consumed:
            answer = self._wired.on_tick({}, Unhurried())
        _expect(answer == {"timers": 0}, f"a tick found something: {answer}")
        yield self._figure("idle: a tick, one function run a minute", consumed, TICK)

    def of_the_stream(self) -> Iterator[Figure]:
        """What follows from a change: the timeline, the counts, the copy that lists show."""
        event = intake(payload(CAPTURED, dedup_key="bench/stream"))
        end = intake(payload(CAPTURED, dedup_key="bench/stream", event_action="resolve"))
        _, answer = self._taken_in(event, "opened")
        alert_id = AlertId(_result(answer)["alert_id"])
        images = [self._wired.image(alert_id)]
        yield self._followed("an alert that fired", [{}, *images])
        self._measured(self._wired.alerts_api, api("POST", f"/alerts/{alert_id}/ack", body={}))
        images.append(self._wired.image(alert_id))
        yield self._followed("an acknowledgement", images)
        for count in range(2, _SHOWN_AT_ONCE + 2):
            self._taken_in(event, "updated")
            images.append(self._wired.image(alert_id))
            if count == 2:  # noqa: PLR2004 - the second occurrence is the first repeat
                yield self._followed("one of the first repeats", images)
        yield self._followed("a later repeat", images)
        self._taken_in(end, "resolved")
        images.append(self._wired.image(alert_id))
        yield self._followed("a recovery", images)

    def _followed(self, words: str, images: Sequence[Image]) -> Figure:
        old, new = images[-2:]
        record = {
            "eventName": "MODIFY" if old else "INSERT",
            "dynamodb": {
                "Keys": {name: new[name] for name in ("pk", "sk")},
                "NewImage": new,
                **({"OldImage": old} if old else {}),
                "SequenceNumber": "1",
            },
        }
        with self._meter.counting() as consumed:
            answer = self._wired.on_table_change({"Records": [record]}, Unhurried())
        _expect(not answer["batchItemFailures"], f"a change was not followed: {answer}")
        return self._figure(f"stream: {words}", consumed)

    def _life(self, name: str, words: str) -> Iterator[Figure]:
        event = intake(payload(name))
        end = intake(payload(name, event_action="resolve"))
        consumed, answer = self._taken_in(event, "opened")
        yield self._figure(f"first event of a key, {words}", consumed, FIRST)
        alert_id = _result(answer)["alert_id"]
        consumed, _ = self._taken_in(event, "updated")
        yield self._figure(f"repeat, {words}", consumed, REPEAT)
        yield from self._actions(alert_id, words)
        consumed, _ = self._taken_in(end, "resolved")
        yield self._figure(f"resolve by event, {words}", consumed, RESOLVE)
        consumed, _ = self._taken_in(event, "reopened")
        yield self._figure(f"reopen, {words}", consumed)
        self._taken_in(end, "resolved")

    def _actions(self, alert_id: str, words: str) -> Iterator[Figure]:
        path = f"/alerts/{alert_id}"
        actions: list[tuple[str, Event, Budget]] = [
            ("get by id", api("GET", path), GET),
            ("acknowledge", api("POST", f"{path}/ack", body={}), ACTION),
            ("snooze", api("POST", f"{path}/snooze", body={"duration": "2h"}), ACTION),
            ("note", api("POST", f"{path}/notes", body={"note": "Looking at it."}), ACTION),
            ("unsnooze", api("POST", f"{path}/unsnooze", body={}), ACTION),
        ]
        for name, request, budget in actions:
            consumed, _ = self._measured(self._wired.alerts_api, request)
            yield self._figure(f"{name}, {words}", consumed, budget)

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
            figure=_written(consumed.requests, consumed.write_units, consumed.read_units),
            verdict=Verdict.of(is_met=budget.holds(consumed)) if budget else Verdict.BESIDE,
            is_count=budget is not None,
        )


def _result(answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(answer["body"])["data"]["results"][0]
    return result


def _expect(is_so: bool, otherwise: str) -> None:  # noqa: FBT001
    if not is_so:
        raise AssertionError(otherwise)


def _written(requests: int, write_units: float, read_units: float) -> str:
    noun = "request" if requests == 1 else "requests"
    return f"{requests} {noun}, {write_units:g} WU, {read_units:g} RU"
