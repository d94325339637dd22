"""The slots, as intake writes them: one conditional write each, without a read before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.facts_and_bodies import (
    beside_update,
    body_item,
    overflow_update,
)
from tocsin.adapters.dynamodb.alerts.items import (
    Image,
    Item,
    PackedFacts,
    alert_from,
    alert_item,
    computed_subject,
    expiry,
    number,
    pack_facts,
    text,
)
from tocsin.adapters.dynamodb.alerts.writes import (
    Parameters,
    Update,
    count_update,
    resolve_update,
    state_update,
    timer_update,
    with_known_overflow,
    with_same_subject,
    with_stored_subject,
)
from tocsin.adapters.dynamodb.queries import get_item
from tocsin.adapters.dynamodb.transactions import (
    CONDITION_FAILED,
    IS_NEW,
    Action,
    TransactionRefusedError,
    is_ours,
    transact,
    write_if,
)
from tocsin.domain.alert import Alert
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId, Fingerprint, WriteId, fingerprint_of
from tocsin.domain.reception import Source, is_mere_repeat
from tocsin.domain.sent_body import SentBody
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import Change
from tocsin.usecases.refusals import BesideNotKeptError, SlotRefusedError

MAKES_SURE_UNTIL: Final = 3
"""Up to this occurrence a repeat makes sure that the big facts are stored. The opener may have died
before it wrote them; the sender's retry comes as the second, or the third if that one died too."""


