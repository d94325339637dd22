"""In Slack an alert is one message, rewritten by every change, with a thread of what happened."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.captured_log import captured_log
from tests.examples import HOUR, MINUTE
from tests.fakes.notifier import CrashError
from tests.fakes.slack import Slack
from tests.fakes.world import World
from tests.functions.notifier.conftest import SLACK_API_URL, parameters
from tocsin.channels.ports import Answer, ChannelSender
from tocsin.channels.slack import SlackSender
from tocsin.domain.alert import Alert
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.ids import Actor
from tocsin.domain.message import Message
from tocsin.domain.notification import DeliveryState, Notification, NotificationReason
from tocsin.domain.on_call.notice import Notice
from tocsin.domain.people import Channel, ContactMethod, NotificationRule
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.usecases.deliver_notification import deliver_notification
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.refusals import DeliveryFailedError

SECRET = '{"bot_token": "xoxb-1", "signing_secret": "s"}'


class SlackWorld(World):
    """A world whose channels are Slack's, with the notifier's own sender."""

    def __init__(self, slack: Slack | None = None) -> None:
        super().__init__()
        self.slack = slack or Slack()
        self.slack_sender = SlackSender(
            outbound=self.slack,
            secrets=parameters(slack=SECRET),
            ledger=self.notifications,
            now=lambda: self.now,
            api_url=SLACK_API_URL,
            log=captured_log("notifier"),
        )
        self.sender: ChannelSender = self.slack_sender

    @property
    def work(self) -> Work:
        return replace(super().work, sender=self)

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send by the channel's type."""
        sender = self.sender if channel.type == "slack" else self.providers
        return sender.send(notification, alert, message, channel)

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        """No story has one."""
        return self.providers.send_notice(notification, notice, link, channel)

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        assert channel.type == "slack"
        return self.slack_sender.send_digest(notification, message, channel)

    def _deliver(self) -> None:
        """As the queue does it: what crashes comes again."""
        while arrived := self.deliveries.arrived(self.now):
            for delivery in arrived:
                try:
                    deliver_notification(delivery, self.work)
                except CrashError:
                    self.deliveries.send([delivery], now=self.now)
            self.follow()

    def slack_channel(self, name: str = "ops") -> None:
        settings = {"channel": f"#{name}"}
        channel = Channel(name=name, type="slack", settings=settings, secret="/tocsin/slack")
        self.keep(self.channels, channel)

    def texts(self) -> list[str]:
        return [each.text for each in self.slack.posted]


@pytest.fixture
def world() -> SlackWorld:
    world = SlackWorld()
    world.slack_channel()
    return world


def test_a_further_step_is_a_reply_that_the_channel_sees_and_the_message_is_rewritten(
    world: SlackWorld,
) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL, after=HOUR))
    world.user("bob", NotificationRule(by=ContactMethod.EMAIL, after=HOUR))
    world.escalation_policy(
        (("channel:ops", "user:alice"), 5 * MINUTE), (("channel:ops", "user:bob"), HOUR)
    )
    world.opened()
    world.pass_time(minutes=6)

    [first] = world.slack.firsts
    [reply] = world.slack.replies
    assert (first.text, first.rewritten) == ("■ *CRITICAL* disk-full", 1)
    assert reply.thread == first.timestamp
    assert reply.text.startswith("<@UBOB> ■ *CRITICAL* disk-full. ")
    assert reply.is_in_channel
    assert "attachments" not in reply.said


def test_the_first_message_mentions_who_is_asked_and_its_rewriting_nobody(
    world: SlackWorld,
) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL, after=HOUR))
    world.escalation_policy((("channel:ops", "user:alice"), HOUR))
    alert_id = world.opened()
    assert world.texts() == ["<@UALICE> ■ *CRITICAL* disk-full"]

    world.acknowledge(alert_id)

    assert "<@" not in " ".join(world.texts())


def test_a_channel_that_a_person_asks_mentions_those_whom_the_person_asks_with_it(
    world: SlackWorld,
) -> None:
    """Not those of the step: one of them has the alert, and asks."""
    for name in ("alice", "carol"):
        world.user(name, NotificationRule(by=ContactMethod.EMAIL, after=HOUR))
    world.escalation_policy((("channel:ops", "user:alice"), HOUR))
    alert_id = world.opened()
    world.acknowledge(alert_id)

    world.page(alert_id, "channel:ops", "user:carol")

    reply = world.slack.replies[-1]
    assert reply.text.startswith("<@UCAROL> ")
    assert "UALICE" not in reply.text


@pytest.mark.parametrize("change", ["acknowledge", "resolve"])
def test_a_change_rewrites_the_message_and_is_told_quietly_in_its_thread(
    world: SlackWorld, change: str
) -> None:
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened()

    getattr(world, change)(alert_id)

    [first] = world.slack.firsts
    [reply] = world.slack.replies
    assert first.rewritten == 1
    assert not first.text.startswith("■ *CRITICAL*")
    assert (reply.thread, reply.is_in_channel) == (first.timestamp, False)
    assert "<@" not in reply.text


