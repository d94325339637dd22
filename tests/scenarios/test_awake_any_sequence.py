"""No sequence of awake, asleep, crashes and storms leaves a critical that nobody is told of."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.examples import BOB, MINUTE
from tests.fakes.notifier import CrashError
from tests.fakes.providers import Providers
from tests.fakes.world import World
from tocsin.domain.alert import Alert
from tocsin.domain.awake import QUIET_LIMIT, AwakeScope
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AlertId
from tocsin.domain.message import Message
from tocsin.domain.notification import Delivery, Notification
from tocsin.domain.people import Channel, ContactMethod, NotificationRule
from tocsin.domain.phrase import plain
from tocsin.domain.signal import Facts
from tocsin.usecases.deliver_notification import deliver_notification
from tocsin.usecases.delivery_work import Work

DELAY = 6 * MINUTE
SLACK = 3 * MINUTE
"""A tick that finds a lost timer, and digests of the next step."""
GROUPS = some.sampled_from(["api", "db", "cache"])


class Crashing(Providers):
    """Its next attempts crash the notifier after the message was taken."""

    crashes = 0

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        taken = super().send(notification, alert, message, channel)
        self._maybe_crash()
        return taken

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        taken = super().send_digest(notification, message, channel)
        self._maybe_crash()
        return taken

    def _maybe_crash(self) -> None:
        if self.crashes:
            self.crashes -= 1
            raise CrashError


class CrashingWorld(World):
    """A notifier that crashes gets its message again after a minute, as from the queue."""

    def __init__(self) -> None:
        super().__init__()
        self.crashing = Crashing(now=lambda: self.now)
        self.providers = self.crashing

    @property
    def work(self) -> Work:
        return replace(super().work, sender=self.crashing)

    def _deliver(self) -> None:
        while arrived := self.deliveries.arrived(self.now):
            for delivery in arrived:
                self._deliver_one(delivery)
            self.follow()

    def _deliver_one(self, delivery: Delivery) -> None:
        try:
            deliver_notification(delivery, self.work)
        except CrashError:
            self.deliveries.put_back(delivery, until=self.now + MINUTE)


class Nights(RuleBasedStateMachine):
    """Alice is asked first, then Bob; she says that she is awake whenever she likes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = CrashingWorld()
        self.world.user(
            "alice",
            NotificationRule(by=ContactMethod.EMAIL),
            NotificationRule(by=ContactMethod.SMS),
        )
        self.world.user("bob")
        self.world.escalation_policy(("user:alice", DELAY), ("user:bob", DELAY))
        self.opened_at: dict[AlertId, datetime] = {}
        self.acted_at = datetime.min.replace(tzinfo=self.world.now.tzinfo)
        """When Alice did something the last time."""
        self.crashes = 0
        self.storm("api", 2)

    @rule(group=GROUPS, number=some.integers(1, 6))
    def storm(self, group: str, number: int) -> None:
        for _ in range(number):
            key = f"{group}-{len(self.opened_at)}"
            receipt = self.world.signal(
                key, facts=Facts(name=key, summary=key, labels={"service": group})
            )
            assert receipt.alert_id is not None
            self.opened_at[receipt.alert_id] = self.world.now

    @rule(minutes=some.sampled_from([30, 60, 240]), scope=some.sampled_from(AwakeScope))
    def awake(self, minutes: int, scope: AwakeScope) -> None:
        self.world.im_awake(minutes=minutes, scope=scope)
        self.acted_at = self.world.now

    @rule()
    def asleep(self) -> None:
        self.world.go_to_sleep()

    @rule()
    def look(self) -> None:
        self.world.look()
        self.acted_at = self.world.now

    @rule(seconds=some.sampled_from([1, 20, 61, 150, 300, 301, 600, 899, 901]))
    def wait(self, seconds: int) -> None:
        self.world.pass_time(seconds=seconds)

    @rule(minutes=some.sampled_from([16, 25, 40]))
    def nobody_acts(self, minutes: int) -> None:
        self.world.pass_time(minutes=minutes)

    @rule(number=some.integers(0, 100))
    def acknowledge(self, number: int) -> None:
        asking = [it for it in self.opened_at if self.world.alert(it).is_asking]
        if asking:
            self.world.acknowledge(asking[number % len(asking)], by=BOB)

    @rule(times=some.integers(1, 2))
    def crash(self, times: int) -> None:
        """The notifier dies after its next messages were taken."""
        self.world.crashing.crashes = times
        self.crashes += times

    @rule()
    def lose_timers(self) -> None:
        """What waits in the queue is gone: ticks find it again."""
        self.world.timers.arrived(self.world.now + timedelta(days=1))

    @invariant()
    def every_critical_is_told(self) -> None:
        named = set(self._named("user:alice")) | set(self._named("user:bob"))
        within = MINUTE + QUIET_LIMIT
        for alert_id, opened_at in self.opened_at.items():
            is_late = self.world.now > opened_at + within + self.crashes * MINUTE
            if is_late and self.world.alert(alert_id).is_asking:
                assert alert_id in named

    @invariant()
    def the_next_is_asked_once_alice_is_silent(self) -> None:
        named = set(self._named("user:bob"))
        for alert_id, opened_at in self.opened_at.items():
            # Digests of five minutes, and the delay from when the last message went out.
            own = opened_at + 10 * MINUTE + DELAY
            bound = max(own, self.acted_at + QUIET_LIMIT) + SLACK + self.crashes * MINUTE
            if self.world.now > bound and self.world.alert(alert_id).is_asking:
                assert alert_id in named

    @invariant()
    def nothing_is_held_for_longer_than_is_said(self) -> None:
        for alert_id in self.opened_at:
            hold = self.world.alert(alert_id).hold
            if hold is not None and hold.kind is HoldKind.AWAKE:
                assert self.world.now <= hold.due_at + SLACK

    def _named(self, target: str) -> Iterator[AlertId]:
        for alone in self.world.providers.received:
            if alone.target == target:
                yield alone.alert_id
        for digest in self.world.providers.digests:
            is_closing = "I'm awake" in plain(digest.message.why_you)
            if digest.target == target and not is_closing:
                yield from digest.alert_ids


TestNights = Nights.TestCase
TestNights.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
