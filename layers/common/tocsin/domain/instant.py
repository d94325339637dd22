"""Instants as people write them."""

from datetime import UTC, datetime
from typing import Final

INSTANT_EXPECTED: Final = "must be a time such as 2026-03-01T09:00:00Z"


def read_instant(written: object) -> datetime:
    """Read an ISO 8601 time or date, UTC without an offset. Raises ValueError."""
    text = written.strip() if isinstance(written, str) else ""
    # A + in a query that was not encoded arrives as a space.
    if text[-6:-5] == " " and text[-3:-2] == ":" and "T" in text:
        text = f"{text[:-6]}+{text[-5:]}"
    at = datetime.fromisoformat(text)
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError(INSTANT_EXPECTED) from None
