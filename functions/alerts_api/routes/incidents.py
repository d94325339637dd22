"""Incidents: promote alerts, add updates, resolve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.alert_filters import read_limit
from functions.alerts_api.answers import with_data, with_page
from functions.alerts_api.fields import Fields
from functions.alerts_api.request import PAGING, Request
from functions.alerts_api.route import Access, Route
from functions.alerts_api.schemas.incidents import (
    AttachmentBody,
    IncidentBody,
    IncidentChange,
    PromotionBody,
    ResolutionBody,
    RespondersBody,
    UpdateBody,
)
from tocsin.domain.alert_json import by_and_via, written
from tocsin.domain.credential import Scope
from tocsin.domain.errors import InvalidInputError, Problem, ScopeMissingError
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, IncidentId, by_whom, entropy, ulid, via_of
from tocsin.domain.incident import Incident, IncidentUpdate, Responder
from tocsin.domain.severity import Severity
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.ask_people import as_named, unknown_targets, unreached
from tocsin.usecases.change_incident import (
    add_responders,
    attach_alerts,
    change_incident,
    resolve_incident,
)
from tocsin.usecases.choose_policy import NOW
from tocsin.usecases.incident_work import IncidentStores, Joined, Joining, Opening
from tocsin.usecases.open_incident import open_incident, promote_alert

if TYPE_CHECKING:
    from tocsin.usecases.ports import PagingRepository

INCIDENTS: Final = "/api/v1/incidents"
INCIDENT: Final = f"{INCIDENTS}/{{incident_id}}"
_ID_BYTES: Final = 10
ALERTS_LISTED: Final = 200
"""Alerts of each incident of a list: Lambda takes no answer above 6 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRoutes:
    stores: IncidentStores
    paging: PagingRepository
    random_bytes: Callable[[int], bytes]

    def routes(self) -> tuple[Route, ...]:
        scope = Scope.INCIDENTS
        promotion = "/api/v1/alerts/{alert_id}/create-incident"
        return (
            Route("POST", promotion, "create_incident", self.create_incident, scope),
            Route("GET", INCIDENTS, "list_incidents", self.list_incidents, Access.ANY_KEY),
            Route("POST", INCIDENTS, "open_incident", self.open_incident, scope),
            Route("GET", INCIDENT, "get_incident", self.get_incident, Access.ANY_KEY),
            Route("PATCH", INCIDENT, "change_incident", self.change_incident, scope),
            Route("POST", f"{INCIDENT}/updates", "tell_update", self.tell_update, scope),
            Route("POST", f"{INCIDENT}/resolve", "resolve_incident", self.resolve_incident, scope),
            Route("POST", f"{INCIDENT}/alerts", "attach_alerts", self.attach_alerts, scope),
            Route("POST", f"{INCIDENT}/responders", "add_responders", self.add_responders, scope),
        )

    def create_incident(self, request: Request, alert_id: str) -> HttpAnswer:
        """Of a promoted alert: 200 with `already_promoted`."""
        body = request.body_as(PromotionBody)
        opening = self._opening(request, body.title, body.severity)
        promotion = promote_alert(opening, AlertId(alert_id), stores=self.stores)
        flag = {"already_promoted": promotion.was_promoted}
        status = HTTPStatus.OK if promotion.was_promoted else HTTPStatus.CREATED
        return with_data(view_incident(promotion.incident) | flag, status, **flag)

    def list_incidents(self, request: Request) -> HttpAnswer:
        _expect_reader(request)
        fields = Fields({name: text for name, text in request.query.items() if text.strip()})
        limit = read_limit(fields)
        is_open = fields.flag("open") if fields.has("open") else None
        fields.expect_good("The list cannot be read like that.")
        incidents, next_cursor = self.stores.incidents.list(
            is_open=is_open, limit=limit, cursor=fields.value("cursor")
        )
        rows = [view_incident(incident, ALERTS_LISTED) for incident in incidents]
        ignored = request.ignored(("open", *PAGING))
        return with_page(rows, next_cursor=next_cursor, ignored=ignored)

    def open_incident(self, request: Request) -> HttpAnswer:
        body = request.body_as(IncidentBody)
        opening = self._opening(request, body.title, body.severity)
        alert_ids = [AlertId(alert_id) for alert_id in body.alert_ids]
        joining = self._joining(request, body.responders, _field_of_responder)
        joined = open_incident(opening, alert_ids, joining, stores=self.stores)
        warnings = self._warnings(request, joined, joining, _field_of_responder)
        return with_data(view_incident(joined.incident), HTTPStatus.CREATED, warnings=warnings)

    def get_incident(self, request: Request, incident_id: str) -> HttpAnswer:
        _expect_reader(request)
        incident = self.stores.incidents.get(IncidentId(incident_id))
        updates = self.stores.incidents.updates(incident.incident_id)
        view = view_incident(incident) | {"updates": [view_update(update) for update in updates]}
        return with_data(view)

    def change_incident(self, request: Request, incident_id: str) -> HttpAnswer:
        body = request.body_as(IncidentChange)
        changes: dict[str, Any] = {}
        if body.title is not None:
            changes["title"] = body.title
        if body.severity is not None:
            changes["severity"] = body.severity
        said = None
        if body.status is not None:
            said = IncidentUpdate(at=request.at, by=request.actor, status=body.status)
        warnings: list[dict[str, str]] = []
        if body.responders:
            joining = self._joining(request, body.responders, _field_of_responder)
            _, warnings = self._join(request, incident_id, joining, _field_of_responder)
        incident = change_incident(
            IncidentId(incident_id),
            lambda it: replace(it, **changes) if changes else it,
            said=said,
            stores=self.stores,
        )
        return with_data(view_incident(incident), warnings=warnings)

    def add_responders(self, request: Request, incident_id: str) -> HttpAnswer:
        body = request.body_as(RespondersBody)
        users = body.users or [body.user or ""]
        self.stores.incidents.get(IncidentId(incident_id))

        def field_of(position: int) -> str:
            return f"users[{position}]" if body.users else "user"

        joining = self._joining(request, users, field_of, body.note)
        incident, warnings = self._join(request, incident_id, joining, field_of)
        return with_data(view_incident(incident), warnings=warnings)

    def _joining(
        self,
        request: Request,
        users: Sequence[str],
        field_of: Callable[[int], str],
        note: str | None = None,
    ) -> Joining:
        """Raises InvalidInputError; `details` name the users that do not exist."""
        named: Sequence[Target] = ()
        if users:
            directory = self.paging.directory(request.at, max_age=NOW)
            problems = [
                Problem(field_of(it.position), it.why)
                for it in unknown_targets(_targets(users), directory)
            ]
            if problems:
                message = "Only people that there are can be asked."
                raise InvalidInputError(message, problems)
            named = as_named(_targets(users), directory)
        names = tuple(dict.fromkeys(it.name for it in named))
        return Joining(users=names, by=request.actor, at=request.at, note=note)

    def _join(
        self,
        request: Request,
        incident_id: str,
        joining: Joining,
        field_of: Callable[[int], str],
    ) -> tuple[Incident, list[dict[str, str]]]:
        joined = add_responders(IncidentId(incident_id), joining, stores=self.stores)
        return joined.incident, self._warnings(request, joined, joining, field_of)

    def _warnings(
        self,
        request: Request,
        joined: Joined,
        joining: Joining,
        field_of: Callable[[int], str],
    ) -> list[dict[str, str]]:
        places = {user: field_of(joining.users.index(user)) for user in joined.users}
        if joined.asked_about is None:
            why = "is not asked: the incident has no alert to ask about"
            return [{"field": place, "problem": why} for place in places.values()]
        directory = self.paging.directory(request.at, max_age=NOW)
        found = unreached(_targets(joined.users), joined.asked_about, directory, by=request.actor)
        return [{"field": places[joined.users[it.position]], "problem": it.why} for it in found]

    def tell_update(self, request: Request, incident_id: str) -> HttpAnswer:
        body = request.body_as(UpdateBody)
        said = IncidentUpdate(
            at=request.at, by=request.actor, message=body.message, status=body.status
        )
        change_incident(IncidentId(incident_id), lambda it: it, said=said, stores=self.stores)
        return with_data(view_update(said), HTTPStatus.CREATED)

    def resolve_incident(self, request: Request, incident_id: str) -> HttpAnswer:
        body = request.body_as(ResolutionBody)
        if body.resolve_alerts:
            request.expect_scope(Scope.ALERTS_WRITE)
        said = IncidentUpdate(at=request.at, by=request.actor, message=body.note)
        done = resolve_incident(
            IncidentId(incident_id), said, with_alerts=body.resolve_alerts, stores=self.stores
        )
        told = {"resolved_alert_ids": done.resolved, "alerts_left": done.left}
        return with_data(view_incident(done.incident) | told)

    def attach_alerts(self, request: Request, incident_id: str) -> HttpAnswer:
        body = request.body_as(AttachmentBody)
        incident = attach_alerts(
            IncidentId(incident_id),
            [AlertId(alert_id) for alert_id in body.alert_ids],
            by=request.actor,
            at=request.at,
            stores=self.stores,
        )
        return with_data(view_incident(incident))

    def _opening(self, request: Request, title: str | None, severity: Severity | None) -> Opening:
        incident_id = ulid(request.at, entropy(self.random_bytes(_ID_BYTES)))
        return Opening(
            incident_id=IncidentId(incident_id),
            by=request.actor,
            at=request.at,
            title=title,
            severity=severity,
        )


