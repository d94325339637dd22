"""Prometheus, Alertmanager and amtool as Debian ships them, end to end."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.stack.client import Client, Sender, eventually
from tests.stack.clients.programs import free_port, program, run, running, with_shared_files
from tests.stack.clients.pypi import key_of

type NewIntegration = Callable[..., Sender]
type Alerts = Callable[[], list[dict[str, Any]]]

RULE_SECONDS = 25
"""How long the rule of these tests fires before it resolves itself."""
SLOW = 60.0
"""Seconds in which a whole chain of programs has told what it has to tell."""


@pytest.fixture
def sender(new_integration: NewIntegration) -> Sender:
    return new_integration(type="alertmanager")


@pytest.fixture
def alerts(sender: Sender) -> Alerts:
    """What the API knows of the integration's alerts."""
    query = urlencode({"integration": sender.name})

    def read() -> list[dict[str, Any]]:
        rows = sender.api.get(f"/api/v1/alerts?{query}").expect(200).data
        return [sender.api.alert(row["id"]) for row in rows]

    return read


def only(found: list[dict[str, Any]], status: str) -> bool:
    return [alert["status"] for alert in found] == [status]


def prometheus(folder: Path, sender: Sender, *, fires_for: float) -> list[str]:
    """A Prometheus whose only rule fires for a while, told to Tocsin without Alertmanager."""
    url = urlsplit(sender.url)
    until = datetime.now(UTC).timestamp() + fires_for
    rule = {
        "alert": "DiskFillingUp",
        "expr": f"vector(93) and on() (vector(time()) < {until})",
        "labels": {"severity": "warning", "instance": "db-1:9100"},
        "annotations": {
            "summary": "Disk at {{ $value }} %",
            "runbook_url": "https://runbooks.example.com/disk",
        },
    }
    rules = {"groups": [{"name": "disks", "interval": "1s", "rules": [rule]}]}
    config = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "alerting": {
            "alertmanagers": [
                {"path_prefix": url.path, "static_configs": [{"targets": [url.netloc]}]}
            ]
        },
    }
    # JSON is YAML.
    (folder / "rules.yml").write_text(json.dumps(rules))
    (folder / "prometheus.yml").write_text(json.dumps(config))
    return [
        program("prometheus"),
        "--config.file=prometheus.yml",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{free_port()}",
        "--rules.alert.resend-delay=2s",
    ]


def test_prometheus_fires_repeats_and_resolves(
    sender: Sender, alerts: Alerts, tmp_path: Path
) -> None:
    with running(prometheus(tmp_path, sender, fires_for=RULE_SECONDS), tmp_path):
        (fired,) = eventually(alerts, lambda found: only(found, "firing"), seconds=SLOW)
        eventually(alerts, lambda found: found[0]["occurrences"] > 1, seconds=SLOW)
        (over,) = eventually(alerts, lambda found: only(found, "resolved"), seconds=SLOW)

    assert fired["summary"] == "Disk at 93 %"
    assert fired["labels"]["alertname"] == "DiskFillingUp"
    assert fired["urls"]["runbook"] == "https://runbooks.example.com/disk"
    assert over["id"] == fired["id"]
    assert over["resolved_by"] == f"integration:{sender.name}"


def test_an_alert_of_a_prometheus_that_fell_silent_resolves_by_itself(
    sender: Sender, alerts: Alerts, tmp_path: Path
) -> None:
    with running(prometheus(tmp_path, sender, fires_for=3600), tmp_path):
        eventually(
            alerts,
            lambda found: only(found, "firing") and found[0]["occurrences"] > 2,
            seconds=SLOW,
        )

    (over,) = eventually(alerts, lambda found: only(found, "resolved"), seconds=SLOW)
    assert over["resolved_by"] == "auto"
    assert over["episode"] == 1


@dataclass(frozen=True)
class Alertmanager:
    """A running Alertmanager, fed by amtool."""

    url: str
    folder: Path

    def add(self, name: str, *labels: str, ends_at: datetime | None = None) -> None:
        end = [f"--end={ends_at.isoformat()}"] if ends_at else []
        amtool(self.folder, self.url, "alert", "add", name, *labels, *end)


