"""Items of users and channels."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Attribute, Image, Item, number, read_text, text
from tocsin.adapters.dynamodb.configuration.named_objects import (
    Kind,
    manager_of,
    name_of,
    only_from,
    severities_from,
    span_from,
    texts_from,
    write_only,
    write_severities,
    write_span,
    write_texts,
)
from tocsin.domain.errors import ChannelNotFoundError, UserNotFoundError
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, Role, User

if TYPE_CHECKING:
    from tocsin.domain.push_device import PushDevice

OLD_RATE: Final = 60
"""What channels without a chosen rate stored before these had their provider's: whether such a
number was chosen, nobody can tell. It is still written, for functions of the version before."""


def _write_user(user: User) -> Item:
    optional = {
        "shown_name": user.name if user.name != user.name.lower() else None,
        "full_name": user.full_name,
        "email": user.email,
        "phone": user.phone,
        "slack_id": user.slack_id,
        "role": user.role if user.role is not Role.RESPONDER else None,
        **{verified_attribute(method): hash_ for method, hash_ in user.verified.items()},
    }
    return {name: text(value) for name, value in optional.items() if value is not None} | {
        "time_zone": text(user.time_zone),
        "notify": {"L": [_write_rule(rule) for rule in user.notify]},
        **_write_bundle(user.bundle),
        **write_notices(user.notices),
        **_write_devices(user),
    }


def _write_devices(user: User) -> Item:
    if not user.push_devices:
        return {}
    from tocsin.adapters.dynamodb.configuration.push_devices import write_devices

    return write_devices(user.push_devices)


def _devices_from(image: Image) -> "tuple[PushDevice, ...]":
    if keys.PUSH_DEVICES not in image:
        return ()
    from tocsin.adapters.dynamodb.configuration.push_devices import devices_from

    return devices_from(image)


def write_notices(notices: frozenset[str] | None) -> Item:
    return {} if notices is None else {"notices": write_texts(sorted(notices))}


def notices_from(image: Image) -> frozenset[str] | None:
    return frozenset(texts_from(image["notices"])) if "notices" in image else None


def _write_bundle(bundle: timedelta | None) -> Item:
    return {} if bundle is None else {"bundle": write_span(bundle)}


def _bundle_from(image: Image) -> timedelta | None:
    return span_from(image["bundle"]) if "bundle" in image else None


def verified_attribute(method: ContactMethod) -> str:
    return f"verified_{method}"


def _write_rule(rule: NotificationRule) -> Attribute:
    return {
        "M": {
            "after": write_span(rule.after),
            "method": text(rule.by),
            "severities": write_severities(rule.severities),
            **write_only(rule.only),
        }
    }


def _user_from(image: Image) -> User:
    return User(
        name=read_text(image, "shown_name") or name_of(image),
        full_name=read_text(image, "full_name"),
        email=read_text(image, "email"),
        phone=read_text(image, "phone"),
        slack_id=read_text(image, "slack_id"),
        time_zone=image["time_zone"]["S"],
        verified={
            method: hash_
            for method in ContactMethod
            if (hash_ := read_text(image, verified_attribute(method))) is not None
        },
        notify=tuple(_rule_from(rule["M"]) for rule in image["notify"]["L"]),
        bundle=_bundle_from(image),
        notices=notices_from(image),
        push_devices=_devices_from(image),
        role=Role(read_text(image, "role") or Role.RESPONDER),
        managed_by=manager_of(image),
    )


def _rule_from(fields: Image) -> NotificationRule:
    return NotificationRule(
        after=span_from(fields["after"]),
        by=ContactMethod(fields["method"]["S"]),
        severities=severities_from(fields["severities"]),
        only=only_from(fields),
    )


def _write_channel(channel: Channel) -> Item:
    item: Item = {
        "channel_type": text(channel.type),
        "settings": {"M": _write_settings(channel.settings)},
        **_write_rate(channel.rate_per_minute),
        **_write_bundle(channel.bundle),
    }
    if channel.secret is not None:
        item["secret"] = text(channel.secret)
    return item


def _write_rate(rate: int | None) -> Item:
    if rate is None:
        return {"rate_per_minute": number(OLD_RATE)}
    return {"rate_per_minute": number(rate), "has_own_rate": {"BOOL": True}}


def _rate_from(image: Image) -> int | None:
    rate = int(image["rate_per_minute"]["N"])
    return rate if "has_own_rate" in image or rate != OLD_RATE else None


def _write_settings(settings: Mapping[str, object]) -> Item:
    """Texts, and lists of texts."""
    return {
        name: write_texts(map(str, value))
        if isinstance(value, Sequence) and not isinstance(value, str)
        else text(str(value))
        for name, value in settings.items()
    }


def _channel_from(image: Image) -> Channel:
    return Channel(
        name=name_of(image),
        type=image["channel_type"]["S"],
        settings={name: _setting_from(value) for name, value in image["settings"]["M"].items()},
        secret=read_text(image, "secret"),
        rate_per_minute=_rate_from(image),
        bundle=_bundle_from(image),
        managed_by=manager_of(image),
    )


def _setting_from(attribute: Any) -> str | tuple[str, ...]:  # noqa: ANN401 - as DynamoDB sends it
    return texts_from(attribute) if "L" in attribute else str(attribute["S"])


USERS: Final = Kind[User](
    name=keys.USER, words="user", not_found=UserNotFoundError, write=_write_user, read=_user_from
)
CHANNELS: Final = Kind[Channel](
    name="channel",
    words="channel",
    not_found=ChannelNotFoundError,
    write=_write_channel,
    read=_channel_from,
)
