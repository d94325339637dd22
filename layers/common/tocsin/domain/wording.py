"""An alert in words, for one reader at one time: the same in every message and on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import AUTO, Actor
from tocsin.domain.next_action import next_action
from tocsin.domain.severity import Severity
from tocsin.domain.signal import CUT_MARK, printable

TITLE_LIMIT: Final = 200
_ACTORS: Final = {
    "link": "{}",
    "slack": "{} (Slack)",
    "key": "API key {}",
    "integration": "integration {}",
}


class Span(NamedTuple):
    """A part of a sentence."""

    text: str
    is_strong: bool = False
    at: datetime | None = None
    """The text is this time of day; Slack shows it in each reader's own zone."""


type Phrase = tuple[Span, ...]


def plain(phrase: Phrase) -> str:
    return "".join(span.text for span in phrase)


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


class Preset(NamedTuple):
    """A choice of a snooze."""

    value: str
    """`15m`, `1h`, `4h`, or a time of day in the reader's zone such as `09:00`."""
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom words are written."""

    name: str
    """Of a user or a channel."""
    is_person: bool
    """A channel has no "you"."""
    zone: str = "UTC"
    """A name of the IANA database: the user's, or the team's for a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names of people as they are shown."""

    users: Mapping[str, str] = field(default_factory=dict)
    """By user name."""

    def of(self, user: str) -> str:
        return self.users.get(user) or user[:1].upper() + user[1:]


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
    severity_mark: str = ""
    """Of the severity: filled if nobody has it, else outlined."""
    heading: Phrase
    """Above the title of a page: `Firing since 4 min (02:58 Berlin)`."""
    title: str
    where: str
    place: str = ""
    """In an SMS: the object, unless the title names it."""
    since: Phrase
    since_clock: Phrase = ()
    """The same without a relative time: for messages that stay for hours."""
    who: Phrase
    next: Phrase
    next_short: str
    """The same in an SMS; may be empty."""
    age: str
    """`3 min`: how long it has lasted, for an SMS."""
    if_acknowledged: Phrase
    if_resolved: Phrase
    if_given_back: Phrase
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
) -> Wording:
    """Write an alert for one reader."""
    actor = _actor(alert.acknowledged_by, names)
    action = next_action(alert)
    is_open = alert.is_open
    return Wording(
        severity=alert.severity,
        status=alert.status,
        band=Band(alert.severity.value) if is_open else Band.OVER,
        mark="■" if alert.status is AlertStatus.FIRING else "✓",
        word=alert.severity.upper() if alert.status is AlertStatus.FIRING else alert.status.upper(),
        state=f"{actor} has it" if alert.acknowledged_by else "Nobody has it",
        severity_mark="■",
        heading=(Span(f"since {written(alert.fired_at)}"),),
        title=one_line(alert.facts.summary or alert.facts.name, TITLE_LIMIT),
        where=f"says {alert.integration}",
        place=alert.facts.object or "",
        since=(Span(f"Since {written(alert.fired_at)}."),),
        since_clock=(Span("Since "), Span(f"{alert.fired_at:%H:%M}", at=alert.fired_at), Span(".")),
        who=(Span(f"{actor} has it.", is_strong=True),),
        next=(Span(action.why),),
        next_short=action.why,
        age="3 min",
        if_acknowledged=(Span("Once you acknowledge, you have it."),),
        if_resolved=(Span("Is it over for everybody? If it fires again, it is a new page."),),
        if_given_back=(Span("Then nobody has it."),),
        runbook=None,
        dashboard=None,
        more_links=(),
        details=alert.facts.reason,
        labels=tuple(alert.facts.labels.items()),
        happened=tuple(happened),
        city=reader.zone,
        presets=(Preset("15m", "15 min"), Preset("1h", "1 h"), Preset("4h", "4 h")),
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
