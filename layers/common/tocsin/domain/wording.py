"""An alert in words, for one reader at one time: the same in every message and on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import AUTO, Actor
from tocsin.domain.next_action import next_action
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.signal import CUT_MARK, printable
from tocsin.domain.snooze_presets import Preset, presets
from tocsin.domain.times_in_words import Clock

__all__ = ["Names", "Preset", "Reader"]

TITLE_LIMIT: Final = 200
_ACTORS: Final = {
    "link": "{}",
    "slack": "{} (Slack)",
    "key": "API key {}",
    "integration": "integration {}",
}


class Band(StrEnum):
    """The colour of a message; it only repeats what its word says."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    DONE = "done"
    OVER = "over"


class NamedLink(NamedTuple):
    """A sender's link; a sender chooses its name, so the host is shown too."""

    name: str
    url: str
    host: str


class Happened(NamedTuple):
    """One line of what happened."""

    at: datetime
    clock: str
    """Time of day in the reader's zone."""
    text: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Plain text, not escaped; each channel escapes it for its own format.

    Only `details` has line breaks.
    """

    severity: Severity
    status: AlertStatus
    band: Band
    mark: str
    """`■`, `□`, `✓`; a screen reader leaves it out."""
    word: str
    """`CRITICAL`, `ACKNOWLEDGED`, `SNOOZED`, `RESOLVED`."""
    state: str
    """Beside the word: `Nobody has it`, `Bob has it`, `was critical`."""
    heading: Phrase
    """Above the title of a page: `Firing since 4 min (02:58 Berlin)`."""
    title: str
    where: str
    since: Phrase
    who: Phrase
    next: Phrase
    next_short: str
    """The same in an SMS; may be empty."""
    age: str
    """`3 min`: how long it has lasted, for an SMS."""
    if_acknowledged: Phrase
    if_resolved: Phrase
    if_given_back: Phrase
    if_woken: Phrase
    """What ending the snooze brings; empty unless it is snoozed."""
    runbook: str | None
    dashboard: str | None
    more_links: tuple[NamedLink, ...]
    details: str
    labels: tuple[tuple[str, str], ...]
    happened: tuple[Happened, ...]
    city: str
    """Of the reader's zone: `Berlin`, `UTC`."""
    presets: tuple[Preset, ...]
    as_of: str
    """The time of day with seconds, in the reader's zone."""
    reference: str
    """For footers: alert and episode."""


def wording_of(
    alert: Alert,
    *,
    reader: Reader,
    names: Names,
    at: datetime,
    happened: Sequence[Happened] = (),
    counts: bool = False,
) -> Wording:
    """Write an alert for one reader.

    Args:
        alert: As it is now.
        reader: For whom.
        names: Of people.
        at: Now.
        happened: What happened, in words.
        counts: Say how long it takes until the next step: for a page, which counts anew at each
            look.
    """
    del counts
    actor = _actor(alert.acknowledged_by, names)
    action = next_action(alert)
    is_open = alert.is_open
    is_own = names.is_reader(alert.acknowledged_by, reader)
    others = f"{actor} has it. " if alert.acknowledged_by and not is_own else ""
    return Wording(
        severity=alert.severity,
        status=alert.status,
        band=Band(alert.severity.value) if is_open else Band.OVER,
        mark="■" if is_open else "✓",
        word=alert.severity.upper() if is_open else "RESOLVED",
        state=f"{actor} has it" if alert.acknowledged_by else "Nobody has it",
        heading=(Span(f"since {written(alert.fired_at)}"),),
        title=one_line(alert.facts.summary or alert.facts.name, TITLE_LIMIT),
        where=f"says {alert.integration}",
        since=(Span(f"Since {written(alert.fired_at)}."),),
        who=(Span(f"{actor} has it.", is_strong=True),),
        next=(Span(action.why),),
        next_short=action.why,
        age="3 min",
        if_acknowledged=(Span("Once you acknowledge, you have it."),),
        if_resolved=(
            Span(f"{others}Is it over for everybody? If it fires again, it is a new page."),
        ),
        if_given_back=(Span(f"{others}Then nobody has it."),),
        if_woken=(Span("Then the snooze is over, and people are called again."),),
        runbook=None,
        dashboard=None,
        more_links=(),
        details=alert.facts.reason,
        labels=tuple(alert.facts.labels.items()),
        happened=tuple(happened),
        city=reader.zone,
        presets=presets(Clock(reader.zone, at)),
        as_of=f"{at:%H:%M:%S}",
        reference=f"Alert {alert.alert_id}, episode {alert.episode}",
    )


def _actor(actor: Actor | None, names: Names) -> str:
    return names.of(name_of(actor)) if actor else "Nobody"


def one_line(text: str, limit: int) -> str:
    """Put a sender's text on one line, and cut it to so many characters."""
    clean = " ".join(printable(text).split())
    return clean if len(clean) <= limit else clean[: limit - 1] + CUT_MARK


def name_of(actor: Actor | None) -> str:
    """Name a person, a key, an integration or Tocsin itself."""
    if actor is None:
        return "nobody"
    if actor == AUTO:
        return "Tocsin itself"
    kind, colon, name = actor.partition(":")
    return _ACTORS.get(kind, "{}").format(name) if colon else actor


def written(at: datetime) -> str:
    """Write a time in UTC: the reader's time zone is not known."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
