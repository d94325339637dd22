"""The description of a type of channel: settings, secret, updates, sender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from tocsin.domain.people import Updates

if TYPE_CHECKING:
    from tocsin.channels.ports import ChannelSender, Wiring


def _no_problem(_value: str, _allows_private: bool) -> str | None:  # noqa: FBT001 - see Setting
    return None


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, which every channel of the type needs: a text, or a list of texts.

    Types that have a setting of the same name give it the same limits and pattern.
    """

    name: str
    about: str
    """For the OpenAPI document, without a full stop."""
    example: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    expected: str | None = None
    """What the pattern asks for, after "must be"."""
    most: int | None = None
    """How many texts the list may have; None: it is no list."""
    problem: Callable[[str, bool], str | None] = _no_problem
    """Takes a text, and whether this stack may send to private addresses; answers what is wrong
    with the text."""


class SecretUse(Enum):
    """Whether a channel names a secret."""

    NONE = auto()
    REQUIRED = auto()
    GENERATED = auto()
    """One is generated for a channel that names none."""


@dataclass(frozen=True, kw_only=True)
class ChannelSpec:
    """A type of channel."""

    settings: tuple[Setting, ...] = ()
    secret: SecretUse = SecretUse.NONE
    credential: str = ""
    """What the secret is, for the OpenAPI document."""
    updates: Updates = Updates.NONE
    is_bundled: bool = False
    """Whether pages that come soon after another go as one digest, which its sender then sends."""
    sender: Callable[[Wiring], ChannelSender]
