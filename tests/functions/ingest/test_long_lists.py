"""Lists of any length that fits a body: taken in as far as time allows, and a retry goes on."""

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from functions.ingest.long_lists import CHUNK
from functions.ingest.ports import LongLists
from functions.ingest.request_and_answer import UNUSABLE_LIMIT
from tests.functions.ingest.gateway import SECRET, TOKEN, Gateway
from tests.functions.ingest.long_lists import Slow, SlowIntake, VirtualThreads
from tests.sender_states import wire
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.alert import AlertStatus
from tocsin.domain.credential import Scope
from tocsin.domain.errors import TryAgainError
from tocsin.domain.integration import IntegrationType
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

REAL_THREADS = 16
OTHER_TOKEN = TOKEN[::-1]
CLOUDEVENTS = "application/cloudevents-batch+json"


def group(number: int, **more: object) -> dict[str, Any]:
    """What Alertmanager sends with its defaults: `max_alerts: 0`, no limit."""
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": "HostDown", "instance": f"host-{each}", "severity": "critical"},
            "annotations": {},
            "startsAt": "2026-03-01T08:59:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": f"{each:016x}",
        }
        for each in range(number)
    ]
    return {**wire("alertmanager/firing"), "alerts": alerts, **more}


def disk(number: int, **more: object) -> dict[str, Any]:
    return {"name": f"Disk {number} full", **more}


def usual(number: int) -> dict[str, Any]:
    return disk(number, output="x" * 300)


def as_long_as_fits(
    entry: Callable[[int], object], around: str = "[{}]", between: str = ","
) -> bytes:
    """A list of so many entries that one more would be too many."""
    written: list[str] = []
    left = BODY_LIMIT_BYTES - len(around)
    while True:
        text = json.dumps(entry(len(written)), separators=(",", ":"))
        left -= len(text) + 1
        if left < 0:
            return around.replace("{}", between.join(written)).encode()
        written.append(text)


@pytest.fixture
def slow(rest: Gateway) -> SlowIntake:
    return SlowIntake(rest)


# Every sender of lists


@pytest.mark.parametrize("number", [256, 257, 400])
def test_a_group_of_any_size_opens_its_alerts(alertmanager: Gateway, number: int) -> None:
    reply = SlowIntake(alertmanager).post(group(number))

    assert (reply.status, Counter(reply.outcomes)) == (202, {"opened": number})
    assert len(alertmanager.alerts()) == number


LISTS: dict[str, tuple[IntegrationType, Callable[[int], object], dict[str, Any]]] = {
    "rest": (IntegrationType.REST, disk, {}),
    "monitor": (IntegrationType.MONITOR, disk, {}),
    "events": (
        IntegrationType.EVENTS,
        lambda it: {"event_action": "trigger", "payload": {"summary": f"Disk {it}"}},
        {},
    ),
    "generic": (IntegrationType.GENERIC, lambda it: {"title": f"Disk {it}"}, {}),
    "cloudevents": (
        IntegrationType.CLOUDEVENTS,
        lambda it: {"specversion": "1.0", "id": str(it), "source": f"/disks/{it}", "type": "full"},
        {"headers": {"content-type": CLOUDEVENTS}},
    ),
    "Alertmanager's API": (
        IntegrationType.ALERTMANAGER,
        lambda it: {"labels": {"alertname": f"Disk{it}"}},
        {"path": f"/i/{TOKEN}/api/v2/alerts"},
    ),
    "Alertmanager's API v1": (
        IntegrationType.ALERTMANAGER,
        lambda it: {"labels": {"alertname": f"Disk{it}"}},
        {"path": f"/i/{TOKEN}/api/v1/alerts"},
    ),
}


@pytest.mark.parametrize("sender", LISTS)
def test_a_list_of_any_length_opens_its_alerts(gateway: Gateway, sender: str) -> None:
    type_, entry, more = LISTS[sender]
    gateway.register(type_)
    intake = SlowIntake(gateway)

    reply = intake.post([entry(number) for number in range(1_000)], **more)

    assert reply.status in {200, 202}
    assert len(gateway.alerts()) == 1_000


