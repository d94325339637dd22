"""The ports of what changes who is on call, on one table."""

from collections.abc import Callable
from datetime import datetime

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.override_repository import DynamoDBOverrides
from tocsin.adapters.dynamodb.configuration.schedule_items import SCHEDULES
from tocsin.adapters.dynamodb.configuration.swap_repository import DynamoDBSwaps
from tocsin.domain.people import Directory
from tocsin.usecases.change_on_call import OnCallWork
from tocsin.usecases.ports import DeliveryQueue, NewWriteId


def on_call_work(
    call: Call,
    table_name: str,
    *,
    directory: Callable[[datetime], Directory],
    deliveries: Callable[[], DeliveryQueue],
    new_write_id: NewWriteId,
    scribe: Scribe | None = None,
) -> OnCallWork:
    return OnCallWork(
        schedules=DynamoDBConfiguration(call, table_name, SCHEDULES),
        overrides=DynamoDBOverrides(call, table_name, scribe),
        swaps=DynamoDBSwaps(call, table_name, scribe=scribe),
        directory=directory,
        deliveries=deliveries,
        new_write_id=new_write_id,
    )
