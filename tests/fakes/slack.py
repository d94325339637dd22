"""Slack in memory: what a channel shows, and what Slack refuses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tocsin.channels.ports import Answer

TEXT_LIMITS: Final = {
    "placeholder": 150,
    "accessibility_label": 75,
    "action_id": 255,
    "block_id": 255,
    "url": 3_000,
    "color": 7,
}
"""By the documentation of Block Kit, in characters."""
OF_BUTTON: Final = {"text": 75, "value": 2_000}
OF_OPTION: Final = {"text": 75, "value": 75}
OF_CONFIRM: Final = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
PLAIN_LIMIT: Final = 3_000
BLOCKS_LIMIT: Final = 50
ELEMENTS_LIMITS: Final = {"actions": 25, "context": 10}
OPTIONS_LIMIT: Final = 100
TEXT_LIMIT: Final = 3_000


def expect_taken(said: Mapping[str, Any]) -> None:
    """Expect that Slack takes a message: it refuses one over a single limit.

    Raises:
        AssertionError: It is over one.
    """
    assert 0 < len(said["text"]) <= TEXT_LIMIT
    for attachment in said.get("attachments", ()):
        assert attachment["fallback"]
        assert 0 < len(attachment["blocks"]) <= BLOCKS_LIMIT
        for block in attachment["blocks"]:
            _expect_block(block)
    _expect_texts(said)


def _expect_block(block: Mapping[str, Any]) -> None:
    assert block["type"] in {"rich_text", "actions", "context"}
    elements = block["elements"]
    assert 0 < len(elements) <= ELEMENTS_LIMITS.get(block["type"], len(elements))
    ids = [each["action_id"] for each in elements if "action_id" in each]
    assert len(ids) == len(set(ids))
    for each in elements:
        match each["type"]:
            case "button":
                _expect_lengths(each, OF_BUTTON)
                _expect_lengths(each.get("confirm", {}), OF_CONFIRM)
                assert {"value", "url"} & each.keys()
            case "static_select":
                assert 0 < len(each["options"]) <= OPTIONS_LIMIT
                for option in each["options"]:
                    _expect_lengths(option, OF_OPTION)
            case "rich_text_section" | "rich_text_preformatted":
                assert all(inner.get("text", "x") for inner in each["elements"])
                assert each["elements"]
            case "rich_text_list":
                assert each["style"] in {"bullet", "ordered"}
                _expect_block({"type": "rich_text", "elements": each["elements"]})
            case _:
                assert each["type"] == "plain_text"


def _expect_lengths(members: Mapping[str, Any], limits: Mapping[str, int]) -> None:
    for name, limit in limits.items():
        if name in members:
            value = members[name]
            text = value["text"] if isinstance(value, dict) else value
            assert 0 < len(text) <= limit, name


def _expect_texts(value: object) -> None:
    match value:
        case {"type": "mrkdwn"}:
            raise AssertionError("Slack would read a sender's format")
        case {"type": "plain_text", "text": str(text), "emoji": False}:
            assert 0 < len(text) <= PLAIN_LIMIT
        case {"type": "plain_text"}:
            raise AssertionError(value)
        case dict():
            for name, inner in value.items():
                if name in TEXT_LIMITS and isinstance(inner, str):
                    assert 0 < len(inner) <= TEXT_LIMITS[name], name
                _expect_texts(inner)
        case list():
            for inner in value:
                _expect_texts(inner)
        case _:
            assert isinstance(value, str | int | bool)


@dataclass
class Posted:
    """A message as its channel shows it."""

    timestamp: str
    said: dict[str, Any]
    rewritten: int = 0

    @property
    def text(self) -> str:
        text: str = self.said["text"]
        return text

    @property
    def thread(self) -> str | None:
        return self.said.get("thread_ts")

    @property
    def is_in_channel(self) -> bool:
        return self.thread is None or bool(self.said.get("reply_broadcast"))


@dataclass
class Slack:
    """Implements `Outbound`: a workspace that takes messages and rewrites them."""

    allow_private: bool = True
    posted: list[Posted] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """Methods whose next call is refused, each with the error."""
    calls: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """The notification's id in each message, as it was posted."""

    def is_private(self, host: str) -> bool:
        return not host

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        assert headers["authorization"].startswith("Bearer xoxb-")
        method, said = url.rpartition("/")[2], json.loads(body)
        self.calls.append(method)
        for refusal in self.refusals:
            if refusal[0] == method:
                self.refusals.remove(refusal)
                return _answer(ok=False, error=refusal[1])
        expect_taken(said)
        match method:
            case "chat.postMessage":
                return self._post(said)
            case "chat.update":
                return self._update(said)
            case _:
                return _answer(ok=False, error="unknown_method")

    def _post(self, said: dict[str, Any]) -> Answer:
        thread = said.get("thread_ts")
        if thread is not None and self.at(thread) is None:
            return _answer(ok=False, error="thread_not_found")
        timestamp = f"1700000000.{len(self.calls):06}"
        self.posted.append(Posted(timestamp, said))
        self.names.append(said["metadata"]["event_payload"]["notification_id"])
        return _answer(ok=True, channel="C1", ts=timestamp)

    def _update(self, said: dict[str, Any]) -> Answer:
        found = self.at(said["ts"])
        if found is None:
            return _answer(ok=False, error="message_not_found")
        found.said = {**found.said, **said, "channel": found.said["channel"]}
        found.rewritten += 1
        return _answer(ok=True, channel="C1", ts=said["ts"])

    def at(self, timestamp: str) -> Posted | None:
        return next((each for each in self.posted if each.timestamp == timestamp), None)

    def delete(self, posted: Posted) -> None:
        self.posted.remove(posted)

    @property
    def firsts(self) -> list[Posted]:
        """Messages that are no replies."""
        return [each for each in self.posted if each.thread is None]

    @property
    def replies(self) -> list[Posted]:
        return [each for each in self.posted if each.thread is not None]


def _answer(**said: object) -> Answer:
    return Answer(200, {}, json.dumps(said).encode())
