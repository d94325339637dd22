"""Routes whose modules a process loads with the first request for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.alerts_api.channel_tests import ChannelTests
from functions.alerts_api.routes.alert_routes import route_routes
from functions.alerts_api.routes.channels import ChannelRoutes, GeneratedSecrets
from functions.alerts_api.routes.documents import DocumentRoutes
from functions.alerts_api.routes.escalation_policies import policy_routes
from functions.alerts_api.routes.heartbeats import heartbeat_routes
from functions.alerts_api.routes.incidents import IncidentRoutes
from functions.alerts_api.routes.integrations import integration_routes
from functions.alerts_api.routes.keys import KeyRoutes
from functions.alerts_api.routes.users import user_routes
from tocsin.usecases.incident_work import IncidentStores

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.route import Route


def lazy_routes(ports: Ports, everyday: tuple[Route, ...]) -> tuple[Route, ...]:
    stores = IncidentStores(
        alerts=ports.alerts, incidents=ports.incidents(), new_write_id=ports.new_write_id
    )
    incidents = IncidentRoutes(stores=stores, random_bytes=ports.random_bytes)
    keys = KeyRoutes(
        keys=ports.keys, new_write_id=ports.new_write_id, random_bytes=ports.random_bytes
    )
    lazy = (
        *incidents.routes(),
        *_configuration_routes(ports),
        *keys.routes(),
    )
    documents = DocumentRoutes((*everyday, *lazy))
    return (*lazy, *documents.routes())


def _configuration_routes(ports: Ports) -> tuple[Route, ...]:
    stores = ports.configuration()
    return (
        *integration_routes(ports, stores),
        *policy_routes(ports, stores),
        *route_routes(ports, stores),
        *user_routes(ports, stores),
        *_channel_routes(ports, stores).routes(),
        *heartbeat_routes(ports, stores),
    )


def _channel_routes(ports: Ports, stores: Stores) -> ChannelRoutes:
    return ChannelRoutes.over(
        stores,
        ports.new_write_id,
        secrets=GeneratedSecrets(
            store=ports.secrets,
            below=ports.channel_secrets_prefix,
            random_bytes=ports.random_bytes,
        ),
        tests=ChannelTests(
            deliveries=ports.deliveries,
            notifications=ports.notifications(),
            random_bytes=ports.random_bytes,
            wait=ports.wait,
        ),
        allows_private_webhooks=ports.allows_private_webhooks,
    )
