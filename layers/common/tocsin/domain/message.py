"""An alert in words, the same in every message and on the page behind its links."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.lead_in_words import lead_of, lead_short, why_you
from tocsin.domain.link import Links
from tocsin.domain.next_action import ActionKind, NextAction, next_action
from tocsin.domain.next_in_words import View
from tocsin.domain.notification import Delivery, NotificationEvent
from tocsin.domain.phrase import Phrase
from tocsin.domain.reader import Names, Reader
from tocsin.domain.sender_text import one_line
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.subject import subject_of
from tocsin.domain.times_in_words import Clock
from tocsin.domain.wording import TITLE_LIMIT, Wording, name_of, wording_of, written

TEST_SUBJECT: Final = "Test: nothing is wrong, pages reach this address"
LINE_LIMIT: Final = 1000
"""Characters; the page behind the link has more."""


class Line(NamedTuple):
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in plain text; each channel escapes it for its own format.

    No line break: signals contain no control characters, and line breaks are replaced by spaces.
    """

    event: NotificationEvent
    severity: Severity
    title: str
    lines: tuple[Line, ...]
    links: Links | None = None
    """None: resolved, or links cannot be made for now."""
    wording: Wording
    subject: str
    """Of the episode: fixed, so that mail programs keep its messages together."""
    lead: Phrase = ()
    """What this message is news of; empty: a first page."""
    lead_short: str = ""
    """The same for an SMS, of a page only: `Alice did not answer.`"""
    why_you: Phrase = ()
    """Why this reader gets it."""
    confirm: str | None = None
    """Of a test: the link by which its reader verifies the address."""
    mentions: tuple[str, ...] = ()
    """Slack's ids of the people whom it asks."""
    to: str = ""
    """The reader's name, as it is shown."""

    @property
    def text(self) -> str:
        """The lines without title and links."""
        return "\n".join(f"{label}: {text}" for label, text in self.lines)

    def line(self, label: str) -> str | None:
        return next((text for name, text in self.lines if name == label), None)


def message_of(
    alert: Alert,
    delivery: Delivery,
    *,
    reader: Reader,
    names: Names,
    at: datetime,
    links: Links | None = None,
) -> Message:
    """Write the message of a delivery; links are left out once there is nothing to do."""
    action = next_action(alert)
    view = View(alert=alert, reader=reader, names=names, clock=Clock(reader.zone, at))
    lines = [Line("What", _what(alert.facts)), Line("Details", alert.facts.reason)]
    lines += alert_lines(alert, action)
    if delivery.is_of_step and alert.escalation.policy:
        step = delivery.step_name or str(delivery.step)
        lines.append(Line("Asked", f"step {step} of {alert.escalation.policy}"))
    return Message(
        event=delivery.event,
        severity=alert.severity,
        title=one_line(_title(alert, delivery), TITLE_LIMIT),
        lines=tuple(Line(label, one_line(text, LINE_LIMIT)) for label, text in lines if text),
        links=links if alert.is_open else None,
        wording=wording_of(alert, reader=reader, names=names, at=at),
        subject=_subject(alert, delivery),
        lead=lead_of(delivery, view),
        lead_short=lead_short(delivery, view),
        why_you=why_you(delivery, view),
        to=names.of(reader.name) if reader.is_person else reader.name,
    )


def _subject(alert: Alert, delivery: Delivery) -> str:
    if delivery.event is NotificationEvent.TEST:
        return TEST_SUBJECT
    return alert.subject or subject_of(alert.severity, alert.facts)


def _title(alert: Alert, delivery: Delivery) -> str:
    name = alert.facts.summary or alert.facts.name
    match delivery.event:
        case NotificationEvent.TEST:
            return f"Test of {delivery.channel}: nothing is wrong"
        case NotificationEvent.PAGED:
            flapping = ", flapping" if alert.is_flapping else ""
            return f"{alert.severity.upper()}{flapping}: {name}"
        case NotificationEvent.WORSENED:
            return f"{alert.severity.upper()} now, {name_of(alert.acknowledged_by)} has it: {name}"
        case _:
            return f"{_state(alert, delivery)}: {name}"


def _state(alert: Alert, delivery: Delivery) -> str:
    """The alert's state by now, which may be later than what the message was planned for."""
    match alert.status:
        case AlertStatus.RESOLVED:
            return f"Resolved by {name_of(alert.resolved_by)}"
        case _ if alert.snooze is not None:
            return f"Snoozed until {written(alert.snooze.until)}"
        case AlertStatus.ACKNOWLEDGED:
            return f"Acknowledged by {name_of(alert.acknowledged_by)}"
        case AlertStatus.FIRING if delivery.event is NotificationEvent.WOKEN:
            return "No longer snoozed"
        case AlertStatus.FIRING:
            return "Firing again, nobody has it"


def alert_lines(alert: Alert, action: NextAction) -> Iterator[Line]:
    """Say where it is, how bad, since when, who has it and what happens next; nothing is cut."""
    yield Line("Where", _where(alert))
    yield Line("How bad", _how_bad(alert))
    yield Line("Since", _since(alert))
    yield Line("Who has it", _who_has_it(alert))
    yield Line("Next", _next(action))
    if alert.flapping is not None and alert.is_flapping:
        words = f"{alert.flapping.words}; paged once, then quiet until it is stable"
        yield Line("Flapping", words)


def _what(facts: Facts) -> str:
    if not facts.summary:
        return facts.name
    return facts.summary if facts.name in facts.summary else f"{facts.name}: {facts.summary}"


def _where(alert: Alert) -> str:
    facts = alert.facts
    places = (facts.object, facts.source_name or facts.source, f"by {alert.integration}")
    return ", ".join(dict.fromkeys(place for place in places if place))


def _how_bad(alert: Alert) -> str:
    facts = alert.facts
    said = facts.source_severity
    words = f"{alert.severity}"
    if said and said.lower() != alert.severity:
        words += f" (the sender says {said})"
    if alert.current_value is not None:
        words += f"; value {alert.current_value}"
    if facts.threshold is not None:
        over = f" over {facts.window}" if facts.window else ""
        operator = f"{facts.operator} " if facts.operator else ""
        words += f"; threshold {operator}{facts.threshold}{over}"
    return words


def _since(alert: Alert) -> str:
    times = "" if alert.occurrences == 1 else f", seen {alert.occurrences} times"
    return f"{written(alert.fired_at)}{times}"


def _who_has_it(alert: Alert) -> str:
    match alert.status:
        case AlertStatus.FIRING:
            return "nobody yet"
        case AlertStatus.ACKNOWLEDGED:
            since = f" since {written(alert.acknowledged_at)}" if alert.acknowledged_at else ""
            return f"{name_of(alert.acknowledged_by)}{since}"
        case AlertStatus.RESOLVED:
            at = f" at {written(alert.resolved_at)}" if alert.resolved_at else ""
            return f"resolved by {name_of(alert.resolved_by)}{at}"


def _next(action: NextAction) -> str:
    if action.kind is ActionKind.NONE or action.at is None:
        return f"nothing happens by itself: {action.why}"
    return f"{written(action.at)}: {action.why}"
