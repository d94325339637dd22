"""A message as lines of plain text, for channels without a form of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.domain.alert import AlertStatus
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.phrase import Phrase, joined, plain

if TYPE_CHECKING:
    from tocsin.domain.message import Message


def headline(message: Message) -> str:
    """How bad or which state, and what: `CRITICAL: Disk full on db-1`."""
    if message.event is NotificationEvent.TEST:
        return message.subject
    wording = message.wording
    is_severity = wording.word == wording.severity.upper()
    state = "" if is_severity else f", {wording.state}"
    return f"{wording.word}{state}: {wording.title}"


def facts(message: Message) -> list[str]:
    """Where, since when, what is news, who has it, what happens next; each sentence once."""
    lines = [plain(phrase) for phrase in _sentences(message) if phrase]
    is_test = message.event is NotificationEvent.TEST
    return lines if is_test or not message.wording.where else [message.wording.where, *lines]


def links(message: Message) -> dict[str, str]:
    """Our links and the sender's, by the word to show."""
    own = message.links
    named = {
        "Acknowledge": own.acknowledge if own else None,
        "See the alert": own.view if own else None,
        "Verify this address": message.confirm,
        "Runbook": message.wording.runbook,
        "Dashboard": message.wording.dashboard,
    }
    return {name: url for name, url in named.items() if url}


def _sentences(message: Message) -> tuple[Phrase, ...]:
    wording, lead = message.wording, message.lead
    if message.event is NotificationEvent.TEST:
        return (lead,)
    if lead and wording.status is AlertStatus.RESOLVED:
        return (joined(lead, wording.next),)
    if message.event is not NotificationEvent.PAGED:
        return (wording.since, joined(lead, wording.next))
    if message.lead_short:
        return (wording.since, lead)
    return (lead, wording.since, joined(wording.who, wording.next))
