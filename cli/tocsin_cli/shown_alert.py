"""One alert, in full."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tocsin_cli import alert_rows
from tocsin_cli.api import Json
from tocsin_cli.screen import Column, Row, Screen
from tocsin_cli.times import ago, instant, local

_TOLD_APART: Final = frozenset(("type", "at", "by", "via", "step", "loop", "episode"))


def show_alert(screen: Screen, alert: Json, timeline: Sequence[Json], at: datetime) -> None:
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
    screen.table(_columns(), timeline, indent=2)


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
            by = f" by {alert[f'{word}_by']}" if word == "resolved" else ""
            return f"{state}{by}, since {local(instant(alert[f'{word}_at']))}"
    if alert["snoozed_until"]:
        return f"snoozed until {local(instant(alert['snoozed_until']))}"
    return f"silenced by {alert['silenced_by']}" if alert["silenced_by"] else state


def _columns() -> Sequence[Column]:
    return (
        Column(title="WHEN", value=lambda it: local(instant(it["at"]))),
        Column(title="WHAT", value=lambda it: str(it["type"]).replace("_", " ")),
        Column(title="BY", value=lambda it: str(it["by"]), spare=1),
        Column(title="", value=_details, breaks=True),
    )


def _details(change: Row) -> str:
    """The rest of an entry, whatever its type has."""
    said: Mapping[str, Any] = {
        name: it
        for name, it in change.items()
        if name not in _TOLD_APART and not name.endswith("_id") and it not in (None, "", [])
    }
    return "; ".join(_detail(name, it) for name, it in said.items())


def _detail(name: str, value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if name == "note" else f"{name.replace('_', ' ')} {text}"
