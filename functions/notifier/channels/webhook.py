"""Signed webhooks, as Standard Webhooks describes them (https://www.standardwebhooks.com)."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from functions.notifier.exchange import Answer
from functions.notifier.outbound import Outbound
from functions.notifier.parameters import Parameters
from tocsin.domain.alert import Alert
from tocsin.domain.link import Links
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel
from tocsin.lambda_runtime.alert_json import alert_json, written
from tocsin.usecases.refusals import DeliveryFailedError

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - how secrets begin
_RETRIED: Final = frozenset((408, 425, 429))
_CREDENTIAL_REFUSED: Final = frozenset((401, 403))
_OK: Final = range(200, 300)
_SERVER_ERRORS: Final = range(500, 600)

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Implements `Sender` for channels of type webhook."""

    outbound: Outbound
    parameters: Parameters
    now: Callable[[], datetime]

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Post one event; a receiver tells a repetition by its `webhook-id`."""
        at = self.now()
        body = _write(webhook_body(notification, alert, message.links, at)).encode()
        key = notification.delivery.key
        headers = {
            "content-type": "application/json",
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
        }
        if channel.secret is not None:
            signing_key = read_signing_key(self.parameters.get(channel.secret), channel.secret)
            headers["webhook-signature"] = signature(signing_key, headers, body)
        answer = self.outbound.post(str(channel.settings.get("url", "")), headers, body)
        if answer.status in _OK:
            return None
        raise failure_of(answer, at)


def webhook_body(
    notification: Notification, alert: Alert, links: Links | None, at: datetime
) -> dict[str, Any]:
    """What is posted, as the documentation of webhooks shows it."""
    delivery = notification.delivery
    return {
        "type": delivery.event,
        "timestamp": written(at),
        "data": {
            "alert": alert_json(alert, at),
            "notification": {
                "id": delivery.key,
                "step": delivery.step_name or delivery.step or None,
                "episode": delivery.episode,
                "loop": delivery.loop,
                "attempt": notification.attempts,
                "reason": delivery.reason,
            },
            "links": _links_json(links),
        },
    }


def signature(signing_key: bytes, headers: Mapping[str, str], body: bytes) -> str:
    """Sign id, time and body together, so that none can be exchanged."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(signing_key, signed, "sha256")).decode()


def read_signing_key(secret: str, name: str) -> bytes:
    """Understand a secret.

    Raises:
        DeliveryFailedError: It is none; its name is told, and nothing of it.
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
    """Judge an answer that is no success."""
    is_retryable = answer.status in _RETRIED or answer.status in _SERVER_ERRORS
    return DeliveryFailedError(
        f"the receiver answered {answer.status}",
        is_retryable=is_retryable,
        retry_after=retry_after(answer, at) if is_retryable else None,
        refuses_credential=answer.status in _CREDENTIAL_REFUSED,
    )


def retry_after(answer: Answer, at: datetime) -> timedelta | None:
    """How long the other side wants to be left alone, in either of HTTP's two spellings."""
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
