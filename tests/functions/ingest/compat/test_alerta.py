"""Alerta's API: what its command line and its senders ask for, and what they are told."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.ingest.alerta_client import Alerta
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.sender_states import wire
from tests.wire import Sample, response, sample, samples
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

OTHER_TOKEN = "f" * 32
SENDS = [
    it
    for sender in ("alerta-api", "uptime-kuma-endpoints")
    for it in samples(sender)
    if (it.method, it.path) == ("POST", "/alert")
]
REFUSED = ("err-not-json", "err-missing-resource", "err-service-not-list", "err-timeout-not-int")
CLOSES = ("normal-correlated-closes", "alerta-up")
NORMAL_BY_DEFAULT = (
    *("cli-send-minimal-nulls-rejected", "err-date-format", "err-environment-policy"),
)
ACCEPTED = [it for it in SENDS if not it.name.endswith(REFUSED)]
FIRES = [it for it in ACCEPTED if not it.name.endswith((*CLOSES, *NORMAL_BY_DEFAULT))]


def answered(name: str) -> tuple[int, Any]:
    status, body = response(f"alerta-api/{name}")
    return status, json.loads(body)


@pytest.mark.parametrize("sent", FIRES, ids=lambda it: it.name)
@pytest.mark.parametrize("below", ["", f"/i/{TOKEN}"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_captured_alert_is_answered_as_alerta_does(
    alerta: Alerta, sent: Sample, below: str, slash: str
) -> None:
    alerta.below = below

    reply = alerta.replay(sent, path=f"/alert{slash}")

    _, documented = answered("cli-send-critical")
    assert reply.status == 201
    assert set(reply.json) == set(documented)
    assert set(reply.json["alert"]) == set(documented["alert"])
    assert alerta.alert.status is AlertStatus.FIRING


@pytest.mark.parametrize("sent", ACCEPTED, ids=lambda it: it.name)
def test_what_alerta_refuses_by_policy_or_date_is_taken_in(alerta: Alerta, sent: Sample) -> None:
    assert alerta.replay(sent).status in (201, 202)


@pytest.mark.parametrize("case", REFUSED)
def test_what_alerta_cannot_read_is_refused_in_its_words(alerta: Alerta, case: str) -> None:
    status, documented = answered(case)

    reply = alerta.replay(sample(f"alerta-api/{case}"))

    assert reply.status == reply.json["code"] == status
    assert set(reply.json) == set(documented)
    if case != "err-not-json":
        assert reply.json["message"] == documented["message"]
    assert alerta.gateway.alerts() == []


def test_all_that_is_said_is_shown_again(alerta: Alerta) -> None:
    reply = alerta.replay(sample("alerta-api/cli-send-critical"))

    said = wire("alerta-api/cli-send-critical")
    ours = {"id", "createTime"}
    shown = reply.json["alert"]
    assert {name: shown[name] for name in said if name not in ours} == {
        name: value for name, value in said.items() if name not in ours
    }
    assert (shown["status"], shown["duplicateCount"], shown["repeat"]) == ("open", 0, False)
    assert alerta.shown() | {"href": ""} == shown | {"href": ""}


def test_the_same_severity_is_a_duplicate_and_another_a_change(alerta: Alerta) -> None:
    alerta.replay(sample("alerta-api/cli-send-critical"))

    repeated = alerta.replay(sample("alerta-api/cli-send-duplicate")).json["alert"]
    assert (repeated["duplicateCount"], repeated["repeat"]) == (1, True)

    alerta.alert_of(
        environment="Production", resource="web01", event="HttpServerError", severity="minor"
    )
    assert alerta.alert.severity is Severity.WARNING


@pytest.mark.parametrize("severity", ["normal", "ok", "cleared", "Normal", None, ""])
def test_recovery_closes(alerta: Alerta, severity: str | None) -> None:
    alerta.alert_of(severity="major")

    closed = alerta.alert_of(severity=severity)

    assert alerta.alert.status is AlertStatus.RESOLVED
    assert (closed["status"], closed["previousSeverity"]) == ("closed", "major")
    assert closed["severity"] == (severity or "normal")


def test_recovery_of_a_correlated_event_closes(alerta: Alerta) -> None:
    alerta.replay(sample("alerta-api/cli-send-critical"))
    reply = alerta.replay(sample("alerta-api/cli-send-normal-correlated-closes"))

    assert reply.status == 201
    assert reply.json["alert"]["status"] == "closed"
    assert alerta.alert.status is AlertStatus.RESOLVED


def test_a_correlated_event_changes_the_alert_that_is_open(alerta: Alerta) -> None:
    related = ["NodeDown", "NodeMarginal", "NodeUp"]
    first = alerta.alert_of(event="NodeMarginal", severity="minor", correlate=related)

    second = alerta.alert_of(event="NodeDown", severity="critical", correlate=related)

    assert (first["id"], second["event"]) == (second["id"], "NodeDown")
    assert alerta.alert.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    "other",
    [{"environment": "Development"}, {"resource": "db-2"}, {"event": "X"}, {"customer": "acme"}],
)
def test_another_identity_is_another_alert(fired: Alerta, other: dict[str, str]) -> None:
    fired.alert_of(**other)

    assert len(fired.gateway.alerts()) == 2


@pytest.mark.parametrize("same", [{"value": "99"}, {"text": "t"}, {"tags": ["t"]}, {"group": "g"}])
def test_values_and_texts_are_no_identity(fired: Alerta, same: dict[str, Any]) -> None:
    fired.alert_of(**same)

    assert fired.alert.occurrences == 2


def test_recovery_of_an_alert_that_is_not_open_is_no_error(alerta: Alerta) -> None:
    reply = alerta.replay(sample("uptime-kuma-endpoints/alerta-up"))

    assert reply.status == 202
    assert reply.json == {"status": "ok", "message": "Ignored: nothing of it is open", "id": None}
    assert alerta.gateway.alerts() == []


def test_uptime_kumas_monitor_goes_down_and_up(alerta: Alerta) -> None:
    alerta.replay(sample("uptime-kuma-endpoints/alerta-down"))
    alerta.replay(sample("uptime-kuma-endpoints/alerta-up"))

    assert alerta.alert.status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    ("word", "severity", "is_urgent"),
    [
        ("security", "critical", True),
        ("critical", "critical", False),
        ("major", "critical", False),
        ("minor", "warning", False),
        ("warning", "warning", False),
        ("indeterminate", "warning", False),
        ("informational", "info", False),
        ("debug", "info", False),
        ("trace", "info", False),
        ("unknown", "warning", False),
        ("bogus", "warning", False),
    ],
)
def test_a_severity_is_understood(
    alerta: Alerta, word: str, severity: str, *, is_urgent: bool
) -> None:
    alerta.alert_of(severity=word)

    assert alerta.alert.severity == severity
    assert alerta.alert.facts.source_severity == word
    assert ("urgent" in alerta.alert.facts.labels) is is_urgent


def test_a_tag_with_a_value_is_a_label(alerta: Alerta) -> None:
    alerta.alert_of(tags=["dc1", "env=prod"], attributes={"region": "EU"})

    labels = alerta.alert.facts.labels
    assert (labels["env"], labels["region"], labels["tags"]) == ("prod", "EU", "dc1,env=prod")
    assert alerta.shown()["attributes"] == {"region": "EU"}


@pytest.mark.parametrize(
    ("action", "status"),
    [("ack", "ack"), ("close", "closed"), ("shelve", "shelved"), ("assign", "open")],
)
def test_an_action_is_done(fired: Alerta, action: str, status: str) -> None:
    reply = fired.put("action", {"action": action, "text": "because", "timeout": None})

    assert (reply.status, reply.json) == (200, {"status": "ok"})
    assert fired.shown()["status"] == status


@pytest.mark.parametrize(
    ("undone", "does"),
    [("ack", "unack"), ("ack", "open"), ("shelve", "unshelve"), ("shelve", "open")],
)
def test_an_action_is_taken_back(fired: Alerta, undone: str, does: str) -> None:
    fired.put("action", {"action": undone})

    assert fired.put("action", {"action": does}).status == 200

    assert fired.shown()["status"] == "open"


def test_opening_takes_back_all_that_stands_in_the_way(fired: Alerta) -> None:
    for action in ("ack", "shelve", "open"):
        assert fired.put("action", {"action": action}).status == 200

    assert fired.shown()["status"] == "open"


@pytest.mark.parametrize("status", ["ack", "closed", "shelved"])
def test_a_status_is_set(fired: Alerta, status: str) -> None:
    assert fired.put("status", {"status": status, "text": "", "timeout": None}).status == 200

    assert fired.shown()["status"] == status


@pytest.mark.parametrize(
    ("before", "action", "status"),
    [
        ("close", "ack", "closed"),
        ("close", "close", "closed"),
        ("close", "shelve", "closed"),
        ("close", "open", "closed"),
        ("ack", "ack", "ack"),
        ("assign", "unack", "open"),
        ("assign", "open", "open"),
        ("assign", "unshelve", "open"),
    ],
)
def test_what_the_state_forbids_is_a_conflict(
    fired: Alerta, before: str, action: str, status: str
) -> None:
    fired.put("action", {"action": before})

    reply = fired.put("action", {"action": action})

    documented_status, documented = answered("cli-ack-of-closed")
    assert (reply.status, set(reply.json)) == (documented_status, set(documented))
    assert reply.json["message"] == f"invalid action for current {status} status"


@pytest.mark.parametrize(("timeout", "lasts"), [(None, 7200), (60, 60)])
def test_a_shelved_alert_comes_back(fired: Alerta, timeout: int | None, lasts: int) -> None:
    fired.put("action", {"action": "shelve", "timeout": timeout, "text": "later"})

    assert fired.alert.snooze is not None
    assert fired.alert.snooze.until == fired.gateway.world.now + timedelta(seconds=lasts)
    assert fired.alert.snooze.reason == "later"


def test_tags_and_attributes_are_changed(alerta: Alerta) -> None:
    alerta.alert_of(tags=["a"], attributes={"region": "EU", "owner": "ops"})

    assert alerta.put("tag", {"tags": ["b", "a"]}).status == 200
    assert alerta.put("untag", {"tags": ["a"]}).status == 200
    assert alerta.put("attributes", {"attributes": {"owner": None, "k": "v"}}).status == 200

    shown = alerta.shown()
    assert (shown["tags"], shown["attributes"]) == (["b"], {"region": "EU", "k": "v"})


def test_a_tag_that_is_there_changes_nothing(alerta: Alerta) -> None:
    alerta.alert_of(tags=["a"])

    alerta.put("tag", {"tags": ["a"]})

    assert alerta.alert.version == 1


def test_a_note_is_kept(fired: Alerta) -> None:
    reply = fired.put("note", {"text": "hi"})

    status, documented = answered("put-note")
    assert (reply.status, set(reply.json)) == (status, set(documented))
    assert reply.json["note"]["text"] == "hi"
    (listed,) = fired.send("GET", f"/alert/{fired.alert.alert_id}/notes").json["notes"]
    assert (listed["text"], listed["user"]) == ("hi", "integration:prod")


def test_other_actions_are_left_to_people(fired: Alerta) -> None:
    fired.put("action", {"action": "createIssue", "text": "please"})

    (note,) = fired.send("GET", f"/alert/{fired.alert.alert_id}/notes").json["notes"]
    assert note["text"] == (
        "Asked for through Alerta's API and left to people: createIssue (please)"
    )


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("action", {}),
        ("action", {"action": 7}),
        ("action", {"action": "shelve", "timeout": "1h"}),
        ("action", {"action": "shelve", "timeout": 0}),
        ("action", {"action": "shelve", "timeout": 10**12}),
        ("status", {"status": "unknown"}),
        ("status", {"status": []}),
        ("tag", {}),
        ("tag", {"tags": "a"}),
        ("untag", {"tags": []}),
        ("attributes", {}),
        ("attributes", {"attributes": []}),
        ("note", {}),
        ("note", {"text": " "}),
    ],
)
def test_a_body_that_does_not_say_enough_is_refused(
    fired: Alerta, word: str, body: dict[str, Any]
) -> None:
    reply = fired.put(word, body)

    assert (reply.status, reply.json["status"]) == (400, "error")
    assert (fired.alert.version, fired.alert.occurrences) == (1, 1)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/alert/{id}", 403),
        ("DELETE", "/alert/{id}/note/1", 403),
        ("PUT", "/alert/{id}/note/1", 403),
        ("PUT", "/alert/{id}/unknown", 404),
        ("POST", "/alert/{id}", 404),
        ("GET", "/alert", 405),
        ("GET", "/alerts/history", 404),
        ("POST", "/alerts", 405),
        ("POST", "/config", 405),
        ("GET", "/alert/unknown", 404),
        ("PUT", "/alert/01KJMA0FM0CNEJE5F6DDEB40TZ/tag", 404),
    ],
)
def test_unknown_paths_and_methods_are_refused_in_alertas_shape(
    fired: Alerta, method: str, path: str, status: int
) -> None:
    reply = fired.send(method, path.format(id=fired.alert.alert_id), {"tags": ["x"]})

    assert reply.status == reply.json["code"] == status
    assert set(reply.json) == {"status", "code", "message", "errors", "requestId"}
    assert fired.alert.version == 1


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"\xff" * 9, b"", b'{"resource": {}, "event": "e"}']
)
def test_a_body_that_is_no_alert_is_refused(alerta: Alerta, body: bytes) -> None:
    assert alerta.send("POST", "/alert", body).status == 400
    assert alerta.gateway.alerts() == []


def test_a_body_that_is_too_large_is_refused(alerta: Alerta) -> None:
    assert alerta.send("POST", "/alert", b" " * 1_100_000).status == 413


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"authorization": f"Key {TOKEN}"}, ""),
        ({"authorization": f"Bearer {TOKEN}"}, ""),
        ({"x-api-key": TOKEN}, ""),
        ({}, f"api-key={TOKEN}"),
        ({"authorization": "Basic x"}, f"api-key={TOKEN}"),
    ],
)
def test_a_key_may_be_sent_in_many_ways(
    alerta: Alerta, headers: dict[str, str], query: str
) -> None:
    body = sample("alerta-api/cli-send-critical").body

    assert alerta.gateway.post(body, path="/alert", headers=headers, query=query).status == 201


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "Key demo-key"}, {"x-api-key": OTHER_TOKEN}]
)
def test_a_key_that_opens_nothing_is_refused_and_not_repeated(
    alerta: Alerta, headers: dict[str, str]
) -> None:
    reply = alerta.gateway.post(b"\xff", path="/alert", headers=headers)

    status, documented = answered("err-bad-api-key")
    assert (reply.status, set(reply.json)) == (status, set(documented))
    assert "demo-key" not in reply.text


def test_alerts_of_others_are_not_there(alerta: Alerta) -> None:
    gateway = alerta.gateway
    gateway.register(IntegrationType.REST, name="other", token=OTHER_TOKEN)
    alerta.alert_of()
    name = alerta.alert.alert_id
    theirs = {"authorization": f"Key {OTHER_TOKEN}"}

    for method, path in (
        ("GET", f"/alert/{name}"),
        ("GET", f"/alert/{name[:8]}"),
        ("GET", f"/alert/{name}/notes"),
        ("PUT", f"/alert/{name}/action"),
        ("PUT", f"/alert/{name}/tag"),
        ("PUT", f"/alert/{name}/note"),
    ):
        body = {"action": "close", "tags": ["x"], "text": "x"}
        assert gateway.post(body, path=path, method=method, headers=theirs).status == 404
    assert gateway.post("", path="/alerts", method="GET", headers=theirs).json["total"] == 0
    assert alerta.alert.version == 1


def test_the_beginning_of_an_id_will_do(fired: Alerta) -> None:
    short = fired.alert.alert_id[:8]

    assert fired.send("GET", f"/alert/{short}").json["alert"] == fired.shown()
    assert fired.send("PUT", f"/alert/{short}/action", {"action": "ack"}).status == 200

    fired.alert_of(event="other")
    assert fired.send("GET", f"/alert/{short}").status == 404


def test_a_paused_integration_answers_that_it_is_paused_and_does_nothing(fired: Alerta) -> None:
    fired.gateway.register_again(paused=True)
    fired.gateway.world.pass_time(seconds=31)

    reply = fired.send("POST", "/alert", {"resource": "r", "event": "e", "severity": "major"})
    assert (reply.status, reply.json["message"]) == (202, "Ignored: the integration is paused")
    assert fired.put("action", {"action": "close"}).status == 200
    assert fired.alert.version == 1


@pytest.mark.parametrize("below", ["", f"/i/{TOKEN}"])
def test_the_command_line_finds_its_configuration_without_a_key(alerta: Alerta, below: str) -> None:
    reply = alerta.gateway.post("", path=f"{below}/config", method="GET")

    status, documented = answered("cli-config-get")
    assert reply.status == status
    assert set(reply.json) <= set(documented)
    for name in ("severity", "status"):
        assert reply.json["alarm_model"][name] == documented["alarm_model"][name]
    assert set(reply.json["timeouts"]) == set(documented["timeouts"])
    assert reply.json["endpoint"].endswith(below)
    assert reply.json["auth_required"] is True


def test_below_an_unknown_token_there_is_no_configuration(alerta: Alerta) -> None:
    path = f"/i/{OTHER_TOKEN}/config"

    assert alerta.gateway.post("", path=path, method="GET").status == 401


@pytest.mark.parametrize("sent", FIRES, ids=lambda it: it.name)
def test_the_integrations_own_url_takes_alerts_too(gateway: Gateway, sent: Sample) -> None:
    gateway.register(IntegrationType.ALERTA)

    reply = gateway.post(sent.body, headers=sent.headers)

    assert (reply.status, reply.json["status"]) == (201, "ok")
    assert [it.alert_id for it in gateway.alerts()] == [reply.json["id"]]


def test_an_alert_of_another_sender_is_shown_too(alerta: Alerta) -> None:
    alerta.gateway.post({"name": "Disk full", "severity": "urgent", "labels": {"a.b": "$c"}})

    shown = alerta.shown()

    assert (shown["event"], shown["resource"], shown["severity"]) == ("Disk full", "-", "critical")
    assert shown["attributes"]["a_b"] == "$c"


def test_a_short_id_of_the_last_year_there_is_is_not_found(alerta: Alerta) -> None:
    assert alerta.send("GET", "/alert/76EZ91ZP").status == 404
