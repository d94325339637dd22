"""The notifier over a world in memory, and providers that do as they are told."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.fakes.providers import Providers
from tests.fakes.world import World
from tocsin.domain.alert import Alert
from tocsin.domain.digest_message import DigestLinks, DigestMessage
from tocsin.domain.ids import AlertId
from tocsin.domain.link import LinkAction, Links, LinkSigner
from tocsin.domain.message import Message
from tocsin.domain.notification import Delivery, Notification
from tocsin.domain.people import Channel, ContactMethod, User
from tocsin.domain.sign_in import SignInSigner
from tocsin.domain.verification import VerificationSigner
from tocsin.usecases.deliver_notification import deliver_notification
from tocsin.usecases.delivery_work import Delivered, Work

KEY = bytes(range(32))
PUBLIC_URL = "https://tocsin.example.com"


class CrashError(Exception):
    """The process is gone: nothing after this line ran."""


@dataclass
class Provider(Providers):
    """One provider of all channels; crashes and others' actions come where a test says."""

    before: list[Callable[[], object]] = field(default_factory=list)
    """Done one after the other, one an attempt, before it takes anything."""
    after: list[Callable[[], object]] = field(default_factory=list)
    """Likewise, once it has."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        if self.before:
            self.before.pop(0)()
        super().send(notification, alert, message, channel)
        self.received[-1] = replace(self.received[-1], channel=channel.name)
        if self.after:
            self.after.pop(0)()
        return f"{channel.name}-{len(self.received)}"

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        if self.before:
            self.before.pop(0)()
        provider_id = super().send_digest(notification, message, channel)
        if self.after:
            self.after.pop(0)()
        return provider_id


class Signed:
    """Implements `LinkMaker`."""

    def links(self, delivery: Delivery, *, at: datetime) -> Links | None:
        name = delivery.target.partition(":")[2]
        return LinkSigner(KEY, PUBLIC_URL).links(delivery.alert_id, by=name, at=at)

    def digest_links(self, delivery: Delivery, *, at: datetime) -> DigestLinks | None:
        assert delivery.key and at.tzinfo  # noqa: PT018 - nothing is kept
        return None

    def swap(self, delivery: Delivery, *, at: datetime) -> str | None:
        assert delivery.notice
        assert delivery.notice.swap
        signer, by = LinkSigner(KEY, PUBLIC_URL), delivery.target_name
        return signer.url(
            signer.token(LinkAction.SWAP, AlertId(delivery.notice.swap), by=by, at=at)
        )

    def sign_in(self, delivery: Delivery, user: User) -> str | None:
        method = ContactMethod(delivery.channel)
        signer = SignInSigner(KEY, PUBLIC_URL)
        return signer.url(delivery.alert_id, user, method, asked_at=delivery.asked_at)

    def verification(self, user: User, method: ContactMethod, *, at: datetime) -> str | None:
        return VerificationSigner(KEY, PUBLIC_URL).url(user, method, at=at)


class HeldWorld(World):
    """A world whose notifier works when a test says so, and may crash at any line."""

    def __init__(self) -> None:
        super().__init__()
        self.provider = Provider(lambda: self.now)
        self.delivered: list[Delivered] = []
        self.pauses: list[timedelta] = []
        self._is_held = True

    @property
    def work(self) -> Work:
        return replace(
            super().work,
            gate=self.gate,
            sender=self.provider,
            links=Signed(),
            pause=self.pauses.append,
        )

    def deliver(self) -> list[Delivered]:
        """Work on all that has arrived by now, and on nothing after that."""
        begun = len(self.delivered)
        self._is_held = False
        self._deliver()
        self._is_held = True
        return self.delivered[begun:]

    def hold(self) -> None:
        """Let the notifier wait until it is told to work."""
        self._is_held = True

    def run(self, *, until: datetime) -> None:
        """Let time pass, and everything happen at its time."""
        self._is_held = False
        self.pass_time(seconds=(until - self.now).total_seconds())

    def _deliver(self) -> None:
        """As the queue does it: what crashes comes again."""
        while not self._is_held and (arrived := self.deliveries.arrived(self.now)):
            for delivery in arrived:
                try:
                    self.delivered.append(deliver_notification(delivery, self.work))
                except CrashError:
                    self.deliveries.send([delivery], now=self.now)
            self.follow()
