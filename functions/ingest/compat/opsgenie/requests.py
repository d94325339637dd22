"""Ids of requests, which hold the result of the request.

Opsgenie answers a write with the id of a request, by which clients ask for its result and,
after a create, name the alert. An alert's id is 128 bits, like a UUID, whose first four stay zero
until the year 2527: they say what was done, so nothing has to be kept.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from tocsin.domain.ids import (
    ALPHABET,
    FINGERPRINT_LENGTH,
    ULID_LENGTH,
    AlertId,
    fingerprint,
    is_ulid,
    ulid_bytes,
    ulid_from,
)

_DIGITS: Final = 32
_DONE_SHIFT: Final = 124
_REST: Final = (1 << _DONE_SHIFT) - 1
_BEGINNING_OF_TIME: Final = ALPHABET[0] * (ULID_LENGTH - FINGERPRINT_LENGTH)


class Done(IntEnum):
    CREATED = 0
    CLOSED = 1
    ACKNOWLEDGED = 2
    UNACKNOWLEDGED = 3
    SNOOZED = 4
    NOTED = 5
    UPDATED = 6
    CLOSED_BEFORE = 8
    ACKNOWLEDGED_BEFORE = 9
    UNACKNOWLEDGED_BEFORE = 10
    NO_SUCH_ALERT = 14
    PAUSED = 15

    @property
    def is_success(self) -> bool:
        return self < Done.CLOSED_BEFORE


STATUSES: Final = {
    Done.CREATED: ("Create", "Created alert"),
    Done.CLOSED: ("Close", "Closed alert"),
    Done.ACKNOWLEDGED: ("Acknowledge", "Acknowledged alert"),
    Done.UNACKNOWLEDGED: ("UnAcknowledge", "Unacknowledged alert"),
    Done.SNOOZED: ("Snooze", "Snoozed alert"),
    Done.NOTED: ("AddNote", "Added to the alert's timeline"),
    Done.UPDATED: ("Update", "Updated alert"),
    Done.CLOSED_BEFORE: ("Execute", "Alert is already closed"),
    Done.ACKNOWLEDGED_BEFORE: ("Acknowledge", "Alert is already acknowledged"),
    Done.UNACKNOWLEDGED_BEFORE: ("UnAcknowledge", "Alert is already unacknowledged"),
    Done.NO_SUCH_ALERT: ("Execute", "There is no open alert with this identifier"),
    Done.PAUSED: ("Execute", "The integration is paused: nothing was done"),
}
"""Action and status; clients look for some of these words (Zabbix: "There is no open alert",
"Alert is already")."""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    done: Done
    alert_id: AlertId | None


def request_id_of(done: Done, alert_id: str | None, integration: str) -> str:
    """Spell the result of a request as a UUID."""
    rest = int.from_bytes(ulid_bytes(alert_id or _nothing(integration)))
    digits = f"{done << _DONE_SHIFT | rest:0{_DIGITS}x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def read_request_id(text: str, integration: str) -> RequestRecord | None:
    """The inverse of `request_id_of`; None for what is no such id."""
    digits = text.replace("-", "")
    try:
        bits = int(digits, 16) if len(digits) == _DIGITS and digits.isalnum() else -1
        done = Done(bits >> _DONE_SHIFT)
    except ValueError:
        return None
    alert_id = ulid_from((bits & _REST).to_bytes(_DIGITS // 2))
    if alert_id == _nothing(integration):
        return RequestRecord(done, None)
    return RequestRecord(done, AlertId(alert_id)) if is_ulid(alert_id) else None


def _nothing(integration: str) -> str:
    """In place of an alert's id where there was no alert."""
    return _BEGINNING_OF_TIME + fingerprint(integration, "\0no alert")
