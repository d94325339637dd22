"""How a message looks in Slack: Block Kit.

Senders' texts are `plain_text`, in which Slack reads no mentions, links or format; only the
fallback for notifications is Slack's own format, and escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.link import LinkAction, Links

if TYPE_CHECKING:
    from tocsin.domain.message import Line, Message

HEADER_LIMIT: Final = 150
FIELD_LIMIT: Final = 2000
CONTEXT_LIMIT: Final = 2000
FALLBACK_LIMIT: Final = 3000
FIELDS_LIMIT: Final = 10
"""Slack's limits; it refuses a message over one of them."""

_IN_CONTEXT: Final = frozenset(("Next", "Asked", "Flapping"))

type Block = dict[str, Any]


def blocks(message: Message, alert: Alert, *, by_buttons: bool) -> list[Block]:
    """Lay a message out.

    Args:
        message: What to show.
        alert: Decides which actions are left.
        by_buttons: Whether buttons act in Slack; otherwise they are links to a page.
    """
    fields = [line for line in message.lines if line.label not in _IN_CONTEXT]
    context = [line for line in message.lines if line.label in _IN_CONTEXT]
    shown: list[Block] = [{"type": "header", "text": _plain(message.title, HEADER_LIMIT)}]
    if fields:
        texts = [_plain(_written(line), FIELD_LIMIT) for line in fields[:FIELDS_LIMIT]]
        shown.append({"type": "section", "fields": texts})
    if context:
        elements = [_plain(_written(line), CONTEXT_LIMIT) for line in context]
        shown.append({"type": "context", "elements": elements})
    if message.links is not None and alert.is_open:
        buttons = list(_buttons(message.links, alert, by_buttons=by_buttons))
        shown.append({"type": "actions", "elements": buttons})
    return shown


def fallback_text(message: Message) -> str:
    """The text of a phone's notification, in Slack's own format."""
    return escaped(message.title)[:FALLBACK_LIMIT]


def escaped(text: str) -> str:
    """Escape the three characters that are special in Slack's format."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _buttons(links: Links, alert: Alert, *, by_buttons: bool) -> Iterator[Block]:
    offered = [
        (LinkAction.ACKNOWLEDGE, "Acknowledge", links.acknowledge),
        (LinkAction.SNOOZE, "Snooze 1h", links.snooze),
        (LinkAction.RESOLVE, "Resolve", links.resolve),
    ]
    if alert.status is AlertStatus.ACKNOWLEDGED:
        del offered[0]
    for action, label, url in offered:
        yield _button(action, label) | ({"value": _token(url)} if by_buttons else {"url": url})
    yield _button(LinkAction.VIEW, "View") | {"url": links.view}


def _button(action: LinkAction, label: str) -> Block:
    button = {"type": "button", "action_id": action.value, "text": _plain(label, len(label))}
    return button | ({"style": "primary"} if action is LinkAction.ACKNOWLEDGE else {})


def _token(url: str) -> str:
    """A link's token, which a button carries as its value."""
    return url.rpartition("/")[2]


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": text[:limit], "emoji": False}


def _written(line: Line) -> str:
    return f"{line.label}: {line.text}"
