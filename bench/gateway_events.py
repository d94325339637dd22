"""Requests as the gateway hands them to a function (HTTP API, payload format 2.0)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from bench.team import API_KEY, HEARTBEAT_TOKEN, TOKEN

type Event = dict[str, Any]
type Answer = dict[str, Any]
"""What a function answers to the gateway."""

DATA: Final = Path(__file__).with_name("data")
CAPTURED: Final = "alertmanager-pagerduty-trigger.json"
"""The largest single alert among the captured bodies of real senders."""
LONG: Final = "prometheus-long-trigger.json"
"""Made: 2 KB, with the labels and annotations that kube-prometheus gives its alerts."""

_HOST: Final = "a1b2c3d4e5.execute-api.us-east-1.amazonaws.com"
_HEADERS: Final = {
    "accept": "*/*",
    "content-type": "application/json",
    "host": _HOST,
    "x-amzn-trace-id": "Root=1-68fd0a2e-4b7f1d0c9e8a7b6c5d4e3f2a",
    "x-forwarded-for": "203.0.113.17",
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}
"""What every request has, mostly by the gateway."""


def payload(name: str, **members: str) -> str:
    """The body of a sender, with some members of its own put in their place."""
    body = json.loads((DATA / name).read_text(encoding="utf-8"))
    return json.dumps(body | members, separators=(",", ":"))


def titled(body: str, title: str) -> str:
    """The same body with another title."""
    said = json.loads(body)
    said["payload"]["summary"] = title
    return json.dumps(said, separators=(",", ":"))


def intake(body: str) -> Event:
    sender = {"user-agent": "Alertmanager/0.25.0"}
    return _event("POST", "ANY /i/{token}", f"/i/{TOKEN}", body=body, headers=sender)


def heartbeat() -> Event:
    path = f"/i/{HEARTBEAT_TOKEN}/heartbeat"
    return _event("POST", "ANY /i/{token}/heartbeat", path, headers={"user-agent": "curl/8.14.1"})


def link(path: str) -> Event:
    """What a browser asks when a person opens a link."""
    headers = {"accept": "text/html", "user-agent": "Mozilla/5.0"}
    return _event("GET", f"GET {path.rpartition('/')[0]}/{{token}}", path, headers=headers)


def api(
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    encoding: str = "gzip, deflate",
) -> Event:
    headers = {
        "accept-encoding": encoding,
        "authorization": f"Bearer {API_KEY}",
        "user-agent": "python-requests/2.32.5",
    }
    written = None if body is None else json.dumps(body)
    return _event(
        method,
        "ANY /api/v1/{proxy+}",
        f"/api/v1{path}",
        query=urlencode(query or {}),
        body=written,
        headers=headers,
    )


def _event(
    method: str,
    route: str,
    path: str,
    *,
    headers: Mapping[str, str],
    query: str = "",
    body: str | None = None,
) -> Event:
    sent = {"content-length": str(len(body or "")), **_HEADERS, **headers}
    event: Event = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": sent,
        "requestContext": _context(method, route, path, sent["user-agent"]),
        "pathParameters": {"proxy": path.rpartition("/")[2]},
        "isBase64Encoded": False,
    }
    return event if body is None else {**event, "body": body}


def _context(method: str, route: str, path: str, user_agent: str) -> dict[str, Any]:
    return {
        "accountId": "000000000000",
        "apiId": "a1b2c3d4e5",
        "domainName": _HOST,
        "domainPrefix": "a1b2c3d4e5",
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": _HEADERS["x-forwarded-for"],
            "userAgent": user_agent,
        },
        "requestId": "Qk3xGhZfIAMEPPg=",
        "routeKey": route,
        "stage": "$default",
        "time": "22/Nov/2026:09:00:00 +0000",
        "timeEpoch": 1795338000000,
    }
