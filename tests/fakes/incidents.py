"""Incidents in memory, beside the alerts that they link."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tests.fakes.alerts import InMemoryAlerts
from tocsin.domain.alert import Alert
from tocsin.domain.errors import IncidentNotFoundError, InvalidInputError, Problem
from tocsin.domain.ids import IncidentId, WriteId, is_ulid
from tocsin.domain.incident import Incident, IncidentUpdate
from tocsin.usecases.refusals import SlotRefusedError


class InMemoryIncidents:
    """IncidentRepository."""

    def __init__(self, alerts: InMemoryAlerts) -> None:
        self._alerts = alerts
        self._stored: dict[IncidentId, Incident] = {}
        self._said: defaultdict[IncidentId, list[IncidentUpdate]] = defaultdict(list)

    def get(self, incident_id: IncidentId) -> Incident:
        try:
            return self._stored[incident_id]
        except KeyError:
            raise IncidentNotFoundError from None

    def list(
        self, *, is_open: bool | None, limit: int, cursor: str | None
    ) -> tuple[tuple[Incident, ...], str | None]:
        if cursor is not None and not is_ulid(cursor):
            raise InvalidInputError("The cursor is wrong.", [Problem("cursor", "is unknown")])
        newest_first = sorted(self._stored, reverse=True)
        following = [
            self._stored[one]
            for one in newest_first
            if (cursor is None or one < cursor)
            and (is_open is None or self._stored[one].is_open is is_open)
        ]
        page = tuple(following[:limit])
        return page, page[-1].incident_id if len(following) > limit else None

    def add(
        self, incident: Incident, alerts: Sequence[tuple[Alert, Alert]], *, write_id: WriteId
    ) -> Incident:
        if incident.incident_id in self._stored:
            raise SlotRefusedError(None)
        self._link(alerts, write_id)
        self._stored[incident.incident_id] = incident
        return incident

    def update(
        self,
        before: Incident,
        after: Incident,
        *,
        said: IncidentUpdate | None = None,
        alerts: Sequence[tuple[Alert, Alert]] = (),
        write_id: WriteId,
    ) -> Incident:
        stored = self._stored.get(before.incident_id)
        if stored is None or stored.version != before.version:
            raise SlotRefusedError(None)
        self._link(alerts, write_id)
        if said is not None:
            self._said[before.incident_id].append(said)
        self._stored[before.incident_id] = replace(after, version=before.version + 1)
        return self._stored[before.incident_id]

    def updates(self, incident_id: IncidentId) -> tuple[IncidentUpdate, ...]:
        return tuple(self._said[incident_id])

    def _link(self, alerts: Sequence[tuple[Alert, Alert]], write_id: WriteId) -> None:
        for before, _ in alerts:
            current = self._alerts.get(before.alert_id)
            if current.version != before.version:
                raise SlotRefusedError(current)
        for before, after in alerts:
            self._alerts.update(before, after, write_id=write_id)
