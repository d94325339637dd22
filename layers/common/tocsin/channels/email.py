"""E-mail through SES.

Sent as `Simple` content: SES makes the multipart message, and encodes the subject and both parts.
It takes 15 headers beside, of printable ASCII, 996 characters each with the name (`MessageHeader`
in the API reference), and takes each of ours once ("Amazon SES header fields" in the developer
guide). `Raw` content would give no more: SES replaces its `Message-ID`, too. So the messages of a
thread refer to a root that is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from tocsin.channels.addresses import address_list, addresses_of
from tocsin.channels.spec import ChannelSpec
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.people import EMAIL, Channel, Updates
from tocsin.domain.severity import Severity
from tocsin.domain.update_plan import news_now
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import AskAws, Render
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification
    from tocsin.domain.on_call.notice import Notice

KEY_HEADER: Final = "X-Tocsin-Notification"
"""Identifies a repetition: SES has no idempotency key."""
HEADER_LIMIT: Final = 996
"""Characters of a header with its name."""

_EMAIL: Final = re.compile(EMAIL)
_NOT_IN_HEADERS: Final = re.compile(r"[^ -~]+")
_STATES: Final = {
    NotificationEvent.ACKNOWLEDGED: "acknowledged",
    NotificationEvent.UNACKNOWLEDGED: "firing again",
    NotificationEvent.SNOOZED: "snoozed",
    NotificationEvent.RESOLVED: "resolved",
}
"""Behind the sender's name: the subject may not change, and the address neither."""


class _Mail(NamedTuple):
    sender: str
    subject: str
    parts: tuple[str, str]
    """Text and HTML."""
    thread: str
    """Names the root that the message refers to; empty: it belongs to no thread."""
    is_important: bool


@dataclass(frozen=True, kw_only=True)
class EmailSender:
    ask_aws: AskAws
    email_from: str
    public_url: str
    team: str
    render: Render

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Send one e-mail to all addresses together."""
        from tocsin.channels.email_parts import both_parts, subject_of

        self._expect_address()
        thread = ""
        if message.event is not NotificationEvent.TEST:
            # A rise begins a new subject with its severity, and so a new thread.
            severity = message.subject.partition(" ")[0].lower()
            thread = f"{alert.alert_id}.{alert.episode}.{severity}"
        is_page = message.event is NotificationEvent.PAGED
        mail = _Mail(
            sender=sender_of(message.event, alert, self.email_from),
            subject=subject_of(message),
            parts=both_parts(message, self.render),
            thread=thread,
            is_important=is_page and message.severity is Severity.CRITICAL,
        )
        return self._send(mail, notification.delivery.key, channel)

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        """Send one e-mail to all addresses together, as a thread of its own."""
        from tocsin.channels.email_digest import both_parts

        self._expect_address()
        mail = _Mail(
            sender=f'"Tocsin (digest)" <{self.email_from}>',
            subject=message.subject,
            parts=both_parts(message, self.render),
            thread=f"digest.{message.digest.digest_id}",
            is_important=_has_free_critical(message),
        )
        return self._send(mail, notification.delivery.key, channel)

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        """Send one e-mail about a person's own shifts."""
        from tocsin.channels.email_notice import both_parts

        self._expect_address()
        mail = _Mail(
            sender=f'"Tocsin (on call)" <{self.email_from}>',
            subject=notice.title,
            parts=both_parts(notice, link, self.render),
            thread="",
            is_important=False,
        )
        return self._send(mail, notification.delivery.key, channel)

    def _expect_address(self) -> None:
        if not self.email_from:
            raise DeliveryFailedError(
                "no address to send from: deploy with EmailFrom", is_retryable=False
            )

    def _send(self, mail: _Mail, key: str, channel: Channel) -> str:
        text, html = mail.parts
        simple = {
            "Subject": _utf8(mail.subject),
            "Body": {"Text": _utf8(text), "Html": _utf8(html)},
            "Headers": [
                {"Name": name, "Value": header_value(name, value)}
                for name, value in self._headers(mail, key)
            ],
        }
        answer = self.ask_aws(
            "sesv2",
            "send_email",
            FromEmailAddress=mail.sender,
            Destination={"ToAddresses": addresses_of(channel)},
            Content={"Simple": simple},
        )
        return str(answer["MessageId"])

    def _headers(self, mail: _Mail, key: str) -> Iterator[tuple[str, str]]:
        host = urlsplit(self.public_url).hostname or "tocsin.invalid"
        if mail.thread:
            root = f"<{mail.thread}@{host}>"
            yield "In-Reply-To", root
            yield "References", root
        yield KEY_HEADER, key
        yield "List-Id", f"Tocsin alerts of {self.team} <{self.team}.{host}>"
        yield "Auto-Submitted", "auto-generated"
        yield "X-Auto-Response-Suppress", "All"
        if mail.is_important:
            yield "Importance", "high"
            yield "X-Priority", "1"


def _has_free_critical(message: DigestMessage) -> bool:
    """Whether nobody has one of its criticals: the newest is of the worst that nobody has."""
    worst = message.newest.severity if message.newest else message.severity
    return message.tally.asking > 0 and worst is Severity.CRITICAL


def sender_of(event: NotificationEvent, alert: Alert, address: str) -> str:
    """Write the sender, of an update with the state of the alert by now.

    The name is quoted: what stands in brackets outside of quotes is a comment (RFC 5322).
    """
    state = "test" if event is NotificationEvent.TEST else ""
    if event.is_update:
        state = _STATES[news_now(alert).event]
    return f'"Tocsin ({state})" <{address}>' if state else f"Tocsin <{address}>"


def header_value(name: str, value: str) -> str:
    """Keep what SES allows in a header."""
    return _NOT_IN_HEADERS.sub(" ", value).strip()[: HEADER_LIMIT - len(name)]


def _utf8(text: str) -> Mapping[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


CHANNEL: Final = ChannelSpec(
    settings=(address_list(_EMAIL, "must be an e-mail address such as ops@example.com"),),
    updates=Updates.TO_OTHERS,
    is_bundled=True,
    sender=lambda wiring: EmailSender(
        ask_aws=wiring.ask_aws,
        email_from=wiring.email_from,
        public_url=wiring.public_url,
        team=wiring.team,
        render=wiring.render,
    ),
)
