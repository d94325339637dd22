"""Nothing that fires is forgotten, although other parts fail: the sweep finds it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.notifier import HeldWorld
from tests.fakes.world import World
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.domain.alert_query import LIMIT_MAXIMUM
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.next_action import lacks_timer
from tocsin.domain.notification import Notification
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.severity import Severity
from tocsin.domain.sweep import Ailment
from tocsin.domain.team_settings import TeamSettings
from tocsin.usecases.refusals import DeliveryFailedError

SECOND = timedelta(seconds=1)
FIVE_MINUTES = 5 * MINUTE


def ailments(world: World, *, is_over: bool = False) -> list[Ailment]:
    return [finding.ailment for finding in world.sweep(is_over=is_over)]


def asked(world: World, alert_id: AlertId) -> list[str]:
    return [it.target for it in world.providers.received if it.alert_id == alert_id]


def lose_timer(world: World, alert_id: AlertId) -> None:
    alert = world.alert(alert_id)
    world.slots.set_timer(alert, None)
    world.table.records.clear()
    world.timers.arrived(world.now + HOUR)


def test_a_sweep_of_healthy_alerts_finds_nothing_and_opens_nothing(team: World) -> None:
    team.opened("disk-full")
    acknowledged = team.opened("cpu")
    team.acknowledge(acknowledged)
    team.snooze(team.opened("memory"), HOUR)
    team.pass_time(minutes=3)

    assert ailments(team) == []
    assert len(team.list().alerts) == 3


def test_an_alert_whose_timer_was_lost_gets_it_back_and_is_escalated(team: World) -> None:
    alert_id = team.opened()
    assert team.paged() == ["alice"]
    lose_timer(team, alert_id)
    team.pass_time(minutes=6)
    assert team.paged() == [], "nobody would ever look at it again"

    assert ailments(team) == [Ailment.NO_TIMER]

    assert not lacks_timer(team.alert(alert_id))
    team.pass_time(seconds=1)
    assert "bob" in team.paged()


def test_a_step_whose_messages_were_lost_is_sent_once(team: World) -> None:
    alert_id = team.opened_unfollowed()
    team.now += 6 * MINUTE
    assert team.paged() == []

    assert ailments(team) == [Ailment.UNPLANNED]
    team.pass_time(seconds=1)

    told = [it for it in team.providers.received if it.alert_id == alert_id]
    assert [(it.target, it.attempt) for it in told] == [("user:alice", 1)]
    assert Ailment.UNPLANNED not in ailments(team)


def test_the_team_hears_that_something_was_forgotten(team: World) -> None:
    alert_id = team.opened()
    lose_timer(team, alert_id)
    team.pass_time(minutes=3)

    team.sweep()

    [about_itself] = [it for it in team.list().alerts if it.integration == "tocsin"]
    assert about_itself.facts.name == "Forgotten alerts were found"
    assert about_itself.escalation.step == 1


def test_a_timer_that_does_not_help_is_reported(team: World) -> None:
    alert_id = team.opened()
    alert = team.alert(alert_id)
    stuck = replace(alert, timer_at=team.now)
    team.slots.set_timer(alert, stuck.timer_at)
    team.table.records.clear()
    team.now += 6 * MINUTE

    assert ailments(team) == [Ailment.OVERDUE]


def test_a_rule_that_waits_is_not_forgotten(world: World) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.SMS, after=30 * MINUTE))
    world.escalation_policy(("user:alice", HOUR))
    world.opened()
    world.pass_time(minutes=20)

    assert ailments(world) == []


def test_pages_that_wait_for_their_turn_are_not_forgotten() -> None:
    world = HeldWorld()
    world.channel("ops", rate_per_minute=12)
    world.escalation_policy(("channel:ops", HOUR))
    for number in range(40):
        world.opened(f"disk-{number}")
    world.run(until=NINE + 130 * SECOND)
    waiting = len(world.deliveries.waiting)

    assert ailments(world) == []
    assert len(world.deliveries.waiting) == waiting


def test_pages_in_a_line_that_is_longer_than_the_queue_delays_are_not_forgotten() -> None:
    """One was refused once, and stands in line for its next attempt."""

    def refuse() -> None:
        raise DeliveryFailedError("busy", is_retryable=True)

    world = HeldWorld()
    world.channel("ops", rate_per_minute=1)
    world.escalation_policy(("channel:ops", 2 * HOUR))
    world.provider.before.append(refuse)
    for number in range(30):
        world.signal(f"disk-{number}", severity=Severity.WARNING)
    world.run(until=NINE + 18 * MINUTE)
    lines = [
        it for alert in world.every_alert() for it in world.notifications.of_alert(alert.alert_id)
    ]
    assert [it for it in lines if it.failures]

    assert ailments(world) == []


def test_a_later_step_whose_record_was_lost_is_found(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_id = team.opened()
    with monkeypatch.context() as losing:
        losing.setattr(team, "_follow", team.table.records.clear)
        team.pass_time(minutes=5)
    team.pass_time(minutes=6)
    assert team.paged() == ["alice"]

    assert ailments(team) == [Ailment.UNPLANNED]

    team.pass_time(seconds=1)
    assert asked(team, alert_id) == ["user:alice", "user:bob"]


@pytest.mark.parametrize("is_claimed", [False, True], ids=["before its claim", "after its claim"])
def test_a_message_that_the_queue_lost_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_claimed: bool
) -> None:
    """A message that was given up is a dead letter, and the ledger says waiting or claimed."""
    world.user("alice")
    world.escalation_policy(("user:alice", HOUR))
    with monkeypatch.context() as losing:
        losing.setattr(world.deliveries, "send", lambda *_, **__: None)
        alert_id = world.opened()
    if is_claimed:
        (line,) = world.notifications.of_alert(alert_id)
        claimed = line.claim(at=world.now)
        world.notifications.update(line, claimed, write_id=world.new_write_id())
    world.pass_time(minutes=14)
    assert ailments(world) == []
    world.pass_time(minutes=6)

    assert ailments(world) == [Ailment.STUCK]

    world.pass_time(seconds=1)
    assert asked(world, alert_id) == ["user:alice"]
    world.pass_time(minutes=20)
    assert ailments(world) == []


def test_counts_that_lost_a_change_are_corrected_once_two_sweeps_agree(world: World) -> None:
    world.opened_unfollowed()
    world.opened("cpu")
    world.pass_time(minutes=3)
    assert world.timelines.stored_counts().total == 1

    world.sweep()
    assert world.timelines.stored_counts().total == 1, "the change may only be on its way"
    world.pass_time(minutes=10)
    world.sweep()

    assert world.timelines.stored_counts().total == 2


def test_the_alert_about_findings_resolves_once_a_sweep_finds_nothing(team: World) -> None:
    lose_timer(team, team.opened())
    team.pass_time(minutes=3)
    team.sweep()
    [about_itself] = [it for it in team.list().alerts if it.integration == "tocsin"]
    team.pass_time(minutes=10)

    team.sweep()

    assert not team.alert(about_itself.alert_id).is_open


def test_a_sweep_that_runs_out_of_time_goes_on_where_it_stopped(team: World) -> None:
    team.keep(team.settings, TeamSettings(bundle=timedelta()))
    for number in range(LIMIT_MAXIMUM + 1):
        team.opened(f"disk-{number:03}")
        team.now += SECOND
    [last] = [it for it in team.every_alert() if it.dedup_key == f"disk-{LIMIT_MAXIMUM}"]
    lose_timer(team, last.alert_id)
    team.now += 3 * MINUTE

    first = ailments(team, is_over=True)
    assert team.sweeps.state().cursor is not None
    second = ailments(team, is_over=True)

    assert (first, second) == ([], [Ailment.NO_TIMER])
    assert team.sweeps.state().cursor is None


def test_what_waited_for_two_hours_of_outage_is_not_called_forgotten(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sweep could end meanwhile: the first one after that mends without a word."""
    assert ailments(team) == []
    with monkeypatch.context() as away:
        away.setattr(team.deliveries, "send", lambda *_, **__: None)
        alert_id = team.opened()
    team.now += 2 * HOUR

    assert Ailment.STUCK not in ailments(team)

    team.pass_time(seconds=1)
    assert "user:alice" in asked(team, alert_id)


