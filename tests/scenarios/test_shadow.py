"""With `Paging=shadow` everything runs, and no message leaves."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from tests.examples import MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import SHADOW, DeliveryState, NotificationEvent
from tocsin.domain.people import User
from tocsin.domain.signal import SignalAction


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
