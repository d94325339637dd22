"""The notifier over a world in memory, and providers that do as they are told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.fakes.gate import InMemoryGate
from tests.fakes.world import World
from tocsin.domain.alert import Alert
from tocsin.domain.link import Links, LinkSigner
from tocsin.domain.message import Message
from tocsin.domain.notification import Delivery, DeliveryKey, Notification
from tocsin.domain.people import Channel
from tocsin.usecases.deliver_notification import Delivered, Work, deliver_notification

KEY = bytes(range(32))
PUBLIC_URL = "https://tocsin.example.com"


class CrashError(Exception):
    """The process is gone: nothing after this line ran."""


@dataclass(frozen=True)
class Received:
    """What a provider took."""

    key: DeliveryKey
    attempt: int
    channel: str
    title: str
    at: datetime


@dataclass
class Provider:
    """Implements `Sender`; takes everything unless a test says otherwise."""

    now: Callable[[], datetime]
    received: list[Received] = field(default_factory=list)
    before: list[Callable[[], object]] = field(default_factory=list)
    """Done one after the other, one an attempt, before it takes anything."""
    after: list[Callable[[], object]] = field(default_factory=list)
    """Likewise, once it has."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        assert alert.alert_id
        if self.before:
            self.before.pop(0)()
        key = notification.delivery.key
        self.received.append(
            Received(key, notification.attempts, channel.name, message.title, self.now())
        )
        if self.after:
            self.after.pop(0)()
        return f"{channel.name}-{len(self.received)}"


class Signed:
    """Implements `LinkMaker`."""

    def links(self, delivery: Delivery, *, at: datetime) -> Links | None:
        name = delivery.target.partition(":")[2]
        return LinkSigner(KEY, PUBLIC_URL).links(delivery.alert_id, by=name, at=at)


class Notifier:
    """Works on what a world has queued, and crashes where a test says."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.provider = Provider(lambda: world.now)
        self.work = Work(
            ledger=world.notifications,
            alerts=world.alerts,
            paging=world.paging,
            gate=InMemoryGate(),
            queue=world.deliveries,
            sender=self.provider,
            links=Signed(),
            now=lambda: world.now,
            new_write_id=world.new_write_id,
        )

    def deliver(self) -> list[Delivered]:
        """Work on all that has arrived; what crashes comes again, as the queue does it."""
        done: list[Delivered] = []
        for delivery in self.world.deliveries.arrived(self.world.now):
            try:
                done.append(deliver_notification(delivery, self.work))
            except CrashError:
                self.world.deliveries.send([delivery], now=self.world.now)
            self.world._follow()
        return done

    def run(self, *, until: datetime) -> None:
        """Let time pass, and everything happen at its time."""
        self.deliver()
        while self.world.now < until:
            events = (self.world._next_event(), self.world.deliveries.soonest, until)
            at = min(event for event in events if event is not None)
            self.world.pass_time(seconds=max(0.0, (at - self.world.now).total_seconds()))
            self.deliver()
