"""Who is on call, read from schedules and overrides when something asks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.domain.on_call.roster import OnCallAt, Roster
from tocsin.domain.on_call.schedule import Schedule

_PARTITION: Final = keys.configuration_partition(SCHEDULES.name)


class OnCallReader:
    """Schedules are remembered as long as their owner says; overrides are read for each time.

    Thread-safe: the notifier has several.
    """

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name
        self._schedules: tuple[Mapping[str, Schedule], datetime] | None = None

    def at(self, at: datetime, *, is_fresh: Callable[[datetime], bool]) -> OnCallAt:
        """Say who is on call at a time; `is_fresh` says whether schedules read then still do."""
        known = self._schedules
        if known is None or not is_fresh(known[1]):
            images = query_all(self._call, self._table_name, _PARTITION)
            schedules = map(SCHEDULES.read, images)
            known = self._schedules = {it.name: it for it in schedules}, at
        made = DynamoDBOverrides(self._call, self._table_name)
        return OnCallAt(at, Roster(known[0], made.list(at) if known[0] else ()))