def test_an_alert_that_cannot_be_mended_hides_no_other(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = team.opened_unfollowed("poison")
    team.now += SECOND
    other = team.opened_unfollowed("disk-full")
    team.now += 6 * MINUTE
    add = DynamoDBNotifications.add

    def refusing(
        ledger: DynamoDBNotifications, notification: Notification, *, write_id: WriteId
    ) -> None:
        if notification.delivery.alert_id == poisoned:
            raise ValueError
        add(ledger, notification, write_id=write_id)

    monkeypatch.setattr(DynamoDBNotifications, "add", refusing)

    found = team.sweep()
    team.pass_time(seconds=1)

    assert {it.alert.alert_id: (it.is_mended, it.cause) for it in found} == {
        poisoned: (False, "ValueError"),
        other: (True, None),
    }
    assert asked(team, other) == ["user:alice"]


@pytest.mark.parametrize(
    ("store", "reads"),
    [(DynamoDBAlerts, "get_shortened"), (DynamoDBNotifications, "of_alert")],
    ids=["alert", "ledger"],
)
def test_an_alert_that_cannot_be_read_hides_no_other(
    team: World, monkeypatch: pytest.MonkeyPatch, store: type, reads: str
) -> None:
    poisoned = team.opened("poison")
    team.now += SECOND
    other = team.opened_unfollowed("disk-full")
    team.now += 6 * MINUTE
    read = getattr(store, reads)

    def failing(repository: object, alert_id: AlertId) -> object:
        if alert_id == poisoned:
            raise ValueError
        return read(repository, alert_id)

    monkeypatch.setattr(store, reads, failing)

    found = team.sweep()

    assert [(it.alert.alert_id, it.ailment, it.is_mended, it.cause) for it in found] == [
        (poisoned, Ailment.UNREADABLE, False, "ValueError"),
        (other, Ailment.UNPLANNED, True, None),
    ]
    assert team.sweeps.state().cursor is None


def test_an_update_that_the_queue_lost_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.channel("ops")
    world.escalation_policy(("channel:ops", HOUR))
    alert_id = world.opened()
    with monkeypatch.context() as losing:
        losing.setattr(world.deliveries, "send", lambda *_, **__: None)
        world.acknowledge(alert_id)
    world.pass_time(minutes=20)

    assert ailments(world) == [Ailment.STUCK]

    world.pass_time(seconds=1)
    heard = [it.event.value for it in world.providers.received if it.alert_id == alert_id]
    assert heard == ["alert.paged", "alert.acknowledged"]
