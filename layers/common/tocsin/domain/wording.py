"""An alert in words, for one reader at one time: the same in every message and on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_links import NamedLink, links_of
from tocsin.domain.if_in_words import if_acknowledged, if_given_back, if_resolved, if_woken
from tocsin.domain.next_in_words import View, coming_of, who_has_it
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.reader import Names, Reader
from tocsin.domain.resolved_in_words import how_it_was, why_resolved
from tocsin.domain.sender_text import NAME_SHOWN, one_line, with_lines
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.snooze_presets import Preset, presets
from tocsin.domain.subject import place_of, title_of
from tocsin.domain.times_in_words import Clock, lasting

TITLE_LIMIT: Final = 200
DETAILS_LIMIT: Final = 2_500
LABEL_LIMIT: Final = 200
"""Characters of a label's name or value."""
_FILLED: Final = {Severity.CRITICAL: "■", Severity.WARNING: "◆", Severity.INFO: "●"}
_OUTLINED: Final = {Severity.CRITICAL: "□", Severity.WARNING: "◇", Severity.INFO: "○"}
DONE_MARK: Final = "✓"


class Band(StrEnum):
    """The colour of a message; it only repeats what its word says."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    DONE = "done"
    OVER = "over"


class Happened(NamedTuple):
    """One line of what happened."""

    at: datetime
    clock: str
    """Time of day in the reader's zone."""
    text: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Plain text, not escaped; each channel escapes it for its own format.

    Only `details` has line breaks. `who` and `next` stand behind each other. A space before a unit
    is a no-break space, but in `age` and `next_short`.
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
    severity_mark: str
    """Of the severity: filled if nobody has it, else outlined."""
    heading: Phrase
    """Above the title of a page: `Firing since 4 min (02:58 Berlin)`."""
    title: str
    where: str
    """May be empty."""
    place: str
    """The object, else the service: for an SMS whose title does not name it."""
    since: Phrase
    """Of a resolved alert: how it ended."""
    since_clock: Phrase
    """The same without a relative time: for messages that stay for hours."""
    who: Phrase
    next: Phrase
    next_short: str
    """The same in an SMS; may be empty."""
    age: str
    """`3 min`: how long it has lasted, for an SMS."""
    if_acknowledged: Phrase
    """Empty unless it is firing."""
    if_resolved: Phrase
    """The question; empty if it is resolved."""
    if_given_back: Phrase
    """The question; empty unless it is acknowledged."""
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
    clock = Clock(reader.zone, at)
    view = View(alert=alert, reader=reader, names=names, clock=clock, counts=counts)
    title, coming, links = (
        title_of(alert.facts, TITLE_LIMIT),
        coming_of(view),
        links_of(alert.facts),
    )
    severity_mark = mark_of(alert.severity, is_filled=alert.is_asking)
    face = _face_of(view, severity_mark)
    return Wording(
        severity=alert.severity,
        status=alert.status,
        band=face.band,
        mark=face.mark,
        word=face.word,
        state=face.state,
        severity_mark=severity_mark,
        heading=_heading(view),
        title=title,
        where=_where(alert, title),
        place=place_of(alert.facts),
        since=_since(view),
        since_clock=_since_clock(view),
        who=who_has_it(view) if alert.is_open else how_it_was(view),
        next=coming.next,
        next_short=coming.short,
        age=_age(view),
        if_acknowledged=if_acknowledged(view),
        if_resolved=if_resolved(view),
        if_given_back=if_given_back(view),
        if_woken=if_woken(view),
        runbook=links.runbook,
        dashboard=links.dashboard,
        more_links=links.more,
        details=_details(alert.facts, title),
        labels=_labels(alert),
        happened=tuple(happened),
        city=clock.city,
        presets=presets(clock),
        as_of=clock.seconds(at),
        reference=f"Alert {alert.alert_id}, episode {alert.episode}",
    )


def mark_of(severity: Severity, *, is_filled: bool) -> str:
    """The shape of a severity: filled if nobody has it, else outlined."""
    return (_FILLED if is_filled else _OUTLINED)[severity]


class _Face(NamedTuple):
    """What is seen first."""

    band: Band
    mark: str
    word: str
    state: str


