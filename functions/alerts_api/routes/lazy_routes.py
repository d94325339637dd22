"""Routes whose modules a process loads with the first request for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.alerts_api.routes.activity import ActivityRoutes
from functions.alerts_api.routes.alert_routes import route_routes
from functions.alerts_api.routes.asking import AskingRoutes
from functions.alerts_api.routes.awake import AwakeRoutes
from functions.alerts_api.routes.channels import channel_routes
from functions.alerts_api.routes.digests import DigestRoutes
from functions.alerts_api.routes.documents import DocumentRoutes
from functions.alerts_api.routes.escalation_policies import policy_routes
from functions.alerts_api.routes.feeds import FeedRoutes
from functions.alerts_api.routes.heartbeats import heartbeat_routes
from functions.alerts_api.routes.incidents import IncidentRoutes
from functions.alerts_api.routes.integrations import integration_routes
from functions.alerts_api.routes.keys import KeyRoutes
from functions.alerts_api.routes.overrides import OverrideRoutes
from functions.alerts_api.routes.push_devices import push_device_routes
from functions.alerts_api.routes.reachability import ReachabilityRoutes
from functions.alerts_api.routes.schedules import schedule_routes
from functions.alerts_api.routes.sessions import SessionRoutes
from functions.alerts_api.routes.silences import silence_routes, window_routes
from functions.alerts_api.routes.storm import StormRoutes
from functions.alerts_api.routes.team_settings import TeamSettingsRoutes
from functions.alerts_api.routes.users import user_routes
from tocsin.usecases.change_on_call import OnCallWork
from tocsin.usecases.incident_work import IncidentStores

if TYPE_CHECKING:
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.route import Route


def lazy_routes(ports: Ports, everyday: tuple[Route, ...]) -> tuple[Route, ...]:
    stores = ports.configuration()
    keys = KeyRoutes(
        keys=ports.keys,
        known_user=stores.known_user,
        new_write_id=ports.new_write_id,
        random_bytes=ports.random_bytes,
    )
    paging = ports.paging()
    incident_stores = IncidentStores(
        alerts=ports.alerts,
        incidents=ports.incidents(),
        slots=stores.slots,
        new_write_id=ports.new_write_id,
    )
    incidents = IncidentRoutes(
        stores=incident_stores, paging=paging, random_bytes=ports.random_bytes
    )
    awake = AwakeRoutes(
        people=ports.awake, known_user=stores.known_user, new_write_id=ports.new_write_id
    )
    on_call = OnCallWork(
        schedules=stores.schedules,
        overrides=stores.overrides,
        swaps=stores.swaps,
        directory=lambda at: ports.paging().directory(at),
        deliveries=ports.deliveries,
        new_write_id=ports.new_write_id,
    )
    asking = AskingRoutes(ports=ports, stores=stores, paging=paging)
    lazy = (
        *asking.routes(),
        *DigestRoutes(ports=ports).routes(),
        *incidents.routes(),
        *integration_routes(ports, stores),
        *policy_routes(ports, stores),
        *route_routes(ports, stores),
        *user_routes(ports, stores),
        *push_device_routes(ports, stores),
        *channel_routes(ports, stores),
        *heartbeat_routes(ports, stores),
        *awake.routes(),
        *StormRoutes(storms=ports.storms).routes(),
        *TeamSettingsRoutes(stores=stores, new_write_id=ports.new_write_id).routes(),
        *schedule_routes(ports, stores, on_call),
        *OverrideRoutes(ports=ports, stores=stores, work=on_call).routes(),
        *FeedRoutes(ports=ports, stores=stores).routes(),
        *silence_routes(ports, stores.silences),
        *window_routes(ports, stores.windows),
        *ReachabilityRoutes(stores=stores, ports=ports).routes(),
        *keys.routes(),
        *SessionRoutes(sessions=ports.sessions).routes(),
        *ActivityRoutes(activity=ports.activity).routes(),
    )
    documents = DocumentRoutes((*everyday, *lazy))
    return (*lazy, *documents.routes())
