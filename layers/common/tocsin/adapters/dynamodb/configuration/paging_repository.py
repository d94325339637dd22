"""The configuration as the engine reads it, cached for 30 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.queries import get_configured, get_item, query_all
from tocsin.domain.routing import Routing

if TYPE_CHECKING:
    from tocsin.adapters.aws_json import Call
    from tocsin.adapters.dynamodb.configuration.named_objects import Kind
    from tocsin.adapters.dynamodb.configuration.on_call_reader import OnCallReader
    from tocsin.domain.alert import Alert
    from tocsin.domain.configuration import Named
    from tocsin.domain.escalation import EscalationPolicy
    from tocsin.domain.people import Directory, WhoIsOnCall
    from tocsin.domain.routing import Route
    from tocsin.domain.silence import Holds
    from tocsin.domain.team_settings import TeamSettings

REMEMBERED_FOR: Final = timedelta(seconds=30)
"""How long a running process may miss a change of a policy, route, user or channel, or of the
team's settings; a missing one is looked for at once."""


class DynamoDBPaging:
    """Implements `PagingRepository`."""

    def __init__(self, call: Call, table_name: str, *, time_zone: str = "UTC") -> None:
        """The time zone is the team's: of hours for which none is named."""
        self._call = call
        self._table_name = table_name
        self._time_zone = time_zone
        self._routing: tuple[Routing, datetime] | None = None
        self._directory: tuple[Directory, datetime] | None = None
        self._settings: tuple[TeamSettings, datetime] | None = None
        self._on_call: tuple[WhoIsOnCall, datetime, timedelta | None] | None = None
        self._schedules: OnCallReader | None = None

    def routing(self, at: datetime, *, max_age: timedelta | None = None) -> Routing:
        if self._routing is None or not _is_fresh(self._routing[1], at, max_age):
            policies = {it.name: self._zoned(it) for it in self._all(POLICIES)}
            routes = sorted(
                map(self._zoned, self._all(ROUTES)), key=lambda route: (route.position, route.name)
            )
            read = cache(partial(self.settings, at, max_age=max_age))
            routing = Routing(
                policies=policies, routes=tuple(routes), team_rule=lambda: read().flapping
            )
            self._routing = routing, at
        return self._routing[0]

    def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
        """Read users and channels; schedules only when something asks who is on call.

        Thread-safe: the notifier has several.
        """
        known = self._directory
        if known is None or not _is_fresh(known[1], at, max_age):
            from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
            from tocsin.channels.by_type import updates_of
            from tocsin.domain.people import Directory, UsersByName

            directory = Directory(
                users=UsersByName(self._all(USERS)),
                channels={channel.name: channel for channel in self._all(CHANNELS)},
                updates=updates_of,
                read_settings=cache(partial(self.settings, at, max_age=max_age)),
            )
            known = self._directory = directory, at
        return replace(known[0], on_call=self._on_call_at(at, max_age))

    def _on_call_at(self, at: datetime, max_age: timedelta | None) -> WhoIsOnCall:
        """One for all alerts of a batch."""
        known = self._on_call
        if known is None or known[1:] != (at, max_age):
            on_call = _OnCall(partial(self._read_on_call, at, max_age))
            known = self._on_call = on_call, at, max_age
        return known[0]

    def _read_on_call(self, at: datetime, max_age: timedelta | None) -> WhoIsOnCall:
        if self._schedules is None:
            from tocsin.adapters.dynamodb.configuration.on_call_reader import OnCallReader

            self._schedules = OnCallReader(self._call, self._table_name)
        return self._schedules.at(at, is_fresh=partial(_is_fresh, at=at, max_age=max_age))

    def settings(self, at: datetime, *, max_age: timedelta | None = None) -> TeamSettings:
        """Read the team's settings.

        Thread-safe: the notifier has several.
        """
        known = self._settings
        if known is None or not _is_fresh(known[1], at, max_age):
            from tocsin.adapters.dynamodb.configuration.settings_items import SETTINGS
            from tocsin.domain.team_settings import TEAM, TeamSettings

            image = get_configured(self._call, self._table_name, SETTINGS.name, TEAM)
            known = self._settings = (SETTINGS.read(image) if image else TeamSettings()), at
        return known[0]

    def holds(self) -> Holds:
        from tocsin.adapters.dynamodb.configuration.hold_items import holding_from, kind_and_name
        from tocsin.domain.hold import HoldKind
        from tocsin.domain.silence import Holds

        images = tuple(query_all(self._call, self._table_name, keys.HOLDS))
        awake = [it for it in images if kind_and_name(it)[0] is HoldKind.AWAKE]
        silences = tuple(holding_from(it) for it in images if it not in awake)
        if not awake:
            return Holds(silences)
        from tocsin.adapters.dynamodb.configuration.awake_items import awake_from

        return Holds(silences, tuple(map(awake_from, awake)))

    def whole(self, alert: Alert) -> Alert:
        """A change of big facts that is not stored yet leaves those before it."""
        from tocsin.adapters.dynamodb.alerts.items import facts_from

        if alert.overflow is None:
            return alert
        beside = get_item(self._call, self._table_name, keys.overflow_key(alert.alert_id)) or {}
        if "details" not in beside:
            return alert
        return replace(alert, facts=facts_from(beside["details"]["B"])[0])

    def policy_of(self, integration: str) -> str | None:
        item = get_configured(self._call, self._table_name, "integration", integration)
        return item.get("escalation_policy", {}).get("S") if item else None

    def _zoned[T: (EscalationPolicy, Route)](self, value: T) -> T:
        """Fill in the team's time zone where hours need one."""
        if not value.has_hours or value.time_zone is not None:
            return value
        return replace(value, time_zone=self._time_zone)

    def _all[T: Named](self, kind: Kind[T]) -> Iterator[T]:
        partition = keys.configuration_partition(kind.name)
        for image in query_all(self._call, self._table_name, partition):
            yield kind.read(image)


class _OnCall:
    """Implements `WhoIsOnCall`: most steps ask no schedule, and cost no request."""

    def __init__(self, read: Callable[[], WhoIsOnCall]) -> None:
        self._read = read
        self._known: WhoIsOnCall | None = None

    def get(self, target: str, otherwise: tuple[str, ...] = (), /) -> tuple[str, ...]:
        return self._get_known().get(target, otherwise)

    def then(self, at: datetime) -> _OnCall:
        return _OnCall(lambda: self._get_known().then(at))

    def _get_known(self) -> WhoIsOnCall:
        if self._known is None:
            self._known = self._read()
        return self._known


def _is_fresh(read_at: datetime, at: datetime, max_age: timedelta | None) -> bool:
    """Read at this same time counts as fresh for any age."""
    age = at - read_at
    return not age or timedelta() < age < (REMEMBERED_FOR if max_age is None else max_age)
