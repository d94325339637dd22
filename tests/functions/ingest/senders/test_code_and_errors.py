"""GitHub, GitLab, Sentry, Airbrake, Honeycomb, Graylog: what is theirs."""

import json
from typing import Any

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.wire import sample
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

URL = f"/i/{TOKEN}"


def body_of(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample(name).body)
    return body


def test_each_branch_is_an_alert(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GITHUB)
    run = body_of("github/workflow_run-failure")
    gateway.post(run)
    run["workflow_run"]["head_branch"] = "other"

    assert gateway.post(run).outcomes == ["opened"]


def test_github_may_send_a_form(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GITHUB)
    from urllib.parse import urlencode

    form = urlencode({"payload": json.dumps(body_of("github/workflow_run-failure"))})
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-github-event": "workflow_run",
    }

    assert gateway.post(form, headers=headers).outcomes == ["opened"]


def test_a_job_of_gitlab_that_may_fail_does_not_page(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GITLAB)
    job = body_of("gitlab/job-failed")

    assert gateway.post(job).outcomes == ["opened"]
    assert gateway.post({**job, "build_allow_failure": True}).outcomes == ["ignored"]
    assert gateway.post({**job, "build_status": "success"}).outcomes == ["resolved"]


def test_the_pipelines_failed_jobs_are_named(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GITLAB)

    gateway.replay(sample("gitlab/pipeline-failed"), path=URL)

    assert gateway.alerts()[0].facts.reason == "Failed: test-build"


@pytest.mark.parametrize(
    ("level", "severity"),
    [("fatal", Severity.CRITICAL), ("warning", Severity.WARNING), ("debug", Severity.INFO)],
)
def test_sentrys_level_is_the_severity(gateway: Gateway, level: str, severity: Severity) -> None:
    gateway.register(IntegrationType.SENTRY)
    event = body_of("sentry/issue-alert-triggered")
    event["data"]["event"]["level"] = level

    gateway.post(event)

    (alert,) = gateway.alerts()
    assert alert.severity is severity
    assert (alert.facts.labels.get("urgent") == "true") is (level == "fatal")
    assert alert.facts.labels["browser"] == "Chrome 75.0.3770"


@pytest.mark.parametrize("resource", ["installation", "comment", "error"])
def test_sentrys_other_events_ask_for_nothing(gateway: Gateway, resource: str) -> None:
    gateway.register(IntegrationType.SENTRY)

    reply = gateway.post({"action": "created"}, headers={"sentry-hook-resource": resource})

    assert (reply.status, reply.outcomes) == (202, ["ignored"])


def test_an_issue_of_sentry_that_is_new_opens_nothing(gateway: Gateway) -> None:
    gateway.register(IntegrationType.SENTRY)

    reply = gateway.post({**body_of("sentry/issue-resolved"), "action": "created"})

    assert reply.outcomes == ["ignored"]


def test_airbrakes_errors_repeat_and_never_end(gateway: Gateway) -> None:
    gateway.register(IntegrationType.AIRBRAKE)
    error = sample("airbrake/error")

    replies = [gateway.replay(error, path=URL) for _ in range(2)]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"]]
    (alert,) = gateway.alerts()
    assert alert.dedup_key == "125209/1705190192091077626"
    assert alert.severity is Severity.CRITICAL


def test_the_severity_map_may_speak_of_airbrakes_environments(gateway: Gateway) -> None:
    gateway.register(IntegrationType.AIRBRAKE, severity_map={"dev": "info"})

    gateway.replay(sample("airbrake/error"), path=URL)

    assert gateway.alerts()[0].severity is Severity.INFO


def test_graylogs_groups_are_told_apart(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAYLOG)
    event = body_of("graylog/event")
    bob = {**event, "event": {**event["event"], "key": "bob"}}

    replies = [gateway.post(it) for it in (event, event, bob)]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"], ["opened"]]
    assert gateway.alerts()[0].facts.labels == {"user": "alice"}


def test_graylog_before_events_is_understood(gateway: Gateway) -> None:
    gateway.register(IntegrationType.GRAYLOG)

    reply = gateway.replay(sample("graylog/notification"), path=URL)

    assert gateway.alert(reply).facts.name == "test"


def test_honeycombs_only_group_names_what_is_wrong(gateway: Gateway) -> None:
    gateway.register(IntegrationType.HONEYCOMB)

    reply = gateway.replay(sample("honeycomb/triggered"), path=URL)

    alert = gateway.alert(reply)
    assert (alert.facts.labels, alert.current_value) == ({"foo": "fooOOOddd"}, 5)
