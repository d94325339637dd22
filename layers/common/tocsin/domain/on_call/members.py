"""The people whom a schedule names."""

from collections.abc import Iterator

from tocsin.domain.on_call.schedule import Schedule


def members_of(schedule: Schedule) -> frozenset[str]:
    """Of the newest versions, and of the overrides of its own text."""
    return frozenset(_members(schedule))


def _members(schedule: Schedule) -> Iterator[str]:
    for layer in schedule.layers:
        rotation = layer.versions[-1].rotation
        for member in rotation.members if rotation else ():
            yield from member
    for override in schedule.overrides:
        yield override.user
