"""The channels' gates in memory."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tocsin.domain.gate import Passage, ahead, interval_of, rest_after
from tocsin.domain.people import Channel


@dataclass
class _Gate:
    free_at: datetime | None = None
    rests_until: datetime | None = None
    line_until: datetime | None = None
    failures: int = 0

    def opens_at(self, at: datetime, room: timedelta) -> datetime | None:
        waits = [self.rests_until, self.free_at - room if self.free_at else None]
        return max((wait for wait in waits if wait and wait > at), default=None)


class InMemoryGate:
    """Implements `ChannelGate`."""

    def __init__(self) -> None:
        self._gates: dict[str, _Gate] = {}

    def enter(self, channel: Channel, *, is_urgent: bool, at: datetime) -> Passage:
        gate = self._gate(channel)
        interval = interval_of(channel.rate_per_minute)
        room = ahead(channel.rate_per_minute, is_urgent=is_urgent) - interval
        opens_at = gate.opens_at(at, room)
        if opens_at is None:
            gate.free_at = max(gate.free_at or at, at) + interval
            return Passage(failures=gate.failures)
        if is_urgent:
            return Passage(opens_at=opens_at, failures=gate.failures)
        is_behind = gate.line_until is not None and gate.line_until >= opens_at
        gate.line_until = gate.line_until + interval if gate.line_until and is_behind else opens_at
        return Passage(opens_at=gate.line_until, failures=gate.failures)

    def note_success(self, channel: Channel) -> None:
        gate = self._gate(channel)
        gate.failures, gate.rests_until = 0, None

    def note_failure(self, channel: Channel, *, failures: int, at: datetime) -> None:
        gate = self._gate(channel)
        gate.failures = failures
        rest = rest_after(failures)
        if rest is not None:
            gate.rests_until = at + rest

    def _gate(self, channel: Channel) -> _Gate:
        return self._gates.setdefault(channel.name, _Gate())
