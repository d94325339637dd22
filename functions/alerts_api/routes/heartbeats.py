"""Heartbeats: list, get, put, change, delete."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from functions.alerts_api.answers import without_content
from functions.alerts_api.configuration_routes import (
    ConfigurationRoutes,
    Members,
    Noun,
    expect_no_problems,
    expect_own,
    shown_of_all,
    with_warnings,
)
from functions.alerts_api.open_alerts import answer_removal
from functions.alerts_api.request import Request, validated
from functions.alerts_api.route import Route
from tocsin.bodies.facts import settings_of_heartbeat
from tocsin.bodies.heartbeats import HeartbeatBody
from tocsin.domain.alert_json import written
from tocsin.domain.credential import TOKEN_LENGTH
from tocsin.domain.errors import Problem
from tocsin.domain.heartbeat import Duty, Heartbeat
from tocsin.domain.integration import Token
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.change_alert import change_alert

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import AlertId


def heartbeat_routes(ports: Ports, stores: Stores) -> tuple[Route, ...]:
    return HeartbeatRoutes(
        noun=Noun(words="heartbeat", plural="heartbeats"),
        repository=stores.heartbeats,
        stores=stores,
        ports=ports,
    ).routes()


@dataclass(frozen=True, kw_only=True)
class HeartbeatRoutes(ConfigurationRoutes[Heartbeat, HeartbeatBody]):
    """Each URL is shown once."""

    def read(self, name: str, members: Members) -> HeartbeatBody:  # noqa: ARG002 - no body has it
        body = validated(HeartbeatBody, members)
        expect_no_problems(self.stores.unknown_policy(body.escalation_policy))
        return body

    def settings(self, stored: Heartbeat) -> dict[str, Any]:
        return settings_of_heartbeat(stored)

    def kept(self, before: Heartbeat, said: Members) -> dict[str, Any]:
        """A period and a cron expression take each other's place."""
        kept = self.settings(before)
        if said.get("cron") is not None:
            kept["period"] = None
        if said.get("period") is not None:
            kept |= {"cron": None, "time_zone": None}
        return kept

    def store(
        self, request: Request, name: str, before: Heartbeat | None, body: HeartbeatBody
    ) -> HttpAnswer:
        """A replaced heartbeat keeps its URL and the time of its last ping."""
        cron = body.cron_at(request.at)
        if before is not None:
            changed = body.applied_to(before, cron).watched(request.at)
            stored, warnings = self.keep(before, changed)
            return with_warnings(self.view(request, stored), warnings)
        token = self.ports.random_bytes(TOKEN_LENGTH // 2).hex()
        made = Heartbeat(name=name, created_at=request.at, token=Token.of(token))
        stored, warnings = self.keep(None, body.applied_to(made, cron).watched(request.at))
        url = f"{self.ports.public_url or request.origin}/i/{token}/heartbeat"
        shown = self.view(request, stored) | {"url": url}
        return with_warnings(shown, warnings, HTTPStatus.CREATED)

    def view(self, request: Request, stored: Heartbeat) -> dict[str, Any]:
        """Show it without its URL: only the hash of its token is stored."""
        return {
            "name": stored.name,
            **self.settings(stored),
            "status": stored.status(request.at),
            "heard_at": written(stored.heard_at),
            "expected_at": written(stored.expected_at),
            "deadline": written(stored.deadline),
            "token_prefix": stored.token.prefix,
            **shown_of_all(stored),
        }

    def remove(self, request: Request, name: str) -> HttpAnswer:
        """Delete the heartbeat and resolve its alert, which no ping could resolve any more.

        The alert is resolved before the deletion, because a repeated request finds no heartbeat,
        and after it, because its timer may have opened the alert in between.
        """
        heartbeat = self.repository.get(name)
        expect_own(heartbeat, self.noun.words)
        ended = self._end_alert(heartbeat, request)
        self.repository.delete(heartbeat, write_id=self.ports.new_write_id())
        ended = self._end_alert(heartbeat, request) or ended
        if ended is None:
            return without_content()
        warning = Problem("heartbeat", f"its alert {ended} was open and is resolved now")
        return answer_removal(0, (warning,))

    def _end_alert(self, heartbeat: Heartbeat, request: Request) -> AlertId | None:
        """Resolve the heartbeat's alert; None if none is open."""
        signal = heartbeat.signal(Duty.RECOVER)
        alert = self.stores.slots.in_slot(heartbeat.source.slot_of(signal))
        if alert is None or not alert.is_open:
            return None
        change_alert(
            alert.alert_id,
            lambda it: _resolved(it, request),
            alerts=self.stores.alerts,
            new_write_id=self.ports.new_write_id,
        )
        return alert.alert_id


def _resolved(alert: Alert, request: Request) -> Alert:
    if not alert.is_open:
        return alert
    return alert.resolve(by=request.actor, at=request.at, reason="its heartbeat was removed")
