"""What the page of a digest shows: its alerts as they are now, and its reader."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.actions.digest_acting import CHUNK, in_chunks
from functions.actions.links import awake_path
from functions.actions.look import known_users, names_of, reader_of
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.errors import DigestNotFoundError

if TYPE_CHECKING:
    from functions.actions.ports import Ports
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import AlertId
    from tocsin.domain.link import Link
    from tocsin.domain.reader import Names, Reader

LOOKED_AT_LIMIT: Final = 2_000
"""Alerts whose states a page counts; the button acknowledges all. Reading takes time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLook:
    """All that a page is made of."""

    digest: Digest
    alerts: Sequence[Alert]
    """As they are now, in the digest's order; those that are not kept any more are missing."""
    link: Link
    reader: Reader
    names: Names
    at: datetime
    awake: str | None
    """The path of "I'm awake"; None: the reader is no person."""

    @property
    def unread(self) -> int:
        """Alerts beyond the limit."""
        return max(0, len(self.digest.alert_ids) - LOOKED_AT_LIMIT)

    @property
    def gone(self) -> int:
        """Alerts that are not kept any more."""
        return len(self.digest.alert_ids) - self.unread - len(self.alerts)

    @property
    def seen(self) -> str:
        """Names the states that the page shows, for its button."""
        states = " ".join(f"{alert.alert_id}{alert.told_version}" for alert in self.alerts)
        return hashlib.sha256(states.encode()).hexdigest()[:16]


def find_digest(link: Link, ports: Ports) -> Digest:
    """Find the digest of a link.

    Raises:
        DigestNotFoundError: It is not kept any more.
    """
    digest = ports.digests().digests.get(DigestId(link.alert_id))
    if digest is None:
        raise DigestNotFoundError
    return digest


def look_at_digest(digest: Digest, link: Link, at: datetime, ports: Ports) -> DigestLook:
    """Read the alerts, and beside them the names of people.

    Raises:
        TryAgainError: Storage is unavailable.
    """
    alerts = _alerts_of(digest.alert_ids[:LOOKED_AT_LIMIT], ports)
    users = known_users(ports)
    actors = [actor for it in alerts for actor in (it.acknowledged_by, it.resolved_by)]
    reader = reader_of(link, users, ports.zone)
    return DigestLook(
        digest=digest,
        alerts=alerts,
        link=link,
        reader=reader,
        names=names_of(users, [link.actor, *actors], ports.people.on_call(at)),
        at=at,
        awake=awake_path(link, at, ports) if reader.is_person else None,
    )


def _alerts_of(ids: Sequence[AlertId], ports: Ports) -> Sequence[Alert]:
    if len(ids) <= CHUNK:
        return tuple(ports.alerts.get_many(ids).values())
    work = ports.digests()
    read: dict[AlertId, Alert] = {}
    parts: Sequence[Mapping[AlertId, Alert]] = list(
        work.threads.map(work.alerts.get_many, in_chunks(ids))
    )
    for part in parts:
        read |= part
    return tuple(read.values())
