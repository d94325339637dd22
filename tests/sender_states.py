"""What each product can say of an alert, and what that does here: tests, and tables of them.

`python -m tests.sender_states` renews the last part of each page of docs/senders (make senders).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tests.wire import sample
from tocsin.domain.integration import IntegrationType as Type

FOLDER: Final = Path(__file__).parent.parent / "docs/senders"

type Body = Mapping[str, Any] | Sequence[Any]


class Does(StrEnum):
    """What a state does to the alert."""

    OPENS = "opens"
    RESOLVES = "resolves"
    ACKNOWLEDGES = "acknowledges"
    NOTHING = "nothing"
    TEST = "a test"


@dataclass(frozen=True)
class State:
    """One thing that a product says."""

    says: str
    body: Body
    does: Does
    headers: Mapping[str, str] = field(default_factory=dict)
    opened_by: Body | None = None
    """What opened the alert that this ends or acknowledges; None where it ends nothing."""


@dataclass(frozen=True, kw_only=True)
class Product:
    """What a type's sender can say, from where that is known, and what is not read."""

    type: Type
    source: str
    states: tuple[State, ...]
    not_read: str = ""


def wire(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sample(name).body)
    return body


def changed(body: Mapping[str, Any], path: str, value: object) -> dict[str, Any]:
    """The same with another value at `a.b.c`; a number is a place in a list."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    *steps, last = path.split(".")
    place: Any = copy
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return copy


def states(
    base: Mapping[str, Any],
    path: str,
    does: Mapping[Does, Iterable[str]],
    *,
    says: str = "",
    headers: Mapping[str, str] | None = None,
) -> tuple[State, ...]:
    """All values of the field by which a product says how an alert stands."""
    opening = next(iter(does[Does.OPENS]))
    return tuple(
        State(
            f"{says or f'`{path}`'} `{word}`",
            changed(base, path, word),
            what,
            headers=headers or {},
            opened_by=changed(base, path, opening),
        )
        for what, words in does.items()
        for word in words
    )


OPENS, RESOLVES, ACKNOWLEDGES, NOTHING, TEST = Does
REST = {"name": "Disk full", "source": "s", "object": "db-1", "severity": "critical"}
SEVERITIES = {
    OPENS: ("critical", "urgent", "down", "warning", "unknown", "information", "info", "none", "x"),
    RESOLVES: ("ok", "normal", "clear", "resolved", "up"),
}
CLOUD_EVENT = {
    "specversion": "1.0",
    "id": "1",
    "source": "/disks/db-1",
    "type": "com.example.disk",
    "data": {"summary": "Disk full", "status": "firing"},
}
AZURE = wire("azure-monitor/common-schema-fired")
SERVICE_HEALTH = {
    "schemaId": "azureMonitorCommonAlertSchema",
    "data": {
        "essentials": {
            "alertId": "/subscriptions/1/providers/Microsoft.AlertsManagement/alerts/a",
            "alertRule": "Health",
            "monitorCondition": "Fired",
            "monitoringService": "ServiceHealth",
            "alertTargetIDs": ["/subscriptions/1"],
        },
        "alertContext": {"properties": {"trackingId": "LM4X-QZ0", "stage": "Active"}},
    },
}
RESOURCE_HEALTH = changed(
    changed(
        changed(SERVICE_HEALTH, "data.essentials.monitoringService", "Resource Health"),
        "data.essentials.alertTargetIDs.0",
        "/subscriptions/1/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-1",
    ),
    "data.alertContext.properties",
    {"currentHealthStatus": "Unavailable"},
)
DATADOG = wire("datadog/illustrative-triggered")
DATADOG_DEFAULT = {
    "id": "1",
    "title": "[Triggered on {host:db-7}] Disk",
    "org": {"name": "Example"},
}
ALARM = wire("eventbridge/cloudwatch-alarm-state-change")
PIPELINE = {
    "detail-type": "CodePipeline Pipeline Execution State Change",
    "source": "aws.codepipeline",
    "resources": ["arn:aws:codepipeline:us-east-1:123456789012:shop"],
    "detail": {"pipeline": "shop", "state": "FAILED"},
}
HEALTH = {
    "detail-type": "AWS Health Event",
    "source": "aws.health",
    "detail": {"eventArn": "arn:aws:health:::event/1", "service": "EC2", "statusCode": "open"},
}
EVENT = {"event_action": "trigger", "dedup_key": "k", "payload": {"summary": "Disk full"}}
GCP = wire("gcp-monitoring/incident-1.2-open")
RUN = wire("github/workflow_run-failure")
PUSH = {"x-github-event": "workflow_run"}
PULL_REQUEST = changed(
    changed(RUN, "workflow_run.event", "pull_request"),
    "workflow_run.head_repository",
    {"full_name": "stranger/octo-repo", "fork": True},
)
PIPELINE_RUN = wire("gitlab/pipeline-failed")
JOB = wire("gitlab/job-failed")
GRAFANA = {
    "alerts": [{"status": "firing", "labels": {"alertname": "A"}, "fingerprint": "f"}],
    "externalURL": "https://grafana.example.com/",
    "orgId": 1,
}
GRAFANA_LEGACY = {"ruleId": 7, "ruleName": "A", "ruleUrl": "https://g/", "state": "alerting"}
ALERTMANAGER = {"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "A"}}]}
HEALTHCHECK = {"check": "8b4a2e2e", "name": "backup", "status": "down"}
HONEYCOMB = wire("honeycomb/triggered")
KIBANA = {"alert_uuid": "u", "rule_name": "CPU", "action_group": "threshold met"}
MONIT = {"MONIT_HOST": "fw-1", "MONIT_SERVICE": "eth0", "MONIT_EVENT": "Link down"}
NAGIOS = {
    "NOTIFICATIONTYPE": "PROBLEM",
    "HOSTNAME": "db-1",
    "SERVICEDESC": "disk",
    "SERVICESTATE": "CRITICAL",
}
NETDATA = wire("netdata/agent-custom-critical")
NETDATA_NODE = wire("netdata/cloud-unreachable")
NEWRELIC = wire("newrelic/workflow-activated")
NEWRELIC_LEGACY = {"incident_id": 7, "current_state": "open", "condition_name": "CPU"}
OPSGENIE = {"message": "Disk full", "alias": "disk"}
PAGERDUTY_V1 = {"event_type": "trigger", "incident_key": "k", "description": "Disk full"}
PINGDOM = wire("pingdom/down")
SENTRY_ISSUE = wire("sentry/issue-resolved")
SENTRY_ALERT = {
    "action": "triggered",
    "data": {"event": {"issue_id": SENTRY_ISSUE["data"]["issue"]["id"], "title": "Error"}},
}
SENTRY_METRIC = wire("sentry/metric-alert-critical")
SENTRY_PLUGIN = {"id": "1257", "project_slug": "shop", "message": "Boom", "level": "error"}


def notification(message: object, subject: str = "s") -> dict[str, Any]:
    written = message if isinstance(message, str) else json.dumps(message)
    topic = "arn:aws:sns:us-east-1:123456789012:alerts"
    return {"Type": "Notification", "TopicArn": topic, "Subject": subject, "Message": written}


def alarm(state: str) -> dict[str, Any]:
    return notification({"AlarmName": "cpu", "AWSAccountId": "1", "NewStateValue": state})


STATUSPAGE = wire("statuspage/incident-identified")
COMPONENT = wire("statuspage/component-major-outage")
KUMA = wire("uptime-kuma/webhook-down")
ROBOT = {"monitorID": "1", "monitorFriendlyName": "shop", "alertType": "1"}
ZABBIX = {
    "event_id": "48211",
    "eventvalue": "1",
    "trigger_name": "Ping",
    "trigger_status": "PROBLEM",
}
ALERTA = {"environment": "Production", "resource": "db-1", "event": "DiskFull", "severity": "major"}

MONIT_PAIRS = (
    *(("Checksum failed", "Checksum succeeded"), ("Connection failed", "Connection succeeded")),
    *(("Content match", "Content doesn't match"), ("Content failed", "Content succeeded")),
    *(("Data access error", "Data access succeeded"), ("Does exist", "Exists not")),
    *(("Does not exist", "Exists"), ("Execution failed", "Execution succeeded")),
    *(("Filesystem flags failed", "Filesystem flags succeeded"), ("GID failed", "GID succeeded")),
    *(("Heartbeat failed", "Heartbeat succeeded"), ("ICMP failed", "ICMP succeeded")),
    *(("Invalid type", "Type succeeded"), ("Link down", "Link up")),
    *(("Permission failed", "Permission succeeded"), ("PID failed", "PID succeeded")),
    *(("PPID failed", "PPID succeeded"), ("Size changed", "Size not changed")),
    *(("Resource limit matched", "Resource limit succeeded"), ("Timeout", "Timeout recovery")),
    *(("Saturation exceeded", "Saturation ok"), ("Speed failed", "Speed ok")),
    *(("Status failed", "Status succeeded"), ("UID failed", "UID succeeded")),
    *(("Timestamp changed", "Timestamp not changed"), ("Uptime failed", "Uptime succeeded")),
    *(
        ("Download bytes exceeded", "Download bytes ok"),
        ("Upload bytes exceeded", "Upload bytes ok"),
    ),
    *(("Download packets exceeded", "Download packets ok"),),
    *(
        ("Upload packets exceeded", "Upload packets ok"),
        ("CPU usage matched limit", "CPU usage ok"),
    ),
    *(("Load average (1min) matched limit", "Load average (1min) ok"),),
    *(("Space usage matched limit", "Space usage ok"), ("Link speed failed", "Link speed ok")),
    *(("Certificate validity failed", "Certificate validity succeeded"),),
    *(("Download errors detected", "Download errors ok"),),
    *(("Response time failed", "Response time ok"), ("Hardlink failed", "Hardlink succeeded")),
)

PRODUCTS: Final = (
    Product(
        type=Type.AIRBRAKE,
        source="fixtures of Zulip's Airbrake integration",
        states=(
            State("an `error`", wire("airbrake/error"), OPENS),
            State("a `deploy`", {"deploy": {"id": 1}}, NOTHING),
        ),
        not_read="that an error was resolved: Airbrake does not send it",
    ),
    Product(
        type=Type.ALERTA,
        source="alerta-server 9.1, its severities (`alerta/models/alarms/alerta.py`)",
        states=states(
            ALERTA,
            "severity",
            {
                OPENS: (
                    *("major", "security", "critical", "minor", "warning", "indeterminate"),
                    *("informational", "debug", "trace", "unknown"),
                ),
                RESOLVES: ("normal", "ok", "cleared"),
            },
        ),
    ),
    Product(
        type=Type.ALERTMANAGER,
        source="prometheus/alertmanager, `notify/webhook` (versions 3 and 4)",
        states=(
            *states(ALERTMANAGER, "alerts.0.status", {OPENS: ("firing",), RESOLVES: ("resolved",)}),
            State(
                "label `severity` `none` (Watchdog, InfoInhibitor): info",
                changed(ALERTMANAGER, "alerts.0.labels.severity", "none"),
                OPENS,
            ),
        ),
        not_read="a `payload` of your own (0.32 and later)",
    ),
    Product(
        type=Type.APPRISE,
        source="caronc/apprise 2.2, `apprise/common.py`",
        states=states(
            {"title": "Disk full", "message": "m", "type": "failure"},
            "type",
            {OPENS: ("failure", "warning", "info"), RESOLVES: ("success",)},
        ),
    ),
    Product(
        type=Type.AZURE_MONITOR,
        source="Microsoft's common alert schema, Service Health and Resource Health alerts",
        states=(
            *states(
                AZURE,
                "data.essentials.monitorCondition",
                {OPENS: ("Fired",), RESOLVES: ("Resolved",)},
                says="`monitorCondition`",
            ),
            *states(
                SERVICE_HEALTH,
                "data.alertContext.properties.stage",
                {
                    OPENS: ("Active", "Planned", "InProgress", "Rescheduled"),
                    RESOLVES: ("Resolved", "Complete", "Canceled", "RCA"),
                },
                says="Service Health, `stage`",
            ),
            *states(
                RESOURCE_HEALTH,
                "data.alertContext.properties.currentHealthStatus",
                {OPENS: ("Unavailable", "Degraded", "Unknown"), RESOLVES: ("Available",)},
                says="Resource Health, `currentHealthStatus`",
            ),
        ),
        not_read="the schemas before the common one: they are refused, and the answer says so",
    ),
    Product(
        type=Type.BETTER_STACK,
        source="betterstack.com/docs, outgoing webhooks",
        states=(
            *states(
                wire("better-stack/incident-started"),
                "event",
                {OPENS: ("started",), ACKNOWLEDGES: ("acknowledged",), RESOLVES: ("resolved",)},
            ),
            State("a monitor", wire("better-stack/monitor-created"), NOTHING),
        ),
    ),
    Product(
        type=Type.CLOUDEVENTS,
        source="CloudEvents 1.0 and 0.3 (structured, binary, batched)",
        states=(
            *states(
                CLOUD_EVENT,
                "data.status",
                {OPENS: ("firing",), RESOLVES: ("resolved", "ok", "closed", "recovered", "up")},
            ),
            State(
                "a `type` that ends with `resolved`, `recovered`, `closed`, `ok`, …",
                {**CLOUD_EVENT, "type": "com.example.disk.resolved", "data": {}},
                RESOLVES,
                opened_by=CLOUD_EVENT,
            ),
            State(
                "`data_base64`",
                {
                    **{name: it for name, it in CLOUD_EVENT.items() if name != "data"},
                    "data_base64": "eyJzdGF0dXMiOiJyZXNvbHZlZCJ9",
                },
                RESOLVES,
                opened_by=CLOUD_EVENT,
            ),
            State(
                "version 0.3, `datacontentencoding` `base64`",
                {
                    **CLOUD_EVENT,
                    "specversion": "0.3",
                    "datacontentencoding": "base64",
                    "data": "eyJzdGF0dXMiOiJyZXNvbHZlZCJ9",
                },
                RESOLVES,
                opened_by=CLOUD_EVENT,
            ),
        ),
        not_read="versions 0.1 and 0.2, which have other names",
    ),
    Product(
        type=Type.DATADOG,
        source="docs.datadoghq.com/integrations/webhooks, `$ALERT_TRANSITION` and titles",
        states=(
            *states(
                DATADOG,
                "alert_transition",
                {
                    OPENS: (
                        *("Triggered", "Re-Triggered", "No Data", "Re-No Data", "Warn", "Re-Warn"),
                        "Renotify",
                    ),
                    RESOLVES: ("Recovered",),
                },
            ),
            *states(
                DATADOG_DEFAULT,
                "title",
                {
                    OPENS: (
                        "[Triggered on {host:db-7}] Disk",
                        "[P3] [Re-Triggered on {host:db-7}] Disk",
                        "[Warn on {host:db-7}] Disk",
                        "[No Data on {host:db-7}] Disk",
                    ),
                    RESOLVES: (
                        "[Recovered on {host:db-7}] Disk",
                        "[P3] [Recovered on {host:db-7}] Disk",
                    ),
                },
                says="the default template, `title`",
            ),
            State(
                "`[TEST]` before the title",
                changed(DATADOG, "alert_title", "[TEST] [Triggered] Disk"),
                TEST,
            ),
        ),
    ),
    Product(
        type=Type.EVENTBRIDGE,
        source="docs.aws.amazon.com: events of CloudWatch, AWS Health, CodePipeline, CodeBuild",
        states=(
            *states(
                ALARM,
                "detail.state.value",
                {OPENS: ("ALARM", "INSUFFICIENT_DATA"), RESOLVES: ("OK",)},
            ),
            *states(
                HEALTH,
                "detail.statusCode",
                {OPENS: ("open", "upcoming"), RESOLVES: ("closed",)},
                says="AWS Health, `detail.statusCode`",
            ),
            *states(
                PIPELINE,
                "detail.state",
                {
                    OPENS: ("FAILED",),
                    RESOLVES: ("SUCCEEDED",),
                    NOTHING: ("STARTED", "RESUMED", "CANCELED", "SUPERSEDED"),
                },
                says="CodePipeline, CodeBuild, CodeDeploy: `state`",
            ),
            State(
                "any other event",
                {"detail-type": "ECS Task State Change", "source": "aws.ecs", "detail": {}},
                OPENS,
            ),
        ),
        not_read="the end of other events: they have to be resolved by hand",
    ),
    Product(
        type=Type.EVENTS,
        source="our own format, in the shape of PagerDuty's Events API v2",
        states=states(
            EVENT,
            "event_action",
            {OPENS: ("trigger",), ACKNOWLEDGES: ("acknowledge",), RESOLVES: ("resolve",)},
        ),
    ),
    Product(
        type=Type.GCP_MONITORING,
        source="cloud.google.com/monitoring, webhook schemas 1.1 and 1.2",
        states=(
            *states(
                GCP,
                "incident.state",
                {
                    OPENS: ("open", "OPEN"),
                    ACKNOWLEDGES: ("acknowledged",),
                    RESOLVES: ("closed", "CLOSED"),
                },
            ),
            State("`version` `test`", wire("gcp-monitoring/test-connection"), TEST),
        ),
    ),
    Product(
        type=Type.GENERIC,
        source="our own; the words that senders of JSON use",
        states=(
            *states(
                {"title": "Disk full", "alert_uid": "u", "status": "firing"},
                "status",
                {
                    OPENS: ("firing", "alerting", "triggered", "problem", "down"),
                    ACKNOWLEDGES: ("acknowledged", "ack"),
                    RESOLVES: (
                        *("resolved", "ok", "closed", "up", "recovered", "cleared", "normal"),
                        *("success", "passed", "healthy", "fixed", "restored"),
                    ),
                },
            ),
            *states(
                {"title": "Disk full", "severity": "critical"},
                "severity",
                {OPENS: ("critical",), RESOLVES: ("ok",)},
                says="without `status`, `severity`",
            ),
        ),
    ),
    Product(
        type=Type.GITHUB,
        source="docs.github.com, event `workflow_run`, conclusions of check runs",
        states=(
            *states(
                RUN,
                "workflow_run.conclusion",
                {
                    OPENS: ("failure", "timed_out", "startup_failure", "action_required"),
                    RESOLVES: ("success",),
                    NOTHING: ("cancelled", "skipped", "neutral", "stale"),
                },
                headers=PUSH,
            ),
            State(
                "`success` of a fork's pull request: of an alert of its own",
                changed(PULL_REQUEST, "workflow_run.conclusion", "success"),
                RESOLVES,
                headers=PUSH,
                opened_by=PULL_REQUEST,
            ),
            State("a run under way", changed(RUN, "workflow_run.conclusion", None), NOTHING),
            State("event `ping`", wire("github/ping"), TEST, headers={"x-github-event": "ping"}),
            State("any other event", {}, NOTHING, headers={"x-github-event": "push"}),
        ),
    ),
    Product(
        type=Type.GITLAB,
        source="docs.gitlab.com, pipeline and job events, `Ci::HasStatus`",
        states=(
            *states(
                PIPELINE_RUN,
                "object_attributes.status",
                {
                    OPENS: ("failed",),
                    RESOLVES: ("success",),
                    NOTHING: (
                        *("created", "waiting_for_resource", "preparing", "pending", "running"),
                        *("canceled", "canceling", "skipped", "manual", "scheduled"),
                    ),
                },
            ),
            *states(JOB, "build_status", {OPENS: ("failed",), RESOLVES: ("success",)}),
            State("any other event", {"object_kind": "push"}, NOTHING),
        ),
        not_read="*Test* of a webhook: it sends a real pipeline and cannot be told from it",
    ),
    Product(
        type=Type.GRAFANA,
        source="grafana/alerting `receivers/webhook`; the webhook of Grafana 4 to 8",
        states=(
            *states(GRAFANA, "alerts.0.status", {OPENS: ("firing",), RESOLVES: ("resolved",)}),
            *states(
                GRAFANA_LEGACY,
                "state",
                {OPENS: ("alerting", "no_data"), RESOLVES: ("ok",), NOTHING: ("paused", "pending")},
                says="legacy, `state`",
            ),
            State(
                "*Test* of a contact point",
                changed(
                    GRAFANA, "alerts.0.labels", {"alertname": "TestAlert", "instance": "Grafana"}
                ),
                TEST,
            ),
        ),
        not_read="a custom payload (Grafana 12)",
    ),
    Product(
        type=Type.GRAYLOG,
        source="docs.graylog.org, HTTP notification; alert conditions before 3.1",
        states=(
            State("an event", wire("graylog/event"), OPENS),
            State("an alert condition", wire("graylog/notification"), OPENS),
            State(
                "*Execute Test Notification*",
                {
                    "event_definition_id": "this-is-a-test-notification",
                    "event_definition_type": "test-dummy-v1",
                    "event": {},
                },
                TEST,
            ),
        ),
        not_read="the end: Graylog does not send it",
    ),
    Product(
        type=Type.HEALTHCHECKS,
        source="healthchecks/healthchecks `hc/integrations/webhook/transport.py`",
        states=(
            *states(HEALTHCHECK, "status", {OPENS: ("down",), RESOLVES: ("up",)}),
            State("*Send Test Notification*: check `TEST`", {**HEALTHCHECK, "name": "TEST"}, TEST),
        ),
    ),
    Product(
        type=Type.HONEYCOMB,
        source="docs.honeycomb.io, webhooks of triggers and burn alerts",
        states=(
            *states(HONEYCOMB, "status", {OPENS: ("TRIGGERED",), RESOLVES: ("OK", "RESOLVED")}),
            State("`is_test`", {**HONEYCOMB, "is_test": True}, TEST),
        ),
    ),
    *(
        Product(
            type=type_,
            source=source,
            states=states(
                NAGIOS,
                "NOTIFICATIONTYPE",
                {
                    OPENS: ("PROBLEM",),
                    ACKNOWLEDGES: ("ACKNOWLEDGEMENT",),
                    RESOLVES: ("RECOVERY",),
                    NOTHING: others,
                },
            ),
        )
        for type_, source, others in (
            (
                Type.ICINGA2,
                "Icinga/icinga2 `lib/icinga/notification.cpp`",
                (
                    *("CUSTOM", "DOWNTIMESTART", "DOWNTIMEEND", "DOWNTIMEREMOVED"),
                    *("FLAPPINGSTART", "FLAPPINGEND"),
                ),
            ),
            (
                Type.NAGIOS,
                "Nagios Core, macro `$NOTIFICATIONTYPE$`",
                (
                    *("CUSTOM", "DOWNTIMESTART", "DOWNTIMEEND", "DOWNTIMECANCELLED"),
                    *("FLAPPINGSTART", "FLAPPINGSTOP", "FLAPPINGDISABLED"),
                ),
            ),
        )
    ),
    Product(
        type=Type.KIBANA,
        source="elastic.co, rule action variables; values by our template",
        states=states(
            KIBANA,
            "action_group",
            {OPENS: ("threshold met", "query matched", "default"), RESOLVES: ("recovered",)},
        ),
    ),
    Product(
        type=Type.MONIT,
        source="Monit `src/event.c`, table of events (5.20 to 5.35)",
        states=(
            *(
                State(
                    f"`{said}`",
                    {**MONIT, "MONIT_EVENT": said},
                    what,
                    opened_by={**MONIT, "MONIT_EVENT": bad},
                )
                for bad, good in MONIT_PAIRS
                for said, what in ((bad, OPENS), (good, RESOLVES))
            ),
            *(
                State(f"`{said}`", {**MONIT, "MONIT_EVENT": said}, NOTHING)
                for said in ("Action done", "Monit instance changed")
            ),
        ),
    ),
    *(
        Product(
            type=type_,
            source="our own: Harp's REST payload",
            states=states(REST, "severity", SEVERITIES),
        )
        for type_ in (Type.MONITOR, Type.REST)
    ),
    Product(
        type=Type.NETDATA,
        source="learn.netdata.cloud; netdata/netdata `alarm-notify.sh`",
        states=(
            *states(
                NETDATA,
                "status",
                {
                    OPENS: ("WARNING", "CRITICAL"),
                    RESOLVES: ("CLEAR", "REMOVED"),
                    NOTHING: ("UNDEFINED", "UNINITIALIZED"),
                },
            ),
            *states(
                NETDATA_NODE, "status.text", {OPENS: ("unreachable",), RESOLVES: ("reachable",)}
            ),
            State(
                "`alarm-notify.sh test`",
                {**NETDATA, "name": "test_alarm", "chart": "test.chart"},
                TEST,
            ),
            State("Cloud's test notification", {"message": "x"}, TEST),
        ),
    ),
    Product(
        type=Type.NEWRELIC,
        source="docs.newrelic.com, workflows; notification channels before them",
        states=(
            *states(NEWRELIC, "state", {OPENS: ("CREATED", "ACTIVATED"), RESOLVES: ("CLOSED",)}),
            *states(
                NEWRELIC_LEGACY,
                "current_state",
                {OPENS: ("open",), ACKNOWLEDGES: ("acknowledged",), RESOLVES: ("closed",)},
                says="legacy, `current_state`",
            ),
        ),
        not_read="an acknowledgement in a workflow: the default payload does not tell it",
    ),
    Product(
        type=Type.OPSGENIE,
        source="docs.opsgenie.com, Alert API",
        states=(State("an alert is created", OPSGENIE, OPENS),),
        not_read="all else comes by paths below the URL (`…/close`, `…/acknowledge`, …)",
    ),
    Product(
        type=Type.PAGERDUTY,
        source="developer.pagerduty.com, Events API v2 and v1",
        states=(
            *states(
                EVENT,
                "event_action",
                {OPENS: ("trigger",), ACKNOWLEDGES: ("acknowledge",), RESOLVES: ("resolve",)},
            ),
            *states(
                PAGERDUTY_V1,
                "event_type",
                {OPENS: ("trigger",), ACKNOWLEDGES: ("acknowledge",), RESOLVES: ("resolve",)},
                says="version 1, `event_type`",
            ),
        ),
    ),
    Product(
        type=Type.PINGDOM,
        source="pingdom.com, webhooks of uptime and transaction checks",
        states=states(
            PINGDOM, "current_state", {OPENS: ("DOWN", "FAILING"), RESOLVES: ("UP", "SUCCESS")}
        ),
    ),
    Product(
        type=Type.SENTRY,
        source="docs.sentry.io, integration platform webhooks; the WebHooks plugin",
        states=(
            State(
                "`event_alert`, `triggered`",
                SENTRY_ALERT,
                OPENS,
                headers={"sentry-hook-resource": "event_alert"},
            ),
            *states(
                SENTRY_METRIC,
                "action",
                {OPENS: ("critical", "warning"), RESOLVES: ("resolved",)},
                says="`metric_alert`,",
                headers={"sentry-hook-resource": "metric_alert"},
            ),
            *(
                State(
                    f"`issue`, `{action}`",
                    {**SENTRY_ISSUE, "action": action},
                    what,
                    headers={"sentry-hook-resource": "issue"},
                    opened_by=SENTRY_ALERT,
                )
                for action, what in (
                    ("resolved", RESOLVES),
                    ("archived", RESOLVES),
                    ("ignored", RESOLVES),
                    ("created", NOTHING),
                    ("assigned", NOTHING),
                    ("unresolved", NOTHING),
                )
            ),
            *(
                State(
                    f"`activity_alert`, issue `{status}`",
                    {**changed(SENTRY_ISSUE, "data.issue.status", status), "action": "triggered"},
                    what,
                    headers={"sentry-hook-resource": "activity_alert"},
                    opened_by=SENTRY_ALERT,
                )
                for status, what in (("unresolved", OPENS), ("resolved", RESOLVES))
            ),
            State("the WebHooks plugin", SENTRY_PLUGIN, OPENS),
            State(
                "`comment`, `installation`, …",
                {"action": "created", "data": {}},
                NOTHING,
                headers={"sentry-hook-resource": "comment"},
            ),
        ),
        not_read="the end of what the plugin reports: the plugin does not send it; a sample event",
    ),
    Product(
        type=Type.SNS,
        source="docs.aws.amazon.com: CloudWatch alarms, RDS and Auto Scaling notices on SNS",
        states=(
            *(
                State(f"`NewStateValue` `{state}`", alarm(state), what, opened_by=alarm("ALARM"))
                for state, what in (
                    ("ALARM", OPENS),
                    ("INSUFFICIENT_DATA", OPENS),
                    ("OK", RESOLVES),
                )
            ),
            State(
                "a notice of RDS",
                notification({"Source ID": "orders", "Event Message": "Storage full"}),
                OPENS,
            ),
            State(
                "JSON of a script, `status` `resolved`",
                notification({"title": "Job", "status": "resolved"}),
                RESOLVES,
                opened_by=notification({"title": "Job", "status": "firing"}),
            ),
            State("any other text", notification("Hello"), OPENS),
        ),
        not_read="raw message delivery, which is not signed: it is refused, and the answer says so",
    ),
    Product(
        type=Type.STATUSPAGE,
        source="support.atlassian.com/statuspage, webhook notifications",
        states=(
            *states(
                STATUSPAGE,
                "incident.status",
                {
                    OPENS: ("investigating", "identified", "monitoring"),
                    RESOLVES: ("resolved", "postmortem"),
                    NOTHING: ("scheduled", "in_progress", "verifying", "completed"),
                },
            ),
            *states(
                COMPONENT,
                "component_update.new_status",
                {
                    OPENS: ("degraded_performance", "partial_outage", "major_outage"),
                    RESOLVES: ("operational",),
                    NOTHING: ("under_maintenance",),
                },
            ),
        ),
    ),
    Product(
        type=Type.UPTIME_KUMA,
        source="louislam/uptime-kuma `server/notification-providers/webhook.js`",
        states=(
            *states(
                KUMA, "heartbeat.status", {OPENS: ("0",), RESOLVES: ("1",), NOTHING: ("2", "3")}
            ),
            State("a certificate that expires", wire("uptime-kuma/webhook-cert-expiry"), OPENS),
            State("*Test*", wire("uptime-kuma/webhook-test-button"), TEST),
        ),
        not_read="a custom body",
    ),
    Product(
        type=Type.UPTIMEROBOT,
        source="uptimerobot.com, webhook variables",
        states=states(ROBOT, "alertType", {OPENS: ("1", "3"), RESOLVES: ("2",)}),
    ),
    Product(
        type=Type.ZABBIX,
        source="zabbix.com, macros of problem, update and recovery operations; our media type",
        states=(
            *states(ZABBIX, "eventvalue", {OPENS: ("1",), RESOLVES: ("0",)}),
            State(
                "`eventupdate` `1` with `eventack` `Yes`",
                {**ZABBIX, "eventupdate": "1", "eventack": "Yes"},
                ACKNOWLEDGES,
                opened_by=ZABBIX,
            ),
            *states(
                {name: it for name, it in ZABBIX.items() if name != "eventvalue"},
                "trigger_status",
                {OPENS: ("PROBLEM",), RESOLVES: ("OK",)},
                says="without `eventvalue`, `trigger_status`",
            ),
            State(
                "*Test* of the media type: macros as they are",
                {"event_id": "{EVENT.ID}", "eventvalue": "{EVENT.VALUE}"},
                TEST,
            ),
        ),
    ),
)

_BEGINS: Final = (
    "## What it can say\n\n<!-- Made by `make senders` of tests/sender_states.py. -->\n"
)
_ENDS: Final = "<!-- End of the table. -->\n"


def pages() -> Mapping[Path, str]:
    """The page of each product, with all that it can say at its end, and as it should be."""
    whole: dict[Path, str] = {}
    for product in PRODUCTS:
        path = FOLDER / f"{product.type}.md"
        before, _, _ = path.read_text().partition(_BEGINS)
        whole[path] = f"{before.rstrip()}\n\n{_BEGINS}\n{section(product)}\n{_ENDS}"
    return whole


def section(product: Product) -> str:
    """All states of a product, from where they are known, and what is not read."""
    rows = [
        f"| {what} | {'; '.join(it.says for it in product.states if it.does is what)} |"
        for what in Does
        if any(it.does is what for it in product.states)
    ]
    parts = [
        f"After: {product.source}.\n",
        "| What it does here | What is said |\n|---|---|\n" + "\n".join(rows) + "\n",
    ]
    if product.not_read:
        parts.append(f"Not read: {product.not_read}.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
