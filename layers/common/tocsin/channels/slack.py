"""Slack: one message for each alert, rewritten when it changes, with a thread of what happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from tocsin.channels.slack_secret import SlackSecret, read_slack_secret
from tocsin.channels.spec import ChannelSpec, SecretUse, Setting
from tocsin.channels.webhook import failure_of, retry_after
from tocsin.domain.destination import is_to_user
from tocsin.domain.notification import (
    REPLY_PARTS,
    Delivery,
    Notification,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.people import Channel, Updates
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import Answer, Log, Outbound, Secrets
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.on_call.notice import Notice
    from tocsin.usecases.ports import NotificationRepository

WEBHOOK_HOSTS: Final = frozenset(("hooks.slack.com", "hooks.slack-gov.com"))
_WEBHOOK_PATH: Final = "/services/"
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
_WEBHOOK_GONE: Final = frozenset((403, 404, 410))
"""Answers that another URL may fix: forbidden, removed, its channel archived."""
_NAME_LIMIT: Final = 64
_UNPARSED: Final = {"parse": "none", "link_names": False}
_PLAINLY: Final = {"unfurl_links": False, "unfurl_media": False, **_UNPARSED}


class _Place(NamedTuple):
    """A message in Slack; of a reply, also the message whose thread it is in."""

    channel: str
    timestamp: str
    thread: str = ""

    @classmethod
    def of(cls, provider_id: str | None) -> Self | None:
        parts = (provider_id or "").split("/")
        has_all = len(parts) in {REPLY_PARTS - 1, REPLY_PARTS} and all(parts)
        return cls(*parts) if has_all else None

    @property
    def root(self) -> str:
        """The timestamp of the message that is rewritten."""
        return self.thread or self.timestamp


class _SlackError(DeliveryFailedError):
    """By Slack, for a cause that it names."""


@dataclass(frozen=True)
class SlackSender:
    outbound: Outbound
    secrets: Secrets
    ledger: NotificationRepository
    now: Callable[[], datetime]
    api_url: str
    log: Log

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        """Post a message, or rewrite the alert's earlier one and reply to it.

        Slack has no idempotency key; each message carries ours as metadata.

        Returns:
            `channel/timestamp`; of a reply `channel/timestamp/timestamp of the first message`.
        """
        secret = read_secret(channel, self.secrets)
        delivery = notification.delivery
        if secret.webhook_url:
            self._by_webhook(secret.webhook_url, delivery, message, channel)
            return None
        posting = _Posting(self, secret, delivery, message, channel)
        if delivery.is_update:
            return posting.rewrite(self._earlier(delivery))
        earlier = self._first(delivery)
        return posting.ask_in_thread(earlier) if earlier else posting.ask()

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        """Post a digest: a storm's first message at a place has the others in its thread.

        Returns:
            As `send`.
        """
        from tocsin.channels.slack_digest import attachment, first_line

        secret = read_secret(channel, self.secrets)
        delivery = notification.delivery
        if secret.webhook_url:
            self._expect_webhook(secret.webhook_url, delivery, channel)
            text = first_line(message, message.mentions)
            self._post_by_webhook(secret.webhook_url, text, attachment(message))
            return None
        is_personal, place = is_to_user(delivery), str(channel.settings.get("channel", ""))
        said = {"attachments": [attachment(message)], **_metadata(delivery.key), **_PLAINLY}
        if first := _Place.of(message.thread):
            # A reply rings in a direct message only if it names its reader.
            text = first_line(message, (place,) if is_personal else message.mentions)
            reply = {"channel": first.channel, "thread_ts": first.root, "reply_broadcast": True}
            try:
                answer = self.call("chat.postMessage", {**said, **reply, "text": text}, secret)
            except _SlackError as refusal:
                if refusal.is_retryable or refusal.refuses_credential:
                    raise
            else:
                return f"{first.channel}/{answer.get('ts', '')}/{first.root}"
        text = first_line(message, () if is_personal else message.mentions)
        answer = self.call("chat.postMessage", {**said, "channel": place, "text": text}, secret)
        return f"{answer.get('channel', '')}/{answer.get('ts', '')}"

    def send_notice(
        self, notification: Notification, notice: Notice, link: str | None, channel: Channel
    ) -> str | None:
        """Post a direct message about a person's own shifts.

        Returns:
            As `send`.
        """
        from tocsin.channels.slack_notice import attachment, first_line

        secret, delivery = read_secret(channel, self.secrets), notification.delivery
        if secret.webhook_url:
            self._expect_webhook(secret.webhook_url, delivery, channel)
        said = {
            "channel": str(channel.settings.get("channel", "")),
            "text": first_line(notice),
            "attachments": [attachment(notice, link)],
            **_metadata(delivery.key),
            **_PLAINLY,
        }
        answer = self.call("chat.postMessage", said, secret)
        return f"{answer.get('channel', '')}/{answer.get('ts', '')}"

    def _earlier(self, delivery: Delivery) -> _Place:
        """The message that an update is for."""
        version = delivery.of_version
        event = NotificationEvent.WORSENED if version else NotificationEvent.PAGED
        earlier = replace(delivery, event=event, version=version, of_version=0, after=None)
        sent = self.ledger.get(earlier)
        place = _Place.of(sent.provider_id) if sent else None
        if place is None:
            message = "there is no message that could be brought up to date"
            raise DeliveryFailedError(message, is_retryable=False)
        return place

    def _first(self, delivery: Delivery) -> _Place | None:
        """The message of this alert alone that is at the same place, the newest of several."""
        is_first = delivery.reason is NotificationReason.FIRST and not delivery.is_by_rule
        if is_first or delivery.event is NotificationEvent.TEST:
            return None
        places = [
            place
            for each in self.ledger.of_alert(delivery.alert_id)
            if each.delivery.is_at_place_of(delivery)
            and not each.delivery.is_update
            and each.bundled_into is None
            if (place := _Place.of(each.provider_id)) and not place.thread
        ]
        return max(places, key=lambda place: place.timestamp, default=None)

    def _by_webhook(self, url: str, delivery: Delivery, message: Message, channel: Channel) -> None:
        """Post by an incoming webhook, which names no message: it is never rewritten."""
        from tocsin.channels.slack_blocks import attachment, first_line

        self._expect_webhook(url, delivery, channel)
        shown = attachment(message, by_buttons=False)
        self._post_by_webhook(url, first_line(message, message.mentions), shown)

    def _post_by_webhook(self, url: str, text: str, shown: Mapping[str, Any]) -> None:
        said = {
            "text": text,
            "attachments": [shown],
            "unfurl_links": False,
            "unfurl_media": False,
            "link_names": False,
        }
        headers = {"content-type": "application/json; charset=utf-8"}
        reply = self.outbound.post(url, headers, json.dumps(said).encode())
        if reply.status != _OK:
            failed = failure_of(reply, self.now())
            if reply.status in _WEBHOOK_GONE:
                failed.refuses_credential = True
            raise failed

    def _expect_webhook(self, url: str, delivery: Delivery, channel: Channel) -> None:
        """Check where the URL leads, and that it can do what is asked.

        Raises:
            DeliveryFailedError: It is no incoming webhook, or cannot do that.
        """
        if delivery.is_update:
            message = "an incoming webhook cannot rewrite a message: that needs a bot token"
            raise DeliveryFailedError(message, is_retryable=False)
        if is_to_user(delivery):
            message = "an incoming webhook cannot write to one person: that needs a bot token"
            raise DeliveryFailedError(message, is_retryable=False)
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        is_slacks = parts.scheme == "https" and parts.netloc in WEBHOOK_HOSTS
        if self.outbound.allow_private or (is_slacks and parts.path.startswith(_WEBHOOK_PATH)):
            return
        message = f"the secret {channel.secret} holds a URL that is no incoming webhook of Slack"
        raise DeliveryFailedError(message, is_retryable=False, refuses_credential=True)

    def call(
        self, method: str, arguments: Mapping[str, Any], secret: SlackSecret
    ) -> Mapping[str, Any]:
        """Call a method of Slack's API.

        Raises:
            DeliveryFailedError: Slack refused, or did not answer.
        """
        headers = {
            "content-type": "application/json; charset=utf-8",
            "authorization": f"Bearer {secret.bot_token}",
        }
        body = json.dumps(arguments).encode()
        reply = self.outbound.post(f"{self.api_url}/{method}", headers, body)
        return self._answer(reply)

    def _answer(self, reply: Answer) -> Mapping[str, Any]:
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
            raise _SlackError(
                f"Slack refused: {error}",
                is_retryable=error in _RETRIED,
                retry_after=retry_after(reply, self.now()),
                refuses_credential=error in _TOKEN_REFUSED,
            )
        return answer


@dataclass(frozen=True)
class _Posting:
    """One delivery on its way to Slack."""

    sender: SlackSender
    secret: SlackSecret
    delivery: Delivery
    message: Message
    channel: Channel

    def ask(self) -> str:
        """Post a message of its own."""
        place = str(self.channel.settings.get("channel", ""))
        mentions = () if is_to_user(self.delivery) else self.message.mentions
        said = {"channel": place, **self._said(mentions), **_PLAINLY}
        answer = self.sender.call("chat.postMessage", said, self.secret)
        return f"{answer.get('channel', '')}/{answer.get('ts', '')}"

    def ask_in_thread(self, first: _Place) -> str:
        """Ask in the thread of the first message, shown in the channel too, and rewrite that.

        Where the first message is gone, it is posted anew.
        """
        try:
            answer = self._reply(first, self._mentions, is_broadcast=True)
        except _SlackError as refusal:
            if refusal.is_retryable or refusal.refuses_credential:
                raise
            return self.ask()
        try:
            self._rewrite(first)
        except DeliveryFailedError as failure:
            # It was asked; the first message is rewritten with the next change.
            key = self.delivery.key
            self.sender.log.info("Not rewritten", notification=key, reason=failure.reason)
        return f"{first.channel}/{answer.get('ts', '')}/{first.timestamp}"

    def rewrite(self, earlier: _Place) -> str:
        """Rewrite a message, and say in its thread what happened; a correction says it no more."""
        self._rewrite(earlier)
        if self.delivery.after is None:
            try:
                self._reply(earlier, (), is_broadcast=False)
            except _SlackError as refusal:
                if refusal.is_retryable:
                    raise
        return f"{earlier.channel}/{earlier.root}"

    @property
    def _mentions(self) -> Sequence[str]:
        """A reply rings in a direct message only if it names its reader."""
        if is_to_user(self.delivery):
            return (str(self.channel.settings.get("channel", "")),)
        return self.message.mentions

    def _rewrite(self, place: _Place) -> None:
        said = {"channel": place.channel, "ts": place.root, **self._said(()), **_UNPARSED}
        self.sender.call("chat.update", said, self.secret)

    def _reply(
        self, place: _Place, mentions: Sequence[str], *, is_broadcast: bool
    ) -> Mapping[str, Any]:
        from tocsin.channels.slack_blocks import reply

        mark = ".thread" if self.delivery.is_update else ""
        said = {
            "channel": place.channel,
            "thread_ts": place.root,
            "reply_broadcast": is_broadcast,
            "text": reply(self.message, mentions),
            **_PLAINLY,
            **_metadata(f"{self.delivery.key}{mark}"),
        }
        return self.sender.call("chat.postMessage", said, self.secret)

    def _said(self, mentions: Sequence[str]) -> Mapping[str, Any]:
        from tocsin.channels.slack_blocks import attachment, first_line

        by_buttons = bool(self.secret.signing_secret)
        return {
            "text": first_line(self.message, mentions),
            "attachments": [attachment(self.message, by_buttons=by_buttons)],
            **_metadata(self.delivery.key),
        }


def read_secret(channel: Channel, secrets: Secrets) -> SlackSecret:
    """Read the secret that a channel names.

    Raises:
        DeliveryFailedError: There is neither a bot token nor a URL; it quotes nothing of the
            secret.
    """
    if channel.secret is None:
        message = f"the channel {channel.name} names no secret"
        raise DeliveryFailedError(message, is_retryable=False)
    secret = read_slack_secret(secrets.get(channel.secret))
    token = secret.bot_token or secret.webhook_url
    if not token or not (token.isascii() and token.isprintable()):
        message = f"the secret {channel.secret} holds no bot_token"
        raise DeliveryFailedError(message, is_retryable=False, refuses_credential=True)
    return secret


def _metadata(notification_id: str) -> Mapping[str, Any]:
    return {
        "metadata": {
            "event_type": "tocsin_notification",
            "event_payload": {"notification_id": notification_id},
        }
    }


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
    credential="the app's token and signing secret, or the URL of an incoming webhook",
    updates=Updates.EACH,
    is_bundled=True,
    sender=lambda wiring: SlackSender(
        wiring.outbound,
        wiring.secrets,
        wiring.ledger,
        wiring.now,
        wiring.slack_api_url,
        wiring.log,
    ),
)
