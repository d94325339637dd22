"""The timers queue: a message waits until its timer is due."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import Fingerprint, instant, milliseconds
from tocsin.domain.next_action import AnyTimer, HeartbeatTimer, Timer

BATCH_LIMIT: Final = 10
"""SQS takes no more at once, nor delays for longer than 15 minutes."""
LONGEST_DELAY_SECONDS: Final = 900
ATTEMPTS: Final = 3

_SECOND: Final = timedelta(seconds=1)

type Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SqsTimers:
    """Implements `TimerQueue`."""

    call: Call
    queue_url: str

    def send(self, timers: Sequence[AnyTimer], *, now: datetime) -> None:
        """Queue each to arrive when it is due, within a second after.

        One that is due in more than 15 minutes arrives too early, and has to be sent again.
        """
        for batch in batched(timers, BATCH_LIMIT, strict=False):
            self._send(
                {
                    str(number): {
                        "Id": str(number),
                        "MessageBody": _written(timer),
                        "DelaySeconds": _delay_seconds(timer.due_at - now),
                    }
                    for number, timer in enumerate(batch)
                }
            )

    def _send(self, entries: Mapping[str, Entry]) -> None:
        """Send until each is named among the successful: a reply may be cut short."""
        left = dict(entries)
        for _ in range(ATTEMPTS):
            request = {"QueueUrl": self.queue_url, "Entries": list(left.values())}
            answer = self.call("SendMessageBatch", request)
            for sent in answer.get("Successful", ()):
                left.pop(sent["Id"], None)
            if not left:
                return
        message = f"The timers queue did not confirm {len(left)} of {len(entries)} timers."
        raise TryAgainError(message)


def timer_from(body: str) -> AnyTimer:
    """Read a message.

    Raises:
        ValueError: It is none of ours.
        KeyError: Likewise.
    """
    fields = json.loads(body)
    due_at = instant(fields["due_at"])
    if "heartbeat" in fields:
        return HeartbeatTimer(heartbeat=str(fields["heartbeat"]), due_at=due_at)
    return Timer(slot=Fingerprint(fields["slot"]), due_at=due_at)


def _written(timer: AnyTimer) -> str:
    due_at = milliseconds(timer.due_at)
    match timer:
        case Timer():
            return json.dumps({"slot": timer.slot, "due_at": due_at})
        case HeartbeatTimer():
            return json.dumps({"heartbeat": timer.heartbeat, "due_at": due_at})


def _delay_seconds(delay: timedelta) -> int:
    whole_seconds = -(-delay // _SECOND)
    return min(max(0, whole_seconds), LONGEST_DELAY_SECONDS)