def amtool(folder: Path, url: str, *arguments: str) -> str:
    done = run([program("amtool"), f"--alertmanager.url={url}", *arguments], folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def alertmanager(folder: Path, receiver: dict[str, Any]) -> Iterator[Alertmanager]:
    config = {
        "route": {
            "receiver": "tocsin",
            "group_by": ["alertname"],
            "group_wait": "1s",
            "group_interval": "1s",
        },
        "receivers": [{"name": "tocsin", **receiver}],
    }
    (folder / "alertmanager.yml").write_text(json.dumps(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        program("prometheus-alertmanager"),
        "--config.file=alertmanager.yml",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    url = f"http://{address}"
    with running(with_shared_files(command), folder):
        eventually(lambda: _is_ready(url, folder), bool, seconds=SLOW)
        yield Alertmanager(url, folder)


def _is_ready(url: str, folder: Path) -> bool:
    silences = [program("amtool"), f"--alertmanager.url={url}", "silence", "query"]
    return run(silences, folder).returncode == 0


def test_alertmanagers_webhook_tells_each_alert_of_a_group(
    sender: Sender, alerts: Alerts, tmp_path: Path
) -> None:
    receiver = {"webhook_configs": [{"url": sender.url, "send_resolved": True}]}
    with alertmanager(tmp_path, receiver) as server:
        server.add("Disk", "instance=db-1", "severity=critical")
        server.add("Disk", "instance=db-2", "severity=warning")
        eventually(
            alerts,
            lambda found: sorted(it["severity"] for it in found) == ["critical", "warning"],
            seconds=SLOW,
        )
        server.add("Disk", "instance=db-1", "severity=critical", ends_at=datetime.now(UTC))
        found = eventually(
            alerts,
            lambda found: sorted(it["status"] for it in found) == ["firing", "resolved"],
            seconds=SLOW,
        )

    assert {it["object"]: it["status"] for it in found} == {"db-1": "resolved", "db-2": "firing"}


def test_alertmanagers_pagerduty_receiver_does_not_notice(
    sender: Sender, alerts: Alerts, tmp_path: Path
) -> None:
    url = urlsplit(sender.url)
    token = url.path.rpartition("/")[2]
    pagerduty = {
        "routing_key": token,
        "url": f"http://{url.netloc}/v2/enqueue",
        "send_resolved": True,
    }
    with alertmanager(tmp_path, {"pagerduty_configs": [pagerduty]}) as server:
        server.add("Memory", "instance=db-1")
        eventually(alerts, lambda found: only(found, "firing"), seconds=SLOW)
        server.add("Memory", "instance=db-1", ends_at=datetime.now(UTC))
        eventually(alerts, lambda found: only(found, "resolved"), seconds=SLOW)


def test_alertmanagers_opsgenie_receiver_does_not_notice(
    sender: Sender, alerts: Alerts, tmp_path: Path
) -> None:
    opsgenie = {
        "api_key": key_of(sender),
        "api_url": f"{sender.api.url}/",
        "priority": "P1",
        "update_alerts": True,
        "send_resolved": True,
    }
    with alertmanager(tmp_path, {"opsgenie_configs": [opsgenie]}) as server:
        server.add("Memory", "instance=db-1")
        eventually(alerts, lambda found: only(found, "firing"), seconds=SLOW)
        server.add("Memory", "instance=db-1", ends_at=datetime.now(UTC))
        (over,) = eventually(alerts, lambda found: only(found, "resolved"), seconds=SLOW)

    assert over["source_severity"] == "P1"


def test_amtool_adds_and_queries_alerts(sender: Sender, alerts: Alerts, tmp_path: Path) -> None:
    def tool(*arguments: str) -> str:
        return amtool(tmp_path, sender.url, *arguments)

    tool("alert", "add", "Direct", "severity=critical", "instance=x")
    tool("alert", "add", "Other", "severity=warning")

    shown = json.loads(tool("-o", "json", "alert", "query", "severity=critical"))
    assert [it["labels"] for it in shown] == [
        {"alertname": "Direct", "instance": "x", "severity": "critical"}
    ]
    assert "Direct" in tool("alert", "query")

    ended = datetime.now(UTC) - timedelta(seconds=1)
    tool("alert", "add", "Direct", "severity=critical", "instance=x", f"--end={ended.isoformat()}")
    assert {it["name"]: it["status"] for it in alerts()} == {
        "Direct": "resolved",
        "Other": "firing",
    }


def test_amtool_makes_lists_and_expires_a_silence(sender: Sender, tmp_path: Path) -> None:
    said = ("alertname=Direct", "--comment=x", "--author=me", "--duration=10m")

    name = amtool(tmp_path, sender.url, "silence", "add", *said).strip()

    [silence] = silences(tmp_path, sender)
    assert (silence["id"], silence["status"]["state"]) == (name, "active")
    assert [it["value"] for it in silence["matchers"]] == ["Direct"]

    amtool(tmp_path, sender.url, "silence", "expire", name)

    assert silences(tmp_path, sender) == []


def silences(folder: Path, sender: Sender) -> list[dict[str, Any]]:
    """Those that amtool shows: not the expired ones."""
    found: list[dict[str, Any]] = json.loads(
        amtool(folder, sender.url, "-o", "json", "silence", "query")
    )
    return found


def test_a_token_that_nobody_has_is_told_to_amtool(api: Client, tmp_path: Path) -> None:
    url = f"{api.url}/i/{'0' * 32}"

    refused = run(
        [program("amtool"), f"--alertmanager.url={url}", "alert", "add", "Direct"], tmp_path
    )

    assert refused.returncode != 0
