"""All of Tocsin in memory, with a clock that only the test moves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from tests.examples import ALICE, MINUTE, NINE, PROMETHEUS, trigger
from tests.fakes.deliveries import InMemoryDeliveries
from tests.fakes.providers import InMemoryTopic, NoLinks, OpenGate, Providers
from tests.fakes.timers import InMemoryTimers
from tests.fakes.write_ids import WriteIds
from tests.simulated_aws.stores import Stores
from tests.simulated_aws.stream import Pattern, filters_of
from tests.simulated_aws.table import Parameters
from tests.template_file import read_template
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.notifications.notification_items import stored_notification
from tocsin.adapters.dynamodb.timeline.stream import (
    stored_awake,
    stored_change,
    stored_heartbeat,
    stored_silence,
)
from tocsin.channels.by_type import is_bundled
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.alert_query import AlertPage, AlertQuery
from tocsin.domain.awake import Awake, AwakeScope
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.escalation import ALL_SEVERITIES, EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.flapping import FlappingRule, Inherited
from tocsin.domain.hold import HoldKind
from tocsin.domain.hours import Hours
from tocsin.domain.ids import Actor, AlertId, Fingerprint, IncidentId, fingerprint, ulid
from tocsin.domain.incident import Incident
from tocsin.domain.matcher import Matcher
from tocsin.domain.next_action import (
    LOOK_AHEAD,
    AnyTimer,
    HeartbeatTimer,
    HoldTimer,
    NextAction,
    StormTimer,
    Timer,
    next_action,
)
from tocsin.domain.notification import Notification, NotificationEvent
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, User
from tocsin.domain.reception import Source
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction, Value
from tocsin.domain.silence import Silence, Span
from tocsin.domain.sweep import Finding
from tocsin.domain.timeline import Change, ChangeType
from tocsin.usecases.ask_people import escalate_now
from tocsin.usecases.be_awake import begin_awake, end_awake, note_seen
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.deliver_notification import deliver_notification, join_together
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.follow_awake import follow_awake
from tocsin.usecases.follow_changes import Outlets, follow_changes
from tocsin.usecases.follow_notifications import follow_notifications
from tocsin.usecases.follow_storm import notice_storm, run_storm
from tocsin.usecases.incident_work import IncidentStores, Opening
from tocsin.usecases.open_incident import promote_alert
from tocsin.usecases.ports import ConfigurationRepository
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.run_due_action import run_due_action
from tocsin.usecases.run_due_awake import run_due_awake
from tocsin.usecases.run_due_hold import HoldStores, run_due_hold
from tocsin.usecases.run_due_hold import send_if_soon as send_hold_if_soon
from tocsin.usecases.run_heartbeat import (
    HeartbeatStores,
    hear_heartbeat,
    run_due_heartbeat,
    send_if_soon,
)
from tocsin.usecases.send_due_timers import send_due_timers
from tocsin.usecases.sweep_alerts import Sweep

_EVER = datetime.max.replace(tzinfo=UTC)
USUAL_FLAPPING = FlappingRule()
_MILLISECOND = timedelta(milliseconds=1)


class World(Stores):
    """Senders, people and time act on alerts; the stream is read after each of them."""

    def __init__(self, now: datetime = NINE) -> None:
        super().__init__(lambda: self.now)
        self.now = now
        self.timers = InMemoryTimers()
        self.deliveries = InMemoryDeliveries()
        self.providers = Providers(now=lambda: self.now)
        self.topic: InMemoryTopic | None = InMemoryTopic(now=lambda: self.now)
        self.timelines_read: list[AlertId] = []
        """By the notifier."""
        self.new_write_id = WriteIds()
        self._ticked_at = now - MINUTE
        self._told = 0
        self._meanwhile: Callable[[], object] | None = None
        self._of = ""
        self._was_read = False

    # Senders

    def signal(  # noqa: PLR0913 - all that a sender may say; a story names one or two
        self,
        dedup_key: str = "disk-full",
        *,
        action: SignalAction = SignalAction.TRIGGER,
        severity: Severity = Severity.CRITICAL,
        output: str = "",
        value: Value = None,
        source: Source = PROMETHEUS,
        started_at: datetime | None = None,
        facts: Facts | None = None,
    ) -> Receipt:
        """A sender says something about a condition."""
        signal = Signal(
            action=action,
            dedup_key=dedup_key,
            severity=severity,
            facts=facts or Facts(name=dedup_key, summary=dedup_key, reason=output),
            current_value=value,
            source_started_at=started_at,
        )
        return self.receive(signal, source)

    def receive(self, signal: Signal, source: Source = PROMETHEUS) -> Receipt:
        """The same, said in full."""
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

    def opened(
        self,
        dedup_key: str = "disk-full",
        *,
        severity: Severity = Severity.CRITICAL,
        output: str = "",
        source: Source = PROMETHEUS,
        started_at: datetime | None = None,
    ) -> AlertId:
        """A sender reports a problem; the alert that this opens."""
        receipt = self.signal(
            dedup_key, severity=severity, output=output, source=source, started_at=started_at
        )
        assert receipt.alert_id is not None
        return receipt.alert_id

    def opened_unfollowed(self, dedup_key: str = "disk-full") -> AlertId:
        """A sender reports a problem, and the stream's record of it is lost."""
        signal = trigger(dedup_key=dedup_key, severity=Severity.CRITICAL)
        receipt = self._receive(signal, PROMETHEUS)
        self.table.records.clear()
        assert receipt.alert_id is not None
        return receipt.alert_id

    # People

    def acknowledge(self, alert_id: AlertId, *, by: Actor = ALICE) -> Alert:
        return self._change(alert_id, lambda alert: alert.acknowledge(by=by, at=self.now))

    def unacknowledge(self, alert_id: AlertId, *, by: Actor = ALICE) -> Alert:
        return self._change(alert_id, lambda alert: alert.unacknowledge(by=by, at=self.now))

    def resolve(self, alert_id: AlertId, *, by: Actor = ALICE) -> Alert:
        return self._change(alert_id, lambda alert: alert.resolve(by=by, at=self.now))

    def snooze(
        self,
        alert_id: AlertId,
        duration: timedelta,
        *,
        by: Actor = ALICE,
        sticky_severity: bool = False,
        sticky_output: bool = False,
    ) -> Alert:
        snooze = Snooze(
            until=self.now + duration, sticky_severity=sticky_severity, sticky_output=sticky_output
        )
        return self._change(alert_id, lambda alert: alert.snoozed(snooze, by=by, at=self.now))

    def unsnooze(self, alert_id: AlertId, *, by: Actor = ALICE) -> Alert:
        return self._change(
            alert_id, lambda alert: alert.woken(by=by, at=self.now, reason="unsnoozed")
        )

    def page(
        self, alert_id: AlertId, *names: str, by: Actor = ALICE, note: str | None = None
    ) -> Alert:
        """Ask `user:bob` or `channel:ops` now."""
        targets = _targets(names)
        return self._change(
            alert_id, lambda alert: alert.paged(targets, by=by, at=self.now, note=note)
        )

    def assign(self, alert_id: AlertId, user: str, *, by: Actor = ALICE) -> Alert:
        return self._change(alert_id, lambda alert: alert.assigned(user, by=by, at=self.now))

    def escalate(self, alert_id: AlertId, *, by: Actor = ALICE, note: str | None = None) -> Alert:
        try:
            return escalate_now(
                alert_id,
                by=by,
                at=self.now,
                note=note,
                alerts=self.alerts,
                paging=self.paging,
                new_write_id=self.new_write_id,
            )
        finally:
            self._follow()

    def promote(self, alert_id: AlertId, *, by: Actor = ALICE) -> Incident:
        incident_id = IncidentId(ulid(self.now, fingerprint("incident", self.new_write_id())))
        opening = Opening(incident_id=incident_id, by=by, at=self.now)
        promotion = promote_alert(opening, alert_id, stores=self.incident_stores)
        self._follow()
        return promotion.incident

    def note(self, alert_id: AlertId, text: str, *, by: Actor = ALICE) -> None:
        at = max(self.now, self.alert(alert_id).changed_at)
        note = Change(type=ChangeType.NOTE, at=at, by=by, details={"note": text})
        self.alerts.add_note(alert_id, note, write_id=self.new_write_id())

    def _change(self, alert_id: AlertId, change: Callable[[Alert], Alert]) -> Alert:
        try:
            return change_alert(
                alert_id, change, alerts=self.alerts, new_write_id=self.new_write_id
            )
        finally:
            self._follow()

    def meanwhile(
        self, act: Callable[[], object], *, of: str = keys.slot_partition(Fingerprint(""))
    ) -> None:
        """Let another act between the next read and the write that follows it.

        Args:
            act: Done once.
            of: How the partition begins that is read and then written.
        """
        self._meanwhile, self._of, self._was_read = act, of, False

    def call(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Ask the table; others may act before a write, if `meanwhile` says so."""
        is_awaited = self._meanwhile is not None and _partition(parameters).startswith(self._of)
        if is_awaited and self._was_read and operation != "GetItem":
            act, self._meanwhile = self._meanwhile, None
            if act is not None:
                act()
        self._was_read |= is_awaited  # A write that is refused is told what is there.
        return super().call(operation, parameters)

    # Time

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

    def hear(self, name: str) -> Receipt | None:
        """A heartbeat is heard from."""
        try:
            return hear_heartbeat(name, at=self.now, stores=self.stores)
        finally:
            self._follow()

    def sweep(self, *, is_over: bool = False) -> tuple[Finding, ...]:
        """Look for forgotten alerts, on one page of the list if time is over."""
        sweep = Sweep(
            now=self.now,
            alerts=self.alerts,
            outlets=self.outlets,
            sweeps=self.sweeps,
            is_over=lambda: is_over,
        )
        found = tuple(sweep.findings())
        self._follow()
        return found

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
        return needed_at + (NINE - needed_at) % MINUTE

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

    def read_stream(self) -> Sequence[Mapping[str, Any]]:
        """Take what the stream has, as far as the escalator is called for it."""
        records, self.table.records = self.table.records, []
        return [record for record in records if any(it(record) for it in _filters())]

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
            sender=self.providers,
            links=NoLinks(),
            last_resort=self.last_resort,
            topic=self.topic,
            newest_changes=self._newest_changes,
            newest_storm=self.storms.newest,
            now=lambda: self.now,
            new_write_id=self.new_write_id,
        )

    def _newest_changes(self, alert_id: AlertId) -> Sequence[Change]:
        self.timelines_read.append(alert_id)
        return self.alerts.newest_changes(alert_id, limit=30)

    # The team

    def silence(
        self,
        *match: str,
        name: str = "deploy-42",
        minutes: float = 60,
        starts_in: timedelta = timedelta(),
        by: str = "carol",
        kind: type[Silence] = Silence,
    ) -> Silence:
        """A person silences alerts, or changes a silence."""
        stored = self._kept(kind)
        before = stored.find(name)
        starts_at = self.now + starts_in
        made = kind(
            name=name,
            match=tuple(map(Matcher.parse, match)),
            span=Span(starts_at, starts_at + timedelta(minutes=minutes)),
            reason="Deployment",
            author=Actor(by),
            created_at=before.created_at if before else self.now,
        )
        put: Silence = stored.put(before, made.changed(self.now), write_id=self.new_write_id())
        self._follow()
        return put

    def _kept(self, kind: type[Silence]) -> ConfigurationRepository[Any]:
        return self.silences if kind is Silence else self.windows

    def end_silence(self, name: str = "deploy-42", kind: type[Silence] = Silence) -> None:
        """A person ends a silence or a window."""
        stored = self._kept(kind)
        before = stored.get(name)
        stored.put(before, before.ended(self.now), write_id=self.new_write_id())
        self._follow()

    def im_awake(
        self,
        user: str = "alice",
        *,
        minutes: float = 60,
        scope: AwakeScope = AwakeScope.MINE,
    ) -> Awake:
        """A person says that they are awake."""
        said, _ = begin_awake(
            user,
            timedelta(minutes=minutes),
            scope,
            at=self.now,
            people=self.awake,
            new_write_id=self.new_write_id,
        )
        self._follow()
        return said

    def go_to_sleep(self, user: str = "alice") -> None:
        end_awake(user, at=self.now, people=self.awake, new_write_id=self.new_write_id)
        self._follow()

    def look(self, user: str = "alice") -> None:
        """A person opens something."""
        note_seen(user, at=self.now, people=self.awake, new_write_id=self.new_write_id)
        self._follow()

    def keep[T: Named](self, store: DynamoDBConfiguration[T], value: T) -> None:
        """Put an object of the configuration, also in the place of one."""
        before = store.find(value.name)
        made = Configured(value=value, created_at=before.created_at if before else self.now)
        store.put(before, made, write_id=self.new_write_id())

    def channel(self, name: str, type_: str = "webhook", *, rate_per_minute: int = 60) -> None:
        """Configure a channel."""
        self.keep(self.channels, Channel(name=name, type=type_, rate_per_minute=rate_per_minute))

    def user(self, name: str, *notify: NotificationRule) -> None:
        """Configure a user with every contact method; without rules told once, by e-mail."""
        user = User(
            name=name,
            email=f"{name}@example.com",
            phone="+15550100",
            slack_id=f"U{name.upper()}",
            notify=notify or (NotificationRule(by=ContactMethod.EMAIL),),
        )
        self.keep(self.users, user)

    def escalation_policy(  # noqa: PLR0913 - all that a policy may have; a story names one or two
        self,
        *steps: tuple[str | tuple[str, ...], timedelta],
        name: str = "default",
        repeat: int = 0,
        ack_timeout: timedelta | None = None,
        severities: frozenset[Severity] = ALL_SEVERITIES,
        flapping: FlappingRule | Inherited | None = USUAL_FLAPPING,
        only: Mapping[int, tuple[Hours, ...]] = MappingProxyType({}),
        time_zone: str | None = None,
    ) -> None:
        """Configure a policy; steps name `user:alice` or `channel:ops`, and their delays.

        Hours are given by the number of their step.
        """
        policy = EscalationPolicy(
            name=name,
            steps=tuple(
                Step(
                    name=f"step-{number}",
                    targets=_targets(targets),
                    delay=delay,
                    only=only.get(number, ()),
                )
                for number, (targets, delay) in enumerate(steps, 1)
            ),
            repeat=repeat,
            ack_timeout=ack_timeout,
            severities=severities,
            flapping=flapping,
            time_zone=time_zone,
        )
        self.keep(self.policies, policy)

    def route(  # noqa: PLR0913 - all that a route may set; a story names one or two
        self,
        name: str,
        *match: str,
        policy: str = "default",
        severity: Severity | None = None,
        hold: timedelta = timedelta(),
        close_after: timedelta | None = None,
        only: tuple[Hours, ...] = (),
        time_zone: str | None = None,
    ) -> None:
        """Configure a route; without conditions it matches everything."""
        route = Route(
            name=name,
            match=tuple(map(Matcher.parse, match)),
            escalation_policy=policy,
            severity=severity,
            hold=hold,
            close_after=close_after,
            only=only,
            time_zone=time_zone,
        )
        self.keep(self.routes, route)

    def pages_nobody(self) -> None:
        """The policy leaves all severities out by choice: timelines are about what people do."""
        self.escalation_policy(("channel:ops", MINUTE), severities=frozenset())

    def paged(self) -> list[str]:
        """Who was paged since the last time, by the names of their targets."""
        told = [it for it in self.providers.received if it.event is NotificationEvent.PAGED]
        new, self._told = told[self._told :], len(told)
        return [it.target.partition(":")[2] for it in new]

    # What can be seen

    def alert(self, alert_id: AlertId) -> Alert:
        return self.alerts.get(alert_id)

    def next_action(self, alert_id: AlertId) -> NextAction:
        return next_action(self.alert(alert_id))

    def timeline(self, alert_id: AlertId) -> tuple[Change, ...]:
        return self.alerts.timeline(alert_id, cursor=None, limit=10_000).changes

    def happened(self, alert_id: AlertId) -> list[str]:
        """The words of the timeline, oldest first."""
        return [change.type.value for change in self.timeline(alert_id)]

    def done_to(self, alert_id: AlertId) -> list[str]:
        """The words of the timeline, but for results of messages."""
        return [each for each in self.happened(alert_id) if not each.startswith("notification_")]

    def pages(self, alert_id: AlertId) -> tuple[Notification, ...]:
        """Its pages in the ledger, without updates and what the last resort is told."""
        ledger = self.notifications.of_alert(alert_id)
        return tuple(each for each in ledger if each.delivery.is_page)

    def list(self, query: AlertQuery | None = None) -> AlertPage:
        return self.alerts.list(query or AlertQuery(), at=self.now)


def slot(dedup_key: str, source: Source = PROMETHEUS) -> Fingerprint:
    """Where the alerts of a dedup key live."""
    return fingerprint(source.integration, dedup_key)


@cache
def _filters() -> list[Pattern]:
    """What of the table's stream the escalator is called for."""
    return filters_of(read_template()["Resources"]["TableChangeFunction"]["Properties"]["Events"])


def _partition(parameters: Parameters) -> str:
    """The partition of one item; of a transaction's first one; none of a query."""
    ((_, parameters),) = parameters.get("TransactItems", [{"": parameters}])[0].items()
    place = parameters.get("Item") or parameters.get("Key") or {"pk": {"S": ""}}
    return str(place["pk"]["S"])


def _targets(names: str | tuple[str, ...]) -> tuple[Target, ...]:
    spelled = (names,) if isinstance(names, str) else names
    parts = (name.partition(":") for name in spelled)
    return tuple(Target(TargetKind(kind), name) for kind, _, name in parts)
