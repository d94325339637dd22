"""Sessions of the console: who is signed in, by which door, how long, and what they may do."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from tocsin.domain.credential import Scope, SecretHash
from tocsin.domain.ids import Actor, Via
from tocsin.domain.people import Role

if TYPE_CHECKING:
    from tocsin.domain.configuration import Configured
    from tocsin.domain.credential import ApiKey
    from tocsin.domain.people import User

SESSION_BYTES: Final = 32
"""Random bytes behind a cookie."""
IDLE_FOR: Final = timedelta(hours=12)
"""A session that is not used for so long has ended."""
LASTS: Final = timedelta(days=7)
"""However much it is used."""
USE_RESOLUTION: Final = timedelta(minutes=5)
"""A use is written no more often: a page that polls would write with every poll."""
AGENT_LIMIT: Final = 200
"""Characters that are kept of what the browser calls itself."""


class Door(StrEnum):
    """By what a session was opened."""

    API_KEY = "api_key"
    LINK = "link"
    OIDC = "oidc"


SCOPES_OF_ROLE: Final = {
    Role.ADMIN: frozenset((Scope.ADMIN,)),
    Role.RESPONDER: frozenset(
        (
            *(Scope.ALERTS_READ, Scope.ALERTS_WRITE, Scope.CONFIG_READ),
            *(Scope.INCIDENTS, Scope.SILENCES),
        )
    ),
    Role.VIEWER: frozenset((Scope.ALERTS_READ, Scope.CONFIG_READ)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What is stored of one; the text of its cookie is not."""

    session_id: str
    secret_hash: SecretHash
    door: Door
    user: str | None = None
    """The person who signed in; None: it was opened by a key that belongs to nobody."""
    user_since: datetime | None = None
    """When that person was added to the team: another of the same name is another person."""
    key_id: str | None = None
    """The key that it was opened with, whose scopes it has; None: it has those of a role."""
    agent: str | None = None
    """What the browser called itself."""
    created_at: datetime
    used_at: datetime
    """Within `USE_RESOLUTION`."""

    @property
    def expires_at(self) -> datetime:
        """If it is not used again."""
        return min(self.used_at + IDLE_FOR, self.ends_at)

    @property
    def ends_at(self) -> datetime:
        """However much it is used."""
        return self.created_at + LASTS

    @property
    def actor(self) -> Actor:
        """Whose it is: `console:alice`, or `console:key:{id}`."""
        return Actor(f"{Via.CONSOLE}:{self.user or f'key:{self.key_id}'}")

    def has_ended(self, at: datetime) -> bool:
        return at >= self.expires_at

    def is_use_to_be_marked(self, at: datetime) -> bool:
        return at - self.used_at >= USE_RESOLUTION

    def used(self, at: datetime) -> Self:
        return replace(self, used_at=max(at, self.used_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A caller with a session; routes are given it in place of an `ApiKey`."""

    session: Session
    key_id: str | None
    name: str
    """Of the person, or of the key."""
    user: str | None
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    created_at: datetime
    last_used_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Actor on timelines: `console:alice`, or `console:key:{id}`."""
        return Actor(f"{Via.CONSOLE}:{self.user or f'key:{self.key_id}'}")

    @property
    def is_admin(self) -> bool:
        return Scope.ADMIN in self.scopes

    @property
    def reads_all(self) -> bool:
        """Whether it may read what no scope of its own opens: each role reads all."""
        return self.key_id is None

    def grants(self, scope: Scope) -> bool:
        """`admin` grants everything."""
        return scope in self.scopes or self.is_admin


def person_signed_in(session: Session, user: Configured[User] | None) -> SignedIn | None:
    """A person's session, by the person as stored now; None: there is no such person any more."""
    if user is None or user.created_at != session.user_since:
        return None
    person = user.value
    return SignedIn(
        session=session,
        key_id=None,
        name=person.full_name or person.name,
        user=person.name,
        scopes=SCOPES_OF_ROLE[person.role],
        created_at=session.created_at,
        last_used_at=session.used_at,
    )


def key_signed_in(session: Session, key: ApiKey | None) -> SignedIn | None:
    """A key's session, by the key as stored now; None: the key was revoked."""
    if key is None:
        return None
    return SignedIn(
        session=session,
        key_id=key.key_id,
        name=key.name,
        user=key.user,
        scopes=key.scopes,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
    )


def spell_session(random_bytes: bytes) -> str:
    """Write 32 random bytes as the value of a cookie."""
    return base64.urlsafe_b64encode(random_bytes).rstrip(b"=").decode("ascii")
