"""The sections of a file, in the order in which their objects need each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from functions.team_config.nexts import (
    ended,
    released,
    released_hold,
    released_value,
    revived,
)
from functions.team_config.section import Reference, Section, Wanted
from functions.team_config.still_on_call import still_on_call
from tocsin.adapters.dynamodb.configuration.removed_objects import DynamoDBRemovedObjects
from tocsin.domain.alert import AlertStatus
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery
from tocsin.domain.escalation import EscalationPolicy, TargetKind
from tocsin.domain.on_call.members import members_of
from tocsin.usecases.tell_moved_shifts import tell_moved_shifts

if TYPE_CHECKING:
    from functions.team_config.stores import Stores
    from tocsin.domain.configuration import Configured
    from tocsin.domain.heartbeat import Heartbeat
    from tocsin.domain.integration import Integration
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.usecases.change_on_call import OnCallWork
    from tocsin.usecases.ports import AlertRepository

HEARD_WITHIN: Final = timedelta(days=7)
PAGES_LIMIT: Final = 5
"""Of each list of alerts that a removal looks at."""
POLICY: Final = "escalation policy"
_OPEN: Final = frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED))

type Wishes = Mapping[str, Mapping[str, Wanted[Any]]]
"""The objects of the file by kind and name."""


def all_sections(
    stores: Stores, wanted: Wishes, at: datetime, work: OnCallWork
) -> Sequence[Section[Any]]:
    """Make them.

    Args:
        stores: What is stored.
        wanted: What the file has; a kind that is missing has no objects.
        at: When.
        work: Tells people of shifts that move.
    """
    return (
        Section(
            words="settings",
            repository=stores.settings,
            wanted=wanted.get("settings", {}),
            released=released_value,
        ),
        Section(
            words="user",
            is_asked=True,
            repository=stores.users,
            wanted=wanted.get("user", {}),
            released=released_value,
            key=str.lower,
            removed=DynamoDBRemovedObjects(stores.users),
            needed=lambda stored: still_on_call(
                stored.name,
                [it.value for it in stores.schedules.list()],
                stores.overrides.list(at),
                at,
            ),
        ),
        Section(
            words="channel",
            is_asked=True,
            repository=stores.channels,
            wanted=wanted.get("channel", {}),
            released=released_value,
            removed=DynamoDBRemovedObjects(stores.channels),
        ),
        Section(
            words="schedule",
            is_asked=True,
            repository=stores.schedules,
            wanted=wanted.get("schedule", {}),
            released=released_value,
            refers=lambda stored: _needed_by_schedule(stored, at),
            removed=DynamoDBRemovedObjects(stores.schedules),
            tell=lambda before, after: tell_moved_shifts(
                before.value, after.value, by=None, at=at, work=work
            ),
        ),
        Section(
            words=POLICY,
            is_asked=True,
            repository=stores.policies,
            wanted=wanted.get(POLICY, {}),
            released=released_value,
            refers=_targets,
        ),
        Section(
            words="integration",
            repository=stores.integrations,
            wanted=wanted.get("integration", {}),
            released=released,
            refers=lambda stored: _policy(stored.escalation_policy),
            removed=DynamoDBRemovedObjects(stores.integrations),
            warnings=lambda stored: _heard_lately(stored, stores.alerts, at),
        ),
        Section(
            words="heartbeat",
            repository=stores.heartbeats,
            wanted=wanted.get("heartbeat", {}),
            released=released,
            refers=_needed_by_heartbeat,
            removed=DynamoDBRemovedObjects(stores.heartbeats),
            revived=revived,
            warnings=_missed,
        ),
        Section(
            words="route",
            repository=stores.routes,
            wanted=wanted.get("route", {}),
            released=released_value,
            refers=lambda stored: _policy(stored.value.escalation_policy),
        ),
        Section(
            words="silence",
            repository=stores.silences,
            wanted=wanted.get("silence", {}),
            released=released_hold,
            ended=ended,
        ),
        Section(
            words="maintenance window",
            repository=stores.windows,
            wanted=wanted.get("maintenance window", {}),
            released=released_hold,
            ended=ended,
        ),
    )


def _needed_by_schedule(stored: Configured[Schedule], at: datetime) -> Iterator[Reference]:
    for name in members_of(stored.value, at):
        yield Reference("user", name.lower())
    if stored.value.follows is not None:
        yield Reference("schedule", stored.value.follows.schedule)


def _policy(name: str | None) -> Iterable[Reference]:
    return () if name is None else (Reference(POLICY, name),)


def _needed_by_heartbeat(stored: Heartbeat) -> Iterator[Reference]:
    yield from _policy(stored.escalation_policy)
    for name in stored.integrations:
        yield Reference("integration", name)


def _targets(stored: Configured[EscalationPolicy]) -> Iterator[Reference]:
    for step in stored.value.steps:
        for target in step.targets:
            name = target.name.partition("/")[0]
            is_user = target.kind is TargetKind.USER
            yield Reference(target.kind.value, name.lower() if is_user else name)


def _missed(stored: Heartbeat) -> Iterator[str]:
    if stored.missed_at is not None:
        yield (
            f"the heartbeat {stored.name} was removed while its alert was open: no ping resolves "
            "that any more, so resolve it by hand"
        )


def _heard_lately(stored: Integration, alerts: AlertRepository, at: datetime) -> Iterator[str]:
    since = at - HEARD_WITHIN
    heard = [
        last_seen_at
        for query in (
            AlertQuery(equal={"integration": stored.name}, fired_from=since),
            AlertQuery(equal={"integration": stored.name}, statuses=_OPEN, fired_to=since),
        )
        for last_seen_at in _seen(query, alerts, at)
        if last_seen_at >= since
    ]
    if heard:
        yield (
            f"the integration {stored.name} was removed although it heard something at "
            f"{max(heard):%Y-%m-%d %H:%M} UTC: its senders get 404 now"
        )


def _seen(query: AlertQuery, alerts: AlertRepository, at: datetime) -> Iterator[datetime]:
    query = replace(query, limit=LIMIT_MAXIMUM)
    for _ in range(PAGES_LIMIT):
        page = alerts.list(query, at=at)
        yield from (alert.last_seen_at for alert in page.alerts)
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)
