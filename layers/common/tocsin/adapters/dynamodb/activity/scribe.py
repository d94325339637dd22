"""Writes who changed what together with the change, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tocsin.adapters.dynamodb.activity.activity_items import activity_item
from tocsin.adapters.dynamodb.transactions import IS_NEW, Action, put
from tocsin.domain.activity import (
    CHANGED,
    CREATED,
    DELETED,
    Activity,
    ActivityKind,
    Author,
    Facts,
    changed_fields,
)

if TYPE_CHECKING:
    from tocsin.domain.ids import WriteId

type FactsOf = Callable[[str, Any, datetime], Facts]
"""Takes a kind, an object of it and a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectChange:
    """What one write makes of one object."""

    kind: str
    """As in the key of its item."""
    name: str
    """Or its id."""
    before: Any
    """As it was read; None: it is new."""
    after: Any
    """As it is written; None: it is removed."""
    said: Facts = field(default_factory=dict)
    """What was said with it, and is not kept in the object."""
    position: int = 0
    """Tells the changes of one write apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scribe:
    """Given to the repositories of functions in which people, or the team's file, change things.

    A repository without one writes no activity: what timers do to an object is none.
    """

    table_name: str
    author: Callable[[Any], Author | None]
    """Takes the object; None: nobody in particular changes it."""
    facts: FactsOf

    def note(self, change: ObjectChange, *, write_id: WriteId) -> tuple[Action, ...]:
        """Say what to write with a change; nothing where no setting has changed."""
        before, after = change.before, change.after
        author = self.author(before if after is None else after)
        if author is None:
            return ()
        old = None if before is None else self.facts(change.kind, before, author.at)
        new = (
            None if after is None else {**self.facts(change.kind, after, author.at), **change.said}
        )
        fields = changed_fields(old, new)
        if old is not None and new is not None and not fields:
            return ()
        row = Activity(
            activity_id=f"{write_id}-{change.position}",
            at=author.at,
            by=author.by,
            kind=ActivityKind(change.kind),
            name=change.name,
            action=CREATED if old is None else CHANGED if new is not None else DELETED,
            changes=fields,
        )
        item = activity_item(row, with_change=True, write_id=write_id)
        return (put(self.table_name, item, IS_NEW),)


def noted(scribe: Scribe | None, change: ObjectChange, write_id: WriteId) -> tuple[Action, ...]:
    """As `Scribe.note`; nothing without one."""
    return scribe.note(change, write_id=write_id) if scribe else ()
