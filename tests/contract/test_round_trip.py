"""Any alert is read as it was written."""

from dataclasses import fields, replace

import pytest

from tests.contract.alerts_in_store import (
    BIG_FACTS,
    SMALL_FACTS,
    a_signal,
    new_write_id,
    put,
    with_every_field,
)
from tests.examples import ALICE, NINE, PROMETHEUS
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.signal import Facts, Signal, SignalAction, Value
from tocsin.usecases.ports import AlertRepository, SlotRepository

both_sizes = pytest.mark.parametrize(
    "facts",
    [pytest.param(SMALL_FACTS, id="small facts"), pytest.param(BIG_FACTS, id="big facts")],
)


def opened(facts: Facts | None = None) -> Alert:
    signal = a_signal("disk-full")
    return Alert.open(
        replace(signal, facts=facts or signal.facts),
        integration=PROMETHEUS.integration,
        slot=PROMETHEUS.slot_of(signal),
        at=NINE,
    )


def apart_from_where_it_is_kept(alert: Alert) -> Alert:
    return replace(alert, version=0, changes=(), overflow=None)


def test_every_fact_has_a_value_that_could_not_be_its_default() -> None:
    plain = Facts(name="")

    for facts in (SMALL_FACTS, BIG_FACTS):
        assert not [
            field.name
            for field in fields(facts)
            if getattr(facts, field.name) == getattr(plain, field.name)
        ]


@both_sizes
def test_a_new_alert_comes_back_with_every_field(
    slots: SlotRepository, alerts: AlertRepository, facts: Facts
) -> None:
    alert = with_every_field(opened(), facts)

    slots.add(alert, write_id=new_write_id())

    stored = alerts.get(alert.alert_id)
    assert apart_from_where_it_is_kept(stored) == apart_from_where_it_is_kept(alert)


@both_sizes
def test_a_changed_alert_comes_back_with_every_field(
    slots: SlotRepository, alerts: AlertRepository, facts: Facts
) -> None:
    before = slots.add(opened(), write_id=new_write_id())
    after = with_every_field(before, facts)

    alerts.update(before, after, write_id=new_write_id())

    stored = alerts.get(before.alert_id)
    assert apart_from_where_it_is_kept(stored) == apart_from_where_it_is_kept(after)


@both_sizes
def test_whatever_a_change_takes_away_is_gone(
    slots: SlotRepository, alerts: AlertRepository, facts: Facts
) -> None:
    plain = opened()
    before = slots.add(with_every_field(plain, facts), write_id=new_write_id())

    after = replace(plain, occurrences=43)

    alerts.update(before, after, write_id=new_write_id())

    stored = alerts.get(before.alert_id)
    assert apart_from_where_it_is_kept(stored) == apart_from_where_it_is_kept(after)


@both_sizes
def test_an_episode_that_made_room_comes_back_with_every_field(
    slots: SlotRepository, alerts: AlertRepository, facts: Facts
) -> None:
    alert = with_every_field(opened(), facts)
    slots.add(alert, write_id=new_write_id())
    previous = slots.in_slot(alert.fingerprint)
    assert previous is not None
    following = Alert.open(
        a_signal("disk-full"),
        integration=PROMETHEUS.integration,
        slot=alert.fingerprint,
        at=NINE,
        previous=previous,
    )

    slots.replace(previous, following, write_id=new_write_id())

    stored = alerts.get(alert.alert_id)
    assert apart_from_where_it_is_kept(stored) == apart_from_where_it_is_kept(alert)


def test_a_list_shows_every_field_but_those_of_the_moment(
    slots: SlotRepository, alerts: AlertRepository
) -> None:
    alert = with_every_field(opened(), SMALL_FACTS)
    slots.add(alert, write_id=new_write_id())

    (row,) = alerts.list(AlertQuery(), at=NINE).alerts

    of_the_moment = {
        *("version", "changed_at", "source_started_at", "output_hash", "overflow", "changes"),
        *("lapses_at", "told_version", "subject"),
    }
    shown = {field.name for field in fields(alert)} - of_the_moment
    assert {name: getattr(row, name) for name in shown} == {
        name: getattr(alert, name) for name in shown
    }


@both_sizes
def test_a_repeat_brings_facts_of_any_size(
    slots: SlotRepository, alerts: AlertRepository, facts: Facts
) -> None:
    signal = replace(a_signal("disk-full"), facts=facts)
    alert = put(slots, a_signal("disk-full"))

    slots.count(signal, PROMETHEUS, at=NINE, write_id=new_write_id())
    slots.count(signal, PROMETHEUS, at=NINE, write_id=new_write_id())

    stored = alerts.get(alert.alert_id)
    assert (stored.facts, stored.occurrences) == (facts, 3)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(SMALL_FACTS, id="small"),
        pytest.param(replace(BIG_FACTS, summary="other"), id="big"),
    ],
)
def test_other_facts_follow_big_ones(
    slots: SlotRepository, alerts: AlertRepository, facts: Facts
) -> None:
    alert = put(slots, replace(a_signal("disk-full"), facts=BIG_FACTS))
    signal = replace(a_signal("disk-full"), facts=facts)

    slots.count(signal, PROMETHEUS, at=NINE, write_id=new_write_id())

    assert alerts.get(alert.alert_id).facts == facts


def test_an_acknowledgement_leaves_big_facts_whole(
    slots: SlotRepository, alerts: AlertRepository
) -> None:
    alert = put(
        slots,
        replace(a_signal("disk-full"), facts=BIG_FACTS),
        transitions=[lambda alert: alert.acknowledge(by=ALICE, at=NINE)],
    )

    assert alerts.get(alert.alert_id).facts == BIG_FACTS


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="none"),
        pytest.param(0, id="zero"),
        pytest.param(-1.5e-300, id="a tiny number"),
        pytest.param(2**70, id="a huge number"),
        pytest.param(True, id="a truth"),
        pytest.param(False, id="a falsehood"),
        pytest.param("", id="an empty text"),
        pytest.param("150", id="a number as text"),
        pytest.param("97 % 😀", id="a text"),
    ],
)
def test_a_measured_value_keeps_its_type(
    slots: SlotRepository, alerts: AlertRepository, value: Value
) -> None:
    signal = replace(a_signal("disk-full", threshold=value), current_value=value)

    alert = alerts.get(put(slots, signal).alert_id)

    assert repr((alert.current_value, alert.facts.threshold)) == repr((value, value))


@pytest.mark.parametrize(
    "dedup_key",
    [
        pytest.param("#/:\\'\"{}", id="separators"),
        pytest.param("日本 😀", id="letters of any script"),
        pytest.param("a\0b\n\x1b", id="control characters"),
        pytest.param("k" * 255, id="255 characters"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_dedup_key_comes_back_as_it_was_sent(
    slots: SlotRepository, alerts: AlertRepository, dedup_key: str
) -> None:
    facts = Facts(name="Disk full")
    signal = Signal(action=SignalAction.TRIGGER, dedup_key=dedup_key, facts=facts)

    alert = put(slots, signal)

    assert alerts.get(alert.alert_id).dedup_key == dedup_key