def test_each_change_is_one_reply(world: SlackWorld) -> None:
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened()

    world.acknowledge(alert_id)
    world.unacknowledge(alert_id)
    world.resolve(alert_id)

    [first] = world.slack.firsts
    assert len([each for each in world.slack.replies if not each.is_in_channel]) == 3
    assert first.text.startswith("✓ *Resolved*")


def test_a_step_that_asks_elsewhere_rewrites_the_message_and_tells_nothing(
    world: SlackWorld,
) -> None:
    world.channel("hook")
    world.escalation_policy(
        ("channel:ops", 5 * MINUTE), ("channel:hook", 5 * MINUTE), ("channel:ops", HOUR)
    )
    world.opened()
    world.pass_time(minutes=6)

    [first] = world.slack.firsts
    assert (first.rewritten, world.slack.replies) == (1, [])

    world.pass_time(minutes=6)

    assert (first.rewritten, len(world.slack.replies)) == (2, 1)


def test_a_step_that_asks_elsewhere_does_not_overtake_an_acknowledgement(
    world: SlackWorld,
) -> None:
    world.channel("hook")
    world.escalation_policy(("channel:ops", 5 * MINUTE), ("channel:hook", HOUR))
    alert_id = world.opened()
    world.pass_time(minutes=4)
    world.slack.refusals.append(("chat.update", "ratelimited"))
    world.pass_time(minutes=1)

    world.acknowledge(alert_id)
    world.pass_time(minutes=10)

    [first], [reply] = world.slack.firsts, world.slack.replies
    assert "Acknowledged" in first.text
    assert not reply.is_in_channel


def test_a_new_episode_is_a_new_message(world: SlackWorld) -> None:
    world.escalation_policy(("channel:ops", HOUR))
    world.opened()
    world.signal(action=SignalAction.RESOLVE)
    world.pass_time(minutes=5)

    world.opened()

    assert len(world.slack.firsts) == 2


def test_two_channels_have_a_message_each(world: SlackWorld) -> None:
    world.slack_channel("second")
    world.escalation_policy(("channel:ops", MINUTE), ("channel:second", MINUTE), repeat=1)
    world.opened()
    world.pass_time(minutes=10)

    assert [each.said["channel"] for each in world.slack.firsts] == ["#ops", "#second"]
    assert len(world.slack.replies) == 2


def test_a_person_gets_further_pages_as_replies_that_name_them(world: SlackWorld) -> None:
    """In a direct message a reply rings only if it names its reader."""
    world.user("alice", NotificationRule(by=ContactMethod.SLACK))
    world.escalation_policy(("user:alice", MINUTE), repeat=1)
    world.opened()
    world.pass_time(minutes=5)

    [first] = world.slack.firsts
    [reply] = world.slack.replies
    assert (first.said["channel"], "<@" in first.text) == ("UALICE", False)
    assert reply.text.startswith("<@UALICE> ")
    assert reply.is_in_channel


def test_a_page_by_a_delayed_rule_is_a_reply_to_the_one_before(world: SlackWorld) -> None:
    world.user(
        "alice",
        NotificationRule(by=ContactMethod.SLACK),
        NotificationRule(by=ContactMethod.SLACK, after=2 * MINUTE),
    )
    world.escalation_policy(("user:alice", HOUR))
    world.opened()
    world.pass_time(minutes=5)

    assert (len(world.slack.firsts), len(world.slack.replies)) == (1, 1)


def test_that_it_became_worse_is_a_reply_that_names_who_has_it(world: SlackWorld) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.SLACK))
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened(severity=Severity.WARNING)
    world.acknowledge(alert_id, by=Actor("alice"))
    world.slack.posted[1:] = []

    world.signal(severity=Severity.CRITICAL)

    [first], [reply] = world.slack.firsts, world.slack.replies
    assert reply.text.startswith("<@UALICE> ")
    assert (reply.thread, reply.is_in_channel) == (first.timestamp, True)


def test_where_the_message_was_deleted_the_next_page_is_a_message_again(
    world: SlackWorld,
) -> None:
    world.escalation_policy(("channel:ops", MINUTE), repeat=2)
    alert_id = world.opened()
    world.slack.delete(world.slack.firsts[0])

    world.pass_time(minutes=5)

    [first] = world.slack.firsts
    assert [each.thread for each in world.slack.replies] == [first.timestamp]
    assert "attachments" in first.said
    assert [it.state for it in world.notifications.of_alert(alert_id)] == [DeliveryState.SENT] * 3


