"""An alert changes while messages are on their way: the last one tells the newest state."""

from collections.abc import Callable

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.notifier import HeldWorld
from tests.fakes.world import World
from tocsin.domain.alert import Alert
from tocsin.domain.ids import Actor
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel, ContactMethod, NotificationRule
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.usecases.follow_notifications import follow_notifications
from tocsin.usecases.refusals import DeliveryFailedError


def heard(world: World) -> list[str]:
    return [it.event.value for it in world.providers.received]


def while_sending(world: World, act: Callable[[Alert], object]) -> None:
    """Let something happen once, while the next message is on its way."""
    send = world.providers.send

    def slow_send(
        notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        world.providers.send = send  # type: ignore[method-assign]
        name = send(notification, alert, message, channel)
        act(alert)
        return name

    world.providers.send = slow_send  # type: ignore[method-assign]


@pytest.mark.parametrize("type_", ["slack", "webhook", "console"])
def test_a_page_that_was_on_its_way_at_the_acknowledgement_is_followed_by_that(
    world: World, type_: str
) -> None:
    world.channel("ops", type_)
    world.escalation_policy(("channel:ops", HOUR))
    while_sending(world, lambda alert: world.acknowledge(alert.alert_id))

    world.opened()
    world.pass_time(minutes=10)

    assert heard(world) == ["alert.paged", "alert.acknowledged"]


def test_a_page_of_what_woke_by_opening_anew_is_followed_too(world: World) -> None:
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened(severity=Severity.WARNING)
    world.snooze(alert_id, HOUR)
    world.resolve(alert_id)
    world.providers.received.clear()
    while_sending(world, lambda alert: world.acknowledge(alert.alert_id))

    world.signal(severity=Severity.CRITICAL)
    world.pass_time(minutes=10)

    assert heard(world) == ["alert.paged", "alert.acknowledged"]


def test_a_second_page_that_was_on_its_way_is_followed_too(world: World) -> None:
    """The channel has heard of the acknowledgement, and then gets a page that says firing."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", 5 * MINUTE), ("channel:ops", HOUR))
    world.opened()
    while_sending(world, lambda alert: world.acknowledge(alert.alert_id))

    world.pass_time(minutes=10)

    assert heard(world)[-1] == "alert.acknowledged"
    assert heard(world)[:2] == ["alert.paged", "alert.paged"] or heard(world)[-2] == "alert.paged"


def test_the_newest_state_is_what_a_rewritten_message_says_in_the_end() -> None:
    """A slow `acknowledged` must not stand where `resolved` stood."""
    world = HeldWorld()
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened()
    world.deliver()
    world.acknowledge(alert_id)

    def meanwhile() -> None:
        world.resolve(alert_id)
        world.deliver()

    world.provider.before.append(meanwhile)
    world.deliver()
    world.run(until=NINE + HOUR)

    assert world.provider.received[-1].news.startswith("Alice resolved it at ")


def test_a_page_that_may_have_arrived_is_followed_although_it_is_skipped(world: World) -> None:
    """The provider took it and dropped the connection; before the retry a person acknowledges."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR))
    world.providers.fail("ops", DeliveryFailedError("no answer in time", is_retryable=True))
    alert_id = world.opened()

    world.acknowledge(alert_id)
    world.pass_time(minutes=10)

    assert heard(world) == ["alert.acknowledged"]


def test_what_became_of_a_page_may_be_told_again_after_a_further_change(world: World) -> None:
    """The stream brings a record again; the recovery was told long after that page."""
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR))
    while_sending(world, lambda alert: world.acknowledge(alert.alert_id))
    alert_id = world.opened()
    [page] = [it for it in world.notifications.of_alert(alert_id) if it.delivery.is_page]
    assert page.seen is not None
    assert page.seen > page.shown
    world.pass_time(minutes=10)
    world.resolve(alert_id)
    told = heard(world)

    follow_notifications([page], now=world.now, outlets=world.outlets)
    world.pass_time(minutes=10)

    assert told == heard(world) == ["alert.paged", "alert.acknowledged", "alert.resolved"]


def test_a_message_that_nobody_could_find_again_is_not_rewritten(world: World) -> None:
    """Slack did not answer, so it has not named the message: an update could only fail."""
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", HOUR))
    world.providers.fail("ops", DeliveryFailedError("no answer in time", is_retryable=True))
    alert_id = world.opened()

    world.acknowledge(alert_id)
    world.pass_time(minutes=10)
    world.resolve(alert_id)

    [page] = world.notifications.of_alert(alert_id)
    assert page.may_have_arrived


@pytest.mark.parametrize("name", ["hook", "email", "slack-people"])
def test_a_channel_may_be_called_like_a_contact_method(world: World, name: str) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL))
    world.channel(name)
    world.escalation_policy(("user:alice", 5 * MINUTE))
    alert_id = world.opened()

    world.acknowledge(alert_id)

    assert heard(world) == ["alert.paged"]


def test_only_the_newest_messages_of_a_place_are_rewritten(world: World) -> None:
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", MINUTE), repeat=10)
    alert_id = world.opened()
    world.pass_time(minutes=30)
    assert heard(world) == ["alert.paged"] * 11

    world.acknowledge(alert_id)

    assert heard(world)[11:] == ["alert.acknowledged"] * 10


def test_the_message_that_it_became_worse_is_rewritten_too(world: World) -> None:
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id, by=Actor("key:01ARZ3"))
    world.signal(severity=Severity.CRITICAL)

    world.resolve(alert_id)

    assert heard(world)[2:] == ["alert.worsened", "alert.resolved", "alert.resolved"]
    told = [it.delivery for it in world.notifications.of_alert(alert_id)]
    [worse] = [it.version for it in told if it.event.value == "alert.worsened"]
    ends = {it.of_version for it in told if it.event.value == "alert.resolved"}
    assert ends == {0, worse}


def test_that_it_became_worse_is_followed_by_what_happened_while_it_was_on_its_way(
    world: World,
) -> None:
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id, by=Actor("key:01ARZ3"))
    while_sending(world, lambda alert: world.resolve(alert.alert_id))

    world.signal(severity=Severity.CRITICAL)
    world.pass_time(minutes=10)

    rewritten = {
        it.delivery.of_version
        for it in world.notifications.of_alert(alert_id)
        if it.delivery.event.value == "alert.resolved" and it.state.value == "sent"
    }
    assert len(rewritten) == 2


def test_a_page_whose_episode_was_replaced_while_it_was_on_its_way_is_followed_too(
    world: World,
) -> None:
    world.channel("ops", "slack")
    world.escalation_policy(("channel:ops", HOUR))

    def close_and_fire_again(_alert: Alert) -> None:
        world.signal(action=SignalAction.RESOLVE)
        world.signal()

    while_sending(world, close_and_fire_again)
    alert_id = world.opened()
    world.pass_time(minutes=10)

    first = [it.event.value for it in world.providers.received if it.alert_id == alert_id]
    assert first == ["alert.paged", "alert.resolved"]
