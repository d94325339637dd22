"""Opsgenie's Alert API: what its clients ask for, and what they are told."""

from datetime import timedelta
from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.ingest.opsgenie_client import ALERTS, KEY, Opsgenie
from tests.sender_states import wire
from tests.wire import Sample, sample, samples
from tocsin.domain.alert import SNOOZE_LIMIT, AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity
from tocsin.domain.signal import LABEL_VALUE_LIMIT_BYTES

DOCUMENTED = wire("opsgenie-docs/responses")
SENDERS = ("opsgenie-python", "alertmanager-opsgenie", "zabbix-endpoints", "apprise-endpoints")
CAPTURED = [it for sender in SENDERS for it in samples(sender) if ALERTS in it.path]
WRITES = [it for it in CAPTURED if it.method != "GET"]
CREATES = [it for it in WRITES if it.path.rstrip("/").endswith(ALERTS)]
OTHER_KEY = "f" * 32


@pytest.mark.parametrize("sent", WRITES, ids=lambda it: it.name)
def test_a_captured_write_is_answered_as_opsgenie_does(anywhere: Opsgenie, sent: Sample) -> None:
    reply = anywhere.replay(sent)

    if sent.name.endswith("delete"):
        assert reply.status == 403
        assert set(reply.json) == {"message", "took", "requestId"}
        return
    assert reply.status == 202
    assert set(reply.json) == set(DOCUMENTED["202 any write"])
    assert reply.json["result"] == DOCUMENTED["202 any write"]["result"]
    assert reply.headers["x-request-id"] == reply.json["requestId"]
    assert len(anywhere.gateway.alerts()) == (sent in CREATES)


@pytest.mark.parametrize("sent", CREATES, ids=lambda it: it.name)
def test_a_captured_create_twice_is_one_alert(anywhere: Opsgenie, sent: Sample) -> None:
    first = anywhere.replay(sent)
    second = anywhere.replay(sent)

    assert anywhere.alert.occurrences == 2
    assert first.json["requestId"] == second.json["requestId"]


def test_a_request_says_what_became_of_it(anywhere: Opsgenie) -> None:
    request_id = anywhere.create()

    became = anywhere.read(f"/requests/{request_id}")

    assert set(became) == set(DOCUMENTED["200 requests/{id} ok"]["data"])
    assert became | {"processedAt": ""} == {
        "success": True,
        "action": "Create",
        "processedAt": "",
        "integrationId": "prod",
        "isSuccess": True,
        "status": "Created alert",
        "alertId": anywhere.alert.alert_id,
        "alias": "disk",
    }


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("body", ["", {}, {"user": "u", "note": "done", "source": "s"}])
def test_an_alert_lives_by_its_alias(anywhere: Opsgenie, body: object, slash: str) -> None:
    anywhere.create()

    assert anywhere.act(f"acknowledge{slash}", body)["status"] == "Acknowledged alert"
    assert anywhere.status() is AlertStatus.ACKNOWLEDGED
    assert anywhere.act(f"unacknowledge{slash}", body)["status"] == "Unacknowledged alert"
    assert anywhere.status() is AlertStatus.FIRING
    assert anywhere.act(f"close{slash}", body)["status"] == "Closed alert"
    assert anywhere.status() is AlertStatus.RESOLVED
    assert anywhere.alert.resolved_by == "integration:prod"


@pytest.mark.parametrize("type_", ["id", "request", "tiny"])
def test_an_alert_has_other_names_too(opsgenie: Opsgenie, type_: str) -> None:
    request_id = opsgenie.create()
    shown = opsgenie.shown()
    name = {"id": shown["id"], "request": request_id, "tiny": shown["tinyId"]}[type_]
    query = "identifierType=tiny" if type_ == "tiny" else "identifierType=id"

    assert opsgenie.read(f"/{name}", query) == shown
    for action in ("acknowledge", "notes", "close"):
        reply = opsgenie.send("POST", f"/{name}/{action}", {"note": "n"}, query=query)
        assert opsgenie.became(reply)["success"] is True

    assert opsgenie.status() is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    "name",
    [
        *("nothing", "01KABCDEFGHJKMNPQRSTVWXYZ0", "0" * 32, "f" * 32, "-" * 32, "é" * 32, "%00"),
        *("12345678-1234-1234-1234-123456789012", "9" * 5000),
    ],
)
@pytest.mark.parametrize("type_", ["id", "alias", "tiny"])
def test_an_unknown_alert_is_not_found_and_its_close_is_answered_so(
    opened: Opsgenie, name: str, type_: str
) -> None:
    query = f"identifierType={type_}"

    shown = opened.send("GET", f"/{name}", query=query)
    closed = opened.send("POST", f"/{name}/close", query=query)

    assert (shown.status, shown.json["message"]) == (404, "Alert does not exist")
    assert closed.status == 202
    became = opened.became(closed)
    assert became["success"] is became["isSuccess"] is False
    assert became["status"].startswith("There is no open alert")
    assert opened.status() is AlertStatus.FIRING