def _face_of(view: View, severity_mark: str) -> _Face:
    alert = view.alert
    if alert.status is AlertStatus.RESOLVED:
        return _Face(Band.OVER, DONE_MARK, "RESOLVED", f"was {alert.severity}")
    if alert.snooze is not None:
        until = view.clock.coming(alert.snooze.until).text
        return _Face(Band.OVER, severity_mark, "SNOOZED", f"until {until}")
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return _Face(Band.DONE, DONE_MARK, "ACKNOWLEDGED", view.have)
    return _Face(Band(alert.severity), severity_mark, alert.severity.upper(), "Nobody has it")


def _heading(view: View) -> Phrase:
    alert, clock = view.alert, view.clock
    if alert.status is AlertStatus.RESOLVED:
        at = alert.resolved_at or clock.now
        return (Span("Over " if clock.is_just_now(at) else "Over since "), *clock.since(at))
    if alert.snooze is not None:
        until = clock.coming(alert.snooze.until)
        return (Span(f"{alert.severity.capitalize()} · snoozed until "), until)
    if alert.status is AlertStatus.ACKNOWLEDGED:
        have = "you have it" if view.has_it else view.have
        return (Span(f"{alert.severity.capitalize()} · acknowledged, {have}"),)
    begun = "Firing, began " if clock.is_just_now(alert.fired_at) else "Firing since "
    return (Span(begun), *clock.since(alert.fired_at))


def _since(view: View) -> Phrase:
    if not view.alert.is_open:
        return why_resolved(view)
    at, clock = view.alert.fired_at, view.clock
    return (Span("Began " if clock.is_just_now(at) else "Since "), *clock.since(at), Span("."))


def _since_clock(view: View) -> Phrase:
    if not view.alert.is_open:
        return why_resolved(view)
    return (Span("Since "), *view.clock.day_and_time(view.alert.fired_at), Span("."))


def _age(view: View) -> str:
    alert = view.alert
    if alert.resolved_at is not None:
        return lasting(alert.resolved_at - alert.fired_at, " ")
    return view.clock.age(alert.fired_at, " ")


def _where(alert: Alert, title: str) -> str:
    """`checkout in prod-eu-1, says prod-prometheus`; what the title says is not said again."""
    facts, integration = alert.facts, one_line(alert.integration, NAME_SHOWN)
    place, cluster = place_of(facts), one_line(facts.labels.get("cluster", ""), NAME_SHOWN)
    source = one_line(facts.source_name or facts.source or "", NAME_SHOWN)
    said = [name for name in (place, cluster) if name and name not in title]
    parts = [" in ".join(dict.fromkeys(said))] if said else []
    if said == [cluster]:
        parts = [f"in {cluster}"]
    if source and source not in title and source not in (place, cluster, integration):
        parts.append(source)
    if facts.source != alert.integration:
        parts.append(f"says {integration}")
    word = one_line(facts.source_severity or alert.replaced_severity or "", NAME_SHOWN)
    said_so = ", ".join(parts)
    if word and word.casefold() != alert.severity:
        return f"{said_so}; its sender says {word}" if said_so else f"its sender says {word}"
    return said_so


def _details(facts: Facts, title: str) -> str:
    """What the sender wrote below the title; also the title, if that was cut."""
    reason, summary = with_lines(facts.reason, DETAILS_LIMIT), facts.summary or facts.name
    if " ".join(summary.split()) != title and len(one_line(summary, len(summary) + 1)) > len(title):
        return with_lines(f"{summary}\n{reason}", DETAILS_LIMIT)
    return "" if reason == title else reason


def _labels(alert: Alert) -> tuple[tuple[str, str], ...]:
    """Value and limit, then the sender's labels."""
    facts = alert.facts
    measured = {}
    if alert.current_value is not None:
        measured["value"] = str(alert.current_value)
    if facts.threshold is not None:
        over = f" over {facts.window}" if facts.window else ""
        measured["limit"] = f"{facts.operator or ''} {facts.threshold}{over}"
    return tuple(
        (one_line(name, LABEL_LIMIT), one_line(value, LABEL_LIMIT))
        for name, value in {**measured, **facts.labels}.items()
    )
