"""The team's configuration in memory, as the engine reads it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.people import Channel, Directory, User
from tocsin.domain.routing import Route, Routing


class InMemoryPaging:
    """Implements `PagingRepository`; changes are seen at once."""

    def __init__(self) -> None:
        self._routing = Routing()
        self._directory = Directory()

    def routing(self, at: datetime) -> Routing:
        assert at.tzinfo
        return self._routing

    def directory(self, at: datetime) -> Directory:
        assert at.tzinfo
        return self._directory

    def put_policy(self, policy: EscalationPolicy) -> None:
        policies = {**self._routing.policies, policy.name: policy}
        self._routing = replace(self._routing, policies=policies)

    def remove_policy(self, name: str) -> None:
        kept = {known: it for known, it in self._routing.policies.items() if known != name}
        self._routing = replace(self._routing, policies=kept)

    def put_routes(self, routes: Sequence[Route]) -> None:
        self._routing = replace(self._routing, routes=tuple(routes))

    def put_user(self, user: User) -> None:
        users = {**self._directory.users, user.name: user}
        self._directory = replace(self._directory, users=users)

    def put_channel(self, channel: Channel) -> None:
        channels = {**self._directory.channels, channel.name: channel}
        self._directory = replace(self._directory, channels=channels)
