"""Where a message goes: a channel of the team, or a person's own address."""

from dataclasses import replace
from typing import Final

from tocsin.domain.escalation import TargetKind
from tocsin.domain.gate import PERSONAL_RATE_PER_MINUTE
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Channel, ChannelType, ContactMethod, Directory

_AFTER: Final = "+"
"""Between a contact method and its rule's delay, in the channel of a delivery."""
_TYPES: Final = {
    ContactMethod.EMAIL: ChannelType.EMAIL,
    ContactMethod.SMS: ChannelType.SMS,
    ContactMethod.SLACK: ChannelType.SLACK,
}


def channel_of(delivery: Delivery, directory: Directory) -> Channel | None:
    """Find what brings a message; None if it has been removed since the message was planned.

    A person is written to by a channel of their own, named `@` and the contact method, so that
    all who are reached alike share one rate. On Slack that is the first channel's app.
    """
    if not delivery.target.startswith(f"{TargetKind.USER}:"):
        return directory.channels.get(delivery.channel)
    method = delivery.channel.partition(_AFTER)[0]
    if delivery.address is None or method not in set(ContactMethod):
        return None
    known = ContactMethod(method)
    if known is ContactMethod.SLACK:
        return _direct_message(delivery.address, directory)
    return Channel(
        name=f"@{known}",
        type=_TYPES[known],
        settings={"to": [delivery.address]},
        rate_per_minute=PERSONAL_RATE_PER_MINUTE,
    )


def _direct_message(slack_id: str, directory: Directory) -> Channel | None:
    by_name = sorted(directory.channels.values(), key=lambda channel: channel.name)
    app = next((channel for channel in by_name if channel.type is ChannelType.SLACK), None)
    if app is None:
        return None
    return replace(
        app,
        settings={**app.settings, "channel": slack_id},
        rate_per_minute=PERSONAL_RATE_PER_MINUTE,
    )
