"""Alerta's command line, unmodified."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.client import Client, Sender
from tests.stack.clients.programs import run
from tests.stack.clients.pypi import client, expect_good, only_alert, token_of

SEND = ("send", "-r", "db-1", "-e", "DiskFull", "-E", "Production", "-S", "shop")


@pytest.fixture
def sender(new_integration: Callable[..., Sender]) -> Sender:
    return new_integration(type="alerta")


@pytest.fixture(params=["at the root", "below the token"])
def alerta(request: pytest.FixtureRequest, sender: Sender, tmp_path: Path) -> Callable[..., str]:
    """The command line, with its key or with the integration's URL."""
    is_root = request.param == "at the root"
    endpoint = sender.api.url if is_root else sender.url
    key = {"ALERTA_API_KEY": token_of(sender)} if is_root else {}

    def alerta(*arguments: str) -> str:
        command = [client("alerta"), "--endpoint-url", endpoint, *arguments]
        return expect_good(run(command, tmp_path, **key))

    return alerta


def test_alertas_command_line_leads_an_alert_through_its_life(
    alerta: Callable[..., str], sender: Sender
) -> None:
    sent = alerta(*SEND, "-s", "major", "-t", "93 % used", "-T", "env=prod")
    fired = only_alert(sender)
    assert sent == f"{fired['id']} (indeterminate -> major)\n"
    assert (fired["status"], fired["severity"]) == ("firing", "critical")
    assert (fired["object"], fired["labels"]["env"]) == ("db-1", "prod")

    assert "1 duplicates" in alerta(*SEND, "-s", "major")
    alerta("ack", "--ids", fired["id"])
    assert only_alert(sender)["acknowledged_by"] == f"integration:{sender.name}"
    alerta("unack", "--ids", fired["id"][:8])
    assert only_alert(sender)["status"] == "firing"
    alerta("note", "--alert-ids", fired["id"], "--text", "looking")
    assert "looking" in alerta("notes", "--alert-id", fired["id"])
    alerta("tag", "--ids", fired["id"], "-T", "db")

    assert "db-1" in alerta("query", "--filter", "status=open")
    assert "db-1" not in alerta("query", "--filter", "status=closed")
    alerta("shelve", "--filter", "resource=db-1", "--timeout", "60")
    assert only_alert(sender)["snoozed_until"] is not None
    alerta("unshelve", "--ids", fired["id"])

    assert "major -> normal" in alerta(*SEND, "-s", "normal")
    resolved = only_alert(sender)
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])


def test_a_refusal_is_shown_as_alertas(sender: Sender, tmp_path: Path) -> None:
    command = [client("alerta"), "--endpoint-url", sender.api.url, *SEND, "-s", "major"]

    done = run(command, tmp_path, ALERTA_API_KEY="demo-key")

    assert done.returncode == 1
    assert "API key parameter is invalid" in done.stderr


def test_alertas_heartbeat_is_heard(
    api: Client, sender: Sender, tmp_path: Path, new_name: Callable[[str], str]
) -> None:
    name = new_name("cluster").replace(" ", "-")
    wanted = {"period": "1h", "integrations": [sender.name]}
    api.put(f"/api/v1/heartbeats/{name}", wanted).expect(201, 200)

    command = [client("alerta"), "--endpoint-url", sender.api.url, "heartbeat", "-O", name]
    said = expect_good(run(command, tmp_path, ALERTA_API_KEY=token_of(sender)))

    assert said == f"{name}\n"
    heartbeat = api.get(f"/api/v1/heartbeats/{name}").expect(200).data
    assert heartbeat["heard_at"] is not None
