"""With `Paging=shadow` everything runs, and no message leaves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from tests.examples import MINUTE, NINE, TO_OPS
from tests.fakes.world import World
from tests.on_call import daily
from tests.scenarios.test_schedules import taking
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import (
    SHADOW,
    DeliveryState,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.people import Channel, User
from tocsin.domain.signal import SignalAction
from tocsin.usecases.change_on_call import take_shift


@pytest.fixture
def shadow(team: World) -> World:
    """The team of `team`: Alice first, and Bob five minutes later."""
    team.is_shadow = True
    return team


def _pages(world: World, alert_id: AlertId) -> Sequence[tuple[str, DeliveryState, str | None]]:
    return [
        (each.delivery.target, each.state, each.reason)
        for each in world.notifications.of_alert(alert_id)
        if each.delivery.is_page
    ]


def _paged_at(world: World, alert_id: AlertId) -> list[tuple[str, datetime]]:
    ledger = world.notifications.of_alert(alert_id)
    pages = [each for each in ledger if each.delivery.is_page]
    return [(each.delivery.target, each.delivery.due_at) for each in pages]


def test_a_page_is_skipped_with_the_word_shadow(shadow: World) -> None:
    alert_id = shadow.opened()

    assert _pages(shadow, alert_id) == [("user:alice", DeliveryState.SKIPPED, SHADOW)]
    assert shadow.providers.received == []
    assert shadow.happened(alert_id) == ["fired", "notification_skipped"]


def test_the_next_step_is_asked_at_its_time_and_not_at_once(shadow: World) -> None:
    alert_id = shadow.opened()
    assert len(_pages(shadow, alert_id)) == 1

    shadow.pass_time(minutes=5)

    assert _paged_at(shadow, alert_id) == [
        ("user:alice", NINE),
        ("user:bob", NINE + 5 * MINUTE),
    ]
    assert shadow.providers.received == []


def test_the_same_people_are_asked_at_the_same_times_as_without_it(team: World) -> None:
    other = World()
    for name in ("alice", "bob"):
        other.user(name)
    other.escalation_policy(("user:alice", 5 * MINUTE), ("user:bob", 5 * MINUTE))
    other.is_shadow = True

    asked = []
    for world in (team, other):
        alert_id = world.opened()
        world.pass_time(minutes=12)
        asked.append([(target, at) for target, at in _paged_at(world, alert_id)])

    assert asked[0] == asked[1]


def test_nobody_is_told_of_the_end_of_what_was_never_paged(shadow: World) -> None:
    alert_id = shadow.opened()

    shadow.signal(action=SignalAction.RESOLVE)
    shadow.pass_time(minutes=10)

    events = {it.delivery.event for it in shadow.notifications.of_alert(alert_id)}
    assert events == {NotificationEvent.PAGED}


def test_an_alert_whose_pages_are_in_shadow_has_not_reached_nobody(shadow: World) -> None:
    alert_id = shadow.opened()

    shadow.pass_time(hours=1)

    assert "reached_nobody" not in shadow.happened(alert_id)
    assert shadow.topic is not None
    assert shadow.topic.texts == []


def test_the_last_resort_is_in_shadow_too(world: World) -> None:
    world.is_shadow = True

    alert_id = world.opened()

    (line,) = world.notifications.of_alert(alert_id)
    assert line.delivery.event is NotificationEvent.UNREACHED
    assert (line.state, line.reason) == (DeliveryState.SKIPPED, SHADOW)
    assert world.topic is not None
    assert world.topic.texts == []


def test_a_digest_and_its_pages_are_in_shadow(world: World) -> None:
    world.keep(world.users, User(name="alice", email="alice@example.com"))
    world.escalation_policy(("user:alice", 5 * MINUTE))
    world.is_shadow = True
    first, *others = [world.opened(f"disk {number} full") for number in range(4)]

    world.pass_time(minutes=2)

    assert {_pages(world, it)[0][1:] for it in (first, *others)} == {
        (DeliveryState.SKIPPED, SHADOW)
    }
    assert world.providers.received == []


def test_a_notice_to_a_person_is_in_shadow_too(world: World) -> None:
    for name in ("alice", "bob", "carol"):
        world.user(name)
    world.schedule(daily("alice", "bob"))
    world.is_shadow = True

    take_shift(taking("carol", world.now), world.on_call_work)
    world.pass_time(minutes=1)

    assert world.providers.notices == []


def test_a_test_of_a_channel_goes_out_all_the_same(world: World) -> None:
    """Addresses can be tried before they are needed."""
    world.keep(world.channels, Channel(name="ops", type="console"))
    world.is_shadow = True
    test = replace(
        TO_OPS,
        target="channel:ops",
        channel="ops",
        event=NotificationEvent.TEST,
        reason=NotificationReason.TEST,
    )

    world.deliveries.send([test], now=world.now)
    world.pass_time(seconds=5)

    assert [it.event for it in world.providers.received] == [NotificationEvent.TEST]
