"""The title of an alert, and the subject that all messages of its episode share."""

from typing import Final

from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

SUBJECT_LIMIT: Final = 120
"""Characters; mail programs show fewer."""
_WHOLE: Final = 5 * SUBJECT_LIMIT
_WORD_SIGNS: Final = "-_./"


def title_of(facts: Facts, limit: int) -> str:
    return one_line(facts.summary or facts.name, limit) or one_line(facts.name, limit)


def place_of(facts: Facts) -> str:
    """What it is about: the object, else the service."""
    return one_line(facts.object or facts.labels.get("service") or "", NAME_SHOWN)


def place_and_title(facts: Facts, limit: int) -> str:
    """`checkout: 8.4 % of requests fail with 5xx`; a place that begins the title is said once."""
    title, place = title_of(facts, limit), place_of(facts)
    said = f"{place}: {title}" if place else title
    if place and title.casefold().startswith(place.casefold()):
        rest = title[len(place) :]
        if rest.startswith(":"):
            said = f"{place}{rest}"
        elif not rest or not (rest[0].isalnum() or rest[0] in _WORD_SIGNS):
            said = title
    return one_line(said, limit)


def subject_of(severity: Severity, facts: Facts) -> str:
    """`CRITICAL checkout: 8.4 % of requests fail with 5xx`.

    No square brackets of our own: Gmail leaves bracketed text out when it compares subjects.
    """
    return one_line(f"{severity.upper()} {place_and_title(facts, _WHOLE)}", SUBJECT_LIMIT)
