"""A team's configuration as far as a plan looks at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tocsin.domain.on_call.roster import OnCallAt, Roster
from tocsin.domain.on_call.schedule import Schedule, ScheduleOverride
from tocsin.domain.people import Channel, Directory, User, UsersByName
from tocsin.domain.reachability import Sender, Team
from tocsin.domain.routing import Routing

type Settings = Mapping[str, Any]
"""Of an object, as a file has them."""
type ObjectId = tuple[str, str]
"""A section of the file, such as `users`, and a name there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamState:
    users: Sequence[User] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    routing: Routing = field(default_factory=Routing)
    senders: Sequence[Sender] = ()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    overrides: Sequence[ScheduleOverride] = ()
    """Those that people made by API."""
    objects: Mapping[ObjectId, Settings] = field(default_factory=dict)
    made_by_api: frozenset[ObjectId] = frozenset()
    unread: frozenset[str] = frozenset()
    """Sections of which nothing is known."""

    stays_for_now: Sequence[str] = ()
    """What applying keeps although the file has it no longer, in sentences."""
    refused: Sequence[str] = ()
    """Why it cannot be applied, in sentences."""

    @property
    def roster(self) -> Roster:
        return Roster(self.schedules, self.overrides)

    def team_at(self, at: datetime) -> Team:
        directory = Directory(
            users=UsersByName(self.users),
            channels=self.channels,
            on_call=OnCallAt(at, self.roster),
        )
        return Team(directory=directory, routing=self.routing, senders=tuple(self.senders))
