"""Harp's REST payload, from the URL to the alert."""

from datetime import timedelta
from typing import Any

import pytest

from tests.examples import NINE
from tests.functions.ingest.gateway import Gateway, event_of
from tests.vendor_documents import examples_in
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

TRIGGER, RESOLVE = examples_in("harp-rest-api")
DISK: dict[str, Any] = {"name": "Disk full", "source": "backup", "object": "db-1"}
OLDER_SPELLING = {
    "alert_name": "Disk full",
    "alert_severity": "critical",
    "source": "backup",
    "object": "db-1",
    "notification_output": "93 %",
    "additional_fields": {"owner": "ops"},
    "additional_urls": {"Runbook": "https://example.com/runbook"},
}
SPELLING = {
    "name": "Disk full",
    "severity": "critical",
    "source": "backup",
    "object": "db-1",
    "output": "93 %",
    "extra_tags": {"owner": "ops"},
    "extra_urls": {"Runbook": "https://example.com/runbook"},
}


def test_the_published_example_opens_an_alert(rest: Gateway) -> None:
    rest.world.pages_nobody()
    reply = rest.send(event_of("ingest_rest_trigger"))

    assert reply.status == 202
    assert reply.headers["content-type"] == "application/json"
    alert = rest.alert(reply)
    key = "20:Auto Test: New alert/API Source/monitoring-host"
    result = {"dedup_key": key, "alert_id": alert.alert_id, "outcome": "opened"}
    assert reply.json == {"data": {"results": [result | {"severity": "critical"}]}}
    assert (alert.status, alert.fired_at) == (AlertStatus.FIRING, NINE)
    assert alert.severity is Severity.CRITICAL
    facts = alert.facts
    assert (facts.name, facts.source) == ("Auto Test: New alert", "API Source")
    assert (facts.object, facts.reason) == ("monitoring-host", "notification_output: 0")
    assert facts.labels == TRIGGER["extra_tags"]
    assert facts.urls == TRIGGER["extra_urls"]


def test_the_published_examples_open_and_resolve_one_alert(rest: Gateway) -> None:
    opened, resolved = rest.post(TRIGGER), rest.post(RESOLVE)

    assert (opened.outcomes, resolved.outcomes) == (["opened"], ["resolved"])
    assert resolved.result["alert_id"] == opened.result["alert_id"]
    assert rest.alert(opened).status is AlertStatus.RESOLVED


def test_the_event_files_hold_the_published_examples(rest: Gateway) -> None:
    sent = [rest.send(event_of(f"ingest_rest_{case}")) for case in ("trigger", "form", "resolve")]

    assert [reply.outcomes for reply in sent] == [["opened"], ["updated"], ["resolved"]]
    assert sent[0].result["dedup_key"] == rest.post(TRIGGER).result["dedup_key"]


def test_both_spellings_say_the_same(rest: Gateway) -> None:
    first = rest.alert(rest.post(SPELLING))

    second = rest.alert(rest.post(OLDER_SPELLING))

    assert second.alert_id == first.alert_id
    assert second.facts == first.facts
    assert second.severity is first.severity is Severity.CRITICAL


@pytest.mark.parametrize("name", sorted(SPELLING))
def test_each_field_may_have_the_name_of_the_other_spelling(rest: Gateway, name: str) -> None:
    expected = rest.alert(rest.post(SPELLING))
    older = dict(zip(SPELLING, OLDER_SPELLING, strict=True))[name]
    mixed = {key: text for key, text in SPELLING.items() if key != name}

    alert = rest.alert(rest.post({**mixed, older: OLDER_SPELLING[older]}))

    assert alert.facts == expected.facts
    assert alert.severity is expected.severity


def test_tags_of_both_spellings_come_together(rest: Gateway) -> None:
    body = {
        **DISK,
        "extra_tags": {"a": "1", "b": "1"},
        "additional_fields": {"b": "2"},
        "labels": {"c": 3},
    }

    alert = rest.alert(rest.post(body))

    assert alert.facts.labels == {"a": "1", "b": "2", "c": "3"}


