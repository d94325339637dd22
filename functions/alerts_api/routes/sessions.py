"""Sessions of the console: list them, end one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_page, without_content
from functions.alerts_api.route import Access, Route
from tocsin.domain.alert_json import written
from tocsin.domain.credential import ApiKey, Scope
from tocsin.domain.errors import SessionNotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from functions.alerts_api.request import Request
    from tocsin.domain.session import Session
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.ports import SessionRepository

SESSIONS: Final = "/api/v1/sessions"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRoutes:
    """One's own; an administrator's are all."""

    sessions: Callable[[], SessionRepository]

    def routes(self) -> tuple[Route, ...]:
        one = f"{SESSIONS}/{{session_id}}"
        return (
            Route("GET", SESSIONS, "list_sessions", self.page, Access.ANY_KEY),
            Route("DELETE", one, "end_session", self.end, Access.ANY_KEY),
        )

    def page(self, request: Request) -> HttpAnswer:
        """Few at a time: all are on one page, the newest first."""
        shown = sorted(self._own(request), key=lambda it: it.created_at, reverse=True)
        rows = [_view(it, request) for it in shown]
        return with_page(rows, ignored=request.ignored(()))

    def end(self, request: Request, session_id: str) -> HttpAnswer:
        for session in self._own(request):
            if session.session_id == session_id:
                self.sessions().revoke(session)
                return without_content()
        raise SessionNotFoundError

    def _own(self, request: Request) -> list[Session]:
        """Those that have not ended and that the caller may see."""
        return [it for it in self.sessions().list() if _is_seen(it, request, request.at)]


def _is_seen(session: Session, request: Request, at: datetime) -> bool:
    caller = request.key
    if caller is None or session.has_ended(at):
        return False
    if caller.grants(Scope.ADMIN):
        return True
    if session.key_id is not None and session.key_id == caller.key_id:
        return True
    return caller.user is not None and session.user == caller.user


def _view(session: Session, request: Request) -> dict[str, Any]:
    caller = request.key
    own = None if caller is None or isinstance(caller, ApiKey) else caller.session
    return {
        "id": session.session_id,
        "user": session.user,
        "key_id": session.key_id,
        "door": session.door,
        "agent": session.agent,
        "is_this": own is not None and own.session_id == session.session_id,
        "created_at": written(session.created_at),
        "last_used_at": written(session.used_at),
        "expires_at": written(session.expires_at),
    }
