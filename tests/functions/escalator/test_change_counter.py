"""Pages that are open learn that they are to read again, never too early, and of every change."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.examples import ALICE, MINUTE, NINE, PROMETHEUS, trigger
from tests.functions.escalator.conftest import TABLE, Escalator, Logged, ReplacePort, away
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb.timeline.change_counter import DynamoDBChangeCounter
from tocsin.domain.errors import TryAgainError

COUNTER = "CHANGES CHANGES"


def count(escalator: Escalator) -> int:
    return DynamoDBChangeCounter(escalator.call, TABLE).read().count


def test_a_batch_is_counted_once_however_long_it_is(escalator: Escalator) -> None:
    for number in range(20):
        escalator.signal(trigger(dedup_key=f"disk-{number}"), PROMETHEUS)

    escalator.follow(escalator.written())

    assert count(escalator) == 1


def test_whoever_is_told_of_a_change_finds_what_the_stream_adds(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    seen: list[dict[str, Any]] = []
    alert_id = escalator.signal(trigger(), PROMETHEUS)

    def moving(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        seen.append(escalator.everything())
        return escalator.call(operation, parameters)

    replace_port(changes=DynamoDBChangeCounter(moving, TABLE))
    escalator.follow(escalator.written())
    escalator.now += MINUTE
    escalator.change(alert_id, lambda alert: alert.acknowledge(by=ALICE, at=escalator.now))
    escalator.follow(escalator.written())

    afterwards = escalator.everything()
    assert len(seen) == 2
    assert seen[-1].keys() == afterwards.keys()
    assert {**seen[-1], COUNTER: None} == {**afterwards, COUNTER: None}


def test_what_the_stream_writes_itself_moves_nothing(escalator: Escalator) -> None:
    escalator.signal(trigger("93 % full"), PROMETHEUS)
    escalator.follow(escalator.written())
    escalator.now += MINUTE
    escalator.signal(trigger("93 % full"), PROMETHEUS)
    escalator.follow(escalator.written())
    counted = count(escalator)

    told = escalator.written()
    copies = [it for it in told if it["dynamodb"]["Keys"]["sk"]["S"] == "LIVE"]
    assert copies, "the copy for lists comes back"
    escalator.follow(told)

    assert count(escalator) == counted == 1, "a repeat in the same words moves nothing either"


def test_a_repeat_with_other_words_is_announced(escalator: Escalator) -> None:
    escalator.signal(trigger("93 % full"), PROMETHEUS)
    escalator.follow(escalator.written())
    escalator.now += MINUTE

    escalator.signal(trigger("97 % full"), PROMETHEUS)
    escalator.follow(escalator.written())

    assert count(escalator) == 2


@pytest.mark.parametrize("delivered", [1, 2, 3])
def test_a_batch_that_comes_again_is_announced_again(escalator: Escalator, delivered: int) -> None:
    escalator.signal(trigger(), PROMETHEUS)
    records = escalator.written()

    for _ in range(delivered):
        escalator.follow(records)

    assert count(escalator) == delivered


def test_a_change_that_cannot_be_counted_for_now_comes_again(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    escalator.signal(trigger(), PROMETHEUS)
    records = escalator.written()
    counter = escalator.app.ports.changes
    replace_port(changes=DynamoDBChangeCounter(away, TABLE))
    with pytest.raises(TryAgainError):
        escalator.follow(records)

    replace_port(changes=counter)
    escalator.follow(records)

    assert count(escalator) == 1


def test_a_count_refused_for_good_holds_up_no_page(
    escalator: Escalator, replace_port: ReplacePort, logged: Logged
) -> None:
    alert_id = escalator.signal(trigger(), PROMETHEUS)

    def refused(_operation: str, _parameters: Mapping[str, Any]) -> dict[str, Any]:
        raise AwsError("AccessDeniedException", "no")

    replace_port(changes=DynamoDBChangeCounter(refused, TABLE))

    assert escalator.follow(escalator.written()) == []
    assert "fired" in escalator.happened(alert_id)
    lines = logged()
    assert "Change not counted" in [line.get("message") for line in lines]
    assert [line["ChangesNotCounted"] for line in lines if "ChangesNotCounted" in line] == [[1.0]]


def test_a_record_that_is_set_aside_is_announced_too(
    escalator: Escalator, replace_port: ReplacePort
) -> None:
    escalator.signal(trigger(), PROMETHEUS)

    replace_port(timeline=object())
    escalator.follow(escalator.written())

    assert len(escalator.failures.bodies) == 1
    assert count(escalator) == 1


def test_a_change_between_two_reads_of_the_cursor_is_never_missed(escalator: Escalator) -> None:
    """The reader's order: cursor, then lists; a change that it does not see moves what it has."""
    counter = DynamoDBChangeCounter(escalator.call, TABLE)
    alert_id = escalator.signal(trigger(), PROMETHEUS)
    escalator.follow(escalator.written())
    at = NINE + 10 * MINUTE

    cursor = counter.read().cursor(at)
    shown = escalator.happened(alert_id)
    escalator.change(alert_id, lambda alert: replace(alert.acknowledge(by=ALICE, at=at)))
    assert escalator.happened(alert_id) == shown, "not told yet"
    assert counter.read().cursor(at) == cursor
    escalator.follow(escalator.written())

    assert counter.read().cursor(at) != cursor
    assert escalator.happened(alert_id) != shown
