"""Events in PagerDuty's shape, from the URL to the alert."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway, event_of
from tests.sender_states import wire
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.severity import Severity

PUBLISHED = wire("pagerduty-docs/v2-trigger")


def trigger(dedup_key: str | None = "disk/db-1", /, **payload: object) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event_action": "trigger",
        "payload": {"summary": "Disk full on db-1", "severity": "critical", **payload},
    }
    return event if dedup_key is None else {**event, "dedup_key": dedup_key}


def action(word: str, dedup_key: str = "disk/db-1") -> dict[str, Any]:
    return {"event_action": word, "dedup_key": dedup_key}


def opened_by(events: Gateway, body: object) -> Alert:
    reply = events.post(body)
    assert (reply.status, reply.outcomes) == (202, ["opened"])
    return events.alert(reply)


def test_the_published_example_opens_an_alert(events: Gateway) -> None:
    alert = opened_by(events, PUBLISHED)

    assert (alert.dedup_key, alert.severity) == ("samplekeyhere", Severity.INFO)
    facts = alert.facts
    assert facts.name == facts.summary == "Example alert on host1.example.com"
    assert (facts.source, facts.object, facts.source_severity) == (
        PUBLISHED["payload"]["source"],
        "postgres",
        "info",
    )
    assert facts.labels == {
        "component": "postgres",
        "group": "prod-datapipe",
        "class": "deploy",
        "ping time": "1500ms",
        "load avg": "0.75",
    }
    assert facts.urls == {
        "Sample Monitoring Service": "https://monitoring.example.com",
        "Link text": "https://example.com/",
        "Example text": "https://example.com/",
    }


def test_the_event_files_tell_a_whole_life(events: Gateway) -> None:
    cases = ("trigger", "acknowledge", "trigger", "resolve")

    sent = [events.send(event_of(f"ingest_events_{case}")) for case in cases]

    outcomes = [reply.outcomes[0] for reply in sent]
    assert outcomes == ["opened", "acknowledged", "updated", "resolved"]
    assert len({reply.result["alert_id"] for reply in sent}) == 1
    alert = events.alert(sent[0])
    assert alert.status is AlertStatus.RESOLVED
    assert alert.acknowledged_by == alert.resolved_by == "integration:prod"


@pytest.mark.parametrize("word", ["acknowledge", "resolve"])
def test_an_action_on_an_unknown_alert_is_a_success_without_effect(
    events: Gateway, word: str
) -> None:
    reply = events.post(action(word))

    assert (reply.status, reply.outcomes) == (202, ["ignored"])
    assert events.alerts() == []


def test_only_the_first_acknowledgement_counts(events: Gateway) -> None:
    events.post(trigger())

    replies = [events.post(action("acknowledge")) for _ in range(2)]

    assert [reply.outcomes for reply in replies] == [["acknowledged"], ["ignored"]]


def test_a_person_who_resolved_is_not_overruled_by_a_late_acknowledgement(events: Gateway) -> None:
    alert = opened_by(events, trigger())
    events.world.resolve(alert.alert_id)

    reply = events.post(action("acknowledge"))

    assert reply.outcomes == ["ignored"]
    assert events.world.alert(alert.alert_id).status is AlertStatus.RESOLVED


@pytest.mark.parametrize("word", ["TRIGGER", " Trigger "])
def test_an_action_is_understood_in_any_case(events: Gateway, word: str) -> None:
    assert events.post({**trigger(), "event_action": word}).outcomes == ["opened"]


def test_the_same_event_without_a_key_is_the_same_alert(events: Gateway) -> None:
    event = trigger(None, source="db-1", component="postgres")

    first, second = events.post(event), events.post(event)

    assert (first.outcomes, second.outcomes) == (["opened"], ["updated"])
    assert first.result["dedup_key"] == second.result["dedup_key"]


@pytest.mark.parametrize("name", ["summary", "source", "component", "group", "class"])
def test_without_a_key_another_condition_is_another_alert(events: Gateway, name: str) -> None:
    events.post(trigger(None))

    assert events.post(trigger(None, **{name: "other"})).outcomes == ["opened"]


@pytest.mark.parametrize("name", ["severity", "custom_details", "current_value", "timestamp"])
def test_without_a_key_another_reading_is_the_same_alert(events: Gateway, name: str) -> None:
    events.post(trigger(None))

    assert events.post(trigger(None, **{name: "other"})).outcomes == ["updated"]


def test_a_key_that_the_sender_could_use_is_given_back(events: Gateway) -> None:
    key = events.post(trigger(None)).result["dedup_key"]

    assert events.post(action("resolve", key)).outcomes == ["resolved"]


@pytest.mark.parametrize(("length", "is_kept"), [(255, True), (256, False)])
def test_a_dedup_key_has_up_to_255_characters(
    events: Gateway, length: int, *, is_kept: bool
) -> None:
    key = "k" * length

    reply = events.post(trigger(key))

    assert (reply.result["dedup_key"] == key) is is_kept
    assert len(reply.result["dedup_key"]) <= 255
    assert events.post(action("resolve", key)).outcomes == ["resolved"]


def test_a_dedup_key_may_stand_in_the_payload(events: Gateway) -> None:
    assert opened_by(events, trigger(None, dedup_key=5)).dedup_key == "5"


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("error", Severity.CRITICAL),
        ("warning", Severity.WARNING),
        ("info", Severity.INFO),
        ("catastrophic", Severity.WARNING),
        (None, Severity.WARNING),
        ("ok", Severity.INFO),
    ],
)
def test_a_severity_never_stands_in_the_way_of_a_trigger(
    events: Gateway, word: str | None, severity: Severity
) -> None:
    alert = opened_by(events, trigger(severity=word))

    assert (alert.severity, alert.facts.source_severity) == (severity, word)


def test_an_alert_of_an_urgent_severity_has_the_label_urgent(events: Gateway) -> None:
    alert = opened_by(events, trigger(severity="urgent"))

    assert (alert.severity, alert.facts.labels) == (Severity.CRITICAL, {"urgent": "true"})


@pytest.mark.parametrize(
    ("details", "labels", "reason"),
    [
        pytest.param({"a": {"b": [1]}, "c": None}, {"a": '{"b": [1]}'}, "", id="an object"),
        pytest.param("93 % used", {}, "93 % used", id="a text"),
        pytest.param(["a", 1], {}, '["a", 1]', id="a list"),
        pytest.param(0, {}, "0", id="a number"),
        pytest.param(None, {}, "", id="nothing"),
    ],
)
def test_custom_details_become_labels_or_the_reason(
    events: Gateway, details: object, labels: dict[str, str], reason: str
) -> None:
    facts = opened_by(events, trigger(custom_details=details)).facts

    assert (facts.labels, facts.reason) == (labels, reason)


def test_what_our_own_formats_carry_is_carried_here_too(events: Gateway) -> None:
    payload: dict[str, object] = {
        "rule_id": "r",
        "current_value": 97,
        "threshold": 90,
        "reason": "why",
        "labels": {"env": "prod"},
    }

    alert = opened_by(events, trigger(**payload))

    assert (alert.facts.rule_id, alert.current_value, alert.facts.threshold) == ("r", 97, 90)
    assert (alert.facts.reason, alert.facts.labels) == ("why", {"env": "prod"})


def test_links_and_images_of_one_name_are_all_kept(events: Gateway) -> None:
    body = trigger() | {
        "links": [{"href": "https://a"}, {"href": "https://b"}, {"text": "no address"}, "no link"],
        "images": [{"src": "https://c"}, {"src": "javascript:x", "alt": "bad"}],
    }

    reply = events.post(body)

    assert events.alert(reply).facts.urls == {
        "link": "https://a",
        "link 2": "https://b",
        "image": "https://c",
    }
    assert reply.result["truncated"] == [
        "urls: left out 2 that are not an http, https or mailto link: link 3 and others"
    ]


@pytest.mark.parametrize(
    ("fields", "labels", "urls"),
    [
        ({"client": "cron"}, {"client": "cron"}, {}),
        ({"client_url": "https://x"}, {}, {"client": "https://x"}),
        ({"client": "cron", "client_url": "https://x"}, {}, {"cron": "https://x"}),
    ],
    ids=["a name", "an address", "both"],
)
def test_a_client_becomes_a_link_or_a_label(
    events: Gateway, fields: dict[str, str], labels: dict[str, str], urls: dict[str, str]
) -> None:
    facts = opened_by(events, trigger() | fields).facts

    assert (facts.labels, facts.urls) == (labels, urls)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        pytest.param({}, ["event_action", "payload.summary"], id="nothing"),
        pytest.param(
            {**trigger(), "event_action": "page"}, ["event_action"], id="no action of ours"
        ),
        pytest.param({**trigger(), "event_action": {}}, ["event_action"], id="an object for one"),
        pytest.param({"event_action": "trigger"}, ["payload.summary"], id="no payload"),
        pytest.param(
            {"event_action": "trigger", "payload": []},
            ["payload", "payload.summary"],
            id="a list for a payload",
        ),
        pytest.param(trigger(summary=" "), ["payload.summary"], id="an empty summary"),
        pytest.param(trigger(summary={}), ["payload.summary"], id="an object for a summary"),
        pytest.param(trigger(severity=[]), ["payload.severity"], id="a list for a severity"),
        pytest.param({**trigger(), "dedup_key": {}}, ["dedup_key"], id="an object for a key"),
        pytest.param({"event_action": "resolve"}, ["dedup_key"], id="a resolve of nothing"),
        pytest.param(action("acknowledge", ""), ["dedup_key"], id="an acknowledgement of nothing"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_field(
    events: Gateway, body: dict[str, Any], wrong: list[str]
) -> None:
    reply = events.post(body)

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.wrong_fields == wrong
    assert '"event_action": "trigger"' in reply.error["message"]
    assert events.alerts() == []
