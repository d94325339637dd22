"""PagerDuty's own client, which wants TLS, and Apprise's PagerDuty."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.stack.client import Client, Sender, eventually
from tests.stack.clients.programs import run, running
from tests.stack.clients.pypi import client, expect_good, only_alert, script, token_of


@dataclass(frozen=True)
class Secured:
    """The stack behind TLS, and the authority to trust."""

    url: str
    authority: str


@pytest.fixture(scope="module")
def secured(api: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    address = folder / "address"
    command = script("tls_in_front.py", urlsplit(api.url).netloc, str(folder))
    with running(command, folder):
        eventually(address.exists, bool)
        yield Secured(f"https://{address.read_text()}", str(folder / "ca.pem"))


@pytest.fixture
def sender(new_integration: Callable[..., Sender]) -> Sender:
    return new_integration(type="pagerduty")


@pytest.mark.parametrize("below", ["", "/i/{token}"], ids=["at the root", "below the token"])
def test_pagerdutys_client_fires_acknowledges_and_resolves(
    secured: Secured, sender: Sender, tmp_path: Path, below: str
) -> None:
    def pagerduty(action: str, *arguments: str) -> None:
        base_url = secured.url + below.format(token=token_of(sender))
        command = [client("pagerduty"), "-k", token_of(sender), "-i", "disk/db-1"]
        done = run(
            [*command, "--base-url", base_url, *arguments, action],
            tmp_path,
            SSL_CERT_FILE=secured.authority,
        )
        expect_good(done)

    pagerduty("trigger", "--description", "Disk full on db-1", "--source", "db-1")
    fired = only_alert(sender)
    pagerduty("acknowledge")
    acknowledged = only_alert(sender)
    pagerduty("resolve")
    resolved = only_alert(sender)

    assert (fired["status"], fired["summary"]) == ("firing", "Disk full on db-1")
    assert (fired["dedup_key"], fired["source"]) == ("disk/db-1", "db-1")
    assert acknowledged["acknowledged_by"] == f"integration:{sender.name}"
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])


def test_apprises_pagerduty_fires_and_resolves(sender: Sender, tmp_path: Path) -> None:
    url = f"pagerduty://{token_of(sender)}@{'k' * 20}/db-1/mysql?key=disk-db1&action=map"

    def notify(type_: str) -> dict[str, object]:
        arguments = (sender.api.url, str(tmp_path), url, type_, "Disk full", "db-1 at 99%")
        expect_good(run(script("apprise_notify.py", *arguments), tmp_path))
        return only_alert(sender)

    fired, resolved = notify("failure"), notify("success")

    assert (fired["status"], fired["severity"]) == ("firing", "critical")
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])