def test_an_empty_field_gives_way_to_the_other_spelling(rest: Gateway) -> None:
    body = {"name": "", "alert_name": "Disk full", "output": "", "notification_output": "93 %"}

    alert = rest.alert(rest.post(body))

    assert (alert.facts.name, alert.facts.reason) == ("Disk full", "93 %")


@pytest.mark.parametrize(
    "later", [{}, {"severity": "warning"}, {"output": "95 %"}, {"current_value": 95}]
)
def test_severity_output_and_value_are_no_part_of_the_identity(
    rest: Gateway, later: dict[str, Any]
) -> None:
    opened = rest.post({**DISK, "severity": "critical", "output": "93 %", "current_value": 93})

    updated = rest.post({**DISK, "severity": "critical", "output": "93 %", **later})

    assert updated.outcomes == ["updated"]
    assert updated.result["alert_id"] == opened.result["alert_id"]
    assert rest.alert(updated).occurrences == 2


@pytest.mark.parametrize("other", [{"name": "Disk slow"}, {"source": "cron"}, {"object": "db-2"}])
def test_name_source_and_object_are_the_identity(rest: Gateway, other: dict[str, str]) -> None:
    rest.post(DISK)

    assert rest.post({**DISK, **other}).outcomes == ["opened"]


def test_a_dedup_key_is_the_identity_where_there_is_one(rest: Gateway) -> None:
    opened = rest.post({**DISK, "dedup_key": "disk/db-1"})

    updated = rest.post({"name": "Disk nearly full", "dedup_key": "disk/db-1"})

    assert opened.result["dedup_key"] == "disk/db-1"
    assert updated.outcomes == ["updated"]


@pytest.mark.parametrize("length", [1, 255])
def test_a_dedup_key_is_kept_up_to_255_characters(rest: Gateway, length: int) -> None:
    key = "ü" * length

    assert rest.post({**DISK, "dedup_key": key}).result["dedup_key"] == key


def test_longer_dedup_keys_stay_as_different_as_they_were(rest: Gateway) -> None:
    keys = ["k" * 256, "k" * 255 + "l", "k" * 257]

    replies = [rest.post({**DISK, "dedup_key": key}) for key in keys]

    assert [reply.outcomes for reply in replies] == [["opened"]] * 3
    assert all(len(reply.result["dedup_key"]) <= 255 for reply in replies)
    assert rest.post({**DISK, "dedup_key": keys[0], "severity": "ok"}).outcomes == ["resolved"]


def test_ok_comes_first_and_nothing_happens(rest: Gateway) -> None:
    reply = rest.post({**DISK, "severity": "ok"})

    assert (reply.status, reply.outcomes) == (202, ["ignored"])
    assert reply.result["alert_id"] is None
    assert rest.alerts() == []


def test_ok_twice_resolves_once(rest: Gateway) -> None:
    rest.post(DISK)

    replies = [rest.post({**DISK, "severity": "ok"}) for _ in range(2)]

    assert [reply.outcomes for reply in replies] == [["resolved"], ["ignored"]]


def test_after_its_end_an_alert_opens_again_as_another_episode(rest: Gateway) -> None:
    first = rest.post(DISK)
    rest.post({**DISK, "severity": "ok"})

    again = rest.post(DISK)

    assert again.outcomes == ["reopened"]
    assert again.result["alert_id"] != first.result["alert_id"]
    assert rest.alert(again).episode == 2


def test_a_patient_integration_waits_before_it_believes_ok(gateway: Gateway) -> None:
    gateway.register(IntegrationType.MONITOR, resolve_after=timedelta(minutes=1))
    opened = gateway.post(DISK)

    assert gateway.post({**DISK, "severity": "ok"}).outcomes == ["resolving"]
    assert gateway.alert(opened).status is AlertStatus.FIRING
