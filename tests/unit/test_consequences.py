"""What follows from a write is complete, and the same however often it is told."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alert_histories import (
    ACKNOWLEDGE,
    ACT,
    RESOLVE,
    UNACKNOWLEDGE,
    Step,
    life,
    lives,
    signal,
    snooze,
)
from tests.examples import NINE
from tests.fakes.world import World
from tocsin.adapters.dynamodb.keys import COUNT_PARTITION, history_key
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.timeline.timeline_items import samples_from
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import Counts
from tocsin.domain.consequences import Consequences, StoredChange, consequences_of
from tocsin.domain.history import HISTORY_LIMIT, Sample, history_of
from tocsin.domain.next_action import LOOK_AHEAD, lacks_timer
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction, Value
from tocsin.domain.timeline import ChangeType
from tocsin.usecases.follow_changes import follow_changes
from tocsin_cli.simulated.expressions import Item
from tocsin_cli.simulated.stores import TABLE

TRIGGER = signal()
RECOVER = signal(action=SignalAction.RESOLVE, output="12 % full")


def counted(alert: Alert) -> Counts:
    """How many of each there are when this is the only slot."""
    if alert.status is AlertStatus.RESOLVED:
        return Counts()
    return Counts(
        firing=int(alert.status is AlertStatus.FIRING),
        acknowledged=int(alert.status is AlertStatus.ACKNOWLEDGED),
        snoozed=int(alert.snooze is not None),
        critical=int(alert.severity is Severity.CRITICAL),
        warning=int(alert.severity is Severity.WARNING),
        info=int(alert.severity is Severity.INFO),
    )


def kept(world: World) -> list[Item]:
    """All but the counts, of which zero is as good as none, and the marks of writes."""
    items = (it for it in world.table.items if it["pk"]["S"] != COUNT_PARTITION)
    return [{name: it[name] for name in it if name != "write_id"} for it in items]


def consequences(records: list[StoredChange]) -> list[Consequences]:
    return [consequences_of(record, now=NINE) for record in records]


# Counts


@given(lives())
def test_the_movements_of_the_counts_add_up_to_the_last_state(records: list[StoredChange]) -> None:
    moved = reduce(add, (each.counts for each in consequences(records)), Counts())

    assert moved == counted(records[-1].after)


@given(lives())
def test_the_counts_never_move_without_an_entry_that_tells_whether_they_did(
    records: list[StoredChange],
) -> None:
    assert all(each.told for each in consequences(records) if each.counts != Counts())


# Timeline


@given(lives())
def test_the_timeline_tells_every_change_once(records: list[StoredChange]) -> None:
    world = World()

    follow_changes(records, now=NINE, outlets=world.outlets)

    alert_ids = {record.after.alert_id for record in records}
    told = Counter(
        (change.type, change.at) for each in alert_ids for change in world.timeline(each)
    )
    changed = Counter((change.type, change.at) for record in records for change in record.changes)
    assert told >= changed
    assert all(type_ is ChangeType.UPDATED for type_, _ in told - changed)


@given(lives(), st.data())
def test_telling_any_part_again_changes_nothing(
    records: list[StoredChange], data: st.DataObject
) -> None:
    once, again = World(), World()
    follow_changes(records, now=NINE, outlets=once.outlets)

    done = 0
    while done < len(records):
        start = data.draw(st.integers(0, done), label="delivered from")
        done = data.draw(st.integers(done + 1, len(records)), label="to")
        batch = records[start:done]
        follow_changes(batch, now=NINE, outlets=again.outlets)

    assert again.timelines.stored_counts() == once.timelines.stored_counts()
    assert kept(again) == kept(once)


def test_the_first_entry_says_what_the_sender_said() -> None:
    [opened] = consequences(life(signal(output="x" * 1000)))

    assert [change.type for change in opened.told] == [ChangeType.FIRED, ChangeType.REACHED_NOBODY]
    assert opened.told[0].details["reason"] == "x" * 500


def test_a_repeat_that_says_the_same_is_not_told() -> None:
    _, repeat = consequences(life(TRIGGER, signal(value=97)))

    assert repeat.told == ()


def test_a_repeat_that_says_something_new_is_told_although_it_makes_no_version() -> None:
    _, repeat = consequences(life(TRIGGER, signal(output="97 % full")))

    assert [(told.type, told.by, told.details) for told in repeat.told] == [
        (ChangeType.UPDATED, "integration:prod-prometheus", {"reason": "97 % full"})
    ]
    assert repeat.is_repeat


def test_a_trigger_within_the_resolve_window_keeps_its_own_reason() -> None:
    recovering = signal(action=SignalAction.RESOLVE, resolve_after=timedelta(minutes=1))

    *_, stopped = consequences(life(TRIGGER, recovering, TRIGGER))

    assert stopped.told[0].details["reason"] == "fired again before the resolve window ended"


def test_a_refire_tells_its_own_story_although_versions_begin_again() -> None:
    *_, reopened = consequences(life(TRIGGER, RECOVER, TRIGGER))

    assert [change.type for change in reopened.told] == [
        ChangeType.FIRED,
        ChangeType.REOPENED,
        ChangeType.REACHED_NOBODY,
    ]


def test_refreshing_what_lists_show_brings_nothing_with_it() -> None:
    *_, last = life(TRIGGER, TRIGGER)
    refreshed = replace(last, before=last.after, listed_occurrences=2)

    [brought] = consequences([refreshed])

    assert brought == Consequences(
        earlier=refreshed.earlier,
        alert=refreshed.after,
        told=(),
        is_repeat=True,
        counts=Counts(),
        sample=None,
        refreshes_listed=False,
        may_be_held_wrongly=False,
        begins_step=False,
        worsens=False,
        news=None,
        askings=(),
        reaches_nobody=False,
        due_at=None,
        ends=False,
    )


# Values


@given(lives(max_steps=80))
def test_the_history_holds_the_newest_values_of_every_occurrence(
    records: list[StoredChange],
) -> None:
    world = World()

    follow_changes(records, now=NINE, outlets=world.outlets)

    states = {record.after.alert_id: record.after for record in records}
    for alert_id, alert in states.items():
        values = {
            record.after.occurrences: record.after.current_value
            for record in records
            if record.after.alert_id == alert_id
            and isinstance(record.after.current_value, int | float)
        }
        newest = list(values.items())[-HISTORY_LIMIT:]
        stored = get_item(world.call, TABLE, history_key(alert_id))
        history = history_of(alert, samples_from(stored) if stored else ())
        assert [(it.occurrence, it.value) for it in history] == newest


def test_the_newest_value_is_in_the_history_before_the_stream_tells_of_it() -> None:
    [opened] = life(signal(value=97))

    assert history_of(opened.after, []) == (Sample(occurrence=1, at=NINE, value=97),)


def test_a_value_is_kept_apart_once_a_newer_one_takes_its_place() -> None:
    opened, repeat = consequences(life(signal(value=93), signal(value=97)))

    assert opened.sample is None
    assert repeat.sample == Sample(occurrence=1, at=NINE, value=93)


def test_an_acknowledgement_brings_no_value() -> None:
    *_, acknowledged = consequences(life(TRIGGER, ACKNOWLEDGE))

    assert acknowledged.sample is None


def test_a_refire_leaves_the_values_of_the_episode_before_alone() -> None:
    *_, refired = consequences(life(TRIGGER, RECOVER, signal(value=97)))

    assert refired.sample is None


@pytest.mark.parametrize("value", ["high", None, True])
def test_only_numbers_are_history(value: Value) -> None:
    opened, repeat = life(signal(value=value), TRIGGER)

    assert history_of(opened.after, []) == ()
    assert consequences([opened, repeat])[1].sample is None


# Lists


def test_lists_follow_every_repeat() -> None:
    records = life(*[TRIGGER] * 100)

    refreshing = [it.alert.occurrences for it in consequences(records) if it.refreshes_listed]

    assert refreshing == [*range(2, 101)]


def test_lists_need_no_refresh_after_a_change_that_renewed_them_anyway() -> None:
    opened, repeat = life(TRIGGER, TRIGGER)
    renewed = replace(repeat, listed_occurrences=2)

    assert not consequences([opened, renewed])[1].refreshes_listed


# Timers


def test_a_snooze_that_ends_before_a_tick_may_see_it_gets_its_timer_at_once() -> None:
    _, snoozed = consequences(life(TRIGGER, snooze(timedelta(seconds=30))))

    assert snoozed.due_at == NINE + timedelta(seconds=31)


def test_a_later_end_is_left_to_the_ticks() -> None:
    _, snoozed = consequences(life(TRIGGER, snooze(LOOK_AHEAD)))

    assert snoozed.due_at is None


def test_a_change_that_leaves_the_due_time_as_it_was_sends_no_second_timer() -> None:
    *_, acknowledged = consequences(life(TRIGGER, snooze(timedelta(seconds=30)), ACKNOWLEDGE))

    assert acknowledged.due_at is None


@given(lives())
def test_everything_due_has_had_its_timer_or_will_be_seen_by_a_tick(
    records: list[StoredChange],
) -> None:
    due_at = records[-1].after.timer_at
    now = max(record.after.changed_at for record in records)
    world = World()

    follow_changes(records, now=now, outlets=world.outlets)

    assert not lacks_timer(records[-1].after)
    is_seen_by_a_tick = due_at is None or due_at >= now + LOOK_AHEAD
    assert is_seen_by_a_tick or due_at in {timer.due_at for timer in world.timers.waiting}


def test_a_timer_that_a_later_change_of_the_batch_made_needless_is_not_sent() -> None:
    world = World()
    records = life(TRIGGER, snooze(timedelta(seconds=30)), RESOLVE)

    follow_changes(records, now=NINE, outlets=world.outlets)

    assert world.timers.waiting == []


# The end


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([TRIGGER, RESOLVE], id="by hand"),
        pytest.param([TRIGGER, RECOVER], id="by its sender"),
        pytest.param([TRIGGER, ACKNOWLEDGE, UNACKNOWLEDGE, RESOLVE], id="after a while"),
    ],
)
def test_the_end_of_an_alert_is_told_so_that_its_items_expire(steps: list[Step]) -> None:
    *before, last = consequences(life(*steps))

    assert last.ends
    assert not any(each.ends for each in before)


def test_the_end_of_a_resolve_window_is_an_end_like_others() -> None:
    recovering = signal(action=SignalAction.RESOLVE, resolve_after=timedelta(seconds=1))

    *_, last = consequences(life(TRIGGER, recovering, ACT))

    assert last.ends
    assert [(change.type, change.by) for change in last.told] == [(ChangeType.RESOLVED, "auto")]


def test_a_snooze_ends_by_itself_and_the_timeline_says_so() -> None:
    *_, last = consequences(life(TRIGGER, snooze(timedelta(seconds=1)), ACT))

    assert [(change.type, change.by) for change in last.told] == [
        (ChangeType.WOKEN, "auto"),
        (ChangeType.REACHED_NOBODY, "auto"),
    ]


def test_a_worse_severity_is_told_together_with_the_waking() -> None:
    mild = signal(severity=Severity.WARNING)

    *_, last = consequences(life(mild, snooze(timedelta(hours=1)), TRIGGER))

    assert [change.type for change in last.told] == [
        ChangeType.SEVERITY_CHANGED,
        ChangeType.WOKEN,
        ChangeType.REACHED_NOBODY,
    ]
    assert last.counts == Counts(snoozed=-1, warning=-1, critical=1)
