"""Where a message goes: a channel of the team, or a person's own address."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import TargetKind
from tocsin.domain.ids import user_of
from tocsin.domain.line import Pace
from tocsin.domain.notification import Delivery, NotificationEvent
from tocsin.domain.people import Channel, ContactMethod, Directory, User, method_in_words
from tocsin.domain.reader import Names, Reader

_AFTER: Final = "+"
"""Between a contact method and its rule's delay, in the channel of a delivery."""


def channel_of(delivery: Delivery, directory: Directory) -> Channel | None:
    """Find the channel of a message; None if it was removed since the message was planned.

    A user is reached at the current address, by a channel named `@` and the contact method, so that
    all users of one method share one rate. On Slack that is the first channel's app. A channel
    without a rate of its own has its provider's.
    """
    if not is_to_user(delivery):
        channel = directory.channels.get(delivery.channel)
        if channel is None or channel.rate_per_minute is not None:
            return channel
        return replace(channel, rate_per_minute=directory.settings.rate_of(channel.type))
    method = method_of(delivery)
    user = directory.users.get(delivery.target_name)
    address = user.address_of(method) if user and method else None
    if user is None or method is None or address is None:
        return None
    if method is ContactMethod.PUSH:
        return _devices(user, device_of(delivery), directory)
    if method is ContactMethod.SLACK:
        return _direct_message(address, directory)
    return Channel(
        name=f"@{method}",
        type=method,
        settings={"to": [address]},
        rate_per_minute=directory.settings.rate_of(method),
    )


def bundle_of(delivery: Delivery, directory: Directory) -> timedelta:
    """How long what follows a message for the same destination is bundled: its own, or the team's.

    0: not at all. Of a user or channel that was removed it is the team's.
    """
    known: Mapping[str, User | Channel] = (
        directory.users if is_to_user(delivery) else directory.channels
    )
    receiver = known.get(delivery.target_name if is_to_user(delivery) else delivery.channel)
    own = receiver.bundle if receiver else None
    return directory.settings.bundle if own is None else own


def reader_of(delivery: Delivery, directory: Directory, zone: str) -> Reader:
    """The reader of a message; `zone` is the team's, for channels."""
    user = directory.users.get(delivery.target_name) if is_to_user(delivery) else None
    return Reader(
        name=delivery.target_name,
        is_person=is_to_user(delivery),
        zone=user.time_zone if user else zone,
    )


def names_of(directory: Directory) -> Names:
    """The names of the team's people, as they are shown."""
    users = directory.users.values()
    return Names(
        users={user.name: user.full_name or "" for user in users},
        by_slack_id={user.slack_id: user.name for user in users if user.slack_id},
        channels=frozenset(directory.channels),
        on_call=directory.on_call,
    )


def slack_ids_asked(alert: Alert, delivery: Delivery, directory: Directory) -> tuple[str, ...]:
    """Slack's ids of the people whom a message asks: of the step or asking, or who has it."""
    match delivery.event:
        case NotificationEvent.PAGED if delivery.is_by_hand:
            asking = alert.asking_in(delivery.version)
            targets: Sequence[str] = asking.targets if asking else ()
        case NotificationEvent.PAGED:
            targets = alert.escalation.targets
        case NotificationEvent.WORSENED:
            targets = (f"{TargetKind.USER}:{user_of(alert.acknowledged_by)}",)
        case _:
            return ()
    return slack_ids_of(targets, directory)


def slack_ids_of(targets: Sequence[str], directory: Directory) -> tuple[str, ...]:
    """Slack's ids of the people of targets, as far as they are known."""
    users = [user for target in targets for user in _users_of(target, directory)]
    known = (directory.users.get(user) for user in users)
    return tuple(dict.fromkeys(user.slack_id for user in known if user and user.slack_id))


def _users_of(target: str, directory: Directory) -> Sequence[str]:
    kind, _, name = target.partition(":")
    if kind == TargetKind.SCHEDULE:
        return directory.on_call.get(name, ())
    return (name,) if kind == TargetKind.USER else ()


def is_to_user(delivery: Delivery) -> bool:
    return delivery.target.startswith(f"{TargetKind.USER}:")


def knows_all(directory: Directory, deliveries: Iterable[Delivery]) -> bool:
    """Whether the directory has each channel of the team that these go to."""
    return all(
        is_to_user(it) or it.channel in directory.channels
        for it in deliveries
        if it.event is not NotificationEvent.UNREACHED
    )


def method_of(delivery: Delivery) -> ContactMethod | None:
    """The contact method; None if unknown."""
    name = delivery.channel.partition(_AFTER)[0]
    return ContactMethod(name) if name in set(ContactMethod) else None


def place_of(delivery: Delivery) -> tuple[str, str]:
    """The receiver: the target, with its contact method or channel."""
    method = method_of(delivery) if is_to_user(delivery) else None
    return delivery.target, method.value if method else delivery.channel


def pace_of(delivery: Delivery, directory: Directory) -> Pace:
    """How a message's destination bundles; an SMS waits twice as long, and is never early."""
    channel = directory.channels.get(delivery.channel)
    type_ = method_of(delivery) if is_to_user(delivery) else channel and channel.type
    is_sms = type_ == ContactMethod.SMS
    window = bundle_of(delivery, directory)
    return Pace(window=window * (2 if is_sms else 1), is_early=not is_sms)


def why_gone(delivery: Delivery) -> str:
    """Why `channel_of` finds nothing."""
    if not is_to_user(delivery):
        return f"there is no channel {delivery.channel} any more"
    if method_of(delivery) is ContactMethod.PUSH:
        return f"{delivery.target_name} has no device for push any more"
    way = method_in_words(delivery.channel)
    return f"{delivery.target_name} has no address for {way} any more"


def device_of(delivery: Delivery) -> str | None:
    """The only device that a test of push is for; None: all of the person's."""
    if delivery.event is not NotificationEvent.TEST:
        return None
    return delivery.channel.partition(_AFTER)[2] or None


def _devices(user: User, only: str | None, directory: Directory) -> Channel | None:
    devices = [it for it in user.live_devices if only in (None, it.device_id)]
    if not devices:
        return None
    return Channel(
        name=f"@{ContactMethod.PUSH}",
        type=ContactMethod.PUSH,
        settings={"user": user.name, "devices": devices},
        rate_per_minute=directory.settings.rate_of(ContactMethod.PUSH),
    )


def _direct_message(slack_id: str, directory: Directory) -> Channel | None:
    by_name = sorted(directory.channels.values(), key=lambda channel: channel.name)
    app = next((channel for channel in by_name if channel.type == ContactMethod.SLACK), None)
    if app is None:
        return None
    return replace(
        app,
        settings={**app.settings, "channel": slack_id},
        rate_per_minute=directory.settings.rate_of(app.type),
    )
