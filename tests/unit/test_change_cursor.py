"""A cursor that moves with each change, and once more when lists are sure to show it."""

from datetime import timedelta

from tests.examples import NINE
from tocsin.domain.change_cursor import SETTLES, Changes


def test_before_any_change_the_cursor_stands() -> None:
    assert Changes().cursor(NINE) == Changes().cursor(NINE + timedelta(days=1))


def test_a_cursor_moves_again_once_the_index_of_lists_has_caught_up() -> None:
    changes = Changes(count=7, moved_at=NINE)

    fresh = {changes.cursor(NINE + seconds) for seconds in (timedelta(), SETTLES / 2)}
    settled = {changes.cursor(NINE + seconds) for seconds in (SETTLES, timedelta(days=1))}

    assert len(fresh) == len(settled) == 1
    assert fresh != settled


def test_no_later_count_has_the_cursor_of_an_earlier_one() -> None:
    at = NINE + SETTLES
    cursors = [Changes(count, moved).cursor(at) for count in range(50) for moved in (NINE, at)]

    assert len(set(cursors)) == len(cursors)
