"""Devices for push, which no file has and no stack shows: that there is one is enough here."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from tocsin.domain.people import ContactMethod, User
from tocsin.domain.push_device import PushDevice

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def with_assumed_device(user: User, *, is_verified: bool = True) -> User:
    """The user with a device that nothing is sent to."""
    device = PushDevice(
        device_id="assumed",
        endpoint="",
        p256dh="",
        auth="",
        name="a device",
        created_at=_LONG_AGO,
        last_seen_at=_LONG_AGO if is_verified else None,
    )
    return replace(user, push_devices=(device,))


def asks_for_push(user: User) -> bool:
    """Whether a rule of the user's names push."""
    return any(rule.by is ContactMethod.PUSH for rule in user.notify)
