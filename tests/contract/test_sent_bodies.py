"""Bodies as sent, kept beside the alert that came of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from tests.contract.conftest import Store
from tests.examples import ALICE, HOUR, MINUTE, NINE, PROMETHEUS, TEN, recovery, trigger
from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlertNotFoundError, TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.reception import Outcome
from tocsin.domain.sent_body import SentBodies, SentBody
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal
from tocsin.usecases.ports import AlertRepository, NewWriteId, SlotRepository
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.refusals import SlotRefusedError

FIRST: Final = SentBody(
    text='{"name": "Größe 😀\\u0000"}', content_type="text/plain", received_at=NINE, size_bytes=30
)
LATER: Final = SentBody(
    text="x" * 16_384, content_type="", received_at=TEN, size_bytes=20_000, is_cut=True
)
BIG: Final = replace(
    trigger(), facts=Facts(name="Disk full", reason="".join(map(chr, range(0x4E00, 0x4E00 + 2000))))
)
OTHER_BIG: Final = replace(BIG, facts=replace(BIG.facts, reason=BIG.facts.reason[::-1]))

type Receive = Callable[..., Receipt]


@pytest.fixture
def receive(store: Store, new_write_id: NewWriteId) -> Receive:
    def receive(signal: Signal, body: SentBody) -> Receipt:
        return receive_signal(
            signal,
            PROMETHEUS,
            at=body.received_at,
            slots=store.slots,
            paging=store.paging,
            new_write_id=new_write_id,
            body=lambda: body,
        )

    return receive


def bodies(alerts: AlertRepository, receipt: Receipt) -> SentBodies:
    assert receipt.alert_id is not None
    return alerts.sent_bodies(receipt.alert_id)


@pytest.mark.parametrize("signal", [trigger(), BIG], ids=["small facts", "big facts"])
@pytest.mark.parametrize("body", [FIRST, LATER], ids=["whole", "cut"])
def test_what_opens_an_alert_is_its_first_and_last_body(
    alerts: AlertRepository, receive: Receive, signal: Signal, body: SentBody
) -> None:
    receipt = receive(signal, body)

    assert bodies(alerts, receipt) == SentBodies(first=body, last=body)
    assert alerts.get(AlertId(receipt.alert_id or "")).facts == signal.facts


def test_a_repeat_leaves_the_bodies(alerts: AlertRepository, receive: Receive) -> None:
    receive(trigger(), FIRST)

    receipt = receive(trigger(), LATER)

    assert receipt.outcome is Outcome.UPDATED
    assert bodies(alerts, receipt) == SentBodies(first=FIRST, last=FIRST)


def test_other_big_facts_leave_the_first_body(alerts: AlertRepository, receive: Receive) -> None:
    receive(BIG, FIRST)

    receipt = receive(OTHER_BIG, LATER)

    assert bodies(alerts, receipt).first == FIRST
    assert alerts.get(AlertId(receipt.alert_id or "")).facts == OTHER_BIG.facts


@pytest.mark.parametrize(
    "signal",
    [recovery(), replace(trigger(), severity=Severity.INFO)],
    ids=["recovery", "another severity"],
)
def test_what_changes_the_state_is_the_last_body(
    alerts: AlertRepository, receive: Receive, signal: Signal
) -> None:
    receive(trigger(), FIRST)

    receipt = receive(signal, LATER)

    assert bodies(alerts, receipt) == SentBodies(first=FIRST, last=LATER)


def test_another_episode_has_bodies_of_its_own(alerts: AlertRepository, receive: Receive) -> None:
    first = receive(trigger(), FIRST)
    over = replace(LATER, received_at=NINE + MINUTE)
    receive(recovery(), over)

    second = receive(trigger(), LATER)

    assert bodies(alerts, second) == SentBodies(first=LATER, last=LATER)
    assert bodies(alerts, first) == SentBodies(first=FIRST, last=over)


def test_a_body_that_comes_late_does_not_take_the_place_of_a_newer(
    slots: SlotRepository, alerts: AlertRepository, receive: Receive
) -> None:
    receive(trigger(), FIRST)
    receipt = receive(recovery(), LATER)
    assert receipt.alert_id is not None

    late = replace(FIRST, received_at=LATER.received_at - timedelta(milliseconds=1))
    slots.keep_last_body(alerts.get(receipt.alert_id), late)

    assert bodies(alerts, receipt).last == LATER


def test_a_change_stands_although_its_body_could_not_be_kept(
    slots: SlotRepository,
    alerts: AlertRepository,
    receive: Receive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_self: SlotRepository, _alert: Alert, _body: SentBody) -> None:
        raise TryAgainError

    receive(trigger(), FIRST)
    monkeypatch.setattr(type(slots), "keep_last_body", refuse)

    receipt = receive(recovery(), LATER)

    assert receipt.outcome is Outcome.RESOLVED
    assert receipt.is_body_lost
    assert bodies(alerts, receipt).last == FIRST


def test_an_alert_may_have_none(
    slots: SlotRepository, alerts: AlertRepository, new_write_id: NewWriteId
) -> None:
    slot = PROMETHEUS.slot_of(trigger())
    opened = Alert.open(trigger(), integration=PROMETHEUS.integration, slot=slot, at=NINE)
    alert = slots.add(opened, write_id=new_write_id())

    assert alerts.sent_bodies(alert.alert_id) == SentBodies(first=None, last=None)


def test_whoever_was_slower_leaves_no_body_to_be_found(
    store: Store, alerts: AlertRepository, receive: Receive, new_write_id: NewWriteId
) -> None:
    receipt = receive(trigger(), FIRST)
    slot = PROMETHEUS.slot_of(trigger())
    slower = Alert.open(trigger(), integration=PROMETHEUS.integration, slot=slot, at=NINE + HOUR)

    with pytest.raises(SlotRefusedError):
        store.slots.add(slower, body=LATER, write_id=new_write_id())

    assert bodies(alerts, receipt).first == FIRST
    with pytest.raises(AlertNotFoundError):
        alerts.sent_bodies(slower.alert_id)


@pytest.mark.parametrize("alert_id", ["", "nonsense", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "x" * 3000])
def test_unknown_alerts_have_none_to_read(alerts: AlertRepository, alert_id: str) -> None:
    with pytest.raises(AlertNotFoundError):
        alerts.sent_bodies(AlertId(alert_id))


def test_who_resolved_it_by_hand_leaves_the_last_body(
    slots: SlotRepository, alerts: AlertRepository, receive: Receive, new_write_id: NewWriteId
) -> None:
    receipt = receive(trigger(), FIRST)
    assert receipt.alert_id is not None
    alert = alerts.get(receipt.alert_id)

    slots.update(alert, alert.resolve(by=ALICE, at=TEN), write_id=new_write_id())

    assert bodies(alerts, receipt) == SentBodies(first=FIRST, last=FIRST)
