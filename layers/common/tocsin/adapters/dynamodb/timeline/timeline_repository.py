"""What the stream derives from changes: timelines, counts, histories, copies for lists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.alert_list import stored_counts
from tocsin.adapters.dynamodb.alerts.items import Item, expiry, number, text
from tocsin.adapters.dynamodb.alerts.writes import REFRESH_LISTED, Update
from tocsin.adapters.dynamodb.timeline.timeline_items import NEWEST, change_item, sample_attributes
from tocsin.adapters.dynamodb.transactions import (
    FAILED_IN_TRANSACTION,
    IS_NEW,
    Action,
    put,
    put_all,
    write_if,
)
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import COUNTED, Counts
from tocsin.domain.consequences import Consequences
from tocsin.domain.history import Sample
from tocsin.domain.ids import AlertId, Fingerprint, fingerprint_of, milliseconds
from tocsin.domain.timeline import Change

ACTIONS_LIMIT: Final = 100
"""DynamoDB's limit for a transaction; one action moves the counts."""
_MOVED: Final = ", ".join(f"{name} :{name}" for name in COUNTED)
_ANY_SLOT: Final = Fingerprint("0")
_OPENED_AND_RESOLVED: Final = 2
"""The version of an alert that was only opened and resolved: its last body is that of the recovery,
written with its expiry, or there is none."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One change and its entries, written all or nothing."""

    slot: Fingerprint
    entries: tuple[Item, ...]
    counts: Counts

    @property
    def place(self) -> tuple[str, str]:
        """Unique; the same for the same change."""
        first = self.entries[0]
        return first["pk"]["S"], first["sk"]["S"]


