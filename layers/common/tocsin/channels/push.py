"""Web push: to the browsers and phones where a person allowed it (RFC 8030).

The content is encrypted for one browser (RFC 8291), and the request is signed with the stack's key
(RFC 8292), so that no push service reads a message, and no stranger sends one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tocsin.channels.spec import ChannelSpec
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.people import Channel, Updates
from tocsin.domain.signal import CUT_MARK
from tocsin.usecases.refusals import DeliveryFailedError

if TYPE_CHECKING:
    from tocsin.channels.ports import Answer, Outbound, PushDevices, Secrets, Wiring
    from tocsin.channels.push_cipher import Signer
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest_message import DigestMessage
    from tocsin.domain.message import Message
    from tocsin.domain.notification import Notification
    from tocsin.domain.push_device import PushDevice

PAYLOAD_LIMIT_BYTES: Final = 3_993
"""What a push service has to take (RFC 8030, 7.2: 4,096 bytes) without the head of the cipher (86
bytes), its tag (16) and its delimiter (1)."""
TOPIC_BYTES: Final = 24
"""32 characters of base64url, which is the limit of RFC 8030, 5.4."""
TITLE_LIMIT: Final = 120
"""Characters; phones show fewer."""
LONGEST_LIFE: Final = timedelta(hours=4)
"""Of a page after which no step follows, and of an update; one that comes later helps nobody."""
DIGEST_LIFE: Final = timedelta(minutes=5)
TEST_LIFE: Final = timedelta(minutes=1)
"""A person waits before the phone."""
_SHORTEST_LIFE: Final = timedelta(seconds=1)
"""0 would be dropped by a push service that cannot reach the device at once."""
_PAGES: Final = frozenset((NotificationEvent.PAGED, NotificationEvent.WORSENED))
_TAKEN: Final = range(200, 300)
_GONE: Final = frozenset((404, 410))
_UNAUTHORIZED: Final = frozenset((401, 403))
_RETRIED: Final = frozenset((408, 425, 429))
_SERVER_ERRORS: Final = range(500, 600)
_TOO_LARGE: Final = 413

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One push, the same for all devices of a person."""

    payload: bytes
    topic: str
    """One that was not delivered yet makes room for the next of the same topic."""
    is_urgent: bool
    life: timedelta
    """For how long a push service keeps it for a device that is off."""


