"""Swaps: one item each; an accepted one is written with its overrides, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb.alerts.items import (
    Image,
    Item,
    expiry,
    read_text,
    text,
    time,
)
from tocsin.adapters.dynamodb.configuration.named_objects import (
    IS_AS_READ,
    Kind,
    NamedObjects,
    as_read,
    name_of,
)
from tocsin.adapters.dynamodb.configuration.override_repository import noted_override, override_item
from tocsin.adapters.dynamodb.transactions import (
    IS_NEW,
    TransactionRefusedError,
    put,
    transact,
)
from tocsin.domain.errors import ConcurrentUpdateError, SwapNotFoundError
from tocsin.domain.ids import WriteId, instant
from tocsin.domain.on_call.schedule import ScheduleOverride
from tocsin.domain.on_call.swap import Span, Swap, SwapState

KEPT_FOR: Final = timedelta(days=30)
"""After the later of its spans."""


def _write(swap: Swap) -> Item:
    item: Item = {
        "schedule": text(swap.schedule),
        "asker": text(swap.asker),
        "asked": text(swap.asked),
        "answer": text(swap.answer),
        "expires_at": expiry(max(swap.gives.ends, swap.takes.ends), KEPT_FOR),
    }
    for name, span in (("gives", swap.gives), ("takes", swap.takes)):
        item[name] = {"M": {"from": time(span.begins), "to": time(span.ends)}}
    optional = {"reason": swap.reason, "answered_by": swap.answered_by}
    return item | {name: text(it) for name, it in optional.items() if it is not None}


def _read(image: Image) -> Swap:
    return Swap(
        name=name_of(image),
        schedule=image["schedule"]["S"],
        asker=image["asker"]["S"],
        asked=image["asked"]["S"],
        gives=_span_from(image["gives"]["M"]),
        takes=_span_from(image["takes"]["M"]),
        reason=read_text(image, "reason"),
        answer=SwapState(image["answer"]["S"]),
        answered_by=read_text(image, "answered_by"),
        created_at=instant(int(image["created_at"]["N"])),
        version=int(image["version"]["N"]),
    )


def _span_from(fields: Image) -> Span:
    return Span(instant(int(fields["from"]["N"])), instant(int(fields["to"]["N"])))


SWAPS: Final = Kind[Swap](
    name="swap", words="swap", not_found=SwapNotFoundError, write=_write, read=_read
)


@dataclass(frozen=True, slots=True)
class DynamoDBSwaps(NamedObjects[Swap]):
    """Implements `SwapRepository`."""

    kind: Kind[Any] = SWAPS

    def accept(
        self,
        before: Swap,
        after: Swap,
        made: Sequence[ScheduleOverride],
        *,
        write_id: WriteId,
    ) -> Swap:
        stored = replace(after, version=before.version + 1)
        item, table = self.to_item(stored, write_id), self.table_name
        actions = (
            put(table, item, IS_AS_READ, as_read(before)),
            *(put(table, override_item(it, write_id), IS_NEW) for it in made),
            *self.noted(before, stored, write_id),
            *(
                action
                for position, it in enumerate(made, start=1)
                for action in noted_override(self.scribe, None, it, write_id, position)
            ),
        )
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            message = "Another request just answered this swap. Read it and try again."
            raise ConcurrentUpdateError(message) from refusal
        return stored
