"""Presses that an alert's state refused, for the page that is looked at next."""

from datetime import datetime
from typing import Final

from functions.actions.acting import Press
from functions.actions.ports import Ports
from tocsin.domain.alert import Alert
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.link import Link
from tocsin.usecases.answer_once import answer_once

_CONFLICT: Final = 409


def note_refusal(press: Press, version: int, ports: Ports) -> None:
    """Note that this link was refused in this state.

    Args:
        press: The press.
        version: The alert's `told_version`.
        ports: Ports.

    Raises:
        TryAgainError: Storage is unavailable, or the same is noted just now.
    """
    claim = Claim(
        caller=press.link.actor,
        key=_key(press.token, version),
        request_hash=_key(press.token, version),
        at=press.at,
        write_id=ports.new_write_id(),
    )
    answer_once(claim, lambda: Answer(status=_CONFLICT, body=""), answers=ports.answers)


def was_refused(alert: Alert, link: Link, token: str, at: datetime, ports: Ports) -> bool:
    """Whether this link was refused in this state.

    Raises:
        TryAgainError: Storage is unavailable.
    """
    if not alert.told_version:
        return False  # It has not changed since it opened.
    return ports.answers.find(link.actor, _key(token, alert.told_version), at=at) is not None


def _key(token: str, version: int) -> str:
    return f"refused@{version}:{token}"
