"""StormRepository: what was opened lately, and the newest storm of the team."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.conftest import TABLE_NAME
from tests.contract.conftest import RETENTION
from tests.examples import MINUTE, NINE, PROMETHEUS
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.timeline.storm_repository import BUCKET, BUCKET_LIMIT, DynamoDBStorms
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.domain.alert_query import AlertQuery, Counts
from tocsin.domain.ids import AlertId, WriteId, fingerprint, ulid
from tocsin.domain.severity import Severity
from tocsin.domain.team_storm import Opened, TeamStorm
from tocsin.domain.timers import StormTimer

SECOND = timedelta(seconds=1)
STORM = TeamStorm(
    since=NINE,
    opened=34,
    groups={"api": 20, "größe 😀": 14},
    severity=Severity.CRITICAL,
    newest_at=NINE + 90 * SECOND,
    due_at=NINE + 2 * MINUTE,
)


@pytest.fixture
def storms(call: Call) -> DynamoDBStorms:
    return DynamoDBStorms(call, TABLE_NAME)


def opened_at(seconds: float, name: str = "disk", group: str = "api") -> Opened:
    slot = fingerprint(PROMETHEUS.integration, f"{name} {seconds}")
    alert_id = AlertId(ulid(NINE + timedelta(seconds=seconds), slot))
    return Opened(alert_id=alert_id, severity=Severity.WARNING, group=group)


def test_what_was_noted_is_read_between_two_times(storms: DynamoDBStorms) -> None:
    noted = [opened_at(it, group="größe 😀" if it else "") for it in (0, 1, 9.999, 10, 25, 60)]

    storms.note(noted)

    assert storms.opened(NINE, NINE + MINUTE) == tuple(noted)
    assert storms.opened(NINE + SECOND, NINE + 25 * SECOND) == tuple(noted[1:5])
    assert storms.opened(NINE + 2 * MINUTE, NINE + 3 * MINUTE) == ()


def test_what_is_noted_twice_counts_once(storms: DynamoDBStorms) -> None:
    first, second = [opened_at(1), opened_at(2)], [opened_at(2), opened_at(3)]

    for batch in (first, second, first, second):
        storms.note(batch)

    assert storms.opened(NINE, NINE + MINUTE) == tuple(map(opened_at, (1, 2, 3)))


def test_another_group_of_the_same_alert_counts_once(storms: DynamoDBStorms) -> None:
    storms.note([opened_at(1, group="api")])
    storms.note([opened_at(1, group="db")])

    assert len(storms.opened(NINE, NINE + MINUTE)) == 1


def test_a_full_bucket_takes_no_more_and_the_next_one_does(storms: DynamoDBStorms) -> None:
    full = [opened_at(0, name=f"{it}") for it in range(BUCKET_LIMIT)]
    storms.note(full)

    storms.note([opened_at(1), opened_at(BUCKET.total_seconds())])

    assert len(storms.opened(NINE, NINE + MINUTE)) == BUCKET_LIMIT + 1


def test_nothing_noted_is_nothing_written(storms: DynamoDBStorms) -> None:
    storms.note([])

    assert storms.opened(NINE, NINE + MINUTE) == ()


def test_a_storm_is_read_as_it_was_kept(storms: DynamoDBStorms) -> None:
    assert storms.newest() is None

    assert storms.keep(None, STORM, write_id=WriteId("w1"))

    known = storms.newest()
    assert known == replace(STORM, version=1)
    over = replace(STORM, ended_at=NINE + 12 * MINUTE, due_at=None)
    assert storms.keep(known, over, write_id=WriteId("w2"))
    assert storms.newest() == replace(over, version=2)


def test_the_second_of_two_at_once_is_refused(storms: DynamoDBStorms) -> None:
    storms.keep(None, STORM, write_id=WriteId("w1"))
    known = storms.newest()

    assert not storms.keep(None, replace(STORM, since=NINE - MINUTE), write_id=WriteId("w2"))
    assert storms.keep(known, replace(STORM, opened=35), write_id=WriteId("w3"))
    assert not storms.keep(known, replace(STORM, opened=36), write_id=WriteId("w4"))
    newest = storms.newest()
    assert newest is not None
    assert newest.opened == 35


def test_a_lost_reply_leaves_one_storm(call: Call) -> None:
    losing = DynamoDBStorms(losing_replies(call), TABLE_NAME)
    losing.note([opened_at(1)])
    losing.keep(None, STORM, write_id=WriteId("w1"))

    storms = DynamoDBStorms(call, TABLE_NAME)
    assert storms.newest() == replace(STORM, version=1)
    assert len(storms.opened(NINE, NINE + MINUTE)) == 1


def test_a_storm_has_a_timer_until_it_is_over(call: Call, storms: DynamoDBStorms) -> None:
    due = DynamoDBDue(call, TABLE_NAME)
    storms.keep(None, STORM, write_id=WriteId("w1"))

    assert due.due(NINE + 3 * MINUTE) == [StormTimer(due_at=NINE + 2 * MINUTE)]
    assert due.due(NINE + MINUTE) == []

    over = replace(STORM, ended_at=NINE + 12 * MINUTE, due_at=None)
    storms.keep(storms.newest(), over, write_id=WriteId("w2"))
    assert due.due(NINE + timedelta(days=1)) == []


def test_lists_say_it_and_count_as_before(call: Call, storms: DynamoDBStorms) -> None:
    storms.keep(None, STORM, write_id=WriteId("w1"))

    page = DynamoDBAlerts(call, TABLE_NAME, RETENTION).list(AlertQuery(), at=NINE)

    assert (page.storm, page.counts) == (replace(STORM, version=1), Counts())
