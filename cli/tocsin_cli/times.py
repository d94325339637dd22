"""Times and spans, as a person at a terminal reads them."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

WEEK: Final = 7


def now() -> datetime:
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """Read an instant as the API writes it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def local(at: datetime, zone: tzinfo | None = None) -> str:
    """Spell an instant in a zone, by default this machine's; never without its name."""
    there = at.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %H:%M} {there.tzname()}"


def ago(at: datetime, since: datetime) -> str:
    span = since - at
    if span < timedelta(minutes=1):
        return "just now"
    return f"{rounded(span)} ago"


def ahead(at: datetime, since: datetime) -> str:
    span = at - since
    return "now" if span < timedelta(seconds=1) else f"in {rounded(span)}"


def rounded(span: timedelta) -> str:
    """The largest unit, and the next one while it says something."""
    seconds = int(span.total_seconds())
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days >= WEEK or (days and not hours):
        return f"{days} d"
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"