@dataclass(frozen=True, slots=True)
class DynamoDBSlots:
    """Implements `SlotRepository`."""

    call: Call
    table_name: str
    retention: timedelta

    def episode(self, alert_id: AlertId) -> Alert | None:
        image = read_episode(self.call, self.table_name, alert_id)
        return alert_from(image) if image else None

    def in_slot(self, slot: Fingerprint) -> Alert | None:
        answer = self.call(
            "GetItem",
            {"TableName": self.table_name, "Key": keys.slot_key(slot), "ConsistentRead": True},
        )
        return alert_from(answer["Item"]) if "Item" in answer else None

    def count(self, signal: Signal, source: Source, *, at: datetime, write_id: WriteId) -> Alert:
        packed = pack_facts(signal.facts, signal.dedup_key)
        slot = source.slot_of(signal)
        update = count_update(signal, source, packed, at=at, write_id=write_id)
        update = with_same_subject(update, signal)
        try:
            alert = self._update(slot, with_known_overflow(update, packed), write_id)
        except SlotRefusedError as refusal:
            current = refusal.current
            if current is None or not is_mere_repeat(current, signal, source):
                raise
            is_late = current.has_later_start(signal)
            is_other_overflow = packed.overflow not in {None, current.overflow}
            subject = computed_subject(signal.severity, signal.facts)
            is_other_subject = current.subject not in {"", subject}
            if not (is_late or is_other_overflow or is_other_subject):
                raise
        else:
            if packed.overflow and alert.occurrences <= MAKES_SURE_UNTIL:
                self._keep_beside(alert, packed, None)
            return alert
        said = replace(signal, source_started_at=None) if is_late else signal
        update = count_update(said, source, packed, at=at, write_id=write_id)
        update.expect("id = :read_id", read_id=text(current.alert_id))
        if is_other_subject:
            update = with_stored_subject(update, current)
        else:
            update = with_same_subject(update, signal)
        if packed.overflow is None or not is_other_overflow:
            return self._update(slot, with_known_overflow(update, packed), write_id)
        update.put("overflow", text(packed.overflow))
        self._update_with_overflow(slot, update, packed, current, write_id)
        return current.counted(signal, at)

    def resolve(self, slot: Fingerprint, ending: Change, *, write_id: WriteId) -> Alert:
        update = resolve_update(ending, write_id=write_id, retention=self.retention)
        return self._update(slot, update, write_id)

    def add(self, alert: Alert, *, body: SentBody | None = None, write_id: WriteId) -> Alert:
        packed = pack_facts(alert.facts, alert.dedup_key)
        item = alert_item(alert, packed, write_id=write_id, retention=self.retention)
        put = self._put(item, IS_NEW)
        self._conditionally("PutItem", put, write_id)
        return self._with_beside(alert, packed, body)

    def replace(
        self,
        previous: Alert,
        alert: Alert,
        *,
        body: SentBody | None = None,
        write_id: WriteId,
    ) -> Alert:
        packed = pack_facts(alert.facts, alert.dedup_key)
        item = alert_item(alert, packed, write_id=write_id, retention=self.retention)
        # Pages are counted without a new version, and the copy must not lose one.
        pages = "notification_count = :pages"
        if not previous.notification_count:
            pages = f"attribute_not_exists(notification_count) OR {pages}"
        put = self._put(item, f"id = :id AND version = :version AND ({pages})")
        put["ExpressionAttributeValues"] = {
            ":id": text(previous.alert_id),
            ":version": number(previous.version),
            ":pages": number(previous.notification_count),
        }
        actions = [{"Put": put}, {"Put": self._put(self._archived(previous, write_id))}]
        self._transact(actions, write_id)
        return self._with_beside(alert, packed, body)

    def keep_last_body(self, alert: Alert, body: SentBody) -> None:
        item = keys.last_body_key(alert.alert_id) | body_item(body)
        if alert.resolved_at is not None:
            item["expires_at"] = expiry(alert.resolved_at, self.retention)
        put = self._put(item, "attribute_not_exists(body_at) OR body_at <= :at")
        put["ExpressionAttributeValues"] = {":at": item["body_at"]}
        write_if(self.call, "PutItem", put)

    def update(self, before: Alert, after: Alert, *, write_id: WriteId) -> Alert:
        update, packed = state_update(before, after, write_id=write_id, retention=self.retention)
        slot = before.fingerprint
        if packed is None or packed.overflow is None:
            return self._update(slot, update, write_id)
        self._update_with_overflow(slot, update, packed, before, write_id)
        return replace(_stored(after, packed), version=before.version + 1)

    def set_timer(self, alert: Alert, at: datetime | None) -> None:
        self._update(alert.fingerprint, timer_update(alert, at))

    def _with_beside(self, alert: Alert, packed: PackedFacts, body: SentBody | None) -> Alert:
        """Store big facts and the body, after the slot was taken."""
        stored = _stored(alert, packed)
        if body is not None or packed.overflow is not None:
            try:
                self._keep_beside(stored, packed, body)
            except TryAgainError as error:
                raise BesideNotKeptError(stored) from error
        return stored

    def _keep_beside(self, alert: Alert, packed: PackedFacts, body: SentBody | None) -> None:
        update = beside_update(alert, packed, body, retention=self.retention)
        self.call("UpdateItem", {"TableName": self.table_name, **update})

    def _archived(self, previous: Alert, write_id: WriteId) -> Item:
        """An episode as read, under a key of its own."""
        packed = pack_facts(previous.facts, previous.dedup_key)
        kept = PackedFacts(packed.inline, overflow=previous.overflow)
        item = alert_item(previous, kept, write_id=write_id, retention=self.retention)
        return item | keys.episode_key(previous.alert_id)

    def _put(self, item: Item, condition: str | None = None) -> Parameters:
        parameters: Parameters = {"TableName": self.table_name, "Item": item}
        if condition:
            parameters["ConditionExpression"] = condition
            parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return parameters

    def _update(self, slot: Fingerprint, update: Update, write_id: WriteId | None = None) -> Alert:
        parameters = update.parameters(self.table_name, keys.slot_key(slot))
        parameters["ReturnValues"] = "ALL_NEW"
        return alert_from(self._conditionally("UpdateItem", parameters, write_id))

    def _update_with_overflow(
        self,
        slot: Fingerprint,
        update: Update,
        packed: PackedFacts,
        current: Alert,
        write_id: WriteId,
    ) -> None:
        parameters = update.parameters(self.table_name, keys.slot_key(slot))
        overflow = {
            "TableName": self.table_name,
            **overflow_update(current.alert_id, packed),
        }
        self._transact([{"Update": parameters}, {"Update": overflow}], write_id)

    def _conditionally(
        self, operation: str, parameters: Parameters, write_id: WriteId | None
    ) -> Item:
        """Write, and return the item after it.

        Raises:
            SlotRefusedError: The condition failed, and not because of this same write.
        """
        try:
            answer = self.call(operation, parameters)
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            return _ours_or_refused(error.item, write_id)
        attributes: Item = answer.get("Attributes", {})
        return attributes

    def _transact(self, actions: Sequence[Action], write_id: WriteId) -> None:
        """Write all or nothing; only the first action, for the slot, has a condition.

        Raises:
            SlotRefusedError: The condition failed, and not because of this same write.
        """
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError as refusal:
            met = refusal.met[0]
            raise SlotRefusedError(alert_from(met) if met else None) from refusal


def read_episode(call: Call, table_name: str, alert_id: AlertId) -> Image | None:
    """Read the item of an alert, by exact keys.

    The slot first: a former episode leaves it and gets a key of its own in one write, so it is
    found there.
    """
    live = get_item(call, table_name, keys.slot_key(fingerprint_of(alert_id)))
    if live is not None and live["id"]["S"] == alert_id:
        return live
    return get_item(call, table_name, keys.episode_key(alert_id))


def _stored(alert: Alert, packed: PackedFacts) -> Alert:
    return replace(alert, changes=(), overflow=packed.overflow)


def _ours_or_refused(item: Item | None, write_id: WriteId | None) -> Item:
    """If the item has our write id, the write was made although the condition failed."""
    if item and write_id and is_ours(item, write_id):
        return item
    raise SlotRefusedError(alert_from(item) if item else None)
