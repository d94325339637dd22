"""Browsers and phones that asked for push, and the hosts that a push may go to."""

import base64
import binascii
import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Self
from urllib.parse import SplitResult, urlsplit

DEVICES_LIMIT: Final = 5
"""Of one person."""
ENDPOINT_LIMIT: Final = 1_024
"""Characters; those of the four push services have 150 to 700."""
NOTED_EVERY: Final = timedelta(days=1)
"""How exactly `last_ok_at` is kept: each note is a write of the user's item."""
_POINT_BYTES: Final = 65
_UNCOMPRESSED: Final = 4
_AUTH_BYTES: Final = 16
"""RFC 8291, 3.1 and 3.2: an uncompressed point of P-256, and a secret of 16 bytes."""

_HOSTS: Final = frozenset(("fcm.googleapis.com",))
_HOSTS_BELOW: Final = (
    ".push.apple.com",
    ".push.services.mozilla.com",
    ".notify.windows.com",
)
"""Where browsers' own push services are: Google's (Chrome, and others built on it), Apple's,
Mozilla's and Microsoft's. Any other address is a stranger's text, and gets no request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushDevice:
    """One subscription of a browser (Push API), by which its person is notified."""

    device_id: str
    """Follows from the endpoint: the same subscription sent again is the same device."""
    endpoint: str = field(repr=False)
    """Who knows it may ask its push service to send; so it is shown to nobody."""
    p256dh: str = field(repr=False)
    """The browser's public key, base64url."""
    auth: str = field(repr=False)
    """The secret that browser and sender share, base64url."""
    name: str
    """As its person calls it: `Chrome on Android`."""
    created_at: datetime
    last_ok_at: datetime | None = None
    """When its push service last took a message, to the day."""
    last_seen_at: datetime | None = None
    """When its person last said that a push arrived."""
    gone_at: datetime | None = None
    """When its push service said that the subscription has ended."""

    @property
    def is_live(self) -> bool:
        return self.gone_at is None

    def is_note_due(self, at: datetime) -> bool:
        """Whether a message that was taken now is worth a write."""
        return self.last_ok_at is None or at - self.last_ok_at >= NOTED_EVERY

    def renewed_by(self, newer: Self) -> Self:
        """The same subscription, sent again: it works (again), by the newer keys and name."""
        return replace(self, p256dh=newer.p256dh, auth=newer.auth, name=newer.name, gone_at=None)


def with_device(devices: Sequence[PushDevice], device: PushDevice) -> tuple[PushDevice, ...]:
    """Add a device, or renew it; one more than the limit takes the place of the oldest dead one.

    Raises:
        ValueError: As many as are allowed are there, and all are live.
    """
    known = next((it for it in devices if it.device_id == device.device_id), None)
    if known is not None:
        renewed = known.renewed_by(device)
        return tuple(renewed if it is known else it for it in devices)
    kept = list(devices)
    if len(kept) >= DEVICES_LIMIT:
        dead = [it for it in kept if not it.is_live]
        if not dead:
            raise ValueError("as many devices as are allowed are there")
        kept.remove(min(dead, key=lambda it: it.created_at))
    return (*kept, device)


def device_id_of(endpoint: str) -> str:
    """64 bits of SHA-256 behind a letter: it names a member in expressions of DynamoDB."""
    return f"d{hashlib.sha256(endpoint.encode()).hexdigest()[:16]}"


def problem_of_endpoint(endpoint: str, *, allows_private: bool) -> str | None:
    """Say why a push may not go to an address; None: it may.

    Args:
        endpoint: As a browser names it, or whoever says to be one.
        allows_private: Whether addresses of this machine and its network are allowed too, also by
            plain HTTP: of the local stack.
    """
    parts = _split(endpoint)
    if parts is None:
        return "is no URL of a push service"
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        return "may hold no user or password"
    if allows_private and _is_private(host):
        return None
    if parts.scheme != "https":
        return "must begin with https://"
    if parts.netloc.lower() != host or not _is_push_host(host):
        return "must be at the push service of Apple, Google, Mozilla or Microsoft"
    return None


def problem_of_key(p256dh: str) -> str | None:
    """Say what is wrong with a browser's public key; None: its form is right."""
    point = _decoded(p256dh)
    if point is None or len(point) != _POINT_BYTES or point[0] != _UNCOMPRESSED:
        return f"must be base64url of an uncompressed point of P-256, {_POINT_BYTES} bytes"
    return None


def problem_of_auth(auth: str) -> str | None:
    """Say what is wrong with a browser's secret; None: its form is right."""
    secret = _decoded(auth)
    if secret is None or len(secret) != _AUTH_BYTES:
        return f"must be base64url of {_AUTH_BYTES} bytes"
    return None


def decoded(text: str) -> bytes:
    """Read base64url without padding, of a form that was checked."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _decoded(text: str) -> bytes | None:
    try:
        data = decoded(text.rstrip("="))
    except (binascii.Error, ValueError):
        return None
    spelled = base64.urlsafe_b64encode(data).decode().rstrip("=")
    return data if spelled == text.rstrip("=") else None


def _split(url: str) -> SplitResult | None:
    if len(url) > ENDPOINT_LIMIT or not (url.isascii() and url.isprintable()):
        return None
    if any(letter in url for letter in ' \\"<>'):
        return None
    try:
        parts = urlsplit(url)
        is_url = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_url and parts.scheme in ("http", "https") else None


def _is_push_host(host: str) -> bool:
    return host in _HOSTS or (host.endswith(_HOSTS_BELOW) and not host.startswith("."))


def _is_private(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
