"""The ledger of deliveries: one partition an alert, one item a message."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.items import Attribute, expiry, number, text, time
from tocsin.adapters.dynamodb.notifications.notification_items import (
    notification_from,
    notification_item,
)
from tocsin.adapters.dynamodb.queries import get_item, get_items, query_all
from tocsin.adapters.dynamodb.transactions import (
    CONDITION_FAILED,
    IS_NEW,
    TransactionRefusedError,
    is_ours,
    put,
    transact,
)
from tocsin.domain.digest import DigestId
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.notification import IN_DIGEST, Delivery, DeliveryState, Notification
from tocsin.usecases.refusals import NotificationRefusedError

_PLANNED: Final = 1
"""The version of a message that was added, and is as it was planned."""
_IS_AS_READ: Final = "version = :read_version"


@dataclass(frozen=True, slots=True)
class DynamoDBNotifications:
    """Implements `NotificationRepository`."""

    call: Call
    table_name: str
    retention: timedelta

    def get(self, delivery: Delivery) -> Notification | None:
        item = get_item(self.call, self.table_name, keys.ledger_key(delivery))
        return notification_from(item) if item else None

    def add(self, notification: Notification, *, write_id: WriteId) -> None:
        self._put(notification, IS_NEW, None, write_id)

    def update(
        self, before: Notification, after: Notification, *, write_id: WriteId
    ) -> Notification:
        stored = replace(after, version=before.version + 1)
        read = {":read_version": number(before.version)}
        self._put(stored, _IS_AS_READ, read, write_id)
        return stored

    def update_together(
        self, changes: Sequence[tuple[Notification, Notification]], *, write_id: WriteId
    ) -> bool:
        actions = []
        for before, after in changes:
            stored = replace(after, version=before.version + 1)
            item = notification_item(stored, write_id=write_id, retention=self.retention)
            read = {":read_version": number(before.version)}
            actions.append(put(self.table_name, item, _IS_AS_READ, read))
        try:
            transact(self.call, actions, write_id=write_id)
        except TransactionRefusedError:
            return False
        return True

    def bundle(
        self,
        delivery: Delivery,
        digest: DigestId,
        *,
        until: datetime,
        at: datetime,
        write_id: WriteId,
    ) -> Notification | None:
        request = {
            "TableName": self.table_name,
            "Key": keys.ledger_key(delivery),
            "UpdateExpression": "SET bundled_into = :digest, reason = :why,"
            " next_attempt_at = :until, changed_at = :at, write_id = :write_id,"
            " version = :next, expires_at = :expiry",
            "ConditionExpression": "version = :planned AND #state = :waiting",
            "ExpressionAttributeNames": {"#state": "state"},
            "ExpressionAttributeValues": {
                ":digest": text(digest),
                ":why": text(IN_DIGEST),
                ":until": time(until),
                ":at": time(at),
                ":write_id": text(write_id),
                ":planned": number(_PLANNED),
                ":next": number(_PLANNED + 1),
                ":waiting": text(DeliveryState.WAITING),
                ":expiry": expiry(at, self.retention),
            },
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            return notification_from(self.call("UpdateItem", request)["Attributes"])
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            met = error.item
            return notification_from(met) if met and is_ours(met, write_id) else None

    def get_many(self, deliveries: Sequence[Delivery]) -> tuple[Notification, ...]:
        wanted = [keys.ledger_key(delivery) for delivery in deliveries]
        return tuple(map(notification_from, get_items(self.call, self.table_name, wanted)))

    def of_alert(self, alert_id: AlertId) -> tuple[Notification, ...]:
        items = query_all(self.call, self.table_name, keys.ledger_partition(alert_id))
        return tuple(notification_from(item) for item in items)

    def _put(
        self,
        notification: Notification,
        condition: str,
        values: dict[str, Attribute] | None,
        write_id: WriteId,
    ) -> None:
        """Write the whole item.

        Raises:
            NotificationRefusedError: The condition failed, and not because of this same write.
        """
        item = notification_item(notification, write_id=write_id, retention=self.retention)
        try:
            self.call("PutItem", put(self.table_name, item, condition, values)["Put"])
        except AwsError as error:
            if error.code != CONDITION_FAILED:
                raise
            met = error.item
            if not met or met.get("write_id") != {"S": write_id}:
                raise NotificationRefusedError(notification_from(met) if met else None) from error