@pytest.mark.parametrize("mapping", [{}, {"entries": "report.checks"}])
def test_the_entries_of_a_mapping_and_of_grafana_are_as_many_as_there_are(
    gateway: Gateway, mapping: dict[str, str]
) -> None:
    entries = [
        {"title": f"Disk {it}", "status": "firing", "labels": {"alertname": "Disk", "n": str(it)}}
        for it in range(1_000)
    ]
    gateway.register(
        IntegrationType.GENERIC if mapping else IntegrationType.GRAFANA, mapping=mapping
    )
    body = {"report": {"checks": entries}} if mapping else {"alerts": entries}

    assert SlowIntake(gateway).post(body).status == 202

    assert len(gateway.alerts()) == 1_000


def test_events_by_key_go_on_too(gateway: Gateway) -> None:
    gateway.give_key(Scope.EVENTS)
    body = [
        {"event_action": "trigger", "payload": {"summary": f"Disk {it}"}} for it in range(3_000)
    ]
    headers = {"authorization": f"Bearer {SECRET}", "idempotency-key": "storm-1"}
    intake = SlowIntake(gateway, seconds=0.05)

    reply = intake.post_until_taken(body, at_most=9, path="/api/v1/events", headers=headers)

    assert (reply.status, len(gateway.alerts())) == (202, 3_000)
    assert intake.attempts > 1
    assert {alert.occurrences for alert in gateway.alerts()} == {1}


# As far as time allows


def test_what_time_does_not_allow_is_left_to_a_retry_that_goes_on(
    slow: SlowIntake, capsys: pytest.CaptureFixture[str]
) -> None:
    body = [disk(number) for number in range(5_000)]
    slow.seconds = 0.05

    first = slow.post(body)
    taken = len(slow.gateway.alerts())
    assert f'"AlertsOpened": {taken}' in capsys.readouterr().out
    second = slow.post(body)

    assert (first.status, first.code) == (503, "try_again")
    assert int(first.headers["retry-after"]) >= 1
    assert f"{taken} of 5000 entries are taken in" in first.error["message"]
    assert 0 < taken < len(slow.gateway.alerts())
    assert second.status == 503
    assert {alert.occurrences for alert in slow.gateway.alerts()} == {1}


def test_5000_entries_have_5000_results_in_their_order(slow: SlowIntake) -> None:
    body = [disk(number) for number in range(5_000)]

    reply = slow.post_until_taken(body, at_most=3)

    results = reply.results
    earlier = [it for it in results if it["dedup_key"] is None]
    assert (reply.status, len(results)) == (202, 5_000)
    assert "left_out" not in reply.json["data"]
    assert earlier == results[: len(earlier)]
    assert {(it["outcome"], it["reason"]) for it in earlier} <= {
        ("ignored", "an earlier attempt took it in")
    }
    assert [it["dedup_key"] for it in results[len(earlier) :]] == [
        f"Disk {number} full//" for number in range(len(earlier), 5_000)
    ]
    assert len(slow.gateway.alerts()) == 5_000


@pytest.mark.parametrize(
    ("body", "at_most"),
    [
        pytest.param(as_long_as_fits(disk), 5, id="tiny entries"),
        pytest.param(as_long_as_fits(usual), 2, id="as they are"),
        pytest.param(as_long_as_fits(usual, "{}", "\n"), 2, id="an object a line"),
    ],
)
def test_a_list_of_a_full_body_is_completed_within_a_few_attempts(
    slow: SlowIntake, body: bytes, at_most: int
) -> None:
    number = body.count(b"Disk")

    reply = slow.post_until_taken(body, at_most=at_most)

    shown, left_out = len(reply.results), reply.json["data"].get("left_out", 0)
    assert (reply.status, shown + left_out) == (202, number)
    assert len(reply.text) < 5_000_000, "Lambda answers with 6 MB at most"
    alerts = slow.gateway.alerts()
    assert len(alerts) == number
    assert {alert.occurrences for alert in alerts} == {1}


