"""What intake needs of the world, wired in app.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.ingest.integrations import Integrations
from functions.ingest.request import Request
from functions.ingest.senders import sender_of
from tocsin.domain.errors import IntegrationNotFoundError
from tocsin.domain.intake_checks import NO_CHECKS
from tocsin.domain.integration import Integration
from tocsin.lambda_runtime.log_lines import Log, write_counts

if TYPE_CHECKING:
    from functions.ingest.side_by_side import SideBySide
    from functions.ingest.sns.endpoint import SnsEndpoint
    from tocsin.lambda_runtime.callers import Callers
    from tocsin.usecases.ports import (
        AlertRepository,
        AnswerRepository,
        HeartbeatRepository,
        NewWriteId,
        PagingRepository,
        SlotRepository,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Storage, time, logs and metrics."""

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
    now: Callable[[], datetime]
    new_write_id: NewWriteId
    log: Log
    service: str
    side_by_side: Callable[[], SideBySide] | None = None
    """For long lists; None: their entries are taken in one after the other."""

    def admit(self, token: str, request: Request) -> Integration:
        """Find the integration of a token, if the request is what it asks for.

        Raises:
            IntegrationNotFoundError: Nobody has this token.
            SenderNotTrustedError: One of the integration's checks says no.
        """
        integration = self.integrations.by_token(token, request.at)
        if integration.checks is not NO_CHECKS:
            from functions.ingest.checks import expect_trusted

            expect_trusted(integration.checks, request)
        return integration

    def admit_elsewhere(self, token: str, request: Request) -> Integration:
        """Likewise, at a path beside the integration's URL.

        Raises:
            IntegrationNotFoundError: Nobody has this token, or its product proves what it sends,
                which no other path asks for.
            SenderNotTrustedError: One of the integration's checks says no.
        """
        integration = self.admit(token, request)
        if sender_of(integration.type).admit is not None:
            raise IntegrationNotFoundError
        return integration

    def count(self, counts: Mapping[str, int]) -> None:
        """Write metrics; what did not happen is not written."""
        write_counts(self.service, counts, at=self.now())
