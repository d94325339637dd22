"""What the API stands on: the table, a clock and chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.alerts_api.api import Log
from tocsin.domain.ids import WriteId

if TYPE_CHECKING:
    from functions.alerts_api.references import Stores
    from tocsin.usecases.ports import (
        AlertRepository,
        AnswerRepository,
        DeliveryQueue,
        IncidentRepository,
        KeyRepository,
        NotificationRepository,
        SecretStore,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Storage, queues, secrets, time and the log."""

    alerts: AlertRepository
    incidents: Callable[[], IncidentRepository]
    """Made on first use, as few requests need it; likewise the next four."""
    configuration: Callable[[], Stores]
    notifications: Callable[[], NotificationRepository]
    deliveries: Callable[[], DeliveryQueue]
    secrets: Callable[[], SecretStore]
    keys: KeyRepository
    answers: AnswerRepository
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    wait: Callable[[float], None]
    """Takes seconds."""
    log: Log
    public_url: str = ""
    """Where clients reach the API; empty for the gateway's own address."""
    channel_secrets_prefix: str
    """Begins the names of the parameters that hold generated signing secrets."""
    allows_private_webhooks: bool = False

    def new_write_id(self) -> WriteId:
        """Make an id for one write."""
        return WriteId(self.random_bytes(9).hex())