@dataclass(frozen=True, slots=True)
class DynamoDBTimeline:
    """Implements `TimelineRepository`."""

    call: Call
    table_name: str
    retention: timedelta

    def record(self, changes: Sequence[Consequences]) -> int:
        """Write what is not on the timelines yet, and move the counts by just that.

        Raises:
            AwsError: DynamoDB refuses an entry for good, and with it its transaction; entries of
                other transactions may be written.
        """
        told = [self._told(change) for change in changes]
        # The same record may come twice in a batch, but must not in a transaction.
        once = {each.place: each for each in told}
        return sum(self._record(part) for part in _parts(list(once.values())))

    def add_samples(self, alert_id: AlertId, samples: Sequence[Sample]) -> None:
        newest = number(samples[-1].occurrence)
        update = Update()
        for name, attribute in sample_attributes(samples).items():
            update.put(name, attribute)
        update.put("entity", text("history"))
        update.put("version", number(1))
        update.put(NEWEST, newest)
        update.expect(f"attribute_not_exists({NEWEST}) OR {NEWEST} < :{NEWEST}")
        self._update_if(update, keys.history_key(alert_id))

    def refresh_listed(self, alert: Alert) -> None:
        """Copy for lists what repeats changed, if the alert is still in its slot.

        The copy is of the slot's current item, which may be newer than `alert`. The stream brings
        this write too, without consequences. The version's changes are on the timeline by now and
        leave the item, so that repeats do not write them again. A newer version has renewed the
        copy itself.
        """
        update = Update(sets=list(REFRESH_LISTED))
        update.remove("changes")
        update.expect("id = :id", id=text(alert.alert_id))
        update.expect("version = :version", version=number(alert.version))
        update.expect(f"{keys.LISTED}.{keys.COPIED_FIELDS['occurrences']} < occurrences")
        self._update_if(update, keys.slot_key(alert.fingerprint))

    def tell(self, entries: Mapping[AlertId, Sequence[tuple[str, Change]]]) -> None:
        items = (
            change_item(
                keys.told_key(alert_id, milliseconds(change.at), name), change, self.retention
            )
            for alert_id, named in entries.items()
            for name, change in named
        )
        put_all(self.call, self.table_name, items)

    def count_notifications(self, alert_id: AlertId, count: int) -> None:
        for key in (keys.slot_key(fingerprint_of(alert_id)), keys.episode_key(alert_id)):
            update = Update()
            update.put("notification_count", number(count))
            update.expect("id = :id", id=text(alert_id))
            update.expect(
                "attribute_not_exists(notification_count) OR "
                "notification_count < :notification_count"
            )
            if self._update_if(update, key):
                return

    def let_expire(self, alert: Alert) -> None:
        beside = [keys.overflow_key(alert.alert_id)]
        if alert.occurrences > 1:
            beside.append(keys.history_key(alert.alert_id))
        if alert.version > _OPENED_AND_RESOLVED:
            beside.append(keys.last_body_key(alert.alert_id))
        for key in beside:
            update = Update()
            update.put("expires_at", expiry(alert.resolved_at or alert.changed_at, self.retention))
            update.expect("attribute_exists(pk)")
            self._update_if(update, key)

    def stored_counts(self) -> Counts:
        return stored_counts(self.call, self.table_name)

    def correct_counts(self, by: Counts) -> None:
        self.call("UpdateItem", self._move_counts(by, _ANY_SLOT)["Update"])

    def _told(self, written: Consequences) -> _Told:
        alert = written.alert
        entries: list[Item] = []
        for position, change in enumerate(written.told):
            at = milliseconds(change.at)
            if written.is_repeat:
                key = keys.repeat_key(alert.alert_id, at, alert.occurrences)
            else:
                key = keys.change_key(alert.alert_id, at, alert.version, position)
            entries.append(change_item(key, change, self.retention))
        return _Told(alert.fingerprint, tuple(entries), written.counts)

    def _record(self, part: Sequence[_Told]) -> int:
        """Write one transaction, without entries that exist.

        The counts have moved by a change if its entries exist.
        """
        left = list(part)
        while left:
            try:
                self.call("TransactWriteItems", {"TransactItems": self._actions(left)})
            except AwsError as error:
                known = _known(left, error.reasons)
                if not known:
                    raise
                left = [each for each in left if each.place not in known]
            else:
                break
        return sum(len(each.entries) for each in left)

    def _actions(self, told: Sequence[_Told]) -> list[Action]:
        puts = [put(self.table_name, entry, IS_NEW) for each in told for entry in each.entries]
        moved = sum((each.counts for each in told), Counts())
        return puts if moved == Counts() else [*puts, self._move_counts(moved, told[0].slot)]

    def _move_counts(self, moved: Counts, slot: Fingerprint) -> Action:
        return {
            "Update": {
                "TableName": self.table_name,
                "Key": keys.count_key(slot),
                "UpdateExpression": f"SET entity = :entity, version = :version ADD {_MOVED}",
                "ExpressionAttributeValues": {
                    ":entity": text("counts"),
                    ":version": number(1),
                    **{f":{name}": number(getattr(moved, name)) for name in COUNTED},
                },
            }
        }

    def _update_if(self, update: Update, key: keys.Key) -> bool:
        """Write if the condition holds; if not, it was done before."""
        return write_if(self.call, "UpdateItem", update.parameters(self.table_name, key))


def _parts(told: Sequence[_Told]) -> Iterator[Sequence[_Told]]:
    """Distribute among as few transactions as possible."""
    part: list[_Told] = []
    actions = 1
    for each in told:
        if actions + len(each.entries) > ACTIONS_LIMIT:
            yield part
            part, actions = [], 1
        part.append(each)
        actions += len(each.entries)
    if part:
        yield part


def _known(told: Sequence[_Told], reasons: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Those on a timeline already; a cancelled transaction has a reason for each action."""
    changes = [each for each in told for _ in each.entries]
    return {
        change.place
        for change, reason in zip(changes, reasons, strict=False)  # the counts have no condition
        if reason.get("Code") == FAILED_IN_TRANSACTION
    }
