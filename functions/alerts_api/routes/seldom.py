"""Routes that a process reads when somebody asks for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.alerts_api.routes.alerts_bulk import BulkRoutes
from functions.alerts_api.routes.documents import DocumentRoutes
from functions.alerts_api.routes.incidents import IncidentRoutes
from functions.alerts_api.routes.integrations import IntegrationRoutes
from functions.alerts_api.routes.keys import KeyRoutes
from tocsin.usecases.incident_work import IncidentStores

if TYPE_CHECKING:
    from functions.alerts_api.route import Route
    from functions.alerts_api.routes import Ports


def seldom_routes(ports: Ports, everyday: tuple[Route, ...]) -> tuple[Route, ...]:
    """Put them together; the document describes the everyday ones too."""
    bulk = BulkRoutes(alerts=ports.alerts, new_write_id=ports.new_write_id)
    stores = IncidentStores(
        alerts=ports.alerts, incidents=ports.incidents(), new_write_id=ports.new_write_id
    )
    incidents = IncidentRoutes(stores=stores, random_bytes=ports.random_bytes)
    integrations = IntegrationRoutes(
        integrations=ports.integrations(),
        new_write_id=ports.new_write_id,
        random_bytes=ports.random_bytes,
        public_url=ports.public_url,
    )
    keys = KeyRoutes(
        keys=ports.keys, new_write_id=ports.new_write_id, random_bytes=ports.random_bytes
    )
    seldom = (*bulk.routes(), *incidents.routes(), *integrations.routes(), *keys.routes())
    documents = DocumentRoutes((*everyday, *seldom))
    return (*seldom, *documents.routes())
