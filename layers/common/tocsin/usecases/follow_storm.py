"""A storm of the team: noticed by what the stream tells, looked after by its timer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched, islice
from typing import TYPE_CHECKING, Final

from tocsin.domain.errors import (
    AlertNotFoundError,
    AlreadyResolvedError,
    IncidentNotFoundError,
)
from tocsin.domain.ids import AUTO, AlertId
from tocsin.domain.incident import ALERTS_LIMIT, Incident, IncidentUpdate
from tocsin.domain.next_action import with_timer
from tocsin.domain.team_storm import STORM_WITHIN, TeamStorm, opened
from tocsin.domain.timers import StormTimer
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.consequences import StoredChange
    from tocsin.usecases.incident_work import IncidentStores, Links
    from tocsin.usecases.ports import NewWriteId, PagingRepository, StormRepository, TimerQueue

ATTACHED_AT_ONCE: Final = 10
"""Alerts of one transaction: the fewer, the less often a concurrent change refuses it."""
ATTACHED_IN_A_LOOK: Final = 300
"""Takes a few seconds of the timer's 30. A storm is looked at ten times at least, so that an
incident is full before it ends."""


def notice_storm(
    batch: Sequence[StoredChange],
    *,
    now: datetime,
    storms: StormRepository,
    paging: PagingRepository,
    timers: TimerQueue,
    new_write_id: NewWriteId,
) -> TeamStorm | None:
    """Note what a batch of the stream has opened; a storm begins when these are too many.

    Once for each batch that opened something: a write, and a read of the last two minutes. A batch
    that is told again notes the same alerts. Of two that notice at once, one begins the storm.

    Returns:
        The storm, if this began it.
    """
    news = [it.after for it in batch if it.earlier is None and it.after.is_open]
    news = [alert for alert in news if not alert.is_flapping]
    if not news:
        return None
    labels = paging.settings(now).storm_labels
    noted = [opened(alert, labels) for alert in news]
    storms.note(noted)
    times = [each.at for each in noted]
    around = storms.opened(min(times) - STORM_WITHIN, max(times) + STORM_WITHIN)
    before = None
    begun = TeamStorm.begun(around, at=now)
    if begun is not None:
        before = storms.newest()
        if before is not None and before.is_on:
            return None
        if before is not None:
            later = [each for each in around if each.at > before.newest_at]
            begun = TeamStorm.begun(later, at=now)
    if begun is None or not storms.keep(before, begun, write_id=new_write_id()):
        return None
    if begun.due_at is not None:
        timers.send([StormTimer(due_at=begun.due_at)], now=now)
    return begun


def run_storm(
    timer: StormTimer, *, at: datetime, storms: StormRepository, stores: IncidentStores
) -> TeamStorm | None:
    """Propose its incident, attach what was opened since, or end it.

    A crash on the way leaves the timer; the next tick goes on there.

    Returns:
        The storm as it is now, or None: nothing was due.
    """
    storm = storms.newest()
    if storm is None or not storm.is_on or storm.due_at != timer.due_at:
        return None
    noted = storms.opened(storm.since, at)
    after = storm.counted(noted).looked_at(at)
    _work_on_incident(after, [each.alert_id for each in noted], at, stores)
    is_kept = storms.keep(storm, after, write_id=stores.new_write_id())
    return after if is_kept else None


def _work_on_incident(
    storm: TeamStorm, alert_ids: Sequence[AlertId], at: datetime, stores: IncidentStores
) -> None:
    """Store the incident once, attach alerts, and say so at the end.

    People may resolve it meanwhile: then it stays as it is.
    """
    try:
        incident = stores.incidents.get(storm.incident_id)
    except IncidentNotFoundError:
        incident = _propose(storm, at, stores)
    if not incident.is_open:
        return
    try:
        incident = _retitled(incident, storm, stores)
        _attach(incident, alert_ids, at, stores)
        if not storm.is_on:
            _close(storm, at, stores)
    except (SlotRefusedError, AlreadyResolvedError):
        # A person changed it just now. The next look does the rest; the end has none.
        if not storm.is_on:
            _close(storm, at, stores)


def _propose(storm: TeamStorm, at: datetime, stores: IncidentStores) -> Incident:
    incident = Incident(
        incident_id=storm.incident_id,
        title=storm.title,
        severity=storm.severity,
        created_by=AUTO,
        created_at=at,
    )
    try:
        return stores.incidents.add(incident, (), write_id=stores.new_write_id())
    except SlotRefusedError:
        return stores.incidents.get(storm.incident_id)


def _retitled(incident: Incident, storm: TeamStorm, stores: IncidentStores) -> Incident:
    """Renew its title, unless a person gave it another."""
    if incident.title == storm.title or not storm.has_titled(incident.title):
        return incident
    worst = min(incident.severity, storm.severity, key=lambda it: it.rank)
    after = replace(incident, title=storm.title, severity=worst)
    return stores.incidents.update(incident, after, write_id=stores.new_write_id())


def _attach(
    incident: Incident, alert_ids: Sequence[AlertId], at: datetime, stores: IncidentStores
) -> None:
    """Attach what it has room for, the oldest first; the rest waits for the next look.

    So does what a concurrent change refuses.
    """
    missing = sorted({*alert_ids}.difference(incident.alert_ids))
    room = min(ATTACHED_IN_A_LOOK, ALERTS_LIMIT - len(incident.alert_ids))
    free = islice(_free(missing, stores), room)
    for some in batched(free, ATTACHED_AT_ONCE, strict=False):
        links: Links = [
            (alert, with_timer(alert.promoted(incident.incident_id, by=AUTO, at=at)))
            for alert in some
        ]
        after = incident.attached(alert.alert_id for alert, _ in links)
        try:
            incident = stores.incidents.update(
                incident, after, alerts=links, write_id=stores.new_write_id()
            )
        except SlotRefusedError:
            incident = stores.incidents.get(incident.incident_id)
            if not incident.is_open:
                return


def _free(alert_ids: Sequence[AlertId], stores: IncidentStores) -> Iterator[Alert]:
    """Those that belong to no incident."""
    for alert_id in alert_ids:
        try:
            alert = stores.alerts.get(alert_id)
        except AlertNotFoundError:
            continue
        if alert.incident_id is None:
            yield alert


def _close(storm: TeamStorm, at: datetime, stores: IncidentStores) -> None:
    """Say that it is over, once."""
    from tocsin.usecases.change_incident import change_incident

    known = stores.incidents.updates(storm.incident_id)
    if any(it.by == AUTO and it.message == storm.closing for it in known):
        return
    said = IncidentUpdate(at=at, by=AUTO, message=storm.closing)
    change_incident(storm.incident_id, lambda it: it, said=said, stores=stores)
