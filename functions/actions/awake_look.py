"""What the page of "I'm awake" shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.actions.look import known_users, names_of, reader_of
from tocsin.domain.errors import AlertNotFoundError
from tocsin.domain.next_action import ActionKind, next_action

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from tocsin.domain.awake import Awake
    from tocsin.domain.link import Link
    from tocsin.domain.reader import Names, Reader

_STEPS: Final = frozenset((ActionKind.ESCALATE, ActionKind.RELEASE))


@dataclass(frozen=True, slots=True, kw_only=True)
class AwakeLook:
    """All that the page is made of."""

    awake: Awake | None
    link: Link
    reader: Reader
    names: Names
    next_targets: Sequence[str]
    """Who is called next for the alert of the link; empty: it is of a digest, or nobody is."""
    at: datetime


def look_at_awake(link: Link, at: datetime, ports: Ports) -> AwakeLook:
    """Read who is awake, and beside it what the page can do without.

    Raises:
        TryAgainError: Storage is unavailable.
    """
    users = known_users(ports)
    return AwakeLook(
        awake=ports.awake().find(link.by.lower()),
        link=link,
        reader=reader_of(link, users, ports.zone),
        names=names_of(users, [link.actor], ports.people.on_call(at)),
        next_targets=_next_targets(link, ports),
        at=at,
    )


def _next_targets(link: Link, ports: Ports) -> Sequence[str]:
    try:
        coming = next_action(ports.alerts.get_shortened(link.alert_id))
    except AlertNotFoundError:
        return ()
    return coming.targets if coming.kind in _STEPS else ()
