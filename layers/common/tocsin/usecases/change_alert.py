"""A person, a tool or a timer changes one alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tocsin.domain.alert import Alert
from tocsin.domain.errors import (
    AlertNotFoundError,
    ConcurrentUpdateError,
    ConflictError,
    SlotRefusedError,
)
from tocsin.domain.ids import AlertId, WriteId, is_ulid

if TYPE_CHECKING:
    from tocsin.usecases.ports import AlertRepository, NewWriteId

ATTEMPTS: Final = 5


def change_alert(
    alert_id: AlertId,
    change: Callable[[Alert], Alert],
    *,
    alerts: AlertRepository,
    new_write_id: NewWriteId,
) -> Alert:
    """Let the domain decide, write if that still holds; else decide again on what was met.

    What most alerts are, firing and awake, is presumed at first: then nothing is read.

    Args:
        alert_id: Any text; what is not an id of ours is unknown.
        change: A transition of `Alert`; returning the very same alert means nothing to write.
        alerts: Where it is kept.
        new_write_id: Makes a fresh id for each attempt.

    Raises:
        AlertNotFoundError: There is no such alert.
        ConflictError: The alert's state forbids the change; `change` raised it.
        ConcurrentUpdateError: It was changed by others again and again.
    """
    try:
        guessed = _guess(alert_id, change, alerts=alerts, write_id=new_write_id())
    except SlotRefusedError as refusal:
        met = refusal.current
    else:
        if guessed is not None:
            return guessed
        met = None
    for _ in range(ATTEMPTS):
        before = met if met and met.alert_id == alert_id else alerts.get(alert_id)
        after = change(before)
        if after is before:
            return before
        try:
            return alerts.update(before, after, write_id=new_write_id())
        except SlotRefusedError as refusal:
            met = refusal.current
    message = "Others keep changing this alert. Send the same request again."
    raise ConcurrentUpdateError(message)


def _guess(
    alert_id: AlertId,
    change: Callable[[Alert], Alert],
    *,
    alerts: AlertRepository,
    write_id: WriteId,
) -> Alert | None:
    """Change a firing alert without reading it; None if that is not what `change` is for."""
    if not is_ulid(alert_id):
        raise AlertNotFoundError
    presumed = Alert.presumed(alert_id)
    try:
        after = change(presumed)
    except ConflictError:
        return None
    if after is presumed or after.snooze is not None:
        # A snooze keeps the alert's severity, which is not known without a read.
        return None
    return alerts.update_presumed(presumed, after, write_id=write_id)


def correct_alert(
    alert_id: AlertId,
    change: Callable[[Alert], Alert],
    *,
    alerts: AlertRepository,
    new_write_id: NewWriteId,
) -> Alert:
    """Change an alert by what its sender said of it, so all of that is read, and read again.

    Raises:
        AlertNotFoundError: There is no such alert.
        ConflictError: The alert's state forbids the change; `change` raised it.
        ConcurrentUpdateError: It was changed by others again and again.
    """
    for _ in range(ATTEMPTS):
        before = alerts.get(alert_id)
        after = change(before)
        if after is before:
            return before
        try:
            return alerts.update(before, after, write_id=new_write_id())
        except SlotRefusedError:
            continue
    message = "Others keep changing this alert. Send the same request again."
    raise ConcurrentUpdateError(message)