@pytest.mark.parametrize("request_id", ["x", "0" * 32, "f" * 32, KEY, "d" * 32])
def test_an_unknown_request_is_answered_404(opened: Opsgenie, request_id: str) -> None:
    assert opened.send("GET", f"/requests/{request_id}").status == 404


@pytest.mark.parametrize(
    ("action", "before", "status"),
    [
        ("close", ["close"], "Alert is already closed"),
        ("acknowledge", ["acknowledge"], "Alert is already acknowledged"),
        ("acknowledge", ["close"], "Alert is already closed"),
        ("unacknowledge", [], "Alert is already unacknowledged"),
        ("unacknowledge", ["close"], "Alert is already closed"),
    ],
)
def test_an_action_that_was_done_before_is_answered_in_the_words_that_clients_look_for(
    opened: Opsgenie, action: str, before: list[str], status: str
) -> None:
    for earlier in before:
        opened.act(earlier)

    became = opened.act(action)

    assert (became["success"], became["status"]) == (False, status)


def test_closing_by_id_what_was_closed_changes_nothing(opsgenie: Opsgenie) -> None:
    request_id = opsgenie.create()
    opsgenie.act("close")

    reply = opsgenie.send("POST", f"/{request_id}/close")

    assert opsgenie.became(reply)["status"] == "Alert is already closed"


def test_an_alias_that_was_closed_opens_a_new_episode(opsgenie: Opsgenie) -> None:
    first = opsgenie.create()
    opsgenie.act("close")
    opsgenie.gateway.world.pass_time(seconds=1)
    second = opsgenie.create()

    assert first != second
    assert opsgenie.read(f"/{first}")["status"] == "closed"
    assert opsgenie.shown()["status"] == "open"


def test_all_that_is_said_is_shown_again(opsgenie: Opsgenie) -> None:
    opsgenie.replay(sample("opsgenie-python/create-full"))

    shown = opsgenie.read("/python_sample", "identifierType=alias")

    documented = wire("opsgenie-docs/get-alert-response")["data"]
    assert set(documented) - set(shown) == {"snoozedUntil", "report"}
    said = wire("opsgenie-python/create-full")
    same = ("alias", "message", "source", "actions", "tags", "details", "entity", "priority")
    assert {name: shown[name] for name in (*same, "description")} == {
        name: said[name] for name in (*same, "description")
    }
    assert (shown["status"], shown["acknowledged"], shown["count"]) == ("open", False, 1)
    assert shown["responders"] == [{"type": "team", "id": "SampleTeam"}]
    (note,) = opsgenie.read("/python_sample/notes", "identifierType=alias")
    assert (note["note"], note["owner"]) == ("created", "integration:prod")


def test_an_acknowledged_alert_says_who_has_it_and_since_when(opened: Opsgenie) -> None:
    opened.gateway.world.pass_time(seconds=5)
    opened.act("acknowledge")
    opened.gateway.world.pass_time(seconds=5)
    opened.act("close")

    shown = opened.shown()

    assert shown["owner"] == "integration:prod"
    assert shown["report"] == {
        "ackTime": 5000,
        "acknowledgedBy": "integration:prod",
        "closeTime": 10000,
        "closedBy": "integration:prod",
    }
    logs = opened.read("/disk/logs", "identifierType=alias")
    assert [it["log"].partition(":")[0] for it in logs] == [
        "fired",
        "reached nobody",
        "notification sent",  # to the last resort
        "acknowledged",
        "resolved",
    ]


@pytest.mark.parametrize("path", ["recipients", "attachments"])
def test_files_and_recipients_are_empty_lists(opened: Opsgenie, path: str) -> None:
    assert opened.read(f"/disk/{path}", "identifierType=alias") == []


def test_a_snooze_is_shown_and_ends(opened: Opsgenie) -> None:
    until = opened.gateway.world.now + timedelta(hours=1)

    opened.act("snooze", {"endTime": until.isoformat(), "note": "later"})

    assert opened.alert.snooze is not None
    assert opened.alert.snooze.reason == "later"
    shown = opened.shown()
    assert (shown["snoozed"], shown["snoozedUntil"]) == (True, "2026-03-01T10:00:00.000Z")
    opened.gateway.world.pass_time(hours=1)
    assert opened.shown()["snoozed"] is False


