"""Items of users and channels."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Attribute, Image, Item, number, read_text, text
from tocsin.adapters.dynamodb.configuration.named_objects import (
    Kind,
    manager_of,
    name_of,
    severities_from,
    span_from,
    texts_from,
    write_severities,
    write_span,
    write_texts,
)
from tocsin.domain.errors import ChannelNotFoundError, UserNotFoundError
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, User


def _write_user(user: User) -> Item:
    optional = {
        "shown_name": user.name if user.name != user.name.lower() else None,
        "full_name": user.full_name,
        "email": user.email,
        "phone": user.phone,
        "slack_id": user.slack_id,
        **{verified_attribute(method): hash_ for method, hash_ in user.verified.items()},
    }
    return {name: text(value) for name, value in optional.items() if value is not None} | {
        "time_zone": text(user.time_zone),
        "notify": {"L": [_write_rule(rule) for rule in user.notify]},
    }


def verified_attribute(method: ContactMethod) -> str:
    return f"verified_{method}"


def _write_rule(rule: NotificationRule) -> Attribute:
    return {
        "M": {
            "after": write_span(rule.after),
            "method": text(rule.by),
            "severities": write_severities(rule.severities),
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
        managed_by=manager_of(image),
    )


def _rule_from(fields: Image) -> NotificationRule:
    return NotificationRule(
        after=span_from(fields["after"]),
        by=ContactMethod(fields["method"]["S"]),
        severities=severities_from(fields["severities"]),
    )


def _write_channel(channel: Channel) -> Item:
    item: Item = {
        "channel_type": text(channel.type),
        "settings": {"M": _write_settings(channel.settings)},
        "rate_per_minute": number(channel.rate_per_minute),
    }
    if channel.secret is not None:
        item["secret"] = text(channel.secret)
    return item


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
        rate_per_minute=int(image["rate_per_minute"]["N"]),
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