@pytest.mark.parametrize("seconds", [0.005, 0.05, 0.5, 2.0])
def test_every_attempt_gets_further_however_slow_storage_is(rest: Gateway, seconds: float) -> None:
    slow = SlowIntake(rest, seconds=seconds)
    body = [disk(number) for number in range(CHUNK + 1)]
    before = -1

    for _ in range(5):
        if slow.post(body).status != 503:
            break
        assert len(rest.alerts()) > before
        before = len(rest.alerts())

    assert len(rest.alerts()) > 0


def test_storage_that_refuses_meanwhile_loses_and_repeats_nothing(
    slow: SlowIntake, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = [disk(number) for number in range(1_000)]
    add = DynamoDBSlots.add
    left = iter([*range(300)])

    def refuse_after_a_while(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - as it is
        if next(left, None) is None:
            raise TryAgainError
        return add(*args, **more)

    with monkeypatch.context() as refusing:
        refusing.setattr(DynamoDBSlots, "add", refuse_after_a_while)
        refused = slow.post(body)
    reply = slow.post(body)

    assert (refused.status, refused.code) == (503, "try_again")
    assert reply.status == 202
    assert len(slow.gateway.alerts()) == 1_000
    assert {alert.occurrences for alert in slow.gateway.alerts()} == {1}


def test_a_body_that_was_taken_in_to_its_end_counts_again_when_it_comes_again(
    slow: SlowIntake,
) -> None:
    body = [disk(number) for number in range(1_500)]
    slow.seconds = 0.05
    slow.post_until_taken(body, at_most=5)
    assert slow.attempts > 1

    slow.post_until_taken(body, at_most=5)

    assert {alert.occurrences for alert in slow.gateway.alerts()} == {2}


def test_a_body_that_comes_an_hour_later_begins_anew(slow: SlowIntake) -> None:
    body = [disk(number) for number in range(5_000)]
    slow.seconds = 0.05
    slow.post(body)
    taken = len(slow.gateway.alerts())
    slow.gateway.world.now += timedelta(hours=1)

    slow.post(body)

    assert sum(alert.occurrences == 2 for alert in slow.gateway.alerts()) >= taken


def test_another_integration_that_sends_the_same_is_taken_in_for_itself(slow: SlowIntake) -> None:
    body = [disk(number) for number in range(5_000)]
    slow.seconds = 0.05
    slow.post(body)
    taken = len(slow.gateway.alerts())
    slow.gateway.register(IntegrationType.REST, name="other", token=OTHER_TOKEN)

    reply = slow.post(body, path=f"/i/{OTHER_TOKEN}")

    assert f"{taken} of 5000 entries" in reply.error["message"]
    assert len(slow.gateway.alerts()) == 2 * taken


# Order


def test_entries_of_one_dedup_key_keep_their_order(rest: Gateway) -> None:
    chance = Random(8)  # noqa: S311 - no secret
    lives = [disk(each, **more) for each in range(40) for more in ({}, {"severity": "ok"}, {})]
    keys = [each["name"] for each in lives]
    chance.shuffle(keys)
    turns = {each: iter([it for it in lives if it["name"] == each]) for each in set(keys)}
    body = [next(turns[each]) for each in keys]
    slots = rest.world.slots

    class Jittery:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any of a repository's
            time.sleep(chance.random() / 1_000)
            return getattr(slots, name)

    with ThreadPoolExecutor(REAL_THREADS) as threads:
        beside = LongLists(
            threads=threads,
            slots=Jittery(),
            paging=rest.world.paging,
            progress=rest.world.progress,
            seconds_left=lambda: 10.0,
        )
        rest.ports = replace(rest.ports, long_lists=lambda: beside)
        reply = rest.post(body)

    outcomes: dict[str, list[str]] = {}
    for name, result in zip(keys, reply.results, strict=True):
        assert result["dedup_key"] == f"{name}//"
        outcomes.setdefault(name, []).append(result["outcome"])
    assert set(map(tuple, outcomes.values())) == {("opened", "resolved", "reopened")}
    assert Counter(alert.status for alert in rest.alerts())[AlertStatus.FIRING] == 40


def test_a_resolve_in_a_later_part_of_the_list_comes_after_its_trigger(slow: SlowIntake) -> None:
    others = [disk(number) for number in range(1, 2 * CHUNK)]

    reply = slow.post([disk(0), *others, disk(0, severity="ok")])

    assert (reply.outcomes[0], reply.outcomes[-1]) == ("opened", "resolved")


def test_refused_entries_of_a_long_list_have_their_results_in_their_places(
    slow: SlowIntake,
) -> None:
    body = [disk(number) if number % 3 else {} for number in range(999)]

    reply = slow.post(body)

    assert reply.outcomes == ["opened" if number % 3 else "rejected" for number in range(999)]


# Time and room


def seconds_for(intake: SlowIntake, body: bytes) -> float:
    begun = time.process_time()
    reply = intake.post(body)
    assert reply.status in {202, 422}
    return time.process_time() - begun


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(lambda count: [1] * count, id="nothing but refusals"),
        pytest.param(lambda count: [{"name": "x"}, *[1] * count], id="refusals but for one"),
    ],
)
def test_time_grows_as_the_number_of_entries(
    rest: Gateway, entries: Callable[[int], list[object]]
) -> None:
    intake = SlowIntake(rest, seconds=0)
    seconds_for(intake, json.dumps(entries(1_000)).encode())

    some = seconds_for(intake, json.dumps(entries(10_000)).encode())
    many = seconds_for(intake, json.dumps(entries(40_000)).encode())

    assert many < 8 * some


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(f"/i/{TOKEN}", b'{"alerts":[%s]}', id="a group"),
        pytest.param(f"/i/{TOKEN}/api/v2/alerts", b"[%s]", id="Alertmanager's API"),
    ],
)
def test_empty_alerts_are_refused_soon_however_many(
    alertmanager: Gateway, path: str, body: bytes
) -> None:
    intake = SlowIntake(alertmanager, seconds=0)
    begun = time.process_time()

    reply = intake.post(body % (b"{}," * 100_000 + b"{}"), path=path)

    assert time.process_time() - begun < 1
    assert reply.status in {400, 422}
    assert reply.text


