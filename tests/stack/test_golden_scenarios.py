"""The golden scenarios, through the public interfaces of the deployed template."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.stack.client import Client, Sender, eventually
from tests.stack.team import LONG, Team

type NewName = Callable[[str], str]


def test_1_the_same_dedup_key_a_thousand_times_at_once_is_one_alert_and_one_first_page(
    team: Team, api: Client, new_name: NewName
) -> None:
    hook = team.hook()
    sender = team.sender(([hook], LONG))
    body = {"name": new_name("Storm"), "severity": "critical", "dedup_key": new_name("storm")}

    # The embedded AWS starts a process for each request under way, and starves some at more.
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: sender.send(**body), range(1000)))

    (alert_id,) = {result["alert_id"] for result in results}
    assert Counter(result["outcome"] for result in results) == {"opened": 1, "updated": 999}
    assert api.alert(alert_id)["occurrences"] == 1000
    told = eventually(
        lambda: api.alert(alert_id), lambda alert: alert["notification_count"] > 0, seconds=30
    )
    (page,) = hook.told(1)
    assert told["notification_count"] == 1
    assert (page.alert_id, page.notification["reason"]) == (alert_id, "first")


def test_2_two_keys_on_one_integration_are_two_alerts_and_resolving_one_leaves_the_other(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    disk, memory = new_name("Disk"), new_name("Memory")
    first, second = rest.send(name=disk, severity="critical"), rest.send(name=memory)

    rest.send(name=disk, severity="ok")

    assert first["alert_id"] != second["alert_id"]
    assert api.alert(first["alert_id"])["status"] == "resolved"
    assert api.alert(second["alert_id"])["status"] == "firing"


def test_3_a_changed_value_severity_or_output_never_forks_an_alert(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    name = new_name("Latency")
    sent: list[dict[str, Any]] = [
        {"severity": "warning", "current_value": 80, "output": "80 ms"},
        {"severity": "critical", "current_value": 150, "output": "150 ms"},
        {"severity": "information", "current_value": "a lot", "extra_tags": {"team": "web"}},
    ]

    results = [rest.send(name=name, **body) for body in sent]

    (alert_id,) = {result["alert_id"] for result in results}
    alert = api.alert(alert_id)
    assert alert["occurrences"] == 3
    assert alert["severity"] == "info"
    assert alert["current_value"] == "a lot"


def test_4_ok_before_any_problem_is_accepted_and_opens_nothing(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    name = new_name("Never seen")

    result = rest.send(name=name, severity="ok")

    assert result["outcome"] == "ignored"
    assert result["alert_id"] is None
    assert api.get(f"/api/v1/alerts?q={name.replace(' ', '%20')}").expect(200).data == []


def test_5_a_refire_after_resolve_is_a_new_episode_where_only_the_snooze_goes_on(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    name = new_name("Flaky")
    first = rest.send(name=name, severity="critical")["alert_id"]
    api.post(f"/api/v1/alerts/{first}/ack").expect(200)
    api.post(f"/api/v1/alerts/{first}/snooze", {"duration": "1h"}).expect(200)
    rest.send(name=name, severity="ok")

    result = rest.send(name=name, severity="critical")

    alert = api.alert(result["alert_id"])
    assert result["outcome"] == "reopened"
    assert result["alert_id"] != first
    assert alert["episode"] == 2
    assert alert["status"] == "firing"
    assert alert["acknowledged_by"] is None
    assert alert["snoozed_until"] is not None


@pytest.mark.parametrize("second", ["ack", "acknowledge"])
def test_6_a_second_acknowledgement_leaves_first_actor_and_time_as_they_were(
    rest: Sender, api: Client, new_name: NewName, second: str
) -> None:
    alert_id = rest.send(name=new_name("Disk"))["alert_id"]
    api.put("/api/v1/users/alice", {}).expect(200, 201)
    key = api.post(
        "/api/v1/keys", {"name": new_name("alice"), "scopes": ["alerts"], "user": "alice"}
    ).expect(201)
    alice = api.with_key(key.data["key"])
    alice.post(f"/api/v1/alerts/{alert_id}/ack", {"note": "mine"}).expect(200)
    before = api.alert(alert_id)

    reply = api.post(f"/api/v1/alerts/{alert_id}/{second}")

    after = api.alert(alert_id)
    assert before["acknowledged_by"] == "alice"
    assert after["acknowledged_by"] == before["acknowledged_by"]
    assert after["acknowledged_at"] == before["acknowledged_at"]
    if second == "ack":
        assert reply.expect(200).data["already_acknowledged"] is True
    else:
        assert reply.expect(409).error_code == "already_acknowledged"


def test_7_when_acknowledge_races_resolve_resolved_wins_and_nothing_reopens(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    for _ in range(10):
        alert_id = rest.send(name=new_name("Race"), severity="critical")["alert_id"]
        together = threading.Barrier(2)

        def act(verb: str, alert_id: str = alert_id, both: threading.Barrier = together) -> int:
            both.wait()
            return api.post(f"/api/v1/alerts/{alert_id}/{verb}").status

        with ThreadPoolExecutor(2) as pool:
            acknowledged, resolved = pool.map(act, ["acknowledge", "resolve"])

        assert resolved == 200
        assert acknowledged in {200, 409}
        assert api.alert(alert_id)["status"] == "resolved"
        late = api.post(f"/api/v1/alerts/{alert_id}/acknowledge").expect(409)
        assert late.error_code == "already_resolved"
        assert api.alert(alert_id)["status"] == "resolved"


def test_19_paging_while_alerts_arrive_gives_no_row_twice_and_skips_none(
    api: Client, new_integration: Callable[..., Sender]
) -> None:
    sender = new_integration()
    expected = {sender.send(name=f"Row {number}")["alert_id"] for number in range(23)}
    seen: list[str] = []
    cursor = ""
    while True:
        path = f"/api/v1/alerts?integration={sender.name}&limit=5&unknown=ignored{cursor}"
        page = api.get(path).expect(200).json
        seen += [row["id"] for row in page["data"]]
        assert page["has_more"] is ("next_cursor" in page)
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
        sender.send(name=f"Newcomer {len(seen)}")

    assert len(seen) == len(set(seen))
    assert set(seen) == expected


def test_20_a_key_without_the_scope_is_told_so_and_one_without_scopes_may_nothing(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    alert_id = rest.send(name=new_name("Disk"))["alert_id"]
    made = api.post("/api/v1/keys", {"name": new_name("reader"), "scopes": ["alerts"]})
    nothing = api.post("/api/v1/keys", {"name": new_name("nobody"), "scopes": []})
    reader = api.with_key(made.expect(201).data["key"])
    nobody = api.with_key(nothing.expect(201).data["key"])

    refused = reader.post(f"/api/v1/alerts/{alert_id}/create-incident").expect(403)

    assert refused.error_code == "scope_missing"
    assert "incidents" in refused.json["error"]["message"]
    for path in ("/api/v1/alerts", "/api/v1/integrations", "/api/v1/incidents", "/api/v1/keys"):
        assert nobody.get(path).expect(403).error_code == "scope_missing"
    assert api.with_key(None).get("/api/v1/alerts").expect(401).error_code == "unauthorized"
    assert api.with_key("tocsin_x").get("/api/v1/alerts").expect(401).error_code == "unauthorized"


UNKNOWN_IDS = ("01KDVDNA00ZCVCZ1MWHVHYJ7B9", "alert_abc123", "..", "x" * 500, "%00", "0", "é")


def test_21_and_26_foreign_unknown_and_malformed_ids_get_the_same_answer(api: Client) -> None:
    bodies = []
    for alert_id in UNKNOWN_IDS:
        path = f"/api/v1/alerts/{alert_id.replace('é', '%C3%A9')}"
        for reply in (
            api.get(path),
            api.get(f"{path}/timeline"),
            api.post(f"{path}/ack"),
            api.post(f"{path}/resolve", {"note": "x"}),
            api.post(f"{path}/snooze", {"duration": "1h"}),
            api.post(f"{path}/notes", {"note": "x"}),
        ):
            error = reply.expect(404).json["error"]
            bodies.append({**error, "request_id": ""})

    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "alert_not_found"


def test_22_an_idempotency_key_again_gets_the_same_answer_and_with_another_body_a_conflict(
    rest: Sender, api: Client, new_name: NewName
) -> None:
    alert_id = rest.send(name=new_name("Disk"))["alert_id"]
    path, key = f"/api/v1/alerts/{alert_id}/acknowledge", new_name("once")

    first = api.post(path, {"note": "mine"}, Idempotency_Key=key).expect(200)
    again = api.post(path, {"note": "mine"}, Idempotency_Key=key)
    other = api.post(path, {"note": "other"}, Idempotency_Key=key)

    assert again.status == first.status
    assert again.json == first.json
    assert other.expect(409).error_code == "idempotency_conflict"


def test_22_an_event_sent_twice_with_one_key_is_taken_in_once(
    api: Client, new_name: NewName
) -> None:
    event = {"event_action": "trigger", "dedup_key": new_name("e"), "payload": {"summary": "Down"}}
    key = new_name("once")

    first = api.post("/api/v1/events", event, Idempotency_Key=key).expect(202)
    again = api.post("/api/v1/events", event, Idempotency_Key=key).expect(202)

    assert again.json == first.json
    assert api.alert(first.data["results"][0]["alert_id"])["occurrences"] == 1


def test_27_eight_first_events_of_one_key_at_once_are_one_alert_that_is_read_listed_and_paged(
    team: Team, rest: Sender, api: Client, new_name: NewName
) -> None:
    hook = team.hook()
    sender = team.sender(([hook], LONG))
    together = threading.Barrier(8)

    def send(body: Mapping[str, Any], sender: Sender = sender) -> tuple[Any, float, float]:
        together.wait(timeout=60)
        begun = time.monotonic()
        return sender.send(**body), begun, time.monotonic()

    opened: list[str] = []
    overlaps = 0
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            # A process for each, so that none of the eight below waits for one to start.
            list(pool.map(send, [{"name": new_name("Warm")}] * 8, [rest] * 8))
        for burst in range(12):
            event = {"name": new_name("Burst"), "severity": "critical"}
            values = [{"current_value": each} if burst % 2 else {} for each in range(8)]

            sent = list(pool.map(send, [event | value for value in values]))

            (alert_id,) = {result["alert_id"] for result, _, _ in sent}
            outcomes = Counter(result["outcome"] for result, _, _ in sent)
            assert outcomes == {"opened": 1, "updated": 7}
            assert api.alert(alert_id)["occurrences"] == 8
            overlaps += max(begun for _, begun, _ in sent) < min(ended for *_, ended in sent)
            opened.append(alert_id)
    assert overlaps >= 6, "they came one after the other, which proves nothing"
    listed = api.get(f"/api/v1/alerts?integration={sender.name}&limit=200").expect(200).data
    assert {row["id"] for row in listed} >= set(opened)
    for alert_id in opened:
        eventually(
            partial(api.alert, alert_id), lambda alert: alert["notification_count"] == 1, seconds=60
        )
    assert Counter(
        page.alert_id for page in hook.pages if page.alert_id in opened
    ) == dict.fromkeys(opened, 1)
