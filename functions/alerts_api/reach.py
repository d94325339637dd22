"""The configuration as a whole, and what a change of it keeps from people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.configuration import Configured
from tocsin.domain.errors import Problem
from tocsin.domain.on_call.gaps_ahead import gap_ahead
from tocsin.domain.on_call.roster import OnCallAt, Roster
from tocsin.domain.people import Directory, UsersByName
from tocsin.domain.reachability import Sender, Team, gaps_after_change, spelled_gaps
from tocsin.domain.routing import Routing
from tocsin.domain.ways import Gap, Noun

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from tocsin.domain.configuration import Named, Stored
    from tocsin.domain.heartbeat import Heartbeat
    from tocsin.domain.integration import Integration
    from tocsin.domain.on_call.schedule import ScheduleOverride

NOUNS: Final = {noun.replace("_", " "): noun for noun in Noun}
"""By the words of `configuration_routes.Noun`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All that decides who is paged, as it was read."""

    objects: Mapping[Noun, Mapping[str, Any]]
    """Values of each kind, by their names in storage."""
    sends_email: bool
    at: datetime
    overrides: Sequence[ScheduleOverride]
    """Those that have not ended."""

    @classmethod
    def read(cls, stores: Stores, *, sends_email: bool, at: datetime) -> Snapshot:
        lists: Mapping[Noun, tuple[Stored, ...]] = {
            Noun.ESCALATION_POLICY: stores.policies.list(),
            Noun.ROUTE: stores.routes.list(),
            Noun.USER: stores.users.list(),
            Noun.CHANNEL: stores.channels.list(),
            Noun.SCHEDULE: stores.schedules.list(),
            Noun.INTEGRATION: stores.integrations.list(),
            Noun.HEARTBEAT: stores.heartbeats.list(),
        }
        objects = {
            noun: {it.name.lower(): _value_of(it) for it in stored}
            for noun, stored in lists.items()
        }
        overrides = stores.overrides.list(at) if objects[Noun.SCHEDULE] else ()
        return cls(objects=objects, sends_email=sends_email, at=at, overrides=overrides)

    def having(self, noun: Noun, stored: Stored) -> Snapshot:
        """The same with this object."""
        named = {**self.objects[noun], stored.name.lower(): _value_of(stored)}
        return replace(self, objects={**self.objects, noun: named})

    def without(self, noun: Noun, name: str) -> Snapshot:
        """The same without this object."""
        named = {it: value for it, value in self.objects[noun].items() if it != name.lower()}
        return replace(self, objects={**self.objects, noun: named})

    @property
    def team(self) -> Team:
        objects = self.objects
        routes = sorted(objects[Noun.ROUTE].values(), key=lambda it: (it.position, it.name))
        roster = Roster(objects[Noun.SCHEDULE], self.overrides)
        return Team(
            directory=Directory(
                users=UsersByName(objects[Noun.USER].values()),
                channels=objects[Noun.CHANNEL],
                on_call=OnCallAt(self.at, roster),
            ),
            routing=Routing(policies=objects[Noun.ESCALATION_POLICY], routes=tuple(routes)),
            senders=(
                *map(_of_integration, objects[Noun.INTEGRATION].values()),
                *map(_of_heartbeat, objects[Noun.HEARTBEAT].values()),
            ),
            sends_email=self.sends_email,
            gap_ahead=cache(partial(gap_ahead, roster=roster, at=self.at)),
        )

    def warnings(self, after: Snapshot, changed: tuple[Noun, str]) -> tuple[Problem, ...]:
        """Say what a change keeps from people; its other fields name what it is about."""
        gaps = gaps_after_change(self.team, after.team, changed)
        return tuple(
            Problem(_field(gap, changed), problem) for gap, problem in spelled_gaps(gaps).items()
        )


def _field(gap: Gap, changed: tuple[Noun, str]) -> str:
    """The setting of the changed object, or the noun of another."""
    noun, name = changed
    is_its_own = gap.noun is noun and gap.name.lower() == name.lower()
    return gap.place if is_its_own else gap.noun.value


def _value_of(stored: Stored) -> Named:
    return stored.value if isinstance(stored, Configured) else stored


def _of_integration(integration: Integration) -> Sender:
    return Sender(
        noun=Noun.INTEGRATION,
        name=integration.name,
        policy=integration.escalation_policy,
        is_paused=integration.paused,
    )


def _of_heartbeat(heartbeat: Heartbeat) -> Sender:
    return Sender(
        noun=Noun.HEARTBEAT,
        name=heartbeat.name,
        policy=heartbeat.escalation_policy,
        severities=frozenset((heartbeat.severity,)),
    )
