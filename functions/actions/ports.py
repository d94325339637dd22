"""Ports of acting from a notification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tocsin.domain.awake import Awake
    from tocsin.domain.ids import WriteId
    from tocsin.domain.people import ContactMethod, User, WhoIsOnCall
    from tocsin.lambda_runtime.observability import Log
    from tocsin.usecases.change_on_call import OnCallWork
    from tocsin.usecases.ports import (
        AlertRepository,
        AnswerRepository,
        ConfigurationRepository,
        DigestRepository,
        NewWriteId,
        ShortLinkRepository,
    )


class Secrets(Protocol):
    """Secrets by the names of their SSM parameters."""

    def get(self, name: str, *, at: datetime) -> str:
        """Give one that was read in the last five minutes."""

    def get_anew(self, name: str, *, at: datetime) -> str:
        """Give one that was read in the last 10 s, for when the known one did not fit."""


class People(Protocol):
    """The team's people."""

    def on_call(self, at: datetime) -> WhoIsOnCall:
        """Say who is on call; read when it is asked for, and nobody where that fails."""

    def users(self) -> Mapping[str, User]:
        """Read all, by name.

        Raises:
            AwsError: Storage refuses.
            TryAgainError: Storage is unavailable.
        """


class SlackDirectory(Protocol):
    """The secrets of Slack's channels."""

    def secret_of(self, channel: str) -> str | None:
        """Name the parameter of a Slack channel's secret; None if there is no such channel."""


class VerifiedAddresses(Protocol):
    """Addresses of users that their owners have verified."""

    def user(self, name: str) -> User | None:
        """Find a user."""

    def verify(self, user: User, method: ContactMethod, address: str, *, write_id: WriteId) -> bool:
        """Mark an address as verified; False: the user has another by now, or is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestWork:
    """What the page of a digest takes, beside that of an alert."""

    digests: DigestRepository
    alerts: AlertRepository
    """For several threads."""
    threads: Executor
    seconds_left: Callable[[], float]
    """Until the function has to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything that app.py wires and tests replace."""

    people: People
    alerts: AlertRepository
    answers: AnswerRepository
    digests: Callable[[], DigestWork]
    """Made on first use, because few links are of digests."""
    awake: Callable[[], ConfigurationRepository[Awake]]
    """Made for the first page that a person opens."""
    on_call: Callable[[], OnCallWork]
    """Made for the first link to a swap."""
    secrets: Secrets
    short_links: ShortLinkRepository
    slack: SlackDirectory
    verified_addresses: VerifiedAddresses
    tell_in_slack: Callable[[str, str], None]
    """Takes a message's `response_url` and a text for the person who pressed its button."""
    link_key_parameter: str
    public_url: str
    """Empty for the gateway's own address."""
    now: Callable[[], datetime]
    new_write_id: NewWriteId
    log: Log
    zone: str
    """The team's time zone, for channels: a name of the IANA database."""