def test_a_snooze_ends_after_thirty_days_at_the_latest(opened: Opsgenie) -> None:
    assert opened.act("snooze", {"endTime": "2027-01-01T00:00:00Z"})["success"] is True

    assert opened.alert.snooze is not None
    assert opened.alert.snooze.until == opened.gateway.world.now + SNOOZE_LIMIT


@pytest.mark.parametrize(
    ("action", "body", "changed"),
    [
        ("message", {"message": "Disk fuller"}, {"message": "Disk fuller"}),
        ("description", {"description": "97 %"}, {"description": "97 %"}),
        ("priority", {"priority": "P1"}, {"priority": "P1"}),
        ("tags", {"tags": ["b", "c"]}, {"tags": ["a", "b", "c"]}),
        ("details", {"details": {"k": "v"}}, {"details": {"host": "db-1", "k": "v"}}),
    ],
)
def test_what_was_said_can_be_changed(
    opsgenie: Opsgenie, action: str, body: dict[str, Any], changed: dict[str, Any]
) -> None:
    opsgenie.create(tags=["a", "b"], details={"host": "db-1"}, priority="P4")
    before = opsgenie.shown()

    assert opsgenie.act(action, body)["status"] == "Updated alert"

    after = opsgenie.shown()
    assert after == {**before, **changed, "count": 2, "updatedAt": after["updatedAt"]}
    if action == "priority":
        assert opsgenie.alert.severity is Severity.CRITICAL


def test_saying_the_same_again_changes_nothing(opsgenie: Opsgenie) -> None:
    """As Alertmanager's `update_alerts` does after every create."""
    for case in ("create", "update-message", "update-description"):
        opsgenie.replay(sample(f"alertmanager-opsgenie/{case}"))

    assert (opsgenie.alert.occurrences, opsgenie.alert.version) == (1, 1)


@pytest.mark.parametrize(("path", "query"), [("tags", "tags=a"), ("details", "keys=host")])
def test_tags_and_details_can_be_taken_away(opsgenie: Opsgenie, path: str, query: str) -> None:
    opsgenie.create(tags=["a", "b"], details={"host": "db-1", "k": "v"})

    reply = opsgenie.send("DELETE", f"/disk/{path}", query=f"identifierType=alias&{query}")

    assert opsgenie.became(reply)["success"] is True
    shown = opsgenie.shown()
    assert (shown["tags"], shown["details"]) in (
        (["b"], {"host": "db-1", "k": "v"}),
        (["a", "b"], {"k": "v"}),
    )


def test_a_closed_alert_is_not_changed(opened: Opsgenie) -> None:
    opened.act("close")

    assert opened.act("message", {"message": "x"})["status"] == "Alert is already closed"

    assert opened.alert.facts.summary == "Disk full"


