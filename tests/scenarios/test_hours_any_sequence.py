"""No sequence of alerts, people, silences and pauses pages outside hours, or forgets a page."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.examples import MINUTE
from tests.fakes.world import World
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.errors import NoStepLeftError
from tocsin.domain.escalation import NEXT_RUN, Rest
from tocsin.domain.hours import Hours, is_within
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.notification import DeliveryState
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction

PARIS: Final = ZoneInfo("Europe/Paris")
EVE: Final = datetime.fromisoformat("2026-03-27T16:00+00:00")
"""Two days before clocks go forward in Paris."""
BY_DAY: Final = (Hours(begins=time(8), ends=time(18)),)
BY_NIGHT: Final = (Hours(begins=time(20), ends=time(6)),)
DELAY: Final = 6 * MINUTE
SOON: Final = 3 * MINUTE
"""A page in a digest, and a tick."""
CAROL: Final = Actor("carol")
"""No step asks her."""
WARNINGS: Final = some.sampled_from(["w-1", "w-2"])
"""Their route has hours."""
CRITICALS: Final = some.sampled_from(["c-1", "c-2"])
"""Theirs has none; the policy's steps have."""
KEYS: Final = WARNINGS | CRITICALS | some.just("either")


class Days(RuleBasedStateMachine):
    """Alice is asked by day, Bob by night; from 18:00 to 20:00 and 06:00 to 08:00 neither is."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(EVE)
        self.world.time_zone = "Europe/Paris"
        for name in ("alice", "bob"):
            self.world.user(name)
        self.world.escalation_policy(
            ("user:alice", DELAY), ("user:bob", DELAY), repeat=1, only={1: BY_DAY, 2: BY_NIGHT}
        )
        self.world.route("by-day", 'severity="warning"', only=BY_DAY)
        self.ids: dict[str, AlertId] = {}
        self.by_hand: set[AlertId] = set()
        """For which a person asked for a step: hours count no more."""

    @property
    def open(self) -> dict[str, Alert]:
        alerts = {key: self.world.alert(alert_id) for key, alert_id in self.ids.items()}
        return {key: alert for key, alert in alerts.items() if alert.is_open}

    def trigger(self, key: str, severity: Severity) -> None:
        receipt = self.world.signal(key, severity=severity)
        assert receipt.alert_id is not None
        self.ids[key] = receipt.alert_id

    @rule(key=WARNINGS)
    def warn(self, key: str) -> None:
        self.trigger(key, Severity.WARNING)

    @rule(key=CRITICALS)
    def cry(self, key: str) -> None:
        self.trigger(key, Severity.CRITICAL)

    @rule(severity=some.sampled_from([Severity.WARNING, Severity.CRITICAL]))
    def say_either(self, severity: Severity) -> None:
        self.trigger("either", severity)

    @rule(key=KEYS)
    def recover(self, key: str) -> None:
        self.world.signal(key, action=SignalAction.RESOLVE)

    @precondition(lambda self: self.open)
    @rule(data=some.data())
    def act(self, data: some.DataObject) -> None:
        alert = data.draw(some.sampled_from(list(self.open.values())))
        if alert.status is AlertStatus.ACKNOWLEDGED:
            self.world.unacknowledge(alert.alert_id, by=CAROL)
        elif alert.snooze is not None:
            self.world.unsnooze(alert.alert_id, by=CAROL)
        elif data.draw(some.booleans()):
            self.world.acknowledge(alert.alert_id, by=CAROL)
        else:
            self.world.snooze(alert.alert_id, 2 * DELAY, by=CAROL)

    @precondition(lambda self: self.open)
    @rule(data=some.data())
    def ask_for_a_step(self, data: some.DataObject) -> None:
        alert = data.draw(some.sampled_from(list(self.open.values())))
        if not alert.is_asking:
            return
        try:
            self.world.escalate(alert.alert_id, by=CAROL)
        except NoStepLeftError:
            return
        self.by_hand.add(alert.alert_id)

    @rule(minutes=some.sampled_from([10, 90, 900]))
    def silence(self, minutes: int) -> None:
        self.world.silence('severity=~".+"', minutes=minutes)

    @precondition(lambda self: self.world.silences.list())
    @rule()
    def end_silence(self) -> None:
        self.world.end_silence()

    @rule(minutes=some.sampled_from([1, 7, 30, 130, 700]))
    def pass_time(self, minutes: int) -> None:
        self.world.pass_time(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        self.world.pass_time(minutes=3)
        assert self.world.sweep() == ()

    @invariant()
    def every_open_alert_has_its_timer(self) -> None:
        for alert in self.open.values():
            assert not lacks_timer(alert)

    @invariant()
    def no_warning_is_paged_outside_the_hours_of_its_route(self) -> None:
        for key, alert_id in self.ids.items():
            if not key.startswith("w") or alert_id in self.by_hand:
                continue
            for page in self.world.pages(alert_id):
                if page.state is DeliveryState.SENT:
                    assert is_within(BY_DAY, page.changed_at, PARIS)

    @invariant()
    def whoever_asks_is_heard_within_minutes(self) -> None:
        for key, alert in self.open.items():
            settled_at = max(alert.changed_at, alert.escalation.released_at or EVE)
            if not alert.is_asking or self.world.now - settled_at < SOON:
                continue
            if alert.escalation.giver and _asks_nobody_else(alert):
                continue
            is_by_day = is_within(BY_DAY, self.world.now - SOON, PARIS)
            is_by_day &= is_within(BY_DAY, self.world.now, PARIS)
            if alert.hold is None and (key.startswith("c") or is_by_day):
                ledger = self.world.pages(alert.alert_id)
                sent = [it for it in ledger if it.state is DeliveryState.SENT]
                assert any(it.delivery.spell == alert.escalation.spell for it in sent)

    @invariant()
    def nothing_is_held_by_hours_within_them(self) -> None:
        for alert in self.open.values():
            hold = alert.hold_by_hours(self.world.now)
            held_since = timedelta() if alert.hold is None else self.world.now - alert.hold.until
            assert hold is not None or held_since < SOON


def _asks_nobody_else(alert: Alert) -> bool:
    """Whether it was given back when no step of the run was left."""
    stands = alert.escalation
    return stands.rest is Rest.EXHAUSTED or stands.held_why == NEXT_RUN


Days.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestDays = Days.TestCase
