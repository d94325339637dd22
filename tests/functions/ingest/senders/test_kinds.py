"""Faults that every sender can have, by their kind rather than by one input."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.sns import read_message
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.ingest.opsgenie_client import Opsgenie
from tests.sender_states import GRAFANA, changed, notification, wire
from tocsin.domain.alert import AlertStatus
from tocsin.domain.integration import IntegrationType
from tocsin.domain.severity import Severity

SEVERAL = "env:prod, team:x,role:db,role:primary,plain"
LABELS = "alerts.0.labels"
LOW_PAYLOAD = {"summary": "Disk full", "severity": "low"}
AS_LABELS = {"env": "prod", "team": "x", "role": "db,primary", "plain": "true"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(SEVERAL, id="a text"),
        pytest.param("env=prod,team=x,role=db,role=primary,plain", id="equals signs"),
        pytest.param(SEVERAL.split(","), id="a list of texts"),
        pytest.param(
            [
                {"name": "env", "value": "prod"},
                {"key": "team", "value": "x"},
                {"label": "role", "val": "db"},
                {"role": "primary"},
                "plain",
            ],
            id="a list of objects",
        ),
        pytest.param(
            [["env", "prod"], ["team", "x"], ["role", "db"], ["role", "primary"], "plain"],
            id="a list of pairs",
        ),
    ],
)
@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (IntegrationType.REST, {"name": "x", "severity": "info", "labels": None}),
        (IntegrationType.GENERIC, {"title": "x", "labels": None}),
        (IntegrationType.EVENTS, {"event_action": "trigger", "payload": {"summary": "s"}}),
        (IntegrationType.CLOUDEVENTS, {"source": "/a", "type": "t", "data": {}}),
    ],
)
def test_labels_are_read_in_every_shape(
    gateway: Gateway, type_: IntegrationType, body: dict[str, Any], said: object
) -> None:
    gateway.register(type_)
    place = {"events": "payload.labels", "cloudevents": "data.labels"}.get(type_, "labels")

    reply = gateway.post(changed(body, place, said))

    labels = dict(gateway.alert(reply).facts.labels)
    labels.pop("type", None)
    assert labels == AS_LABELS
    assert "truncated" not in reply.result


@pytest.mark.parametrize(
    ("said", "urls"),
    [
        ("https://a", {"Link": "https://a"}),
        ("https://a https://b", {"Link": "https://a", "Link 2": "https://b"}),
        (["https://a", "https://b"], {"Link": "https://a", "Link 2": "https://b"}),
        ([{"url": "https://a", "title": "A"}], {"A": "https://a"}),
        ({"href": "https://a", "text": "A"}, {"A": "https://a"}),
        ({"A": {"href": "https://a"}, "B": "https://b"}, {"A": "https://a", "B": "https://b"}),
        ({"A": ["https://a", "https://b"]}, {"A": "https://a", "A 2": "https://b"}),
    ],
)
@pytest.mark.parametrize("type_", [IntegrationType.REST, IntegrationType.GENERIC])
def test_links_are_read_in_every_shape(
    gateway: Gateway, type_: IntegrationType, said: object, urls: dict[str, str]
) -> None:
    gateway.register(type_)

    reply = gateway.post({"name": "x", "severity": "info", "urls": said})

    assert gateway.alert(reply).facts.urls == urls


@pytest.mark.parametrize(
    ("type_", "body", "name"),
    [
        (IntegrationType.DATADOG, {"alert_title": "$PATH is too long"}, None),
        (IntegrationType.DATADOG, {"alert_title": "$ALERT_TITLE"}, "7"),
        (IntegrationType.UPTIMEROBOT, {"monitorFriendlyName": "*prod*"}, None),
        (IntegrationType.UPTIMEROBOT, {"monitorFriendlyName": "*monitorFriendlyName*"}, "7"),
        (IntegrationType.HEALTHCHECKS, {"name": "$HOME"}, None),
        (IntegrationType.HEALTHCHECKS, {"name": "$NAME"}, "Check 7"),
        (IntegrationType.KIBANA, {"rule_name": "{{x}} and {{y}} differ"}, None),
        (IntegrationType.KIBANA, {"rule_name": "{{rule.name}}"}, "Kibana rule"),
        (IntegrationType.ZABBIX, {"trigger_name": "{prod} is down on {db}"}, None),
        (IntegrationType.ZABBIX, {"trigger_name": "{EVENT.NAME}"}, "Zabbix event 7"),
        (IntegrationType.ZABBIX, {"trigger_name": "*UNKNOWN*"}, "Zabbix event 7"),
    ],
)
def test_only_the_products_own_placeholders_say_nothing(
    gateway: Gateway, type_: IntegrationType, body: dict[str, str], name: str | None
) -> None:
    gateway.register(type_)
    known = {
        IntegrationType.DATADOG: {"alert_cycle_key": "7"},
        IntegrationType.UPTIMEROBOT: {"monitorID": "7", "alertType": "1"},
        IntegrationType.HEALTHCHECKS: {"check": "7", "status": "down"},
        IntegrationType.KIBANA: {"alert_uuid": "7", "action_group": "default"},
        IntegrationType.ZABBIX: {"event_id": "7", "eventvalue": "1"},
    }[type_]

    gateway.post({**known, **body})

    assert gateway.only_alert.facts.name == (name or next(iter(body.values())))


def test_the_templates_of_go_that_found_nothing_say_nothing(alertmanager: Gateway) -> None:
    alert = {
        "labels": {"alertname": "A", "instance": "db-1", "severity": "<no value>"},
        "annotations": {"summary": "<no value>", "owner": "[no value]"},
    }

    reply = alertmanager.post({"version": "4", "status": "firing", "alerts": [alert]})

    facts = alertmanager.alert(reply).facts
    assert (facts.summary, facts.reason) == ("A: db-1", "")
    assert reply.result["assumed"] == {"severity": "warning"}


def test_labels_that_a_template_could_not_fill_say_nothing(grafana: Gateway) -> None:
    labels = {"alertname": "A", "instance": "[no value]", "team": "<no value>"}

    reply = grafana.post(changed(GRAFANA, LABELS, labels))

    facts = grafana.alert(reply).facts
    assert (facts.object, facts.labels) == (None, {"alertname": "A"})


@pytest.mark.parametrize(
    ("type_", "body", "place"),
    [
        (IntegrationType.DATADOG, {"alert_id": "1", "alert_title": "x"}, "tags"),
        (IntegrationType.KIBANA, {"alert_uuid": "u", "action_group": "default"}, "tags"),
        (IntegrationType.NEWRELIC, {"id": "i", "state": "ACTIVATED", "title": "x"}, "tags"),
        (IntegrationType.UPTIMEROBOT, {"monitorID": "1", "alertType": "1"}, "monitorTags"),
        (IntegrationType.ZABBIX, {"event_id": "1", "eventvalue": "1"}, "eventtags"),
        (IntegrationType.ZABBIX, {"event_id": "1", "eventvalue": "1"}, "tags"),
    ],
)
@pytest.mark.parametrize(
    "said",
    [
        "env:prod,role:db,role:primary",
        ["env:prod", "role:db", "role:primary"],
        [{"tag": "env", "value": "prod"}, {"tag": "role", "value": "db"}, {"role": "primary"}],
    ],
)
def test_tags_are_labels_in_every_shape(
    gateway: Gateway, type_: IntegrationType, body: dict[str, str], place: str, said: object
) -> None:
    gateway.register(type_)

    gateway.post({**body, place: said})

    assert {"env": "prod", "role": "db,primary"}.items() <= gateway.only_alert.facts.labels.items()
    assert len(gateway.only_alert.facts.labels) <= 3


def test_zabbixs_tags_may_be_the_text_of_a_list(zabbix: Gateway) -> None:
    tags = '[{"tag":"env","value":"prod"},{"tag":"env","value":"eu"}]'

    zabbix.post({"event_id": "1", "eventvalue": "1", "eventtags": tags})

    assert zabbix.only_alert.facts.labels == {"env": "prod,eu"}


@pytest.mark.parametrize(
    ("sent", "place", "state"),
    [
        ("gitlab/pipeline-failed", "project.web_url", "object_attributes.status"),
        ("gitlab/job-failed", "project.web_url", "build_status"),
        ("github/workflow_run-failure", "repository.html_url", "workflow_run.conclusion"),
    ],
)
def test_the_same_project_of_another_installation_ends_nothing_of_ours(
    gateway: Gateway, sent: str, place: str, state: str
) -> None:
    gateway.register(IntegrationType(sent.partition("/")[0]))
    gateway.post(wire(sent))
    over = changed(wire(sent), state, "success")

    assert gateway.post(changed(over, place, "https://git.other.example/a/b")).outcomes == [
        "ignored"
    ]
    assert gateway.post(over).outcomes == ["resolved"]


def test_what_gitlab_leaves_out_is_no_broken_link(gitlab: Gateway) -> None:
    body = wire("gitlab/job-failed")
    del body["project"]["web_url"]

    assert "truncated" not in gitlab.post(body).result


def test_a_build_of_another_account_ends_nothing_of_ours(eventbridge: Gateway) -> None:
    event = {"detail-type": "CodeBuild Build State Change", "source": "aws.codebuild"}

    def said(account: str, status: str) -> list[str]:
        detail = {"project-name": "shop", "build-status": status}
        return eventbridge.post({**event, "account": account, "detail": detail}).outcomes

    assert said("111111111111", "FAILED") == ["opened"]
    assert said("222222222222", "SUCCEEDED") == ["ignored"]
    assert said("111111111111", "SUCCEEDED") == ["resolved"]


@pytest.mark.parametrize(
    ("event", "more", "outcomes"),
    [
        ("incident_resolved", {"status": "Resolved"}, ["resolved"]),
        ("updated", {"resolved_at": "2026-03-01T09:10:00Z"}, ["resolved"]),
        ("updated", {"status": "Acknowledged", "resolved_at": None}, ["acknowledged"]),
        ("started", {"resolved_at": "2026-03-01T09:10:00Z"}, ["updated"]),
    ],
)
def test_better_stacks_incident_says_its_state_where_the_event_is_another(
    better_stack: Gateway, event: str, more: dict[str, Any], outcomes: list[str]
) -> None:
    started = wire("better-stack/incident-started")
    better_stack.post(started)
    attributes = {**started["data"]["attributes"], **more}

    reply = better_stack.post(changed({**started, "event": event}, "data.attributes", attributes))

    assert reply.outcomes == outcomes


def test_a_robot_that_says_no_details_says_what_happened(uptimerobot: Gateway) -> None:
    uptimerobot.post({"monitorID": "1", "monitorFriendlyName": "shop", "alertType": "1"})

    assert uptimerobot.only_alert.facts.summary == "shop: down"


def test_a_grafana_at_another_address_is_another_one(grafana: Gateway) -> None:
    grafana.post(GRAFANA)
    other = {**GRAFANA, "externalURL": "https://grafana.other.example:3000/x"}

    grafana.post(other)
    grafana.post(changed(other, "alerts.0.status", "resolved"))

    assert [alert.status for alert in grafana.alerts()] == [
        AlertStatus.FIRING,
        AlertStatus.RESOLVED,
    ]


def test_a_fork_that_was_removed_meanwhile_is_not_ours(github: Gateway) -> None:
    headers = {"x-github-event": "workflow_run"}
    run = wire("github/workflow_run-failure")
    github.post(run, headers=headers)
    gone = changed(run, "workflow_run.event", "pull_request")
    gone["workflow_run"] |= {"conclusion": "success", "head_repository": None}

    assert github.post(gone, headers=headers).outcomes == ["ignored"]
    assert github.only_alert.is_open


def test_a_merge_request_of_a_fork_is_not_our_branch(gitlab: Gateway) -> None:
    gitlab.deliver("gitlab/pipeline-failed")
    fork = {**wire("gitlab/pipeline-success")}
    fork["merge_request"] = {"iid": 1, "source_project_id": 99, "target_project_id": 1}

    assert gitlab.post(fork).outcomes == ["ignored"]
    assert gitlab.only_alert.is_open


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"AutoScalingGroupName": "a", "Event": "e"}, {"AutoScalingGroupName": "b", "Event": "e"}),
        ({"ElastiCache:SnapshotComplete": "a"}, {"ElastiCache:SnapshotComplete": "b"}),
        ({"notificationType": "Bounce"}, {"notificationType": "Complaint"}),
        ("StackName='a'\nResourceStatus='X'\n", "StackName='b'\nResourceStatus='X'\n"),
        (
            "An AWS Backup job failed. Resource ARN : arn:aws:rds:us-east-1:1:db:a. Job ID : 1",
            "An AWS Backup job failed. Resource ARN : arn:aws:rds:us-east-1:1:db:b. Job ID : 2",
        ),
        (
            {"Records": [{"eventName": "x", "s3": {"bucket": {"name": "a"}}}]},
            {"Records": [{"eventName": "x", "s3": {"bucket": {"name": "b"}}}]},
        ),
    ],
)
def test_notices_of_one_subject_are_told_by_what_they_are_about(
    first: object, second: object
) -> None:
    reports = [read_message(notification(said)) for said in (first, second)]

    assert len({it.dedup_key for it in reports if isinstance(it, Report)}) == 2


def test_a_notice_of_s3_is_named_by_its_object_and_what_happened() -> None:
    record = {"eventName": "ObjectRemoved", "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}

    report = read_message(notification({"Records": [record]}, "Amazon S3 Notification"))

    assert isinstance(report, Report)
    assert (report.name, report.object) == ("b/k: ObjectRemoved", "b/k")


def test_an_entry_of_azures_activity_log_says_what_was_done(azure_monitor: Gateway) -> None:
    essentials = {
        "alertId": "/a",
        "alertRule": "ActivityLogAlert",
        "monitorCondition": "Fired",
        "monitoringService": "Activity Log - Administrative",
    }
    context = {"operationName": "virtualMachines/delete", "status": "Succeeded", "caller": "bob"}

    azure_monitor.post({"data": {"essentials": essentials, "alertContext": context}})

    facts = azure_monitor.only_alert.facts
    assert facts.summary == "virtualMachines/delete: Succeeded"
    assert facts.labels["operation"] == "virtualMachines/delete"
    assert facts.labels["caller"] == "bob"


@pytest.mark.parametrize(
    ("source", "severity", "expected"),
    [
        ("aws.guardduty", 8.5, Severity.CRITICAL),
        ("aws.guardduty", 5, Severity.WARNING),
        ("aws.guardduty", 2.0, Severity.INFO),
        ("aws.other", "HIGH", Severity.CRITICAL),
    ],
)
def test_events_without_resources_are_told_by_their_detail(
    eventbridge: Gateway, source: str, severity: object, expected: Severity
) -> None:
    event = {"detail-type": "Finding", "source": source, "resources": []}

    for finding in ("one", "two"):
        eventbridge.post({**event, "detail": {"id": finding, "severity": severity}})

    assert [alert.severity for alert in eventbridge.alerts()] == [expected, expected]


@pytest.mark.parametrize(
    "alias", ["a/b", "a//b", "/var", "a%2Fb", "a b", "ö", "100%", "a/close/b", "notes", "x/notes/y"]
)
def test_an_alias_may_hold_any_character(gateway: Gateway, alias: str) -> None:
    gateway.register(IntegrationType.OPSGENIE)
    opsgenie = Opsgenie(gateway)
    opsgenie.send("POST", "", {"message": "m", "alias": alias})

    path = f"/{quote(alias, safe='')}"
    shown = opsgenie.send("GET", path, query="identifierType=alias")
    noted = opsgenie.send("POST", f"{path}/notes", {"note": "n"}, query="identifierType=alias")
    closed = opsgenie.send("POST", f"{path}/close", {}, query="identifierType=alias")

    assert (shown.status, noted.status, closed.status) == (200, 202, 202)
    assert shown.json["data"]["alias"] == alias
    assert gateway.only_alert.status is AlertStatus.RESOLVED


@pytest.mark.parametrize(
    "path", ["/v2//alerts", "//v2/alerts", "/v2/alerts//", f"/i/{TOKEN}//v2//alerts/"]
)
def test_doubled_slashes_lead_to_opsgenies_endpoint(opsgenie: Gateway, path: str) -> None:
    headers = {"authorization": f"GenieKey {TOKEN}"}

    assert opsgenie.post({"message": "m"}, path=path, headers=headers).status == 202


@pytest.mark.parametrize("header", ["X-Routing-Key", "x-routing-key"])
@pytest.mark.parametrize("path", ["/v2/enqueue", "/v2/change/enqueue"])
def test_pagerdutys_key_may_be_in_a_header(rest: Gateway, path: str, header: str) -> None:
    event = {"event_action": "trigger", "payload": {"summary": "s", "source": "x"}}

    assert rest.post(event, path=path, headers={header: TOKEN}).status == 202


@pytest.mark.parametrize(
    ("type_", "headers", "status"),
    [
        (IntegrationType.CLOUDEVENTS, {"webhook-request-origin": "eventgrid.azure.net"}, 200),
        (IntegrationType.GENERIC, {"webhook-request-origin": "eventgrid.azure.net"}, 200),
        (IntegrationType.CLOUDEVENTS, {}, 405),
        (IntegrationType.REST, {"webhook-request-origin": "eventgrid.azure.net"}, 405),
    ],
)
def test_the_handshake_is_answered_where_cloudevents_come(
    gateway: Gateway, type_: IntegrationType, headers: dict[str, str], status: int
) -> None:
    gateway.register(type_)

    reply = gateway.post("", method="OPTIONS", headers=headers)

    assert reply.status == status
    assert ("webhook-allowed-origin" in reply.headers) is (status == 200)
    assert gateway.alerts() == []


def test_a_handshake_needs_a_known_token(gateway: Gateway) -> None:
    headers = {"webhook-request-origin": "eventgrid.azure.net"}

    reply = gateway.post("", method="OPTIONS", headers=headers)

    assert reply.status == 405
    assert "webhook-allowed-origin" not in reply.headers


def test_what_has_no_place_of_its_own_is_kept_or_named(generic: Gateway) -> None:
    body = {
        "title": "x",
        "region": "eu",
        "cost": 7,
        "nested": {"a": 1},
        "page_url": "https://a",
        "trace": "t" * 5_000,
    }

    reply = generic.post(body)

    facts = generic.alert(reply).facts
    assert facts.labels == {"region": "eu", "cost": "7", "nested": json.dumps({"a": 1})}
    assert facts.urls == {"page": "https://a"}
    assert reply.result["truncated"] == ["left out: trace"]


@pytest.mark.parametrize(
    ("fires", "ends"),
    [
        ({"title": "[FIRING:1] Disk"}, {"title": "[RESOLVED] Disk"}),
        ({"title": "[prod] [FIRING] Disk"}, {"title": "[prod] [RESOLVED] Disk"}),
        ({"title": "PROBLEM: Disk"}, {"title": "RECOVERY: Disk"}),
        ({"title": "[P2] [FIRING] Disk"}, {"title": "[P2] [OK] Disk"}),
        ({"title": "🔥 [Firing] Disk"}, {"title": "✅ [Resolved] Disk"}),
        ({"title": "Problem: Disk"}, {"title": "Resolved: Disk"}),
        ({"title": "Disk"}, {"title": "Disk", "resolved": True}),
        ({"title": "Disk", "firing": True}, {"title": "Disk", "firing": False}),
        ({"title": "Disk", "alert_state": "down"}, {"title": "Disk", "alert_state": "up"}),
    ],
)
def test_any_json_says_its_end_by_a_field_or_else_by_its_title(
    generic: Gateway, fires: dict[str, object], ends: dict[str, object]
) -> None:
    assert generic.post(fires).outcomes == ["opened"]
    assert generic.post(ends).outcomes == ["resolved"]
    assert generic.only_alert.facts.name.removeprefix("[prod] ").removeprefix("[P2] ") == "Disk"


def test_a_status_goes_before_the_words_of_a_title(generic: Gateway) -> None:
    reply = generic.post({"title": "[RESOLVED] tickets pile up", "status": "firing"})

    assert reply.outcomes == ["opened"]
    assert generic.alert(reply).facts.name == "[RESOLVED] tickets pile up"


def test_macros_without_a_place_of_their_own_are_labels(nagios: Gateway) -> None:
    nagios.post(
        {
            "NOTIFICATIONTYPE": "PROBLEM",
            "HOSTNAME": "db-1",
            "HOSTSTATE": "DOWN",
            "HOSTOUTPUT": "no answer",
            "LONGHOSTOUTPUT": "3 of 3 lost",
            "HOSTGROUPNAMES": "databases",
        }
    )

    assert nagios.only_alert.facts.labels["hostgroupnames"] == "databases"
    assert nagios.only_alert.facts.reason == "no answer\n3 of 3 lost"


@pytest.mark.parametrize("separator", [".", "/", "_", "-", ":"])
def test_a_cloudevents_type_ends_with_its_state_behind_any_separator(
    cloudevents: Gateway, separator: str
) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/a", "data": {}}

    opened = cloudevents.post({**event, "type": f"com.example{separator}fired"})
    ended = cloudevents.post({**event, "type": f"com.example{separator}resolved"})

    assert (opened.outcomes, ended.outcomes) == (["opened"], ["resolved"])


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (IntegrationType.EVENTS, {"event_action": "trigger", "payload": LOW_PAYLOAD}),
        (IntegrationType.PAGERDUTY, {"event_action": "trigger", "payload": LOW_PAYLOAD}),
        (IntegrationType.OPSGENIE, {"message": "Disk full", "priority": "low"}),
        (IntegrationType.ALERTA, {"resource": "r", "event": "e", "severity": "low"}),
        (
            IntegrationType.ALERTMANAGER,
            {"alerts": [{"status": "firing", "labels": {"alertname": "A", "severity": "low"}}]},
        ),
    ],
)
@pytest.mark.parametrize(("meaning", "opened"), [("ok", []), ("warning", [Severity.WARNING])])
def test_the_integrations_own_words_go_first_and_its_ok_opens_nothing_where_a_product_has_none(
    gateway: Gateway,
    type_: IntegrationType,
    body: dict[str, Any],
    meaning: str,
    opened: list[Severity],
) -> None:
    gateway.register(type_, severity_map={"low": meaning})

    gateway.post(body)

    assert [alert.severity for alert in gateway.alerts()] == opened


@pytest.mark.parametrize(
    ("sent", "place", "word", "severity"),
    [
        (
            "azure-monitor/common-schema-fired",
            "data.essentials.severity",
            "Sev0",
            Severity.CRITICAL,
        ),
        ("azure-monitor/common-schema-fired", "data.essentials.severity", "Sev2", Severity.WARNING),
        ("azure-monitor/common-schema-fired", "data.essentials.severity", "Sev4", Severity.INFO),
        (
            "kibana/illustrative-fired",
            "action_group",
            "metrics.threshold.warning",
            Severity.WARNING,
        ),
        ("sentry/issue-alert-triggered", "data.event.level", "fatal", Severity.CRITICAL),
        ("sentry/issue-alert-triggered", "data.event.level", "warning", Severity.WARNING),
        ("sentry/issue-alert-triggered", "data.event.level", "debug", Severity.INFO),
        ("statuspage/incident-identified", "incident.impact", "none", Severity.INFO),
        ("statuspage/incident-identified", "incident.impact", "minor", Severity.WARNING),
        ("statuspage/incident-identified", "incident.impact", "critical", Severity.CRITICAL),
        ("zabbix/harp-webhook-problem", "trigger_severity", "Not classified", Severity.WARNING),
        ("zabbix/harp-webhook-problem", "trigger_severity", "Information", Severity.INFO),
        ("zabbix/harp-webhook-problem", "trigger_severity", "Average", Severity.WARNING),
        ("zabbix/harp-webhook-problem", "trigger_severity", "Disaster", Severity.CRITICAL),
        ("zabbix/harp-webhook-problem", "trigger_severity", "5", Severity.CRITICAL),
        ("zabbix/harp-webhook-problem", "trigger_severity", "1", Severity.INFO),
        ("grafana/unified-firing-2-alerts", f"{LABELS}.severity", "warning", Severity.WARNING),
    ],
)
def test_a_severity_is_read_where_a_product_says_it_and_by_its_words(
    gateway: Gateway, sent: str, place: str, word: str, severity: Severity
) -> None:
    gateway.register(IntegrationType(sent.partition("/")[0]))

    gateway.post(changed(wire(sent), place, word))

    assert gateway.alerts()[0].severity is severity
