"""An alert in words, the same in every message and on the page behind its links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.happened_in_words import happened_in_words
from tocsin.domain.lead_in_words import lead_of, lead_short, why_you
from tocsin.domain.link import Links
from tocsin.domain.next_in_words import View
from tocsin.domain.notification import Delivery, NotificationEvent
from tocsin.domain.phrase import Phrase
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.subject import subject_of
from tocsin.domain.timeline import Change
from tocsin.domain.times_in_words import Clock
from tocsin.domain.wording import Wording, wording_of

TEST_SUBJECT: Final = "Test: nothing is wrong, pages reach this address"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in plain text; each channel escapes it for its own format.

    No line break: signals contain no control characters, and line breaks are replaced by spaces.
    """

    event: NotificationEvent
    severity: Severity
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
    view = View(alert=alert, reader=reader, names=names, clock=Clock(reader.zone, at))
    return Message(
        event=delivery.event,
        severity=alert.severity,
        links=links if alert.is_open else None,
        wording=wording_of(alert, reader=reader, names=names, at=at),
        subject=_subject(alert, delivery),
        lead=lead_of(delivery, view),
        lead_short=lead_short(delivery, view),
        why_you=why_you(delivery, view),
        to=names.of(reader.name) if reader.is_person else reader.name,
    )


def telling(message: Message, changes: Sequence[Change], view: View) -> Message:
    """The message with what happened: changes of the alert's timeline, oldest first."""
    happened = happened_in_words(
        view.alert, changes, reader=view.reader, names=view.names, clock=view.clock
    )
    return replace(message, wording=replace(message.wording, happened=happened))


def _subject(alert: Alert, delivery: Delivery) -> str:
    if delivery.event is NotificationEvent.TEST:
        return TEST_SUBJECT
    return alert.subject or subject_of(alert.severity, alert.facts)
