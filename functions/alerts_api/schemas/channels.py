"""Channels: ways to reach people, and a test of each."""

from collections import defaultdict
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Final

from pydantic import Field, create_model
from pydantic.json_schema import SkipJsonSchema

from functions.alerts_api.schemas.configuration import (
    ABOUT_BUNDLE,
    Bundle,
    Configured,
    Kind,
    SecretName,
    ShownDuration,
    Warned,
)
from functions.alerts_api.schemas.model import (
    Answer,
    ConfigurationBody,
    Part,
    Total,
    View,
    with_example,
)
from functions.alerts_api.schemas.operation import Operation
from tocsin.channels.by_type import MODULES, channel_spec
from tocsin.channels.spec import SecretUse, Setting
from tocsin.domain.errors import ChannelNotFoundError

TAG: Final = "Channels"
RATE_LIMIT: Final = 6_000

_SPECS: Final = {type_: channel_spec(type_) for type_ in MODULES}
_SETTINGS: Final = {it.name: it for spec in _SPECS.values() for it in spec.settings}
"""By name: types that share one give it the same form."""

# mypy knows no types that are made at run time.
_enumeration: Any = StrEnum
_unlisted: Any = SkipJsonSchema
_ChannelType: Final = _enumeration("ChannelType", {type_: type_ for type_ in MODULES})
_ChannelType.__doc__ = "How a channel reaches people."


def _about(said: dict[str, str]) -> str:
    """Join what types say, those that say the same together."""
    types_of: defaultdict[str, list[str]] = defaultdict(list)
    for type_, about in said.items():
        types_of[about].append(type_)
    return "; ".join(f"{', '.join(types)}: {about}" for about, types in types_of.items()) + "."


def _field_of(setting: Setting) -> tuple[Any, Any]:
    limits = Field(
        min_length=setting.min_length, max_length=setting.max_length, pattern=setting.pattern
    )
    value: Any = Annotated[str, limits]
    if setting.most is not None:
        value = Annotated[list[value], Field(min_length=1, max_length=setting.most)]
    about = {
        type_: it.about
        for type_, spec in _SPECS.items()
        for it in spec.settings
        if it.name == setting.name
    }
    examples = [setting.example] if setting.example else None
    return value | None, Field(None, description=_about(about), examples=examples)


_secrets: Final = _about(
    {type_: spec.credential for type_, spec in _SPECS.items() if spec.secret is not SecretUse.NONE}
)
_settings: Final[dict[str, Any]] = {
    **{name: _field_of(setting) for name, setting in _SETTINGS.items()},
    "secret": (
        SecretName | None,
        Field(
            None,
            description=(
                f"{_secrets} The name of an SSM parameter, SecureString, below "
                "`/tocsin/<stack>/`; `hook` alone is meant there."
            ),
            examples=["hook"],
        ),
    ),
    "rate_per_minute": (
        Annotated[int, Field(ge=1, le=RATE_LIMIT)] | None,
        Field(
            None,
            description=(
                "More wait for their turn. By default as many as its provider takes: "
                "`provider_rates` of the settings."
            ),
            examples=[60],
        ),
    ),
    "bundle": (Bundle | None, Field(None, description=ABOUT_BUNDLE, examples=["2m"])),
}


class _Body(ConfigurationBody):
    model_config = with_example(type="webhook", url="https://hooks.example.com/tocsin")


class _Change(ConfigurationBody):
    model_config = with_example(rate_per_minute=30)


ChannelBody: Final = create_model(
    "ChannelBody",
    __base__=_Body,
    __doc__="A channel without its name, which is in the path.",
    **_settings,
    type=(_ChannelType, ...),
)
ChannelChange: Final = create_model(
    "ChannelChange",
    __base__=_Change,
    __doc__="What to change.",
    **_settings,
    type=(_ChannelType | _unlisted[None], None),
)
_shown: Final[dict[str, Any]] = {
    it.name: ((str if it.most is None else list[str]) | None, Field(None, examples=[it.example]))
    for it in _SETTINGS.values()
}
_Shown: Any = create_model("_Shown", __base__=Configured, type=(_ChannelType, ...), **_shown)


class ShownChannel(_Shown):
    """A channel; what is behind its secret is never shown."""

    name: str = Field(examples=["ops-hook"])
    secret: str | None = Field(
        description="The name of the SSM parameter.", examples=["/tocsin/tocsin/hook"]
    )
    rate_per_minute: int | None = Field(description="Null: its provider's.", examples=[60])
    bundle: ShownDuration | None = Field(description="Null: the team's.", examples=["2m"])


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


class ChannelPage(Part[ShownChannel]):
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
    attempts: int = Field(description="0 where none has been made yet.", examples=[1])


OPERATIONS: Final = {
    **Kind(
        words="channel",
        plural="channels",
        tag=TAG,
        body=ChannelBody,
        change=ChannelChange,
        page=ChannelPage,
        shown=Answer[ShownChannel],
        put=Warned[NewChannel],
        not_found=ChannelNotFoundError,
    ).operations,
    "test_channel": Operation(
        tag=TAG,
        summary="Send a test message through a channel",
        description=(
            "Waits up to 8 s for the result, 3 s of it for the provider: 200 with `sent` or "
            "`failed`, 202 with `pending` if it is still open; `reason` says what it waits for."
        ),
        answer=Answer[TestOutcome],
        other_statuses=(HTTPStatus.ACCEPTED,),
        errors=(ChannelNotFoundError,),
    ),
}
