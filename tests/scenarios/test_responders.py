"""Who has it: the first, and nobody else; and what is over stays over."""

from collections.abc import Callable

import pytest

from tests.examples import ALICE, BOB
from tests.fakes.world import World
from tocsin.domain.alert import AlertStatus
from tocsin.domain.errors import AlreadyAcknowledgedError, AlreadyResolvedError
from tocsin.domain.ids import AlertId
from tocsin.domain.signal import SignalAction


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


def test_of_two_acknowledgements_that_meet_the_one_that_is_written_first_stays(
    world: World,
) -> None:
    alert_id = world.opened()
    world.meanwhile(lambda: world.acknowledge(alert_id, by=BOB))

    with pytest.raises(AlreadyAcknowledgedError):
        world.acknowledge(alert_id, by=ALICE)

    assert world.alert(alert_id).acknowledged_by == BOB


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda world, alert_id: world.resolve(alert_id, by=BOB), id="by hand"),
        pytest.param(
            lambda world, _: world.signal(action=SignalAction.RESOLVE), id="by the sender"
        ),
    ],
)
def test_when_acknowledge_meets_resolve_resolved_wins_and_nothing_reopens(
    world: World, end: Callable[[World, AlertId], object]
) -> None:
    alert_id = world.opened()
    world.meanwhile(lambda: end(world, alert_id))

    with pytest.raises(AlreadyResolvedError):
        world.acknowledge(alert_id, by=ALICE)

    alert = world.alert(alert_id)
    assert (alert.status, alert.acknowledged_by) == (AlertStatus.RESOLVED, None)
    assert world.happened(alert_id) == ["fired", "resolved"]


def test_when_resolve_meets_acknowledge_both_are_told_and_resolved_wins(world: World) -> None:
    alert_id = world.opened()
    world.meanwhile(lambda: world.acknowledge(alert_id, by=ALICE))

    world.resolve(alert_id, by=BOB)

    alert = world.alert(alert_id)
    assert (alert.status, alert.acknowledged_by, alert.resolved_by) == (
        AlertStatus.RESOLVED,
        ALICE,
        BOB,
    )
    assert world.happened(alert_id) == ["fired", "acknowledged", "resolved"]


def test_a_storm_of_repeats_does_not_stand_in_the_way_of_an_acknowledgement(
    world: World,
) -> None:
    alert_id = world.opened()
    world.meanwhile(lambda: [world.signal() for _ in range(1000)])

    world.acknowledge(alert_id)

    alert = world.alert(alert_id)
    assert (alert.status, alert.occurrences) == (AlertStatus.ACKNOWLEDGED, 1001)
