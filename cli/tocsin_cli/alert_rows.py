"""Alerts of the API as rows and lines."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from tocsin_cli.screen import Column, Row
from tocsin_cli.times import ago, ahead, instant

SEVERITY_STYLES: Final = {"critical": "bold red", "warning": "yellow", "info": "cyan"}


def severity_style(row: Row) -> str:
    return SEVERITY_STYLES.get(str(row["severity"]), "")


def columns(at: datetime) -> Sequence[Column]:
    return (
        Column(title="ID", value=lambda it: str(it["id"])),
        Column(title="SEVERITY", value=lambda it: str(it["severity"]), style=severity_style),
        Column(title="STATE", value=state, spare=1),
        Column(title="SINCE", value=lambda it: ago(instant(it["fired_at"]), at), spare=2),
        Column(title="ALERT", value=subject, breaks=True),
        Column(title="NEXT", value=lambda it: next_step(it, at), breaks=True, spare=3),
    )


def state(alert: Row) -> str:
    if alert["status"] == "acknowledged":
        return f"{actor(alert['acknowledged_by'])} has it"
    if alert.get("snoozed_until"):
        return "snoozed"
    if alert.get("silenced_by"):
        return "silenced"
    return str(alert["status"])


def actor(by: object) -> str:
    """Who did something: a person by name, else what they are, too."""
    kind, colon, name = str(by).partition(":")
    return f"{kind} {name}" if colon else str(by)


def subject(alert: Row) -> str:
    """Say the place first, as messages do; once, if the summary has it."""
    place, summary = alert.get("object"), str(alert["summary"] or alert["name"])
    return f"{place}: {summary}" if place and str(place) not in summary else summary


def next_step(alert: Row, at: datetime) -> str:
    """Say what happens if the alert is left alone."""
    action: Mapping[str, Any] | None = alert.get("next_action")
    if not action:
        return ""
    called = ", ".join(str(it).partition(":")[2] for it in action.get("targets") or ())
    if action["kind"] != "escalate":
        called = ""
    what = f"{called} called" if called else str(action["why"])
    if not action.get("at"):
        return what
    when = ahead(instant(action["at"]), at)
    return f"{what} {when}" if called else f"{what} ({when})"
