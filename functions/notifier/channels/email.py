"""E-mail through SES."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from functions.notifier.channels.aws_sdk import addresses_of, ask
from tocsin.domain.alert import Alert
from tocsin.domain.link import Links
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

KEY_HEADER: Final = "X-Tocsin-Notification"
"""Tells a repetition: SES has no key by which it would refuse one."""

_CELL: Final = "padding:4px 12px 4px 0;text-align:left;vertical-align:top"
_BUTTON: Final = (
    "padding:10px 16px;margin:0 8px 8px 0;display:inline-block;background:#1f2937;color:#fff"
)


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Implements `Sender` for channels of type email, and for people by e-mail."""

    client: Any
    email_from: str

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send one e-mail to all addresses together."""
        if not self.email_from:
            raise DeliveryFailedError(
                "no address to send from: deploy with EmailFrom", is_retryable=False
            )
        answer = ask(
            self.client.send_email,
            FromEmailAddress=self.email_from,
            Destination={"ToAddresses": addresses_of(channel.settings)},
            Content={"Simple": _content(message, notification.delivery.key)},
        )
        return str(answer["MessageId"])


def _content(message: Message, key: str) -> Mapping[str, Any]:
    return {
        "Subject": {"Data": message.title, "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": text_body(message), "Charset": "UTF-8"},
            "Html": {"Data": html_body(message), "Charset": "UTF-8"},
        },
        "Headers": [{"Name": KEY_HEADER, "Value": key}],
    }


def text_body(message: Message) -> str:
    """For readers of plain text."""
    lines = [message.title, "", message.text]
    lines += ["", *(f"{label}: {url}" for label, url in _links(message.links))]
    return "\n".join(lines)


def html_body(message: Message) -> str:
    """For everybody else; nothing in it is loaded from anywhere."""
    row = Markup('<tr><th style="{0}">{1}</th><td style="{0}">{2}</td></tr>')
    link = Markup('<a style="{}" href="{}">{}</a>')
    return Markup(
        '<!doctype html><html><body style="font-family:sans-serif">'
        '<h1 style="font-size:18px">{}</h1>'
        "<table>{}</table><p>{}</p></body></html>"
    ).format(
        message.title,
        Markup("").join(row.format(_CELL, label, text) for label, text in message.lines),
        Markup("").join(link.format(_BUTTON, url, label) for label, url in _links(message.links)),
    )


def _links(links: Links | None) -> list[tuple[str, str]]:
    if links is None:
        return []
    return [
        ("Acknowledge", links.acknowledge),
        ("Snooze 1h", links.snooze),
        ("Resolve", links.resolve),
        ("View", links.view),
    ]
