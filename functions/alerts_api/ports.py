"""Storage, queues, secrets, time, randomness and the log, as the API is given them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from functions.alerts_api.api import Log
from tocsin.domain.ids import WriteId
from tocsin.lambda_runtime.current_author import CurrentAuthor

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from tocsin.domain.awake import Awake
    from tocsin.domain.configuration import Configured
    from tocsin.domain.people import User
    from tocsin.usecases.ports import (
        ActivityRepository,
        AlertRepository,
        AnswerRepository,
        ChangeCounter,
        ConfigurationRepository,
        DeliveryQueue,
        DigestRepository,
        IncidentRepository,
        KeyRepository,
        NotificationRepository,
        PagingRepository,
        SecretStore,
        SessionRepository,
        StormRepository,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    alerts: AlertRepository
    incidents: Callable[[], IncidentRepository]
    """Made on first use, because few requests need it; so are the next seven."""
    configuration: Callable[[], Stores]
    paging: Callable[[], PagingRepository]
    storms: Callable[[], StormRepository]
    notifications: Callable[[], NotificationRepository]
    digests: Callable[[], DigestRepository]
    awake: Callable[[], ConfigurationRepository[Awake]]
    deliveries: Callable[[], DeliveryQueue]
    secrets: Callable[[], SecretStore]
    activity: Callable[[], ActivityRepository]
    acting: CurrentAuthor = field(default_factory=CurrentAuthor)
    """Who the repositories say has changed something."""
    changes: ChangeCounter
    keys: KeyRepository
    sessions: Callable[[], SessionRepository]
    """Made for the first request with a cookie."""
    users: Callable[[], ConfigurationRepository[Configured[User]]]
    answers: AnswerRepository
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    wait: Callable[[float], None]
    """Takes seconds."""
    log: Log
    team: str = "tocsin"
    stage: str = "dev"
    time_zone: str = "UTC"
    """The team's."""
    public_url: str = ""
    """The API's address; empty: the address of each request."""
    channel_secrets_prefix: str
    """The SSM path of generated signing secrets."""
    allows_private_webhooks: bool = False
    sends_email: bool = True
    """Whether the stack has an address to send e-mail from."""
    has_last_resort: bool = True
    """Whether the stack's topic has a subscriber."""
    push_public_key: str = ""
    """The stack's public key of web push, as browsers take it."""
    is_shadow: bool = False
    """Whether no message leaves, because another tool still pages."""

    def new_write_id(self) -> WriteId:
        return WriteId(self.random_bytes(9).hex())
