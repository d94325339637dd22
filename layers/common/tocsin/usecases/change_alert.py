"""A person, a tool or a timer changes one alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import ConcurrentUpdateError
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import with_timer
from tocsin.usecases.refusals import SlotRefusedError

if TYPE_CHECKING:
    from tocsin.usecases.ports import AlertRepository, NewWriteId

ATTEMPTS: Final = 5


def change_alert(
    alert_id: AlertId,
    change: Callable[[Alert], Alert],
    *,
    alerts: AlertRepository,
    new_write_id: NewWriteId,
    needs_facts: bool = False,
    known: Alert | None = None,
) -> Alert:
    """Read, decide, write if the version is still the one that was read.

    Nothing is written if `change` returns the same alert. Big facts, if it needs them, are
    another read. An alert that is `known` was read just before, and is not read again unless
    it has changed since.

    Raises:
        AlertNotFoundError: There is no such alert.
        ConflictError: The alert's state forbids the change; `change` raised it.
        ConcurrentUpdateError: Concurrent writes came first, each time.
    """
    read = alerts.get if needs_facts else alerts.get_shortened
    for _ in range(ATTEMPTS):
        before, known = known or read(alert_id), None
        after = change(before)
        if after is before:
            return before
        try:
            return alerts.update(before, with_timer(after), write_id=new_write_id())
        except SlotRefusedError:
            continue
    message = "Others keep changing this alert. Send the same request again."
    raise ConcurrentUpdateError(message)
