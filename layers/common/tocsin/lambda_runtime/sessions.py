"""The caller behind a session's cookie, as stored now: nothing of it is cached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.domain.credential import hash_secret
from tocsin.domain.errors import KeyNotFoundError, TryAgainError, UnauthorizedError
from tocsin.domain.session import key_signed_in, person_signed_in

if TYPE_CHECKING:
    from datetime import datetime

    from tocsin.domain.configuration import Configured
    from tocsin.domain.credential import ApiKey
    from tocsin.domain.people import User
    from tocsin.domain.session import Session, SignedIn
    from tocsin.usecases.ports import ConfigurationRepository, KeyRepository, SessionRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """A revoked session, a removed person, a changed role and a revoked key count at once."""

    sessions: SessionRepository
    users: ConfigurationRepository[Configured[User]]
    keys: KeyRepository
    marks_use: bool = True
    """Whether this function may write that a session was used."""

    def admit(self, cookie: str, at: datetime) -> SignedIn:
        """Find who is signed in.

        Raises:
            UnauthorizedError: Nobody, or nobody any more.
        """
        caller = self.find(cookie, at)
        if caller is None:
            raise UnauthorizedError("This session has ended. Sign in again.")
        self._mark(caller.session, at)
        return caller

    def find(self, cookie: str, at: datetime) -> SignedIn | None:
        session = self.sessions.find(hash_secret(cookie))
        if session is None or session.has_ended(at):
            return None
        if session.key_id is not None:
            return key_signed_in(session, self._key(session.key_id))
        return person_signed_in(session, self.users.find(session.user or ""))

    def _key(self, key_id: str) -> ApiKey | None:
        try:
            return self.keys.get(key_id)
        except KeyNotFoundError:
            return None

    def _mark(self, session: Session, at: datetime) -> None:
        if not (self.marks_use and session.is_use_to_be_marked(at)):
            return
        try:
            self.sessions.mark_used(session, at=at)
        except TryAgainError:
            # Recording the use must not refuse the request: the next one records it.
            return