def test_a_page_is_not_held_up_by_a_rewriting_that_fails(world: SlackWorld) -> None:
    world.escalation_policy(("channel:ops", MINUTE), ("channel:ops", HOUR))
    alert_id = world.opened()
    world.slack.refusals.append(("chat.update", "ratelimited"))

    world.pass_time(minutes=5)

    assert len(world.slack.replies) == 1
    assert world.slack.firsts[0].rewritten == 0
    assert {it.state for it in world.notifications.of_alert(alert_id)} == {DeliveryState.SENT}


def test_a_rewriting_that_fails_for_now_is_tried_again_and_told_once(world: SlackWorld) -> None:
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened()
    world.slack.refusals.append(("chat.update", "ratelimited"))

    world.acknowledge(alert_id)
    world.pass_time(minutes=5)

    assert world.slack.firsts[0].rewritten == 1
    assert len(world.slack.replies) == 1


def test_a_reply_that_is_refused_for_good_leaves_the_rewritten_message(world: SlackWorld) -> None:
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened()
    world.slack.refusals.append(("chat.postMessage", "restricted_action_thread_locked"))

    world.acknowledge(alert_id)

    assert (world.slack.firsts[0].rewritten, world.slack.replies) == (1, [])
    assert {it.state for it in world.notifications.of_alert(alert_id)} == {DeliveryState.SENT}


def test_a_reply_that_overtook_a_change_does_not_leave_the_message_behind(
    world: SlackWorld,
) -> None:
    """The page reads the alert, it is acknowledged, and then the page rewrites the message."""
    world.escalation_policy(("channel:ops", MINUTE), ("channel:ops", HOUR))
    alert_id = world.opened()
    sender = world.sender

    class Slow:
        def send(
            self, notification: Notification, alert: Alert, message: Message, channel: Channel
        ) -> str | None:
            if notification.delivery.step == 2 and notification.delivery.is_page:
                world.sender = sender
                world.acknowledge(alert_id)
            return sender.send(notification, alert, message, channel)

    world.sender = Slow()
    world.pass_time(minutes=5)

    assert world.slack.firsts[0].text.startswith("✓ *")
    assert len([each for each in world.slack.replies if not each.is_in_channel]) == 1


def test_messages_of_the_version_before_are_all_rewritten(world: SlackWorld) -> None:
    """It posted each page as a message of its own."""
    world.escalation_policy(("channel:ops", MINUTE), repeat=1)
    sender = world.sender

    class Before:
        def send(
            self, notification: Notification, alert: Alert, message: Message, channel: Channel
        ) -> str | None:
            first = replace(notification.delivery, reason=NotificationReason.FIRST)
            told = replace(notification, delivery=first)
            return sender.send(told, alert, message, channel)

    world.sender = Before()
    alert_id = world.opened()
    world.pass_time(minutes=5)
    assert len(world.slack.firsts) == 2
    world.sender = sender

    world.acknowledge(alert_id)

    assert [each.rewritten for each in world.slack.firsts] == [1, 1]


def test_a_page_that_slack_took_without_an_answer_is_posted_again(world: SlackWorld) -> None:
    """The only duplicate there is; it has the same key."""
    world.escalation_policy(("channel:ops", HOUR))
    sender = world.sender

    class Lossy:
        def send(
            self, notification: Notification, alert: Alert, message: Message, channel: Channel
        ) -> str | None:
            world.sender = sender
            sender.send(notification, alert, message, channel)
            raise DeliveryFailedError("no answer in time", is_retryable=True)

    world.sender = Lossy()
    world.opened()
    world.pass_time(minutes=5)

    assert len(world.slack.names) == 2
    assert len(set(world.slack.names)) == 1


class DyingSlack(Slack):
    """The process dies at its next calls of these numbers, before or after Slack takes it."""

    def __init__(self, call: int, *, is_after: bool) -> None:
        super().__init__()
        self.call, self.is_after = call, is_after

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        is_now = len(self.calls) == self.call
        if is_now and not self.is_after:
            self.call = -1
            raise CrashError
        answer = super().post(url, headers, body)
        if is_now:
            self.call = -1
            raise CrashError
        return answer


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("call", range(5))
def test_a_notifier_that_dies_at_a_call_of_slack_repeats_one_message_at_most(
    *, call: int, is_after: bool
) -> None:
    """Posted: a page, a further page and its rewriting, the change and its reply."""
    world = SlackWorld(DyingSlack(call, is_after=is_after))
    world.slack_channel()
    world.escalation_policy(("channel:ops", MINUTE), ("channel:ops", HOUR))
    alert_id = world.opened()
    world.pass_time(minutes=10)
    world.acknowledge(alert_id)
    world.pass_time(minutes=10)

    assert len(set(world.slack.names)) == 3
    assert len(world.slack.names) <= 4
    assert {it.state for it in world.notifications.of_alert(alert_id)} == {DeliveryState.SENT}
    assert "Acknowledged" in world.slack.firsts[-1].text
