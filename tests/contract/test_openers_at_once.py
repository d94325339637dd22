"""Several first events of one key at once: one alert, and nothing left of those who came second."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, cast

import pytest

from tests.conftest import TABLE_NAME
from tests.contract.conftest import Store, on_the_table
from tests.examples import HOUR, NINE, PROMETHEUS, TEN, recovery, trigger
from tocsin.adapters.aws_json import AwsUnavailableError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.slot_repository import MAKES_SURE_UNTIL
from tocsin.domain.alert import Alert
from tocsin.domain.errors import TryAgainError
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId
from tocsin.domain.reception import Outcome
from tocsin.domain.sent_body import SentBodies, SentBody
from tocsin.domain.signal import Facts, Signal
from tocsin.usecases.ports import NewWriteId, SlotRepository
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.refusals import BesideNotKeptError

MILLISECOND: Final = timedelta(milliseconds=1)
SLOT: Final = PROMETHEUS.slot_of(trigger())
_WRITES: Final = frozenset(("PutItem", "UpdateItem", "TransactWriteItems"))


def big(number: int) -> Signal:
    """Facts too big for the slot, and others for each number."""
    reason = "".join(chr(0x4E00 + (each * 7919 + number) % 20_000) for each in range(2000))
    return replace(trigger(), facts=Facts(name="Disk full", reason=reason))


def body_at(at: datetime) -> SentBody:
    return SentBody(text=at.isoformat(), content_type="", received_at=at, size_bytes=2)


@dataclass
class Overtaken:
    """Slots as an opener sees them that others overtake just before its write."""

    slots: SlotRepository
    others: Callable[[], None]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of slots
        return getattr(self.slots, name)

    def add(self, *alert: Any, **more: Any) -> Alert:  # noqa: ANN401 - as slots take it
        self._let_others_act()
        return self.slots.add(*alert, **more)

    def replace(self, *alerts: Any, **more: Any) -> Alert:  # noqa: ANN401 - as slots take it
        self._let_others_act()
        return self.slots.replace(*alerts, **more)

    def _let_others_act(self) -> None:
        act, self.others = self.others, _nothing
        act()


def _nothing() -> None:
    """Everybody has been."""


type Send = Callable[..., Receipt]


@pytest.fixture
def send(store: Store, new_write_id: NewWriteId) -> Send:
    def send(signal: Signal, at: datetime, slots: object) -> Receipt:
        return receive_signal(
            signal,
            PROMETHEUS,
            at=at,
            slots=cast("SlotRepository", slots),
            paging=store.paging,
            new_write_id=new_write_id,
            body=lambda: body_at(at),
        )

    return send


@pytest.mark.parametrize("senders", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("apart", [0 * MILLISECOND, MILLISECOND], ids=["same time", "one by one"])
@pytest.mark.parametrize("size", ["small", "big", "each other"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "reopened"])
def test_the_one_alert_of_first_events_at_once_is_read_whole(
    store: Store, send: Send, senders: int, apart: timedelta, size: str, *, is_first: bool
) -> None:
    """All find no open alert; then the last in the list writes, the one before is refused, …

    The last one's clock was read first: what others might leave would sort behind its own.
    """
    if not is_first:
        send(trigger(), NINE - HOUR, store.slots)
        send(recovery(), NINE - HOUR, store.slots)
    signals = [
        {"small": replace(trigger(), current_value=number), "big": big(0)}.get(size, big(number))
        for number in range(senders)
    ]
    receipts: list[Receipt] = []

    def send_from(position: int) -> None:
        if position < senders:
            slots = Overtaken(store.slots, lambda: send_from(position + 1))
            at = NINE + (senders - position) * apart
            receipts.append(send(signals[position], at, slots))

    send_from(0)

    (alert_id,) = {receipt.alert_id for receipt in receipts}
    assert alert_id is not None
    alert = store.alerts.get(alert_id)
    opened = Outcome.OPENED if is_first else Outcome.REOPENED
    assert [it.outcome for it in receipts] == [opened, *[Outcome.UPDATED] * (senders - 1)]
    assert (alert.occurrences, alert.facts) == (senders, signals[0].facts)
    first = body_at(NINE + apart)
    assert store.alerts.sent_bodies(alert_id) == SentBodies(first=first, last=first)


def test_an_alert_is_read_however_much_lies_beside_it(store: Store, send: Send) -> None:
    """Five episodes, each with big facts, values and bodies of its own."""
    receipts: list[Receipt] = []
    for number in range(5):
        at = NINE + number * HOUR
        signal = replace(big(number), current_value=number)
        receipts.append(send(signal, at, store.slots))
        send(signal, at, store.slots)
        sample = Sample(occurrence=1, at=at, value=number)
        store.timeline.add_samples(AlertId(receipts[-1].alert_id or ""), [sample])
        send(recovery(), at, store.slots)

    for number, receipt in enumerate(receipts):
        alert, history = store.alerts.get_with_history(AlertId(receipt.alert_id or ""))
        assert alert.facts == big(number).facts
        assert [sample.value for sample in history] == [number, number]


def test_a_body_that_cannot_be_kept_costs_no_alert(store: Store, send: Send) -> None:
    receipt = send(trigger(), NINE, Forgetful(store.slots))

    assert (receipt.outcome, receipt.is_body_lost) == (Outcome.OPENED, True)
    alert = store.alerts.get(AlertId(receipt.alert_id or ""))
    assert alert.facts == trigger().facts
    assert store.alerts.sent_bodies(alert.alert_id) == SentBodies(first=None, last=None)


def test_a_sender_whose_big_facts_cannot_be_kept_is_asked_to_send_them_again(
    call: Call, send: Send
) -> None:
    slots = on_the_table(call).slots

    with pytest.raises(TryAgainError):
        send(big(1), NINE, Forgetful(slots))

    assert send(big(1), TEN, slots).outcome is Outcome.UPDATED


@dataclass
class Forgetful:
    """Slots that keep an alert, and nothing beside it."""

    on: SlotRepository

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of slots
        return getattr(self.on, name)

    def add(self, alert: Alert, *, body: SentBody | None, write_id: Any) -> Alert:  # noqa: ANN401 - an id
        assert body is not None, "there is something to forget"
        raise BesideNotKeptError(self.on.add(alert, write_id=write_id))


# On the table: what happens between the two writes of an opener


class Death(BaseException):
    """The process ends here."""


@dataclass
class Interrupted:
    """Calls of which one write is preceded by something else."""

    call: Call
    before_write: int
    interruption: Callable[[], None]
    writes: int = 0

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation in _WRITES:
            self.writes += 1
            if self.writes == self.before_write:
                self.interruption()
        return self.call(operation, parameters)


def beside(call: Call) -> Iterator[str]:
    """What the partition of the slot holds besides the slot."""
    request = {
        "TableName": TABLE_NAME,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": keys.slot_partition(SLOT)}},
    }
    for item in call("Query", request)["Items"]:
        if item["sk"]["S"] != keys.LIVE:
            yield item["sk"]["S"]


def dies() -> None:
    raise Death


def refuses() -> None:
    raise AwsUnavailableError


@pytest.mark.parametrize(
    ("before_write", "is_overtaken"),
    [
        pytest.param(1, True, id="before it is counted"),
        pytest.param(2, True, id="before it is opened"),
        pytest.param(3, False, id="before its facts are written"),
    ],
)
@pytest.mark.parametrize("apart", [0 * MILLISECOND, MILLISECOND])
def test_who_was_second_leaves_nothing_and_takes_nothing_away(
    call: Call, send: Send, before_write: int, apart: timedelta, *, is_overtaken: bool
) -> None:
    """At each boundary of an opening another one comes, with other big facts."""
    others: list[Receipt] = []

    def come() -> None:
        others.append(send(big(2), NINE + apart, on_the_table(call).slots))

    interrupted = on_the_table(Interrupted(call, before_write, come))
    receipt = send(big(1), NINE, interrupted.slots)

    assert {receipt.alert_id} == {it.alert_id for it in others}
    alert_id = AlertId(receipt.alert_id or "")
    store = on_the_table(call)
    alert = store.alerts.get(alert_id)
    newest, opened_at = (big(1), NINE + apart) if is_overtaken else (big(2), NINE)
    assert (alert.facts, alert.occurrences) == (newest.facts, 2)
    assert store.alerts.sent_bodies(alert_id).first == body_at(opened_at)
    assert list(beside(call)) == [keys.overflow_sort(alert_id)]


def test_an_alert_whose_opener_died_is_shown_shortened(call: Call, send: Send) -> None:
    with pytest.raises(Death):
        send(big(1), NINE, on_the_table(Interrupted(call, 3, dies)).slots)
    store = on_the_table(call)
    stored = store.slots.in_slot(SLOT)
    assert stored is not None

    alert = store.alerts.get(stored.alert_id)

    assert alert.facts.name == "Disk full"
    assert big(1).facts.reason.startswith(alert.facts.reason[:100])
    assert store.alerts.sent_bodies(stored.alert_id) == SentBodies(first=None, last=None)


@pytest.mark.parametrize("deaths", range(1, MAKES_SURE_UNTIL))
@pytest.mark.parametrize("fault", [dies, refuses])
def test_the_senders_retry_brings_the_big_facts(
    call: Call, send: Send, deaths: int, fault: Callable[[], None]
) -> None:
    with pytest.raises((Death, TryAgainError)):
        send(big(1), NINE, on_the_table(Interrupted(call, 3, fault)).slots)
    for _ in range(1, deaths):
        with pytest.raises((Death, TryAgainError)):
            send(big(1), NINE, on_the_table(Interrupted(call, 2, fault)).slots)
    store = on_the_table(call)

    receipt = send(big(1), NINE, store.slots)

    assert receipt.outcome is Outcome.UPDATED
    assert store.alerts.get(AlertId(receipt.alert_id or "")).facts == big(1).facts


def test_the_retry_of_one_that_died_does_not_undo_newer_facts(call: Call, send: Send) -> None:
    """Another repeat brings other big facts between the retry and its second write."""
    with pytest.raises(Death):
        send(big(1), NINE, on_the_table(Interrupted(call, 3, dies)).slots)

    def come() -> None:
        send(big(2), TEN, on_the_table(call).slots)

    receipt = send(big(1), NINE, on_the_table(Interrupted(call, 2, come)).slots)

    alert = on_the_table(call).alerts.get(AlertId(receipt.alert_id or ""))
    assert (alert.facts, alert.occurrences) == (big(2).facts, 3)


def test_facts_that_are_replaced_while_they_are_read_are_read_again(call: Call, send: Send) -> None:
    """The slot is read, then a repeat brings other big facts, then what lies beside is read."""
    receipt = send(big(0), NINE, on_the_table(call).slots)
    numbers = iter((1, 2))

    def changing(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        is_beside = operation == "GetItem" and parameters["Key"]["sk"]["S"] != keys.LIVE
        if is_beside and (number := next(numbers, None)):
            send(big(number), TEN, on_the_table(call).slots)
        return call(operation, parameters)

    alert = on_the_table(changing).alerts.get(AlertId(receipt.alert_id or ""))

    assert alert.facts == big(2).facts


@pytest.mark.parametrize("signal", [trigger(), big(1)], ids=["small facts", "big facts"])
def test_what_is_written_after_the_end_expires_by_itself(
    call: Call, send: Send, signal: Signal
) -> None:
    """Its opener was slow: the alert ended before its body was written."""

    def ends() -> None:
        send(recovery(), TEN, on_the_table(call).slots)

    receipt = send(signal, NINE, on_the_table(Interrupted(call, 3, ends)).slots)

    key = keys.overflow_key(AlertId(receipt.alert_id or ""))
    kept = call("GetItem", {"TableName": TABLE_NAME, "Key": key})["Item"]
    assert int(kept["expires_at"]["N"]) > NINE.timestamp()


# What it costs


def asked(call: Call) -> tuple[list[str], Call]:
    operations: list[str] = []

    def spying(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        sort_key = parameters.get("Key", parameters.get("Item", {})).get("sk", {}).get("S", "")
        operations.append(f"{operation} {sort_key.rpartition('#')[2]}".strip())
        return call(operation, parameters)

    return operations, spying


def test_an_ordinary_alert_is_read_by_one_request(call: Call, send: Send) -> None:
    receipt = send(trigger(), NINE, on_the_table(call).slots)
    send(trigger(), NINE, on_the_table(call).slots)
    operations, spying = asked(call)

    on_the_table(spying).alerts.get_with_history(AlertId(receipt.alert_id or ""))

    assert operations == ["GetItem LIVE"]


@pytest.mark.parametrize(
    ("signals", "more"),
    [
        pytest.param([big(1)], ["GetItem D"], id="big facts"),
        pytest.param([replace(trigger(), current_value=1)], [], id="one value"),
        pytest.param([replace(trigger(), current_value=1)] * 2, ["GetItem H"], id="values"),
        pytest.param([replace(big(1), current_value=1)] * 2, ["GetItem D", "GetItem H"], id="both"),
    ],
)
def test_what_lies_beside_an_alert_is_read_where_there_may_be_something(
    call: Call, send: Send, signals: Sequence[Signal], more: list[str]
) -> None:
    (alert_id,) = {send(it, NINE, on_the_table(call).slots).alert_id for it in signals}
    operations, spying = asked(call)

    on_the_table(spying).alerts.get_with_history(AlertId(alert_id or ""))

    assert operations == ["GetItem LIVE", *more]


def test_big_facts_are_not_read_where_the_alert_is_wanted_short(call: Call, send: Send) -> None:
    receipt = send(big(1), NINE, on_the_table(call).slots)
    operations, spying = asked(call)

    alert = on_the_table(spying).alerts.get_shortened(AlertId(receipt.alert_id or ""))

    assert operations == ["GetItem LIVE"]
    assert alert.alert_id == receipt.alert_id


@pytest.mark.parametrize("signal", [trigger(), big(1)], ids=["small facts", "big facts"])
def test_a_first_event_takes_three_requests_and_later_repeats_one(
    call: Call, send: Send, signal: Signal
) -> None:
    operations, spying = asked(call)
    slots = on_the_table(spying).slots

    send(signal, NINE, slots)

    assert operations == ["UpdateItem LIVE", "PutItem LIVE", "UpdateItem D"]
    for _ in range(MAKES_SURE_UNTIL):
        operations.clear()
        send(signal, NINE, slots)
    assert operations == ["UpdateItem LIVE"]
