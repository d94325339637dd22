"""Slack: one message for each page, updated when the alert changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tocsin.channels.slack_secret import SlackSecret, read_slack_secret
from tocsin.channels.spec import ChannelSpec, SecretUse, Setting
from tocsin.channels.webhook import failure_of, retry_after
from tocsin.domain.notification import Delivery, Notification, NotificationEvent
from tocsin.domain.people import Channel, Updates
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import Outbound, Secrets
    from tocsin.domain.alert import Alert
    from tocsin.domain.message import Message
    from tocsin.usecases.ports import NotificationRepository

API_URL: Final = "https://slack.com/api"
_OK: Final = 200
_RETRIED: Final = frozenset(
    (
        *("ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"),
        *("request_timeout", "team_added_to_org", "accesslimited"),
    )
)
"""Slack's errors that a retry may fix, by its documentation."""
_TOKEN_REFUSED: Final = frozenset(
    (
        *("invalid_auth", "not_authed", "token_revoked", "token_expired"),
        *("account_inactive", "missing_scope"),
    )
)
"""Those that another bot token may fix."""
_NAME_LIMIT: Final = 64


@dataclass(frozen=True)
class SlackSender:
    outbound: Outbound
    secrets: Secrets
    ledger: NotificationRepository
    now: Callable[[], datetime]

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Post a message, or rewrite the alert's earlier one.

        Slack has no idempotency key; the message carries ours as metadata.
        """
        from tocsin.channels.slack_blocks import blocks, fallback_text

        secret = read_secret(channel, self.secrets)
        delivery = notification.delivery
        said = {
            "text": fallback_text(message),
            "blocks": blocks(message, alert, by_buttons=bool(secret.signing_secret)),
            "metadata": {
                "event_type": "tocsin_notification",
                "event_payload": {"notification_id": delivery.key},
            },
        }
        if delivery.is_update:
            answer = self._call(
                "chat.update", self._earlier(delivery) | said | _UNPARSED, channel, secret
            )
        else:
            place = {"channel": str(channel.settings.get("channel", ""))}
            answer = self._call("chat.postMessage", place | said | _PLAINLY, channel, secret)
        return f"{answer.get('channel', '')}/{answer.get('ts', '')}"

    def _earlier(self, delivery: Delivery) -> dict[str, str]:
        version = delivery.of_version
        event = NotificationEvent.WORSENED if version else NotificationEvent.PAGED
        earlier = replace(delivery, event=event, version=version, of_version=0, after=None)
        sent = self.ledger.get(earlier)
        named = sent.provider_id if sent else None
        place, _, timestamp = (named or "").partition("/")
        if not timestamp:
            message = "there is no message that could be brought up to date"
            raise DeliveryFailedError(message, is_retryable=False)
        return {"channel": place, "ts": timestamp}

    def _call(
        self, method: str, arguments: Mapping[str, Any], channel: Channel, secret: SlackSecret
    ) -> Mapping[str, Any]:
        own = channel.settings.get("api_url") if self.outbound.allow_private else None
        headers = {
            "content-type": "application/json; charset=utf-8",
            "authorization": f"Bearer {secret.bot_token}",
        }
        body = json.dumps(arguments).encode()
        reply = self.outbound.post(f"{own or API_URL}/{method}", headers, body)
        if reply.status != _OK:
            raise failure_of(reply, self.now())
        try:
            answer = json.loads(reply.body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise DeliveryFailedError("Slack's answer was cut short", is_retryable=True)
        if answer.get("ok") is not True:
            error = _name_of(answer.get("error"))
            raise DeliveryFailedError(
                f"Slack refused: {error}",
                is_retryable=error in _RETRIED,
                retry_after=retry_after(reply, self.now()),
                refuses_credential=error in _TOKEN_REFUSED,
            )
        return answer


_UNPARSED: Final = {"parse": "none"}
_PLAINLY: Final = {"unfurl_links": False, "unfurl_media": False, **_UNPARSED}


def read_secret(channel: Channel, secrets: Secrets) -> SlackSecret:
    """Read the secret that a channel names.

    Raises:
        DeliveryFailedError: There is no bot token; it quotes nothing of the secret.
    """
    if channel.secret is None:
        message = f"the channel {channel.name} names no secret"
        raise DeliveryFailedError(message, is_retryable=False)
    secret = read_slack_secret(secrets.get(channel.secret))
    token = secret.bot_token
    if not token or not (token.isascii() and token.isprintable()):
        message = f"the secret {channel.secret} holds no bot_token"
        raise DeliveryFailedError(message, is_retryable=False, refuses_credential=True)
    return secret


def _name_of(error: object) -> str:
    """Show Slack's name of an error, and nothing that is not a name."""
    named = str(error)
    is_name = named.isascii() and named.replace("_", "").isalnum() and len(named) <= _NAME_LIMIT
    return named if is_name else "unknown_error"


CHANNEL: Final = ChannelSpec(
    settings=(
        Setting(
            name="channel",
            about="where to write",
            pattern=r"^[#@]?[A-Za-z0-9._-]{1,80}$",
            expected="the name or id of a Slack channel, such as #ops",
        ),
    ),
    secret=SecretUse.REQUIRED,
    credential="the app's token and signing secret",
    updates=Updates.EACH,
    sender=lambda wiring: SlackSender(wiring.outbound, wiring.secrets, wiring.ledger, wiring.now),
)
