"""A monitoring tool repeats itself; people see one alert."""

import pytest

from tests.examples import HOUR, MINUTE, NINE, PATIENT
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.next_action import ActionKind
from tocsin.domain.reception import Outcome
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


def test_the_same_dedup_key_a_thousand_times_is_one_alert_that_fired_once(world: World) -> None:
    outcomes = [world.signal("disk-full").outcome for _ in range(1000)]

    assert outcomes == [Outcome.OPENED] + [Outcome.UPDATED] * 999
    (alert,) = world.list().alerts
    assert world.alert(alert.alert_id).occurrences == 1000
    assert world.happened(alert.alert_id) == ["fired"]


def test_two_first_signals_that_meet_open_one_alert(world: World) -> None:
    world.meanwhile(lambda: world.signal("disk-full"))

    receipt = world.signal("disk-full")

    assert receipt.outcome is Outcome.UPDATED
    (alert,) = world.list().alerts
    assert world.alert(alert.alert_id).occurrences == 2
    assert world.happened(alert.alert_id) == ["fired"]


def test_two_signals_that_meet_after_a_recovery_open_one_next_episode(world: World) -> None:
    world.resolve(world.opened("disk-full"))
    world.pass_time(minutes=1)
    world.meanwhile(lambda: world.signal("disk-full"))

    receipt = world.signal("disk-full")

    assert receipt.outcome is Outcome.UPDATED
    newest, first = world.list().alerts
    assert (newest.episode, first.episode) == (2, 1)
    assert world.alert(newest.alert_id).occurrences == 2


def test_two_keys_are_two_alerts_and_resolving_one_leaves_the_other(world: World) -> None:
    disk, cpu = world.opened("disk-full"), world.opened("cpu")

    world.signal("disk-full", action=SignalAction.RESOLVE)

    assert world.alert(disk).status is AlertStatus.RESOLVED
    assert world.alert(cpu).status is AlertStatus.FIRING


def test_a_changed_value_severity_or_output_never_forks_an_alert(world: World) -> None:
    alert_id = world.opened("disk-full")

    world.signal("disk-full", value=92)
    world.signal("disk-full", severity=Severity.INFO)
    world.signal("disk-full", severity=Severity.INFO, output="only 3 GB left")

    assert [alert.alert_id for alert in world.list().alerts] == [alert_id]
    assert world.happened(alert_id) == ["fired", "severity_changed", "updated"]
    alert = world.alert(alert_id)
    assert (alert.occurrences, alert.severity, alert.current_value) == (4, Severity.INFO, 92)


def test_a_condition_that_flaps_within_the_resolve_window_stays_one_episode(
    world: World,
) -> None:
    alert_id = world.opened("disk-full", source=PATIENT)

    world.signal("disk-full", action=SignalAction.RESOLVE, source=PATIENT)
    world.pass_time(seconds=59)
    world.signal("disk-full", source=PATIENT)
    world.pass_time(hours=1)

    assert world.alert(alert_id).status is AlertStatus.FIRING
    assert world.happened(alert_id) == ["fired", "resolving", "updated"]


def test_a_condition_that_stays_good_through_the_resolve_window_is_over(world: World) -> None:
    alert_id = world.opened("disk-full", source=PATIENT)
    recovered_at = world.now

    world.signal("disk-full", action=SignalAction.RESOLVE, source=PATIENT)
    assert world.next_action(alert_id).kind is ActionKind.RESOLVE
    world.pass_time(seconds=59)
    assert world.alert(alert_id).is_open

    world.pass_time(seconds=1)
    alert = world.alert(alert_id)
    assert alert.resolved_by == "auto"
    assert alert.resolved_at is not None
    assert (alert.resolved_at - recovered_at).total_seconds() == 60


def test_what_a_person_closed_stays_closed_for_the_start_that_was_seen_last(world: World) -> None:
    world.signal(started_at=NINE - HOUR)
    world.pass_time(minutes=5)
    alert_id = world.opened(started_at=NINE - MINUTE)
    world.resolve(alert_id)

    again = world.signal(started_at=NINE - MINUTE)
    begun_anew = world.signal(started_at=NINE + MINUTE)

    assert again.outcome is Outcome.SUPPRESSED
    assert begun_anew.outcome is Outcome.REOPENED


def test_a_message_that_says_no_start_leaves_the_one_that_was_seen_last(world: World) -> None:
    world.signal(started_at=NINE - MINUTE)
    alert_id = world.opened()
    world.resolve(alert_id)

    assert world.signal(started_at=NINE - MINUTE).outcome is Outcome.SUPPRESSED
