"""The sections of a file, in the order in which their objects need each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from functions.team_config.nexts import (
    Nexts,
    ended,
    released,
    released_value,
    revived,
)
from functions.team_config.section import Reference, Section, Wanted
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery
from tocsin.domain.configuration import TEAM_FILE, Configured, Named
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.integration import Integration

if TYPE_CHECKING:
    from tocsin.domain.heartbeat import Heartbeat
    from tocsin.domain.routing import Route
    from tocsin.usecases.ports import AlertRepository, ConfigurationRepository, RemovedObjects

HEARD_WITHIN: Final = timedelta(days=7)
PAGES_LIMIT: Final = 5
"""Of the list of alerts that an integration's removal looks at."""
POLICY: Final = "escalation policy"


def heard_lately(alerts: AlertRepository, nexts: Nexts, stored: Integration) -> Iterator[str]:
    """Warn of an integration to which something was sent lately."""
    query = AlertQuery(
        equal={"integration": stored.name},
        fired_from=nexts.at - HEARD_WITHIN,
        limit=LIMIT_MAXIMUM,
    )
    for _ in range(PAGES_LIMIT):
        page = alerts.list(query, at=nexts.at)
        if page.alerts:
            newest = max(alert.last_seen_at for alert in page.alerts)
            yield (
                f"the integration {stored.name} was removed although it heard something at "
                f"{newest:%Y-%m-%d %H:%M} UTC: its senders get 404 now"
            )
            return
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def policy_of(name: str | None) -> Iterator[Reference]:
    if name is not None:
        yield Reference(POLICY, name)


def targets_of(stored: Configured[EscalationPolicy]) -> Iterator[Reference]:
    for step in stored.value.steps:
        for target in step.targets:
            name = target.name.partition("/")[0]
            yield Reference(target.kind, name.lower() if target.kind == "user" else name)
