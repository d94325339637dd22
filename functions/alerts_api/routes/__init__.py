"""The routes, one module a noun, and the API that they make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from functions.alerts_api.api import Api, Log
from functions.alerts_api.routes.alerts import AlertRoutes
from functions.alerts_api.routes.alerts_bulk import BulkRoutes
from functions.alerts_api.routes.documents import DocumentRoutes
from functions.alerts_api.routes.incidents import IncidentRoutes
from functions.alerts_api.routes.integrations import IntegrationRoutes
from functions.alerts_api.routes.keys import KeyRoutes
from functions.alerts_api.routes.service import service_routes
from tocsin.domain.ids import WriteId
from tocsin.usecases.incident_work import IncidentStores

if TYPE_CHECKING:
    from tocsin.usecases.ports import (
        AlertRepository,
        AnswerRepository,
        IncidentRepository,
        IntegrationRepository,
        KeyRepository,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the API stands on: the table's repositories, a clock and chance, or their fakes."""

    alerts: AlertRepository
    incidents: IncidentRepository
    integrations: IntegrationRepository
    keys: KeyRepository
    answers: AnswerRepository
    now: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    log: Log
    public_url: str = ""
    """Where clients reach the API; empty for the gateway's own address."""

    def new_write_id(self) -> WriteId:
        """Make an id for one write."""
        return WriteId(self.random_bytes(9).hex())


def build_api(ports: Ports) -> Api:
    """Put all routes together; no environment, no network."""
    alerts = AlertRoutes(alerts=ports.alerts, new_write_id=ports.new_write_id)
    bulk = BulkRoutes(alerts=ports.alerts, new_write_id=ports.new_write_id)
    incidents = IncidentRoutes(
        stores=IncidentStores(
            alerts=ports.alerts, incidents=ports.incidents, new_write_id=ports.new_write_id
        ),
        random_bytes=ports.random_bytes,
    )
    integrations = IntegrationRoutes(
        integrations=ports.integrations,
        new_write_id=ports.new_write_id,
        random_bytes=ports.random_bytes,
        public_url=ports.public_url,
    )
    keys = KeyRoutes(
        keys=ports.keys, new_write_id=ports.new_write_id, random_bytes=ports.random_bytes
    )
    routes = (
        *alerts.routes(),
        *bulk.routes(),
        *incidents.routes(),
        *integrations.routes(),
        *keys.routes(),
        *service_routes(),
    )
    documents = DocumentRoutes(routes)
    return Api(
        (*routes, *documents.routes()),
        keys=ports.keys,
        answers=ports.answers,
        now=ports.now,
        new_write_id=ports.new_write_id,
        log=ports.log,
    )