@dataclass(slots=True)
class PushSender:
    outbound: Outbound
    secrets: Secrets
    devices: PushDevices
    key_parameter: str
    """The parameter with the private key; empty: this stack sends none."""
    subject: str
    """Whom a push service may write to: `mailto:` or `https:`."""
    now: Callable[[], datetime]
    _signers: dict[str, Signer] = field(default_factory=dict)
    """By private key: one, and another after the key was replaced."""

    def send(
        self, notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        return self._send_to_all(push_of(notification, alert, message, self.now()), channel)

    def send_digest(
        self, notification: Notification, message: DigestMessage, channel: Channel
    ) -> str | None:
        return self._send_to_all(push_of_digest(notification, message, self.now()), channel)

    def _send_to_all(self, push: Push, channel: Channel) -> str:
        """Send to each device.

        One that is taken is enough: another attempt would reach that device twice.

        Returns:
            The ids of the devices whose push service took it.
        """
        taken: list[str] = []
        failures: list[DeliveryFailedError] = []
        user, devices = str(channel.settings["user"]), _devices_of(channel)
        for device in devices:
            try:
                if self._is_taken(push, user, device):
                    taken.append(device.device_id)
            except DeliveryFailedError as failure:
                failures.append(failure)
        if taken:
            return " ".join(taken)
        if not failures:
            raise DeliveryFailedError(_why_gone(user, devices), is_retryable=False)
        raise next((it for it in failures if it.is_retryable), failures[0])

    def _is_taken(self, push: Push, user: str, device: PushDevice) -> bool:
        """Send to one device; False: its subscription has ended, which is noted.

        Raises:
            DeliveryFailedError: Its push service refuses, or does not answer.
        """
        from tocsin.channels.webhook import retry_after

        answer = self._post(push, device)
        if answer.status in _UNAUTHORIZED:
            # The key is remembered for minutes, and may have been replaced since.
            self.secrets.forget(self.key_parameter)
            answer = self._post(push, device)
        at = self.now()
        if answer.status in _TAKEN:
            if device.is_note_due(at):
                self.devices.note_taken(user, device, at=at)
            return True
        if answer.status in _GONE:
            self.devices.note_gone(user, device, at=at)
            return False
        is_retryable = answer.status in _RETRIED or answer.status in _SERVER_ERRORS
        raise DeliveryFailedError(
            _refusal(answer),
            is_retryable=is_retryable,
            retry_after=retry_after(answer, at) if is_retryable else None,
        )

    def _post(self, push: Push, device: PushDevice) -> Answer:
        from tocsin.channels.push_cipher import encrypted
        from tocsin.domain.push_device import problem_of_endpoint

        # Checked when it was registered, by the settings of then.
        allows_private = self.outbound.allow_private
        if problem := problem_of_endpoint(device.endpoint, allows_private=allows_private):
            reason = f"not sent: the address of {device.name} {problem}"
            raise DeliveryFailedError(reason, is_retryable=False)
        body = encrypted(push.payload, p256dh=device.p256dh, auth=device.auth)
        headers = {
            "authorization": self._signer().authorization(device.endpoint, self.now()),
            "content-encoding": "aes128gcm",
            "content-type": "application/octet-stream",
            "ttl": str(int(push.life.total_seconds())),
            "urgency": "high" if push.is_urgent else "normal",
            "topic": push.topic,
        }
        return self.outbound.post(device.endpoint, headers, body)

    def _signer(self) -> Signer:
        if not self.key_parameter:
            raise DeliveryFailedError("this stack has no key for push", is_retryable=False)
        private = self.secrets.get(self.key_parameter)
        if private not in self._signers:
            from tocsin.channels.push_cipher import Signer

            self._signers = {private: Signer.of(private, self.key_parameter, self.subject)}
        return self._signers[private]


def push_of(notification: Notification, alert: Alert, message: Message, at: datetime) -> Push:
    """Write the push of one alert; its worker in the browser shows it (src/sw.js)."""
    from tocsin.channels.plain_text import facts, headline
    from tocsin.domain.alert import AlertStatus
    from tocsin.domain.destination import device_of

    delivery, event = notification.delivery, message.event
    is_test = event is NotificationEvent.TEST
    content: dict[str, Any] = {
        "event": event,
        "tag": str(delivery.alert_id),
        "severity": message.severity,
        "url": "/console/me/phone" if is_test else f"/console/alerts/{delivery.alert_id}",
    }
    if is_test and (device := device_of(delivery)):
        content["device"] = device
    links = message.links
    if links is not None and message.wording.status is AlertStatus.FIRING:
        content |= {"acknowledge": _path(links.acknowledge), "snooze": _path(links.snooze)}
    return Push(
        payload=payload(content, headline(message), "\n".join(facts(message))),
        topic=topic_of(delivery.alert_id),
        is_urgent=event in _PAGES or is_test,
        life=_life(alert, event, at),
    )


def push_of_digest(notification: Notification, message: DigestMessage, _at: datetime) -> Push:
    """Write the push of a digest, which opens its list; that has the button for all of them."""
    from tocsin.channels.plain_digest import body, headline

    delivery = notification.delivery
    links = message.links
    content = {
        "event": delivery.event,
        "tag": str(delivery.alert_id),
        "severity": message.severity,
        "url": _path(links.acknowledge) if links else f"/console/digests/{delivery.alert_id}",
    }
    return Push(
        payload=payload(content, headline(message), body(replace(message, links=None))),
        topic=topic_of(delivery.alert_id),
        is_urgent=True,
        life=DIGEST_LIFE,
    )


def payload(content: Mapping[str, Any], title: str, body: str) -> bytes:
    """Write the content with as much of the body as there is room for."""
    shown = title if len(title) <= TITLE_LIMIT else title[: TITLE_LIMIT - 1].rstrip() + CUT_MARK

    def written(text: str) -> bytes:
        # A lone surrogate, which a sender's JSON can spell, is in no UTF-8.
        return _write({**content, "title": shown, "body": text}).encode(errors="replace")

    whole = written(body)
    if len(whole) <= PAYLOAD_LIMIT_BYTES:
        return whole
    least, most = 0, len(body)
    while least < most:
        middle = (least + most + 1) // 2
        fits = len(written(body[:middle] + CUT_MARK)) <= PAYLOAD_LIMIT_BYTES
        least, most = (middle, most) if fits else (least, middle - 1)
    return written(body[:least].rstrip() + CUT_MARK)


def topic_of(name: str) -> str:
    """Name what a message is about without naming it to the push service."""
    digest = hashlib.sha256(name.encode()).digest()[:TOPIC_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def subject_of(email_from: str, public_url: str) -> str:
    """Whom a push service may write to about this stack.

    Apple refuses what is neither a whole `mailto:` nor `https:` (403 BadJwtToken).
    """
    if email_from:
        return f"mailto:{email_from}"
    parts = urlsplit(public_url)
    if parts.scheme == "https":
        return public_url
    return f"mailto:tocsin@{parts.hostname or 'localhost'}"


def _life(alert: Alert, event: NotificationEvent, at: datetime) -> timedelta:
    """For how long it is worth to be delivered: a page, until the next step asks others."""
    if event is NotificationEvent.TEST:
        return TEST_LIFE
    due_at, delay = alert.escalation.escalates_at, alert.escalation.delay
    if event not in _PAGES or due_at is None:
        return LONGEST_LIFE
    left = min(due_at - at, delay) if delay else due_at - at
    return min(max(left, _SHORTEST_LIFE), LONGEST_LIFE)


def _path(link: str) -> str:
    """The worker asks its own origin only."""
    return urlsplit(link).path


def _devices_of(channel: Channel) -> Sequence[PushDevice]:
    devices: Any = channel.settings.get("devices", ())
    return tuple(devices)


def _why_gone(user: str, devices: Sequence[PushDevice]) -> str:
    named = ", ".join(it.name for it in devices)
    return (
        f"{user} has no device for push any more: the push service says that {named} "
        f"{'has' if len(devices) == 1 else 'have'} ended the subscription"
    )


def _refusal(answer: Answer) -> str:
    if answer.status == _TOO_LARGE:
        return "the push service answered 413: the message is too long for it"
    if answer.status in _UNAUTHORIZED:
        return (
            f"the push service answered {answer.status}: it does not take this stack's key for "
            "this device; open /console/me/phone there again"
        )
    return f"the push service answered {answer.status}"


def _sender(wiring: Wiring) -> PushSender:
    return PushSender(
        outbound=wiring.outbound,
        secrets=wiring.secrets,
        devices=wiring.push_devices,
        key_parameter=wiring.push_key_parameter,
        subject=subject_of(wiring.email_from, wiring.public_url),
        now=wiring.now,
    )


CHANNEL: Final = ChannelSpec(updates=Updates.TO_OTHERS, is_bundled=True, sender=_sender)
