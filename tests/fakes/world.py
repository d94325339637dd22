"""All of Tocsin in memory, with a clock that only the test moves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from tests.examples import ALICE, MINUTE, NINE, PROMETHEUS, trigger
from tests.fakes.providers import InMemoryTopic, Providers
from tests.simulated_aws.stream import Pattern, filters_of
from tests.template_file import read_template
from tocsin.adapters.dynamodb import keys
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.alert_query import AlertPage, AlertQuery
from tocsin.domain.awake import Awake, AwakeScope
from tocsin.domain.escalation import ALL_SEVERITIES, EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.flapping import FlappingRule, Inherited
from tocsin.domain.hours import Hours
from tocsin.domain.ids import Actor, AlertId, Fingerprint, IncidentId, fingerprint, ulid
from tocsin.domain.incident import Incident
from tocsin.domain.matcher import Matcher
from tocsin.domain.next_action import NextAction, next_action
from tocsin.domain.notification import Notification, NotificationEvent
from tocsin.domain.on_call.schedule import Schedule, ScheduleOverride
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
from tocsin.usecases.change_on_call import OnCallWork
from tocsin.usecases.incident_work import Opening
from tocsin.usecases.open_incident import promote_alert
from tocsin.usecases.ports import ConfigurationRepository
from tocsin.usecases.receive_signal import Receipt
from tocsin.usecases.run_heartbeat import (
    hear_heartbeat,
)
from tocsin.usecases.sweep_alerts import Sweep
from tocsin_cli.simulated.engine import Engine
from tocsin_cli.simulated.table import Parameters

USUAL_FLAPPING = FlappingRule()


class World(Engine[InMemoryTopic]):
    """Senders, people and time act on alerts; the stream is read after each of them."""

    def __init__(self, now: datetime = NINE) -> None:
        self.providers = Providers(now=lambda: self.now)
        super().__init__(now, self.providers, InMemoryTopic(now=lambda: self.now))
        self.timelines_read: list[AlertId] = []
        """By the notifier."""
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
        return super().receive(signal, source)

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

    def read_stream(self) -> Sequence[Mapping[str, Any]]:
        """Take what the stream has, as far as the escalator is called for it."""
        return [record for record in super().read_stream() if any(it(record) for it in _filters())]

    def _newest_changes(self, alert_id: AlertId) -> Sequence[Change]:
        self.timelines_read.append(alert_id)
        return super()._newest_changes(alert_id)

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

    def schedule(self, schedule: Schedule) -> None:
        """Configure a schedule, as it is from now on."""
        self.keep(self.schedules, schedule)

    def override(self, *made: ScheduleOverride) -> None:
        self.overrides.add(made, write_id=self.new_write_id())

    @property
    def on_call_work(self) -> OnCallWork:
        """What people change who is on call with."""
        return OnCallWork(
            schedules=self.schedules,
            overrides=self.overrides,
            swaps=self.swaps,
            directory=self.paging.directory,
            deliveries=lambda: self.deliveries,
            new_write_id=self.new_write_id,
        )

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
