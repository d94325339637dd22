"""Whether a channel has what its type needs, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tocsin.channels.by_type import channel_spec
from tocsin.channels.spec import SecretUse
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.people import Channel

LINK_KEY: Final = "/link-key"
"""Ends the name of the parameter whose key signs links; a channel that signs with it could forge
links."""
ADMIN_KEY: Final = "/admin-key"

_SECRETS_THEMSELVES: Final = ("whsec_", "xoxb-", "xoxp-", "xapp-")


def _settings_of(type_: str, members: Mapping[str, object]) -> dict[str, object]:
    """Choose what the type keeps as its settings.

    Args:
        type_: The channel's.
        members: The settings of all types and `secret`; None where a body leaves one out.

    Raises:
        InvalidInputError: Something is missing, or is not for this type.
    """
    spec = channel_spec(type_)
    settings = [setting.name for setting in spec.settings]
    required = [*settings, "secret"] if spec.secret is SecretUse.REQUIRED else settings
    allowed = settings if spec.secret is SecretUse.NONE else [*settings, "secret"]
    problems = [
        Problem(name, f"is missing: a channel of type {type_} needs it")
        for name in required
        if members.get(name) is None
    ]
    problems += [
        Problem(name, f"is not for a channel of type {type_}: leave it out")
        for name, value in members.items()
        if value is not None and name not in allowed
    ]
    if problems:
        raise InvalidInputError("The body is not as it should be.", problems)
    return {name: members[name] for name in settings}


def named_channel(name: str, body: Mapping[str, Any]) -> Channel:
    """The channel that a body describes.

    Args:
        name: Of the channel.
        body: The fields of a `ChannelBody`, None where it leaves one out.

    Raises:
        InvalidInputError: It does not have what its type needs, or has what is not for its type.
    """
    beside = ("type", "rate_per_minute", "bundle")
    type_ = str(body["type"])
    settings = {field: value for field, value in body.items() if field not in beside}
    return Channel(
        name=name,
        type=type_,
        settings=_settings_of(type_, settings),
        secret=body["secret"],
        rate_per_minute=body["rate_per_minute"],
        bundle=body["bundle"],
    )


def problems_of_settings(channel: Channel, *, allows_private: bool) -> Iterator[Problem]:
    """Say which of a channel's settings its type refuses.

    Args:
        channel: With the settings that its type needs.
        allows_private: Whether this stack may send to private addresses.
    """
    for setting in channel_spec(channel.type).settings:
        value = channel.settings[setting.name]
        texts = (
            {f"{setting.name}[{position}]": str(text) for position, text in enumerate(value)}
            if isinstance(value, list)
            else {setting.name: str(value)}
        )
        for field, text in texts.items():
            if problem := setting.problem(text, allows_private):
                yield Problem(field, problem)


def full_name_of_secret(name: str, stack: str) -> str:
    """Complete a bare name, which is meant below the stack's own prefix."""
    return name if name.startswith("/") else f"{stack}/{name}"


def problem_of_secret(name: str, *, stack: str, generated_below: str, is_known: bool) -> str | None:
    """Say why a parameter cannot be a channel's secret; None if it can.

    Args:
        name: Of the parameter, in full.
        stack: Where the stack's secrets lie.
        generated_below: Where generated ones lie.
        is_known: Whether the channel has this one already.
    """
    if not name.startswith(f"{stack}/"):
        return f"must lie below {stack}/, where this stack's secrets are; hook is {stack}/hook"
    if is_known:
        return None
    checks = (
        (
            name.rpartition("/")[2].startswith(_SECRETS_THEMSELVES),
            "is a secret itself: write it to a parameter, and name that here",
        ),
        (
            name.startswith(f"{generated_below}/"),
            "is where generated secrets lie: name another parameter, or leave it out",
        ),
        (name.endswith(LINK_KEY), "is the key that signs links: name another parameter"),
        (name.endswith(ADMIN_KEY), "is an administrator's key: name another parameter"),
    )
    return next((problem for is_wrong, problem in checks if is_wrong), None)
