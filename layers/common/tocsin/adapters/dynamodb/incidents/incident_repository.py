"""Incidents: one partition each, listed through `by_state` without a scan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.activity.scribe import ObjectChange, Scribe, noted
from tocsin.adapters.dynamodb.alerts.items import Image, Item, number, text
from tocsin.adapters.dynamodb.alerts.writes import state_update
from tocsin.adapters.dynamodb.incidents.incident_items import (
    incident_from,
    incident_item,
    update_from,
    update_item,
)
from tocsin.adapters.dynamodb.queries import get_item, get_items, query_all, query_some
from tocsin.adapters.dynamodb.timeline.timeline_items import change_item
from tocsin.adapters.dynamodb.transactions import (
    IS_NEW,
    Action,
    TransactionRefusedError,
    put,
    transact,
)
from tocsin.domain.alert import Alert
from tocsin.domain.errors import IncidentNotFoundError, InvalidInputError, Problem
from tocsin.domain.ids import (
    AlertId,
    Fingerprint,
    IncidentId,
    WriteId,
    is_ulid,
    milliseconds,
)
from tocsin.domain.incident import Incident, IncidentUpdate
from tocsin.usecases.refusals import SlotRefusedError

type Link = tuple[Alert, Alert]
"""An alert before and after it was promoted."""

_IS_AS_READ: Final = "version = :read_version"


@dataclass(frozen=True, slots=True)
class DynamoDBIncidents:
    """Implements `IncidentRepository`."""

    call: Call
    table_name: str
    retention: timedelta
    """Of timeline entries; incidents themselves stay."""
    scribe: Scribe | None = None
    """Writes who changed what with each change."""

    def get(self, incident_id: IncidentId) -> Incident:
        if not is_ulid(incident_id):
            raise IncidentNotFoundError
        image = get_item(self.call, self.table_name, keys.incident_key(incident_id))
        if image is None:
            raise IncidentNotFoundError
        return incident_from(image)

    def list(
        self, *, is_open: bool | None, limit: int, cursor: str | None
    ) -> tuple[tuple[Incident, ...], str | None]:
        # The index only has the ids: its copy of an incident may be old.
        if cursor is not None and not is_ulid(cursor):
            problem = Problem("cursor", "is not one that this list gave")
            message = "The cursor is wrong; leave it out to begin at the first page."
            raise InvalidInputError(message, [problem])
        # Open ones first: an incident that is resolved meanwhile is met twice, never missed.
        states = (True, False) if is_open is None else (is_open,)
        found = {
            IncidentId(image["id"]["S"])
            for state in states
            for image in self._newest(keys.incident_state_key(is_open=state), limit + 1, cursor)
        }
        ids = sorted(found, reverse=True)
        wanted = [keys.incident_key(incident_id) for incident_id in ids[:limit]]
        incidents = [
            incident_from(image) for image in get_items(self.call, self.table_name, wanted)
        ]
        page = sorted(
            (one for one in incidents if is_open is None or one.is_open is is_open),
            key=lambda incident: incident.incident_id,
            reverse=True,
        )
        return tuple(page), ids[limit - 1] if len(ids) > limit else None

    def add(self, incident: Incident, alerts: Sequence[Link], *, write_id: WriteId) -> Incident:
        item = incident_item(incident, write_id)
        actions = [put(self.table_name, item, IS_NEW), *self._noted(None, incident, write_id)]
        self._write(actions, alerts, write_id)
        return incident

    def update(
        self,
        before: Incident,
        after: Incident,
        *,
        said: IncidentUpdate | None = None,
        alerts: Sequence[Link] = (),
        write_id: WriteId,
    ) -> Incident:
        stored = replace(after, version=before.version + 1)
        expected = {":read_version": number(before.version)}
        actions = [put(self.table_name, incident_item(stored, write_id), _IS_AS_READ, expected)]
        if said is not None:
            actions.append(put(self.table_name, update_item(stored, said), IS_NEW))
        actions += self._noted(before, stored, write_id, said)
        self._write(actions, alerts, write_id)
        return stored

    def updates(self, incident_id: IncidentId) -> tuple[IncidentUpdate, ...]:
        partition = keys.incident_partition(incident_id)
        images = query_all(self.call, self.table_name, partition, keys.INCIDENT_UPDATES_FROM)
        return tuple(update_from(image) for image in images)

    def _noted(
        self,
        before: Incident | None,
        after: Incident,
        write_id: WriteId,
        said: IncidentUpdate | None = None,
    ) -> tuple[Action, ...]:
        words = {"message": said.message} if said and said.message else {}
        change = ObjectChange(
            kind="incident", name=after.incident_id, before=before, after=after, said=words
        )
        return noted(self.scribe, change, write_id)

    def _newest(self, state: str, limit: int, cursor: str | None) -> Sequence[Image]:
        request: dict[str, Any] = {
            "TableName": self.table_name,
            "IndexName": keys.BY_STATE,
            "KeyConditionExpression": "state_key = :state",
            "ExpressionAttributeValues": {":state": text(state)},
            "ScanIndexForward": False,
        }
        if cursor is not None:
            request["KeyConditionExpression"] += " AND id < :cursor"
            request["ExpressionAttributeValues"][":cursor"] = text(cursor)
        return query_some(self.call, request, limit)

    def _write(self, actions: Sequence[Action], alerts: Sequence[Link], write_id: WriteId) -> None:
        """Write with all alerts in their slots; if refused, with some as former episodes."""
        former = _surely_former(alerts)
        try:
            self._attempt(actions, alerts, former, write_id)
        except TransactionRefusedError as refusal:
            moved = _moved(alerts, former, refusal.met[len(actions) :])
            if not moved or any(met is not None for met in refusal.met[: len(actions)]):
                raise SlotRefusedError(None) from refusal
        else:
            return
        try:
            self._attempt(actions, alerts, former | moved, write_id, attempt=2)
        except TransactionRefusedError as refusal:
            raise SlotRefusedError(None) from refusal

    def _attempt(
        self,
        actions: Sequence[Action],
        alerts: Sequence[Link],
        former: frozenset[AlertId],
        write_id: WriteId,
        attempt: int = 1,
    ) -> None:
        """One transaction: the actions, one update an alert, then timeline entries."""
        updates = [self._link(link, former, write_id) for link in alerts]
        told = [
            put(self.table_name, row, IS_NEW)
            for before, after in alerts
            if before.alert_id in former
            for row in self._told(before, after)
        ]
        transact(self.call, (*actions, *updates, *told), write_id=write_id, attempt=attempt)

    def _link(self, link: Link, former: frozenset[AlertId], write_id: WriteId) -> Action:
        before, after = link
        update, _ = state_update(before, after, write_id=write_id, retention=self.retention)
        is_former = before.alert_id in former
        key = keys.episode_key(before.alert_id) if is_former else keys.slot_key(before.fingerprint)
        return {"Update": update.parameters(self.table_name, key)}

    def _told(self, before: Alert, after: Alert) -> Iterator[Item]:
        """Timeline entries of a former episode: the stream follows slots only."""
        for position, change in enumerate(after.changes):
            at, version = milliseconds(change.at), before.version + 1
            key = keys.change_key(after.alert_id, at, version, position)
            yield change_item(key, change, self.retention)


def _surely_former(alerts: Sequence[Link]) -> frozenset[AlertId]:
    """Of several episodes of one dedup key only the newest can be in the slot."""
    newest: dict[Fingerprint, AlertId] = {}
    for before, _ in alerts:
        slot = before.fingerprint
        newest[slot] = max(newest.get(slot, before.alert_id), before.alert_id)
    return frozenset(
        before.alert_id for before, _ in alerts if newest[before.fingerprint] != before.alert_id
    )


def _moved(
    alerts: Sequence[Link], former: frozenset[AlertId], met: Sequence[Item | None]
) -> frozenset[AlertId]:
    """Resolved alerts that were not in their slots; none if another condition failed."""
    moved: set[AlertId] = set()
    for (before, _), found in zip(alerts, met, strict=False):
        if found is None:
            continue
        is_elsewhere = found.get("id") != text(before.alert_id)
        if before.is_open or before.alert_id in former or not is_elsewhere:
            return frozenset()
        moved.add(before.alert_id)
    is_all = all(item is None for item in met[len(alerts) :])
    return frozenset(moved) if is_all else frozenset()
