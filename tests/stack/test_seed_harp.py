"""Harp's page on its REST API: what it shows works here as written."""

import json
import re
from collections.abc import Callable

import pytest

from tests.published import document, json_blocks
from tests.stack.client import Client, Sender

PAGE = document("harp-rest-api")
CREATE, RESOLVE = json_blocks(PAGE)
SENT = json.loads(CREATE)
(SEVERITIES,) = re.findall(r"^- `severity` .* Possible values are \S (.*)$", PAGE, re.MULTILINE)
MEANT = {
    "information": "info",
    "warning": "warning",
    "critical": "critical",
    "unknown": "warning",
    "urgent": "critical",
}


@pytest.fixture
def harp(new_integration: Callable[..., Sender]) -> Sender:
    """A newly registered integration, as the page tells its reader to make."""
    return new_integration()


def test_the_payload_to_create_opens_an_alert_with_all_it_says(harp: Sender, api: Client) -> None:
    (result,) = harp.post(CREATE.encode()).expect(202).data["results"]

    alert = api.alert(result["alert_id"])
    assert result["outcome"] == "opened"
    assert {name: alert[name] for name in ("status", "name", "severity", "source", "object")} == {
        "status": "firing",
        "name": SENT["name"],
        "severity": SENT["severity"],
        "source": SENT["source"],
        "object": SENT["object"],
    }
    assert alert["reason"] == SENT["output"]
    assert alert["labels"] == SENT["extra_tags"]
    assert alert["urls"] == SENT["extra_urls"]


def test_the_payload_to_resolve_resolves_it(harp: Sender, api: Client) -> None:
    opened = harp.send(**SENT)

    (result,) = harp.post(RESOLVE.encode()).expect(202).data["results"]

    assert result == {**opened, "outcome": "resolved"}
    assert api.alert(opened["alert_id"])["status"] == "resolved"


def test_every_listed_severity_is_understood(harp: Sender, api: Client) -> None:
    words = SEVERITIES.split(", ")
    assert set(words) == {*MEANT, "ok"}

    for word, severity in MEANT.items():
        alert = api.alert(harp.send(**SENT | {"severity": word})["alert_id"])
        assert (alert["severity"], alert["source_severity"]) == (severity, word)
    assert harp.send(**SENT | {"severity": "ok"})["outcome"] == "resolved"


def test_every_listed_field_is_one_of_the_payload() -> None:
    assert set(re.findall(r"^- `(\w+)` \S ", PAGE, re.MULTILINE)) == SENT.keys()
