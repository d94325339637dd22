"""Links on the deployed stack, with the key that its deployment made."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from local.stack.deploy import STACK_NAME
from local.stack.start import Stack
from tests.stack.client import Client, Reply, Sender, eventually
from tocsin.domain.ids import AlertId
from tocsin.domain.link import Links, LinkSigner, read_link_key

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def signer(stack: Stack) -> LinkSigner:
    """Makes links as the notifier does: with the stack's own key, which the deployer may read."""
    written = stack.aws.client("ssm").get_parameter(
        Name=f"/tocsin/{STACK_NAME}/link-key", WithDecryption=True
    )
    return LinkSigner(read_link_key(written["Parameter"]["Value"]), stack.url)


@pytest.fixture
def alert_id(rest: Sender, new_name: Callable[[str], str]) -> AlertId:
    return AlertId(rest.send(name=new_name("Disk full"), severity="critical")["alert_id"])


@pytest.fixture
def links(signer: LinkSigner, alert_id: AlertId) -> Links:
    return signer.links(alert_id, by="alice", at=datetime.now(UTC))


@pytest.fixture
def phone(stack: Stack) -> Client:
    """A client without a key."""
    return Client(stack.url, None)


def press(phone: Client, url: str, **headers: str) -> Reply:
    return phone.post(urlsplit(url).path, b"", Content_Type=FORM, **headers)


def test_the_page_works_without_a_login_and_without_script(phone: Client, links: Links) -> None:
    page = phone.get(urlsplit(links.view).path).expect(200)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "Disk full" in page.text
    assert re.findall(r'name="action" value="([a-z]+)', page.text)[0] == "acknowledge"
    assert "Nobody has it" in page.text
    assert "<script" not in page.text


def test_the_buttons_of_a_link_to_view_act(
    phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    path = urlsplit(links.view).path

    def press_on_page(action: str) -> Reply:
        """Press as a browser does: with the state that the page shows."""
        seen = re.findall(r'name="seen" value="([0-9]+)"', phone.get(path).expect(200).text)[0]
        body = f"action={action}&seen={seen}".encode()
        pressed = phone.post(path, body, Content_Type=FORM).expect(303)
        assert pressed.headers["location"] == path.rpartition("/")[2]
        return phone.get(path).expect(200)

    assert "snoozed it until" in press_on_page("snooze:4h").text
    first = api.alert(alert_id)["snoozed_until"]
    press_on_page("snooze:15m")
    assert api.alert(alert_id)["snoozed_until"] < first
    press_on_page("unsnooze")
    assert api.alert(alert_id)["snoozed_until"] is None
    for _ in range(2):
        press_on_page("acknowledge")
        assert api.alert(alert_id)["status"] == "acknowledged"
        press_on_page("unacknowledge")
        assert api.alert(alert_id)["status"] == "firing"

    assert "resolved it at" in press_on_page("resolve").text
    assert api.alert(alert_id)["resolved_by"] == "alice"


def test_who_is_late_reads_who_was_first(
    phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    path = urlsplit(links.view).path
    api.post(f"/api/v1/alerts/{alert_id}/resolve").expect(200)

    phone.post(path, b"action=acknowledge&seen=0", Content_Type=FORM).expect(303)

    page = phone.get(path).expect(200)
    assert "Nothing was changed." in page.text
    assert "<button" not in page.text


def test_forged_old_and_foreign_presses_are_refused(
    phone: Client, api: Client, signer: LinkSigner, links: Links, alert_id: AlertId
) -> None:
    forged = LinkSigner(bytes(32), signer.public_url)
    old = datetime(2026, 1, 1, tzinfo=UTC)
    path = urlsplit(links.acknowledge).path

    unknown = phone.get(f"{path[:-1]}").expect(404)
    made_up = press(phone, forged.links(alert_id, by="alice", at=datetime.now(UTC)).resolve)
    assert made_up.expect(404).text == unknown.text
    press(phone, signer.links(alert_id, by="alice", at=old).resolve).expect(410)
    press(phone, links.resolve, Origin="https://evil.example").expect(403)
    assert api.alert(alert_id)["status"] == "firing"


def test_the_local_page_may_post_to_itself(
    stack: Stack, phone: Client, api: Client, links: Links, alert_id: AlertId
) -> None:
    press(phone, links.resolve, Origin=stack.url).expect(303)

    assert api.alert(alert_id)["status"] == "resolved"


def test_no_log_of_the_stack_holds_a_link(stack: Stack, phone: Client, links: Links) -> None:
    tokens = [urlsplit(url).path.removeprefix("/act/") for url in (links.view, links.snooze)]
    phone.get(f"/act/{tokens[0]}").expect(200)
    press(phone, links.snooze).expect(303)
    logs = stack.aws.client("logs")

    def written() -> str:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=stack.deployment.functions["ActionsFunction"].log_group
        )
        return "\n".join(event["message"] for page in pages for event in page["events"])

    text = eventually(written, lambda lines: "/act/{token}" in lines)
    text += "\n".join(path.read_text() for path in stack.places.logs.glob("requests*"))
    assert not [token for token in tokens if token in text]
