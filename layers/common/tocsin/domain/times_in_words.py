"""Times as people of one time zone read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.time_zone import UTC_ZONE, zone_of

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_MINUTES_UNTIL: Final = 90 * _MINUTE
_HOURS_UNTIL: Final = 48 * _HOUR
_WEEK: Final = 7
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time zone and the time by now: what was is rounded down, what comes up."""

    zone: str
    now: datetime

    @property
    def city(self) -> str:
        """The zone as people name it."""
        return city_of(zone_of(self.zone).key)

    def time(self, at: datetime) -> str:
        """The time of day, with the zone's abbreviation in the hour that comes twice."""
        local = self._local(at)
        abbreviation = _abbreviation(local)
        return f"{local:%H:%M} {abbreviation}" if abbreviation else f"{local:%H:%M}"

    def seconds(self, at: datetime) -> str:
        return f"{self._local(at):%H:%M:%S}"

    def since(self, at: datetime) -> Phrase:
        """How long ago it was, and when: `3 min (02:58 Berlin)`."""
        at = min(at, self.now)
        when = self._with_city(f"{self._day_of(at)}{self.time(at)}", at)
        return (Span(self.age(at), is_strong=True), Span(" ("), *when, Span(")"))

    def age(self, at: datetime, space: str = NO_BREAK) -> str:
        """How long ago it was."""
        return "just now" if self.is_just_now(at) else lasting(self.now - at, space)

    def is_just_now(self, at: datetime) -> bool:
        return self.now - at < _MINUTE

    def day_and_time(self, at: datetime) -> Phrase:
        """When it was, without the city: `02:58`, `Thu 02:58`."""
        at = min(at, self.now)
        return (Span(f"{self._day_of(at)}{self.time(at)}", is_strong=True, at=at),)

    def age_and_time(self, at: datetime) -> Phrase:
        """How long ago it was, and when, without the city: `since 3 min (02:58)`."""
        at = min(at, self.now)
        when = Span(f"{self._day_of(at)}{self.time(at)}", at=at)
        since = "" if self.is_just_now(at) else "since "
        return (Span(f"{since}{self.age(at)} ("), when, Span(")"))

    def has_city(self, at: datetime) -> bool:
        """Whether its time of day needs the city, as it has no abbreviation."""
        return not _abbreviation(self._local(at))

    def coming(self, at: datetime) -> Span:
        """When it will be: `03:06`, `tomorrow, 09:00`, or `now`."""
        if at <= self.now:
            return Span("now")
        rounded = _rounded_up(at)
        return Span(f"{self._coming_day(rounded)}{self.time(rounded)}", is_strong=True, at=rounded)

    def coming_at(self, at: datetime) -> Phrase:
        """The same with its preposition: `at 03:06`, `tomorrow, 09:00`, `on Mon 09:00`."""
        days = self._days_until(_rounded_up(at))
        preposition = "" if at <= self.now or days == 1 else "on " if days else "at "
        return (*((Span(preposition),) if preposition else ()), self.coming(at))

    def wait(self, at: datetime) -> str:
        """How long it will take: `4 min`."""
        return lasting(_rounded_up(at) - self.now + _MINUTE - timedelta(microseconds=1))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(zone_of(self.zone))

    def _with_city(self, time: str, at: datetime) -> Phrase:
        city = (Span(f" {self.city}"),) if self.has_city(at) else ()
        return (Span(time, at=at), *city)

    def _day_of(self, at: datetime) -> str:
        """The day of a past time, where its time of day does not say which."""
        local, past = self._local(at), self.now - at
        weekday = _WEEKDAYS[local.weekday()]
        if past < _DAY:
            return ""
        if past < _HOURS_UNTIL:
            return f"{weekday} "
        return f"{weekday} {local.day} {_MONTHS[local.month - 1]}, "

    def _days_until(self, at: datetime) -> int:
        return (self._local(at).date() - self._local(self.now).date()).days

    def _coming_day(self, at: datetime) -> str:
        local = self._local(at)
        match self._days_until(at):
            case 0:
                return ""
            case 1:
                return "tomorrow, "
            case days if days < _WEEK:
                return f"{_WEEKDAYS[local.weekday()]} "
            case _:
                return f"{local.day} {_MONTHS[local.month - 1]}, "


def lasting(time: timedelta, space: str = NO_BREAK) -> str:
    """Spell a duration, rounded down: `3 min`, `2 h 05 min`, `26 h`, `3 days`."""
    minutes, hours = time // _MINUTE, time // _HOUR
    if time < _MINUTE:
        return f"less than 1{space}min"
    if time < _MINUTES_UNTIL:
        return f"{minutes}{space}min"
    if time < _DAY:
        return f"{hours}{space}h{space}{minutes % 60:02}{space}min"
    if time < _HOURS_UNTIL:
        return f"{hours}{space}h"
    return f"{time // _DAY}{space}days"


def city_of(zone: str) -> str:
    """The last part of a zone's name; `UTC` for what belongs to no place."""
    if zone.startswith("Etc/"):
        return UTC_ZONE
    return zone.rpartition("/")[2].replace("_", " ")


def next_time_of_day(hour: int, zone: str, *, after: datetime) -> datetime:
    """Find the next time at which clocks of the zone show this hour, at or after a time."""
    local = after.astimezone(zone_of(zone))
    wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    if wanted < local:
        wanted += _DAY
    return wanted.astimezone(after.tzinfo)


def _abbreviation(local: datetime) -> str:
    """The zone's abbreviation, if the same time of day comes twice."""
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return ""
    name = local.tzname() or ""
    if not name.startswith(("+", "-")):
        return name
    hours, minutes = name[:3], name[3:]
    return f"UTC{hours}:{minutes}" if minutes else f"UTC{hours}"


def _rounded_up(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE
