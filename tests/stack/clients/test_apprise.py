"""Apprise's own command line, to an integration of its type."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from tests.stack.client import Sender
from tests.stack.clients.programs import run
from tests.stack.clients.pypi import client, expect_good, only_alert


def test_apprise_fires_and_resolves(new_integration: Callable[..., Sender], tmp_path: Path) -> None:
    sender = new_integration(type="apprise")
    url = f"json://{urlsplit(sender.url).netloc}{sender.path}"

    def notify(type_: str) -> dict[str, object]:
        said = ("--title", "Disk full", "--body", "db-1 at 99%", "--notification-type", type_)
        expect_good(run([client("apprise"), *said, url], tmp_path))
        return only_alert(sender)

    fired, resolved = notify("failure"), notify("success")

    assert (fired["status"], fired["name"]) == ("firing", "Disk full")
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])
