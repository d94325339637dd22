"""ChannelGate: each channel at its own rate, and at rest when it fails."""

from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.notifications.channel_gate import DynamoDBGate
from tocsin.domain.gate import BURST, FAILURES_LIMIT, URGENT_BURST, Passage
from tocsin.domain.people import Channel
from tocsin.usecases.ports import ChannelGate

SECOND = timedelta(seconds=1)
HOOK = Channel(name="ops-hook", type="webhook", rate_per_minute=60)
CHAT = Channel(name="ops-chat", type="slack", rate_per_minute=60)
OPEN = Passage()


@pytest.fixture
def gate(call: Call) -> ChannelGate:
    return DynamoDBGate(call, TABLE_NAME)


def enter(gate: ChannelGate, channel: Channel = HOOK, **when: timedelta) -> Passage:
    return gate.enter(channel, is_urgent=False, at=NINE + when.get("after", timedelta()))


def enter_urgently(gate: ChannelGate) -> Passage:
    return gate.enter(HOOK, is_urgent=True, at=NINE)


def fail(gate: ChannelGate, times: int) -> None:
    for failures in range(1, times + 1):
        gate.note_failure(HOOK, failures=failures, at=NINE)


def test_who_comes_first_may_pass(gate: ChannelGate) -> None:
    assert enter(gate) == OPEN


def test_a_burst_passes_and_the_rest_waits(gate: ChannelGate) -> None:
    passages = [enter(gate) for _ in range(BURST + 1)]

    assert passages[:BURST] == [OPEN] * BURST
    assert passages[BURST].opens_at == NINE + SECOND


def test_each_who_waits_is_told_a_time_of_their_own(gate: ChannelGate) -> None:
    waiting = [enter(gate).opens_at for _ in range(BURST + 4)][BURST:]

    assert waiting == [NINE + number * SECOND for number in (1, 2, 3, 4)]


def test_a_place_is_kept(gate: ChannelGate) -> None:
    places = [enter(gate).opens_at for _ in range(BURST + 3)][BURST:]

    returned = [
        gate.return_to(HOOK, is_urgent=False, at=place) for place in places if place is not None
    ]

    assert returned == [OPEN] * 3


def test_who_comes_first_goes_first(gate: ChannelGate) -> None:
    """Also before those that come when its time has come."""
    waiting = [enter(gate).opens_at for _ in range(BURST + 3)][-1]

    late = enter(gate, after=2 * SECOND).opens_at

    assert waiting == NINE + 3 * SECOND
    assert late == NINE + 4 * SECOND


def test_whose_place_comes_while_the_channel_rests_gets_another(gate: ChannelGate) -> None:
    for _ in range(BURST + 1):
        enter(gate)
    fail(gate, FAILURES_LIMIT)

    places = [gate.return_to(HOOK, is_urgent=False, at=NINE + SECOND).opens_at for _ in range(2)]

    assert places == [NINE + number * SECOND for number in (6, 7)]


def test_after_a_quiet_time_there_is_room_again(gate: ChannelGate) -> None:
    for _ in range(BURST + 3):
        enter(gate)

    passages = [enter(gate, after=MINUTE) for _ in range(BURST + 1)]

    assert passages[:BURST] == [OPEN] * BURST
    assert passages[BURST].opens_at == NINE + MINUTE + SECOND


def test_critical_pages_pass_where_others_wait(gate: ChannelGate) -> None:
    for _ in range(BURST + 20):
        enter(gate)

    passages = [enter_urgently(gate) for _ in range(URGENT_BURST + 1)]

    assert passages[:-1] == [OPEN] * URGENT_BURST
    assert passages[-1].opens_at == NINE + SECOND


def test_critical_pages_delay_what_comes_after_them(gate: ChannelGate) -> None:
    for _ in range(URGENT_BURST):
        enter_urgently(gate)

    assert enter(gate).opens_at == NINE + (URGENT_BURST - BURST + 1) * SECOND


def test_channels_do_not_wait_for_each_other(gate: ChannelGate) -> None:
    for _ in range(BURST + 1):
        enter(gate)

    assert enter(gate, CHAT) == OPEN


def test_a_channel_that_fails_now_and_then_goes_on(gate: ChannelGate) -> None:
    fail(gate, FAILURES_LIMIT - 1)

    assert enter(gate) == Passage(failures=FAILURES_LIMIT - 1)


def test_a_channel_that_always_fails_rests(gate: ChannelGate) -> None:
    fail(gate, FAILURES_LIMIT)

    assert enter(gate).opens_at == NINE + 5 * SECOND
    assert enter(gate, after=10 * SECOND) == Passage(failures=FAILURES_LIMIT)


def test_its_rest_grows_to_a_minute_at_most(gate: ChannelGate) -> None:
    fail(gate, 50)

    assert enter(gate).opens_at == NINE + MINUTE


def test_a_success_ends_the_rest(gate: ChannelGate) -> None:
    fail(gate, FAILURES_LIMIT)

    gate.note_success(HOOK)

    assert enter(gate) == OPEN


def test_a_slow_channel_has_a_slow_rate(gate: ChannelGate) -> None:
    slow = Channel(name="slow", type="sms", rate_per_minute=1)
    for _ in range(BURST):
        enter(gate, slow)

    assert enter(gate, slow).opens_at == NINE + MINUTE


def test_a_lost_reply_costs_a_turn_and_no_page(call: Call) -> None:
    gate = DynamoDBGate(losing_replies(call), TABLE_NAME)

    passages = [enter(gate, after=number * HOUR) for number in range(3)]

    assert passages == [OPEN] * 3


def test_the_usual_message_costs_one_request(call: Call) -> None:
    asked: list[str] = []

    def counting(operation: str, parameters: object) -> dict[str, object]:
        asked.append(operation)
        return call(operation, parameters)  # type: ignore[arg-type]

    enter(DynamoDBGate(counting, TABLE_NAME))

    assert asked == ["UpdateItem"]
