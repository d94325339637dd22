"""The deliveries queue: one message a delivery, which waits there until it is due."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId, instant, milliseconds
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason

BATCH_LIMIT: Final = 10
"""SQS takes no more at once, nor delays for longer than 15 minutes."""
LONGEST_DELAY_SECONDS: Final = 900
ATTEMPTS: Final = 3

_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class SqsDeliveries:
    """Implements `DeliveryQueue`."""

    call: Call
    queue_url: str

    def send(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        """Queue each to arrive when it is due, within a second after.

        One that is due in more than 15 minutes arrives too early, and is sent again.
        """
        for batch in batched(deliveries, BATCH_LIMIT, strict=False):
            self._send(
                {
                    str(number): {
                        "Id": str(number),
                        "MessageBody": write_delivery(delivery),
                        "DelaySeconds": _delay_seconds(delivery.due_at - now),
                    }
                    for number, delivery in enumerate(batch)
                }
            )

    def _send(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        """Send until each is named among the successful: a reply may be cut short."""
        left = dict(entries)
        for _ in range(ATTEMPTS):
            request = {"QueueUrl": self.queue_url, "Entries": list(left.values())}
            answer = self.call("SendMessageBatch", request)
            for sent in answer.get("Successful", ()):
                left.pop(sent["Id"], None)
            if not left:
                return
        message = f"The deliveries queue did not confirm {len(left)} of {len(entries)} messages."
        raise TryAgainError(message)


def write_delivery(delivery: Delivery) -> str:
    """Write a message."""
    fields = {
        "alert_id": delivery.alert_id,
        "episode": delivery.episode,
        "step": delivery.step,
        "loop": delivery.loop,
        "target": delivery.target,
        "channel": delivery.channel,
        "address": delivery.address,
        "event": delivery.event,
        "reason": delivery.reason,
        "step_name": delivery.step_name,
        "version": delivery.version,
        "planned": delivery.planned,
        "due_at": milliseconds(delivery.due_at),
    }
    return json.dumps({name: value for name, value in fields.items() if value is not None})


def delivery_from(body: str) -> Delivery:
    """Read a message.

    Raises:
        ValueError: It is none of ours.
        KeyError: Likewise.
    """
    fields = json.loads(body)
    return Delivery(
        alert_id=AlertId(fields["alert_id"]),
        episode=fields["episode"],
        step=fields["step"],
        loop=fields["loop"],
        target=fields["target"],
        channel=fields["channel"],
        address=fields.get("address"),
        event=NotificationEvent(fields["event"]),
        reason=NotificationReason(fields["reason"]),
        step_name=fields.get("step_name"),
        version=fields["version"],
        planned=fields["planned"],
        due_at=instant(fields["due_at"]),
    )


def _delay_seconds(delay: timedelta) -> int:
    whole_seconds = -(-delay // _SECOND)
    return min(max(0, whole_seconds), LONGEST_DELAY_SECONDS)
