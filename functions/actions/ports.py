"""What acting from a notification stands on: the table, secrets, a clock and chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tocsin.lambda_runtime.observability import Log
    from tocsin.usecases.ports import AlertRepository, AnswerRepository, NewWriteId


class Secrets(Protocol):
    """Secrets by the names of their parameters."""

    def get(self, name: str, *, at: datetime) -> str:
        """Give one as it was within the last minutes."""

    def get_anew(self, name: str, *, at: datetime) -> str:
        """Give one as it is by now: for when what was known did not fit."""


class SlackDirectory(Protocol):
    """What the configuration says of Slack."""

    def secret_of(self, channel: str) -> str | None:
        """Name the parameter of a Slack channel's secret; None if there is no such channel."""

    def user_of(self, slack_id: str) -> str | None:
        """Name the user who has this id in Slack; None if nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Storage, secrets, time and the log."""

    alerts: AlertRepository
    answers: AnswerRepository
    secrets: Secrets
    slack: SlackDirectory
    tell_in_slack: Callable[[str, str], None]
    """Shows a text, by a message's `response_url`, to whoever pressed its button."""
    link_key_parameter: str
    public_url: str
    """Where people reach the stack; empty for the gateway's own address."""
    now: Callable[[], datetime]
    new_write_id: NewWriteId
    log: Log
