"""The conditional writes of alerts, as parameters of DynamoDB."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import (
    SUBJECT,
    SUBJECT_DIGEST,
    Attribute,
    Item,
    PackedFacts,
    computed_subject,
    expiry,
    number,
    pack_facts,
    state_of,
    subject_digest,
    text,
    time,
    timer_attributes,
    write_changes,
    write_value,
)
from tocsin.domain.alert import Alert
from tocsin.domain.ids import WriteId
from tocsin.domain.reception import Source
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import Change

type Parameters = dict[str, Any]

_ONE: Final = number(1)

IS_OPEN: Final = "attribute_exists(severity) AND attribute_not_exists(resolved_at)"
_SENT: Final = f"{keys.LISTED}.{keys.LISTED_FIELDS['sent_severity']}"
SAID_BEFORE: Final = (
    f"(severity = :severity AND attribute_not_exists({_SENT})) OR {_SENT} = :severity"
)
"""The sender's severity is the stored one, which a route may have replaced by its own."""
IS_NOT_RESOLVING: Final = "attribute_not_exists(resolves_at)"
IS_AWAKE: Final = "attribute_not_exists(snooze)"
HAS_NO_LATER_START: Final = (
    "attribute_not_exists(source_started_at) OR source_started_at <= :source_started_at"
)
HAS_SUBJECT: Final = f"attribute_not_exists({SUBJECT_DIGEST}) OR {SUBJECT_DIGEST} = :subject_digest"
IS_NOT_OURS: Final = "repeat_id <> :repeat_id"
"""Our own write, made although its reply was lost, must not count twice."""
REFRESH_LISTED: Final = tuple(
    f"{keys.LISTED}.{short} = {name}" for name, short in keys.COPIED_FIELDS.items()
)
"""A change of state rewrites the index entry anyway, so the copy for lists is renewed without
cost."""


