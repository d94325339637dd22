"""Signed webhooks, as Standard Webhooks describes them (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

from tocsin.channels.spec import ChannelSpec, SecretUse, Setting
from tocsin.domain.alert_json import alert_json, written
from tocsin.domain.people import Channel, Updates
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import Answer, Outbound, Secrets
    from tocsin.domain.alert import Alert
    from tocsin.domain.link import Links
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification
    from tocsin.domain.phrase import Phrase

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how Standard Webhooks begins every secret
_RETRIED: Final = frozenset((408, 425, 429))
_CREDENTIAL_REFUSED: Final = frozenset((401, 403))
_OK: Final = range(200, 300)
_SERVER_ERRORS: Final = range(500, 600)
_SECRET_PARAMETERS: Final = frozenset(
    (
        *("access_token", "api_key", "apikey", "auth", "key", "pass", "password", "pwd"),
        *("secret", "sig", "signature", "token"),
    )
)
_LOCAL_NAMES: Final = (".localhost", ".local", ".internal")

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class WebhookSender:
    outbound: Outbound
    secrets: Secrets
    now: Callable[[], datetime]

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Post one event; a receiver recognises a repetition by its `webhook-id`."""
        at = self.now()
        body = _write(webhook_body(notification, alert, message, at)).encode()
        key = notification.delivery.key
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
        }
        if channel.secret is not None:
            signing_key = read_signing_key(self.secrets.get(channel.secret), channel.secret)
            headers["webhook-signature"] = signature(signing_key, headers, body)
        answer = self.outbound.post(str(channel.settings.get("url", "")), headers, body)
        if answer.status in _OK:
            return None
        raise failure_of(answer, at)


def webhook_body(
    notification: Notification, alert: Alert, message: Message, at: datetime
) -> dict[str, Any]:
    """Write the body, as docs/webhooks.md shows it."""
    delivery = notification.delivery
    return {
        "type": delivery.event,
        "timestamp": written(at),
        "data": {
            "alert": alert_json(alert, at),
            "notification": {
                "id": delivery.key,
                "step": delivery.step,
                "step_name": delivery.step_name,
                "episode": delivery.episode,
                "loop": delivery.loop,
                "attempt": notification.attempts,
                "reason": delivery.reason,
            },
            "links": _links_json(message.links),
            "text": _text_json(message),
        },
    }


def signature(signing_key: bytes, headers: Mapping[str, str], body: bytes) -> str:
    """Sign id, time and body together, so that none can be exchanged."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(signing_key, signed, "sha256")).decode()


def read_signing_key(secret: str, name: str) -> bytes:
    """Decode a secret.

    Raises:
        DeliveryFailedError: With the secret's name and nothing of its content.
    """
    marked, encoded = secret[: len(SECRET_PREFIX)], secret[len(SECRET_PREFIX) :].strip()
    try:
        signing_key = base64.b64decode(encoded, validate=True) if marked == SECRET_PREFIX else b""
    except binascii.Error:
        signing_key = b""
    if not signing_key:
        message = f"the secret {name} must be {SECRET_PREFIX} and base64"
        raise DeliveryFailedError(message, is_retryable=False, refuses_credential=True)
    return signing_key


def failure_of(answer: Answer, at: datetime) -> DeliveryFailedError:
    is_retryable = answer.status in _RETRIED or answer.status in _SERVER_ERRORS
    return DeliveryFailedError(
        f"the receiver answered {answer.status}",
        is_retryable=is_retryable,
        retry_after=retry_after(answer, at) if is_retryable else None,
        refuses_credential=answer.status in _CREDENTIAL_REFUSED,
    )


def retry_after(answer: Answer, at: datetime) -> timedelta | None:
    """Read `Retry-After`: seconds, or a date."""
    from email.utils import parsedate_to_datetime

    said = answer.headers.get("retry-after", "")
    if said.isascii() and said.isdecimal() and len(said) <= len("86400"):
        return timedelta(seconds=int(said))
    try:
        until = parsedate_to_datetime(said)
        return max(timedelta(), until - at)
    except (ValueError, TypeError, OverflowError):
        return None


def _links_json(links: Links | None) -> dict[str, str | None]:
    return {
        name: getattr(links, name) if links else None
        for name in ("acknowledge", "snooze", "resolve", "view")
    }


def _text_json(message: Message) -> dict[str, str]:
    """The alert in words, for people; times as in the rest of the body."""
    wording = message.wording
    return {
        "subject": message.subject,
        "title": wording.title,
        "where": wording.where,
        "who": _in_utc(wording.who),
        "next": _in_utc(wording.next),
    }


def _in_utc(phrase: Phrase) -> str:
    return "".join(written(span.at) or span.text for span in phrase)


def problem_of_url(url: str, allows_private: bool) -> str | None:  # noqa: FBT001 - see Setting
    """Say why a webhook cannot go there; None if it can.

    The notifier checks the address that the name leads to, each time that it sends.

    Args:
        url: As it was sent.
        allows_private: Whether `http` and addresses of this machine are for this stack.
    """
    parts = _split(url)
    if parts is None:
        return "is no URL such as https://example.com/hook"
    named = {name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    credentials = sorted(named & _SECRET_PARAMETERS)
    checks = (
        (parts.scheme not in ("http", "https"), "must begin with https://"),
        (
            parts.username is not None or parts.password is not None,
            "may hold no user or password: receivers check the signature",
        ),
        (bool(credentials), f"may hold no credential: leave out {', '.join(credentials)}"),
        (bool(parts.fragment), "may have no # part, which is never sent"),
        (
            not allows_private and parts.scheme != "https",
            "must begin with https://, unless the stack allows private webhooks",
        ),
        (
            not allows_private and _is_private(parts.hostname or ""),
            "must be a public address, unless the stack allows private webhooks",
        ),
    )
    return next((problem for is_wrong, problem in checks if is_wrong), None)


def _split(url: str) -> SplitResult | None:
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return None
    try:
        parts = urlsplit(url)
        is_url = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_url else None


def _is_private(host: str) -> bool:
    import ipaddress

    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Some resolvers take 127.1 and 0x7f000001 for addresses too; the notifier sees those.
        return f".{host.rstrip('.').lower()}".endswith(_LOCAL_NAMES)
    return not address.is_global


CHANNEL: Final = ChannelSpec(
    settings=(
        Setting(
            name="url",
            about="where to send; https, without user, password or token",
            example="https://example.com/hook",
            min_length=1,
            max_length=2_000,
            problem=problem_of_url,
        ),
    ),
    secret=SecretUse.GENERATED,
    credential=("signs what is sent, by default with a secret that is generated and shown once"),
    updates=Updates.ONCE,
    sender=lambda wiring: WebhookSender(wiring.outbound, wiring.secrets, wiring.now),
)
