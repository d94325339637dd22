"""Configuration in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tocsin.domain.configuration import Configured, Named, Stored
from tocsin.domain.errors import (
    ChannelNotFoundError,
    ConcurrentUpdateError,
    EscalationPolicyNotFoundError,
    NotFoundError,
    RouteNotFoundError,
    UserNotFoundError,
)
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.ids import WriteId
from tocsin.domain.people import Channel, Directory, User
from tocsin.domain.routing import Route, Routing


class InMemoryNamed[S: Stored]:
    """ConfigurationRepository."""

    def __init__(self, not_found: Callable[[], NotFoundError]) -> None:
        self._not_found = not_found
        self._stored: dict[str, S] = {}

    def find(self, name: str) -> S | None:
        return self._stored.get(name)

    def get(self, name: str) -> S:
        stored = self.find(name)
        if stored is None:
            raise self._not_found()
        return stored

    def list(self) -> tuple[S, ...]:
        return tuple(self._stored[name] for name in sorted(self._stored))

    def put(self, before: S | None, after: S, *, write_id: WriteId) -> S:
        assert write_id
        if _identity(self.find(after.name)) != _identity(before):
            raise ConcurrentUpdateError("changed meanwhile")
        stored = replace(after, version=before.version + 1 if before else 1)
        self._stored[after.name] = stored
        return stored

    def delete(self, stored: S, *, write_id: WriteId) -> None:
        assert write_id
        current = self.find(stored.name)
        if current is None:
            return
        if _identity(current) != _identity(stored):
            raise ConcurrentUpdateError("changed meanwhile")
        del self._stored[stored.name]


class InMemoryConfigured[T: Named](InMemoryNamed[Configured[T]]):
    """ConfigurationRepository of what knows nothing of storage."""

    def keep(self, value: T, *, at: datetime) -> Configured[T]:
        """What a test begins with, whatever was there."""
        stored = Configured(value=value, created_at=at)
        self._stored[value.name] = stored
        return stored

    @property
    def values(self) -> dict[str, T]:
        return {stored.name: stored.value for stored in self.list()}


def _identity(stored: Stored | None) -> tuple[int, datetime] | None:
    return None if stored is None else (stored.version, stored.created_at)


@dataclass(frozen=True)
class InMemoryConfiguration:
    """All kinds together, and PagingRepository over them: never a moment old."""

    policies: InMemoryConfigured[EscalationPolicy] = field(
        default_factory=lambda: InMemoryConfigured(EscalationPolicyNotFoundError)
    )
    routes: InMemoryConfigured[Route] = field(
        default_factory=lambda: InMemoryConfigured(RouteNotFoundError)
    )
    users: InMemoryConfigured[User] = field(
        default_factory=lambda: InMemoryConfigured(UserNotFoundError)
    )
    channels: InMemoryConfigured[Channel] = field(
        default_factory=lambda: InMemoryConfigured(ChannelNotFoundError)
    )

    asks: dict[str, str] = field(default_factory=dict)
    """Which policy each integration asks for."""

    def policy_of(self, integration: str) -> str | None:
        return self.asks.get(integration)

    def routing(self, at: datetime, *, max_age: timedelta | None = None) -> Routing:
        assert at.tzinfo is not None
        assert max_age is None or max_age >= timedelta()
        routes = sorted(self.routes.values.values(), key=lambda route: (route.position, route.name))
        return Routing(policies=self.policies.values, routes=tuple(routes))

    def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
        assert at.tzinfo is not None
        assert max_age is None or max_age >= timedelta()
        return Directory(users=self.users.values, channels=self.channels.values)
