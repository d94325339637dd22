"""Heartbeats in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tests.fakes.configuration import InMemoryNamed
from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, HeartbeatNotFoundError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId
from tocsin.domain.next_action import HeartbeatTimer
from tocsin.usecases.refusals import HeartbeatRefusedError


class InMemoryHeartbeats(InMemoryNamed[Heartbeat]):
    """HeartbeatRepository, and DueRepository over what it keeps."""

    def __init__(self) -> None:
        super().__init__(HeartbeatNotFoundError)

    def name_of(self, token_hash: SecretHash) -> str | None:
        for heartbeat in self._stored.values():
            if heartbeat.token.secret_hash == token_hash:
                return heartbeat.name
        return None

    def put(self, before: Heartbeat | None, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        if before is None:
            return super().put(None, after, write_id=write_id)
        try:
            changed = replace(after, version=before.version + 1)
            return self.update(before, changed, write_id=write_id)
        except HeartbeatRefusedError:
            raise ConcurrentUpdateError("heard from meanwhile") from None

    def hear(self, name: str, *, at: datetime) -> None:
        current = self._stored.get(name)
        if current is None or current.missed_at is not None:
            raise HeartbeatRefusedError(current)
        if current.heard_at is None or at < current.heard_at:
            raise HeartbeatRefusedError(current)
        self._stored[name] = replace(current, heard_at=at)

    def update(self, before: Heartbeat, after: Heartbeat, *, write_id: WriteId) -> Heartbeat:
        assert write_id
        current = self._stored.get(before.name)
        if current != before:
            raise HeartbeatRefusedError(current)
        self._stored[after.name] = after
        return after

    def due(self, before: datetime) -> Sequence[HeartbeatTimer]:
        timers = [
            HeartbeatTimer(heartbeat=heartbeat.name, due_at=heartbeat.timer_at)
            for heartbeat in self._stored.values()
            if heartbeat.timer_at is not None and heartbeat.timer_at < before
        ]
        return sorted(timers, key=lambda timer: timer.due_at)
