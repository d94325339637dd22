"""Three first events of one key at once: everybody of the policy is asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.examples import HOUR, MINUTE, trigger
from tests.fakes.write_ids import WriteIds
from tests.faults.functions import TABLE
from tests.faults.simulation import Script, World
from tests.faults.table import RefusedError, SimulatedTable
from tests.faults.team import LONG, Team
from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots
from tocsin.domain.reception import Source
from tocsin.domain.sent_body import SentBody
from tocsin.usecases.receive_signal import receive_signal

SENDERS = 3
RETENTION = timedelta(days=90)
_OPENING = "attribute_not_exists(pk)"


def test_whoever_is_on_call_hears_of_an_alert_that_three_opened_at_once(
    template: dict[str, Any],
) -> None:
    team = Team(World(template))

    def story() -> Script:
        team.channel("ops", "boss")
        team.policy(("channel:ops", MINUTE), ("channel:boss", LONG))
        team.integration()
        open_at_once(team)
        yield HOUR

    team.world.play(story())

    assert team.alert().occurrences == SENDERS
    assert len({message.key for message in team.world.line.received}) == len(("ops", "boss"))


def open_at_once(team: Team) -> None:
    """Each has found the slot empty when the next one begins; the last of them opens it.

    Its clock was read first, so what the others might leave would sort behind its own.
    """
    call = answering(team.world.line.table)
    new_write_id = WriteIds()

    def send(position: int) -> None:
        waits = [position + 1 < SENDERS]

        def meanwhile(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            if waits[0] and parameters.get("ConditionExpression") == _OPENING:
                waits[0] = False
                send(position + 1)
            return call(operation, parameters)

        at = team.world.now + (SENDERS - position) * timedelta(milliseconds=1)
        body = SentBody(text="{}", content_type="", received_at=at, size_bytes=2)
        receive_signal(
            trigger(dedup_key="disk"),
            Source(integration="prod-prometheus"),
            at=at,
            slots=DynamoDBSlots(meanwhile, TABLE, RETENTION),
            paging=DynamoDBPaging(call, TABLE),
            new_write_id=new_write_id,
            body=lambda: body,
        )

    send(0)


def answering(table: SimulatedTable) -> Call:
    def call(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return table.answer(operation, parameters)
        except RefusedError as refused:
            raise AwsError(refused.code, "", item=refused.answer.get("Item")) from refused

    return call
