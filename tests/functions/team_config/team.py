"""A small team as files have it."""

from typing import Any

ALICE = {"name": "alice", "email": "alice@example.com", "phone": "+4915112345678"}
BOB = {"name": "bob", "email": "bob@example.com"}
HOOK = {"name": "ops-hook", "type": "webhook", "url": "https://hooks.example.com/tocsin"}
DEFAULT = {
    "name": "default",
    "steps": [
        {"name": "first", "targets": [{"schedule": "primary"}], "delay": "5m"},
        {"name": "second", "targets": [{"channel": "ops-hook"}], "delay": "5m"},
    ],
}
PROMETHEUS = {"name": "prometheus", "type": "alertmanager", "escalation_policy": "default"}


def primary(*users: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as files have it
    """A weekly rotation in Berlin."""
    layer = {
        "rotation": "weekly",
        "handoff": "mon 09:00",
        "start": "2026-01-05",
        "users": list(users),
        **more,
    }
    return {"name": "primary", "time_zone": "Europe/Berlin", "layers": [layer]}


def team(**instead: Any) -> dict[str, Any]:  # noqa: ANN401 - as files have it
    """The lists of a file; an empty one takes a list away."""
    usual = {
        "users": [ALICE, BOB],
        "channels": [HOOK],
        "schedules": [primary("alice", "bob")],
        "escalation_policies": [DEFAULT],
        "integrations": [PROMETHEUS],
    }
    return {name: it for name, it in {**usual, **instead}.items() if it}