def _expect_reader(request: Request) -> None:
    """The scope `alerts:read` suffices for reading; raises ScopeMissingError."""
    key = request.key
    if key is None or not (key.grants(Scope.INCIDENTS) or key.grants(Scope.ALERTS_READ)):
        message = f"This needs a key with the scope {Scope.INCIDENTS} or {Scope.ALERTS_READ}."
        raise ScopeMissingError(message)


def view_incident(incident: Incident, alerts_shown: int | None = None) -> dict[str, Any]:
    return {
        "id": incident.incident_id,
        "title": incident.title,
        "status": incident.status,
        "severity": incident.severity,
        "alert_count": len(incident.alert_ids),
        "alert_ids": incident.alert_ids[:alerts_shown],
        "responders": [view_responder(it) for it in incident.responders],
        **by_and_via("created", incident.created_by),
        "created_at": written(incident.created_at),
        "resolved_at": written(incident.resolved_at),
        **by_and_via("resolved", incident.resolved_by),
    }


def view_responder(responder: Responder) -> dict[str, Any]:
    return {
        "user": responder.user,
        "added_at": written(responder.at),
        **by_and_via("added", responder.by),
        "note": responder.note,
    }


def _field_of_responder(position: int) -> str:
    return f"responders[{position}]"


def _targets(users: Sequence[str]) -> list[Target]:
    return [Target(TargetKind.USER, user) for user in users]


def view_update(update: IncidentUpdate) -> dict[str, Any]:
    return {
        "at": written(update.at),
        "by": by_whom(update.by),
        "via": via_of(update.by),
        "message": update.message,
        "status": update.status,
    }
