"""What a client sees of the stack: HTTP and nothing else."""

import gzip
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to the end."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - as the API answers
        return json.loads(self.text)

    @property
    def data(self) -> Any:  # noqa: ANN401 - likewise
        return self.json["data"]

    @property
    def error_code(self) -> str:
        code = self.json["error"]["code"]
        assert isinstance(code, str)
        return code

    def expect(self, *statuses: int) -> "Reply":
        assert self.status in statuses, f"{self.status}: {self.text[:2000]}"
        return self


@dataclass(frozen=True, slots=True)
class Client:
    """Calls the API with one key, or without any."""

    url: str
    key: str | None

    def with_key(self, key: str | None) -> "Client":
        return Client(self.url, key)

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, None, **headers)

    def post(self, path: str, body: object = None, **headers: str) -> Reply:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: object) -> Reply:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: object) -> Reply:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Reply:
        return self.send("DELETE", path, None)

    def send(self, method: str, path: str, body: object, **headers: str) -> Reply:
        """Send any JSON; bytes go as they are. Underscores in header names mean dashes."""
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        if self.key:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        written = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, written, sent)
            response = connection.getresponse()
            answered = {name.lower(): text for name, text in response.getheaders()}
            read = response.read()
            if answered.get("content-encoding") == "gzip":
                read = gzip.decompress(read)
            return Reply(response.status, answered, read.decode())
        finally:
            connection.close()

    def alert(self, alert_id: str) -> dict[str, Any]:
        data = self.get(f"/api/v1/alerts/{alert_id}").expect(200).data
        assert isinstance(data, dict)
        return data

    def timeline(self, alert_id: str) -> list[dict[str, Any]]:
        data = self.get(f"/api/v1/alerts/{alert_id}/timeline?limit=200").expect(200).data
        assert isinstance(data, list)
        return data

    def types(self, alert_id: str) -> list[str]:
        """Those of a timeline's entries, in order."""
        return [entry["type"] for entry in self.timeline(alert_id)]

    def story(self, alert_id: str) -> list[str]:
        """What senders and people did, of an alert that no policy pages."""
        of_nobody = {"reached_nobody", "notification_skipped"}
        return [it for it in self.types(alert_id) if it not in of_nobody]

    def rows(self, path: str) -> list[dict[str, Any]]:
        """All pages of a list that is asked for with a query."""
        page = self.get(path).expect(200).json
        rows: list[dict[str, Any]] = page["data"]
        while page["has_more"]:
            page = self.get(f"{path}&cursor={page['next_cursor']}").expect(200).json
            rows += page["data"]
        return rows

    def entries(self, alert_id: str, type_: str) -> list[dict[str, Any]]:
        """Those of one type in a timeline, once there are some."""

        def found() -> list[dict[str, Any]]:
            return [entry for entry in self.timeline(alert_id) if entry["type"] == type_]

        return eventually(found, bool)

    def parameters(self, path: str) -> dict[str, dict[str, Any]]:
        """The schemas of a list's parameters, by name, as /openapi.json has them."""
        document = self.get("/openapi.json").expect(200).json
        return {it["name"]: it["schema"] for it in document["paths"][path]["get"]["parameters"]}


@dataclass(frozen=True, slots=True)
class Sender:
    """A monitoring tool with an integration URL."""

    api: Client
    url: str
    name: str = ""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def post(self, body: object, **headers: str) -> Reply:
        return self.api.with_key(None).post(self.path, body, **headers)

    def send(self, **body: object) -> dict[str, Any]:
        """Send one event and return its result."""
        (result,) = self.post(body).expect(202).data["results"]
        assert isinstance(result, dict)
        return result


def eventually[T](read: Callable[[], T], holds: Callable[[T], bool], *, seconds: float = 15.0) -> T:
    """Read until it holds; what the stream derives comes a moment later."""
    deadline = time.monotonic() + seconds
    while True:
        value = read()
        if holds(value):
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {value}"
        time.sleep(0.2)
