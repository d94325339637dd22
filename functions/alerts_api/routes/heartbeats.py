"""Heartbeats: set up, look at, change and remove what is to be heard from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.answers import with_data, without_content
from functions.alerts_api.configured import (
    expect_name,
    expect_no_problems,
    expect_own,
    without_nulls,
)
from functions.alerts_api.listing import answer_page
from functions.alerts_api.open_alerts import answer_removal
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.domain.credential import TOKEN_LENGTH, Scope
from tocsin.domain.duration import spelled
from tocsin.domain.errors import ConcurrentUpdateError, Problem
from tocsin.domain.heartbeat import Duty, Heartbeat
from tocsin.domain.integration import Token
from tocsin.lambda_runtime.alert_json import written
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.refusals import HeartbeatRefusedError

if TYPE_CHECKING:
    from functions.alerts_api.references import Stores
    from functions.alerts_api.schemas.heartbeats import HeartbeatBody
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import AlertId
    from tocsin.usecases.ports import NewWriteId

HEARTBEATS: Final = "/api/v1/heartbeats"
HEARTBEAT: Final = f"{HEARTBEATS}/{{name}}"
_WORDS: Final = "heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatRoutes:
    """The heartbeats of the team; each URL is shown once."""

    stores: Stores
    new_write_id: NewWriteId
    random_bytes: Callable[[int], bytes]
    public_url: str
    """Empty: the address by which a request came."""

    def routes(self) -> tuple[Route, ...]:
        """Name the routes of this module."""
        read, write = Scope.CONFIG_READ, Scope.CONFIG_WRITE
        return (
            Route("GET", HEARTBEATS, self.list_heartbeats, read),
            Route("GET", HEARTBEAT, self.get_heartbeat, read),
            Route("PUT", HEARTBEAT, self.put_heartbeat, write),
            Route("PATCH", HEARTBEAT, self.change_heartbeat, write),
            Route("DELETE", HEARTBEAT, self.delete_heartbeat, write),
        )

    def list_heartbeats(self, request: Request) -> HttpAnswer:
        return answer_page(
            request,
            self.stores.heartbeats.list(),
            name_of=lambda heartbeat: heartbeat.name,
            view=lambda heartbeat: view_heartbeat(request, heartbeat),
        )

    def get_heartbeat(self, request: Request, name: str) -> HttpAnswer:
        return with_data(view_heartbeat(request, self.stores.heartbeats.get(name)))

    def put_heartbeat(self, request: Request, name: str) -> HttpAnswer:
        """Create or replace; a replaced one keeps its URL and when it was heard from."""
        expect_name(name)
        body = self._read(request.json_object)
        before = self.stores.heartbeats.find(name)
        if before is not None:
            return self._change(request, before, body)
        token = self.random_bytes(TOKEN_LENGTH // 2).hex()
        made = Heartbeat(
            name=name, period=body.period, created_at=request.at, token=Token.of(token)
        )
        heartbeat = _with_settings(made, body).watched(request.at)
        self.stores.heartbeats.add(heartbeat, write_id=self.new_write_id())
        url = f"{self.public_url or request.origin}/i/{token}/heartbeat"
        return with_data(view_heartbeat(request, heartbeat) | {"url": url}, HTTPStatus.CREATED)

    def change_heartbeat(self, request: Request, name: str) -> HttpAnswer:
        """Change what the body says; null means the default."""
        before = self.stores.heartbeats.get(name)
        body = self._read({**_settings_of(before), **request.json_object})
        return self._change(request, before, body)

    def delete_heartbeat(self, request: Request, name: str) -> HttpAnswer:
        """Remove one; its alert ends with it, as it could never be heard from again.

        The alert ends before, as this request may break off, and finds no heartbeat when it comes
        again; and after, as its timer may have come in between.
        """
        heartbeat = self.stores.heartbeats.get(name)
        expect_own(heartbeat, _WORDS)
        ended = self._end_alert(heartbeat, request)
        self.stores.heartbeats.delete(heartbeat, write_id=self.new_write_id())
        ended = self._end_alert(heartbeat, request) or ended
        if ended is None:
            return without_content()
        warning = Problem("heartbeat", f"its alert {ended} was open and is resolved now")
        return answer_removal(0, (warning,))

    def _end_alert(self, heartbeat: Heartbeat, request: Request) -> AlertId | None:
        """End the heartbeat's alert; None if it has none that is open."""
        signal = heartbeat.signal(Duty.RECOVER)
        alert = self.stores.slots.in_slot(heartbeat.source.slot_of(signal))
        if alert is None or not alert.is_open:
            return None
        change_alert(
            alert.alert_id,
            lambda it: _resolved(it, request),
            alerts=self.stores.alerts,
            new_write_id=self.new_write_id,
        )
        return alert.alert_id

    def _read(self, members: Mapping[str, Any]) -> HeartbeatBody:
        from functions.alerts_api.schemas.heartbeats import (  # noqa: PLC0415 - brings pydantic
            HeartbeatBody,
        )

        body = validated(HeartbeatBody, without_nulls(members))
        expect_no_problems(self.stores.unknown_policy(body.escalation_policy))
        return body

    def _change(self, request: Request, before: Heartbeat, body: HeartbeatBody) -> HttpAnswer:
        expect_own(before, _WORDS)
        after = _with_settings(before, body).watched(request.at)
        after = replace(after, version=before.version + 1)
        try:
            stored = self.stores.heartbeats.update(before, after, write_id=self.new_write_id())
        except HeartbeatRefusedError:
            message = "This heartbeat was heard from or changed just now. Send this again."
            raise ConcurrentUpdateError(message) from None
        return with_data(view_heartbeat(request, stored))


def _resolved(alert: Alert, request: Request) -> Alert:
    if not alert.is_open:
        return alert
    return alert.resolve(by=request.actor, at=request.at, reason="its heartbeat was removed")


def view_heartbeat(request: Request, heartbeat: Heartbeat) -> dict[str, Any]:
    """Show a heartbeat without its URL, which nobody knows any more."""
    return {
        "name": heartbeat.name,
        **_settings_of(heartbeat),
        "status": heartbeat.status(request.at),
        "heard_at": written(heartbeat.heard_at),
        "deadline": written(heartbeat.deadline),
        "token_prefix": heartbeat.token.prefix,
        "managed_by": heartbeat.managed_by,
        "created_at": written(heartbeat.created_at),
    }


def _settings_of(heartbeat: Heartbeat) -> dict[str, Any]:
    """What PUT takes, as it would take it."""
    return {
        "period": spelled(heartbeat.period),
        "grace": spelled(heartbeat.grace),
        "severity": heartbeat.severity,
        "escalation_policy": heartbeat.escalation_policy,
        "integrations": list(heartbeat.integrations),
    }


def _with_settings(heartbeat: Heartbeat, body: HeartbeatBody) -> Heartbeat:
    return replace(
        heartbeat,
        period=body.period,
        grace=body.grace,
        severity=body.severity,
        escalation_policy=body.escalation_policy,
        integrations=tuple(dict.fromkeys(body.integrations)),
    )
