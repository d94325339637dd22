"""Yipyap's query parameters, each as its page describes it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.stack.client import Client, Sender
from tests.vendor_documents import document, table

LIST = "/api/v1/alerts"
CASES: dict[str, list[tuple[dict[str, str], list[str]]]] = {
    "status": [
        ({"status": "firing"}, ["queue", "api"]),
        ({"status": "acknowledged"}, ["disk"]),
        ({"status": "resolved"}, ["cron"]),
        ({"status": "acknowledged,resolved"}, ["cron", "disk"]),
    ],
    "severity": [
        ({"severity": "info"}, ["queue"]),
        ({"severity": "warning"}, ["cron", "disk"]),
        ({"severity": "critical"}, ["api"]),
    ],
    "monitor_id": [({"monitor_id": "01HXABCMONITOR0000"}, ["api"])],
    "group_id": [({"group_id": "grp_1"}, ["disk", "api"])],
    "from, to": [
        ({"from": "disk"}, ["cron", "queue", "disk"]),
        ({"to": "disk"}, ["disk", "api"]),
        ({"from": "disk", "to": "queue"}, ["queue", "disk"]),
    ],
    "q": [
        ({"q": "public API"}, ["api"]),
        ({"q": "consecutive"}, ["disk", "api"]),
        ({"q": "consecutive full"}, ["disk"]),
    ],
    "sort": [
        ({}, ["cron", "queue", "disk", "api"]),
        ({"sort": "-fired_at"}, ["cron", "queue", "disk", "api"]),
        ({"sort": "fired_at"}, ["api", "disk", "queue", "cron"]),
        ({"sort": "severity", "status": "firing,acknowledged"}, ["queue", "disk", "api"]),
    ],
    "limit, cursor": [({"limit": "2"}, ["cron", "queue"])],
}
PARAMETERS = table(
    document("yipyap-alerts-api"), "ParameterDescription", rf"({'|'.join(CASES)})(.+)"
)


@pytest.fixture(scope="module")
def monitor(new_integration: Callable[..., Sender], api: Client) -> Sender:
    """A monitor with two firing alerts, an acknowledged and a resolved one."""
    monitor = new_integration(type="rest")
    consecutive = "503 from /health for 3 consecutive checks"
    for body in (
        {
            "name": "api",
            "severity": "critical",
            "monitor_id": "01HXABCMONITOR0000",
            "group_id": "grp_1",
            "summary": "Public API is down",
            "reason": consecutive,
        },
        {"name": "disk", "group_id": "grp_1", "summary": "Disk full", "reason": consecutive},
        {"name": "queue", "severity": "info"},
        {"name": "cron"},
    ):
        monitor.send(**body)
    ids = {row["name"]: row["id"] for row in rows(api, monitor)}
    api.post(f"{LIST}/{ids['disk']}/ack").expect(200)
    monitor.send(name="cron", severity="ok")
    return monitor


def rows(api: Client, monitor: Sender, **query: str) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = page(api, monitor, **query)["data"]
    return shown


def page(api: Client, monitor: Sender, **query: str) -> Any:  # noqa: ANN401 - as the API answers
    path = f"{LIST}?{urlencode({'integration': monitor.name, **query})}"
    return api.get(path).expect(200).json


@pytest.mark.parametrize("name", [name for name, _ in PARAMETERS])
def test_each_documented_parameter_does_what_the_page_says(
    api: Client, monitor: Sender, name: str
) -> None:
    fired = {row["name"]: row["fired_at"] for row in rows(api, monitor)}

    for query, expected in CASES[name]:
        asked = {parameter: fired.get(value, value) for parameter, value in query.items()}
        assert [row["name"] for row in rows(api, monitor, **asked)] == expected, asked


def test_every_documented_parameter_is_tried() -> None:
    assert [name for name, _ in PARAMETERS] == list(CASES)


def test_the_cursor_goes_on_where_a_page_ended(api: Client, monitor: Sender) -> None:
    first = page(api, monitor, limit="3")

    second = page(api, monitor, limit="3", cursor=first["next_cursor"])

    assert [row["name"] for row in first["data"] + second["data"]] == [
        *("cron", "queue", "disk", "api")
    ]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert "next_cursor" not in second
