"""Sections of a team's file, and what one object of each is."""

from typing import Final

NOUNS: Final = {
    "settings": "team's",
    "users": "user",
    "channels": "channel",
    "integrations": "integration",
    "schedules": "schedule",
    "escalation_policies": "escalation policy",
    "routes": "route",
    "silences": "silence",
    "maintenance_windows": "maintenance window",
    "heartbeats": "heartbeat",
}
