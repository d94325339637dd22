"""Pages as lines of the log: what the terminal of `make run` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tocsin.channels.plain_text import facts, headline
from tocsin.channels.spec import ChannelSpec
from tocsin.domain.people import Channel, Updates

if TYPE_CHECKING:
    from tocsin.channels.ports import Log
    from tocsin.domain.alert import Alert
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification


@dataclass(frozen=True)
class ConsoleSender:
    log: Log
    shows_links: bool
    """Readers of the log may use them, so only where that is the person at the terminal."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        told: dict[str, object] = {
            "title": headline(message),
            "lines": facts(message),
            "event": message.event,
            "notification": notification.delivery.key,
            "alert_id": alert.alert_id,
            "channel": channel.name,
        }
        if self.shows_links and message.links is not None:
            told["links"] = {
                "acknowledge": message.links.acknowledge,
                "snooze": message.links.snooze,
                "resolve": message.links.resolve,
                "view": message.links.view,
            }
        self.log.info("Page", **told)
        return None


CHANNEL: Final = ChannelSpec(
    updates=Updates.ONCE,
    sender=lambda wiring: ConsoleSender(wiring.log, shows_links=wiring.outbound.allow_private),
)