def test_what_is_said_around_a_group_is_not_read_and_kept_with_each_alert(
    alertmanager: Gateway,
) -> None:
    intake = SlowIntake(alertmanager, seconds=0)
    body = json.dumps(group(1_500, groupKey="k" * 600_000, commonLabels={"a": "b"})).encode()
    plain = json.dumps(group(1_500)).encode()
    seconds_for(intake, json.dumps(group(100)).encode())

    assert seconds_for(intake, body) < 4 * seconds_for(intake, plain)


def test_as_many_refusals_as_fit_a_body_are_answered_in_short(slow: SlowIntake) -> None:
    body = b"[" + b"1," * (BODY_LIMIT_BYTES // 2 - 2) + b"1]"

    reply = slow.post(body)

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert f"Not one of the first {UNUSABLE_LIMIT} entries" in reply.error["message"]
    assert len(reply.text) < 100_000


def test_a_list_that_begins_with_too_many_unusable_entries_is_read_no_further(
    slow: SlowIntake,
) -> None:
    few = json.dumps([{"a": 1}] * UNUSABLE_LIMIT).encode()
    many = json.dumps([{"a": 1}] * (BODY_LIMIT_BYTES // 11)).encode()

    assert slow.post(many).status == 422
    assert seconds_for(slow, many) < 4 * seconds_for(slow, few)


def test_without_threads_a_list_is_taken_in_one_after_the_other(rest: Gateway) -> None:
    assert rest.ports.long_lists is None

    assert rest.post([disk(number) for number in range(100)]).outcomes == ["opened"] * 100


def test_the_clock_of_virtual_threads_is_that_of_the_one_at_work() -> None:
    threads = VirtualThreads(2)
    store = Slow({}, threads, lambda: 1.0)

    for _ in range(3):
        threads.submit(store.items)

    assert threads.seconds == 2.0
