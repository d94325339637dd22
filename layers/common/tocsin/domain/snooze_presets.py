"""The snoozes that messages and pages offer."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tocsin.domain.times_in_words import NO_BREAK, Clock, next_time_of_day

MORNING: Final = "09:00"
_MORNING_HOUR: Final = 9
_AT_LEAST: Final = timedelta(minutes=30)
"""Until a time of day that comes sooner, nobody snoozes."""


class Preset(NamedTuple):
    """A choice of a snooze."""

    value: str
    """`15m`, `1h`, `4h`, or a time of day in the reader's zone such as `09:00`."""
    label: str


def presets(clock: Clock) -> tuple[Preset, ...]:
    morning = clock.coming(_next_morning(clock.zone, clock.now)).text
    return (
        Preset("15m", f"15{NO_BREAK}min"),
        Preset("1h", f"1{NO_BREAK}h"),
        Preset("4h", f"4{NO_BREAK}h"),
        Preset(MORNING, f"until {morning}"),
    )


def _next_morning(zone: str, at: datetime) -> datetime:
    return next_time_of_day(_MORNING_HOUR, zone, after=at + _AT_LEAST)
