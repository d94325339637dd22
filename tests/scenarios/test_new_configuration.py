"""What was configured a moment ago counts for the next alert, although processes cache it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import MINUTE, PROMETHEUS
from tests.fakes.world import World
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.domain.escalation import Rest
from tocsin.domain.severity import Severity

PAYMENTS = replace(PROMETHEUS, escalation_policy="payments")


class Remembering(World):
    """Its processes go on: what they have read counts for half a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered = super().paging

    def begin_another_process(self) -> None:
        self.remembered = super().paging

    @property
    def paging(self) -> DynamoDBPaging:
        return self.remembered


@pytest.fixture
def world() -> Remembering:
    world = Remembering()
    world.channel("here")
    world.escalation_policy(("channel:here", 5 * MINUTE))
    world.opened("known before")
    assert world.paged() == ["here"]
    world.pass_time(seconds=1)
    return world


def test_a_policy_that_an_integration_asks_for_pages_from_its_first_moment_on(world: World) -> None:
    world.channel("new")
    world.escalation_policy(("channel:new", 5 * MINUTE), name="payments")

    world.opened(source=PAYMENTS)

    assert world.paged() == ["new"]


def test_the_first_policy_of_a_team_is_noticed_within_seconds() -> None:
    world = Remembering()
    unpaged = world.opened("nobody cares")
    assert world.alert(unpaged).escalation.rest is Rest.NO_POLICY
    world.channel("here")
    world.escalation_policy(("channel:here", 5 * MINUTE))

    world.pass_time(seconds=5)
    world.opened()

    assert world.paged() == ["here"]


def test_who_came_with_a_new_policy_is_asked(world: World) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", 5 * MINUTE), name="payments")

    alert_id = world.opened(source=PAYMENTS)

    assert world.paged() == ["alice"]
    assert "notification_skipped" not in [change.type for change in world.timeline(alert_id)]


def test_a_channel_that_one_process_does_not_know_yet_is_told_of_the_acknowledgement(
    world: Remembering,
) -> None:
    """The page came from another process, which has read the channels since."""
    knows_here_only = world.remembered
    world.channel("new")
    world.escalation_policy(("channel:new", 5 * MINUTE), name="payments")
    world.begin_another_process()
    alert_id = world.opened(source=PAYMENTS)
    assert world.paged() == ["new"]

    world.remembered = knows_here_only
    world.acknowledge(alert_id)

    told = [(it.channel, it.event.value) for it in world.providers.received]
    assert told[-1] == ("new", "alert.acknowledged")


def test_a_severity_that_was_added_a_moment_ago_is_paged(world: World) -> None:
    """Intake has read the policy before it was edited, and remembers it for longer."""
    steps = ("channel:here", 5 * MINUTE)
    world.escalation_policy(steps, severities=frozenset((Severity.CRITICAL,)))
    world.pass_time(minutes=1)
    world.opened("read with critical alone")
    world.paged()
    world.escalation_policy(steps)

    world.pass_time(seconds=5)
    alert_id = world.signal("warned", severity=Severity.WARNING).alert_id

    assert alert_id is not None
    assert world.alert(alert_id).escalation.rest is None
    assert world.paged() == ["here"]


def test_openings_that_page_nobody_read_the_policies_every_few_seconds(world: Remembering) -> None:
    world.pass_time(minutes=1)
    begun_at = world.now
    world.escalation_policy(
        ("channel:here", 5 * MINUTE), severities=frozenset((Severity.CRITICAL,))
    )
    readings = set()

    for second in range(10):
        world.signal(f"said {second}", severity=Severity.INFO)
        assert world.remembered._routing is not None
        readings.add(world.remembered._routing[1])
        world.pass_time(seconds=1)

    assert readings == {begun_at, begun_at + timedelta(seconds=5)}
