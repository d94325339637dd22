"""GitHub, GitLab, Sentry, Airbrake, Honeycomb, Graylog: what is theirs."""

import json

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.sender_states import changed, wire
from tests.wire import sample
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity


def test_each_branch_is_an_alert(github: Gateway) -> None:
    run = wire("github/workflow_run-failure")
    github.post(run)
    run["workflow_run"]["head_branch"] = "other"

    assert github.post(run).outcomes == ["opened"]


def test_github_may_send_a_form(github: Gateway) -> None:
    from urllib.parse import urlencode

    form = urlencode({"payload": json.dumps(wire("github/workflow_run-failure"))})
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-github-event": "workflow_run",
    }

    assert github.post(form, headers=headers).outcomes == ["opened"]


def test_a_job_of_gitlab_that_may_fail_does_not_page(gitlab: Gateway) -> None:
    job = wire("gitlab/job-failed")

    assert gitlab.post(job).outcomes == ["opened"]
    assert gitlab.post({**job, "build_allow_failure": True}).outcomes == ["ignored"]
    assert gitlab.post({**job, "build_status": "success"}).outcomes == ["resolved"]


def test_the_pipelines_failed_jobs_are_named(gitlab: Gateway) -> None:
    gitlab.deliver("gitlab/pipeline-failed")

    assert gitlab.alerts()[0].facts.reason == "Failed: test-build"


@pytest.mark.parametrize("level", ["fatal", "warning", "debug"])
def test_sentrys_fatal_is_urgent_and_its_tags_are_labels(sentry: Gateway, level: str) -> None:
    sentry.post(changed(wire("sentry/issue-alert-triggered"), "data.event.level", level))

    labels = sentry.only_alert.facts.labels
    assert (labels.get("urgent") == "true") is (level == "fatal")
    assert labels["browser"] == "Chrome 75.0.3770"


@pytest.mark.parametrize("resource", ["installation", "comment", "error"])
def test_sentrys_other_events_ask_for_nothing(sentry: Gateway, resource: str) -> None:
    reply = sentry.post({"action": "created"}, headers={"sentry-hook-resource": resource})

    assert (reply.status, reply.outcomes) == (202, ["ignored"])


def test_an_issue_of_sentry_that_is_new_opens_nothing(sentry: Gateway) -> None:
    reply = sentry.post({**wire("sentry/issue-resolved"), "action": "created"})

    assert reply.outcomes == ["ignored"]


def test_airbrakes_errors_repeat_and_never_end(airbrake: Gateway) -> None:
    error = sample("airbrake/error")

    replies = [airbrake.replay(error, path=f"/i/{TOKEN}") for _ in range(2)]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"]]
    assert airbrake.only_alert.dedup_key == "125209/1705190192091077626"
    assert airbrake.only_alert.severity is Severity.CRITICAL


def test_the_severity_map_may_speak_of_airbrakes_environments(gateway: Gateway) -> None:
    gateway.register(IntegrationType.AIRBRAKE, severity_map={"dev": "info"})

    gateway.deliver("airbrake/error")

    assert gateway.alerts()[0].severity is Severity.INFO


def test_graylogs_groups_are_told_apart(graylog: Gateway) -> None:
    event = wire("graylog/event")
    bob = {**event, "event": {**event["event"], "key": "bob"}}

    replies = [graylog.post(it) for it in (event, event, bob)]

    assert [reply.outcomes for reply in replies] == [["opened"], ["updated"], ["opened"]]
    assert graylog.alerts()[0].facts.labels == {"user": "alice"}


def test_graylog_before_events_is_understood(graylog: Gateway) -> None:
    reply = graylog.deliver("graylog/notification")

    assert graylog.alert(reply).facts.name == "test"


def test_honeycombs_only_group_names_what_is_wrong(honeycomb: Gateway) -> None:
    reply = honeycomb.deliver("honeycomb/triggered")

    alert = honeycomb.alert(reply)
    assert (alert.facts.labels, alert.current_value) == ({"foo": "fooOOOddd"}, 5)
