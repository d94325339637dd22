"""Alerts that people open, and people whom they ask about one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from functions.alerts_api.alert_view import view_row
from functions.alerts_api.answers import with_data
from functions.alerts_api.api import IDEMPOTENCY_KEY
from functions.alerts_api.route import Route
from functions.alerts_api.routes.alerts import ALERT, ALERTS
from functions.alerts_api.schemas.asking import AlertBody, AssignBody, EscalateBody, PageBody
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, entropy, ulid
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Signal,
    SignalAction,
)
from tocsin.usecases.ask_people import (
    Opening,
    as_named,
    escalate_now,
    open_by_hand,
    unknown_targets,
    unreached,
)
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.choose_policy import NOW

if TYPE_CHECKING:
    from functions.alerts_api.configuration_stores import Stores
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.request import Request
    from tocsin.domain.alert import Alert
    from tocsin.lambda_runtime.http import HttpAnswer
    from tocsin.usecases.ports import PagingRepository

_RANDOM_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingRoutes:
    ports: Ports
    stores: Stores
    paging: PagingRepository

    def routes(self) -> tuple[Route, ...]:
        write = Scope.ALERTS_WRITE
        return (
            Route("POST", ALERTS, "open_alert", self.open_alert, write),
            Route("POST", f"{ALERT}/page", "page_people", self.page_people, write),
            Route("POST", f"{ALERT}/assign", "assign_alert", self.assign_alert, write),
            Route("POST", f"{ALERT}/escalate", "escalate_alert", self.escalate_alert, write),
        )

    def open_alert(self, request: Request) -> HttpAnswer:
        body = request.body_as(AlertBody)
        said = tuple(each.target for each in body.targets)
        targets, unknown = self._known(said, _field_of_target, request)
        problems = [*self.stores.unknown_policy(body.escalation_policy), *unknown]
        if problems:
            message = "The alert cannot be opened like that."
            raise InvalidInputError(message, problems)
        signal = Signal(
            action=SignalAction.TRIGGER,
            dedup_key=self._dedup_key(request),
            severity=body.severity,
            facts=_facts(body),
        )
        opening = Opening(
            signal=signal,
            by=request.actor,
            at=request.at,
            policy=body.escalation_policy,
            targets=targets,
        )
        alert = open_by_hand(
            opening,
            slots=self.stores.slots,
            paging=self.paging,
            new_write_id=self.ports.new_write_id,
        )
        warnings = self._warnings(targets, alert, _field_of_target, request)
        if alert.escalation.rest is not None and not targets:
            why = alert.escalation.why_at_rest
            warnings.append({"field": "escalation_policy", "problem": why})
        return with_data(view_row(alert, request.at), HTTPStatus.CREATED, warnings=warnings)

    def page_people(self, request: Request, alert_id: str) -> HttpAnswer:
        body = request.body_as(PageBody)
        targets = tuple(each.target for each in body.targets)
        return self._ask(
            request,
            alert_id,
            targets,
            _field_of_target,
            lambda alert, named: alert.paged(
                named, by=request.actor, at=request.at, note=body.note
            ),
        )

    def assign_alert(self, request: Request, alert_id: str) -> HttpAnswer:
        body = request.body_as(AssignBody)
        return self._ask(
            request,
            alert_id,
            (Target(TargetKind.USER, body.user),),
            lambda _: "user",
            lambda alert, named: alert.assigned(
                named[0].name, by=request.actor, at=request.at, note=body.note
            ),
        )

    def escalate_alert(self, request: Request, alert_id: str) -> HttpAnswer:
        body = request.body_as(EscalateBody)
        alert = escalate_now(
            AlertId(alert_id),
            by=request.actor,
            at=request.at,
            note=body.note,
            alerts=self.ports.alerts,
            paging=self.paging,
            new_write_id=self.ports.new_write_id,
        )
        return with_data(view_row(alert, request.at))

    def _ask(
        self,
        request: Request,
        alert_id: str,
        targets: Sequence[Target],
        field_of: Callable[[int], str],
        change: Callable[[Alert, Sequence[Target]], Alert],
    ) -> HttpAnswer:
        named, problems = self._known(targets, field_of, request)
        if problems:
            self.ports.alerts.get_shortened(AlertId(alert_id))
            message = "Only people and channels that there are can be asked."
            raise InvalidInputError(message, problems)
        alert = change_alert(
            AlertId(alert_id),
            lambda alert: change(alert, named),
            alerts=self.ports.alerts,
            new_write_id=self.ports.new_write_id,
        )
        warnings = self._warnings(named, alert, field_of, request)
        return with_data(view_row(alert, request.at), warnings=warnings)

    def _known(
        self, targets: Sequence[Target], field_of: Callable[[int], str], request: Request
    ) -> tuple[tuple[Target, ...], list[Problem]]:
        """Spell the targets as they are named; name those that do not exist."""
        if not targets:
            return (), []
        directory = self.paging.directory(request.at, max_age=NOW)
        unknown = unknown_targets(targets, directory)
        problems = [Problem(field_of(it.position), it.why) for it in unknown]
        return as_named(targets, directory), problems

    def _warnings(
        self,
        targets: Sequence[Target],
        alert: Alert,
        field_of: Callable[[int], str],
        request: Request,
    ) -> list[dict[str, str]]:
        if not targets:
            return []
        directory = self.paging.directory(request.at, max_age=NOW)
        return [
            {"field": field_of(it.position), "problem": it.why}
            for it in unreached(targets, alert, directory, by=request.actor)
        ]

    def _dedup_key(self, request: Request) -> str:
        """Of its own; of a request with an Idempotency-Key, the same at each repeat."""
        key = request.headers.get(IDEMPOTENCY_KEY)
        if key is None:
            return ulid(request.at, entropy(self.ports.random_bytes(_RANDOM_BYTES)))
        named = f"{len(request.actor)}:{request.actor}{key}"
        return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _field_of_target(position: int) -> str:
    return f"targets[{position}]"


def _facts(body: AlertBody) -> Facts:
    facts = FactsBuilder()
    name, summary = body.name or body.summary or "", body.summary or body.name or ""
    return Facts(
        name=facts.text("name", name, NAME_LIMIT),
        summary=facts.text("summary", summary, SUMMARY_LIMIT),
        reason=facts.long_text("reason", body.reason or ""),
        object=facts.short("object", body.object),
        labels=facts.labels(body.labels),
        urls=facts.urls(body.urls),
        truncated=facts.truncated,
    )
