"""What channels send with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Delivery, Notification
    from tocsin.domain.on_call.notice import Notice
    from tocsin.domain.people import Channel
    from tocsin.domain.push_device import PushDevice
    from tocsin.usecases.ports import NotificationRepository


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in any case."""
    body: bytes = b""
    """Empty, too, if it was too long or broke off."""


class Outbound(Protocol):
    """Sends requests to the open internet."""

    allow_private: bool
    """Lets through plain HTTP and addresses of this machine and its network."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request.

        Raises:
            DeliveryFailedError: The URL is refused, or there was no answer.
        """

    def is_private(self, host: str) -> bool:
        """Whether a name leads to an address that is not public, and must be refused."""


class Secrets(Protocol):
    """Secrets by the names of their parameters, remembered for five minutes."""

    def get(self, name: str) -> str:
        """Read one.

        Raises:
            DeliveryFailedError: It does not exist, or cannot be read.
        """

    def forget(self, name: str) -> None:
        """Read it again when it is next asked for."""


class AskAws(Protocol):
    """Calls AWS by its SDK."""

    def __call__(self, service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        """Call an operation, named as a method of boto3's client.

        Raises:
            DeliveryFailedError: AWS refused, or did not answer.
        """


class Render(Protocol):
    """Fills in template files, and makes the values harmless for their format."""

    def __call__(self, template: str, **values: object) -> str:
        """Fill in one, named as its file: `.html` or `.txt`."""


class ShortLinks(Protocol):
    """Makes links for messages without room."""

    def short_link(self, delivery: Delivery) -> str | None:
        """Make a link that shows the alert or digest to the reader; None: it is not stored."""


class PushDevices(Protocol):
    """Notes what push services say of people's devices."""

    def note_gone(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        """Note that a subscription has ended; False: it is gone already, or another one."""

    def note_taken(self, user: str, device: PushDevice, *, at: datetime) -> bool:
        """Note that its push service took a message; False: it is gone."""


class ChannelSender(Protocol):
    """Sends messages of one type of channel."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """As `MessageSender.send`."""


@runtime_checkable
class DigestSender(Protocol):
    """Sends digests of one type of channel, whose `ChannelSpec` has `is_bundled`."""

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        """As `MessageSender.send_digest`."""


@runtime_checkable
class NoticeSender(Protocol):
    """Sends notices to people."""

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        """As `MessageSender.send_notice`."""


class Log(Protocol):
    """The function's log."""

    def info(self, message: str, **facts: object) -> None:
        """Write a line."""

    def exception(self, message: str, **facts: object) -> None:
        """Write a line with the error that is being handled."""


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """What all senders together are given."""

    outbound: Outbound
    secrets: Secrets
    ledger: NotificationRepository
    email_from: str
    public_url: str
    """The stack's URL, without path."""
    team: str
    render: Render
    ask_aws: AskAws
    short_links: ShortLinks
    push_devices: PushDevices
    push_key_parameter: str = ""
    """The parameter with the private key of web push; empty: this stack sends none."""
    slack_api_url: str
    """Without a slash at its end."""
    now: Callable[[], datetime]
    log: Log
