"""The fault runs are worth something: each of these mistakes makes one of them fail."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.escalator import due_timers, table_changes
from functions.escalator.ports import Ports
from functions.notifier import deliveries
from tests.faults.plans import PATIENCE, Fault, Function, Kind, Plan, kills
from tests.faults.runs import Calm, Tally, calm
from tests.faults.stories import STORIES
from tests.faults.table import Record
from tocsin.adapters import queues
from tocsin.adapters.dynamodb import slot_repository
from tocsin.adapters.dynamodb.items import alert_from
from tocsin.adapters.dynamodb.notification_repository import DynamoDBNotifications
from tocsin.adapters.dynamodb.timeline_repository import DynamoDBTimeline
from tocsin.domain.alert import Alert
from tocsin.domain.alert_query import Counts
from tocsin.domain.errors import SlotRefusedError
from tocsin.domain.next_action import next_action
from tocsin.domain.notification import Delivery, Notification
from tocsin.usecases import deliver_notification, follow_changes, run_due_action
from tocsin.usecases.send_due_timers import send_due_timers

type Patch = pytest.MonkeyPatch
type Mutate = Callable[[Patch], None]


def no_claim(patch: Patch) -> None:
    def claim(known: Notification, work: Any) -> Notification:  # noqa: ANN401 - Work
        at = work.now()
        return known.claim(at=at)

    patch.setattr(deliver_notification, "_claim", claim)
    patch.setattr(DynamoDBNotifications, "update", _put_anyway)


def _put_anyway(
    self: DynamoDBNotifications,
    before: Notification,
    after: Notification,
    *,
    write_id: Any,  # noqa: ANN401 - WriteId
) -> Notification:
    stored = replace(after, version=before.version + 1)
    self._put(stored, "attribute_not_exists(nothing)", None, write_id)
    return stored


def marked_before_it_is_sent(patch: Patch) -> None:
    send, mark = deliver_notification._send, deliver_notification._mark

    def marked_send(claimed: Notification, *args: Any, **more: Any) -> Any:  # noqa: ANN401 - as `_send`
        work = args[2]
        return send(mark(claimed, claimed.sent(None, at=work.now()), work), *args, **more)

    patch.setattr(deliver_notification, "_send", marked_send)


def not_read_again_before_it_is_sent(patch: Patch) -> None:
    patch.setattr(deliver_notification, "_reason_to_skip", lambda *_: None)


def failures_of_the_stream_are_swallowed(patch: Patch) -> None:
    follow = table_changes._follow

    def swallowing(records: list[Record], ports: Ports) -> None:
        try:
            follow(records, ports)
        except Exception:  # noqa: BLE001 - the mistake
            return

    patch.setattr(table_changes, "_follow", swallowing)


def failures_of_messages_are_swallowed(patch: Patch) -> None:
    run = deliveries._is_done
    patch.setattr(deliveries, "_is_done", lambda *args: run(*args) or True)


def timer_goes_when_it_comes(patch: Patch) -> None:
    def forgotten(alert: Alert, at: datetime, policy: object) -> None:
        assert alert.changed_at <= at or policy

    patch.setattr(run_due_action, "act", forgotten)


def an_acknowledgement_takes_the_timer(patch: Patch) -> None:
    def timer_for(alert: Alert) -> datetime | None:
        return None if alert.acknowledged_at else next_action(alert).at

    patch.setattr("tocsin.adapters.dynamodb.writes.timer_for", timer_for)


def pages_are_queued_by_the_timeline_alone(patch: Patch) -> None:
    """Whoever dies after the timeline was written has not sent, and never will."""
    follow = follow_changes.follow_changes

    def late(batch: Any, *, now: datetime, outlets: Any) -> Any:  # noqa: ANN401 - as `follow_changes`
        waiting: list[Delivery] = []

        class Later:
            def send(self, sent: Any, *, now: datetime) -> None:  # noqa: ANN401 - deliveries
                assert now.tzinfo
                waiting.extend(sent)

        followed = follow(batch, now=now, outlets=replace(outlets, deliveries=Later()))
        if waiting and followed.entries:
            outlets.deliveries.send(waiting, now=now)
        return followed

    patch.setattr(table_changes, "follow_changes", late)


def confirmations_of_the_queue_are_not_counted(patch: Patch) -> None:
    def send(call: Any, queue_url: str, entries: Any) -> None:  # noqa: ANN401 - as `_send`
        call("SendMessageBatch", {"QueueUrl": queue_url, "Entries": list(entries.values())})

    patch.setattr(queues, "_send", send)


def own_writes_are_taken_for_those_of_others(patch: Patch) -> None:
    """A retry after a lost reply meets its own write, and counts the signal twice."""

    def refused(item: Any, write_id: Any) -> Any:  # noqa: ANN401 - as `_ours_or_refused`
        assert write_id
        raise SlotRefusedError(alert_from(item) if item else None)

    patch.setattr(slot_repository, "_ours_or_refused", refused)


def counts_move_although_the_timeline_has_it(patch: Patch) -> None:
    def record(self: DynamoDBTimeline, part: Any) -> int:  # noqa: ANN401 - as `_record`
        for each in part:
            for entry in each.entries:
                self.call("PutItem", {"TableName": self.table_name, "Item": entry})
            if each.counts != Counts():
                move = self._move_counts(each.counts, each)["Update"]
                self.call("UpdateItem", move)
        return len(part)

    patch.setattr(DynamoDBTimeline, "_record", record)


def a_claim_never_ends(patch: Patch) -> None:
    patch.setattr("tocsin.domain.notification.LEASE", timedelta(days=1))


def ticks_find_what_is_due_and_not_what_is_overdue(patch: Patch) -> None:

    class Punctual:
        def __init__(self, due: Any, now: datetime) -> None:  # noqa: ANN401 - DueRepository
            self._due, self._now = due, now

        def due(self, before: datetime) -> list[Any]:
            return [timer for timer in self._due.due(before) if timer.due_at >= self._now]

    patch.setattr(
        due_timers,
        "send_due_timers",
        lambda *, now, due, timers: send_due_timers(now=now, due=Punctual(due, now), timers=timers),
    )


def _missed_ticks() -> Iterator[Plan]:
    for run in range(6):
        late = Fault(kind=Kind.LATE, function=Function.TICK, run=run, seconds=600)
        yield (late,)


def _at_each_request(kind: Kind, calm: Calm, *, times: int = 1) -> Iterator[Plan]:
    for (function, run), requests in calm.boundaries.items():
        for boundary in range(len(requests)):
            yield (Fault(kind=kind, function=function, run=run, boundary=boundary, times=times),)


def _plans(calm: Calm) -> Iterator[Plan]:
    """Those that one fault makes, beginning with the rarer ones."""
    yield from _missed_ticks()
    yield from _at_each_request(Kind.THROTTLE, calm, times=PATIENCE)
    yield from _at_each_request(Kind.LOSE_REPLY, calm)
    for kind in (Kind.CUT_REPLY, Kind.REFUSE_PART, Kind.TWICE_AT_ONCE, Kind.MEANWHILE):
        yield from _at_each_request(kind, calm)
    yield from kills(calm.boundaries)


@pytest.mark.parametrize(
    ("mutate", "story"),
    [
        (no_claim, "page and acknowledgement"),
        (marked_before_it_is_sent, "page and acknowledgement"),
        (not_read_again_before_it_is_sent, "acknowledged while a page is on its way"),
        (failures_of_the_stream_are_swallowed, "page and acknowledgement"),
        (failures_of_messages_are_swallowed, "page and acknowledgement"),
        (timer_goes_when_it_comes, "two steps and nobody acknowledges"),
        (an_acknowledgement_takes_the_timer, "acknowledgement times out"),
        (pages_are_queued_by_the_timeline_alone, "page and acknowledgement"),
        (confirmations_of_the_queue_are_not_counted, "two channels in one step"),
        (own_writes_are_taken_for_those_of_others, "severity rises"),
        (counts_move_although_the_timeline_has_it, "page and acknowledgement"),
        (a_claim_never_ends, "page and acknowledgement"),
        (ticks_find_what_is_due_and_not_what_is_overdue, "two steps and nobody acknowledges"),
    ],
    ids=lambda it: it.__name__.replace("_", " ") if callable(it) else None,
)
def test_the_runs_find_that(
    mutate: Mutate, story: str, template: dict[str, Any], monkeypatch: Patch
) -> None:
    told = calm(next(it for it in STORIES if it.name == story), template, Tally())
    mutate(monkeypatch)

    found = next(
        (problems for plan in ((), *_plans(told)) if (problems := told.problems(plan))), None
    )

    assert found
