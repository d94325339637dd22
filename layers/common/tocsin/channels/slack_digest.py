"""How a digest looks in Slack; sender's texts stand where Slack reads no format, as in pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tocsin.channels.slack_blocks import (
    COLOURS,
    OPEN,
    PLAIN_LIMIT,
    TITLE_LIMIT,
    Block,
    button,
    escaped,
    mentioned,
    merged,
    plain_text,
    rich,
    section,
    span_element,
)
from tocsin.domain.link import AWAKE
from tocsin.domain.phrase import joined, plain
from tocsin.domain.sender_text import one_line

if TYPE_CHECKING:
    from tocsin.domain.digest_message import DigestLine, DigestMessage

OPEN_AWAKE = "open_awake"


def first_line(message: DigestMessage, mentions: Sequence[str] = ()) -> str:
    """What a phone shows: `■ *2 CRITICAL* of 7 alerts: api 5, db 2. Newest: …`."""
    word, whole = message.tally.word, message.tally.of_how_many
    newest = f". Newest: {_title(message.newest)}" if message.newest else ""
    said = escaped(f"{whole.removeprefix(word)}: {message.where}{newest}")
    return f"{mentioned(mentions)}{message.mark} *{word}*{said}"


def attachment(message: DigestMessage) -> Block:
    """Lay the facts out below the first line."""
    who = plain(message.who)
    said = f"{message.tally.of_how_many}, {message.tally.state}: {message.where}. {who}"
    return {
        "color": COLOURS[message.band],
        "fallback": escaped(said),
        "blocks": list(_blocks(message)),
    }


def _blocks(message: DigestMessage) -> Iterator[Block]:
    yield rich(section(_facts(message)))
    if buttons := list(_buttons(message)):
        yield {"type": "actions", "elements": buttons}
    if message.lines:
        lines = [section(_line(line)) for line in message.lines]
        listed = {"type": "rich_text_list", "style": "bullet", "indent": 0, "border": 0}
        yield rich({**listed, "elements": lines})
    left_out = f"{message.left_out}." if message.left_out else ""
    if below := " ".join(filter(None, (left_out, plain(message.only_these)))):
        yield {"type": "context", "elements": [plain_text(below, PLAIN_LIMIT)]}


def _facts(message: DigestMessage) -> list[Block]:
    title: Block = {
        "type": "text",
        "text": f"{message.tally.how_bad}: {message.where}",
        "style": {"bold": True},
    }
    if message.links is not None:
        title |= {"type": "link", "url": message.links.acknowledge}
    sentences = joined(message.lead, message.who, message.next)
    return merged(
        [
            title,
            {"type": "text", "text": "\nSince "},
            *map(span_element, message.since),
            {"type": "text", "text": ". "},
            *map(span_element, sentences),
        ]
    )


def _buttons(message: DigestMessage) -> Iterator[Block]:
    links = message.links
    if links is None:
        return
    is_primary = {"style": "primary"} if message.tally.asking else {}
    yield button(OPEN, message.button) | {"url": links.acknowledge} | is_primary
    if links.awake is not None:
        yield button(OPEN_AWAKE, AWAKE) | {"url": links.awake}


def _line(line: DigestLine) -> list[Block]:
    word = {"type": "text", "text": f"{line.mark} {line.word.capitalize()} "}
    newest = ", newest" if line.is_newest else ""
    state = f", {line.state}" if line.state else ""
    return merged(
        [
            word | {"style": {"bold": True}},
            {"type": "text", "text": _title(line)},
            {"type": "text", "text": "  since "},
            *map(span_element, line.since_clock),
            {"type": "text", "text": f"{newest}{state}"},
        ]
    )


def _title(line: DigestLine) -> str:
    return one_line(line.title, TITLE_LIMIT) or "?"
