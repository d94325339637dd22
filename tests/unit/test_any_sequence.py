"""No sequence of signals, actions and pauses brings an alert where it may not be."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.examples import ALICE, BOB, NINE, PROMETHEUS, SENDER
from tests.fakes.world import World
from tocsin.adapters.dynamodb.keys import timeline_prefix
from tocsin.adapters.dynamodb.timeline.stream import stored_change
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NotAcknowledgedError,
    NotSnoozedError,
)
from tocsin.domain.ids import AUTO, Actor, AlertId
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.reception import Outcome, Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.domain.timeline import ChangeType

DEDUP_KEYS = some.sampled_from(["disk-full", "cpu"])
SOURCES = some.builds(
    Source,
    integration=some.just(PROMETHEUS.integration),
    resolve_after=some.sampled_from([timedelta(), timedelta(), timedelta(minutes=1)]),
    wakes_on_output=some.booleans(),
)
TIMEOUT = timedelta(seconds=70)
PEOPLE = some.sampled_from([ALICE, BOB])
COUNTED = {Outcome.OPENED, Outcome.UPDATED, Outcome.REOPENED}

STATUS_AFTER = {
    ChangeType.FIRED: AlertStatus.FIRING,
    ChangeType.ACKNOWLEDGED: AlertStatus.ACKNOWLEDGED,
    ChangeType.UNACKNOWLEDGED: AlertStatus.FIRING,
    ChangeType.RESOLVED: AlertStatus.RESOLVED,
}


@dataclass(frozen=True)
class End:
    by: Actor | None
    at: datetime | None


class Watched(World):
    """Notes each version in which nothing happened."""

    def __init__(self, silent: defaultdict[AlertId, set[int]]) -> None:
        super().__init__()
        self._silent = silent

    def read_stream(self) -> Sequence[Mapping[str, Any]]:
        records = super().read_stream()
        for stored in filter(None, map(stored_change, records)):
            before, after = stored.before, stored.after
            is_next = before is not None and after.version == before.version + 1
            if is_next and not stored.changes:
                self._silent[after.alert_id].add(after.version)
        return records


class AnySequence(RuleBasedStateMachine):
    """Random senders, people and clocks; what must hold is checked after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.silent: defaultdict[AlertId, set[int]] = defaultdict(set)
        """Versions in which nothing happened that people are told: a policy was looked up, a step
        was put off, or there is no policy."""
        self.world = Watched(self.silent)
        self.configure()
        self.checked = 0
        """Messages that were looked at."""
        self.sent: Counter[str] = Counter()
        """Triggers that were taken in, by dedup key."""
        self.ids: dict[AlertId, None] = {}
        """Every alert there ever was, in the order of appearance."""
        self.responders: dict[AlertId, tuple[Actor, datetime]] = {}
        self.ends: dict[AlertId, End] = {}

    def configure(self) -> None:
        """Nobody is configured; see `AnySequenceWithPolicies`."""

    def alert(self, number: int) -> Alert:
        ids = list(self.ids)
        return self.world.alert(ids[number % len(ids)])

    def now_responds(self, alert_id: AlertId, by: Actor) -> None:
        assert alert_id not in self.responders
        alert = self.world.alert(alert_id)
        assert alert.acknowledged_by == by
        assert alert.acknowledged_at is not None
        assert alert.acknowledged_at >= self.world.now
        self.responders[alert_id] = (by, alert.acknowledged_at)

    # Senders

    @rule(
        dedup_key=DEDUP_KEYS,
        severity=some.sampled_from(Severity),
        output=some.sampled_from(["", "93 %", "97 %"]),
        value=some.sampled_from([None, 93, "high"]),
        source=SOURCES,
        started_at=some.sampled_from([None, NINE]),
    )
    def trigger(
        self,
        dedup_key: str,
        severity: Severity,
        output: str,
        value: int | str | None,
        source: Source,
        started_at: datetime | None,
    ) -> None:
        receipt = self.world.signal(
            dedup_key,
            severity=severity,
            output=output,
            value=value,
            source=source,
            started_at=started_at,
        )

        assert receipt.outcome in COUNTED | {Outcome.SUPPRESSED}
        assert receipt.alert_id is not None
        self.ids[receipt.alert_id] = None
        self.sent[dedup_key] += receipt.outcome in COUNTED
        assert (receipt.outcome is Outcome.SUPPRESSED) is not self.world.alert(
            receipt.alert_id
        ).is_open

    @rule(dedup_key=DEDUP_KEYS, source=SOURCES)
    def recovery(self, dedup_key: str, source: Source) -> None:
        receipt = self.world.signal(dedup_key, action=SignalAction.RESOLVE, source=source)

        assert receipt.outcome in {Outcome.RESOLVED, Outcome.RESOLVING, Outcome.IGNORED}

    @rule(dedup_key=DEDUP_KEYS)
    def senders_acknowledgement(self, dedup_key: str) -> None:
        receipt = self.world.signal(dedup_key, action=SignalAction.ACKNOWLEDGE)

        if receipt.outcome is Outcome.ACKNOWLEDGED:
            assert receipt.alert_id is not None
            self.now_responds(receipt.alert_id, SENDER)
        else:
            assert receipt.outcome is Outcome.IGNORED

    # People

    @precondition(lambda self: self.ids)
    @rule(number=some.integers(0, 99), by=PEOPLE)
    def acknowledge(self, number: int, by: Actor) -> None:
        before = self.alert(number)

        try:
            self.world.acknowledge(before.alert_id, by=by)
        except AlreadyAcknowledgedError:
            assert before.status is AlertStatus.ACKNOWLEDGED
        except AlreadyResolvedError:
            assert before.status is AlertStatus.RESOLVED
        else:
            assert before.status is AlertStatus.FIRING
            self.now_responds(before.alert_id, by)

    @precondition(lambda self: self.ids)
    @rule(number=some.integers(0, 99), by=PEOPLE)
    def give_back(self, number: int, by: Actor) -> None:
        before = self.alert(number)

        try:
            self.world.unacknowledge(before.alert_id, by=by)
        except (NotAcknowledgedError, AlreadyResolvedError):
            assert before.status is not AlertStatus.ACKNOWLEDGED
        else:
            del self.responders[before.alert_id]

    @precondition(lambda self: self.ids)
    @rule(number=some.integers(0, 99), by=PEOPLE)
    def resolve(self, number: int, by: Actor) -> None:
        before = self.alert(number)

        try:
            self.world.resolve(before.alert_id, by=by)
        except AlreadyResolvedError:
            assert not before.is_open

    @precondition(lambda self: self.ids)
    @rule(
        number=some.integers(0, 99),
        seconds=some.sampled_from([1, 59, 3600]),
        sticky_severity=some.booleans(),
        sticky_output=some.booleans(),
    )
    def snooze(
        self, number: int, seconds: int, *, sticky_severity: bool, sticky_output: bool
    ) -> None:
        before = self.alert(number)

        try:
            self.world.snooze(
                before.alert_id,
                timedelta(seconds=seconds),
                sticky_severity=sticky_severity,
                sticky_output=sticky_output,
            )
        except AlreadyResolvedError:
            assert not before.is_open

    @precondition(lambda self: self.ids)
    @rule(number=some.integers(0, 99))
    def unsnooze(self, number: int) -> None:
        before = self.alert(number)

        try:
            self.world.unsnooze(before.alert_id)
        except (NotSnoozedError, AlreadyResolvedError):
            assert not before.is_open or before.snooze is None

    @precondition(lambda self: self.ids)
    @rule(number=some.integers(0, 99), text=some.sampled_from(["on it", "looks bad"]))
    def note(self, number: int, text: str) -> None:
        self.world.note(self.alert(number).alert_id, text)

    @precondition(lambda self: self.ids)
    @rule(number=some.integers(0, 99))
    def promote(self, number: int) -> None:
        alert_id = self.alert(number).alert_id

        incident = self.world.promote(alert_id)

        assert self.world.alert(alert_id).incident_id == incident.incident_id

    # Time

    @rule(seconds=some.sampled_from([0.001, 1, 30, 61, 7200]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds=seconds)

    @rule(milliseconds=some.integers(1, 50))
    def another_clock_is_behind(self, milliseconds: int) -> None:
        self.world.now -= timedelta(milliseconds=milliseconds)

    # What must hold

    @invariant()
    def every_state_is_legal(self) -> None:
        for alert in self.world.every_alert():
            is_acknowledged = alert.acknowledged_by is not None
            assert (alert.acknowledged_at is not None) == is_acknowledged
            assert (alert.resolved_at is not None) == (alert.resolved_by is not None)
            match alert.status:
                case AlertStatus.FIRING:
                    assert not is_acknowledged
                    assert alert.resolved_at is None
                case AlertStatus.ACKNOWLEDGED:
                    assert is_acknowledged
                    assert alert.resolved_at is None
                case AlertStatus.RESOLVED:
                    assert alert.resolved_at is not None
                    assert alert.resolves_at is None
            for at in (alert.acknowledged_at, alert.resolved_at):
                assert at is None or alert.fired_at <= at <= alert.changed_at

    @invariant()
    def every_alert_is_known_and_only_the_newest_episode_may_be_open(self) -> None:
        by_key: defaultdict[str, list[Alert]] = defaultdict(list)
        for alert_id in self.ids:
            alert = self.world.alert(alert_id)
            by_key[alert.dedup_key].append(alert)
        assert sum(map(len, by_key.values())) == len(self.world.every_alert())
        for episodes in by_key.values():
            assert [alert.episode for alert in episodes] == list(range(1, len(episodes) + 1))
            assert sorted(alert.alert_id for alert in episodes) == [
                alert.alert_id for alert in episodes
            ]
            assert not any(alert.is_open for alert in episodes[:-1])

    @invariant()
    def no_occurrence_is_lost(self) -> None:
        kept: Counter[str] = Counter()
        for alert in self.world.every_alert():
            kept[alert.dedup_key] += alert.occurrences
        assert kept == +self.sent

    def forget_who_took_too_long(self) -> None:
        """An acknowledgement that times out is the only one that ends by itself."""
        for alert in self.world.every_alert():
            told = self.world.timeline(alert.alert_id)
            last = [it for it in told if it.type is ChangeType.UNACKNOWLEDGED]
            taken = self.responders.get(alert.alert_id)
            if taken and last and last[-1].by == AUTO and last[-1].at >= taken[1] + TIMEOUT:
                del self.responders[alert.alert_id]

    @invariant()
    def the_first_responder_and_time_stay(self) -> None:
        self.forget_who_took_too_long()
        assert self.responders == {
            alert.alert_id: (alert.acknowledged_by, alert.acknowledged_at)
            for alert in self.world.every_alert()
            if alert.acknowledged_by is not None
        }

    @invariant()
    def what_is_over_stays_over(self) -> None:
        for alert in self.world.every_alert():
            end = End(by=alert.resolved_by, at=alert.resolved_at)
            if not alert.is_open:
                assert self.ends.setdefault(alert.alert_id, end) == end
            assert alert.is_open == (alert.alert_id not in self.ends)

    @invariant()
    def every_open_alert_has_a_next_action_or_says_why_not(self) -> None:
        for alert in self.world.every_alert():
            due = self.world.next_action(alert.alert_id)
            assert due.why
            assert alert.is_open or due.at is None

    @invariant()
    def what_is_due_is_done(self) -> None:
        overdue = self.world.due.due(self.world.now - timedelta(milliseconds=51))
        # What a change has made overdue in this very moment has its timer already.
        assert set(overdue) <= set(self.world.timers.waiting)

    @invariant()
    def the_timeline_is_in_order_complete_and_true(self) -> None:
        for alert in self.world.every_alert():
            told = self.world.timeline(alert.alert_id)
            assert [change.at for change in told] == sorted(change.at for change in told)
            assert told[0].type is ChangeType.FIRED
            assert told[0].at == alert.fired_at
            untold = set(range(1, alert.version + 1)) - self.versions_told(alert.alert_id)
            assert untold == self.silent[alert.alert_id]
            statuses = [STATUS_AFTER[change.type] for change in told if change.type in STATUS_AFTER]
            assert statuses[-1] is alert.status

    def versions_told(self, alert_id: AlertId) -> set[int]:
        prefix = timeline_prefix(alert_id)
        places = (item["sk"]["S"] for item in self.world.table.items)
        kinds = [it.removeprefix(prefix).split("#")[1] for it in places if it.startswith(prefix)]
        return {int(kind) for kind in kinds if kind.isdecimal()}

    @invariant()
    def the_counts_are_those_of_the_open_alerts(self) -> None:
        is_open = [alert for alert in self.world.every_alert() if alert.is_open]
        firing = [alert for alert in is_open if alert.status is AlertStatus.FIRING]
        counts = self.world.list().counts
        assert (counts.firing, counts.total) == (len(firing), len(is_open))
        assert counts.snoozed == sum(alert.snooze is not None for alert in is_open)


class AnySequenceWithPolicies(AnySequence):
    """The same, with people to page; a step's messages reach them."""

    def configure(self) -> None:
        self.world.user("alice")
        self.world.channel("ops")
        self.world.escalation_policy(
            ("user:alice", timedelta(seconds=40)),
            (("channel:ops", "user:ghost"), timedelta(minutes=2)),
            repeat=1,
            ack_timeout=TIMEOUT,
            severities=frozenset((Severity.CRITICAL, Severity.WARNING)),
        )

    @invariant()
    def nobody_is_told_the_same_twice(self) -> None:
        keys = [it.key for it in self.world.providers.received]
        assert len(set(keys)) == len(keys)

    @invariant()
    def every_begun_step_has_planned_a_message(self) -> None:
        for alert in self.world.every_alert():
            stands = alert.escalation
            if not alert.is_open or not stands.step or stands.is_restart:
                continue
            told = self.world.notifications.of_alert(alert.alert_id)
            waiting = self.world.deliveries.waiting
            assert any(
                (it.step, it.loop) == (stands.step, stands.loop)
                for it in (*(each.delivery for each in told), *waiting)
                if it.alert_id == alert.alert_id
            )

    @invariant()
    def no_page_follows_an_acknowledgement_or_a_resolution(self) -> None:
        for it in self.world.providers.received[self.checked :]:
            alert = self.world.alert(it.alert_id)
            taken_at = alert.acknowledged_at or alert.resolved_at
            is_page = it.event is NotificationEvent.PAGED
            assert not is_page or taken_at is None or it.at <= taken_at
        self.checked = len(self.world.providers.received)

    @invariant()
    def no_timer_comes_too_late(self) -> None:
        assert not any(lacks_timer(alert) for alert in self.world.every_alert())


TestAnySequenceWithPolicies = AnySequenceWithPolicies.TestCase
TestAnySequenceWithPolicies.settings = settings(max_examples=40, stateful_step_count=40)
TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=40, stateful_step_count=40)
