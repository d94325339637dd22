"""Whether a request to a heartbeat's URL reports a failure instead of a ping.

A ping counts with any text. An object with a state does not where that reports a job that failed,
a monitor that is down, or a Watchdog that stopped firing.
"""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.severity import Severity, read_severity

_STATES: Final = ("status", "state", "outcome", "result", "event_action", "conclusion", "action")
_BAD: Final = frozenset(
    (
        *("down", "fail", "failed", "failing", "failure", "error", "errored", "dead", "ko", "bad"),
        *("critical", "crashed", "aborted", "canceled", "cancelled", "timeout", "timed_out"),
        *("unhealthy", "unsuccessful", "overdue", "late", "missing", "lost", "offline", "stopped"),
        *("alerting", "firing", "triggered", "trigger", "problem", "no_data", "false", "nok"),
    )
)
_EXITS: Final = ("exit_code", "exitcode", "exit_status", "exitstatus", "returncode", "rc")
_SUCCESSES: Final = ("success", "ok", "up", "alive", "healthy")
_SEVERITIES: Final = ("severity", "alert_severity")
_KUMA_DOWN: Final = ("0", "2")


def failure_reported(body: object, query: Mapping[str, str]) -> str | None:
    """Say which field reports a failure; None where none does.

    Args:
        body: As read; None for a ping without a readable body.
        query: Of the URL.
    """
    for said in (query, body):
        if isinstance(said, Mapping):
            why = _against(said)
            if why is not None:
                return why
    return _alerts_against(body) if isinstance(body, list) else None


def _against(said: Mapping[str, Any]) -> str | None:
    alerts = said.get("alerts")
    if isinstance(alerts, list):
        return _alerts_against(alerts)
    labels = said.get("labels")
    if isinstance(labels, Mapping) and "alertname" in labels:
        return _alerts_against([said])
    for find in (_monitor, _state, _exit, _success, _severity):
        why = find(said)
        if why is not None:
            return why
    return None


def _monitor(said: Mapping[str, Any]) -> str | None:
    """Uptime Kuma's own shape."""
    heartbeat = said.get("heartbeat")
    status = _word(heartbeat.get("status")) if isinstance(heartbeat, Mapping) else ""
    return "its monitor is not up" if status in _KUMA_DOWN else None


def _state(said: Mapping[str, Any]) -> str | None:
    name = next((it for it in _STATES if _word(said.get(it)) in _BAD), None)
    return name and f"{name} says that it failed"


def _exit(said: Mapping[str, Any]) -> str | None:
    good = ("", "0", "none", "null")
    name = next((it for it in _EXITS if _word(said.get(it)) not in good), None)
    return name and f"{name} is not 0"


def _success(said: Mapping[str, Any]) -> str | None:
    bad = ("false", "0", "no")
    name = next((it for it in _SUCCESSES if _word(said.get(it)) in bad), None)
    return name and f"{name} is false"


def _severity(said: Mapping[str, Any]) -> str | None:
    words = {it: word for it in _SEVERITIES if (word := _word(said.get(it)))}
    bad = Severity.CRITICAL
    name = next((it for it in words if read_severity(words[it]).severity is bad), None)
    return name and f"{name} is critical"


def _alerts_against(alerts: list[Any]) -> str | None:
    """A Watchdog lives as long as it fires: one that is resolved has stopped."""
    states = [_word(it.get("status")) for it in alerts if isinstance(it, Mapping)]
    if states and all(state == "resolved" for state in states):
        return "its alert does not fire any more"
    return None


def _word(value: object) -> str:
    return str(value).strip().lower() if isinstance(value, str | int | float) else ""
