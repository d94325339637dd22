"""Finds the calendar behind a token, and the shifts that it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from functions.calendar.event import Event
from tocsin.domain.credential import TOKEN_LENGTH, hash_token
from tocsin.domain.on_call.feed import AHEAD, BACK, FeedKind
from tocsin.domain.on_call.own_shifts import own_shifts
from tocsin.domain.on_call.roster import Roster
from tocsin.domain.people import UsersByName

if TYPE_CHECKING:
    from tocsin.adapters.dynamodb.configuration.feed_repository import DynamoDBFeeds
    from tocsin.domain.configuration import Configured
    from tocsin.domain.on_call.feed import Feed
    from tocsin.domain.on_call.schedule import Schedule
    from tocsin.domain.people import User
    from tocsin.usecases.ports import ConfigurationRepository, OverrideRepository

EVENTS_LIMIT: Final = 5_000
"""About 1 MB, and a second of a whole core; of more, as of an hourly rotation, the first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeds:
    feeds: DynamoDBFeeds
    schedules: ConfigurationRepository[Configured[Schedule]]
    overrides: OverrideRepository
    users: ConfigurationRepository[Configured[User]]
    team: str

    def find(self, token: str) -> Feed | None:
        """None: unknown, revoked or malformed; each costs one request."""
        if len(token.replace("-", "")) != TOKEN_LENGTH:
            token = ""
        return self.feeds.by_token(hash_token(token))

    def calendar(self, feed: Feed, *, at: datetime) -> str:
        """Write the calendar: the same text as long as nothing in it changes."""
        from functions.calendar.ical import write_calendar

        begins, ends = window(at)
        roster = Roster(
            {it.name: it.value for it in self.schedules.list()},
            self.overrides.list(begins, ends),
        )
        users = UsersByName(it.value for it in self.users.list())
        names = {user.name: user.full_name or user.name for user in users.values()}
        if feed.kind is FeedKind.SCHEDULE:
            title = f"On call: {feed.subject} ({self.team})"
            events = _of_schedule(feed.subject, roster, begins, ends, names)
        else:
            shown = names.get(feed.subject, feed.subject)
            title = f"{shown} on call ({self.team})"
            events = _of_user(feed.subject, roster, begins, ends)
        return write_calendar(title, list(islice(events, EVENTS_LIMIT)))


def window(at: datetime) -> tuple[datetime, datetime]:
    """The time that is shown: whole months in UTC, so that what is cut at its edges stays alike."""
    return _month_of(at - BACK), _month_of(at + AHEAD + timedelta(days=31))


def _month_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _of_schedule(
    name: str, roster: Roster, begins: datetime, ends: datetime, names: Mapping[str, str]
) -> Iterator[Event]:
    if name not in roster.schedules:
        return
    for shift in roster.shifts(name, begins, ends):
        if shift.people:
            people = " and ".join(names.get(user, user) for user in shift.people)
            yield Event(
                uid=_uid(name, shift.begins),
                summary=f"{people} ({name})",
                begins=shift.begins,
                ends=shift.ends,
                description="By an override." if shift.override_ids else "",
            )


def _of_user(user: str, roster: Roster, begins: datetime, ends: datetime) -> Iterator[Event]:
    found = [
        Event(
            uid=_uid(f"{name}/{user.lower()}", span.begins),
            summary=f"On call: {name}",
            begins=span.begins,
            ends=span.ends,
        )
        for name in roster.schedules
        for span in own_shifts(roster.shifts(name, begins, ends), user)
    ]
    yield from sorted(found, key=lambda event: (event.begins, event.uid))


def _uid(name: str, begins: datetime) -> str:
    return f"{name}.{begins:%Y%m%dT%H%M%SZ}@tocsin"
