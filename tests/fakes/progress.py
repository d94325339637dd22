"""How far long bodies were taken in, in memory."""

from datetime import datetime, timedelta

from tocsin.domain.ids import WriteId


class InMemoryProgress:
    """ProgressRepository."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, datetime]] = {}

    def taken_in(self, body: str, *, at: datetime) -> int:
        count, until = self.kept.get(body, (0, at))
        return count if until > at else 0

    def note(self, body: str, count: int, *, at: datetime, write_id: WriteId) -> None:
        assert write_id
        if count > self.taken_in(body, at=at):
            self.kept[body] = (count, at + timedelta(minutes=15))

    def forget(self, body: str) -> None:
        self.kept.pop(body, None)
