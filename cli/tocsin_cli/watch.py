"""`tocsin alerts watch`: what is open, and what changes."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from tocsin_cli import alert_rows
from tocsin_cli.api import Api, Json, segment
from tocsin_cli.errors import CommandError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.screen import Output, Screen, note
from tocsin_cli.times import now

LONGEST_WAIT: Final = 60
"""Seconds between two looks at a stack that does not answer."""
_FOR_NOW: Final = (ExitCode.UNREACHABLE, ExitCode.TRY_AGAIN)

type Alerts = Mapping[str, Json]


def watch_alerts(
    api: Api, query: Mapping[str, str], screen: Screen, *, interval: int, output: Output
) -> None:
    """Look again and again; what is out of reach for a time is told, and waited for."""
    known: Alerts = {}
    wait, is_first = interval, True
    while True:
        try:
            found = {alert["id"]: alert for alert in api.all("/api/v1/alerts", query)}
            changes = list(_changes(api, known, found, is_first=is_first))
        except CommandError as error:
            if error.code not in _FOR_NOW or is_first:
                raise
            wait = min(wait * 2, LONGEST_WAIT)
            note(f"{error} Trying again in {wait} s.")
        else:
            for what, alert in changes:
                _show(screen, what, alert, now(), output)
            known, wait, is_first = found, interval, False
        screen.flush()
        time.sleep(wait)


def _changes(
    api: Api, known: Alerts, found: Alerts, *, is_first: bool
) -> Iterator[tuple[str, Json]]:
    """Find what is new, what changed, and what is gone; the oldest first."""
    for alert_id, alert in reversed(list(found.items())):
        before = known.get(alert_id)
        if before is None:
            yield ("open" if is_first else "opened"), alert
        elif (what := _change(before, alert)) is not None:
            yield what, alert
    for alert_id in known.keys() - found.keys():
        yield _gone(api, alert_id, known[alert_id])


def _change(before: Json, alert: Json) -> str | None:
    if alert["severity"] != before["severity"]:
        return f"{before['severity']} → {alert['severity']}"
    if alert_rows.state(alert) != alert_rows.state(before):
        return alert_rows.state(alert)
    if alert["current_escalation_step"] != before["current_escalation_step"]:
        return f"step {alert['current_escalation_step']}"
    return None


def _gone(api: Api, alert_id: str, before: Json) -> tuple[str, Json]:
    """It is resolved, or of another severity than those that are watched."""
    alert = api.get(f"/api/v1/alerts/{segment(alert_id)}")
    if alert["status"] == "resolved":
        return f"resolved by {alert_rows.actor(alert['resolved_by'])}", alert
    return _change(before, alert) or str(alert["status"]), alert


def _show(screen: Screen, what: str, alert: Json, at: datetime, output: Output) -> None:
    if output is Output.JSON:
        screen.json({"at": at.isoformat(), "change": what, "alert": alert}, on_one_line=True)
        return
    screen.spans(
        (f"{at.astimezone():%H:%M:%S}  ", "dim"),
        (f"{what:<16}  ", ""),
        (f"{alert['severity']!s:<8}  ", alert_rows.severity_style(alert)),
        (f"{alert_rows.subject(alert)}  ", "bold"),
        (str(alert["id"]), "dim"),
    )
