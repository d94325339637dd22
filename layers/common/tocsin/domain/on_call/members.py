"""The people whom a schedule names."""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest

from tocsin.domain.on_call.schedule import Schedule


def members_of(schedule: Schedule) -> frozenset[str]:
    """Of the newest versions, and of the overrides of its own text."""
    return frozenset(_members(schedule, None))


def asked_from(schedule: Schedule, at: datetime) -> frozenset[str]:
    """Of all that is in force then, or later."""
    return frozenset(_members(schedule, at))


def _members(schedule: Schedule, at: datetime | None) -> Iterator[str]:
    for layer in schedule.layers:
        for version, following in zip_longest(layer.versions, layer.versions[1:]):
            goes = following.begins if following else None
            is_left_out = goes is not None and (at is None or goes <= at)
            if version.rotation is not None and not is_left_out:
                for member in version.rotation.members:
                    yield from member
    for override in schedule.overrides:
        if at is None or override.ends > at:
            yield override.user
