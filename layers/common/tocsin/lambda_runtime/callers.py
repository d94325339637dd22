"""The caller, by API key or by the cookie of a session, and its scopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tocsin.domain.credential import ApiKey, Scope, SecretHash, hash_secret
from tocsin.domain.errors import ScopeMissingError, TryAgainError, UnauthorizedError

if TYPE_CHECKING:
    from tocsin.domain.session import SignedIn
    from tocsin.lambda_runtime.http import Request
    from tocsin.lambda_runtime.sessions import Sessions
    from tocsin.usecases.ports import KeyRepository

type Caller = ApiKey | SignedIn

REMEMBERED_FOR: Final = timedelta(seconds=30)
"""How long a revoked key may still work in a process that has it cached."""
REMEMBERED_KEYS: Final = 500
MARKED_EVERY: Final = timedelta(minutes=1)
_NOBODY: Final = "Send an API key: Authorization: Bearer <key>, or X-API-Key: <key>."


class Callers:
    """Finds the caller of a request; caches keys for 30 s, and sessions not at all."""

    def __init__(
        self,
        keys: KeyRepository,
        sessions: Callable[[], Sessions] | None = None,
        *,
        public_url: str = "",
    ) -> None:
        """Find callers in these stores.

        Args:
            keys: The API keys.
            sessions: Made for the first request with a cookie; None: only keys are taken.
            public_url: The stack's address; empty: the address of each request.
        """
        self._keys = keys
        self._make_sessions = sessions
        self._sessions: Sessions | None = None
        self._public_url = public_url
        self._known: dict[SecretHash, tuple[ApiKey, datetime]] = {}

    def admit(self, request: Request, scope: Scope | None) -> Caller:
        """Find the caller, if it has the scope; None: any caller.

        A key in the headers goes before a cookie.

        Raises:
            UnauthorizedError: There is neither key nor session, or an unknown one.
            ScopeMissingError: The caller lacks the scope.
            ForeignOriginError: A request with a cookie to change something is not from our pages.
        """
        secret = _secret_in(request.headers)
        caller = self._by_key(secret, request.at) if secret else self._signed_in(request)
        if scope is not None and not _may(caller, scope, request):
            raise ScopeMissingError(f"This needs a key with the scope {scope}.")
        return self._marked_used(caller, request.at) if isinstance(caller, ApiKey) else caller

    def _by_key(self, secret: str, at: datetime) -> Caller:
        return self._find(hash_secret(secret), at)

    def _signed_in(self, request: Request) -> Caller:
        if self._make_sessions is None or not request.has_cookies:
            raise UnauthorizedError(_NOBODY)
        from tocsin.lambda_runtime.cookies import READING, cookie_name, expect_own_page

        cookie = request.cookies.get(cookie_name(self._public_url))
        if not cookie:
            raise UnauthorizedError(_NOBODY)
        if request.method not in READING:
            expect_own_page(request, self._public_url)
        if self._sessions is None:
            self._sessions = self._make_sessions()
        return self._sessions.admit(cookie, request.at)

    def _find(self, secret_hash: SecretHash, at: datetime) -> ApiKey:
        key, read_at = self._known.get(secret_hash, (None, at))
        if key is not None and at - read_at < REMEMBERED_FOR:
            return key
        key = self._keys.by_hash(secret_hash)
        if key is None:
            self._known.pop(secret_hash, None)
            raise UnauthorizedError("Nobody has this API key, or it was revoked.")
        self._remember(key, at)
        return key

    def _remember(self, key: ApiKey, read_at: datetime) -> None:
        if len(self._known) >= REMEMBERED_KEYS:
            self._known.clear()
        self._known[key.secret_hash] = (key, read_at)

    def _marked_used(self, key: ApiKey, at: datetime) -> ApiKey:
        if key.last_used_at is not None and at - key.last_used_at < MARKED_EVERY:
            return key
        try:
            self._keys.mark_used(key, at=at)
        except TryAgainError:
            # Recording the use must not refuse the request: the next one records it.
            return key
        used = replace(key, last_used_at=at)
        _, read_at = self._known[key.secret_hash]
        self._remember(used, read_at)
        return used


def _may(caller: Caller, scope: Scope, request: Request) -> bool:
    """Whether it has the scope, or is a person who reads: each role reads all."""
    if caller.grants(scope):
        return True
    is_person = not isinstance(caller, ApiKey) and caller.reads_all
    return is_person and scope is not Scope.ADMIN and request.method in {"GET", "HEAD"}


def _secret_in(headers: Mapping[str, str]) -> str:
    scheme, _, secret = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    return headers.get("x-api-key", "").strip()
