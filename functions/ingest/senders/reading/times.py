"""Times as senders write them, which is in every way; a bad one never rejects an alert."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_WRITTEN: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<fraction>\d{1,12}))?"
    r" ?(?P<zone>(?:Z|z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)[Zz]?"
)
"""RFC 3339 and what passes for it: without a zone (Netdata; taken as UTC), `+0000` (CloudWatch),
an offset and a `Z` as well (some PagerDuty clients), 7 and 9 digits of a second (Azure,
Alertmanager), a space for the T (Uptime Kuma)."""
_NUMBER: Final = re.compile(r"\d{9,19}(?:\.\d{1,9})?")
_MICROSECOND_DIGITS: Final = 6
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR: Final = 1990
"""An earlier time means that there is none: `0001-01-01T00:00:00Z` (Alertmanager), 0."""
_LAST_YEAR: Final = 2200
_MILLISECONDS_FROM: Final = 10**11
"""A number from here on counts milliseconds (New Relic, Datadog), below seconds (Google): in
seconds it would be the year 5138, in milliseconds 1973."""
_MICROSECONDS_FROM: Final = 10**14
_NANOSECONDS_FROM: Final = 10**17
_UNITS: Final = {
    _NANOSECONDS_FROM: 10**9,
    _MICROSECONDS_FROM: 10**6,
    _MILLISECONDS_FROM: 10**3,
}


def read_time(said: object) -> datetime | None:
    """Read a time in any form that senders write; None if there is none."""
    match said:
        case bool():
            return None
        case int() | float():
            return _counted(said)
        case str():
            return _written(said.strip())
        case _:
            return None


def _written(text: str) -> datetime | None:
    if _NUMBER.fullmatch(text):
        return _counted(float(text))
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    fraction = (found["fraction"] or "")[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")
    zone = found["zone"]
    offset = zone if zone[:1] in ("+", "-") else "+00:00"
    try:
        time = datetime.fromisoformat(f"{found['date']}T{found['time']}{offset}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return _plausible(time.replace(microsecond=int(fraction)))


def _counted(number: float) -> datetime | None:
    units = (beginning for beginning in _UNITS if abs(number) >= beginning)
    try:
        seconds = number / _UNITS.get(next(units, 0), 1)
        return _plausible(_EPOCH + timedelta(seconds=seconds))
    except (OverflowError, ValueError):
        return None


def _plausible(time: datetime) -> datetime | None:
    return time if _FIRST_YEAR <= time.year < _LAST_YEAR else None
