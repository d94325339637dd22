"""A team that uses Tocsin: what it configured, what it sends and does, and what it sees."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from functions.alerts_api.alert_actions import Acknowledgement
from tests.examples import ALICE, HOUR, NINE
from tests.faults.functions import RETENTION, TABLE, Process
from tests.faults.scheduler import DeathError
from tests.faults.simulation import Simulation, StuckError, Wait
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.awake_items import AWAKE
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.configuration.hold_items import SILENCES
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.awake import Awake, AwakeScope
from tocsin.domain.configuration import Configured, Named
from tocsin.domain.errors import ConflictError, TryAgainError
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.hours import Hours
from tocsin.domain.ids import Actor, AlertId, fingerprint, fingerprint_of
from tocsin.domain.incident import Incident, IncidentUpdate
from tocsin.domain.integration import HEARTBEATS, SELF, Integration, IntegrationType, Token
from tocsin.domain.matcher import Matcher
from tocsin.domain.notification import DeliveryState, NotificationEvent
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, User
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.domain.silence import Silence, Span
from tocsin.usecases.ask_people import Opening, escalate_now, open_by_hand
from tocsin.usecases.be_awake import begin_awake, end_awake, note_seen
from tocsin.usecases.change_alert import change_alert
from tocsin.usecases.change_silence import change_silence
from tocsin_cli.simulated.table import Record

TOKEN = "0123456789abcdef0123456789abcdef"
HEARTBEAT_TOKEN = "fedcba9876543210fedcba9876543210"
PROMETHEUS = "prod-prometheus"
AGAIN_AFTER = timedelta(seconds=20)
"""When senders and people try again what was not answered well."""
FOUND_WITHIN = timedelta(minutes=21)
"""Two sweeps find everything that was lost."""
LONG = 3 * HOUR
"""Longer than all that goes wrong in a run holds it up."""
_OWN_ALERT = fingerprint(SELF, "sweep")
"""The sweep's own, which some plans bring about, and others do not."""

type Transition = Callable[[Alert], Alert]
type PolicyStep = tuple[str | tuple[str, ...], timedelta]
"""Whom it asks, and its delay."""


