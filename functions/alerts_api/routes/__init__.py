"""The routes, one module a noun, and the API that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.alerts_api.api import Api, Log
from functions.alerts_api.route import Route, RouteTable
from functions.alerts_api.routes.alerts import AlertRoutes
from functions.alerts_api.routes.alerts_bulk import BulkRoutes
from functions.alerts_api.routes.notifications import NotificationRoutes
from functions.alerts_api.routes.service import service_routes
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
    """What the API stands on: the table's repositories, a clock and chance, or their fakes."""

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


def build_api(ports: Ports) -> Api:
    """Put all routes together; no environment, no network."""
    alerts = AlertRoutes(alerts=ports.alerts, new_write_id=ports.new_write_id)
    bulk = BulkRoutes(alerts=ports.alerts, new_write_id=ports.new_write_id)
    notifications = NotificationRoutes(alerts=ports.alerts, notifications=ports.notifications)
    everyday = (
        *alerts.routes(),
        *bulk.routes(),
        *notifications.routes(),
        *service_routes(),
    )

    def seldom() -> tuple[Route, ...]:
        from functions.alerts_api.routes.seldom import seldom_routes

        return seldom_routes(ports, everyday)

    return Api(
        RouteTable(everyday, seldom),
        keys=ports.keys,
        answers=ports.answers,
        now=ports.now,
        new_write_id=ports.new_write_id,
        log=ports.log,
    )
