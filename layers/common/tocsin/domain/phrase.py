"""Sentences in parts, so that each channel shows strong words and times in its own way."""

from datetime import datetime
from typing import NamedTuple


class Span(NamedTuple):
    """A part of a sentence."""

    text: str
    is_strong: bool = False
    at: datetime | None = None
    """The text is this time of day; Slack shows it in each reader's own zone. `now` has none."""


type Phrase = tuple[Span, ...]


def plain(phrase: Phrase) -> str:
    return "".join(span.text for span in phrase)


def joined(*phrases: Phrase) -> Phrase:
    """Put sentences behind each other, with a space between."""
    said: list[Span] = []
    for phrase in phrases:
        if phrase:
            said += (*((Span(" "),) if said else ()), *phrase)
    return tuple(said)
