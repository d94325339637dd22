"""Overrides that people made: one item each, sorted by their ends, of all schedules together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.activity.scribe import ObjectChange, Scribe, noted
from tocsin.adapters.dynamodb.alerts.items import Image, Item, expiry, number, text
from tocsin.adapters.dynamodb.configuration.schedule_items import override_from, write_override
from tocsin.adapters.dynamodb.queries import query_after
from tocsin.adapters.dynamodb.transactions import (
    IS_NEW,
    Action,
    TransactionRefusedError,
    delete,
    put,
    transact,
)
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import WriteId
from tocsin.domain.on_call.schedule import Override, ScheduleOverride

KIND: Final = "override"
KEPT_FOR: Final = timedelta(days=400)
"""After its end: lists of shifts go as far back."""
_EXISTS: Final = "attribute_exists(pk)"


@dataclass(frozen=True, slots=True)
class DynamoDBOverrides:
    """Implements `OverrideRepository`."""

    call: Call
    table_name: str
    scribe: Scribe | None = None
    """Writes who changed what with each change."""

    def list(self, begins: datetime, ends: datetime | None = None) -> tuple[ScheduleOverride, ...]:
        after = keys.overrides_after(begins)
        images = query_after(self.call, self.table_name, keys.OVERRIDES, after)
        made = map(_from_image, images)
        return tuple(
            it
            for it in made
            if it.override.ends > begins and (ends is None or it.override.begins < ends)
        )

    def add(self, made: Sequence[ScheduleOverride], *, write_id: WriteId) -> None:
        puts = [put(self.table_name, override_item(it, write_id), IS_NEW) for it in made]
        activity = [
            action
            for position, it in enumerate(made)
            for action in noted_override(self.scribe, None, it, write_id, position)
        ]
        self._write([*puts, *activity], write_id)

    def end(self, before: ScheduleOverride, after: Override | None, *, write_id: WriteId) -> None:
        key = keys.override_key(before.override.ends, before.override.override_id)
        actions = [delete(self.table_name, key, _EXISTS)]
        if after is not None:
            changed = ScheduleOverride(before.schedule, after)
            actions.append(put(self.table_name, override_item(changed, write_id), IS_NEW))
        left = ScheduleOverride(before.schedule, after) if after else None
        self._write([*actions, *noted_override(self.scribe, before, left, write_id)], write_id)

    def _write(self, actions: Sequence[Action], write_id: WriteId) -> None:
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            message = "Another request just changed this override. Read it and try again."
            raise ConcurrentUpdateError(message) from refusal


def noted_override(
    scribe: Scribe | None,
    before: ScheduleOverride | None,
    after: ScheduleOverride | None,
    write_id: WriteId,
    position: int = 0,
) -> tuple[Action, ...]:
    """What to write beside a change of an override."""
    made = after or before
    if made is None:
        return ()
    name = made.override.override_id
    change = ObjectChange(kind=KIND, name=name, before=before, after=after, position=position)
    return noted(scribe, change, write_id)


def override_item(made: ScheduleOverride, write_id: WriteId) -> Item:
    override = made.override
    written = json.dumps(write_override(override), separators=(",", ":"), ensure_ascii=False)
    return keys.override_key(override.ends, override.override_id) | {
        "entity": text("override"),
        "version": number(1),
        "write_id": text(write_id),
        "schedule": text(made.schedule),
        "override": text(written),
        "expires_at": expiry(override.ends, KEPT_FOR),
    }


def _from_image(image: Image) -> ScheduleOverride:
    override = override_from(json.loads(image["override"]["S"]))
    return ScheduleOverride(image["schedule"]["S"], override)
