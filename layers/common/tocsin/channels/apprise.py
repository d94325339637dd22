"""All other services through Apprise; the secret is its URL, or several, each on a line."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tocsin.channels.plain_text import facts, headline, links
from tocsin.channels.spec import ChannelSpec, SecretUse
from tocsin.domain.people import Channel
from tocsin.domain.severity import Severity
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

    from tocsin.channels.ports import Outbound, Secrets
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification

LOCAL_PLUGINS: Final = frozenset(
    ("blink1", "dbus", "glib", "gnome", "growl", "macosx", "syslog", "vapid", "windows")
)
"""Modules of Apprise that do something on the machine itself, or read its files."""
_DISCARD: Final = logging.CRITICAL + 1
_TYPES: Final = {
    Severity.CRITICAL: "failure",
    Severity.WARNING: "warning",
    Severity.INFO: "info",
}
_UNSEEN: Final = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True)
class AppriseSender:
    outbound: Outbound
    secrets: Secrets

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        self._notify(headline(message), _body(message), message.severity, channel)
        return None

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        from tocsin.channels.plain_digest import body, headline

        self._notify(headline(message), body(message), message.severity, channel)
        return None

    def _notify(self, title: str, body: str, severity: Severity, channel: Channel) -> None:
        """Send to each URL; one that takes it is enough, as with numbers of SMS."""
        from apprise import NotifyFormat, NotifyType

        # Its log would show addresses and answers.
        logging.getLogger("apprise").setLevel(_DISCARD)
        if channel.secret is None:
            problem = f"the channel {channel.name} names no secret"
            raise DeliveryFailedError(problem, is_retryable=False)
        services = self._services(self.secrets.get(channel.secret).split(), channel.secret)
        taken = [
            service
            for service in services
            if service.notify(
                body=defused(body),
                title=defused(title),
                notify_type=NotifyType(_TYPES[severity]),
                body_format=NotifyFormat.TEXT,
            )
        ]
        if not taken:
            raise DeliveryFailedError("the service did not take it", is_retryable=True)

    def _services(self, urls: Sequence[str], secret: str) -> list[NotifyBase]:
        if not urls:
            raise _unusable(f"the secret {secret} holds no URL")
        return [self._service(url, secret) for url in urls]

    def _service(self, url: str, secret: str) -> NotifyBase:
        from apprise import Apprise, AppriseAsset
        from apprise.plugins.base import NotifyBase

        asset = AppriseAsset(http_redirects=False, async_mode=False)
        service = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if not isinstance(service, NotifyBase):
            problem = f"the secret {secret} holds a URL that Apprise does not know"
            raise _unusable(problem)
        module = type(service).__module__.removeprefix("apprise.plugins.").partition(".")[0]
        if module in LOCAL_PLUGINS:
            problem = f"the secret {secret} names a service that acts on this machine"
            raise _unusable(problem)
        self._expect_public(service, secret)
        return service

    def _expect_public(self, service: NotifyBase, secret: str) -> None:
        """Refuse a self-hosted service at a private address.

        Apprise resolves the name again when it connects: this stops mistakes and simple
        tricks. People who can write the secret can also run the team's code.
        """
        host = getattr(service, "host", None)
        if isinstance(host, str) and host and self.outbound.is_private(host):
            problem = f"the secret {secret} leads to an address that is not public"
            raise _unusable(problem)


def defused(text: str) -> str:
    """Break mentions and links of all services with an invisible character."""
    broken = text.replace("@", f"@{_UNSEEN}").replace("<", f"<{_UNSEEN}")
    return broken.replace("](", f"]{_UNSEEN}(")


def _unusable(problem: str) -> DeliveryFailedError:
    return DeliveryFailedError(problem, is_retryable=False, refuses_credential=True)


def _body(message: Message) -> str:
    """The facts in their order; a sender's text is indented, so that it cannot imitate ours."""
    named = [f"{name}: {url}" for name, url in links(message).items()]
    details = [f"    {line}" for line in message.wording.details.splitlines()]
    parts = ("\n".join(part) for part in (facts(message), named, details) if part)
    return "\n\n".join(parts)


CHANNEL: Final = ChannelSpec(
    secret=SecretUse.REQUIRED,
    credential="the URL",
    is_bundled=True,
    sender=lambda wiring: AppriseSender(wiring.outbound, wiring.secrets),
)
