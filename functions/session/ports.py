"""Ports of signing in, wired in app.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tocsin.domain.configuration import Configured
    from tocsin.domain.people import User
    from tocsin.usecases.ports import (
        ConfigurationRepository,
        KeyRepository,
        KnockRepository,
        NewWriteId,
        SessionRepository,
    )


class Log(Protocol):
    def info(self, message: str, **facts: object) -> None: ...

    def exception(self, message: str, **facts: object) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    sessions: SessionRepository
    keys: KeyRepository
    users: ConfigurationRepository[Configured[User]]
    knocks: KnockRepository
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    """So many of them."""
    new_write_id: NewWriteId
    log: Log
    public_url: str
    """The stack's address; empty: the address of each request."""
    team: str
    stage: str
    sends_email: bool
