"""A digest as an SMS: one segment where its text allows, two at most."""

from typing import Final

from tocsin.domain.digest_in_words import where
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.phrase import plain
from tocsin.domain.sender_text import ended
from tocsin.domain.short_message import (
    TITLE_LIMIT,
    clean,
    cut_at_word,
    fitted,
    shorter_titles,
)

PLACE_LIMIT: Final = 20
"""Characters of a place's name."""


def short_digest(message: DigestMessage, link: str = "") -> str:
    """Write the most important facts, the link on a line of its own.

    A storm of the team is said, in a second segment if need be, where no more than who has them
    goes for it. The rest is shortened in this order: who has them goes, the newest title is cut to
    20 characters at least, a second segment is used, one place is named in place of two, then none.
    How many, how bad and the link are cut by none of these.

    Args:
        message: What to say.
        link: Empty for none; one that leaves no room for a text is left out.
    """
    title = _title(message)
    if storm := message.storm_short:
        # It stands last: a text that is too long is cut there.
        said = fitted([_written(message, title, storm, has_who=it) for it in (True, False)], link)
        if storm in said:
            return said
    titles = [title, *shorter_titles(title)]
    texts = [
        _written(message, title, has_who=True),
        *(_written(message, each) for each in titles),
    ]
    shortest = [_written(message, titles[-1], places=places) for places in (1, 0)]
    return fitted(texts, link, shortest=shortest)


def _title(message: DigestMessage) -> str:
    if message.newest is None:
        return ""
    title = clean(message.newest.title) or "?"
    return cut_at_word(title, TITLE_LIMIT).rstrip(".")


def _written(
    message: DigestMessage,
    title: str,
    storm: str = "",
    *,
    has_who: bool = False,
    places: int | None = None,
) -> str:
    """`7 ALERTS, 2 CRITICAL, 1 min: api 5, db 2. Newest: …. Bob is called 03:08.`."""
    at = _where(message, places)
    how_bad, who = f"{message.tally.how_bad.upper()}, {message.age}", plain(message.who)
    news, coming = message.lead_short or who, message.next_short
    if not message.tally.asking:
        news, coming = message.lead_short, who
    parts = (
        f"{how_bad}: {at}." if at else f"{how_bad}.",
        f"Newest: {ended(title)}" if title else "",
        clean(news) if has_who else "",
        clean(coming),
        storm,
    )
    return " ".join(part for part in parts if part)


def _where(message: DigestMessage, count: int | None) -> str:
    shown = message.places if count is None else message.places[:count]
    if not shown:
        return ""
    left = sum(place.alerts for place in message.places[len(shown) :])
    return clean(where(shown, message.others + left, PLACE_LIMIT))
