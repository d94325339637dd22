"""What a route sets on an alert: a repeat is still one request, and takes nothing of it back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.conftest import TABLE_NAME
from tests.contract.conftest import RETENTION, on_the_table
from tests.examples import ALICE, HOUR, MINUTE, NINE, PROMETHEUS, recovery, trigger
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.domain.alert import Alert, AlertStatus, Routed
from tocsin.domain.configuration import Configured
from tocsin.domain.errors import TryAgainError
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.hours import Hours
from tocsin.domain.ids import AUTO, WriteId
from tocsin.domain.matcher import Matcher
from tocsin.domain.reception import Outcome
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Signal
from tocsin.domain.timeline import ChangeType
from tocsin.domain.timers import Timer
from tocsin.usecases.ports import NewWriteId
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin.usecases.run_due_action import run_due_action
from tocsin_cli.simulated.stores import Stores
from tocsin_cli.simulated.write_ids import WriteIds

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL
SLOT = PROMETHEUS.slot_of(trigger())
SECOND = timedelta(seconds=1)
STEP = Step(name="first", targets=(Target(TargetKind.CHANNEL, "ops"),), delay=5 * MINUTE)


class Sender:
    """Sends to one slot; notes what is asked of the table."""

    def __init__(self, call: Call, new_write_id: NewWriteId) -> None:
        self.asked: list[str] = []
        self.refuses_to_query = False

        def noted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            self.asked.append(operation)
            if self.refuses_to_query and operation in {"Query", "GetItem"}:
                raise TryAgainError
            return call(operation, parameters)

        self.call = noted
        self.store = on_the_table(noted)
        self.paging = DynamoDBPaging(noted, TABLE_NAME)
        self.new_write_id = new_write_id
        policy = EscalationPolicy(name="default", steps=(STEP,))
        self._put(DynamoDBConfiguration(call, TABLE_NAME, POLICIES), policy)
        self.routes = DynamoDBConfiguration(call, TABLE_NAME, ROUTES)

    def route(self, *match: str, name: str = "db-flaps", **settings: Any) -> None:  # noqa: ANN401 - of a route
        matchers = tuple(map(Matcher.parse, match))
        route = Route(name=name, match=matchers, escalation_policy="default", **settings)
        self._put(self.routes, route)

    def _put(self, repository: DynamoDBConfiguration[Any], value: Any) -> None:  # noqa: ANN401
        before = repository.find(value.name)
        write_id = self.new_write_id()
        repository.put(before, Configured(value=value, created_at=NINE), write_id=write_id)

    def send(self, at: datetime, severity: Severity = CRITICAL, **more: Any) -> Receipt:  # noqa: ANN401
        return self.receive(trigger(severity=severity, **more), at)

    def receive(self, signal: Signal, at: datetime) -> Receipt:
        self.asked.clear()
        return receive_signal(
            signal,
            PROMETHEUS,
            at=at,
            slots=self.store.slots,
            paging=self.paging,
            new_write_id=self.new_write_id,
        )

    @property
    def alert(self) -> Alert:
        alert = self.store.slots.in_slot(SLOT)
        assert alert is not None
        return alert

    def timer_comes(self, at: datetime) -> Alert | None:
        due_at = self.alert.timer_at
        assert due_at is not None
        assert due_at <= at
        return run_due_action(
            Timer(slot=SLOT, due_at=due_at),
            at=at,
            slots=self.store.slots,
            paging=self.paging,
            notifications=DynamoDBNotifications(self.call, TABLE_NAME, RETENTION),
            new_write_id=self.new_write_id,
        )


@pytest.fixture
def sender(call: Call, new_write_id: NewWriteId) -> Sender:
    return Sender(call, new_write_id)


# Severity


def test_a_route_sets_the_severity_of_what_opens(sender: Sender) -> None:
    sender.route("severity=critical", severity=WARNING)

    sender.send(NINE)

    alert = sender.alert
    assert (alert.severity, alert.sent_severity) == (WARNING, CRITICAL)
    assert alert.routed == Routed(route="db-flaps", sent_severity=CRITICAL)
    assert alert.subject.startswith("WARNING")
    [fired, *_] = sender.store.changes(SLOT)
    assert fired.type is ChangeType.FIRED
    assert fired.details == {"route": "db-flaps", "severity": "warning"}


def test_a_repeat_is_one_request_and_does_not_flip_it_back(sender: Sender) -> None:
    sender.route(severity=WARNING)
    sender.send(NINE)
    opened = sender.alert

    for number in range(1, 4):
        receipt = sender.send(NINE + number * MINUTE, output=f"{number} %")

        assert (sender.asked, receipt.outcome) == (["UpdateItem"], Outcome.UPDATED)
    alert = sender.alert
    assert (alert.severity, alert.sent_severity, alert.occurrences) == (WARNING, CRITICAL, 4)
    assert (alert.version, alert.subject) == (opened.version, opened.subject)


def test_a_repeat_is_counted_as_before_where_no_route_sets_anything(sender: Sender) -> None:
    sender.route()
    sender.send(NINE)

    sender.send(NINE + MINUTE)

    assert sender.asked == ["UpdateItem"]
    assert sender.alert.routed is None


def test_an_edited_route_leaves_open_alerts_as_they_are(sender: Sender) -> None:
    sender.route(severity=INFO)
    sender.send(NINE)
    sender.route(severity=CRITICAL)

    sender.send(NINE + HOUR)

    assert sender.asked == ["UpdateItem"]
    assert sender.alert.severity is INFO


def test_what_the_sender_calls_worse_goes_through_the_routes_again(sender: Sender) -> None:
    sender.route("severity=warning", severity=INFO)
    sender.send(NINE, WARNING)
    assert sender.alert.severity is INFO

    sender.send(NINE + MINUTE, CRITICAL)

    alert = sender.alert
    assert (alert.severity, alert.routed) == (CRITICAL, None)
    sender.send(NINE + 2 * MINUTE, CRITICAL)
    assert sender.asked == ["UpdateItem"]
    sender.send(NINE + 3 * MINUTE, WARNING)
    assert (sender.alert.severity, sender.alert.sent_severity) == (INFO, WARNING)


def test_another_word_of_the_sender_for_what_the_route_levels_changes_nothing_to_see(
    sender: Sender,
) -> None:
    sender.route(severity=INFO)
    sender.send(NINE, WARNING)
    opened = sender.alert

    sender.send(NINE + MINUTE, CRITICAL)

    alert = sender.alert
    assert (alert.severity, alert.sent_severity, alert.occurrences) == (INFO, CRITICAL, 2)
    assert sender.store.changes(SLOT) == ()
    assert alert.told_version == opened.told_version
    sender.send(NINE + 2 * MINUTE, CRITICAL)
    assert sender.asked == ["UpdateItem"]


def test_an_ok_ends_it_whatever_the_route_sets(sender: Sender) -> None:
    sender.route(severity=CRITICAL)
    sender.send(NINE, INFO)

    receipt = sender.receive(recovery(), NINE + MINUTE)

    assert (receipt.outcome, sender.asked[0]) == (Outcome.RESOLVED, "UpdateItem")
    assert sender.alert.status is AlertStatus.RESOLVED


def test_an_ok_without_an_alert_opens_none(sender: Sender) -> None:
    sender.route(severity=CRITICAL)

    assert sender.receive(recovery(), NINE).outcome is Outcome.IGNORED


def test_where_routes_cannot_be_read_an_alert_opens_as_it_was_sent(sender: Sender) -> None:
    sender.route(severity=INFO)
    sender.refuses_to_query = True

    sender.send(NINE)

    sender.refuses_to_query = False
    assert (sender.alert.severity, sender.alert.routed) == (CRITICAL, None)


def test_where_routes_cannot_be_read_a_changed_word_leaves_what_a_route_set(
    sender: Sender,
) -> None:
    sender.route(severity=INFO, close_after=HOUR)
    sender.send(NINE, WARNING)
    sender.paging = DynamoDBPaging(sender.call, TABLE_NAME)
    sender.refuses_to_query = True

    sender.send(NINE + MINUTE, CRITICAL)

    sender.refuses_to_query = False
    alert = sender.alert
    assert alert.severity is INFO
    assert alert.routed == Routed(route="db-flaps", sent_severity=CRITICAL, close_after=HOUR)


def test_a_later_title_and_a_late_repeat_are_counted_too(sender: Sender) -> None:
    sender.route(severity=WARNING)
    sender.send(NINE, started_at=NINE)
    subject = sender.alert.subject

    sender.receive(
        replace(
            trigger(severity=CRITICAL, started_at=NINE - HOUR),
            facts=replace(trigger().facts, summary="Disk is full"),
        ),
        NINE + MINUTE,
    )
    sender.send(NINE + 2 * MINUTE)

    assert sender.asked == ["UpdateItem"]
    alert = sender.alert
    assert (alert.severity, alert.subject, alert.occurrences) == (WARNING, subject, 3)


def test_a_corrected_severity_is_the_clients_own(sender: Sender) -> None:
    sender.route(severity=INFO)
    sender.send(NINE, WARNING)

    corrected = sender.alert.corrected(trigger(severity=CRITICAL), by=ALICE, at=NINE + MINUTE)

    assert (corrected.severity, corrected.sent_severity) == (CRITICAL, CRITICAL)


@given(
    words=some.lists(some.sampled_from(Severity), min_size=1, max_size=12),
    sets=some.dictionaries(some.sampled_from(Severity), some.sampled_from(Severity)),
)
def test_whatever_its_sender_says_it_is_what_the_routes_make_of_it(
    words: list[Severity], sets: dict[Severity, Severity]
) -> None:
    sender = Sender(Stores(lambda: NINE).call, WriteIds())
    for said, severity in sets.items():
        sender.route(f"severity={said}", name=f"of-{said}", severity=severity)

    for number, said in enumerate(words):
        sender.send(NINE + number * MINUTE, said)

        is_repeat = number > 0 and words[number - 1] is said
        assert not is_repeat or sender.asked == ["UpdateItem"]
        alert = sender.alert
        assert (alert.severity, alert.sent_severity) == (sets.get(said, said), said)
        assert (alert.occurrences, alert.status) == (number + 1, AlertStatus.FIRING)


# Hold


def test_a_held_page_waits_and_the_reason_is_shown(sender: Sender) -> None:
    sender.route(hold=2 * MINUTE)

    sender.send(NINE)

    alert = sender.alert
    assert (alert.escalation.loop, alert.timer_at) == (0, NINE + 2 * MINUTE)
    assert alert.escalation.first_targets == ("channel:ops",)
    assert alert.escalation.held_by_route == "db-flaps"


# Hours

AT_NOON = (Hours(begins=time(12), ends=time(18)),)


@pytest.mark.parametrize("at", [NINE, NINE + 4 * HOUR], ids=["outside", "within"])
def test_hours_cost_no_further_request(sender: Sender, at: datetime) -> None:
    sender.route(only=AT_NOON)

    sender.send(at)

    assert sender.asked == ["UpdateItem", "Query", "Query", "PutItem"]
    assert (sender.alert.hold is None) is (at > NINE)


def test_the_hours_of_a_route_stay_with_its_alerts(sender: Sender) -> None:
    sender.route(only=AT_NOON)
    sender.send(NINE)

    sender.route()
    sender.send(NINE + MINUTE)

    assert sender.asked == ["UpdateItem"]
    alert = sender.alert
    assert alert.routed == Routed(route="db-flaps", only=AT_NOON)
    assert alert.escalation.first_targets == ("channel:ops",)
    assert alert.timer_at == NINE + 3 * HOUR


def test_what_a_client_corrects_to_worse_waits_for_no_hours(sender: Sender) -> None:
    sender.route("severity=warning", only=AT_NOON)
    sender.send(NINE, WARNING)

    corrected = sender.alert.corrected(trigger(severity=CRITICAL), by=ALICE, at=NINE + MINUTE)

    assert (corrected.routed, corrected.hold) == (None, None)


def test_where_routes_cannot_be_read_the_hours_that_one_set_stay(sender: Sender) -> None:
    sender.route(only=AT_NOON)
    sender.send(NINE, WARNING)
    sender.paging = DynamoDBPaging(sender.call, TABLE_NAME)
    sender.refuses_to_query = True

    sender.send(NINE + MINUTE, CRITICAL)

    sender.refuses_to_query = False
    assert sender.alert.routed == Routed(route="db-flaps", only=AT_NOON)
    assert sender.alert.hold is not None


# Close


def test_what_is_not_repeated_is_closed(sender: Sender) -> None:
    sender.route(close_after=12 * HOUR)
    sender.send(NINE)
    while (timer := sender.alert.timer_at) and timer < NINE + 12 * HOUR:
        sender.timer_comes(timer)

    over = sender.timer_comes(NINE + 12 * HOUR)

    assert over is not None
    assert (over.status, over.resolved_by) == (AlertStatus.RESOLVED, AUTO)
    [ended] = sender.store.changes(SLOT)
    assert ended.details == {"reason": "route db-flaps closes it after 12h without a repeat"}


def test_a_repeat_puts_the_closing_off_with_one_request(sender: Sender) -> None:
    sender.route(close_after=MINUTE)
    sender.send(NINE)

    sender.send(NINE + 30 * SECOND)

    assert sender.asked == ["UpdateItem"]
    assert sender.timer_comes(NINE + MINUTE) is None, "it was early, and is put off"
    assert (sender.alert.status, sender.alert.timer_at) == (
        AlertStatus.FIRING,
        NINE + 90 * SECOND,
    )
    assert sender.timer_comes(NINE + 90 * SECOND) is not None
    assert sender.alert.status is AlertStatus.RESOLVED


def test_a_repeat_that_comes_while_it_is_closed_keeps_it_open(
    call: Call, new_write_id: NewWriteId
) -> None:
    sender = Sender(call, new_write_id)
    sender.route(close_after=MINUTE)
    sender.send(NINE)
    other = on_the_table(call)

    def repeated(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if "resolved_at" in parameters.get("UpdateExpression", "") and not sender.refuses_to_query:
            sender.refuses_to_query = True  # once
            other.slots.count(
                trigger(severity=CRITICAL),
                PROMETHEUS,
                at=NINE + MINUTE,
                write_id=WriteId("in between"),
            )
        return call(operation, parameters)

    sender.store = on_the_table(repeated)

    assert sender.timer_comes(NINE + MINUTE) is None
    sender.refuses_to_query = False
    assert sender.alert.status is AlertStatus.FIRING
