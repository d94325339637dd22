"""What becomes of a page that waits for a digest while its alert changes."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.adapters.dynamodb import keys
from tocsin.domain.ids import AlertId
from tocsin.domain.line import CRITICAL_WAITS, Place
from tocsin.domain.notification import DeliveryState, Notification
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction

INFO, WARNING, CRITICAL = Severity.INFO, Severity.WARNING, Severity.CRITICAL
SECOND = timedelta(seconds=1)


@pytest.fixture
def team(world: World) -> World:
    world.user("alice")
    world.escalation_policy(("user:alice", HOUR))
    return world


def named(team: World) -> Counter[AlertId]:
    """How often each alert was named to Alice."""
    digests = [it for digest in team.providers.digests for it in digest.alert_ids]
    return Counter([*(it.alert_id for it in team.providers.received), *digests])


def times(team: World) -> list[datetime]:
    alone = [it.at for it in team.providers.received]
    return sorted([*alone, *(it.at for it in team.providers.digests)])


def states(team: World, alert_id: AlertId) -> list[tuple[DeliveryState, bool]]:
    """Of its pages, and whether a digest told of each."""
    pages: list[Notification] = sorted(team.pages(alert_id), key=lambda it: it.delivery.loop)
    return [(it.state, it.bundled_into is not None) for it in pages]


def test_what_becomes_critical_while_it_waits_breaks_through_and_the_digest_leaves_it_out(
    team: World,
) -> None:
    alert_ids = [team.opened(f"disk-{number}", severity=WARNING) for number in range(4)]
    team.pass_time(seconds=10)

    team.signal("disk-3", severity=CRITICAL)
    team.pass_time(minutes=2)

    assert team.providers.received[-1].alert_id == alert_ids[3]
    [digest] = team.providers.digests
    assert set(digest.alert_ids) == set(alert_ids[1:3])
    assert digest.message.digest.severity is WARNING
    assert named(team) == Counter(alert_ids)
    assert states(team, alert_ids[3]) == [
        (DeliveryState.SKIPPED, False),
        (DeliveryState.SENT, False),
    ]


def test_of_several_that_become_critical_at_once_the_digest_tells_of_the_others_in_a_minute(
    team: World,
) -> None:
    alert_ids = [team.opened(f"disk-{number}", severity=WARNING) for number in range(5)]
    team.pass_time(seconds=30)

    for number in (2, 3, 4):
        team.signal(f"disk-{number}", severity=CRITICAL)
    team.pass_time(seconds=CRITICAL_WAITS.total_seconds())

    [digest] = team.providers.digests
    assert digest.message.digest.severity is CRITICAL
    assert digest.alert_ids[:2] == tuple(sorted(alert_ids[3:], reverse=True))
    assert set(digest.alert_ids) == {alert_ids[1], *alert_ids[3:]}
    assert named(team) == Counter(alert_ids), "one of them broke through"
    assert len(times(team)) == 3


def test_a_digest_tells_the_severity_of_when_it_is_frozen(team: World) -> None:
    first, *others = [team.opened(f"disk-{number}") for number in range(3)]
    for number in (1, 2):
        team.signal(f"disk-{number}", severity=WARNING)

    team.pass_time(minutes=2)

    [digest] = team.providers.digests
    assert digest.message.digest.severity is WARNING
    assert set(digest.alert_ids) == set(others)
    assert named(team) == Counter([first, *others])


def test_what_becomes_too_mild_for_its_policy_is_still_told(team: World) -> None:
    """Its step had begun: the page that waits is told, as one that was sent at once is."""
    team.escalation_policy(("user:alice", HOUR), severities=frozenset((CRITICAL,)))
    alert_ids = [team.opened(f"disk-{number}") for number in range(3)]
    team.signal("disk-2", severity=INFO)

    team.pass_time(minutes=2)

    assert named(team) == Counter(alert_ids)


def test_a_digest_names_an_alert_once_whose_pages_of_two_runs_wait_for_it(team: World) -> None:
    """It became worse, and what is as bad has just broken through."""
    alert_ids = [team.opened(f"disk-{number}", severity=WARNING) for number in range(3)]
    team.signal("disk-1", severity=CRITICAL)

    team.signal("disk-2", severity=CRITICAL)
    team.pass_time(minutes=2)

    assert named(team) == Counter(alert_ids)
    assert states(team, alert_ids[2])[-1][0] is DeliveryState.SENT


def test_the_first_pages_that_a_route_holds_are_one_page_and_one_digest_after_it(
    team: World,
) -> None:
    team.route("flaps", hold=2 * MINUTE)
    alert_ids = []
    for number in range(8):
        alert_ids.append(team.opened(f"disk-{number}"))
        team.pass_time(seconds=1)
    over = team.opened("disk-over")
    team.signal("disk-over", action=SignalAction.RESOLVE)
    team.pass_time(minutes=5)

    assert named(team) == Counter(alert_ids)
    assert named(team)[over] == 0
    first, digest = times(team)
    assert first == NINE + 2 * MINUTE
    assert digest - first <= MINUTE


def test_what_is_over_while_it_waits_after_a_route_s_hold_is_never_told(team: World) -> None:
    team.route("flaps", hold=2 * MINUTE)
    alert_ids = [team.opened(f"disk-{number}") for number in range(4)]
    team.pass_time(minutes=2, seconds=10)

    team.signal("disk-3", action=SignalAction.RESOLVE)
    team.pass_time(minutes=2)

    assert named(team) == Counter(alert_ids[:3])


def test_a_silence_over_a_route_s_hold_releases_the_first_pages_as_one_digest(
    team: World,
) -> None:
    team.route("flaps", hold=2 * MINUTE)
    alert_ids = [team.opened(f"disk-{number}") for number in range(4)]
    team.silence('severity="critical"', minutes=10)

    team.pass_time(minutes=9)

    assert times(team) == []

    team.pass_time(minutes=2)

    [digest] = team.providers.digests
    assert set(digest.alert_ids) == set(alert_ids)
    assert digest.message.digest.is_release
    assert named(team) == Counter(alert_ids)


def test_what_waited_when_a_backup_was_taken_is_told_after_a_sweep_of_the_restored_stack(
    team: World,
) -> None:
    """A backup holds the ledger and the members, but no line and no message of the queue."""
    alert_ids = [team.opened(f"disk-{number}") for number in range(3)]
    team.deliveries.arrived(NINE + HOUR)
    line = keys.line_key(Place("user:alice", "email"))
    team.call("DeleteItem", {"TableName": TABLE_NAME, "Key": line})

    team.pass_time(minutes=16)
    assert named(team) == Counter(alert_ids[:1])
    team.sweep()
    team.pass_time(minutes=1)

    [digest] = team.providers.digests
    assert set(digest.alert_ids) == set(alert_ids[1:])
