"""The people whom a schedule asks, now or later."""

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest

from tocsin.domain.on_call.schedule import Schedule


def members_of(schedule: Schedule, at: datetime) -> frozenset[str]:
    """Of the versions in force and to come, and of the overrides of its own text to come."""
    return frozenset(_members(schedule, at))


def _members(schedule: Schedule, at: datetime) -> Iterator[str]:
    for layer in schedule.layers:
        for version, following in zip_longest(layer.versions, layer.versions[1:]):
            is_over = following is not None and following.begins and following.begins <= at
            if version.rotation is not None and not is_over:
                for member in version.rotation.members:
                    yield from member
    yield from (override.user for override in schedule.overrides if override.ends > at)
