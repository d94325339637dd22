"""Ports of intake, wired in app.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.ingest.integrations import Integrations
from tocsin.lambda_runtime.log_lines import Log, write_counts

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from functions.ingest.sns.endpoint import SnsEndpoint
    from tocsin.domain.silence import Silence
    from tocsin.lambda_runtime.callers import Callers
    from tocsin.usecases.ports import (
        AlertRepository,
        AnswerRepository,
        ConfigurationRepository,
        HeartbeatRepository,
        NewWriteId,
        PagingRepository,
        ProgressRepository,
        SlotRepository,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LongLists:
    """What long lists need beside the rest: for several threads."""

    threads: Executor
    slots: SlotRepository
    paging: PagingRepository
    progress: ProgressRepository
    seconds_left: Callable[[], float]
    """Until the sender has to be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    slots: SlotRepository
    integrations: Integrations
    paging: PagingRepository
    callers: Callable[[], Callers]
    """Made when they are first asked for, like `answers`: most senders have a token."""
    answers: Callable[[], AnswerRepository]
    alerts: Callable[[], AlertRepository]
    """For endpoints of other products by which alerts are read and acted on, by the token's
    integration alone."""
    sns: Callable[[], SnsEndpoint]
    heartbeats: Callable[[], HeartbeatRepository]
    silences: Callable[[], ConfigurationRepository[Silence]]
    now: Callable[[], datetime]
    new_write_id: NewWriteId
    log: Log
    service: str
    long_lists: Callable[[], LongLists] | None = None
    """For long lists; None: their entries are taken in one after the other."""

    def count(self, counts: Mapping[str, int]) -> None:
        """Write metrics; what did not happen is not written."""
        write_counts(self.service, counts, at=self.now())
