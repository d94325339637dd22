"""One shift in a calendar."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    uid: str
    """The same as long as it begins at the same time."""
    summary: str
    begins: datetime
    ends: datetime
    description: str = ""
