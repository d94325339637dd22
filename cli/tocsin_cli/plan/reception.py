"""What would not be received any more."""

from collections.abc import Iterator
from typing import Final

from tocsin_cli.plan.state import Settings, TeamState

_CHECKS: Final = ("signature", "basic", "header_token", "allowed_cidrs")
INTEGRATIONS: Final = "integrations"
HEARTBEATS: Final = "heartbeats"


def not_received(before: TeamState, after: TeamState) -> Iterator[str]:
    """Say what senders will notice, in sentences."""
    for (section, name), old in before.objects.items():
        new = after.objects.get((section, name))
        if section == HEARTBEATS and new is None:
            yield f"pings of {name}: its heartbeat is removed, and no missed one raises an alert"
        elif section == INTEGRATIONS:
            yield from _of_integration(name, old, new)


def _of_integration(name: str, old: Settings, new: Settings | None) -> Iterator[str]:
    if new is None:
        yield f"anything from {name}: it is removed, and its senders get 404"
        return
    if new.get("paused") and not old.get("paused"):
        yield f"anything from {name}: it is paused"
    if new["type"] != old["type"]:
        yield f"bodies of {old['type']} from {name}: it takes those of {new['type']}"
    for check in _CHECKS:
        if new.get(check) and not _is_same(check, old, new):
            yield f"what {name} sends without the new {check.replace('_', ' ')}"
    topic = new.get("topic_arn")
    if topic and topic != old.get("topic_arn"):
        yield f"anything from {name} but what the topic {topic} sends"


def _is_same(check: str, old: Settings, new: Settings) -> bool:
    """As far as can be seen: a stack shows no secret."""
    if check == "allowed_cidrs":
        return bool(old.get(check)) and set(old[check]) <= set(new[check])
    hidden = {"secret", "password", "token"}
    shown = [
        {field: it for field, it in (settings.get(check) or {}).items() if field not in hidden}
        for settings in (old, new)
    ]
    return bool(old.get(check)) and shown[0] == shown[1]