@dataclass(slots=True)
class Update:
    """An update expression under construction."""

    sets: list[str] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    values: Item = field(default_factory=dict)

    def put(self, name: str, attribute: Attribute) -> None:
        self.sets.append(f"{_path(name)} = :{name}")
        self.values[f":{name}"] = attribute

    def remove(self, name: str) -> None:
        self.removes.append(_path(name))

    def expect(self, condition: str, **values: Attribute) -> None:
        self.conditions.append(f"({condition})")
        self.values |= {f":{name}": attribute for name, attribute in values.items()}

    def parameters(self, table_name: str, key: keys.Key) -> Parameters:
        """Parameters of UpdateItem, and of an Update of TransactWriteItems."""
        clauses = (("SET", self.sets), ("REMOVE", self.removes))
        return {
            "TableName": table_name,
            "Key": key,
            "UpdateExpression": " ".join(
                f"{verb} {', '.join(parts)}" for verb, parts in clauses if parts
            ),
            "ConditionExpression": " AND ".join(self.conditions),
            "ExpressionAttributeValues": self.values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def _path(name: str) -> str:
    short = keys.LISTED_FIELDS.get(name)
    return f"{keys.LISTED}.{short}" if short else name


def count_update(
    signal: Signal, source: Source, packed: PackedFacts, *, at: datetime, write_id: WriteId
) -> Update:
    """Count a repeat, without a read: the condition is `is_mere_repeat`."""
    update = Update()
    update.sets.append("occurrences = occurrences + :one")
    update.values[":one"] = _ONE
    update.put("last_seen_at", time(at))
    update.put("output_hash", text(signal.facts.output_hash))
    update.put("details", {"B": packed.inline})
    update.put("repeat_id", text(write_id))
    if signal.current_value is not None:
        update.put("current_value", write_value(signal.current_value))
    if signal.source_started_at is not None:
        update.put("source_started_at", time(signal.source_started_at))
        update.expect(HAS_NO_LATER_START)
    update.expect(IS_OPEN)
    update.expect(SAID_BEFORE, severity=text(signal.severity))
    update.expect(IS_NOT_RESOLVING)
    update.expect(IS_NOT_OURS)
    if signal.lapses_at is None:
        update.expect("attribute_not_exists(lapses_at)")
    else:
        update.put("lapses_at", time(signal.lapses_at))
        update.expect("attribute_exists(lapses_at) AND due_at <= :lapses_at")
    if source.wakes_on_output:
        update.expect(f"{IS_AWAKE} OR output_hash = :output_hash OR contains(snooze, :sticky)")
        update.values[":sticky"] = text('"sticky_output":true')
    return update


def with_known_overflow(update: Update, packed: PackedFacts) -> Update:
    """Expect that the big facts, if any, are stored already."""
    if packed.overflow:
        update.expect("overflow = :overflow", overflow=text(packed.overflow))
    else:
        update.remove("overflow")
    return update


def with_same_subject(update: Update, signal: Signal) -> Update:
    """Expect that the facts give the subject of the episode, if it is not stored."""
    subject = computed_subject(signal.severity, signal.facts)
    update.expect(HAS_SUBJECT, subject_digest=subject_digest(subject))
    return update


def with_stored_subject(update: Update, current: Alert) -> Update:
    """Store the subject of the episode, which the new facts do not give."""
    update.put(SUBJECT, text(current.subject))
    update.remove(SUBJECT_DIGEST)
    update.expect("version = :read_version", read_version=number(current.version))
    return update


def resolve_update(ending: Change, *, write_id: WriteId, retention: timedelta) -> Update:
    """End an episode, without a read: it must be open, awake and not resolving."""
    update = Update()
    update.sets.append("version = version + :one")
    update.sets.append("told = version + :one")
    update.sets.extend(REFRESH_LISTED)
    update.values[":one"] = _ONE
    update.sets.append("state_key = closed_key")
    update.put("resolved_at", time(ending.at))
    update.put("resolved_by", text(ending.by))
    update.put("changed_at", time(ending.at))
    update.put("changes", write_changes([ending]))
    update.put("expires_at", expiry(ending.at, retention))
    _mark(update, write_id)
    update.remove("due_key")
    update.remove("due_at")
    update.expect(IS_OPEN)
    update.expect(IS_AWAKE)
    update.expect(IS_NOT_RESOLVING)
    update.expect("changed_at <= :changed_at")
    return update


def state_update(
    before: Alert, after: Alert, *, write_id: WriteId, retention: timedelta
) -> tuple[Update, PackedFacts | None]:
    """Store the differences; repeats counted meanwhile stay.

    Returns:
        The update, and the facts if they changed: big ones need an item of their own.
    """
    update = _new_version(before, after, write_id, retention)
    if after.timer_at != before.timer_at:
        _put_timer(update, after, after.timer_at)
    packed = _put_repeated(update, before, after)
    update.expect("id = :read_id", read_id=text(before.alert_id))
    update.expect("version = :read_version", read_version=number(before.version))
    if ":source_started_at" in update.values:
        # A repeat may just have brought a later one.
        update.expect(HAS_NO_LATER_START)
    if before.lapses_at is not None and after.has_ended_by_itself:
        # A repeat makes no version, and one that just came keeps it open.
        update.expect("lapses_at = :read_lapses_at", read_lapses_at=time(before.lapses_at))
    if before.closes_at is not None and after.has_ended_by_itself:
        update.expect("last_seen_at = :read_seen_at", read_seen_at=time(before.last_seen_at))
    return update, packed


def timer_update(alert: Alert, due_at: datetime | None) -> Update:
    """Move only the timer, without a new version.

    It needs no write id: sent again after a lost reply, it meets its own timer.
    """
    update = Update()
    _put_timer(update, alert, due_at)
    update.expect("id = :read_id", read_id=text(alert.alert_id))
    update.expect("version = :read_version", read_version=number(alert.version))
    known = {"due_at": due_at, "read_due_at": alert.timer_at}
    update.expect(
        " OR ".join(
            "attribute_not_exists(due_at)" if at is None else f"due_at = :{name}"
            for name, at in known.items()
        ),
        **{name: time(at) for name, at in known.items() if at is not None},
    )
    return update


def _put_timer(update: Update, alert: Alert, due_at: datetime | None) -> None:
    for name, attribute in timer_attributes(alert.fingerprint, due_at).items():
        update.put(name, attribute)
    if due_at is None:
        update.remove("due_key")
        update.remove("due_at")


def _new_version(before: Alert, after: Alert, write_id: WriteId, retention: timedelta) -> Update:
    """Set the differences between two states, and the changes."""
    update = Update()
    old, new = state_of(before, retention), state_of(after, retention)
    for name, attribute in new.items():
        if old.get(name) != attribute or name == "changed_at":
            update.put(name, attribute)
    for name in old.keys() - new.keys():
        update.remove(name)
    update.sets.append("version = version + :one")
    update.values[":one"] = _ONE
    update.put("changes", write_changes(after.changes))
    _mark(update, write_id)
    return update


def _mark(update: Update, write_id: WriteId) -> None:
    """Set the write id, and keep the one before.

    The earlier writer may still repeat its write after a lost reply.
    """
    update.sets.append("earlier_write_id = write_id")
    update.put("write_id", text(write_id))


def _put_repeated(update: Update, before: Alert, after: Alert) -> PackedFacts | None:
    """Add the occurrence of the signal that made the change."""
    if after.occurrences == before.occurrences:
        update.sets.extend(REFRESH_LISTED)
        return None
    update.sets.append("occurrences = occurrences + :counted")
    for name, short in keys.COPIED_FIELDS.items():
        new = "occurrences + :counted" if name == "occurrences" else f":{name}"
        update.sets.append(f"{keys.LISTED}.{short} = {new}")
    update.values[":counted"] = number(after.occurrences - before.occurrences)
    update.put("last_seen_at", time(after.last_seen_at))
    update.put("current_value", write_value(after.current_value))
    update.put("output_hash", text(after.output_hash))
    packed = pack_facts(after.facts, after.dedup_key)
    update.put("details", {"B": packed.inline})
    if packed.overflow:
        update.put("overflow", text(packed.overflow))
    else:
        update.remove("overflow")
    return packed
