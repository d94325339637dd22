"""Actions on an alert: from a request's body to the domain's transition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from functions.alerts_api.fields import Fields
from tocsin.domain.alert import NOTE_LIMIT, SNOOZE_LIMIT, Alert, AlertStatus, Snooze
from tocsin.domain.errors import NotSnoozedError
from tocsin.domain.ids import Actor, by_whom
from tocsin.domain.timeline import Change, ChangeType

type Transition = Callable[[Alert], Alert]

NOTE_TEXT_LIMIT: Final = 10_000
"""Characters of a note that comes without another action."""
SNOOZE_SPANS: Final = ("duration", "seconds", "until")


class Action(StrEnum):
    """As in the paths and in a bulk request."""

    ACK = "ack"
    ACKNOWLEDGE = "acknowledge"
    UNACK = "unack"
    RESOLVE = "resolve"
    SNOOZE = "snooze"
    UNSNOOZE = "unsnooze"
    NOTE = "note"


@dataclass(slots=True, kw_only=True)
class Acknowledgement:
    """Acknowledges an alert that is not acknowledged yet; `was_acknowledged` is set when called."""

    by: Actor
    at: datetime
    note: str | None
    was_acknowledged: bool = False

    def __call__(self, alert: Alert) -> Alert:
        self.was_acknowledged = alert.status is AlertStatus.ACKNOWLEDGED
        if self.was_acknowledged:
            return alert
        return alert.acknowledge(by=self.by, at=self.at, note=self.note)


def read_transition(
    action: Action, body: Mapping[str, Any], *, by: Actor, at: datetime
) -> Transition:
    """Read the body of any action but a note; unknown fields are ignored.

    Raises:
        InvalidInputError: `details` name each field that is wrong.
    """
    if action is Action.SNOOZE:
        snooze = _read_snooze(body, at)
        return lambda alert: alert.snoozed(snooze, by=by, at=at)
    fields = Fields(body)
    note = fields.text("note", NOTE_LIMIT)
    fields.expect_good(f"This cannot be said with {action}.")
    if action is Action.ACK:
        return Acknowledgement(by=by, at=at, note=note)
    transition = _TRANSITIONS[action]
    return lambda alert: transition(alert, by=by, at=at, note=note)


def read_note(body: Mapping[str, Any], *, by: Actor, at: datetime) -> Change:
    """Read a note without another action.

    Raises:
        InvalidInputError: There is none, or it is too long.
    """
    fields = Fields(body)
    note = fields.text("note", NOTE_TEXT_LIMIT)
    if note is None and not fields.problems:
        fields.refuse("note", "must be a text that is not blank")
    fields.expect_good("This is no note.")
    return Change(type=ChangeType.NOTE, at=at, by=by, details={"note": note})


def _woken(alert: Alert, *, by: Actor, at: datetime, note: str | None) -> Alert:
    if alert.is_open and not alert.is_snoozed(at):
        message = "This alert is not snoozed."
        raise NotSnoozedError(message)
    return alert.woken(by=by, at=at, reason=note or f"{by_whom(by)} ended the snooze")


_TRANSITIONS: Final[Mapping[Action, Callable[..., Alert]]] = {
    Action.ACKNOWLEDGE: Alert.acknowledge,
    Action.UNACK: Alert.unacknowledge,
    Action.RESOLVE: Alert.resolve,
    Action.UNSNOOZE: _woken,
}


def _read_snooze(body: Mapping[str, Any], at: datetime) -> Snooze:
    fields = Fields(body)
    until = _read_until(fields, at)
    snooze = Snooze(
        until=until or at,
        reason=fields.text("reason", NOTE_LIMIT),
        sticky_severity=fields.flag("sticky_severity"),
        sticky_output=fields.flag("sticky_output"),
    )
    fields.expect_good("This alert cannot be snoozed like that.")
    return snooze


def _read_until(fields: Fields, at: datetime) -> datetime | None:
    spans = [name for name in SNOOZE_SPANS if fields.has(name)]
    if len(spans) != 1:
        fields.refuse(" | ".join(SNOOZE_SPANS), "exactly one of the three must be there")
        return None
    name = spans[0]
    if name == "until":
        until = fields.instant(name)
        length = until - at if until else None
    else:
        length = fields.duration(name)
    if length is None:
        return None
    if length <= timedelta():
        fields.refuse(name, "must lie ahead")
    if length > SNOOZE_LIMIT:
        fields.refuse(name, f"must be at most {SNOOZE_LIMIT.days} days")
    return None if fields.problems else at + length
