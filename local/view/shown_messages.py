"""Pages on the console, pushes, and e-mail and SMS that the embedded AWS stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.outbox.kept_messages import KeptMessage
from local.view.log_lines import LogEntry
from tocsin.domain.notification import NotificationEvent


@dataclass(frozen=True)
class ShownMessage:
    at: datetime
    kind: str
    to: str
    title: str
    lines: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


def page_of(entry: LogEntry) -> ShownMessage | None:
    """A message to a channel of type console; None for every other line of the log."""
    if entry.function != "Notifier" or entry.message != "Page":
        return None
    told = entry.more
    return ShownMessage(
        at=entry.at,
        kind=kind_of(str(told.get("event", NotificationEvent.PAGED))),
        to=str(told.get("channel", "")),
        title=str(told.get("title", "")),
        lines=tuple(map(str, told.get("lines", ()))),
        links={name: url for name, url in (told.get("links") or {}).items() if url},
    )


def kind_of(event: str) -> str:
    """Page, update or test."""
    if event == NotificationEvent.TEST:
        return "test"
    asks = (NotificationEvent.PAGED, NotificationEvent.WORSENED)
    return "page" if event in asks else "update"


def mail_of(record: Mapping[str, Any]) -> ShownMessage:
    """Args: record: As ministack tells it."""
    return ShownMessage(
        at=_instant(record["Timestamp"]),
        kind="e-mail",
        to=", ".join([*record["To"], *record["CC"], *record["BCC"]]),
        title=str(record["Subject"]),
        lines=_lines(str(record["BodyText"] or "")),
    )


def push_of(message: KeptMessage) -> ShownMessage:
    """A push that came to the outbox."""
    return ShownMessage(
        at=datetime.fromtimestamp(message.at, UTC),
        kind="push",
        to=message.to,
        title=message.title,
        lines=_lines(message.text),
    )


def sms_of(number: str, record: Mapping[str, Any]) -> ShownMessage:
    """Args: record: As ministack tells it."""
    first, *rest = _lines(str(record["Message"])) or ("",)
    return ShownMessage(
        at=_instant(record.get("Timestamp")),
        kind="SMS",
        to=number,
        title=first,
        lines=tuple(rest),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())


def _instant(told: object) -> datetime:
    """Seconds since 1970 or ISO 8601: ministack's services differ."""
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    if isinstance(told, str):
        return datetime.fromisoformat(told)
    return datetime.now(UTC)
