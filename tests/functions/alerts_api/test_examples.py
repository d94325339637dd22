"""Each curl line of the documentation page works as it is printed, in an order that makes sense."""

import itertools
import json
import re
import shlex
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

import pytest

from functions.alerts_api.schemas.operation import PATH_EXAMPLES
from functions.alerts_api.schemas.sign_in import DOOR_ROUTES
from tests.functions.alerts_api.client import request_event
from tests.functions.ingest.gateway import TOKEN
from tests.openapi.whole_api import KEY, KEY_ID, NAME, SPARE, WholeApi

FIRST: Final = (
    *("put_channel", "put_user", "put_escalation_policy", "put_route", "put_integration"),
    *(
        "put_silence",
        "put_maintenance_window",
        "put_heartbeat",
        "make_key",
        "take_from_integration",
        "escalate_alert",
    ),
    *("ack_alert", "unack_alert"),
    *("acknowledge_alert", "snooze_alert", "unsnooze_alert", "open_incident"),
    "attach_alerts",
    *("put_schedule", "make_schedule_feed", "make_user_feed"),
    *("ask_for_swap", "decline_swap", "withdraw_swap"),
)
MADE: Final = {
    "make_override": "override_id",
    "ask_for_swap": "swap_id",
    "add_push_device": "device_id",
}
"""The id in the answer, which later commands have."""
ENDS_A_SWAP: Final = {"accept_swap", "decline_swap", "withdraw_swap"}
LAST: Final = (
    *("resolve_incident", "resolve_alert", "act_on_many", "revoke_key", "delete_heartbeat"),
    *("delete_silence", "delete_maintenance_window", "remove_push_device"),
    *("delete_integration", "delete_route", "delete_escalation_policy"),
    *("revoke_schedule_feed", "revoke_user_feed", "delete_schedule", "delete_user"),
    "delete_channel",
)
DOORS: Final = tuple(name for _, _, name in DOOR_ROUTES)
"""Answered by functions/session."""
_COMMAND: Final = re.compile(
    r'<h3 id="(\w+)">(?:(?!<h3).)*?<h4>Example</h4><pre[^>]*><code>(.*?)</code>', re.DOTALL
)


def printed(api: WholeApi) -> dict[str, list[str]]:
    """The words of each command, by operation, in order."""
    answer = api.answer(request_event("GET", "/docs", body=None, query="", headers={}))
    commands = {
        name: shlex.split(unescape(text).replace("\\\n", " "))
        for name, text in _COMMAND.findall(answer["body"])
    }
    middle = [name for name in commands if name not in (*FIRST, *LAST, *DOORS)]
    return {name: commands[name] for name in (*FIRST, *middle, *LAST)}


def request_of(words: list[str], ids: Mapping[str, str]) -> dict[str, Any]:
    """What curl sends: it takes braces and brackets in an address for patterns."""
    assert words[0] == "curl"
    options = dict(zip(words[1:-1:2], words[2:-1:2], strict=True)) if len(words) > 2 else {}
    headers = [words[place + 1] for place, word in enumerate(words) if word == "-H"]
    body = words[words.index("-d") + 1] if "-d" in words else None
    address = words[-1]
    assert address.startswith("$URL/")
    assert not set(address) & set("{}[]")
    path = address.removeprefix("$URL")
    for example, known in ids.items():
        path = path.replace(example, known)
        body = body and body.replace(example, known)
    sent = dict(header.lower().split(": ", 1) for header in headers)
    if "authorization" in sent:
        assert sent["authorization"] == "bearer $key"
        sent["authorization"] = f"Bearer {KEY}"
    method = options.get("-X", "GET" if body is None else "POST")
    content = None if body is None else body.encode()
    return request_event(method, path, body=content, query="", headers=sent)


@pytest.fixture
def api() -> WholeApi:
    """Without its own routes and schedules, which would keep policies and people."""
    api = WholeApi()
    for noun, name in itertools.product(("routes", "schedules"), (NAME, SPARE)):
        headers = {"authorization": f"Bearer {KEY}"}
        path = f"/api/v1/{noun}/{name}"
        api.answer(request_event("DELETE", path, body=None, query="", headers=headers))
    return api


def test_each_printed_command_works(api: WholeApi) -> None:
    commands = printed(api)
    assert len(commands) > 60
    ids = {
        PATH_EXAMPLES["incident_id"]: api.incident_id,
        PATH_EXAMPLES["token"]: TOKEN,
        PATH_EXAMPLES["alert_id"]: api.alert_ids[0],
    }
    for name, words in commands.items():
        known = ids | ({PATH_EXAMPLES["key_id"]: KEY_ID} if name.endswith("_key") else {})
        if name.startswith("hear_"):
            known = known | {PATH_EXAMPLES["token"]: api.heartbeat_token}
        if name in ENDS_A_SWAP:
            asked = api.answer(request_of(commands["ask_for_swap"], ids))
            ids[PATH_EXAMPLES["swap_id"]] = json.loads(asked["body"])["data"]["id"]
            known = ids
        answer = api.answer(request_of(words, known))
        if name in MADE:
            ids[PATH_EXAMPLES[MADE[name]]] = json.loads(answer["body"])["data"]["id"]

        assert answer["statusCode"] < 300, (name, words, answer["body"])


def test_each_body_has_what_a_reader_needs(api: WholeApi) -> None:
    bodies = {
        name: json.loads(words[words.index("-d") + 1])
        for name, words in printed(api).items()
        if "-d" in words
    }

    assert bodies["put_route"]["match"]
    assert bodies["put_user"]["phone"]
    assert bodies["put_user"]["notify"]
    assert {"user": "alice"} in bodies["put_escalation_policy"]["steps"][0]["targets"]
    assert all(None not in body.values() for body in bodies.values())
