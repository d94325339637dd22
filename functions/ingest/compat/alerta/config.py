"""What Alerta's command line must know before it does anything."""

from typing import Any, Final

from functions.ingest.compat import CompatCall
from functions.ingest.compat.integration_alerts import address_of

SEVERITIES: Final = {
    "security": 0,
    "critical": 1,
    "major": 2,
    "minor": 3,
    "warning": 4,
    "indeterminate": 5,
    "informational": 6,
    "normal": 7,
    "ok": 7,
    "cleared": 7,
    "debug": 8,
    "trace": 9,
    "unknown": 10,
}
"""By the code of Alerta 9; its documents list older numbers."""
STATUSES: Final = {
    "open": "A",
    "assign": "B",
    "ack": "C",
    "shelved": "D",
    "blackout": "E",
    "closed": "F",
    "expired": "G",
    "unknown": "H",
}
COLORS: Final = {
    "severity": {
        "security": "blue",
        "critical": "red",
        "major": "orange",
        "minor": "yellow",
        "warning": "dodgerblue",
        "indeterminate": "lightblue",
        "informational": "#00CC00",
        "normal": "#00CC00",
        "ok": "#00CC00",
        "cleared": "#00CC00",
        "debug": "#9D006D",
        "trace": "#7554BF",
        "unknown": "silver",
    },
    "status": {"ack": "skyblue", "shelved": "skyblue"},
    "text": "black",
}
ALERT_TIMEOUT_SECONDS: Final = 86_400
SHELVE_TIMEOUT_SECONDS: Final = 7_200


def config(call: CompatCall) -> dict[str, Any]:
    """Say what this server is; the address is the one that was asked."""
    path = call.request.path.removesuffix("/config")
    return {
        "alarm_model": {
            "name": "Tocsin",
            "severity": SEVERITIES,
            "status": STATUSES,
            "colors": COLORS,
            "defaults": {
                "normal_severity": "normal",
                "previous_severity": "indeterminate",
                "status": "open",
            },
        },
        "severity": SEVERITIES,
        "colors": COLORS,
        "actions": [],
        "allow_readonly": False,
        "audio": {"new": None},
        "auth_required": True,
        "blackouts": {"duration": 3600},
        "client_id": "",
        "columns": [
            *("severity", "status", "lastReceiveTime", "duplicateCount", "customer"),
            *("environment", "service", "resource", "event", "value", "text"),
        ],
        "customer_views": False,
        "endpoint": f"{address_of(call.request)}{path}",
        "environments": [],
        "filter": {"status": ["open", "ack"]},
        "provider": "basic",
        "readonly_scopes": ["read"],
        "refresh_interval": 5000,
        "signup_enabled": False,
        "site_logo_url": "",
        "sort_by": ["severity", "lastReceiveTime"],
        "timeouts": {
            "alert": ALERT_TIMEOUT_SECONDS,
            "heartbeat": ALERT_TIMEOUT_SECONDS,
            "ack": 0,
            "shelve": SHELVE_TIMEOUT_SECONDS,
        },
        "tracking_id": None,
    }
