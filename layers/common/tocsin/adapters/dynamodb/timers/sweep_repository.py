"""The state of the sweep: one item."""

import json
from dataclasses import dataclass
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import number, text
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.domain.alert_query import COUNTED, Counts
from tocsin.domain.ids import instant, milliseconds
from tocsin.domain.sweep import SweepState

ENTITY: Final = "sweep"


@dataclass(frozen=True, slots=True)
class DynamoDBSweeps:
    """Implements `SweepRepository`."""

    call: Call
    table_name: str

    def state(self) -> SweepState:
        item = get_item(self.call, self.table_name, keys.SWEEP_KEY)
        if item is None:
            return SweepState()
        fields = json.loads(item["progress"]["S"])
        return SweepState(
            cursor=fields["cursor"],
            seen=Counts(**fields["seen"]),
            found=fields["found"],
            is_reported=fields["is_reported"],
            kept_at=instant(kept_at) if (kept_at := fields["kept_at"]) else None,
            drift=Counts(**fields["drift"]),
        )

    def keep(self, state: SweepState) -> None:
        """Unconditional: ticks run one at a time."""
        fields = {
            "cursor": state.cursor,
            "seen": _written(state.seen),
            "found": state.found,
            "is_reported": state.is_reported,
            "kept_at": milliseconds(state.kept_at) if state.kept_at else None,
            "drift": _written(state.drift),
        }
        item = keys.SWEEP_KEY | {
            "entity": text(ENTITY),
            "version": number(1),
            "progress": text(json.dumps(fields)),
        }
        self.call("PutItem", {"TableName": self.table_name, "Item": item})


def _written(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in COUNTED}
