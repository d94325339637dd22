"""Digests: what one message told of many alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.alert_view import view_row
from functions.alerts_api.answers import with_data
from functions.alerts_api.route import Route
from functions.alerts_api.routes.notifications import view_notification
from tocsin.domain.alert_json import written
from tocsin.domain.credential import Scope
from tocsin.domain.digest import DigestId
from tocsin.domain.errors import DigestNotFoundError
from tocsin.domain.ids import AlertId

if TYPE_CHECKING:
    from functions.alerts_api.ports import Ports
    from functions.alerts_api.request import Request
    from tocsin.lambda_runtime.http import HttpAnswer

ROWS_LIMIT: Final = 200
_OF_ITS_MESSAGE: Final = ("state", "reason", "attempts", "sent_at", "provider_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRoutes:
    ports: Ports

    def routes(self) -> tuple[Route, ...]:
        path = "/api/v1/digests/{digest_id}"
        return (Route("GET", path, "get_digest", self.get_digest, Scope.ALERTS_READ),)

    def get_digest(self, request: Request, digest_id: str) -> HttpAnswer:
        digest = self.ports.digests().get(DigestId(digest_id))
        if digest is None:
            raise DigestNotFoundError
        alerts = self.ports.alerts.get_many(digest.alert_ids[:ROWS_LIMIT])
        view = {
            "id": digest.digest_id,
            "target": digest.target,
            "channel": digest.channel,
            "severity": digest.severity,
            "frozen_at": written(digest.frozen_at),
            **self._message_of(digest.digest_id),
            "alert_count": len(digest.alert_ids),
            "alert_ids": digest.alert_ids,
            "alerts": [view_row(alert, request.at) for alert in alerts.values()],
        }
        return with_data(view)

    def _message_of(self, digest_id: DigestId) -> dict[str, Any]:
        """Its row of the ledger has the digest's id where others have an alert's."""
        sent = self.ports.notifications().of_alert(AlertId(digest_id))
        row = view_notification(sent[-1]) if sent else {}
        return {name: row.get(name) for name in _OF_ITS_MESSAGE}
