"""AlertRepository: alerts as operators and timers see and change them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.contract.alerts_in_store import (
    BIG_FACTS,
    a_signal,
    acknowledge,
    new_write_id,
    put,
    reopened,
    resolve,
)
from tests.contract.conftest import Store
from tests.examples import ALICE, BOB, NINE, PROMETHEUS, TEN, UNKNOWN_ID
from tocsin.domain.alert import Alert
from tocsin.domain.errors import AlertNotFoundError, InvalidInputError
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId, fingerprint_of, ulid
from tocsin.domain.timeline import Change, ChangeType
from tocsin.usecases.ports import AlertRepository, SlotRepository
from tocsin.usecases.refusals import SlotRefusedError

type Transition = Callable[[Alert], Alert]


def note(text: str, *, minutes: int = 0) -> Change:
    at = NINE + timedelta(minutes=minutes)
    return Change(type=ChangeType.NOTE, at=at, by=ALICE, details={"note": text})


@pytest.fixture
def alert(slots: SlotRepository) -> Alert:
    return put(slots, a_signal("disk-full"))


@pytest.fixture
def former(slots: SlotRepository) -> Alert:
    """An episode that made room for the next one."""
    over = put(slots, a_signal("disk-full"), transitions=[acknowledge, resolve])
    reopened(slots, over, at=TEN)
    return over


@pytest.mark.parametrize(
    "alert_id",
    [
        pytest.param(UNKNOWN_ID, id="of nothing"),
        pytest.param("", id="without a letter"),
        pytest.param("5f3b2c1e-8f0a-4d7e-9b1c-2a3d4e5f6071", id="that is a UUID"),
        pytest.param("7ZZZZZZZZZZZZZZZZZZZZZZZZZ", id="of a time that Python cannot count"),
        pytest.param("#", id="made of our separator"),
        pytest.param("\ud800", id="that is half a character"),
        pytest.param("x" * 10_000, id="longer than any key"),
    ],
)
def test_there_is_no_alert_with_an_id(alerts: AlertRepository, alert_id: str) -> None:
    with pytest.raises(AlertNotFoundError):
        alerts.get(AlertId(alert_id))
    with pytest.raises(AlertNotFoundError):
        alerts.get_with_history(AlertId(alert_id))


@pytest.mark.parametrize("hours", [pytest.param(-1, id="an hour ago"), pytest.param(1, id="later")])
def test_an_id_of_the_same_slot_at_another_time_is_unknown(
    alerts: AlertRepository, alert: Alert, hours: int
) -> None:
    other = AlertId(ulid(NINE + timedelta(hours=hours), fingerprint_of(alert.alert_id)))

    with pytest.raises(AlertNotFoundError):
        alerts.get(other)


def test_an_alert_is_found_by_its_id(alerts: AlertRepository, alert: Alert) -> None:
    assert alerts.get(alert.alert_id) == alert


def test_an_alert_without_values_has_no_history(alerts: AlertRepository, alert: Alert) -> None:
    assert alerts.get_with_history(alert.alert_id) == (alert, ())


def test_the_newest_value_is_the_alerts_own(store: Store) -> None:
    alert = put(store.slots, replace(a_signal("disk-full"), current_value=93))

    _, history = store.alerts.get_with_history(alert.alert_id)

    assert history == (Sample(occurrence=1, at=NINE, value=93),)


@pytest.mark.parametrize(
    "is_former", [pytest.param(False, id="in its slot"), pytest.param(True, id="or not")]
)
def test_an_alert_is_read_with_big_facts_and_history(store: Store, *, is_former: bool) -> None:
    signal = replace(a_signal("disk-full"), facts=BIG_FACTS, current_value=93)
    alert = put(store.slots, signal)
    store.slots.count(
        replace(signal, current_value=97), PROMETHEUS, at=TEN, write_id=new_write_id()
    )
    first, second = Sample(occurrence=1, at=NINE, value=93), Sample(occurrence=2, at=TEN, value=97)
    store.timeline.add_samples(alert.alert_id, [first])
    if is_former:
        current = store.alerts.get(alert.alert_id)
        over = store.alerts.update(current, resolve(current), write_id=new_write_id())
        reopened(store.slots, over, at=TEN)

    read, history = store.alerts.get_with_history(alert.alert_id)

    assert (read.facts, history) == (BIG_FACTS, (first, second))


def test_a_former_episode_is_found_by_its_id(alerts: AlertRepository, former: Alert) -> None:
    assert alerts.get(former.alert_id) == former


def test_both_episodes_of_a_slot_are_found(
    slots: SlotRepository, alerts: AlertRepository, former: Alert
) -> None:
    current = slots.in_slot(former.fingerprint)

    assert current is not None
    assert alerts.get(current.alert_id) == current
    assert current.episode == former.episode + 1


def test_the_second_of_two_changes_is_refused_and_told_the_current_state(
    alerts: AlertRepository, alert: Alert
) -> None:
    theirs = alerts.update(alert, alert.acknowledge(by=BOB, at=NINE), write_id=new_write_id())

    with pytest.raises(SlotRefusedError) as refusal:
        alerts.update(alert, alert.acknowledge(by=ALICE, at=NINE), write_id=new_write_id())

    assert refusal.value.current == theirs
    assert alerts.get(alert.alert_id).acknowledged_by == BOB


def test_a_timeline_is_empty_at_first(alerts: AlertRepository, alert: Alert) -> None:
    page = alerts.timeline(alert.alert_id, cursor=None, limit=10)

    assert (page.changes, page.next_cursor) == ((), None)


def test_notes_stand_on_the_timeline_in_the_order_of_their_times(
    alerts: AlertRepository, alert: Alert
) -> None:
    for text, minutes in (("second", 2), ("third", 3), ("first", 1)):
        alerts.add_note(alert.alert_id, note(text, minutes=minutes), write_id=new_write_id())

    page = alerts.timeline(alert.alert_id, cursor=None, limit=10)

    assert [change.details["note"] for change in page.changes] == ["first", "second", "third"]
    assert page.changes[0] == note("first", minutes=1)


def test_the_same_note_may_be_made_twice_in_a_moment(alerts: AlertRepository, alert: Alert) -> None:
    alerts.add_note(alert.alert_id, note("again"), write_id=new_write_id())
    alerts.add_note(alert.alert_id, note("again"), write_id=new_write_id())

    assert len(alerts.timeline(alert.alert_id, cursor=None, limit=10).changes) == 2


def test_a_note_leaves_the_alert_as_it_is(alerts: AlertRepository, alert: Alert) -> None:
    alerts.add_note(alert.alert_id, note("on it"), write_id=new_write_id())

    assert alerts.get(alert.alert_id) == alert


def test_each_episode_has_a_timeline_of_its_own(alerts: AlertRepository, former: Alert) -> None:
    alerts.add_note(former.alert_id, note("long ago"), write_id=new_write_id())
    following = AlertId(ulid(TEN, former.fingerprint))

    assert alerts.timeline(following, cursor=None, limit=10).changes == ()


def test_a_timeline_is_read_in_pages_without_a_gap_or_a_repetition(
    alerts: AlertRepository, alert: Alert
) -> None:
    texts = [f"note {minutes}" for minutes in range(7)]
    for minutes, text in enumerate(texts):
        alerts.add_note(alert.alert_id, note(text, minutes=minutes), write_id=new_write_id())

    read: list[object] = []
    cursor = None
    while True:
        page = alerts.timeline(alert.alert_id, cursor=cursor, limit=3)
        read.extend(change.details["note"] for change in page.changes)
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.changes) == 3

    assert read == texts


@pytest.mark.parametrize("cursor", ["", "x", "T#" + UNKNOWN_ID + "#", "\ud800"])
def test_a_cursor_that_this_timeline_never_gave_is_refused(
    alerts: AlertRepository, alert: Alert, cursor: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        alerts.timeline(alert.alert_id, cursor=cursor, limit=3)

    assert refusal.value.details[0].field == "cursor"


def test_a_cursor_that_no_key_can_be_is_refused(alerts: AlertRepository, alert: Alert) -> None:
    cursor = f"T#{alert.alert_id}#{'x' * 1_100}"

    with pytest.raises(InvalidInputError):
        alerts.timeline(alert.alert_id, cursor=cursor, limit=3)


def test_the_end_of_a_timeline_is_read_oldest_first(alerts: AlertRepository, alert: Alert) -> None:
    notes = [note(str(number), minutes=number) for number in range(5)]
    for each in notes:
        alerts.add_note(alert.alert_id, each, write_id=new_write_id())

    assert alerts.newest_changes(alert.alert_id, limit=3) == tuple(notes[2:])
    assert alerts.newest_changes(alert.alert_id, limit=9) == tuple(notes)


def test_an_alert_is_read_with_the_changes_of_its_last_version(
    alerts: AlertRepository, alert: Alert
) -> None:
    first, opened = alerts.get_with_changes(alert.alert_id)
    second = alerts.update(alert, acknowledge(alert), write_id=new_write_id())

    read, changes = alerts.get_with_changes(alert.alert_id)

    assert first.alert_id == alert.alert_id
    fired_unpaged = [ChangeType.FIRED, ChangeType.REACHED_NOBODY]
    assert [change.type for change in opened] == fired_unpaged
    assert (read.version, read.status) == (second.version, second.status)
    assert [change.type for change in changes] == [ChangeType.ACKNOWLEDGED]
    with pytest.raises(AlertNotFoundError):
        alerts.get_with_changes(UNKNOWN_ID)


def test_what_is_no_id_has_no_timeline(alerts: AlertRepository) -> None:
    with pytest.raises(AlertNotFoundError):
        alerts.timeline(AlertId("42"), cursor=None, limit=10)


def test_a_page_that_was_counted_since_the_read_is_kept_when_the_episode_makes_room(
    store: Store,
) -> None:
    opened = put(store.slots, a_signal("disk-full"))
    over = store.slots.update(opened, opened.resolve(by=ALICE, at=NINE), write_id=new_write_id())
    store.timeline.count_notifications(over.alert_id, 1)
    following = Alert.open(
        a_signal("disk-full"),
        integration=over.integration,
        slot=over.fingerprint,
        at=NINE,
        previous=over,
    )

    try:
        store.slots.replace(over, following, write_id=new_write_id())
    except SlotRefusedError as refusal:
        store.slots.replace(refusal.current or over, following, write_id=new_write_id())

    assert store.alerts.get(over.alert_id).notification_count == 1


def test_many_alerts_are_read_in_the_order_asked_for_and_each_episode_by_its_own_id(
    store: Store, former: Alert
) -> None:
    opened = [put(store.slots, a_signal(f"queue-{number}")) for number in range(120)]
    big = put(store.slots, replace(a_signal("big"), facts=BIG_FACTS))
    current = store.slots.in_slot(former.fingerprint)
    assert current is not None
    wanted = [big, former, *reversed(opened), current]

    read = store.alerts.get_many(
        [UNKNOWN_ID, AlertId("x"), *(it.alert_id for it in wanted), wanted[0].alert_id]
    )

    assert list(read) == [it.alert_id for it in wanted]
    assert list(read.values()) == [store.alerts.get_shortened(it.alert_id) for it in wanted]
    both = [former.alert_id, current.alert_id]
    assert list(store.alerts.get_many(both)) == both
    assert store.alerts.get_many([]) == {}
