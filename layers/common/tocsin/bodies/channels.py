"""Channels: ways to reach people."""

from collections import defaultdict
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, create_model
from pydantic.json_schema import SkipJsonSchema

from tocsin.bodies.model import ABOUT_BUNDLE, Bundle, ConfigurationBody, SecretName, with_example
from tocsin.channels.by_type import channel_spec, team_types
from tocsin.channels.spec import SecretUse, Setting

RATE_LIMIT: Final = 6_000

_SPECS: Final = {type_: channel_spec(type_) for type_ in team_types()}
CHANNEL_SETTINGS: Final = {it.name: it for spec in _SPECS.values() for it in spec.settings}
"""By name: types that share one give it the same form."""

# mypy knows no types that are made at run time.
_enumeration: Any = StrEnum
_unlisted: Any = SkipJsonSchema
ChannelType: Final = _enumeration("ChannelType", {type_: type_ for type_ in team_types()})
ChannelType.__doc__ = "How a channel reaches people."


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
    **{name: _field_of(setting) for name, setting in CHANNEL_SETTINGS.items()},
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
    type=(ChannelType, ...),
)
ChannelChange: Final = create_model(
    "ChannelChange",
    __base__=_Change,
    __doc__="What to change.",
    **_settings,
    type=(ChannelType | _unlisted[None], None),
)
