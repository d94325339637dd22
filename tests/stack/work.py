"""All that can be asked of the stack, and what is seen of it afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.stack.client import Client, Reply, Sender

ALERTS = "/api/v1/alerts"


@dataclass(slots=True)
class Work:
    """An alert and an integration, and all requests about them."""

    api: Client
    sender: Sender
    name: str
    alert_id: str = ""

    @property
    def alert(self) -> str:
        return f"{ALERTS}/{self.alert_id}"

    def repeat(self) -> Reply:
        return self.sender.post({"name": "Disk full"})

    def open(self) -> Reply:
        return self.sender.post({"name": self.name})

    def open_by_key(self) -> Reply:
        event = {"event_action": "trigger", "dedup_key": self.name, "payload": {"summary": "Down"}}
        return self.api.post("/api/v1/events", event)

    def open_big(self) -> Reply:
        return self.sender.post({"name": self.name, "output": "x" * 100_000})

    def recover(self) -> Reply:
        return self.sender.post({"name": "Disk full", "severity": "ok"})

    def acknowledge(self) -> Reply:
        return self.api.post(f"{self.alert}/acknowledge", {"note": "mine"})

    def resolve(self) -> Reply:
        return self.api.post(f"{self.alert}/resolve")

    def snooze(self) -> Reply:
        return self.api.post(f"{self.alert}/snooze", {"duration": "1h"})

    def note(self) -> Reply:
        return self.api.post(f"{self.alert}/notes", {"note": self.name})

    def promote(self) -> Reply:
        return self.api.post(f"{self.alert}/create-incident", {"title": self.name})

    def bulk(self) -> Reply:
        return self.api.post(f"{ALERTS}/bulk", {"action": "acknowledge", "ids": [self.alert_id]})

    def new_key(self) -> Reply:
        return self.api.post("/api/v1/keys", {"name": self.name, "scopes": ["alerts"]})

    def new_integration(self) -> Reply:
        name = self.name.replace(" ", "-")
        return self.api.put(f"/api/v1/integrations/{name}", {"type": "rest"})

    def rotate(self) -> Reply:
        return self.api.post(f"/api/v1/integrations/{self.sender.name}/rotate", {"overlap": "1h"})

    def read_list(self) -> Reply:
        return self.api.get(f"{ALERTS}?integration={self.sender.name}")

    def read_one(self) -> Reply:
        return self.api.get(self.alert)

    def read_timeline(self) -> Reply:
        return self.api.get(f"{self.alert}/timeline")


type Act = Callable[[Work], Reply]

WRITES: dict[str, Act] = {
    "an alert": Work.open,
    "an event by key": Work.open_by_key,
    "an alert with a long output": Work.open_big,
    "a repeat": Work.repeat,
    "a recovery": Work.recover,
    "an acknowledgement": Work.acknowledge,
    "a resolution": Work.resolve,
    "a snooze": Work.snooze,
    "a note": Work.note,
    "a promotion": Work.promote,
    "an action on many": Work.bulk,
    "a new key": Work.new_key,
    "a new integration": Work.new_integration,
    "a rotation": Work.rotate,
}
READS: dict[str, Act] = {
    "a list": Work.read_list,
    "an alert": Work.read_one,
    "a timeline": Work.read_timeline,
}


def footprint(work: Work) -> dict[str, Any]:
    """What anybody can see of what was done, but for ids and times."""
    api = work.api
    query = f"integration={work.sender.name}&status=firing,acknowledged,resolved&sort=fired_at"
    rows = api.get(f"{ALERTS}?{query}").expect(200).data
    if by_key := api.get(f"{ALERTS}?dedup_key={quote(work.name)}").expect(200).data:
        rows = [*rows, *by_key]
    named = work.name.replace(" ", "-")
    keys = api.rows("/api/v1/keys?limit=200")
    incidents = api.get("/api/v1/incidents?limit=200").expect(200).data
    # So many alerts at once are a storm of the team, with an incident of its own.
    of_people = [it for it in incidents if it["created_by"] != "auto"]
    return {
        "alerts": [condition(api.alert(row["id"]), of_people) for row in rows],
        "notes": [
            entry["type"] for entry in api.timeline(work.alert_id) if entry.get("note") == work.name
        ],
        "incidents": len([it for it in of_people if work.alert_id in it["alert_ids"]]),
        "keys": len([key for key in keys if key["name"] == work.name]),
        "integrations": api.get(f"/api/v1/integrations/{named}").status,
        "urls": len(api.get(f"/api/v1/integrations/{work.sender.name}").data["urls"]),
    }


def condition(alert: dict[str, Any], incidents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    told = ("status", "severity", "episode", "occurrences")
    return {
        **{name: alert[name] for name in told},
        "acknowledged": alert["acknowledged_by"] is not None,
        "snoozed": alert["snoozed_until"] is not None,
        "promoted": alert["incident_id"] in {it["id"] for it in incidents},
        "output": len(alert["reason"]),
    }


def shape(value: object) -> object:
    """An answer without what differs from one to the next."""
    match value:
        case dict():
            return {
                name: member if name in {"outcome", "status"} else shape(member)
                for name, member in value.items()
            }
        case list():
            return [shape(member) for member in value]
        case str():
            return "text"
        case _:
            return value
