"""Any JSON, with a mapping and without."""

import time
from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

MAPPING = {
    "dedup_key": "join('/', [job.name, job.host])",
    "name": "job.name",
    "summary": "message",
    "severity": "level",
    "status": "state",
    "labels": "tags",
    "links": "{Job: job.url}",
    "started_at": "since",
}
BODY: dict[str, Any] = {
    "job": {"name": "backup", "host": "db-1", "url": "https://ci.example.com/job/42"},
    "message": "exit status 1",
    "level": "crit",
    "state": "broken",
    "tags": {"team": "data"},
    "since": "2026-11-21T22:00:00Z",
}


def test_without_a_mapping_the_usual_names_are_understood(generic: Gateway) -> None:
    fired = generic.deliver("generic/full")

    alert = generic.alert(fired)
    facts = alert.facts
    assert alert.dedup_key == "job/nightly"
    assert alert.severity is Severity.CRITICAL
    assert (facts.name, facts.source) == ("Nightly job failed", "jenkins-1")
    assert (facts.reason, facts.labels) == ("exit status 1", {"team": "data"})
    assert facts.urls == {"Link": "https://ci.example.com/job/42"}


@pytest.mark.parametrize(
    "ended",
    [
        {"title": "Nightly backup failed", "status": "completed", "severity": "critical"},
        {"title": "Backup", "status": "finished", "result": "error"},
        {"title": "CI", "action": "completed", "conclusion": "failure"},
        {"title": "Backup", "status": "done"},
        {"title": "Backup", "status": "ended"},
    ],
)
def test_a_job_that_ended_may_have_failed(generic: Gateway, ended: dict[str, str]) -> None:
    assert generic.post(ended).outcomes == ["opened"]


@pytest.mark.parametrize(
    "over", [{"status": "Resolved"}, {"state": "up"}, {"status": "closed"}, {"severity": "ok"}]
)
def test_there_are_many_words_for_an_end(generic: Gateway, over: dict[str, str]) -> None:
    generic.deliver("generic/minimal")

    assert generic.post({"title": "Nightly job failed", **over}).outcomes == ["resolved"]


def test_what_still_fires_does_not_end_by_its_severity(generic: Gateway) -> None:
    assert generic.post({"title": "x", "status": "firing", "severity": "normal"}).outcomes == [
        "opened"
    ]


def test_without_a_key_title_and_source_are_the_identity(generic: Gateway) -> None:
    generic.post({"title": "Disk full", "source": "db-1", "message": "93 %"})

    same = generic.post({"title": "Disk full", "source": "db-1", "message": "95 %"})
    other = generic.post({"title": "Disk full", "source": "db-2"})

    assert (same.outcomes, other.outcomes) == (["updated"], ["opened"])


@pytest.mark.parametrize("mapping", [{}, {"dedup_key": "dedup_key", "name": "title"}])
def test_a_blank_key_is_none(gateway: Gateway, mapping: dict[str, str]) -> None:
    gateway.register(IntegrationType.GENERIC, mapping=mapping)
    for title in ("Disk full", "Memory full"):
        assert gateway.post({"title": title, "dedup_key": " \t"}).status == 202

    assert [it.dedup_key for it in gateway.alerts()] == ["Disk full//", "Memory full//"]


def test_a_mapping_says_where_the_parts_are(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GENERIC, mapping=MAPPING, severity_map={"crit": "critical"})

    fired = gateway.post(BODY)
    over = gateway.post({**BODY, "state": "fixed"})

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])
    alert = gateway.alert(fired)
    assert (alert.dedup_key, alert.status) == ("backup/db-1", AlertStatus.RESOLVED)
    assert alert.severity is Severity.CRITICAL
    assert alert.facts.summary == "exit status 1"
    assert alert.facts.labels == {"team": "data"}
    assert alert.facts.urls == {"Job": "https://ci.example.com/job/42"}
    assert alert.source_started_at is not None


def test_a_mapping_may_find_several_alerts_in_a_body(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GENERIC, mapping={"entries": "report.failed", "name": "check"})

    reply = gateway.post({"report": {"failed": [{"check": "disk"}, {"check": "cpu"}, {}]}})

    assert reply.outcomes == ["opened", "opened", "rejected"]


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"entries": "report"}, "mapping.entries"),
        ({"name": "nothing.here"}, "mapping.name"),
        ({"name": "abs(job)"}, "mapping.name"),
        ({"severity": "to_number('1e999')", "name": "message"}, "mapping.severity"),
        ({"summary": "join(', ', job)", "name": "message"}, "mapping.summary"),
    ],
)
def test_a_mapping_that_does_not_fit_is_named(
    gateway: Gateway, mapping: dict[str, str], field: str
) -> None:
    gateway.register(IntegrationType.GENERIC, mapping=mapping)

    reply = gateway.post(BODY)

    assert (reply.status, reply.wrong_fields) == (422, [field])
    assert gateway.alerts() == []


@pytest.mark.parametrize(
    "expression",
    [
        "|".join(["[@, @]"] * 40) + " | to_string(@)",
        "|".join(["join('', [@, @])"] * 40).replace("@", "to_string(@)", 1),
        "|".join(["{a: @, b: @}"] * 40),
        "rows[].{a: @, b: @} | [].{a: @, b: @} | [].{a: @, b: @} | [].{a: @, b: @}",
    ],
    ids=["lists", "texts", "objects", "rows"],
)
def test_an_expression_that_would_grow_without_end_is_stopped(
    gateway: Gateway, expression: str
) -> None:
    gateway.register(IntegrationType.GENERIC, mapping={"summary": expression, "name": "'x'"})
    rows = [{"n": number, "text": "t" * 50} for number in range(10_000)]
    started = time.process_time()

    reply = gateway.post({"rows": rows})

    assert time.process_time() - started < 2
    assert (reply.status, reply.wrong_fields) == (422, ["mapping.summary"])


def test_a_mapping_may_cost_so_much_for_a_whole_body(gateway: Gateway) -> None:
    heavy = {"entries": "a", "name": "[@,@]" + "|[@,@]" * 14 + "|to_string(length(@))"}
    gateway.register(IntegrationType.GENERIC, mapping=heavy)

    began = time.thread_time()
    reply = gateway.post({"a": [{"b": it} for it in range(256)]})
    took = time.thread_time() - began

    assert reply.status in {202, 422}
    assert took < 3


def test_a_long_list_is_mapped_to_its_end(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GENERIC, mapping={**MAPPING, "entries": "jobs"})
    jobs = [{**BODY, "job": {**BODY["job"], "host": f"db-{it}"}} for it in range(3_000)]

    reply = gateway.post({"jobs": jobs})

    assert set(reply.outcomes) == {"opened"}
