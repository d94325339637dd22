"""Heartbeats, as other products' clients ping and list them.

They are made by the API: a sender's token may not configure.
"""

import re
from typing import Final

from functions.ingest.compat import CompatCall
from tocsin.domain.errors import ScopeMissingError
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.integration import Integration
from tocsin.usecases.run_heartbeat import HeartbeatStores, find_pinged, hear_heartbeat

NAME_LIMIT: Final = 64
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


def name_of(said: str) -> str:
    """The name of ours that is nearest to what a client calls a heartbeat."""
    return _NO_NAME.sub("-", said.lower()).strip("-")[:NAME_LIMIT]


def shown(call: CompatCall, integration: Integration) -> list[Heartbeat]:
    """Those that the integration may ping, by name."""
    heartbeats = call.ports.heartbeats().list()
    return [it for it in heartbeats if integration.name in it.integrations]


def find(call: CompatCall, integration: Integration, name: str) -> Heartbeat:
    """Find one of them.

    Raises:
        HeartbeatNotFoundError: There is none of this name that the integration may ping.
    """
    return find_pinged(name, integration.name, call.ports.heartbeats())


def hear(call: CompatCall, integration: Integration, name: str) -> Heartbeat:
    """Record a ping.

    Raises:
        HeartbeatNotFoundError: There is none of this name that the integration may ping.
    """
    heartbeats = call.ports.heartbeats()
    stores = HeartbeatStores(
        heartbeats=heartbeats,
        slots=call.ports.slots,
        paging=call.ports.paging,
        new_write_id=call.ports.new_write_id,
    )
    hear_heartbeat(name, at=call.request.at, stores=stores, by=integration.name)
    return heartbeats.get(name)


def configured_elsewhere() -> ScopeMissingError:
    """The refusal for creating, changing or deleting a heartbeat."""
    message = "Heartbeats are configured by the API, not by a sender's key."
    return ScopeMissingError(message)
