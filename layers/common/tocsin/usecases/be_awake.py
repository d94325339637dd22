"""A person says "I'm awake", or goes to sleep; what they do meanwhile is noted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.awake import Awake, AwakeScope
from tocsin.domain.digest import new_digest_id
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import person_of

if TYPE_CHECKING:
    from tocsin.domain.timeline import Change
    from tocsin.usecases.ports import ConfigurationRepository, NewWriteId

ATTEMPTS: Final = 5


def begin_awake(
    user: str,
    lasts: timedelta,
    scope: AwakeScope,
    *,
    at: datetime,
    people: ConfigurationRepository[Awake],
    new_write_id: NewWriteId,
) -> tuple[Awake, bool]:
    """Begin, or change the end of what goes on.

    Returns:
        What is stored, and whether it has begun now.

    Raises:
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """
    begun = Awake(
        user=user,
        session=new_digest_id(at, new_write_id()),
        scope=scope,
        until=at + lasts,
        seen_at=at,
        created_at=at,
        timer_at=at,
    )

    def change(before: Awake | None) -> Awake:
        if before is None or not before.is_awake(at):
            return begun
        return before.begun_again(until=at + lasts, scope=scope, at=at)

    stored = _change(user, change, people, new_write_id)
    if stored is None:
        raise ConcurrentUpdateError
    return stored, stored.session == begun.session


def end_awake(
    user: str,
    *,
    at: datetime,
    people: ConfigurationRepository[Awake],
    new_write_id: NewWriteId,
) -> Awake | None:
    """Go to sleep; None: this person was not awake.

    Raises:
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """

    def change(before: Awake | None) -> Awake | None:
        return before.ended(at) if before and before.is_awake(at) else None

    return _change(user, change, people, new_write_id)


def note_seen(
    user: str,
    *,
    at: datetime,
    people: ConfigurationRepository[Awake],
    new_write_id: NewWriteId,
) -> bool:
    """Note that a person does something: a write only while awake, and at most one a minute.

    Returns:
        Whether it was noted. If another write came first, that one tells the same, or the end.
    """
    before = people.find(user.lower())
    after = before.seen(at) if before else None
    if before is None or after is None:
        return False
    try:
        people.put(before, after, write_id=new_write_id())
    except ConcurrentUpdateError:
        return False
    return True


def note_acts(
    told: Iterable[Change],
    *,
    now: datetime,
    people: ConfigurationRepository[Awake],
    new_write_id: NewWriteId,
) -> None:
    """Note who acted on alerts."""
    latest: dict[str, datetime] = {}
    for change in told:
        if (person := person_of(change.by)) is not None:
            latest[person] = max(latest.get(person, change.at), change.at)
    for person, at in latest.items():
        note_seen(person, at=min(at, now), people=people, new_write_id=new_write_id)


def _change(
    user: str,
    change: Callable[[Awake | None], Awake | None],
    people: ConfigurationRepository[Awake],
    new_write_id: NewWriteId,
) -> Awake | None:
    for _ in range(ATTEMPTS):
        before = people.find(user.lower())
        after = change(before)
        if after is None:
            return None
        try:
            return people.put(before, after, write_id=new_write_id())
        except ConcurrentUpdateError:
            continue
    raise ConcurrentUpdateError
