"""A digest as lines of plain text, for channels without a form of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tocsin.domain.phrase import Phrase, joined, plain
from tocsin.domain.sender_text import ended

if TYPE_CHECKING:
    from tocsin.domain.digest_message import DigestLine, DigestMessage


def headline(message: DigestMessage) -> str:
    """`7 alerts, 2 critical, since 03:02 (Berlin)`."""
    return plain(message.heading)


def body(message: DigestMessage) -> str:
    """Where, the newest, who has them, what happens next, the link, then each alert."""
    parts = ("\n".join(part) for part in _parts(message) if part)
    return "\n\n".join(parts)


def _parts(message: DigestMessage) -> Iterator[list[str]]:
    newest = message.newest
    newest_said = f"{message.newest_of}: {ended(newest.title)}" if newest else ""
    sentences: tuple[Phrase, ...] = (message.lead, joined(message.who, message.next))
    said = [message.where, newest_said, *map(plain, sentences)]
    yield [line for line in said if line]
    if message.links is not None:
        yield [f"{message.button}: {message.links.acknowledge}", plain(message.only_these)]
    yield [*map(_line, message.lines), *((message.left_out,) if message.left_out else ())]


def _line(line: DigestLine) -> str:
    state = f", {line.state}" if line.state else ""
    newest = ", newest" if line.is_newest else ""
    return f"{line.word} {line.title}, {plain(line.since)}{newest}{state}"
