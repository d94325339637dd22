"""The item of an alert."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts import details
from tocsin.adapters.dynamodb.alerts.escalation_text import (
    escalation_from,
    flapping_from,
    write_escalation,
    write_flapping,
)
from tocsin.domain.alert import Alert, AlertStatus, Routed, Snooze
from tocsin.domain.asking import Asking
from tocsin.domain.escalation import Escalation
from tocsin.domain.ids import (
    Actor,
    AlertId,
    Fingerprint,
    IncidentId,
    WriteId,
    instant,
    milliseconds,
)
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Value
from tocsin.domain.subject import subject_of
from tocsin.domain.timeline import Change, ChangeType

if TYPE_CHECKING:
    from tocsin.domain.hours import Hours

type Attribute = dict[str, Any]
type Item = dict[str, Attribute]
type Image = Mapping[str, Mapping[str, Any]]

ENTITY: Final = "alert"
SUBJECT: Final = "subject"
SUBJECT_DIGEST: Final = "subj"
"""There while severity and facts as stored give the subject; `subject` is not read then. A repeat
whose facts give another one is refused, and stores the subject."""
_MILLISECOND: Final = timedelta(milliseconds=1)
_LISTED_NAMES: Final = {
    short: name for name, short in (keys.LISTED_FIELDS | keys.COPIED_FIELDS).items()
}


@dataclass(frozen=True, slots=True)
class PackedFacts:
    """Facts as stored: inline, and the whole if too big."""

    inline: str
    whole: str | None = None
    overflow: str | None = None


def pack_facts(facts: Facts, dedup_key: str) -> PackedFacts:
    """Pack facts, separately if they are too big to be rewritten with every repeat."""
    whole = details.pack(facts, dedup_key)
    if len(whole) <= details.INLINE_LIMIT_BYTES:
        return PackedFacts(_base64(whole))
    inline = details.pack(details.shortened(facts), dedup_key)
    return PackedFacts(_base64(inline), _base64(whole), details.digest(whole))


def facts_from(packed: str) -> tuple[Facts, str]:
    return details.unpack(binascii.a2b_base64(packed))


def number(value: int) -> Attribute:
    return {"N": str(value)}


def text(value: str) -> Attribute:
    return {"S": value}


def time(value: datetime) -> Attribute:
    """In milliseconds since 1970."""
    return number(milliseconds(value))


def write_value(value: Value) -> Attribute:
    """As JSON, which keeps its type."""
    return text(json.dumps(value))


def write_changes(changes: Sequence[Change]) -> Attribute:
    """Write the changes of a version, for the stream."""
    rows = [
        [change.type, milliseconds(change.at), change.by, dict(change.details)]
        for change in changes
    ]
    return text(json.dumps(rows, separators=(",", ":"), ensure_ascii=False))


def changes_from(image: Image) -> tuple[Change, ...]:
    rows = json.loads(image["changes"]["S"]) if "changes" in image else ()
    return tuple(
        Change(type=ChangeType(type_), at=instant(at), by=Actor(by), details=more)
        for type_, at, by, more in rows
    )


def state_of(alert: Alert, retention: timedelta) -> Item:
    """All attributes of an alert but its key, its facts, its timer and what repeats count.

    `closed_key` is its `state_key` once resolved, for a write that resolves it unread.
    """
    optional: dict[str, Attribute | None] = {
        "source_started_at": maybe_time(alert.source_started_at),
        "acknowledged_at": maybe_time(alert.acknowledged_at),
        "acknowledged_by": maybe_text(alert.acknowledged_by),
        "resolves_at": maybe_time(alert.resolves_at),
        "lapses_at": maybe_time(alert.lapses_at),
        "resolved_at": maybe_time(alert.resolved_at),
        "resolved_by": maybe_text(alert.resolved_by),
        "snooze": text(_written_snooze(alert.snooze)) if alert.snooze else None,
        "incident_id": maybe_text(alert.incident_id),
        "escalation": maybe_text(write_escalation(alert.escalation)),
        "told": number(alert.told_version) if alert.told_version else None,
        "flapping": text(write_flapping(alert.flapping)) if alert.flapping else None,
        "assigned_to": maybe_text(alert.assigned_to),
        "askings": text(_written_askings(alert.askings)) if alert.askings else None,
        "expires_at": expiry(alert.resolved_at, retention) if alert.resolved_at else None,
        **_written_routed(alert.routed),
    }
    return {
        "entity": text(ENTITY),
        "id": text(alert.alert_id),
        "severity": text(alert.severity),
        "episode": number(alert.episode),
        "integration": text(alert.integration),
        "changed_at": time(alert.changed_at),
        "state_key": text(keys.state_key(alert.status, alert.severity)),
        "closed_key": text(keys.state_key(AlertStatus.RESOLVED, alert.severity)),
        **_written_subject(alert),
    } | {name: attribute for name, attribute in optional.items() if attribute is not None}


def computed_subject(severity: Severity, facts: Facts) -> str:
    """The same from whole facts and from what is left of big ones."""
    return subject_of(severity, details.shortened(facts))


def subject_digest(subject: str) -> Attribute:
    """Distinguish the subjects of one episode; 24 bits are enough."""
    return {"B": _base64(hashlib.sha256(subject.encode()).digest()[:3])}


def _written_subject(alert: Alert) -> Item:
    """A subject that the facts give is left out: every repeat would rewrite it."""
    if not alert.subject:
        return {}
    if alert.routed and alert.routed.sent_severity:
        # A repeat says another severity, which does not give it.
        return {SUBJECT: text(alert.subject)}
    if alert.subject == computed_subject(alert.severity, alert.facts):
        return {SUBJECT_DIGEST: subject_digest(alert.subject)}
    return {SUBJECT: text(alert.subject)}


def _read_subject(image: Image, severity: Severity, facts: Facts) -> str:
    if SUBJECT_DIGEST in image:
        return computed_subject(severity, facts)
    return read_text(image, SUBJECT) or ""


def timer_attributes(slot: Fingerprint, due_at: datetime | None) -> Item:
    """The entry in the `due` index; none without a timer."""
    if due_at is None:
        return {}
    return {"due_key": text(keys.due_key(keys.shard_of(slot))), "due_at": time(due_at)}


def expiry(ended_at: datetime, retention: timedelta) -> Attribute:
    """For TTL, in seconds since 1970; DynamoDB deletes within days of it."""
    return number(int((ended_at + retention).timestamp()))


def alert_item(
    alert: Alert, packed: PackedFacts, *, write_id: WriteId, retention: timedelta
) -> Item:
    value = write_value(alert.current_value)
    slot = alert.fingerprint
    state = state_of(alert, retention)
    repeated = {
        "occurrences": number(alert.occurrences),
        "last_seen_at": time(alert.last_seen_at),
        "current_value": value,
    }
    listed = {
        short: state.pop(name) for name, short in keys.LISTED_FIELDS.items() if name in state
    } | {short: repeated[name] for name, short in keys.COPIED_FIELDS.items()}
    item = keys.slot_key(slot) | state | timer_attributes(slot, alert.timer_at) | repeated
    item |= {
        keys.LISTED: {"M": listed},
        "version": number(alert.version),
        "changes": write_changes(alert.changes),
        "write_id": text(write_id),
        "output_hash": text(alert.output_hash),
        "details": {"B": packed.inline},
    }
    if packed.overflow:
        item["overflow"] = text(packed.overflow)
    if alert.notification_count:
        item["notification_count"] = number(alert.notification_count)
    return item


def alert_from(image: Image, *, whole: str | None = None) -> Alert:
    """Read an alert from its item, or from its row of an index.

    Args:
        image: The item; a row of an index lacks version, output's hash and the newest counts.
        whole: The whole facts, if they were read.
    """
    facts, dedup_key = facts_from(whole or image["details"]["B"])
    alert_id = AlertId(image["id"]["S"])
    status, severity = keys.cell_of(image["state_key"]["S"])
    shown = {_LISTED_NAMES[short]: it for short, it in image[keys.LISTED]["M"].items()}
    counted = "occurrences" in image
    repeated = image if counted else shown
    last_seen_at = instant(int(repeated["last_seen_at"]["N"]))
    return Alert(
        alert_id=alert_id,
        integration=shown["integration"]["S"],
        dedup_key=dedup_key,
        status=status,
        severity=severity,
        facts=facts,
        output_hash=image["output_hash"]["S"] if counted else "",
        subject=_read_subject(image, severity, facts),
        overflow=read_text(image, "overflow"),
        episode=int(shown["episode"]["N"]),
        version=int(image["version"]["N"]) if counted else 0,
        told_version=int(image["told"]["N"]) if "told" in image else 0,
        occurrences=int(repeated["occurrences"]["N"]),
        last_seen_at=last_seen_at,
        current_value=_read_value(repeated["current_value"]["S"]),
        source_started_at=read_time(image, "source_started_at"),
        acknowledged_at=read_time(shown, "acknowledged_at"),
        acknowledged_by=_read_actor(shown, "acknowledged_by"),
        resolves_at=read_time(image, "resolves_at"),
        lapses_at=read_time(image, "lapses_at"),
        resolved_at=read_time(image, "resolved_at"),
        resolved_by=_read_actor(shown, "resolved_by"),
        snooze=_read_snooze(image) if "snooze" in image else None,
        incident_id=_read_incident(shown),
        escalation=(
            escalation_from(shown["escalation"]["S"]) if "escalation" in shown else Escalation()
        ),
        flapping=flapping_from(shown["flapping"]["S"]) if "flapping" in shown else None,
        askings=_read_askings(shown["askings"]["S"]) if "askings" in shown else (),
        assigned_to=read_text(shown, "assigned_to"),
        notification_count=(
            int(image["notification_count"]["N"]) if "notification_count" in image else 0
        ),
        routed=_read_routed(shown),
        timer_at=read_time(image, "due_at"),
        changed_at=read_time(image, "changed_at") or last_seen_at,
    )


def listed_occurrences(image: Image) -> int:
    """The occurrences that lists show: those of the last refresh."""
    return int(image[keys.LISTED]["M"][keys.COPIED_FIELDS["occurrences"]]["N"])


def is_image_snoozed(image: Image, at: datetime) -> bool:
    """Whether the alert of an image is snoozed, without reading the rest."""
    return "snooze" in image and at < _read_snooze(image).until


def slot_of(image: Image) -> Fingerprint:
    return Fingerprint(image["pk"]["S"].removeprefix("A#"))


def _written_snooze(snooze: Snooze) -> str:
    fields: dict[str, Any] = {
        "until": milliseconds(snooze.until),
        "severity": snooze.severity,
    }
    if snooze.reason:
        fields["reason"] = snooze.reason
    if snooze.by:
        fields["by"] = snooze.by
    if snooze.sticky_severity:
        fields["sticky_severity"] = True
    if snooze.sticky_output:
        fields["sticky_output"] = True
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False)


def _read_snooze(image: Image) -> Snooze:
    fields = json.loads(image["snooze"]["S"])
    return Snooze(
        until=instant(fields["until"]),
        reason=fields.get("reason"),
        severity=Severity(fields["severity"]),
        by=Actor(fields["by"]) if "by" in fields else None,
        sticky_severity=fields.get("sticky_severity", False),
        sticky_output=fields.get("sticky_output", False),
    )


def _written_routed(routed: Routed | None) -> dict[str, Attribute | None]:
    """What a route set: a repeat is held against the severity that was sent."""
    if routed is None:
        return {}
    closes = routed.close_after
    return {
        "route": text(routed.route),
        "sent_severity": maybe_text(routed.sent_severity),
        "close_after": None if closes is None else number(closes // _MILLISECOND),
        **_written_hours(routed),
    }


def _written_hours(routed: Routed) -> dict[str, Attribute]:
    if not routed.only:
        return {}
    from tocsin.adapters.dynamodb.hours_items import write_hours

    return {"route_hours": write_hours(routed.only, routed.time_zone)}


def _read_routed(shown: Image) -> Routed | None:
    if "route" not in shown:
        return None
    sent = read_text(shown, "sent_severity")
    closes = int(shown["close_after"]["N"]) if "close_after" in shown else None
    only, time_zone = _read_hours(shown)
    return Routed(
        route=shown["route"]["S"],
        sent_severity=None if sent is None else Severity(sent),
        close_after=None if closes is None else closes * _MILLISECOND,
        only=only,
        time_zone=time_zone or "UTC",
    )


def _read_hours(shown: Image) -> "tuple[tuple[Hours, ...], str | None]":
    if "route_hours" not in shown:
        return (), None
    from tocsin.adapters.dynamodb.hours_items import hours_from

    return hours_from(shown["route_hours"])


def _written_askings(askings: Sequence[Asking]) -> str:
    rows = [
        [it.version, milliseconds(it.at), it.by, it.targets, int(it.is_assignment), it.note]
        for it in askings
    ]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


def _read_askings(written: str) -> tuple[Asking, ...]:
    return tuple(
        Asking(
            version=version,
            at=instant(at),
            by=Actor(by),
            targets=tuple(targets),
            is_assignment=bool(is_assignment),
            note=note,
        )
        for version, at, by, targets, is_assignment, note in json.loads(written)
    )


def _read_value(written: str) -> Value:
    """Most senders measure nothing."""
    value: Value = None if written == "null" else json.loads(written)
    return value


def maybe_time(value: datetime | None) -> Attribute | None:
    return None if value is None else time(value)


def maybe_text(value: str | None) -> Attribute | None:
    return None if value is None else text(value)


def read_time(image: Image, name: str) -> datetime | None:
    return instant(int(image[name]["N"])) if name in image else None


def read_text(image: Image, name: str) -> str | None:
    return str(image[name]["S"]) if name in image else None


def _read_actor(image: Image, name: str) -> Actor | None:
    return Actor(image[name]["S"]) if name in image else None


def _read_incident(image: Image) -> IncidentId | None:
    return IncidentId(image["incident_id"]["S"]) if "incident_id" in image else None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
