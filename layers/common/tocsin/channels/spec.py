"""What each type of channel says of itself, and what it is given to send with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

from tocsin.domain.people import Updates

if TYPE_CHECKING:
    from tocsin.usecases.ports import MessageSender, NotificationRepository


def _no_problem(_value: str, _allows_private: bool) -> str | None:  # noqa: FBT001 - see Setting
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """A type of channel."""

    settings: tuple[Setting, ...] = ()
    secret: SecretUse = SecretUse.NONE
    credential: str = ""
    """What the secret is, for the OpenAPI document."""
    updates: Updates = Updates.NONE
    sender: Callable[[Wiring], MessageSender]


@dataclass(frozen=True, slots=True)
class Answer:
    """A host's answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in any case."""
    body: bytes = b""
    """Empty, too, if it was too long or broke off."""


class Outbound(Protocol):
    """Sends requests to the open internet."""

    allow_private: bool
    """Lets through plain HTTP and addresses of this machine and its network."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send one request.

        Raises:
            DeliveryFailedError: The URL is refused, or there was no answer.
        """

    def is_private(self, host: str) -> bool:
        """Whether a name leads to an address that is not public, and must be refused."""


class Secrets(Protocol):
    """Secrets by the names of their parameters, remembered for five minutes."""

    def get(self, name: str) -> str:
        """Read one.

        Raises:
            DeliveryFailedError: It does not exist, or cannot be read.
        """

    def forget(self, name: str) -> None:
        """Read it again when it is next asked for."""


class AskAws(Protocol):
    """Calls AWS by its SDK."""

    def __call__(self, service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        """Call an operation, named as a method of boto3's client.

        Raises:
            DeliveryFailedError: AWS refused, or did not answer.
        """


class Log(Protocol):
    """The function's log."""

    def info(self, message: str, **facts: object) -> None:
        """Write a line."""

    def exception(self, message: str, **facts: object) -> None:
        """Write a line with the error that is being handled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What all senders together are given."""

    outbound: Outbound
    secrets: Secrets
    ledger: NotificationRepository
    email_from: str
    ask_aws: AskAws
    now: Callable[[], datetime]
    log: Log
