"""Opsgenie's SDK, and Apprise's Opsgenie, which closes by the id of the request that opened."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.stack.client import Sender
from tests.stack.clients.programs import run
from tests.stack.clients.pypi import expect_good, key_of, only_alert, opsgenie, script

ALIAS = {"identifier": "disk-db1", "identifier_type": "alias"}


@pytest.fixture
def sender(new_integration: Callable[..., Sender]) -> Sender:
    return new_integration(type="opsgenie")


@pytest.fixture
def sdk(sender: Sender, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    return lambda method, **arguments: opsgenie(sender, tmp_path, method, **arguments)


def test_opsgenies_sdk_leads_an_alert_through_its_life(
    sender: Sender, sdk: Callable[..., dict[str, Any]]
) -> None:
    payload = {
        "message": "Disk full on db-1",
        "alias": "disk-db1",
        "priority": "P1",
        "tags": ["db"],
        "details": {"host": "db-1"},
    }
    created = sdk("create_alert", create_alert_payload={"CreateAlertPayload": payload})
    fired = only_alert(sender)
    status = sdk("get_request_status", request_id=created["request_id"])["data"]
    shown = sdk("get_alert", identifier=created["request_id"])["data"]

    assert created["result"] == "Request will be processed"
    assert (fired["status"], fired["severity"], fired["dedup_key"]) == (
        "firing",
        "critical",
        "disk-db1",
    )
    assert (status["is_success"], status["alert_id"]) == (True, fired["id"])
    assert (shown["id"], shown["tags"], shown["details"]) == (fired["id"], ["db"], {"host": "db-1"})

    note = {"AddNoteToAlertPayload": {"note": "looking", "user": "u"}}
    sdk("add_note", **ALIAS, add_note_to_alert_payload=note)
    sdk("acknowledge_alert", **ALIAS)
    assert only_alert(sender)["acknowledged_by"] == f"integration:{sender.name}"
    sdk("un_acknowledge_alert", **ALIAS)
    assert only_alert(sender)["status"] == "firing"

    message = {"UpdateAlertMessagePayload": {"message": "Disk fuller"}}
    sdk("update_alert_message", **ALIAS, update_alert_message_payload=message)
    assert only_alert(sender)["summary"] == "Disk fuller"

    snooze = {"SnoozeAlertPayload": {"end_time": "2199-01-01T00:00:00Z"}}
    sdk("snooze_alert", **ALIAS, snooze_alert_payload=snooze)
    assert only_alert(sender)["snoozed_until"] is not None

    listed = sdk("list_alerts", query="status: open AND tag: db")["data"]
    assert [it["id"] for it in listed] == [fired["id"]]
    assert sdk("count_alerts", query="status=open")["data"]["count"] == 1

    sdk("close_alert", **ALIAS)
    assert only_alert(sender)["status"] == "resolved"
    (told,) = sdk("list_notes", **ALIAS)["data"]
    assert told["note"] == "u: looking"


def test_apprises_opsgenie_fires_and_closes(sender: Sender, tmp_path: Path) -> None:
    mapping = "action=map&:failure=new&:success=close&:info=note&alias=disk-db1&entity=db-1"
    url = f"opsgenie://{key_of(sender)}/@ops@example.com/#platform?{mapping}&priority=p2"

    def notify(type_: str) -> dict[str, Any]:
        arguments = (sender.api.url, str(tmp_path), url, type_, "Disk full", "db-1 at 99%")
        expect_good(run(script("apprise_notify.py", *arguments), tmp_path))
        return only_alert(sender)

    fired = notify("failure")
    notify("info")
    resolved = notify("success")

    assert (fired["status"], fired["object"], fired["reason"]) == ("firing", "db-1", "db-1 at 99%")
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])
    notes = [it["note"] for it in sender.api.timeline(fired["id"]) if it["type"] == "note"]
    assert set(notes) == {"db-1 at 99%"}
