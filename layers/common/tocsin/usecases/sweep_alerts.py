"""Every few minutes: look whether any open alert was forgotten, mend it, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery, Sort
from tocsin.domain.errors import AlertNotFoundError, SlotRefusedError
from tocsin.domain.next_action import next_action
from tocsin.domain.sweep import OURSELVES, Ailment, Finding, ailment_of, self_report
from tocsin.usecases.follow_changes import page_step
from tocsin.usecases.receive_signal import receive_signal

if TYPE_CHECKING:
    from tocsin.usecases.follow_changes import Outlets
    from tocsin.usecases.ports import AlertRepository


def sweep_alerts(
    *, now: datetime, alerts: AlertRepository, outlets: Outlets
) -> tuple[Finding, ...]:
    """Look at every open alert.

    Returns:
        What was found and, but for what is only overdue, mended.
    """
    found = tuple(_findings(now, alerts, outlets))
    for finding in found:
        _mend(finding, now, outlets)
    if found:
        receive_signal(
            self_report(len(found)),
            OURSELVES,
            at=now,
            slots=outlets.slots,
            paging=outlets.paging,
            new_write_id=outlets.new_write_id,
        )
    return found


def _findings(now: datetime, alerts: AlertRepository, outlets: Outlets) -> Iterator[Finding]:
    """Suspect by the list, and confirm by what is stored."""
    for row in _open_alerts(now, alerts):
        if ailment_of(row, now) is None:
            continue
        try:
            alert = alerts.get(row.alert_id)
        except AlertNotFoundError:
            continue
        ailment = ailment_of(alert, now)
        if ailment is not None and not (ailment is Ailment.UNPAGED and _is_known(alert, outlets)):
            yield Finding(alert=alert, ailment=ailment)


def _open_alerts(now: datetime, alerts: AlertRepository) -> Iterator[Alert]:
    query = AlertQuery(
        statuses=frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)),
        sort=Sort.OLDEST,
        limit=LIMIT_MAXIMUM,
    )
    while True:
        page = alerts.list(query, at=now)
        yield from page.alerts
        if page.next_cursor is None:
            return
        query = replace(query, cursor=page.next_cursor)


def _is_known(alert: Alert, outlets: Outlets) -> bool:
    """Whether the ledger has a message of the step that the alert stands at."""
    stands = (alert.escalation.step, alert.escalation.loop)
    return any(
        (each.delivery.step, each.delivery.loop) == stands
        for each in outlets.notifications.of_alert(alert.alert_id)
    )


def _mend(finding: Finding, now: datetime, outlets: Outlets) -> None:
    alert = finding.alert
    match finding.ailment:
        case Ailment.NO_TIMER:
            due_at = next_action(alert).at
            try:
                outlets.slots.set_timer(alert, due_at)
            except SlotRefusedError:
                return
        case Ailment.UNPAGED:
            page_step(alert, now, outlets)
        case Ailment.OVERDUE:
            # Each tick sends its timer; that this does not help is for people to mend.
            return
