"""Heartbeats in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tocsin.domain.credential import SecretHash
from tocsin.domain.errors import ConcurrentUpdateError, HeartbeatNotFoundError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import WriteId
from tocsin.domain.next_action import HeartbeatTimer
from tocsin.usecases.refusals import HeartbeatRefusedError


class InMemoryHeartbeats:
    """HeartbeatRepository, and DueRepository over what it keeps."""

    def __init__(self) -> None:
        self._stored: dict[str, Heartbeat] = {}

    def find(self, name: str) -> Heartbeat | None:
        return self._stored.get(name)

    def get(self, name: str) -> Heartbeat:
        try:
            return self._stored[name]
        except KeyError:
            raise HeartbeatNotFoundError from None

    def list(self) -> tuple[Heartbeat, ...]:
        return tuple(self._stored[name] for name in sorted(self._stored))

    def name_of(self, token_hash: SecretHash) -> str | None:
        for heartbeat in self._stored.values():
            if heartbeat.token.secret_hash == token_hash:
                return heartbeat.name
        return None

    def add(self, heartbeat: Heartbeat, *, write_id: WriteId) -> None:
        assert write_id
        if heartbeat.name in self._stored:
            raise ConcurrentUpdateError("made meanwhile")
        self._stored[heartbeat.name] = heartbeat

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

    def delete(self, heartbeat: Heartbeat, *, write_id: WriteId) -> None:
        assert write_id
        current = self._stored.get(heartbeat.name)
        if current is None:
            return
        if (current.version, current.created_at) != (heartbeat.version, heartbeat.created_at):
            raise ConcurrentUpdateError("changed meanwhile")
        del self._stored[heartbeat.name]

    def due(self, before: datetime) -> Sequence[HeartbeatTimer]:
        timers = [
            HeartbeatTimer(heartbeat=heartbeat.name, due_at=heartbeat.timer_at)
            for heartbeat in self._stored.values()
            if heartbeat.timer_at is not None and heartbeat.timer_at < before
        ]
        return sorted(timers, key=lambda timer: timer.due_at)
