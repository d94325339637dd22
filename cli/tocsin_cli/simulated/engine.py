"""Tocsin in one process: the functions' rules on a simulated table, with a clock that is moved."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.notifications.notification_items import stored_notification
from tocsin.adapters.dynamodb.timeline.stream import (
    is_shown,
    stored_awake,
    stored_change,
    stored_heartbeat,
    stored_silence,
)
from tocsin.channels.by_type import is_bundled
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import AlertId
from tocsin.domain.next_action import LOOK_AHEAD
from tocsin.domain.reception import Source
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import Change
from tocsin.domain.timers import (
    AnyTimer,
    BegunSteps,
    HeartbeatTimer,
    HoldTimer,
    StormTimer,
    Timer,
    ToldAlerts,
)
from tocsin.usecases.deliver_notification import deliver_notification, join_together
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.follow_awake import follow_awake
from tocsin.usecases.follow_changes import Outlets, follow_changes
from tocsin.usecases.follow_notifications import follow_notifications, follow_told
from tocsin.usecases.follow_storm import notice_storm, run_storm
from tocsin.usecases.incident_work import IncidentStores
from tocsin.usecases.plan_apart import plan_apart
from tocsin.usecases.ports import ConfigurationRepository, MessageSender, Topic
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.run_due_action import run_due_action
from tocsin.usecases.run_due_awake import run_due_awake
from tocsin.usecases.run_due_hold import HoldStores, run_due_hold
from tocsin.usecases.run_due_hold import send_if_soon as send_hold_if_soon
from tocsin.usecases.run_heartbeat import HeartbeatStores, run_due_heartbeat, send_if_soon
from tocsin.usecases.send_due_timers import send_due_timers
from tocsin_cli.simulated.deliveries import InMemoryDeliveries
from tocsin_cli.simulated.stores import Stores
from tocsin_cli.simulated.timers import InMemoryTimers
from tocsin_cli.simulated.unlimited import NoLinks, OpenGate
from tocsin_cli.simulated.write_ids import WriteIds

_EVER: Final = datetime.max.replace(tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_MIDNIGHT: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Engine[TeamTopic: Topic](Stores):
    """What the escalator and the notifier do, at the times at which they would do it."""

    def __init__(
        self, now: datetime, message_sender: MessageSender, topic: TeamTopic | None = None
    ) -> None:
        super().__init__(lambda: self.now)
        self.now = now
        self.message_sender = message_sender
        self.topic = topic
        self.is_shadow = False
        self.timers = InMemoryTimers()
        self.deliveries = InMemoryDeliveries()
        self.new_write_id = WriteIds()
        self._ticked_at = now - _MINUTE

    def receive(self, signal: Signal, source: Source) -> Receipt:
        """A sender says something, and what follows at once is done."""
        receipt = self._receive(signal, source)
        self._follow()
        return receipt

    def _receive(self, signal: Signal, source: Source) -> Receipt:
        return receive_signal(
            signal,
            source,
            at=self.now,
            slots=self.slots,
            paging=self.paging,
            new_write_id=self.new_write_id,
        )

    def keep[T: Named](self, store: DynamoDBConfiguration[T], value: T) -> None:
        """Put an object of the configuration, also in the place of one."""
        before = store.find(value.name)
        made = Configured(value=value, created_at=before.created_at if before else self.now)
        store.put(before, made, write_id=self.new_write_id())

    def pass_time(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Move the clock; ticks and timers come at their own times on the way."""
        until = self.now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        while (at := self._next_event()) is not None and at <= until:
            self.now = max(self.now, at)
            if self.now == self._tick_for_what_is_due():
                self._ticked_at = self.now
                send_due_timers(now=self.now, due=self.due, timers=self.timers)
            self._deliver()
            for timer in self.timers.arrived(self.now):
                self._run(timer)
                self._follow()
        self.now = until

    def _run(self, timer: AnyTimer) -> None:
        match timer:
            case Timer():
                run_due_action(
                    timer,
                    at=self.now,
                    slots=self.slots,
                    paging=self.paging,
                    notifications=self.notifications,
                    new_write_id=self.new_write_id,
                )
            case HeartbeatTimer():
                run_due_heartbeat(timer, at=self.now, stores=self.stores, timers=self.timers)
            case HoldTimer(kind=HoldKind.AWAKE):
                run_due_awake(
                    timer,
                    at=self.now,
                    people=self.awake,
                    alerts=self.alerts,
                    digests=self.digests,
                    holding=self.outlets.holding(self.now),
                    timers=self.timers,
                    new_write_id=self.new_write_id,
                )
            case HoldTimer():
                run_due_hold(timer, at=self.now, stores=self.hold_stores, timers=self.timers)
            case StormTimer():
                run_storm(timer, at=self.now, storms=self.storms, stores=self.incident_stores)
            case BegunSteps():
                plan_apart(
                    timer,
                    at=self.now,
                    outlets=self.outlets,
                    alerts=self.alerts,
                    is_over=lambda: False,
                )
            case ToldAlerts():
                follow_told(timer.alert_ids, now=self.now, outlets=self.outlets)

    @property
    def incident_stores(self) -> IncidentStores:
        """What incidents and their alerts are kept in."""
        return IncidentStores(
            alerts=self.alerts,
            incidents=self.incidents,
            slots=self.slots,
            new_write_id=self.new_write_id,
        )

    @property
    def hold_stores(self) -> HoldStores:
        """What silences and windows are kept in, and what they hold."""
        kinds: dict[HoldKind, ConfigurationRepository[Any]] = {
            HoldKind.SILENCE: self.silences,
            HoldKind.WINDOW: self.windows,
        }
        return HoldStores(
            silences=lambda kind: kinds[kind],
            alerts=self.alerts,
            holding=self.outlets.holding(self.now),
            paging=self.paging,
            new_write_id=self.new_write_id,
        )

    @property
    def stores(self) -> HeartbeatStores:
        """What heartbeats and their alerts are kept in."""
        return HeartbeatStores(
            heartbeats=self.heartbeats,
            slots=self.slots,
            paging=self.paging,
            new_write_id=self.new_write_id,
        )

    def _next_event(self) -> datetime | None:
        times = self.timers.soonest, self.deliveries.soonest, self._tick_for_what_is_due()
        return min(filter(None, times), default=None)

    def _tick_for_what_is_due(self) -> datetime | None:
        """The next full minute at which a tick finds something that waits for no timer yet."""
        waiting = set(self.timers.waiting)
        due = [timer for timer in self.due.due(_EVER) if timer not in waiting]
        if not due:
            return None
        needed_at = max(
            self.now, self._ticked_at + _MILLISECOND, due[0].due_at - LOOK_AHEAD + _MILLISECOND
        )
        return needed_at + (_MIDNIGHT - needed_at) % _MINUTE

    def _follow(self) -> None:
        """Read the stream, and send the messages that are due."""
        self.follow()
        self._deliver()

    def follow(self) -> None:
        """Do what follows from all that was written since the last time, and from that."""
        while self.table.records:
            told = self.read_stream()
            changes = [stored for record in told if (stored := stored_change(record))]
            messages = [line[1] for record in told if (line := stored_notification(record))]
            for heartbeat in (it for record in told if (it := stored_heartbeat(record))):
                send_if_soon(heartbeat, now=self.now, timers=self.timers)
            for silence in filter(None, map(stored_silence, told)):
                send_hold_if_soon(silence, now=self.now, timers=self.timers)
            for awake in filter(None, map(stored_awake, told)):
                follow_awake(awake, now=self.now, outlets=self.outlets)
            follow_changes(changes, now=self.now, outlets=self.outlets)
            follow_notifications(messages, now=self.now, outlets=self.outlets)
            notice_storm(
                changes,
                now=self.now,
                storms=self.storms,
                paging=self.paging,
                timers=self.timers,
                new_write_id=self.new_write_id,
            )
            if any(map(is_shown, told)):
                self.change_counter.move(at=self.now)

    def read_stream(self) -> Sequence[Mapping[str, Any]]:
        """Take what the stream has."""
        records, self.table.records = self.table.records, []
        return records

    def _deliver(self) -> None:
        while arrived := self.deliveries.arrived(self.now):
            joined = join_together(arrived, self.work) if len(arrived) > 1 else ()
            for delivery in (it for it in arrived if it not in joined):
                deliver_notification(delivery, self.work)
            self.follow()

    @property
    def outlets(self) -> Outlets:
        """Where the stream's consequences go."""
        return Outlets(
            timeline=self.timelines,
            activity=lambda: self.activity,
            slots=self.slots,
            paging=self.paging,
            notifications=self.notifications,
            deliveries=self.deliveries,
            timers=self.timers,
            digests=lambda: self.digests,
            awake=lambda: self.awake,
            lines=lambda: self.lines,
            is_bundled=is_bundled,
            new_write_id=self.new_write_id,
        )

    @property
    def work(self) -> Work:
        """What the notifier needs."""
        return Work(
            ledger=self.notifications,
            alerts=self.alerts,
            paging=self.paging,
            lines=self.lines,
            digests=self.digests,
            is_bundled=is_bundled,
            gate=OpenGate(),
            queue=self.deliveries,
            sender=self.message_sender,
            links=NoLinks(),
            last_resort=self.last_resort,
            topic=self.topic,
            newest_changes=self._newest_changes,
            newest_storm=self.storms.newest,
            now=lambda: self.now,
            new_write_id=self.new_write_id,
            pause=lambda _: None,
            is_shadow=self.is_shadow,
        )

    def _newest_changes(self, alert_id: AlertId) -> Sequence[Change]:
        return self.alerts.newest_changes(alert_id, limit=30)
