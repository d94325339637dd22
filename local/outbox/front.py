"""HTTP of the outbox: it receives Slack, webhooks, pushes and the backstop topic, and shows all."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from local.ministack_gaps.gateway_answers import Answer, refusal
from local.outbox.kept_messages import KeptMessage, Outbox
from local.outbox.pages import list_page, message_page

PREFIX: Final = "/_outbox"
SLACK: Final = f"{PREFIX}/slack"
"""The base of a Slack API that answers as Slack does and keeps what it is sent."""
HOOKS: Final = f"{PREFIX}/hooks"
PUSH: Final = f"{PREFIX}/push"
"""The base of a push service, for a browser whose keys the outbox has."""
TOPIC: Final = f"{PREFIX}/topic"
BODY_LIMIT_BYTES: Final = 1_048_576
"""Several times the longest message: what is kept is held in memory."""
PUSH_LIMIT_BYTES: Final = 4_096
"""As much as a push service has to take."""
_OF_A_PUSH: Final = ("ttl", "urgency", "topic")
_TAKES: Final = f"The outbox takes a JSON object of {BODY_LIMIT_BYTES} bytes at most."
_HTML: Final = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]
# Links of an e-mail open in a tab of their own; nothing else of it may act.
_MAIL: Final = [
    ("Content-Type", "text/html; charset=utf-8"),
    (
        "Content-Security-Policy",
        (
            "default-src 'none'; style-src 'unsafe-inline'; "
            "sandbox allow-popups allow-popups-to-escape-sandbox"
        ),
    ),
    ("Referrer-Policy", "no-referrer"),
]


class OutboxFront:
    """Answers what lies below `/_outbox`."""

    def __init__(
        self,
        outbox: Outbox,
        *,
        confirm: Callable[[str, str], None],
        tell: Callable[[KeptMessage], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Args: confirm: Confirms a subscription, by topic and token; tell: Hears of a push."""
        self._outbox = outbox
        self._confirm = confirm
        self._tell = tell
        self._now = now

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Answer | None:
        """None: not a path of the outbox."""
        path = path.partition("?")[0]
        if path != PREFIX and not path.startswith((f"{PREFIX}/", f"{PREFIX}.")):
            return None
        if not _is_from_here({name.lower(): value for name, value in headers.items()}):
            return refusal(HTTPStatus.FORBIDDEN, "The outbox is for this machine only.")
        if method == "POST":
            return self._receive(path, headers, body)
        if method not in {"GET", "HEAD"}:
            return refusal(HTTPStatus.METHOD_NOT_ALLOWED, "The outbox takes GET and POST.")
        return self._show(path)

    def _show(self, path: str) -> Answer:
        if path in {PREFIX, f"{PREFIX}/"}:
            return _page(list_page(self._outbox.all()))
        if path == f"{PREFIX}.json":
            return _json([asdict(message) for message in self._outbox.all()])
        name, _, part = path.removeprefix(f"{PREFIX}/").partition("/")
        message = self._outbox.get(unquote(name))
        if message is None:
            return refusal(HTTPStatus.NOT_FOUND, "There is no such message in the outbox.")
        if part == "html" and message.html is not None:
            return Answer(HTTPStatus.OK, _MAIL, message.html.encode())
        return _page(message_page(message))

    def _receive(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path.startswith(f"{PUSH}/"):
            return self._push(path.removeprefix(f"{PUSH}/"), headers, body)
        sent = _read(body) if len(body) <= BODY_LIMIT_BYTES else None
        if not isinstance(sent, dict):
            return refusal(HTTPStatus.BAD_REQUEST, _TAKES)
        if path.startswith(f"{SLACK}/"):
            return self._slack(path.removeprefix(f"{SLACK}/"), sent)
        if path == TOPIC:
            return self._topic(sent)
        if path.startswith(f"{HOOKS}/"):
            return self._webhook(path.removeprefix(f"{HOOKS}/"), headers, sent)
        return refusal(HTTPStatus.NOT_FOUND, f"Send to {HOOKS}/<any name>.")

    def _slack(self, call: str, sent: Mapping[str, Any]) -> Answer:
        """Answer as Slack's `chat.postMessage` and `chat.update` do."""
        place = str(sent.get("channel", ""))
        if call == "chat.postMessage":
            timestamp = f"{self._now():.6f}"
        elif call == "chat.update" and sent.get("ts"):
            timestamp = str(sent["ts"])
        else:
            return _json({"ok": False, "error": "unknown_method"})
        earlier = self._outbox.get(f"slack-{timestamp}")
        message = KeptMessage(
            id=f"slack-{timestamp}",
            at=earlier.at if earlier else self._now(),
            kind="slack",
            to=place,
            title=str(sent.get("text", "")),
            data=dict(sent),
        )
        self._outbox.add(message)
        return _json({"ok": True, "channel": place, "ts": timestamp})

    def _push(self, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer as a push service does (RFC 8030), and show what only the browser could read."""
        from local.outbox.push_receiver import NotForUsError, opened

        if len(body) > PUSH_LIMIT_BYTES:
            return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too long for a push.")
        try:
            said = opened(body)
        except NotForUsError:
            return refusal(HTTPStatus.BAD_REQUEST, "It is not encrypted for the outbox.")
        named = {key.lower(): value for key, value in headers.items()}
        message = KeptMessage(
            id=f"push-{uuid.uuid4()}",
            at=self._now(),
            kind="push",
            to=name,
            title=str(said.get("title", "")),
            text=str(said.get("body", "")),
            data=said,
            headers={each: named[each] for each in _OF_A_PUSH if each in named},
        )
        self._outbox.add(message)
        self._tell(message)
        location = [("Location", f"{PREFIX}/{message.id}")]
        return Answer(HTTPStatus.CREATED, location, b"")

    def _webhook(self, name: str, headers: Mapping[str, str], sent: Mapping[str, Any]) -> Answer:
        shown = {
            key.lower(): value
            for key, value in headers.items()
            if key.lower().startswith(("webhook-", "content-type", "user-agent"))
        }
        self._add(
            kind="webhook", to=name, title=str(sent.get("type", "")), data=sent, headers=shown
        )
        return _json({"ok": True})

    def _topic(self, sent: Mapping[str, Any]) -> Answer:
        if sent.get("Type") == "SubscriptionConfirmation":
            self._confirm(str(sent.get("TopicArn", "")), str(sent.get("Token", "")))
        else:
            self._add(
                kind="topic",
                to=str(sent.get("TopicArn", "")).rpartition(":")[2],
                title=str(sent.get("Subject") or sent.get("Message", "")).split("\n")[0],
                text=str(sent.get("Message", "")),
            )
        return _json({"ok": True})

    def _add(self, **fields: Any) -> None:  # noqa: ANN401 - those of KeptMessage
        message = KeptMessage(id="", at=self._now(), **fields)
        self._outbox.add(replace(message, id=f"{message.kind}-{uuid.uuid4()}"))


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_from_here(headers: Mapping[str, str]) -> bool:
    """Whether no page of another site asks: its messages hold links that act.

    Browsers send such a page's origin with what it posts, and the page's own name as the host if
    that name was made to lead to this machine.
    """
    host = urlsplit(f"//{headers.get('host', '')}")
    name = host.hostname or ""
    is_ours = name == "localhost" or _is_address(name)
    return is_ours and headers.get("origin", f"http://{host.netloc}") == f"http://{host.netloc}"


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _page(html: str) -> Answer:
    return Answer(HTTPStatus.OK, _HTML, html.encode())


def _json(value: object) -> Answer:
    return Answer(HTTPStatus.OK, [("Content-Type", "application/json")], json.dumps(value).encode())
