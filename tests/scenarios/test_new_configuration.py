"""What was configured a moment ago counts for the next alert, whatever a process remembers."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from tests.examples import MINUTE, NINE, PROMETHEUS
from tests.fakes.configuration import InMemoryConfiguration
from tests.fakes.world import World
from tocsin.domain.escalation import Rest
from tocsin.domain.people import Directory
from tocsin.domain.routing import Routing
from tocsin.domain.severity import Severity

HALF_A_MINUTE = timedelta(seconds=30)
PAYMENTS = replace(PROMETHEUS, escalation_policy="payments")


@dataclass(frozen=True)
class RememberedConfiguration(InMemoryConfiguration):
    """As a running process has it: what it has read counts for half a minute."""

    known: dict[str, tuple[Routing | Directory, datetime]] = field(default_factory=dict)

    def routing(self, at: datetime, *, max_age: timedelta | None = None) -> Routing:
        if self._is_old("routing", at, max_age):
            self.known["routing"] = super().routing(at), at
        routing = self.known["routing"][0]
        assert isinstance(routing, Routing)
        return routing

    def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
        if self._is_old("directory", at, max_age):
            self.known["directory"] = super().directory(at), at
        directory = self.known["directory"][0]
        assert isinstance(directory, Directory)
        return directory

    def _is_old(self, what: str, at: datetime, max_age: timedelta | None) -> bool:
        known_for = HALF_A_MINUTE if max_age is None else max_age
        return what not in self.known or at - self.known[what][1] >= known_for


@pytest.fixture
def world() -> World:
    world = World()
    world.paging = RememberedConfiguration()
    world.channel("here")
    world.escalation_policy(("channel:here", 5 * MINUTE))
    world.opened("known before")
    assert world.paged() == ["here"]
    return world


def test_a_policy_that_an_integration_asks_for_pages_from_its_first_moment_on(world: World) -> None:
    world.channel("new")
    world.escalation_policy(("channel:new", 5 * MINUTE), name="payments")

    world.opened(source=PAYMENTS)

    assert world.paged() == ["new"]


def test_the_first_policy_of_a_team_is_noticed_within_seconds() -> None:
    world = World()
    world.paging = RememberedConfiguration()
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


def test_openings_that_page_nobody_read_the_policies_every_few_seconds(world: World) -> None:
    paging = RememberedConfiguration()
    world.paging = paging
    world.escalation_policy(
        ("channel:here", 5 * MINUTE), severities=frozenset((Severity.CRITICAL,))
    )
    readings = set()

    for second in range(10):
        world.signal(f"said {second}", severity=Severity.INFO)
        readings.add(paging.known["routing"][1])
        world.pass_time(seconds=1)

    assert readings == {NINE, NINE + timedelta(seconds=5)}
