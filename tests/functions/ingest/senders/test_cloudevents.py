"""CloudEvents 1.0 in their three modes."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway, Reply
from tests.sender_states import wire
from tocsin.domain.alert import AlertStatus
from tocsin.domain.severity import Severity
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

EVENT = wire("cloudevents/structured-firing")


def send(gateway: Gateway, **members: Any) -> Reply:  # noqa: ANN401 - any JSON
    return gateway.post({**EVENT, **members})


def test_an_event_keeps_what_it_says(cloudevents: Gateway) -> None:
    reply = cloudevents.deliver("cloudevents/structured-firing")

    alert = cloudevents.alert(reply)
    facts = alert.facts
    assert alert.severity is Severity.CRITICAL
    assert (facts.summary, facts.reason) == ("Disk full on db-1", "93 % used")
    assert (facts.source, facts.object) == ("/disks/db-1", "/var")
    assert facts.labels == {
        "type": "com.example.disk.full.fired",
        "cluster": "eu-1",
        "team": "storage",
    }
    assert facts.urls == {"runbook": "https://runbooks.example.com/disk"}
    assert alert.current_value == 93
    assert alert.source_started_at is not None
    assert alert.source_started_at.isoformat() == "2026-03-01T08:59:58.123000+00:00"


def test_a_type_that_ends_with_a_word_of_recovery_resolves(cloudevents: Gateway) -> None:
    fired, repeated, resolved = (
        cloudevents.deliver(f"cloudevents/structured-{case}")
        for case in ("firing", "firing", "resolved")
    )

    assert [*fired.outcomes, *repeated.outcomes, *resolved.outcomes] == [
        *("opened", "updated", "resolved")
    ]
    assert cloudevents.alert(fired).status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    "data",
    [{"status": "resolved"}, {"state": "OK"}, {"severity": "ok"}, {"status": "Closed"}],
)
def test_data_with_a_state_of_recovery_resolves(cloudevents: Gateway, data: dict[str, str]) -> None:
    send(cloudevents)

    assert send(cloudevents, data=data).outcomes == ["resolved"]


def test_a_status_goes_before_the_type(cloudevents: Gateway) -> None:
    reply = send(cloudevents, type="com.example.disk.full.ok", data={"status": "firing"})

    assert reply.outcomes == ["opened"]


def test_a_binary_event_has_its_attributes_in_headers(cloudevents: Gateway) -> None:
    reply = cloudevents.deliver("cloudevents/binary-firing")

    alert = cloudevents.alert(reply)
    assert alert.severity is Severity.WARNING
    assert alert.facts.source == "/disks/db 1"
    assert alert.facts.labels["cluster"] == "eu-1"


def test_binary_data_may_be_a_text(cloudevents: Gateway) -> None:
    reply = cloudevents.deliver("cloudevents/binary-text")

    assert cloudevents.alert(reply).facts.reason == "the backup did not run\n"


def test_binary_data_may_be_missing(cloudevents: Gateway) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"}

    assert cloudevents.post("", headers=headers).outcomes == ["opened"]


def test_one_bad_event_of_a_batch_loses_no_other(cloudevents: Gateway) -> None:
    reply = cloudevents.deliver("cloudevents/batch")

    assert reply.outcomes == ["opened", "ignored", "rejected"]
    details = reply.results[2]["error"]["details"]
    assert [it["field"] for it in details] == ["type", "source"]


def test_the_id_of_an_event_is_not_its_identity(cloudevents: Gateway) -> None:
    assert send(cloudevents, id="1").outcomes == ["opened"]
    assert send(cloudevents, id="2").outcomes == ["updated"]
    assert send(cloudevents, subject="/home").outcomes == ["opened"]
    assert send(cloudevents, source="/disks/db-2").outcomes == ["opened"]
    assert send(cloudevents, type="com.example.cpu.fired").outcomes == ["opened"]


def test_a_key_of_its_own_goes_first(cloudevents: Gateway) -> None:
    assert send(cloudevents, dedupkey="mine").result["dedup_key"] == "mine"
    assert send(cloudevents, data={"dedup_key": "yours"}).result["dedup_key"] == "yours"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"<a/>", 400, id="not JSON"),
        pytest.param(b"3", 400, id="a number"),
        pytest.param([], 422, id="an empty batch"),
        pytest.param({}, 422, id="nothing"),
        pytest.param({"type": "t"}, 422, id="no source"),
        pytest.param({"source": "s", "type": " "}, 422, id="an empty type"),
        pytest.param({"source": "s", "type": {}}, 422, id="a type that is no text"),
        pytest.param(b" " * (BODY_LIMIT_BYTES + 1), 413, id="oversized"),
    ],
)
def test_a_body_that_is_no_cloudevent_is_refused(
    cloudevents: Gateway, body: object, status: int
) -> None:
    assert cloudevents.post(body).status == status
    assert cloudevents.alerts() == []