@pytest.mark.parametrize(
    ("action", "body", "note"),
    [
        ("assign", {"owner": {"username": "x"}}, 'assign {"username": "x"}'),
        ("escalate", {"escalation": {"name": "Esc"}}, 'escalate {"name": "Esc"}'),
        ("responders", {"responder": {"name": "t"}}, 'responders {"name": "t"}'),
        ("teams", {"team": {"name": "t"}, "note": "n"}, 'teams {"name": "t"} (n)'),
        ("actions/Restart", {"note": "x", "user": "u"}, "actions Restart (u: x)"),
        ("actions/\x1b[2J\u202eA", {}, "actions \ufffd[2J\ufffdA"),
    ],
)
def test_what_people_decide_is_left_to_people(
    opened: Opsgenie, action: str, body: dict[str, Any], note: str
) -> None:
    assert opened.act(action, body)["status"] == "Added to the alert's timeline"

    (shown,) = opened.read("/disk/notes", "identifierType=alias")
    assert shown["note"] == f"Asked for through Opsgenie's API and left to people: {note}"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("", {}, "message"),
        ("", {"message": " "}, "message"),
        ("", {"message": {}}, "message"),
        ("", {"message": "m", "tags": "a"}, "tags"),
        ("", {"message": "m", "details": []}, None),
        ("", {"message": "m", "details": "x"}, None),
        ("", {"message": "m", "alias": []}, "alias"),
        ("/disk/notes", {}, "note"),
        ("/disk/notes", "", "note"),
        ("/disk/notes", {"note": []}, "note"),
        ("/disk/snooze", {}, "endTime"),
        ("/disk/snooze", {"endTime": "soon"}, "endTime"),
        ("/disk/snooze", {"endTime": "2001-01-01T00:00:00Z"}, "endTime"),
        ("/disk/assign", {"owner": "x"}, "owner"),
        ("/disk/tags", {"tags": []}, "tags"),
        ("/disk/details", {}, "details"),
    ],
)
def test_a_body_that_does_not_say_enough_is_refused(
    opened: Opsgenie, path: str, body: object, field: str | None
) -> None:
    reply = opened.send("POST", path, body, query="identifierType=alias")

    if field is None:
        assert reply.status == 202
        return
    assert reply.status == 422
    assert reply.json["message"] == DOCUMENTED["422 body"]["message"]
    assert list(reply.json["errors"]) == [field]
    assert set(reply.json) == set(DOCUMENTED["422 body"])
    assert (opened.alert.version, opened.alert.occurrences) == (1, 1)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/disk/priority", 422),
        ("PUT", "", 405),
        ("DELETE", "", 405),
        ("POST", "/disk/priority", 405),
        ("PUT", "/disk/close", 405),
        ("POST", "/disk/unknown", 404),
        ("GET", "/disk/unknown", 404),
        ("POST", "/disk/close/more", 404),
        ("POST", "/disk/attachments", 403),
        ("DELETE", "/disk/attachments/1", 403),
        ("DELETE", "/disk", 403),
    ],
)
def test_unknown_paths_and_methods_are_refused_in_opsgenies_shape(
    opened: Opsgenie, method: str, path: str, status: int
) -> None:
    reply = opened.send(method, path, {"priority": "P9"}, query="identifierType=alias")

    assert reply.status == status
    assert {"message", "took", "requestId"} <= set(reply.json)
    assert opened.alert.version == 1


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff" * 9])
def test_a_body_that_is_no_object_is_refused(opsgenie: Opsgenie, body: bytes) -> None:
    for path in ("", "/disk/close"):
        reply = opsgenie.send("POST", path, body)
        assert (reply.status, set(reply.json)) == (400, {"message", "took", "requestId"})
    assert opsgenie.gateway.alerts() == []


def test_a_body_that_is_too_large_is_refused(opsgenie: Opsgenie) -> None:
    assert opsgenie.send("POST", "", b" " * 1_100_000).status == 413


def test_a_type_of_identifier_that_is_none_is_refused(opsgenie: Opsgenie) -> None:
    reply = opsgenie.send("POST", "/disk/close", query="identifierType=name")

    assert (reply.status, list(reply.json["errors"])) == (422, ["identifierType"])


@pytest.mark.parametrize(
    ("headers", "query", "status", "said"),
    [
        ({}, "", 401, "401"),
        ({"authorization": "GenieKey"}, "", 401, "401"),
        ({"authorization": f"Bearer {TOKEN}"}, "", 401, "401"),
        ({"authorization": "GenieKey demo"}, "", 422, "422 key not a UUID"),
        ({"authorization": f"GenieKey {'x' * 32}"}, "", 422, "422 key not a UUID"),
        ({"authorization": f"GenieKey {OTHER_KEY}"}, "", 401, "401"),
        ({}, f"apiKey={OTHER_KEY}", 401, "401"),
        ({}, "apiKey=short", 422, "422 key not a UUID"),
    ],
)
def test_a_key_that_opens_nothing_is_refused_before_anything_is_read(
    opsgenie: Opsgenie, headers: dict[str, str], query: str, status: int, said: str
) -> None:
    reply = opsgenie.gateway.post(b"\xff", path=ALERTS, headers=headers, query=query)

    assert (reply.status, reply.json["message"]) == (status, DOCUMENTED[said]["message"])
    assert "www-authenticate" not in reply.headers


@pytest.mark.parametrize("key", [TOKEN, KEY, KEY.upper()])
def test_a_key_is_accepted_in_every_spelling(opsgenie: Opsgenie, key: str) -> None:
    body = {"message": "Disk full"}

    by_header = {"authorization": f"GenieKey {key}"}
    assert opsgenie.gateway.post(body, path=ALERTS, headers=by_header).status == 202
    assert opsgenie.gateway.post(body, path=ALERTS, query=f"apiKey={key}").status == 202


def test_an_unknown_token_in_the_path_is_refused_with_any_key(opsgenie: Opsgenie) -> None:
    opsgenie.below = f"/i/{OTHER_KEY}"

    assert opsgenie.send("POST", "", {"message": "m"}).status == 401


