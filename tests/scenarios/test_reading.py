"""Lists and ids, while alerts keep arriving."""

from dataclasses import replace

import pytest

from tests.examples import UNKNOWN_ID
from tests.fakes.world import World
from tocsin.domain.alert_query import AlertQuery, Sort
from tocsin.domain.errors import AlertNotFoundError
from tocsin.domain.ids import AlertId


@pytest.mark.parametrize("sort", list(Sort))
def test_paging_through_a_list_while_alerts_arrive_gives_each_row_once(
    world: World, sort: Sort
) -> None:
    before = set()
    for number in range(20):
        before.add(world.opened(f"before-{number}"))
        world.pass_time(seconds=1)

    rows: list[AlertId] = []
    query = AlertQuery(sort=sort, limit=3)
    for number in range(20):
        page = world.list(query)
        rows += [alert.alert_id for alert in page.alerts]
        if page.next_cursor is None:
            break
        query = replace(query, cursor=page.next_cursor)
        world.opened(f"after-{number}")
        world.pass_time(seconds=1)

    assert len(rows) == len(set(rows))
    assert before <= set(rows)


def test_the_numbers_beside_a_list_are_those_of_the_open_alerts(world: World) -> None:
    world.opened("firing")
    world.acknowledge(world.opened("acknowledged"))
    world.resolve(world.opened("resolved"))

    counts = world.list().counts

    assert (counts.total, counts.firing, counts.acknowledged) == (2, 1, 1)


@pytest.mark.parametrize(
    "alert_id",
    [
        pytest.param(UNKNOWN_ID, id="unknown"),
        pytest.param("5f3b2c1e-8f0a-4d7e-9b1c-2a3d4e5f6071", id="a UUID"),
        pytest.param("42", id="a number"),
        pytest.param("../../etc/passwd", id="a path"),
    ],
)
def test_an_id_that_is_not_ours_is_refused_like_one_that_nobody_has(
    world: World, alert_id: str
) -> None:
    with pytest.raises(AlertNotFoundError) as refusal:
        world.acknowledge(AlertId(alert_id))

    assert str(refusal.value) == "There is no alert with this id."
