"""Pages as lines of the log: what the terminal of `make run` shows."""

from dataclasses import dataclass

from tocsin.domain.alert import Alert
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel
from tocsin.lambda_runtime.observability import Log


@dataclass(frozen=True, slots=True)
class ConsoleSender:
    """Implements `Sender` for channels of type console."""

    log: Log
    shows_links: bool
    """Whoever reads the log may use them, so only where that is the person at the terminal."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Write one line."""
        facts: dict[str, object] = {
            "title": message.title,
            "lines": [f"{label}: {text}" for label, text in message.lines],
            "event": message.event,
            "notification": notification.delivery.key,
            "alert_id": alert.alert_id,
            "channel": channel.name,
        }
        if self.shows_links and message.links is not None:
            facts["links"] = {
                "acknowledge": message.links.acknowledge,
                "snooze": message.links.snooze,
                "resolve": message.links.resolve,
                "view": message.links.view,
            }
        self.log.info("Page", **facts)
        return None
