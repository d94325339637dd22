"""The cursor of what changed: whether a page that was read still shows what there is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SETTLES: Final = timedelta(seconds=3)
"""Lists are read from an index that DynamoDB fills after the table, mostly within a fraction of a
second, without a promise. So a cursor moves a second time once its change is this old, and what was
read too early is read again."""
_UNSETTLED: Final = "~"


@dataclass(frozen=True, slots=True)
class Changes:
    """How often anything changed that a page shows."""

    count: int = 0
    """It counts batches of the stream; one that comes twice counts twice."""
    moved_at: datetime | None = None

    def cursor(self, at: datetime) -> str:
        """Opaque to clients, who only compare it."""
        is_settled = self.moved_at is None or at - self.moved_at >= SETTLES
        return str(self.count) if is_settled else f"{self.count}{_UNSETTLED}"
