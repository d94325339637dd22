"""What a page shows of an alert: the alert, its reader, and what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.actions.links import awake_path
from functions.actions.refusals import was_refused
from tocsin.adapters.aws_json import AwsError
from tocsin.domain.errors import TryAgainError
from tocsin.domain.link import LinkAction
from tocsin.domain.reader import Names, Reader

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import Actor
    from tocsin.domain.link import Link
    from tocsin.domain.people import User, WhoIsOnCall
    from tocsin.domain.timeline import Change

_LINK: Final = "link:"
HAPPENED_LIMIT: Final = 30
"""Of the timeline; the API has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """All that a page is made of."""

    alert: Alert
    link: Link
    reader: Reader
    at: datetime
    names: Names = field(default_factory=Names)
    changes: Sequence[Change] = ()
    """The newest, oldest first; one may be there twice."""
    is_refused: bool = False
    """Whether the state refused a press of this link."""
    awake: str | None = None
    """The path of "I'm awake"; None: the reader is no person, or the link is for one act."""


def look_at(link: Link, token: str, at: datetime, ports: Ports) -> Look:
    """Read the alert, and beside it what a page can do without.

    Raises:
        AlertNotFoundError: The alert is no longer kept.
        TryAgainError: Storage is unavailable.
    """
    alert, changes = ports.alerts.get_with_changes(link.alert_id)
    users = known_users(ports)
    try:
        changes = (*ports.alerts.newest_changes(link.alert_id, limit=HAPPENED_LIMIT), *changes)
        is_refused = was_refused(alert, link, token, at, ports)
    except (AwsError, TryAgainError) as error:
        ports.log.warning("Timeline cannot be read", kind=type(error).__name__)
        is_refused = False
    reader = reader_of(link, users, ports.zone)
    has_awake = reader.is_person and link.allows(LinkAction.AWAKE)
    return Look(
        alert=alert,
        link=link,
        reader=reader,
        at=at,
        names=names_of(
            users,
            (alert.acknowledged_by, alert.resolved_by, *(change.by for change in changes)),
            ports.people.on_call(at),
        ),
        changes=changes,
        is_refused=is_refused,
        awake=awake_path(link, at, ports) if has_awake else None,
    )


def known_users(ports: Ports) -> Mapping[str, User]:
    """Read the team's people; a page can do without them."""
    try:
        return ports.people.users()
    except (AwsError, TryAgainError) as error:
        ports.log.warning("Users cannot be read", kind=type(error).__name__)
        return {}


def reader_of(link: Link, users: Mapping[str, User], zone: str) -> Reader:
    """The reader of a link; one whose user cannot be read is no "you"."""
    user = users.get(link.by)
    return Reader(name=link.by, is_person=user is not None, zone=user.time_zone if user else zone)


def names_of(
    users: Mapping[str, User], actors: Iterable[Actor | None], on_call: WhoIsOnCall
) -> Names:
    """The names of people; a link's reader who is none of them is a channel."""
    readers = {actor.removeprefix(_LINK) for actor in actors if actor and actor.startswith(_LINK)}
    channels = frozenset(readers - users.keys()) if users else frozenset()
    return replace(names_of_users(users), channels=channels, on_call=on_call)


def names_of_users(users: Mapping[str, User]) -> Names:
    return Names(
        users={name: user.full_name or "" for name, user in users.items()},
        by_slack_id={user.slack_id: user.name for user in users.values() if user.slack_id},
    )
