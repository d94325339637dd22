"""A team that uses Tocsin: what it configured, what it sends and does, and what it sees."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.alerts_api.alert_actions import Acknowledgement
from tests.examples import ALICE, HOUR, NINE
from tests.faults.functions import RETENTION, TABLE
from tests.faults.line import DeathError
from tests.faults.simulation import Wait, World
from tocsin.adapters.dynamodb.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.heartbeat_repository import DynamoDBHeartbeats
from tocsin.adapters.dynamodb.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.policy_items import POLICIES
from tocsin.adapters.dynamodb.slot_repository import DynamoDBSlots
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.configuration import Configured
from tocsin.domain.errors import ConflictError, TryAgainError
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import Actor, AlertId, fingerprint
from tocsin.domain.integration import HEARTBEATS, Integration, IntegrationType, Token
from tocsin.domain.people import Channel, ChannelType, NotificationRule, User
from tocsin.usecases.change_alert import change_alert

TOKEN = "0123456789abcdef0123456789abcdef"
HEARTBEAT_TOKEN = "fedcba9876543210fedcba9876543210"
PROMETHEUS = "prod-prometheus"
AGAIN_AFTER = timedelta(seconds=20)
"""When senders and people try again what was not answered well."""
LONG = 3 * HOUR
"""Longer than all that goes wrong in a run holds it up."""

type Transition = Callable[[Alert], Alert]


@dataclass
class Team:
    """Everything that a story is told with."""

    world: World
    repeated: int = 0
    """Signals that were sent again, because nobody said that they had arrived."""
    acknowledged: list[tuple[str, datetime]] = field(default_factory=list)
    """Alerts, and when it was answered that somebody has them."""

    # Configuration

    def channel(self, *names: str) -> None:
        configured = DynamoDBConfiguration(self.world.call, TABLE, CHANNELS)
        for name in names:
            channel = Channel(
                name=name,
                type=ChannelType.WEBHOOK,
                settings={"url": f"https://{name}.example.com/"},
            )
            configured.put(None, _new(channel), write_id=self.world.new_write_id())

    def user(self, name: str, *notify: NotificationRule) -> None:
        user = User(name=name, email=f"{name}@example.com", phone="+15550100", notify=notify)
        configured = DynamoDBConfiguration(self.world.call, TABLE, USERS)
        configured.put(None, _new(user), write_id=self.world.new_write_id())

    def policy(
        self,
        *steps: tuple[str | tuple[str, ...], timedelta],
        repeat: int = 0,
        ack_timeout: timedelta | None = None,
    ) -> None:
        """Steps name `channel:ops` or `user:alice`, and their delays."""
        policy = EscalationPolicy(
            name="default",
            steps=tuple(
                Step(name=f"step-{number}", targets=_targets(targets), delay=delay)
                for number, (targets, delay) in enumerate(steps, 1)
            ),
            repeat=repeat,
            ack_timeout=ack_timeout,
        )
        configured = DynamoDBConfiguration(self.world.call, TABLE, POLICIES)
        configured.put(None, _new(policy), write_id=self.world.new_write_id())

    def integration(self, *, resolve_after: timedelta = timedelta()) -> None:
        integration = Integration(
            name=PROMETHEUS,
            type=IntegrationType.REST,
            created_at=NINE,
            resolve_after=resolve_after,
            tokens=(Token.of(TOKEN),),
        )
        repository = DynamoDBIntegrations(self.world.call, TABLE)
        repository.put(None, integration, write_id=self.world.new_write_id())

    def heartbeat(self, name: str, period: timedelta) -> None:
        heartbeat = Heartbeat(
            name=name, period=period, created_at=NINE, token=Token.of(HEARTBEAT_TOKEN)
        )
        repository = DynamoDBHeartbeats(self.world.call, TABLE)
        repository.add(heartbeat.watched(NINE), write_id=self.world.new_write_id())

    # Senders and people

    def signal(
        self, name: str = "disk", *, severity: str = "critical", output: str = ""
    ) -> Iterator[Wait]:
        """A sender says something, until it is told that it was heard."""
        body = {"name": name, "dedup_key": name, "severity": severity, "output": output}
        yield from self._send(f"/i/{TOKEN}", body)

    def beat(self) -> Iterator[Wait]:
        """What a heartbeat watches is well."""
        yield from self._send(f"/i/{HEARTBEAT_TOKEN}/heartbeat", {})

    def _send(self, path: str, body: Mapping[str, str]) -> Iterator[Wait]:
        while (status := self.world.post(_event(path, body))) >= 500:
            self.repeated += 1
            yield AGAIN_AFTER
        assert status < 300, f"a sender is answered {status}"

    def acknowledge(self, name: str = "disk", *, by: Actor = ALICE) -> Iterator[Wait]:
        yield from self._act(
            name,
            lambda at: Acknowledgement(by=by, at=at, note=None),
            lambda alert: alert.status is AlertStatus.ACKNOWLEDGED,
        )
        self.acknowledged.append((self.alert(name).alert_id, self.world.now))

    def resolve(self, name: str = "disk", *, by: Actor = ALICE) -> Iterator[Wait]:
        yield from self._act(
            name,
            lambda at: lambda alert: alert.resolve(by=by, at=at),
            lambda alert: not alert.is_open,
        )

    def snooze(self, duration: timedelta, name: str = "disk") -> Iterator[Wait]:
        yield from self._act(
            name,
            lambda at: lambda alert: alert.snoozed(Snooze(until=at + duration), by=ALICE, at=at),
            lambda alert: alert.snooze is not None,
        )

    def _act(
        self,
        name: str,
        transition: Callable[[datetime], Transition],
        is_done: Callable[[Alert], bool],
    ) -> Iterator[Wait]:
        """Do it, and look again before doing it anew."""
        alert_id = self.alert(name).alert_id
        while True:
            try:
                self.world.ask(
                    lambda process: change_alert(
                        alert_id,
                        transition(process.now()),
                        alerts=process.alerts,
                        new_write_id=process.new_write_id,
                    )
                )
            except (DeathError, TryAgainError, ConflictError):
                yield AGAIN_AFTER
                if is_done(self.alert(name)):
                    return
            else:
                return

    # What can be seen

    @property
    def alerts(self) -> DynamoDBAlerts:
        return DynamoDBAlerts(self.world.call, TABLE, RETENTION)

    def find(self, name: str = "disk", *, integration: str = PROMETHEUS) -> Alert | None:
        """The newest alert of a name."""
        slots = DynamoDBSlots(self.world.call, TABLE, RETENTION)
        return slots.in_slot(fingerprint(integration, name))

    def alert(self, name: str = "disk", *, integration: str = PROMETHEUS) -> Alert:
        alert = self.find(name, integration=integration)
        assert alert is not None
        return alert

    def missed(self, name: str) -> Alert | None:
        """The newest alert of a heartbeat."""
        return self.find(f"heartbeat:{name}", integration=HEARTBEATS)

    def heard(self, *ends: str, times: int = 1, event: str = "alert.paged") -> Callable[[], bool]:
        """Whether each of these has got so many messages, as the keys of messages end."""

        def is_so() -> bool:
            told = {it.key for it in self.world.line.received if it.event == event}
            return all(sum(key.endswith(end) for key in told) >= times for end in ends)

        return is_so

    def happened(self, what: str, name: str = "disk") -> Callable[[], bool]:
        """Whether the timeline says so."""

        def is_so() -> bool:
            alert = self.find(name)
            return alert is not None and what in self.timeline(alert.alert_id)

        return is_so

    def timeline(self, alert_id: AlertId) -> list[str]:
        page = self.alerts.timeline(alert_id, cursor=None, limit=1000)
        return [change.type.value for change in page.changes]


def _new[T: (Channel, User, EscalationPolicy)](value: T) -> Configured[T]:
    return Configured(value=value, created_at=NINE)


def _targets(names: str | tuple[str, ...]) -> tuple[Target, ...]:
    spelled = (names,) if isinstance(names, str) else names
    parts = (name.partition(":") for name in spelled)
    return tuple(Target(TargetKind(kind), name) for kind, _, name in parts)


def _event(path: str, body: Mapping[str, str]) -> dict[str, Any]:
    return {
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {"requestId": "request", "http": {"method": "POST", "path": path}},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
