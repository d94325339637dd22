"""What people do to alerts becomes activity once, however often and in whatever parts it comes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.examples import ALICE, MINUTE, NINE, PROMETHEUS, recovery, trigger
from tests.functions.escalator.conftest import TABLE, Escalator, ReplacePort
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.adapters.dynamodb.activity.activity_repository import DynamoDBActivity
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AUTO, Actor, AlertId

DAY = timedelta(days=1)


def told(escalator: Escalator) -> list[tuple[str, str]]:
    rows = DynamoDBActivity(escalator.call, TABLE).newest(NINE - DAY, NINE + DAY)
    return [(row.action, row.by) for row in rows]


def a_life(escalator: Escalator) -> AlertId:
    """Opened, acknowledged by one and resolved by another person."""
    alert_id = escalator.signal(trigger(), PROMETHEUS)
    escalator.now += MINUTE
    escalator.change(alert_id, lambda alert: alert.acknowledge(by=ALICE, at=escalator.now))
    escalator.now += MINUTE
    escalator.change(alert_id, lambda alert: alert.resolve(by=Actor("link:bob"), at=escalator.now))
    return alert_id


def test_acts_are_told_and_what_happens_by_itself_is_not(escalator: Escalator) -> None:
    a_life(escalator)

    escalator.follow(escalator.written())

    assert told(escalator) == [("resolved", "link:bob"), ("acknowledged", "alice")]


@pytest.mark.parametrize("by", [AUTO, Actor("integration:prod-prometheus")])
def test_what_a_timer_or_a_sender_does_is_no_activity(escalator: Escalator, by: Actor) -> None:
    alert_id = escalator.signal(trigger(), PROMETHEUS)
    escalator.now += MINUTE
    escalator.change(alert_id, lambda alert: alert.resolve(by=by, at=escalator.now))
    escalator.signal(recovery(), PROMETHEUS)

    escalator.follow(escalator.written())

    assert told(escalator) == []


def test_a_batch_that_comes_again_in_parts_tells_nothing_twice(escalator: Escalator) -> None:
    a_life(escalator)
    records = escalator.written()

    escalator.follow(records)
    for cut in range(len(records)):
        escalator.follow(records[cut:])

    assert told(escalator) == [("resolved", "link:bob"), ("acknowledged", "alice")]


def test_a_repeat_of_an_acknowledged_alert_tells_nothing_again(escalator: Escalator) -> None:
    alert_id = escalator.signal(trigger("93 % full"), PROMETHEUS)
    escalator.change(alert_id, lambda alert: alert.acknowledge(by=ALICE, at=escalator.now))
    escalator.follow(escalator.written())

    for number in range(3):
        escalator.now += MINUTE
        escalator.signal(trigger(f"9{number} % full"), PROMETHEUS)
        escalator.follow(escalator.written())

    assert told(escalator) == [("acknowledged", "alice")]


def test_a_process_that_ends_at_any_request_loses_and_doubles_nothing(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    """The rows may be written or not when their batch breaks off; it comes again."""
    a_life(escalator)
    records = escalator.written()
    ports = escalator.app.ports

    for is_written in (False, True):

        def dying(
            operation: str, parameters: Mapping[str, Any], *, is_written: bool = is_written
        ) -> dict[str, Any]:
            if is_written:
                escalator.call(operation, parameters)
            raise AwsUnavailableError

        activity = DynamoDBActivity(dying, TABLE)
        replace_port(activity=lambda activity=activity: activity)
        with pytest.raises(TryAgainError):
            escalator.follow(records)
        replace_port(activity=ports.activity)

    escalator.follow(records)

    assert told(escalator) == [("resolved", "link:bob"), ("acknowledged", "alice")]


def test_no_page_waits_for_activity(escalator: Escalator, replace_port: ReplacePort) -> None:
    """Rows come after the timeline, and so after the messages of the batch."""
    seen: list[list[str]] = []
    alert_id = a_life(escalator)

    class Looking:
        def add(self, _rows: object) -> None:
            items = escalator.everything()
            seen.append([key for key in items if f" T#{alert_id}" in key])

    replace_port(activity=Looking)
    escalator.follow(escalator.written())

    assert len(seen) == 1
    assert len(seen[0]) >= 3
