"""The queues: a message waits until its timer or its delivery is due."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from tocsin.adapters.aws_json import Call
from tocsin.domain.errors import TryAgainError
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AlertId, Fingerprint, instant, milliseconds
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.severity import Severity
from tocsin.domain.timers import (
    AnyTimer,
    BegunStep,
    BegunSteps,
    HeartbeatTimer,
    HoldTimer,
    StormTimer,
    Timer,
    ToldAlerts,
)

if TYPE_CHECKING:
    from tocsin.domain.on_call.notice import Notice

BATCH_LIMIT: Final = 10
LONGEST_DELAY_SECONDS: Final = 900
"""SQS's limits of a batch and of a delay."""
GROUP_LIMIT: Final = 128
"""Characters of a group's name; letters, digits and punctuation."""
GROUP_OF_TOLD: Final = "told"
ATTEMPTS: Final = 3

_SECOND: Final = timedelta(seconds=1)
EARLY_AT_MOST: Final = _SECOND
"""SQS counts in whole seconds, so a timer comes this much too early and waits for the rest:
rounding delays no page."""

type Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SqsTimers:
    """Implements `TimerQueue`."""

    call: Call
    queue_url: str

    def send(self, timers: Sequence[AnyTimer], *, now: datetime) -> None:
        """Queue each to arrive within the second before it is due.

        One due in more than 15 minutes arrives earlier, and has to be sent again.
        """
        due = [(timer.due_at - now, _timer_message(timer)) for timer in timers]
        whole = [(delay // _SECOND, message) for delay, message in due]
        _send_all(self.call, self.queue_url, whole)


@dataclass(frozen=True, slots=True)
class SqsDeliveries:
    """Implements `DeliveryQueue`."""

    call: Call
    queue_url: str

    def send(self, deliveries: Sequence[Delivery], *, now: datetime) -> None:
        """Queue each to arrive when it is due; one due later than SQS can delay arrives early.

        One due at once or within the second is not delayed: clocks of two functions may differ, and
        SQS counts in whole seconds.
        """
        timed = [
            replace(it, due_at=min(it.due_at, now))
            if it.is_due_at_once or it.due_at - now < _SECOND
            else it
            for it in deliveries
        ]
        due = [(-(-(it.due_at - now) // _SECOND), _delivery_message(it)) for it in timed]
        _send_all(self.call, self.queue_url, due)


def _send_all(call: Call, queue_url: str, due: Sequence[tuple[int, Entry]]) -> None:
    for batch in batched(due, BATCH_LIMIT, strict=False):
        entries = {
            str(number): {
                "Id": str(number),
                "DelaySeconds": min(max(0, seconds), LONGEST_DELAY_SECONDS),
                **message,
            }
            for number, (seconds, message) in enumerate(batch)
        }
        _send(call, queue_url, entries)


def _send(call: Call, queue_url: str, entries: Mapping[str, Entry]) -> None:
    """Send until each is named as successful: a reply may be incomplete."""
    left = dict(entries)
    for _ in range(ATTEMPTS):
        request = {"QueueUrl": queue_url, "Entries": list(left.values())}
        answer = call("SendMessageBatch", request)
        for sent in answer.get("Successful", ()):
            left.pop(sent["Id"], None)
        if not left:
            return
    message = f"The queue did not confirm {len(left)} of {len(entries)} messages."
    raise TryAgainError(message)


def timer_from(body: str) -> AnyTimer:
    """Read a message.

    Raises:
        ValueError: Malformed.
        KeyError: Likewise.
    """
    fields = json.loads(body)
    due_at = instant(fields["due_at"])
    if "storm" in fields:
        return StormTimer(due_at=due_at)
    if "heartbeat" in fields:
        return HeartbeatTimer(heartbeat=str(fields["heartbeat"]), due_at=due_at)
    if "hold" in fields:
        kind, name = fields["hold"]
        return HoldTimer(kind=HoldKind(kind), name=str(name), due_at=due_at)
    if "steps" in fields:
        steps = (BegunStep(AlertId(it), int(loop), int(step)) for it, loop, step in fields["steps"])
        return BegunSteps(targets=tuple(fields["targets"]), steps=tuple(steps), due_at=due_at)
    if "told" in fields:
        return ToldAlerts(alert_ids=tuple(map(AlertId, fields["told"])), due_at=due_at)
    return Timer(slot=Fingerprint(fields["slot"]), due_at=due_at)


def written_delivery(delivery: Delivery) -> str:
    fields: dict[str, object] = {
        "alert_id": delivery.alert_id,
        "episode": delivery.episode,
        "step": delivery.step,
        "loop": delivery.loop,
        "target": delivery.target,
        "channel": delivery.channel,
        "event": delivery.event,
        "reason": delivery.reason,
        "step_name": delivery.step_name,
        "spell": delivery.spell,
        "version": delivery.version,
        "after": delivery.after,
        "of_version": delivery.of_version,
        "planned": delivery.planned,
        "asked_at": milliseconds(delivery.asked_at),
        "due_at": milliseconds(delivery.due_at),
        "severity": delivery.severity,
        "group": delivery.group,
    }
    # Most have neither, and are charged by their size.
    if delivery.schedule is not None:
        fields["schedule"] = delivery.schedule
    if delivery.notice is not None:
        fields["notice"] = _write_notice(delivery.notice)
    return json.dumps(fields)


def delivery_from(body: str) -> Delivery:
    """Read a message.

    Raises:
        ValueError: Malformed.
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
        event=NotificationEvent(fields["event"]),
        reason=NotificationReason(fields["reason"]),
        step_name=fields["step_name"],
        schedule=fields.get("schedule"),
        spell=fields.get("spell", 1),
        version=fields["version"],
        after=fields.get("after"),
        of_version=fields.get("of_version", 0),
        planned=fields["planned"],
        asked_at=instant(fields.get("asked_at", fields["due_at"])),
        due_at=instant(fields["due_at"]),
        severity=Severity(severity) if (severity := fields.get("severity")) else None,
        group=fields.get("group"),
        notice=_notice_from(fields.get("notice")),
    )


def _write_notice(notice: Notice) -> str:
    from tocsin.adapters.notice_text import write_notice

    return write_notice(notice)


def _notice_from(written: str | None) -> Notice | None:
    if written is None:
        return None
    from tocsin.adapters.notice_text import read_notice

    return read_notice(written)


def _delivery_message(delivery: Delivery) -> Entry:
    """While many wait for one receiver, SQS delivers those for others first (fair queues).

    The pages of a storm keep back no digest, no update, and nothing that a person asked for.
    """
    kind = "" if delivery.may_be_bundled else f"{delivery.event}#"
    group = f"{kind}{delivery.target}#{delivery.channel}"[:GROUP_LIMIT]
    return {"MessageBody": written_delivery(delivery), "MessageGroupId": group}


def _timer_message(timer: AnyTimer) -> Entry:
    """While what a storm leaves waits, SQS delivers all other timers first (fair queues)."""
    message = {"MessageBody": _written(timer)}
    if isinstance(timer, BegunSteps):
        message["MessageGroupId"] = ",".join(timer.targets)[:GROUP_LIMIT]
    elif isinstance(timer, ToldAlerts):
        message["MessageGroupId"] = GROUP_OF_TOLD
    return message


def _written(timer: AnyTimer) -> str:
    due_at = milliseconds(timer.due_at)
    match timer:
        case Timer():
            return json.dumps({"slot": timer.slot, "due_at": due_at})
        case HeartbeatTimer():
            return json.dumps({"heartbeat": timer.heartbeat, "due_at": due_at})
        case StormTimer():
            return json.dumps({"storm": True, "due_at": due_at})
        case HoldTimer():
            return json.dumps({"hold": [timer.kind, timer.name], "due_at": due_at})
        case BegunSteps():
            return json.dumps({"targets": timer.targets, "steps": timer.steps, "due_at": due_at})
        case ToldAlerts():
            return json.dumps({"told": timer.alert_ids, "due_at": due_at})
