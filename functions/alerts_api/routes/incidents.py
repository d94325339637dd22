"""Incidents: promote alerts, add updates, resolve."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from functions.alerts_api.alert_filters import read_limit
from functions.alerts_api.answers import with_data, with_page
from functions.alerts_api.fields import Fields
from functions.alerts_api.request import PAGING, Request
from functions.alerts_api.route import Route
from functions.alerts_api.schemas.incidents import (
    AttachmentBody,
    IncidentBody,
    IncidentChange,
    PromotionBody,
    ResolutionBody,
    UpdateBody,
)
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.ids import AlertId, IncidentId, entropy, ulid
from tocsin.domain.incident import Incident, IncidentUpdate
from tocsin.domain.severity import Severity
from tocsin.lambda_runtime.http import HttpAnswer
from tocsin.usecases.change_incident import attach_alerts, change_incident, resolve_incident
from tocsin.usecases.incident_work import IncidentStores, Opening
from tocsin.usecases.open_incident import open_incident, promote_alert

INCIDENTS: Final = "/api/v1/incidents"
INCIDENT: Final = f"{INCIDENTS}/{{incident_id}}"
_ID_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRoutes:
    stores: IncidentStores
    random_bytes: Callable[[int], bytes]

    def routes(self) -> tuple[Route, ...]:
        scope = Scope.INCIDENTS
        promotion = "/api/v1/alerts/{alert_id}/create-incident"
        return (
            Route("POST", promotion, "create_incident", self.create_incident, scope),
            Route("GET", INCIDENTS, "list_incidents", self.list_incidents, scope),
            Route("POST", INCIDENTS, "open_incident", self.open_incident, scope),
            Route("GET", INCIDENT, "get_incident", self.get_incident, scope),
            Route("PATCH", INCIDENT, "change_incident", self.change_incident, scope),
            Route("POST", f"{INCIDENT}/updates", "tell_update", self.tell_update, scope),
            Route("POST", f"{INCIDENT}/resolve", "resolve_incident", self.resolve_incident, scope),
            Route("POST", f"{INCIDENT}/alerts", "attach_alerts", self.attach_alerts, scope),
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
        fields = Fields({name: text for name, text in request.query.items() if text.strip()})
        limit = read_limit(fields)
        is_open = fields.flag("open") if fields.has("open") else None
        fields.expect_good("The list cannot be read like that.")
        incidents, next_cursor = self.stores.incidents.list(
            is_open=is_open, limit=limit, cursor=fields.value("cursor")
        )
        rows = [view_incident(incident) for incident in incidents]
        ignored = request.ignored(("open", *PAGING))
        return with_page(rows, next_cursor=next_cursor, ignored=ignored)

    def open_incident(self, request: Request) -> HttpAnswer:
        body = request.body_as(IncidentBody)
        opening = self._opening(request, body.title, body.severity)
        alert_ids = [AlertId(alert_id) for alert_id in body.alert_ids]
        incident = open_incident(opening, alert_ids, stores=self.stores)
        return with_data(view_incident(incident), HTTPStatus.CREATED)

    def get_incident(self, _request: Request, incident_id: str) -> HttpAnswer:
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
        incident = change_incident(
            IncidentId(incident_id),
            lambda it: replace(it, **changes) if changes else it,
            said=said,
            stores=self.stores,
        )
        return with_data(view_incident(incident))

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
        incident, alert_ids = resolve_incident(
            IncidentId(incident_id), said, with_alerts=body.resolve_alerts, stores=self.stores
        )
        return with_data(view_incident(incident) | {"resolved_alert_ids": alert_ids})

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


def view_incident(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.incident_id,
        "title": incident.title,
        "status": incident.status,
        "severity": incident.severity,
        "alert_ids": incident.alert_ids,
        "created_by": incident.created_by,
        "created_at": written(incident.created_at),
        "resolved_at": written(incident.resolved_at),
        "resolved_by": incident.resolved_by,
    }


def view_update(update: IncidentUpdate) -> dict[str, Any]:
    return {
        "at": written(update.at),
        "by": update.by,
        "message": update.message,
        "status": update.status,
    }