def test_alerts_of_others_are_not_there(opsgenie: Opsgenie) -> None:
    opsgenie.gateway.register(IntegrationType.REST, name="other", token=OTHER_KEY)
    request_id = opsgenie.create()
    shown = opsgenie.shown()

    for name, type_ in (
        (request_id, "id"),
        (shown["id"], "id"),
        ("disk", "alias"),
        (shown["tinyId"], "tiny"),
    ):
        query = f"identifierType={type_}"
        assert opsgenie.send("GET", f"/{name}", query=query, key=OTHER_KEY).status == 404
        for action in ("close", "acknowledge", "notes", "message"):
            method = "PUT" if action == "message" else "POST"
            body = {"note": "n", "message": "m"}
            path = f"/{name}/{action}"
            assert opsgenie.send(method, path, body, query=query, key=OTHER_KEY).status == 202
    assert opsgenie.send("GET", f"/requests/{request_id}", key=OTHER_KEY).status == 404
    assert opsgenie.send("GET", "", key=OTHER_KEY).json["data"] == []
    assert opsgenie.send("GET", "/count", key=OTHER_KEY).json["data"] == {"count": 0}
    assert opsgenie.alert.version == 1
    assert opsgenie.read("/disk/notes", "identifierType=alias") == []


def test_a_paused_integration_answers_that_it_is_paused_and_does_nothing(
    opened: Opsgenie,
) -> None:
    opened.gateway.register_again(paused=True)
    opened.gateway.world.pass_time(seconds=31)

    for action in ("close", "acknowledge"):
        assert "paused" in opened.act(action)["status"]
    created = opened.send("POST", "", {"message": "m", "alias": "other"})

    assert "paused" in opened.became(created)["status"]
    assert opened.alert.version == 1


def test_recovery_waits_as_long_as_the_integration_says(gateway: Gateway) -> None:
    gateway.register(IntegrationType.OPSGENIE, resolve_after=timedelta(minutes=1))
    opsgenie = Opsgenie(gateway)
    opsgenie.create()

    assert opsgenie.act("close")["success"] is True

    assert opsgenie.alert.is_open
    assert opsgenie.alert.resolves_at is not None


def test_a_long_message_is_kept(opsgenie: Opsgenie) -> None:
    opsgenie.create(message="m" * 2_000)

    assert len(opsgenie.alert.facts.summary) == 1024


def test_alerts_without_an_alias_stay_apart_if_anything_names_them(opsgenie: Opsgenie) -> None:
    for details in ({"host": "db-1"}, {"host": "db-2"}, {"host": "db-1"}):
        opsgenie.send("POST", "", {"message": "Disk full", "details": details})

    assert sorted(it.occurrences for it in opsgenie.gateway.alerts()) == [1, 2]


@pytest.mark.parametrize(
    ("priority", "severity"),
    [("P1", "critical"), ("P2", "critical"), ("P3", "warning"), ("P4", "info"), ("P5", "info")],
)
def test_a_priority_is_a_severity(opsgenie: Opsgenie, priority: str, severity: str) -> None:
    opsgenie.create(priority=priority)

    assert opsgenie.alert.severity == severity
    assert opsgenie.shown()["priority"] == priority


def test_an_alert_of_another_sender_is_shown_too(opsgenie: Opsgenie) -> None:
    opsgenie.gateway.post({"name": "Disk full", "severity": "urgent", "dedup_key": "disk"})

    shown = opsgenie.shown()

    assert (shown["message"], shown["priority"], shown["tags"]) == ("Disk full", "P1", [])


@pytest.mark.parametrize("case", ["create-full", "create-minimal"])
def test_the_integrations_own_url_creates_too(gateway: Gateway, case: str) -> None:
    gateway.register(IntegrationType.OPSGENIE)

    reply = gateway.deliver(f"opsgenie/{case}")

    assert reply.status == 202
    shown = Opsgenie(gateway).read(f"/{reply.json['requestId']}")
    assert shown["id"] == gateway.only_alert.alert_id


@pytest.mark.parametrize("body", [[], {}, "text", {"message": []}])
def test_the_integrations_own_url_refuses_a_body_that_is_no_alert(
    gateway: Gateway, body: object
) -> None:
    gateway.register(IntegrationType.OPSGENIE)

    assert gateway.post(body).status in (400, 422)
    assert gateway.alerts() == []


def test_more_tags_than_an_alert_holds_are_cut(opened: Opsgenie) -> None:
    assert opened.act("tags", {"tags": ["t" * 45 + str(it) for it in range(18_000)]})["isSuccess"]

    label = opened.alert.facts.labels["tags"]
    assert len(label.encode()) <= LABEL_VALUE_LIMIT_BYTES
