"""Which types of channels there are; the module of each is loaded when it is needed."""

from importlib import import_module
from typing import Final

from tocsin.channels.spec import ChannelSpec
from tocsin.domain.people import Updates

MODULES: Final = {
    "webhook": "tocsin.channels.webhook",
    "slack": "tocsin.channels.slack",
    "email": "tocsin.channels.email",
    "sms": "tocsin.channels.sms",
    "push": "tocsin.channels.push",
    "apprise": "tocsin.channels.apprise",
    "console": "tocsin.channels.console",
}
"""Each has its `ChannelSpec` as `CHANNEL`."""
PERSONAL: Final = frozenset(("push",))
"""Types that reach one person's own devices: no channel of the team has such a type."""


def team_types() -> list[str]:
    """The types that channels of a team may have."""
    return [type_ for type_ in MODULES if type_ not in PERSONAL]


def channel_spec(type_: str) -> ChannelSpec:
    """Load the module of a type.

    Raises:
        KeyError: There is no such type.
    """
    spec: ChannelSpec = import_module(MODULES[type_]).CHANNEL
    return spec


def is_bundled(type_: str) -> bool:
    """Say whether pages of a type that come soon after another go as one digest."""
    return type_ in MODULES and channel_spec(type_).is_bundled


def updates_of(type_: str) -> Updates:
    """Say how messages of a type follow their alert."""
    return channel_spec(type_).updates if type_ in MODULES else Updates.NONE
