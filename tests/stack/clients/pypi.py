"""Clients from PyPI, in an environment of their own."""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tests.stack.client import Sender
from tests.stack.clients.programs import run

BIN = Path(__file__).parents[3] / ".venv-clients/bin"
"""Where `make clients` puts them."""
SCRIPTS = Path(__file__).parent / "scripts"


def client(name: str) -> str:
    """Find a program that `make clients` installed."""
    found = BIN / name
    assert found.exists(), f"{name} is missing: run `make clients`"
    return str(found)


def script(name: str, *arguments: str) -> list[str]:
    """The command that runs one of our scripts on a client's library."""
    return [client("python"), str(SCRIPTS / name), *arguments]


def expect_good(done: subprocess.CompletedProcess[str]) -> str:
    """What a program said, if it is content."""
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def token_of(sender: Sender) -> str:
    """The integration's token, as a routing key."""
    return sender.path.removeprefix("/i/")


def key_of(sender: Sender) -> str:
    """The same as a UUID, as Opsgenie's keys are."""
    return str(UUID(token_of(sender)))


def only_alert(sender: Sender) -> dict[str, Any]:
    """The integration's only alert, as the API shows it now."""
    query = urlencode({"integration": sender.name, "status": "firing,acknowledged,resolved"})
    (row,) = sender.api.get(f"/api/v1/alerts?{query}").expect(200).data
    return sender.api.alert(row["id"])


def opsgenie(
    sender: Sender, folder: Path, method: str, *, api: str = "AlertApi", **arguments: object
) -> dict[str, Any]:
    """Call Opsgenie's SDK and return what it read."""
    command = script(
        "opsgenie_sdk_call.py", sender.api.url, key_of(sender), api, method, json.dumps(arguments)
    )
    read: dict[str, Any] = json.loads(expect_good(run(command, folder)))
    return read
