"""E-mail through SES."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tocsin.channels.addresses import address_list, addresses_of
from tocsin.channels.spec import ChannelSpec
from tocsin.domain.people import EMAIL, Channel
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import AskAws
    from tocsin.domain.alert import Alert
    from tocsin.domain.link import Links
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification

KEY_HEADER: Final = "X-Tocsin-Notification"
"""Identifies a repetition: SES has no idempotency key."""

_EMAIL: Final = re.compile(EMAIL)
_CELL: Final = "padding:4px 12px 4px 0;text-align:left;vertical-align:top"
_BUTTON: Final = (
    "padding:10px 16px;margin:0 8px 8px 0;display:inline-block;background:#1f2937;color:#fff"
)


@dataclass(frozen=True)
class EmailSender:
    ask_aws: AskAws
    email_from: str

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send one e-mail to all addresses together."""
        if not self.email_from:
            raise DeliveryFailedError(
                "no address to send from: deploy with EmailFrom", is_retryable=False
            )
        answer = self.ask_aws(
            "sesv2",
            "send_email",
            FromEmailAddress=self.email_from,
            Destination={"ToAddresses": addresses_of(channel)},
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
    lines = [message.title, "", message.text]
    lines += ["", *(f"{label}: {url}" for label, url in _links(message.links))]
    return "\n".join(lines)


def html_body(message: Message) -> str:
    """Write HTML that loads nothing."""
    from markupsafe import Markup

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


CHANNEL: Final = ChannelSpec(
    settings=(address_list(_EMAIL, "must be an e-mail address such as ops@example.com"),),
    sender=lambda wiring: EmailSender(wiring.ask_aws, wiring.email_from),
)
