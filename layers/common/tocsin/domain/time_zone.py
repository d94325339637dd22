"""Time zones by the names that people gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

UTC_ZONE: Final = "UTC"


def zone_of(name: str) -> ZoneInfo:
    """Find a zone, or UTC if there is none of this name any more: better than no page at all."""
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ZoneInfo(UTC_ZONE)
