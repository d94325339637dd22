"""Objects that would be made, changed or removed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.bodies.schedules import settings_of_schedule
from tocsin_cli.plan.state import ObjectId, Settings, TeamState


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    field: str
    before: Any
    """None: it is not there."""
    after: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    object_id: ObjectId
    fields: Sequence[FieldChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChanges:
    added: Sequence[ObjectId]
    changed: Sequence[ObjectChange]
    removed: Sequence[ObjectId]
    taken_over: Sequence[ObjectId]
    """People made them by API, and the file has them too."""
    only_by_api: Sequence[ObjectId]
    """People made them by API; the file says nothing of them, and they stay."""

    @property
    def is_any(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.taken_over)


def object_changes(before: TeamState, after: TeamState, at: datetime) -> ObjectChanges:
    old, new = before.objects, after.objects
    changed = (
        ObjectChange(object_id=it, fields=list(_fields(it, before, after, at)))
        for it in new
        if it in old
    )
    return ObjectChanges(
        added=[it for it in new if it not in old],
        changed=[it for it in changed if it.fields],
        removed=[it for it in old if it not in new],
        taken_over=sorted(before.made_by_api - after.made_by_api),
        only_by_api=sorted(before.made_by_api & after.made_by_api),
    )


def _fields(
    object_id: ObjectId, before: TeamState, after: TeamState, at: datetime
) -> Iterator[FieldChange]:
    """Of a schedule what its text says; where only times of versions differ, these."""
    section, name = object_id
    found = list(field_changes(before.objects[object_id], after.objects[object_id]))
    if not found and section == "schedules":
        old, new = before.schedules[name], after.schedules[name]
        found = list(field_changes(settings_of_schedule(old, at), settings_of_schedule(new, at)))
    yield from found


def field_changes(before: Settings, after: Settings) -> Iterator[FieldChange]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for field in dict.fromkeys((*old, *new)):
        if old.get(field) != new.get(field):
            yield FieldChange(field=field, before=old.get(field), after=new.get(field))


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - JSON
    """Paths and values; a list of texts and numbers is one value."""
    match value:
        case Mapping():
            for name, it in value.items():
                yield from _leaves(it, f"{place}.{name}" if place else str(name))
        case [*items] if any(isinstance(it, Mapping | list) for it in items):
            if any(isinstance(it, list) for it in items):
                yield place, value
                return
            for number, it in enumerate(items):
                yield from _leaves(it, f"{place}[{number}]")
        case None | [] | "":
            return
        case _:
            yield place, value
