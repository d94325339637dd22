"""Sentry's integration platform: issue alerts, metric alerts, and issues that are over.

And the WebHooks plugin from before it, which many self-hosted Sentrys still have.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Ignored, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report, merged
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

RESOURCE: Final = "sentry-hook-resource"
EXPECTED: Final = (
    "Expected a webhook of a Sentry integration: header Sentry-Hook-Resource and an object with "
    '"action" and "data"; or of the WebHooks plugin: "id", "project" and "message".'
)
_ENDS: Final = frozenset(("resolved", "archived", "ignored"))
"""Actions of an issue that end it; `ignored` is what archived was called before 2023."""
_PROJECTS: Final = ("project_slug", "project")
_SAYS_NOTHING: Final = frozenset(
    ("error", "exception", "<unknown>", "<unlabeled event>", "<no message>", "")
)
_WORDS: Final[Mapping[str, str]] = {"fatal": "urgent", **ALWAYS_CRITICAL}


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    resource = sent.headers.get(RESOURCE, "").lower()
    return each_object(sent, lambda entry: read_event(entry, resource), EXPECTED)


def read_event(entry: Mapping[str, Any], resource: str) -> Report | Ignored:
    """Without the header by what it holds."""
    fields = Fields(entry)
    data = fields.part("data")
    if not resource and "data" not in entry and fields.text("id") and fields.text(*_PROJECTS):
        return _plugin(fields)
    if resource == "metric_alert" or (not resource and data.flat("metric_alert")):
        return _metric_alert(fields, data)
    if resource == "event_alert" or (not resource and data.flat("event")):
        return _issue_alert(data)
    if resource in ("issue", "activity_alert") or (not resource and data.flat("issue")):
        return _issue(fields, data, is_alert=resource == "activity_alert")
    fields.require("data", is_there=bool(resource), problem="holds neither an alert nor an issue")
    fields.raise_problems(EXPECTED)
    return Ignored(f"a Sentry event of kind {resource[:64]}")


def _metric_alert(fields: Fields, data: Fields) -> Report:
    alert = data.part("metric_alert")
    rule = alert.part("alert_rule")
    alert_id = alert.needed("id")
    action = (fields.any_text("action") or "").lower()
    fields.raise_problems(EXPECTED)
    name = rule.any_text("name") or alert.any_text("title") or "Metric alert"
    return Report(
        action=SignalAction.RESOLVE if action == "resolved" else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("metric", rule.any_text("id"), alert_id),
        name=name,
        summary=data.any_text("description_title"),
        reason=data.any_text("description_text"),
        severity=action,
        words=_WORDS,
        source="sentry",
        rule_id=rule.any_text("id"),
        rule_name=name,
        labels={
            "projects": _listed(alert.raw("projects")),
            "environment": rule.raw("environment"),
            "query": rule.raw("query"),
        },
        urls={"Sentry": data.raw("web_url")},
        started_at=read_time(alert.raw("date_started")),
    )


def _issue_alert(data: Fields) -> Report:
    event = data.part("event")
    issue_id = event.needed("issue_id")
    event.raise_problems(EXPECTED)
    title = _name(event.any_text("title", "message"), event.any_text("culprit"))
    rule = data.any_text("triggered_rule")
    tags = event.raw("tags")
    return Report(
        dedup_key=dedup_key_of("issue", issue_id),
        name=title,
        reason=event.any_text("culprit"),
        severity=event.any_text("level"),
        words=_WORDS,
        source="sentry",
        source_name=rule,
        object=event.any_text("project_name", "project_slug"),
        rule_name=rule,
        labels=merged(
            pairs_of(tags),
            {"environment": event.raw("environment"), "release": event.raw("release")},
        ),
        urls={"Sentry": event.raw("web_url")},
    )


def _plugin(fields: Fields) -> Report:
    """The WebHooks plugin from before the integrations, which never sends the end of an issue."""
    event = fields.part("event")
    project, issue_id = fields.text(*_PROJECTS), fields.needed("id")
    fields.raise_problems(EXPECTED)
    said = event.any_text("title") or fields.any_text("message")
    title = _name(said, fields.any_text("culprit"))
    rules = fields.raw("triggering_rules")
    return Report(
        dedup_key=dedup_key_of("plugin", project, issue_id),
        name=title,
        reason=fields.any_text("culprit"),
        severity=fields.any_text("level") or event.any_text("level"),
        words=_WORDS,
        source="sentry",
        source_name=fields.any_text("project_name"),
        object=fields.any_text("project_name", *_PROJECTS),
        rule_name=_listed(rules) or None,
        labels=merged(
            pairs_of(event.raw("tags")),
            {
                "project": project,
                "logger": fields.raw("logger"),
                "environment": event.raw("environment"),
                "release": event.raw("release"),
            },
        ),
        urls={"Sentry": fields.raw("url")},
    )


def _name(title: str | None, culprit: str | None) -> str:
    """A title without meaning is joined with the place where it happened."""
    if title is None or title.strip().lower() in _SAYS_NOTHING:
        said = title or "Sentry issue"
        return f"{said} in {culprit}" if culprit else said
    return title


def _issue(fields: Fields, data: Fields, *, is_alert: bool) -> Report | Ignored:
    issue = data.part("issue")
    issue_id = issue.needed("id")
    fields.raise_problems(EXPECTED)
    said = issue.any_text("status") if is_alert else fields.any_text("action")
    is_over = (said or "").lower() in _ENDS
    if not is_over and not is_alert:
        return Ignored("an issue's life but its end; alerts come by alert rules")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of("issue", issue_id),
        name=_name(issue.any_text("title"), issue.any_text("culprit")),
        reason=issue.any_text("culprit"),
        severity=issue.any_text("level"),
        words=_WORDS,
        source="sentry",
        object=issue.part("project").any_text("name", "slug"),
        urls={"Sentry": issue.raw("web_url") or issue.raw("permalink")},
    )


def _listed(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else ""


SENDER: Final = Sender(
    product="Sentry integrations",
    expected=EXPECTED,
    read=read,
    fires="resource `event_alert`; `metric_alert` with `action` `critical` or `warning`",
    resolves=(
        "`metric_alert` with `action` `resolved`; `issue` with `action` `resolved`, `archived` or "
        "`ignored`"
    ),
    dedup_key="`data.event.issue_id`; `data.metric_alert.id` + its rule's; plugin: project + `id`",
    severity="`data.event.level`; a metric alert's `action`; else critical",
    episode_start="`data.metric_alert.date_started`",
)
