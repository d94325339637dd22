"""One alert, in full."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from tocsin_cli import alert_rows
from tocsin_cli.api import Json
from tocsin_cli.screen import Screen
from tocsin_cli.times import ago, instant, local

_ENTRY: Final = re.compile(r"- (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (.*)")
_MARKS: Final = re.compile(r"\\([^A-Za-z0-9\s])|\*\*")
"""An escaped sign, or the mark of strong words."""


def show_alert(screen: Screen, alert: Json, markdown: str, at: datetime) -> None:
    """Show an alert, and what happened by its Markdown, which says it in words."""
    severity = str(alert["severity"])
    screen.spans(
        (severity.upper(), alert_rows.severity_style(alert)),
        ("  ", ""),
        (alert_rows.subject(alert), "bold"),
    )
    if alert["reason"]:
        screen.line(str(alert["reason"]))
    screen.line()
    screen.fields(_fields(alert, at))
    if alert["urls"]:
        screen.line("\nLinks")
        screen.fields(((str(name), str(url)) for name, url in alert["urls"].items()), indent=2)
    screen.line("\nTimeline")
    _show_timeline(screen, markdown)


def _fields(alert: Json, at: datetime) -> Iterator[tuple[str, str]]:
    fired = instant(alert["fired_at"])
    yield "state", _state(alert)
    yield "next", alert_rows.next_step(alert, at)
    yield "since", f"{local(fired)}, {ago(fired, at)}"
    if alert["occurrences"] > 1:
        seen = ago(instant(alert["last_seen_at"]), at)
        yield "came", f"{alert['occurrences']} times, last {seen}"
    if alert["episode"] > 1:
        yield "episode", str(alert["episode"])
    yield "from", " / ".join(filter(None, (alert["integration"], alert["source"])))
    step = alert["current_escalation_step"]
    yield "policy", (alert["escalation_policy"] or "none") + (f", step {step}" if step else "")
    yield "messages", str(alert["notification_count"])
    value, threshold = alert["current_value"], alert["threshold"]
    if value is not None:
        limit = (
            f" ({alert['operator'] or 'threshold'} {threshold})" if threshold is not None else ""
        )
        yield "value", f"{value}{limit}"
    yield "labels", "  ".join(f"{name}={label}" for name, label in alert["labels"].items())
    yield "incident", alert["incident_id"] or ""
    yield "key", str(alert["dedup_key"])
    yield "id", str(alert["id"])


def _state(alert: Json) -> str:
    state = alert_rows.state(alert)
    for word in ("acknowledged", "resolved"):
        if alert["status"] == word and alert[f"{word}_at"]:
            by = f" by {alert_rows.actor(alert[f'{word}_by'])}" if word == "resolved" else ""
            return f"{state}{by}, since {local(instant(alert[f'{word}_at']))}"
    if alert["snoozed_until"]:
        return f"snoozed until {local(instant(alert['snoozed_until']))}"
    return f"silenced by {alert['silenced_by']}" if alert["silenced_by"] else state


def entries_of(markdown: str) -> Iterator[tuple[datetime, str]]:
    """The timeline of an alert's Markdown, whose times are in UTC: when, and what in words."""
    _, _, timeline = markdown.partition("\n## Timeline\n")
    for line in timeline.splitlines():
        if found := _ENTRY.fullmatch(line):
            words = _MARKS.sub(lambda mark: mark[1] or "", found[2])
            yield datetime.fromisoformat(found[1]).replace(tzinfo=UTC), words


def _show_timeline(screen: Screen, markdown: str) -> None:
    day = None
    for at, words in entries_of(markdown):
        there = at.astimezone()
        if there.date() != day:
            day = there.date()
            screen.line(f"  {there:%a} {there.day} {there:%b}, {there.tzname()}", "dim")
        screen.item(f"{there:%H:%M:%S}  {words}", indent=2, hanging=10)
