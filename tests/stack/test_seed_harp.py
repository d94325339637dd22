"""Harp's page on its REST API: what it shows works here as written."""

import json
import re
from collections.abc import Callable

import pytest

from tests.stack.client import Client, Sender
from tests.vendor_documents import document, json_blocks

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


def test_every_listed_severity_is_understood(harp: Sender, api: Client) -> None:
    words = SEVERITIES.split(", ")
    assert set(words) == {*MEANT, "ok"}

    for word, severity in MEANT.items():
        alert = api.alert(harp.send(**SENT | {"severity": word})["alert_id"])
        assert (alert["severity"], alert["source_severity"]) == (severity, word)
    assert harp.send(**SENT | {"severity": "ok"})["outcome"] == "resolved"


def test_every_listed_field_is_one_of_the_payload() -> None:
    assert set(re.findall(r"^- `(\w+)` \S ", PAGE, re.MULTILINE)) == SENT.keys()
