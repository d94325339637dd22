"""Hours of the week as short text: `31 480 1080` is from Monday to Friday, 08:00 to 18:00."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from tocsin.domain.hours import EVERY_DAY, Day, Hours

type Attribute = dict[str, Any]
_HOUR = 60


def write_hours(only: Sequence[Hours], time_zone: str | None = None) -> Attribute:
    """A bit for each day, Monday the lowest; minutes since midnight; then the time zone, if any."""
    spans = "; ".join(
        f"{sum(1 << day for day in it.days or EVERY_DAY)} {_minutes(it.begins)} {_minutes(it.ends)}"
        for it in only
    )
    return {"S": f"{spans}; {time_zone}" if time_zone else spans}


def hours_from(attribute: Mapping[str, Any]) -> tuple[tuple[Hours, ...], str | None]:
    """The hours, and the time zone if there is one."""
    *spans, last = attribute["S"].split("; ")
    time_zone = None if last[0].isdecimal() else last
    if time_zone is None:
        spans.append(last)
    return tuple(_span_from(*map(int, span.split())) for span in spans), time_zone


def _span_from(days: int, begins: int, ends: int) -> Hours:
    return Hours(
        days=frozenset(day for day in Day if days >> day & 1),
        begins=time(*divmod(begins, _HOUR)),
        ends=time(*divmod(ends, _HOUR)),
    )


def _minutes(at: time) -> int:
    return at.hour * _HOUR + at.minute