@dataclass
class StoryTeam:
    """Everything that a story is told with."""

    world: Simulation
    repeated: int = 0
    """Signals that were sent again, because nobody said that they had arrived."""
    acknowledged: list[tuple[AlertId, datetime]] = field(default_factory=list)
    """Alerts, and when the answer to their acknowledgement came."""
    silenced: list[tuple[datetime, datetime]] = field(default_factory=list)
    """When everything was silenced: from an answer on, until an end."""
    awake: list[tuple[str, datetime]] = field(default_factory=list)
    """Targets of people who said that they are awake, and when."""
    signals: "Counter[str]" = field(default_factory=Counter)
    """By dedup key, how often a sender said that something is wrong."""
    policies: dict[str, EscalationPolicy] = field(default_factory=dict)
    """As they were written last."""
    delays: dict[str, timedelta] = field(default_factory=dict)
    """Of each step, by its name; a story gives no name two delays."""
    channels: set[str] = field(default_factory=set)
    """Those that can be told of changes."""
    users: set[str] = field(default_factory=set)
    disappointments: list[str] = field(default_factory=list)
    refused: int = 0
    """Actions that the alert's state forbade."""
    refused_for_good: bool = False
    """Whether AWS refused something for good on the way."""
    edits: bool = False
    """Whether a policy was edited or removed on the way."""
    loses: bool = False
    """Whether something is lost on purpose, for the sweep to find."""
    suppressed: int = 0
    """Signals that are not counted, as a person has closed their alert."""
    may_be_reported: bool = False
    """Whether the sweep may report what was held up, by an outage or a fault of the story's own."""
    slack: timedelta = timedelta()
    """By how much pages may be later, where a story is about a line of waiting ones."""

    # Configuration

    def set_up(
        self,
        *steps: PolicyStep,
        repeat: int = 0,
        ack_timeout: timedelta | None = None,
        resolve_after: timedelta = timedelta(),
        of_type: IntegrationType = IntegrationType.REST,
    ) -> None:
        """A policy, the channels and users that its steps name, and an integration."""
        for target in (target for targets, _ in steps for target in _targets(targets)):
            if target.kind is TargetKind.CHANNEL and target.name not in self.channels:
                self.channel(target.name)
            elif target.kind is TargetKind.USER and target.name not in self.users:
                self.user(target.name)
        self.policy(*steps, repeat=repeat, ack_timeout=ack_timeout)
        self.integration(resolve_after=resolve_after, of_type=of_type)

    def channel(self, name: str, *, rate_per_minute: int = 60) -> None:
        self.channels.add(name)
        channel = Channel(
            name=name,
            type="webhook",
            settings={"url": f"https://{name}.example.com/"},
            rate_per_minute=rate_per_minute,
        )
        self._keep(DynamoDBConfiguration(self.world.call, TABLE, CHANNELS), channel)

    def user(self, name: str, *notify: NotificationRule) -> None:
        self.users.add(name)
        user = User(
            name=name,
            email=f"{name}@example.com",
            phone="+15550100",
            notify=notify or (NotificationRule(by=ContactMethod.EMAIL),),
        )
        self._keep(DynamoDBConfiguration(self.world.call, TABLE, USERS), user)

    def unreachable(self, name: str) -> None:
        """A user without any contact method."""
        self.users.add(name)
        self._keep(DynamoDBConfiguration(self.world.call, TABLE, USERS), User(name=name))

    def policy(
        self,
        *steps: PolicyStep,
        repeat: int = 0,
        ack_timeout: timedelta | None = None,
        name: str = "default",
    ) -> None:
        """Put a policy, also in the place of another; steps name `channel:ops` or `user:alice`."""
        self.edits |= name in self.policies
        policy = EscalationPolicy(
            name=name, steps=_steps(steps), repeat=repeat, ack_timeout=ack_timeout
        )
        self.policies[name] = policy
        self.delays |= {step.name: step.delay for step in policy.steps}
        self._keep(DynamoDBConfiguration(self.world.call, TABLE, POLICIES), policy)

    def _keep[T: Named](self, store: DynamoDBConfiguration[T], value: T) -> None:
        before = store.find(value.name)
        after = replace(before, value=value) if before else Configured(value=value, created_at=NINE)
        store.put(before, after, write_id=self.world.new_write_id())

    def integration(
        self,
        *,
        resolve_after: timedelta = timedelta(),
        policy: str | None = None,
        of_type: IntegrationType = IntegrationType.REST,
    ) -> None:
        integration = Integration(
            name=PROMETHEUS,
            type=of_type,
            created_at=NINE,
            resolve_after=resolve_after,
            escalation_policy=policy,
            tokens=(Token.of(TOKEN),),
        )
        repository = DynamoDBIntegrations(self.world.call, TABLE)
        repository.put(None, integration, write_id=self.world.new_write_id())

    def heartbeat(self, name: str, period: timedelta) -> None:
        now = self.world.now
        heartbeat = Heartbeat(
            name=name, period=period, created_at=now, token=Token.of(HEARTBEAT_TOKEN)
        )
        repository = DynamoDBHeartbeats(self.world.call, TABLE)
        repository.put(None, heartbeat.watched(now), write_id=self.world.new_write_id())

    def route(self, *only: Hours) -> None:
        """A route for everything, with hours."""
        route = Route(name="by-day", match=(), escalation_policy="default", only=only)
        self._keep(DynamoDBConfiguration(self.world.call, TABLE, ROUTES), route)

    def silence(self, lasts: timedelta, *, name: str = "deploy") -> None:
        """A person silences everything from now on."""
        now = self.world.now
        silences = self._silences()
        made = Silence(
            name=name,
            match=(Matcher.parse('integration=~".+"'),),
            span=Span(now, now + lasts),
            reason="Deployment",
            author=ALICE,
            created_at=now,
        )
        silences.put(None, made.changed(now), write_id=self.world.new_write_id())
        self.silenced.append((now, now + lasts))

    def end_silence(self, *, name: str = "deploy") -> None:
        """A person ends it; a check of alerts may change it at the same time."""
        now = self.world.now
        change_silence(
            name,
            lambda before: before and before.ended(now),
            silences=self._silences(),
            new_write_id=self.world.new_write_id,
        )
        begun_at, _ = self.silenced.pop()
        self.silenced.append((begun_at, now))

    def im_awake(self, lasts: timedelta, user: str = "alice") -> None:
        """A person says that they are awake, or that it lasts longer."""
        now = self.world.now
        begin_awake(
            user,
            lasts,
            AwakeScope.MINE,
            at=now,
            people=self._people(),
            new_write_id=self.world.new_write_id,
        )
        self.awake.append((f"user:{user}", now))

    def go_to_sleep(self, user: str = "alice") -> None:
        now, new_write_id = self.world.now, self.world.new_write_id
        end_awake(user, at=now, people=self._people(), new_write_id=new_write_id)

    def look(self, user: str = "alice") -> None:
        """A person opens something."""
        now, new_write_id = self.world.now, self.world.new_write_id
        note_seen(user, at=now, people=self._people(), new_write_id=new_write_id)

    def stay(self, lasts: timedelta, user: str = "alice") -> None:
        """Wait; the person opens something every five minutes."""
        until = self.world.now + lasts
        while self.world.now < until:
            self.wait(min(timedelta(minutes=5), until - self.world.now))
            self.look(user)

    def _people(self) -> NamedObjects[Awake]:
        return NamedObjects(self.world.call, TABLE, AWAKE)

    def _silences(self) -> NamedObjects[Silence]:
        return NamedObjects(self.world.call, TABLE, SILENCES)

    def remove_heartbeat(self, name: str) -> None:
        repository = DynamoDBHeartbeats(self.world.call, TABLE)
        repository.delete(repository.get(name), write_id=self.world.new_write_id())

    def remove_policy(self, name: str) -> None:
        self.edits = True
        del self.policies[name]
        configured = DynamoDBConfiguration(self.world.call, TABLE, POLICIES)
        configured.delete(configured.get(name), write_id=self.world.new_write_id())

    def remove_user(self, name: str) -> None:
        configured = DynamoDBConfiguration(self.world.call, TABLE, USERS)
        configured.delete(configured.get(name), write_id=self.world.new_write_id())

    # Time, and others

    def wait(self, wait: Wait) -> None:
        """Let a time pass, or wait until something is so."""
        self.world.wait(wait)

    def together(self, *works: Callable[[], None]) -> None:
        """Let several do something at the same time, each at its own pace."""
        begun = [self.world.begin(work, after=self._apart(it)) for it, work in enumerate(works)]
        self.world.wait(lambda: all(is_done() for is_done in begun))

    def _apart(self, number: int) -> timedelta:
        """Some milliseconds, as nothing happens in the same one."""
        if not self.world.plan:
            return timedelta(milliseconds=number)
        return timedelta(milliseconds=self.world.chance.randint(0, 12))

    def expect(self, is_so: bool, sentence: str) -> None:  # noqa: FBT001 - what must be so, and its name
        """Keep what is wrong in the end."""
        if not is_so:
            self.disappointments.append(sentence)

    def expect_if_calm(self, is_so: bool, sentence: str) -> None:  # noqa: FBT001 - see expect
        """Likewise, of what is so where nothing goes wrong, and is bounded elsewhere if it does."""
        self.expect(is_so or bool(self.world.plan), sentence)

    # Senders and people

    def signal(
        self,
        name: str = "disk",
        *,
        severity: str = "critical",
        output: str = "",
        value: float | None = None,
        until: Wait = timedelta(),
    ) -> None:
        """A sender sends a signal until it is accepted; what follows from it is waited for."""
        body: dict[str, object] = {"name": name, "dedup_key": name, "severity": severity}
        body |= {"output": output} | ({} if value is None else {"current_value": value})
        self.signals[name] += severity != "ok"
        self._send(f"/i/{TOKEN}", body)
        if until:
            self.wait(until)

    def group(
        self,
        *names: str,
        started_at: datetime,
        severity: str = "critical",
        service: str = "disks",
    ) -> None:
        """Alertmanager sends a group of alerts that fire, until it is told that it was heard."""
        self.signals.update(names)
        alerts = [
            {
                "status": "firing",
                "labels": {"alertname": name, "severity": severity, "service": service},
                "fingerprint": name,
                "startsAt": started_at.isoformat(),
            }
            for name in names
        ]
        self._send(f"/i/{TOKEN}", {"version": "4", "alerts": alerts})

    def beat(self) -> None:
        """What a heartbeat watches is well."""
        self._send(f"/i/{HEARTBEAT_TOKEN}/heartbeat", {})

    def _send(self, path: str, body: Mapping[str, object]) -> None:
        while (status := self.world.post(_event(path, body))) >= 500:
            self.repeated += 1
            self.wait(AGAIN_AFTER)
        if status >= 300:
            raise StuckError(f"a sender is answered {status}")

    def acknowledge(self, name: str = "disk", *, by: Actor = ALICE) -> None:
        self._act(
            name,
            lambda at: Acknowledgement(by=by, at=at, note=None),
            lambda alert: alert.status is AlertStatus.ACKNOWLEDGED,
        )
        self.acknowledged.append((self.alert(name).alert_id, self.world.now))

    def try_to(self, act: Callable[[], None]) -> None:
        """Do it, unless the alert is over meanwhile."""
        if self.alert().is_open:
            act()

    def unacknowledge(self, name: str = "disk", *, by: Actor = ALICE) -> None:
        self._act(
            name,
            lambda at: lambda alert: alert.unacknowledge(by=by, at=at),
            lambda alert: alert.status is AlertStatus.FIRING,
        )

    def resolve(self, name: str = "disk", *, by: Actor = ALICE) -> None:
        self._act(
            name,
            lambda at: lambda alert: alert.resolve(by=by, at=at),
            lambda alert: not alert.is_open,
        )

    def snooze(self, duration: timedelta, name: str = "disk") -> None:
        self._act(
            name,
            lambda at: lambda alert: alert.snoozed(Snooze(until=at + duration), by=ALICE, at=at),
            lambda alert: alert.snooze is not None,
        )

    def open_by_hand(self, *targets: str, name: str = "disk", by: Actor = ALICE) -> None:
        """Open an alert for these and nobody else; asked again under the same dedup key."""
        signal = Signal(
            action=SignalAction.TRIGGER,
            dedup_key=name,
            severity=Severity.CRITICAL,
            facts=Facts(name=name, summary=name),
        )
        opening = Opening(signal=signal, by=by, at=self.world.now, targets=_targets(targets))
        self.signals[name] += 1
        while True:
            try:
                self.world.ask(
                    lambda process: open_by_hand(
                        opening,
                        slots=process.ingest.slots,
                        paging=process.ingest.paging,
                        new_write_id=process.new_write_id,
                    )
                )
            except (DeathError, TryAgainError):
                self.wait(AGAIN_AFTER)
            else:
                return

    def page(self, *targets: str, name: str = "disk", by: Actor = ALICE) -> None:
        """Ask `user:carol` or `channel:ops` now."""
        asked = _targets(targets)
        names = tuple(map(str, asked))
        self._act(
            name,
            lambda at: lambda alert: alert.paged(asked, by=by, at=at),
            lambda alert: any(it.targets == names for it in alert.askings),
        )

    def assign(self, user: str, *, name: str = "disk", by: Actor = ALICE) -> None:
        self._act(
            name,
            lambda at: lambda alert: alert.assigned(user, by=by, at=at),
            lambda alert: alert.assigned_to == user,
        )

    def escalate(self, *, name: str = "disk", by: Actor = ALICE) -> None:
        """Begin the next step now; whoever is not answered looks before asking again."""
        step = self.alert(name).escalation.step
        self._ask(
            name,
            lambda process, alert_id: escalate_now(
                alert_id,
                by=by,
                at=process.now(),
                note=None,
                alerts=process.alerts,
                paging=process.escalator.paging,
                new_write_id=process.new_write_id,
            ),
            lambda alert: alert.escalation.step != step,
        )

    def _act(
        self,
        name: str,
        transition: Callable[[datetime], Transition],
        is_done: Callable[[Alert], bool],
    ) -> None:
        self._ask(
            name,
            lambda process, alert_id: change_alert(
                alert_id,
                transition(process.now()),
                alerts=process.alerts,
                new_write_id=process.new_write_id,
            ),
            is_done,
        )

    def _ask(
        self,
        name: str,
        work: Callable[[Process, AlertId], Alert],
        is_done: Callable[[Alert], bool],
    ) -> None:
        """Do it, and look again before doing it anew."""
        alert_id = self.alert(name).alert_id
        while True:
            try:
                self.world.ask(lambda process: work(process, alert_id))
            except (DeathError, TryAgainError, ConflictError) as error:
                self.refused += isinstance(error, ConflictError)
                self.wait(AGAIN_AFTER)
                newest = self.alert(name)
                if newest.alert_id != alert_id or not newest.is_open or is_done(newest):
                    return
            else:
                return

    # What goes wrong on purpose

    def lose_records(self, loses: Callable[[Record], bool] | None) -> None:
        """Let nobody ever work on some records of the stream; None: on all again."""
        self._will_be_found()
        self.world.loses_record = loses

    def lose_messages(self, loses: Callable[[str], bool] | None) -> None:
        """Let messages vanish from the queues; None: none any more."""
        self._will_be_found()
        self.world.loses_message = loses

    def lose_timer(self, name: str = "disk") -> None:
        """Let an alert stand in the index of what is due no more."""
        self._will_be_found()
        slots = DynamoDBSlots(self.world.call, TABLE, RETENTION)
        slots.set_timer(self.alert(name), None)

    def refuse(self, alert: str, state: DeliveryState) -> None:
        """Let DynamoDB refuse for good that a message of an alert takes a state, until mended."""
        self.may_be_reported = True
        self.refused_for_good = True

        def refuses(asked: str, parameters: Mapping[str, Any]) -> bool:
            item = parameters["Item"] if asked == "PutItem" else {}
            if item.get("state") != {"S": state.value}:
                return False
            found = self.find(alert)
            return found is not None and found.alert_id in item["pk"]["S"]

        self.world.line.refuses = refuses

    def redrive(self) -> None:
        """Mend the cause, and bring back what was set aside."""
        self.world.line.refuses = None
        while self.world.line.set_aside:
            self.world.redrive()
            self.wait(AGAIN_AFTER)

    def _will_be_found(self) -> None:
        self.loses = True
        self.slack = FOUND_WITHIN
        self.world.sweeps_after = 4

    # What can be seen

    def paged(self) -> set[str]:
        """The alerts of which a page arrived."""
        return {it.alert_id for it in self.world.line.received if it.event == "alert.paged"}

    def asked(self, name: str = "disk") -> list[str]:
        """Whom the pages of an alert asked, by target, as they arrived."""
        ledger = DynamoDBNotifications(self.world.call, TABLE, RETENTION)
        found = self.find(name)
        assert found is not None
        targets: dict[str, str] = {
            it.delivery.key: it.delivery.target for it in ledger.of_alert(found.alert_id)
        }
        arrived = dict.fromkeys(
            it.key for it in self.world.line.received if it.event == "alert.paged"
        )
        return [targets[key].partition(":")[2] for key in arrived if key in targets]

    @property
    def alerts(self) -> DynamoDBAlerts:
        return DynamoDBAlerts(self.world.call, TABLE, RETENTION)

    def incidents(self) -> list[tuple[Incident, tuple[IncidentUpdate, ...]]]:
        """All incidents, with their updates."""
        repository = DynamoDBIncidents(self.world.call, TABLE, RETENTION)
        found, _ = repository.list(is_open=None, limit=50, cursor=None)
        return [(incident, repository.updates(incident.incident_id)) for incident in found]

    def flapping_pages(self) -> list[str]:
        """Pages of alerts that flap, as they arrived."""
        return [
            it.key
            for it in self.world.line.received
            if it.is_flapping and it.event == NotificationEvent.PAGED
        ]

    def find(self, name: str = "disk", *, integration: str = PROMETHEUS) -> Alert | None:
        """The newest alert of a name."""
        slots = DynamoDBSlots(self.world.call, TABLE, RETENTION)
        return slots.in_slot(fingerprint(integration, name))

    def alert(self, name: str = "disk", *, integration: str = PROMETHEUS) -> Alert:
        alert = self.find(name, integration=integration)
        assert alert is not None
        return alert

    def opened_as_sent(self, name: str = "disk") -> bool:
        """Whether its route could not be read, as docs/routes.md allows where storage refuses."""
        is_so = self.alert(name).routed is None
        self.expect_if_calm(not is_so, "opened as it was sent")
        return is_so

    def missed(self, name: str) -> Alert | None:
        """The newest alert of a heartbeat."""
        return self.find(f"heartbeat:{name}", integration=HEARTBEATS)

    def heard(self, *ends: str, times: int = 1, event: str = "alert.paged") -> Callable[[], bool]:
        """Whether each of these has got so many messages, as the keys of messages end."""

        def is_so() -> bool:
            told = {
                it.key
                for it in self.world.line.received
                if it.event == event and fingerprint_of(it.alert_id) != _OWN_ALERT
            }
            return all(sum(key.endswith(end) for key in told) >= times for end in ends)

        return is_so

    def named(self, target: str) -> int:
        """How many alerts messages have named to a target, alone or in digests that arrived."""
        line, told = self.world.line, set()
        place = f".{target}."
        for it in line.received:
            if place in it.key and it.event in {"alert.paged", "alert.digest"}:
                told |= set(line.digests.get(it.key, (it.alert_id,)))
        return sum(fingerprint_of(it) != _OWN_ALERT for it in told)

    def told(self, target: str, number: int) -> Callable[[], bool]:
        """Whether so many alerts were named to a target."""
        return lambda: self.named(target) >= number

    def alone(self, *names: str) -> int:
        """How many messages told of one of these alone."""
        alert_ids = {self.alert(name).alert_id for name in names}
        return len({it.key for it in self.world.line.received if it.alert_id in alert_ids})

    def last_resort_heard(self, times: int = 1) -> Callable[[], bool]:
        """Whether the topic of the last resort was told so often."""
        return lambda: len(self.world.line.published) >= times

    def happened(self, what: str, name: str = "disk") -> Callable[[], bool]:
        """Whether the timeline says so."""

        def is_so() -> bool:
            alert = self.find(name)
            return alert is not None and what in self.timeline(alert.alert_id)

        return is_so

    def timeline(self, alert_id: AlertId) -> list[str]:
        page = self.alerts.timeline(alert_id, cursor=None, limit=1000)
        return [change.type.value for change in page.changes]


def _targets(names: str | tuple[str, ...]) -> tuple[Target, ...]:
    spelled = (names,) if isinstance(names, str) else names
    parts = (name.partition(":") for name in spelled)
    return tuple(Target(TargetKind(kind), name) for kind, _, name in parts)


def _steps(steps: Sequence[PolicyStep]) -> tuple[Step, ...]:
    """Named after whom they ask, so that a step that stays keeps its name."""
    made = []
    for names, delay in steps:
        targets = _targets(names)
        made.append(Step(name="-".join(it.name for it in targets), targets=targets, delay=delay))
    return tuple(made)


def _event(path: str, body: Mapping[str, object]) -> dict[str, Any]:
    return {
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"requestId": "request", "http": {"method": "POST", "path": path}},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
