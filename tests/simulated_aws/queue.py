"""SQS in this process: delays, visibility, at least once, and dead letters."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any


@dataclass(eq=False)
class Message:
    """One message, waiting or on its way."""

    message_id: str
    body: str
    available_at: datetime
    group: str | None = None
    receives: int = 0
    is_repetition: bool = False

    @property
    def as_record(self) -> dict[str, Any]:
        """As Lambda's event shows it."""
        return {
            "messageId": self.message_id,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": str(self.receives),
                **({"MessageGroupId": self.group} if self.group else {}),
            },
        }


@dataclass
class SimulatedQueue:
    """One queue; what its template says of it."""

    visibility: timedelta
    receive_limit: int
    messages: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    busy: int = 0
    """Runs that work on its messages."""
    _numbers: "count[int]" = field(default_factory=count)

    @classmethod
    def declared(cls, properties: Mapping[str, Any]) -> "SimulatedQueue":
        """Make what the template declares."""
        return cls(
            visibility=timedelta(seconds=properties["VisibilityTimeout"]),
            receive_limit=properties["RedrivePolicy"]["maxReceiveCount"],
        )

    def send_batch(self, entries: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
        """Take all."""
        for entry in entries:
            available_at = now + timedelta(seconds=entry["DelaySeconds"])
            self.add(entry["MessageBody"], available_at, entry.get("MessageGroupId"))
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}

    def add(self, body: str, available_at: datetime, group: str | None = None) -> None:
        """Let a message wait."""
        json.loads(body)
        self.messages.append(Message(f"message-{next(self._numbers)}", body, available_at, group))

    def repeat(self, message: Message, available_at: datetime) -> None:
        """Let it come once more, as a standard queue may."""
        self.messages.append(
            Message(
                message.message_id, message.body, available_at, message.group, is_repetition=True
            )
        )

    @property
    def next_at(self) -> datetime | None:
        """When the next message can be had."""
        return min((message.available_at for message in self.messages), default=None)

    def receive(
        self, now: datetime, limit: int, disorder: random.Random | None = None
    ) -> list[Message]:
        """Hand out what can be had; it comes back unless it is deleted in time."""
        ready = [message for message in self.messages if message.available_at <= now]
        ready.sort(key=lambda it: it.available_at)
        if disorder is not None and ready:
            limit = disorder.randint(1, limit)
            disorder.shuffle(ready)
        received = []
        for message in ready[:limit]:
            if message.receives >= self.receive_limit:
                self.messages.remove(message)
                self.dead.append(message)
                continue
            message.receives += 1
            message.available_at = now + self.visibility
            received.append(message)
        return received

    def delete(self, message: Message) -> None:
        """It has been worked on; a second time does nothing."""
        if message in self.messages:
            self.messages.remove(message)
