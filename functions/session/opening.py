"""What all doors share: they count knocks, open a session, and set its cookie."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tocsin.domain.credential import hash_secret
from tocsin.domain.doors import LIMITS, Knock
from tocsin.domain.errors import TooManyRequestsError
from tocsin.domain.ids import entropy, ulid
from tocsin.domain.session import AGENT_LIMIT, LASTS, SESSION_BYTES, Session, spell_session
from tocsin.lambda_runtime.cookies import cookie_name, is_secure
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.session.ports import Ports
    from functions.session.request import Request
    from tocsin.domain.configuration import Configured
    from tocsin.domain.credential import ApiKey
    from tocsin.domain.people import User
    from tocsin.domain.session import Door

_ID_BYTES: Final = 10


def count(knock: Knock, subject: str, request: Request, ports: Ports) -> None:
    """Count a knock before anything is done for it.

    Raises:
        TooManyRequestsError: There were too many; the count says nothing of whether the subject is
            known here.
    """
    limit = LIMITS[knock]
    if ports.knocks.count(knock, subject, limit, at=request.at) > limit.times:
        message = "There were too many attempts to sign in. Wait a little."
        raise TooManyRequestsError(message, limit.wait_seconds(request.at))


def open_for_key(key: ApiKey, door: Door, request: Request, ports: Ports) -> str:
    """Open a session with the scopes of a key.

    Returns:
        The cookie.
    """
    return _open(request, ports, door=door, user=key.user, key_id=key.key_id)


def open_for_person(user: Configured[User], door: Door, request: Request, ports: Ports) -> str:
    """Open a session with the scopes of a person's role.

    Returns:
        The cookie.
    """
    since = user.created_at
    return _open(request, ports, door=door, user=user.value.name, user_since=since)


def _open(request: Request, ports: Ports, **whose: object) -> str:
    """Never goes on with a cookie that the browser sent: an attacker may have put it there."""
    end_present(request, ports)
    secret = spell_session(ports.random_bytes(SESSION_BYTES))
    session = Session(
        session_id=ulid(request.at, entropy(ports.random_bytes(_ID_BYTES))),
        secret_hash=hash_secret(secret),
        agent=request.headers.get("user-agent", "")[:AGENT_LIMIT] or None,
        created_at=request.at,
        used_at=request.at,
        **whose,  # type: ignore[arg-type]
    )
    ports.sessions.add(session, write_id=ports.new_write_id())
    request.facts.update(session_id=session.session_id, user=session.user, key_id=session.key_id)
    lasts = LASTS.total_seconds()
    return set_cookie(cookie_name(ports.public_url), secret, ports, lasts_seconds=int(lasts))


def end_present(request: Request, ports: Ports) -> None:
    """End the session of the request's cookie, if it has one."""
    cookie = request.cookies.get(cookie_name(ports.public_url))
    session = ports.sessions.find(hash_secret(cookie)) if cookie else None
    if session is not None:
        ports.sessions.revoke(session)
        request.facts["ended_session_id"] = session.session_id


def forgotten(ports: Ports) -> str:
    """The cookie of a session that has ended: the browser drops it."""
    return set_cookie(cookie_name(ports.public_url), "", ports, lasts_seconds=0)


def with_cookie(cookie: str) -> HttpAnswer:
    return HttpAnswer(status=HTTPStatus.NO_CONTENT, cookies=(cookie,))


def set_cookie(
    name: str, text: str, ports: Ports, *, lasts_seconds: int, same_site: str = "Strict"
) -> str:
    """Write a line of Set-Cookie."""
    secure = "; Secure" if is_secure(ports.public_url) else ""
    kept = f"; Max-Age={lasts_seconds}; Path=/; HttpOnly{secure}; SameSite={same_site}"
    return f"{name}={text}{kept}"
