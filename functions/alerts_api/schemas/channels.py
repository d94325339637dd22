"""Channels: ways to reach people, and a test of each."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import Field, create_model
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.configuration import Configured, Kind, SecretName
from functions.alerts_api.schemas.model import Answer, ConfigurationBody, Page, Total, View
from functions.alerts_api.schemas.operation import Operation
from tocsin.channels.by_type import MODULES, channel_spec
from tocsin.channels.spec import SecretUse, Setting
from tocsin.domain.errors import ChannelNotFoundError

TAG: Final = "Channels"
RATE_LIMIT: Final = 6_000


@cache
def _channel_type(types: tuple[str, ...]) -> Any:  # noqa: ANN401 - an enumeration made at run time
    make: Any = StrEnum
    channel_type = make("ChannelType", {type_: type_ for type_ in types})
    channel_type.__doc__ = "How a channel reaches people."
    return channel_type


def _settings_by_name(types: tuple[str, ...]) -> Mapping[str, Mapping[str, Setting]]:
    """Collect the settings of all types: by name, and of each name by type."""
    by_name: dict[str, dict[str, Setting]] = {}
    for type_ in types:
        for setting in channel_spec(type_).settings:
            by_name.setdefault(setting.name, {})[type_] = setting
    return by_name


def _value(setting: Setting) -> Any:  # noqa: ANN401 - a type made at run time
    text = Annotated[
        str,
        Field(
            min_length=setting.min_length, max_length=setting.max_length, pattern=setting.pattern
        ),
    ]
    if setting.most is None:
        return text
    return Annotated[list[text], Field(min_length=1, max_length=setting.most)]


def _about(by_type: Mapping[str, str]) -> str:
    types_of: dict[str, list[str]] = {}
    for type_, about in by_type.items():
        types_of.setdefault(about, []).append(type_)
    return "; ".join(f"{', '.join(types)}: {about}" for about, types in types_of.items())


def _body_fields(types: tuple[str, ...]) -> dict[str, Any]:
    """Make the fields of a body; which of them a channel needs depends on its type."""
    fields: dict[str, Any] = {}
    for name, by_type in _settings_by_name(types).items():
        one = next(iter(by_type.values()))
        about = _about({type_: setting.about for type_, setting in by_type.items()})
        field = Field(None, description=f"{about}.", examples=[one.example])
        fields[name] = _value(one) | None, field
    specs = {type_: channel_spec(type_) for type_ in types}
    secrets = _about(
        {
            type_: spec.credential
            for type_, spec in specs.items()
            if spec.secret is not SecretUse.NONE
        }
    )
    about_secret = (
        f"{secrets}. The name of an SSM parameter, SecureString, below `/tocsin/<stack>/`; "
        "`hook` alone is meant there."
    )
    rate = Annotated[int, Field(ge=1, le=RATE_LIMIT)]
    return {
        **fields,
        "secret": (SecretName | None, Field(None, description=about_secret, examples=["hook"])),
        "rate_per_minute": (
            rate,
            Field(60, description="More wait for their turn.", examples=[60]),
        ),
    }


@cache
def channel_body(types: tuple[str, ...]) -> type[ConfigurationBody]:
    """Make the body of PUT for these types."""
    return create_model(
        "ChannelBody",
        __base__=ConfigurationBody,
        __doc__="A channel without its name, which is in the path.",
        **_body_fields(types),
        type=(_channel_type(types), ...),
    )


_TYPES: Final = tuple(MODULES)
_unlisted: Any = SkipJsonSchema
ChannelChange: Final = create_model(
    "ChannelChange",
    __base__=ConfigurationBody,
    __doc__="What to change.",
    **_body_fields(_TYPES),
    type=(_channel_type(_TYPES) | _unlisted[None], None),
)


def _shown_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, by_type in _settings_by_name(_TYPES).items():
        one = next(iter(by_type.values()))
        value: Any = str if one.most is None else list[str]
        fields[name] = value | None, Field(None, examples=[one.example])
    return fields


_WithSettings: Final[Any] = create_model(
    "_WithSettings", __base__=Configured, type=(_channel_type(_TYPES), ...), **_shown_fields()
)


class ShownChannel(_WithSettings):
    """A channel; what is behind its secret is never shown."""

    name: str = Field(examples=["ops-hook"])
    secret: str | None = Field(
        description="The name of the SSM parameter.", examples=["/tocsin/tocsin/hook"]
    )
    rate_per_minute: int = Field(examples=[60])


class NewChannel(ShownChannel):
    """A channel that was put or changed just now."""

    signing_secret: str | None = Field(
        None,
        description=(
            "Of a webhook that named none, in the form of Standard Webhooks. Shown once: it "
            "cannot be read again here. Absent unless it is new."
        ),
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="],
    )


class ChannelPage(Page[ShownChannel]):
    """Part of the list of channels."""

    meta: Total


class TestState(StrEnum):
    """How a test ended, if it has."""

    SENT = "sent"
    FAILED = "failed"
    PENDING = "pending"


class TestOutcome(View):
    """The result of a test message."""

    state: TestState
    provider_id: str | None = Field(
        description="How the provider names the message.", examples=["msg_1"]
    )
    reason: str | None = Field(
        description="Why it failed, or has not been sent yet.", examples=[None]
    )
    attempts: int = Field(examples=[1])


OPERATIONS: Final = {
    **Kind(
        words="channel",
        plural="channels",
        tag=TAG,
        body=channel_body(_TYPES),
        change=ChannelChange,
        page=ChannelPage,
        shown=Answer[ShownChannel],
        new=Answer[NewChannel],
        not_found=ChannelNotFoundError,
    ).operations,
    "test_channel": Operation(
        tag=TAG,
        summary="Send a test message through a channel",
        description=(
            "Waits up to 8 s for the result: 200 with `sent` or `failed`, 202 with `pending` if "
            "it is still open."
        ),
        answer=Answer[TestOutcome],
        other_statuses=(HTTPStatus.ACCEPTED,),
        errors=(ChannelNotFoundError,),
    ),
}
