"""A client of Opsgenie's Alert API."""

from dataclasses import dataclass
from typing import Any

from tests.functions.ingest.gateway import Gateway, Reply
from tests.wire import Sample
from tocsin.domain.alert import Alert, AlertStatus

KEY = "01234567-89ab-cdef-0123-456789abcdef"
ALERTS = "/v2/alerts"
GENIE = {"authorization": f"GenieKey {KEY}"}


@dataclass
class Opsgenie:
    """Sends what a client of Opsgenie sends, at the root or below the token."""

    gateway: Gateway
    below: str = ""

    def send(
        self, method: str, path: str, body: object = "", *, query: str = "", key: str = KEY
    ) -> Reply:
        headers = {"authorization": f"GenieKey {key}"}
        return self.gateway.post(
            body, path=f"{self.below}{ALERTS}{path}", method=method, headers=headers, query=query
        )

    def replay(self, sent: Sample, *, path: str | None = None) -> Reply:
        """Send a captured request with our key in place of the one it was sent with."""
        path = f"{self.below}{path or sent.path.removeprefix('/og')}"
        return self.gateway.replay(sent, path=path, headers=GENIE)

    def create(self, alias: str = "disk", **members: Any) -> str:  # noqa: ANN401 - any JSON
        reply = self.send("POST", "", {"message": "Disk full", "alias": alias, **members})
        assert reply.status == 202, reply.text
        return str(reply.json["requestId"])

    def act(self, action: str, body: object = "", *, alias: str = "disk") -> dict[str, Any]:
        method = "PUT" if action in {"message", "description", "priority"} else "POST"
        query = "identifierType=alias"
        reply = self.send(method, f"/{alias}/{action}", body, query=query)
        assert reply.status == 202, reply.text
        assert reply.json["result"] == "Request will be processed"
        return self.became(reply)

    def became(self, reply: Reply) -> dict[str, Any]:
        """Ask for the result of a request."""
        data: dict[str, Any] = self.read(f"/requests/{reply.json['requestId']}")
        return data

    def read(self, path: str, query: str = "") -> Any:  # noqa: ANN401 - any JSON
        reply = self.send("GET", path, query=query)
        assert reply.status == 200, reply.text
        return reply.json["data"]

    def find(self, query: str = "", more: str = "") -> list[str]:
        """The aliases that a query finds."""
        return [it["alias"] for it in self.read("", f"query={query}{more}")]

    def status(self) -> AlertStatus:
        return self.alert.status

    def shown(self) -> dict[str, Any]:
        """The newest alert of alias disk as it is shown."""
        data: dict[str, Any] = self.read("/disk", "identifierType=alias")
        return data

    @property
    def alert(self) -> Alert:
        return self.gateway.only_alert
