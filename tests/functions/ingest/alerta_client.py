"""A client of Alerta's API."""

from dataclasses import dataclass
from typing import Any

from tests.functions.ingest.gateway import TOKEN, Gateway, Reply
from tests.wire import Sample
from tocsin.domain.alert import Alert

KEY = {"authorization": f"Key {TOKEN}"}


@dataclass
class Alerta:
    """Sends what a client of Alerta sends, at the root or below the token."""

    gateway: Gateway
    below: str = ""

    def send(self, method: str, path: str, body: object = "", *, query: str = "") -> Reply:
        return self.gateway.post(
            body, path=f"{self.below}{path}", method=method, headers=KEY, query=query
        )

    def replay(self, sent: Sample, *, path: str | None = None) -> Reply:
        """Send a captured request with our key in place of the one it was sent with."""
        return self.gateway.replay(sent, path=f"{self.below}{path or sent.path}", headers=KEY)

    def alert_of(self, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        body = {"resource": "db-1", "event": "DiskFull", "environment": "Production"}
        reply = self.send("POST", "/alert", {**body, "severity": "major", **members})
        assert reply.status == 201, reply.text
        assert reply.json["status"] == "ok"
        assert reply.json["id"] == reply.json["alert"]["id"]
        alert: dict[str, Any] = reply.json["alert"]
        return alert

    def put(self, word: str, body: object) -> Reply:
        return self.send("PUT", f"/alert/{self.alert.alert_id}/{word}", body)

    def shown(self) -> dict[str, Any]:
        reply = self.send("GET", f"/alert/{self.alert.alert_id}")
        assert reply.status == 200, reply.text
        alert: dict[str, Any] = reply.json["alert"]
        return alert

    def find(self, query: str = "") -> list[str]:
        """The events that a query finds."""
        reply = self.send("GET", "/alerts", query=query)
        assert reply.status == 200, reply.text
        return [it["event"] for it in reply.json["alerts"]]

    @property
    def alert(self) -> Alert:
        return self.gateway.only_alert
