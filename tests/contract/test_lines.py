"""LineRepository: a storm's messages join side by side, and every other change is conditional."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import MINUTE, NINE
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.notifications.line_repository import DynamoDBLines
from tocsin.domain.digest import DigestId
from tocsin.domain.line import Arriving, Line, Pace, Place
from tocsin.domain.severity import Severity
from tocsin_cli.simulated.write_ids import WriteIds

ALICE = Place("user:alice", "email")
BOB = Place("user:bob", "email")
DIGEST = DigestId("01J00000000000000000000000")
PACE = Pace(window=MINUTE)
CRITICAL = Arriving(Severity.CRITICAL, "api", NINE, key="first")
WARNING = Arriving(Severity.WARNING, "db", NINE)
new_write_id = WriteIds()


@pytest.fixture
def lines(call: Call) -> DynamoDBLines:
    return DynamoDBLines(call, TABLE_NAME, lambda: NINE)


def move(lines: DynamoDBLines, before: Line, after: Line) -> bool:
    return lines.move(ALICE, before, after, at=NINE, write_id=new_write_id())


def gathering(lines: DynamoDBLines) -> Line:
    """A line whose first message was told, and whose digest gathers."""
    first = Line().begun(CRITICAL, NINE)
    assert move(lines, Line(), first)
    second = first.gathering(DIGEST, WARNING, NINE, PACE)
    assert move(lines, first, second)
    return second


def test_an_unknown_destination_is_quiet(lines: DynamoDBLines) -> None:
    assert lines.read(ALICE) == Line()


def test_a_line_is_read_as_it_was_stored(lines: DynamoDBLines) -> None:
    stored = gathering(lines)

    assert stored.alone == "first"
    assert lines.read(ALICE) == stored
    assert lines.read(BOB) == Line()


def test_of_two_first_messages_one_goes_alone(lines: DynamoDBLines) -> None:
    after = Line().begun(CRITICAL, NINE)

    assert [move(lines, Line(), after), move(lines, Line(), after)] == [True, False]


def test_of_two_changes_of_the_same_version_one_is_stored(lines: DynamoDBLines) -> None:
    line = gathering(lines)
    broken = line.broken(CRITICAL, NINE + MINUTE)

    assert [move(lines, line, broken), move(lines, line, line.closed(NINE))] == [True, False]
    assert lines.read(ALICE) == broken


def test_those_that_join_are_counted_with_their_groups(lines: DynamoDBLines) -> None:
    line = gathering(lines)

    lines.join(ALICE, DIGEST, WARNING)
    joined = lines.join(ALICE, DIGEST, CRITICAL)

    assert joined == lines.read(ALICE)
    assert joined == replace(line, waiting=2, has_critical=True, groups=frozenset(("api", "db")))


def test_several_join_together(lines: DynamoDBLines) -> None:
    gathering(lines)

    joined = lines.join(ALICE, DIGEST, WARNING, CRITICAL, WARNING)

    assert joined is not None
    assert (joined.waiting, joined.has_critical) == (3, True)
    assert joined.groups == frozenset(("api", "db"))


def test_a_line_is_remembered_for_a_while(call: Call) -> None:
    clock = [NINE]
    lines = DynamoDBLines(call, TABLE_NAME, lambda: clock[0])
    line = gathering(lines)
    assert lines.recent(ALICE, NINE, max_age=MINUTE) is None
    lines.read(ALICE)

    assert lines.recent(ALICE, NINE + MINUTE, max_age=MINUTE) == line
    assert lines.recent(ALICE, NINE + 2 * MINUTE, max_age=MINUTE) is None
    assert lines.recent(BOB, NINE, max_age=MINUTE) is None


def test_who_joins_refuses_no_other_change_and_is_not_forgotten(lines: DynamoDBLines) -> None:
    line = gathering(lines)
    lines.join(ALICE, DIGEST, WARNING)
    another = Arriving(Severity.CRITICAL, "cache", NINE)

    assert move(lines, line, line.broken(another, NINE))

    after = lines.read(ALICE)
    assert (after.waiting, after.groups) == (1, frozenset(("api", "db", "cache")))


def test_nothing_joins_a_digest_that_was_closed(lines: DynamoDBLines) -> None:
    line = gathering(lines)
    lines.join(ALICE, DIGEST, CRITICAL)
    move(lines, line, line.closed(NINE + MINUTE))

    assert lines.join(ALICE, DIGEST, WARNING) is None
    after = lines.read(ALICE)
    assert (after.digest, after.due_at, after.waiting, after.has_critical) == (None, None, 0, False)


def test_the_next_storm_begins_with_groups_of_its_own(lines: DynamoDBLines) -> None:
    line = gathering(lines)
    lines.join(ALICE, DIGEST, WARNING)
    closed = line.closed(NINE + MINUTE)
    move(lines, line, closed)
    anew = lines.read(ALICE).begun(CRITICAL, NINE + timedelta(hours=1))

    assert move(lines, lines.read(ALICE), anew)
    assert lines.read(ALICE) == anew


def test_the_first_digest_of_a_storm_is_noted_once(lines: DynamoDBLines) -> None:
    gathering(lines)

    lines.note_thread(ALICE, NINE, "C1/1.1")
    lines.note_thread(ALICE, NINE, "C1/2.2")
    lines.note_thread(ALICE, NINE - MINUTE, "C1/3.3")

    assert lines.read(ALICE).thread == "C1/1.1"


def test_after_a_lost_reply_the_change_is_known_as_ours(call: Call) -> None:
    lines = DynamoDBLines(losing_replies(call), TABLE_NAME, lambda: NINE)

    assert move(lines, Line(), Line().begun(CRITICAL, NINE))


def test_a_turn_that_joins_costs_one_read_and_one_write_at_the_line(call: Call) -> None:
    asked: list[str] = []

    def counting(operation: str, parameters: object) -> dict[str, object]:
        asked.append(operation)
        return call(operation, parameters)  # type: ignore[arg-type]

    gathering(DynamoDBLines(call, TABLE_NAME, lambda: NINE))
    lines = DynamoDBLines(counting, TABLE_NAME, lambda: NINE)
    lines.read(ALICE)
    lines.join(ALICE, DIGEST, CRITICAL)

    assert asked == ["GetItem", "UpdateItem"]
