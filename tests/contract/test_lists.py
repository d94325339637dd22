"""AlertRepository.list: every filter, every order, page by page while alerts arrive."""

import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bench.item_size import read_units
from tests.conftest import TABLE_NAME
from tests.contract.alerts_in_store import (
    BIG_FACTS,
    Transition,
    a_signal,
    acknowledge,
    new_write_id,
    put,
    reopened,
    resolve,
    snooze,
)
from tests.contract.conftest import RETENTION, Store
from tests.examples import NINE, PROMETHEUS, SENDER, TEN
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertQuery, Sort
from tocsin.domain.errors import InvalidInputError
from tocsin.domain.integration import EVENTBRIDGE, EVENTS_API
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.usecases.ports import AlertRepository, SlotRepository

SEVERITIES = tuple(Severity)
LIVES: tuple[tuple[Transition, ...], ...] = (
    (),
    (acknowledge,),
    (snooze,),
    (snooze, acknowledge),
    (resolve,),
    (snooze, resolve),
)


def in_order(alerts: Iterable[Alert], query: AlertQuery, *, at: datetime) -> list[Alert]:
    """All that a query selects, without its limit and cursor, found the slow way."""
    selected = [it for it in alerts if query.selects(it, at)]
    selected.sort(key=lambda it: it.alert_id, reverse=query.sort is not Sort.OLDEST)
    sign = {Sort.WORST: 1, Sort.MILDEST: -1}.get(query.sort, 0)
    return sorted(selected, key=lambda it: sign * it.severity.rank)


def ids(alerts: Iterable[Alert]) -> list[str]:
    return [alert.alert_id for alert in alerts]


def put_many(slots: SlotRepository, count: int, *, first: int = 0) -> list[Alert]:
    """Alerts of every kind, one a minute."""
    return [_put(slots, number) for number in range(first, first + count)]


def _put(slots: SlotRepository, number: int) -> Alert:
    signal = a_signal(
        f"key-{number}",
        severity=SEVERITIES[number % 3],
        name=("Disk full", "HighLatency")[number % 2],
        reason=f"Value {number}",
        object=f"db-{number % 4}" if number % 5 else None,
        source=("prometheus", "grafana", None)[number % 3],
        rule_id=f"rule-{number % 3}",
        monitor_id=f"monitor-{number % 2}",
        group_id=f"group-{number % 4}",
        labels={"env": ("prod", "test")[number % 2], "zone": string.ascii_letters[number % 5]},
    )
    source = (PROMETHEUS, Source(integration="grafana"))[number % 7 == 0]
    at = NINE + timedelta(minutes=number)
    life = LIVES[number % len(LIVES)]
    alert = put(slots, signal, at=at, source=source, transitions=life)
    if not alert.is_open and number % 4 == 0:
        reopened(slots, alert, at=at + timedelta(seconds=30))
    return alert


def read_all(
    alerts: AlertRepository,
    query: AlertQuery,
    *,
    between_pages: Callable[[], None] = lambda: None,
) -> list[Alert]:
    """Follow the cursor to the end."""
    rows: list[Alert] = []
    pages = 0
    while True:
        page = alerts.list(query, at=TEN)
        rows.extend(page.alerts)
        assert len(page.alerts) <= query.limit
        if page.next_cursor is None:
            return rows
        query = replace(query, cursor=page.next_cursor)
        between_pages()
        pages += 1
        assert pages < 100, "a list has an end"


queries = some.builds(
    AlertQuery,
    statuses=some.frozensets(some.sampled_from(AlertStatus)),
    severities=some.frozensets(some.sampled_from(Severity), min_size=1),
    snoozed=some.sampled_from([None, None, True, False]),
    equal=some.fixed_dictionaries(
        {},
        optional={
            "rule_id": some.sampled_from(["rule-0", "rule-2", "none"]),
            "source": some.sampled_from(["prometheus", "grafana"]),
            "integration": some.sampled_from(["prod-prometheus", "grafana"]),
            "monitor_id": some.just("monitor-1"),
            "group_id": some.just("group-3"),
            "dedup_key": some.sampled_from(["key-0", "key-7", "key-1"]),
        },
    ).filter(lambda equal: len(equal) < 3),
    labels=some.sampled_from([{}, {}, {"env": "prod"}, {"env": "test", "zone": "b"}, {"no": ""}]),
    fired_from=some.none() | some.integers(-1, 24).map(lambda m: NINE + timedelta(minutes=m)),
    fired_to=some.none() | some.integers(-1, 24).map(lambda m: NINE + timedelta(minutes=m)),
    words=some.sampled_from([(), (), ("full",), ("value", "db-1"), ("latency",), ("nothing",)]),
    sort=some.sampled_from(Sort),
    limit=some.sampled_from([4, 9, 200]),
)


@pytest.fixture
def kept(store: Store) -> list[Alert]:
    """All alerts of a store, two dozen and the next episodes of some."""
    put_many(store.slots, 24)
    return read_all(store.alerts, AlertQuery(limit=200))


def test_all_alerts_are_listed_with_their_former_episodes(kept: list[Alert]) -> None:
    assert len(kept) == len(set(ids(kept))) == 24 + 2


@given(query=queries)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_holds_what_its_query_selects_in_its_order(
    store: Store, kept: list[Alert], query: AlertQuery
) -> None:
    assert ids(read_all(store.alerts, query)) == ids(in_order(kept, query, at=TEN))


def test_a_page_that_ends_with_the_last_alert_has_no_cursor(
    slots: SlotRepository, alerts: AlertRepository
) -> None:
    put_many(slots, 3)

    page = alerts.list(AlertQuery(limit=3), at=TEN)

    assert (len(page.alerts), page.next_cursor) == (3, None)


def test_an_empty_list_is_one_empty_page(alerts: AlertRepository) -> None:
    page = alerts.list(AlertQuery(), at=TEN)

    assert (page.alerts, page.next_cursor, page.counts.total) == ((), None, 0)


@pytest.mark.parametrize("sort", list(Sort))
def test_while_alerts_arrive_no_row_comes_twice_and_none_is_skipped(
    slots: SlotRepository, alerts: AlertRepository, sort: Sort
) -> None:
    before = put_many(slots, 12)
    arriving = iter(range(12, 100))

    def arrive() -> None:
        put_many(slots, 2, first=next(arriving) * 2)

    rows = read_all(alerts, AlertQuery(sort=sort, limit=4), between_pages=arrive)

    assert len(ids(rows)) == len(set(ids(rows)))
    assert set(ids(before)) <= set(ids(rows))


def test_while_alerts_move_on_no_row_comes_twice_and_none_is_skipped(
    slots: SlotRepository, alerts: AlertRepository
) -> None:
    before = [put(slots, a_signal(f"key-{number}")) for number in range(12)]
    moving = iter(before[::5] + before[1::5] + before[2::5])

    def move_on() -> None:
        for _ in range(3):
            alert = next(moving, None)
            if alert is not None:
                moved = slots.update(alert, acknowledge(alert), write_id=new_write_id())
                slots.update(moved, resolve(moved), write_id=new_write_id())

    rows = read_all(alerts, AlertQuery(limit=3), between_pages=move_on)

    assert ids(rows) == sorted(ids(before), reverse=True)


def test_a_cursor_read_again_gives_the_same_page(
    slots: SlotRepository, alerts: AlertRepository
) -> None:
    put_many(slots, 10)
    first = alerts.list(AlertQuery(limit=4), at=TEN)
    following = AlertQuery(limit=4, cursor=first.next_cursor)

    once = alerts.list(following, at=TEN)
    put_many(slots, 10, first=10)
    again = alerts.list(following, at=TEN)

    assert once.alerts == again.alerts


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="nothing"),
        pytest.param("x", id="a letter"),
        pytest.param("!?", id="letters that no cursor has"),
        pytest.param("bnVsbA", id="a null"),
        pytest.param("WyItZmlyZWRfYXQiLG51bGwsIjQyIl0", id="an id that none of ours looks like"),
        pytest.param(
            "WyItZmlyZWRfYXQiLG51bGwsWyIwIiwiMCIsIjAiLCIwIiwiMCIsIjAiLCIwIiwiMCIsIjAiLCIwIiwiMCIsI"
            "jAiLCIwIiwiMCIsIjAiLCIwIiwiMCIsIjAiLCIwIiwiMCIsIjAiLCIwIiwiMCIsIjAiLCIwIiwiMCJdXQ",
            id="a list where the id should be",
        ),
        pytest.param("\ud800", id="half a character"),
        pytest.param("W1" * 5_000, id="ten thousand letters"),
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(alerts: AlertRepository, cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        alerts.list(AlertQuery(cursor=cursor), at=TEN)

    assert refusal.value.details[0].field == "cursor"


def test_a_cursor_of_another_order_is_refused(
    slots: SlotRepository, alerts: AlertRepository
) -> None:
    put_many(slots, 3)
    cursor = alerts.list(AlertQuery(limit=1), at=TEN).next_cursor

    with pytest.raises(InvalidInputError):
        alerts.list(AlertQuery(limit=1, cursor=cursor, sort=Sort.WORST), at=TEN)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(AlertQuery(labels={"label250": f"value {250**5}" * 5}), id="its last labels"),
        pytest.param(AlertQuery(words=("word119",)), id="the end of its summary"),
        pytest.param(AlertQuery(words=("2999:",)), id="the end of its reason"),
    ],
)
def test_an_alert_with_big_facts_is_found_by(
    slots: SlotRepository, alerts: AlertRepository, query: AlertQuery
) -> None:
    big = put(slots, replace(a_signal("big"), facts=BIG_FACTS))
    put(slots, a_signal("small"))

    assert ids(read_all(alerts, query)) == [big.alert_id]


# What the table is asked for


def worsen(alert: Alert) -> Alert:
    return alert.changed_severity(Severity.WARNING, by=SENDER, at=TEN)


class Recorded:
    """A table that says what it was asked for, and lets something happen in between."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.asked: list[tuple[str, str]] = []
        self.rows = 0
        self.beside_units = 0.0
        self.between: Callable[[], None] = lambda: None

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        values = parameters.get("ExpressionAttributeValues", {})
        answer = self._call(operation, parameters)
        self.asked.append((operation, values.get(":state", {}).get("S", "")))
        self.rows += len(answer.get("Items", ()))
        for item in answer.get("Responses", {}).get(TABLE_NAME, ()):
            self.beside_units += read_units([item], is_consistent=False)
        between, self.between = self.between, lambda: None
        between()
        return answer


@pytest.fixture
def recorded(call: Call) -> Recorded:
    return Recorded(call)


@pytest.fixture
def listed(recorded: Recorded) -> DynamoDBAlerts:
    return DynamoDBAlerts(recorded, TABLE_NAME, RETENTION)


@pytest.fixture
def stored(call: Call) -> list[Alert]:
    put_many(DynamoDBSlots(call, TABLE_NAME, RETENTION), 72)
    return read_all(DynamoDBAlerts(call, TABLE_NAME, RETENTION), AlertQuery(limit=200))


FIRING = frozenset((AlertStatus.FIRING,))
CRITICAL = frozenset((Severity.CRITICAL,))


@pytest.mark.parametrize(
    ("query", "requests"),
    [
        pytest.param(AlertQuery(limit=9), 10, id="everything"),
        pytest.param(AlertQuery(limit=9, sort=Sort.OLDEST), 10, id="everything, oldest first"),
        pytest.param(AlertQuery(limit=9, statuses=FIRING), 4, id="one status"),
        pytest.param(AlertQuery(limit=9, severities=CRITICAL), 4, id="one severity"),
        pytest.param(
            AlertQuery(
                limit=9,
                statuses=FIRING,
                severities=CRITICAL,
            ),
            2,
            id="one cell",
        ),
        pytest.param(AlertQuery(limit=3, sort=Sort.WORST), 4, id="the worst"),
    ],
)
def test_each_cell_is_asked_once_and_the_counts_are_asked_for(
    stored: list[Alert],
    recorded: Recorded,
    listed: DynamoDBAlerts,
    query: AlertQuery,
    requests: int,
) -> None:
    page = listed.list(query, at=TEN)
    first = len(recorded.asked)
    following = listed.list(replace(query, cursor=page.next_cursor), at=TEN)

    assert ids(page.alerts) == ids(in_order(stored, query, at=TEN))[: query.limit]
    assert page.next_cursor is not None
    assert not set(ids(page.alerts)) & set(ids(following.alerts))
    assert first <= requests
    assert len(set(recorded.asked[:first])) == first


def test_a_cell_is_asked_for_what_may_be_shown(
    stored: list[Alert], recorded: Recorded, listed: DynamoDBAlerts
) -> None:
    """Nine cells of each ten rows would be ninety."""
    assert len(stored) > 72
    listed.list(AlertQuery(limit=9), at=TEN)

    assert recorded.rows < 40


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("transition", [acknowledge, worsen])
def test_what_moves_to_another_cell_while_a_page_is_read_is_given_once(
    call: Call, recorded: Recorded, listed: DynamoDBAlerts, transition: Transition, sort: Sort
) -> None:
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    signals = (a_signal(f"key-{number}", severity=Severity.INFO) for number in range(3))
    before = [put(slots, signal) for signal in signals]

    def move() -> None:
        slots.update(before[0], transition(before[0]), write_id=new_write_id())

    recorded.between = move
    page = listed.list(AlertQuery(sort=sort), at=TEN)

    assert sorted(ids(page.alerts)) == sorted(ids(before))


def test_a_rare_match_is_searched_for_page_by_page(
    stored: list[Alert],
    recorded: Recorded,
    listed: DynamoDBAlerts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tocsin.adapters.dynamodb.alerts.alert_list.READ_LIMIT_BYTES", 20_000)
    monkeypatch.setattr("tocsin.adapters.dynamodb.alerts.alert_list._FIRST_ROWS", 2)
    query = AlertQuery(equal={"rule_id": "none"}, sort=Sort.OLDEST)

    page = listed.list(query, at=TEN)
    asked, rest = len(recorded.asked), read_all(listed, query)

    assert page.alerts == ()
    assert page.next_cursor is not None
    assert page.searched_to is not None
    assert stored[-1].fired_at < page.searched_to < stored[0].fired_at
    assert asked < 40
    assert rest == []


def test_a_search_that_came_to_its_end_names_no_time(listed: DynamoDBAlerts) -> None:
    page = listed.list(AlertQuery(equal={"rule_id": "none"}), at=TEN)

    assert (page.next_cursor, page.searched_to) == (None, None)


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_a_dedup_key_of_an_integration_is_one_read(
    call: Call, recorded: Recorded, listed: DynamoDBAlerts, sort: Sort
) -> None:
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    first = put(slots, a_signal("key"), transitions=(resolve,))
    second = reopened(slots, first, at=TEN)
    query = AlertQuery(
        equal={"dedup_key": "key", "integration": "prod-prometheus"}, sort=sort, limit=1
    )

    page = listed.list(query, at=TEN)
    asked = [operation for operation, _ in recorded.asked]
    both = read_all(listed, query)

    assert asked == ["Query", "Query"]  # the second one reads the counts
    assert sorted(ids(both)) == sorted((first.alert_id, second.alert_id))
    assert ids(page.alerts) == ids(both)[:1]
    assert ids(both) == sorted(ids(both), reverse=sort is Sort.NEWEST)


def test_a_dedup_key_is_one_batch_over_the_integrations(
    call: Call, recorded: Recorded, listed: DynamoDBAlerts
) -> None:
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    for name in ("grafana", "prod-prometheus"):
        item = keys.configuration_key("integration", name)
        put_item = {"TableName": TABLE_NAME, "Item": item}
        call("PutItem", {**put_item, "ConditionExpression": "attribute_not_exists(pk)"})
    alerts = [
        put(slots, a_signal("key"), source=Source(integration=name), at=NINE)
        for name in ("grafana", "prod-prometheus")
    ]
    put(slots, a_signal("other"))

    page = listed.list(AlertQuery(equal={"dedup_key": "key"}), at=TEN)

    assert sorted(ids(page.alerts)) == sorted(ids(alerts))
    operations = [operation for operation, _ in recorded.asked]
    assert operations == ["Query", "BatchGetItem", "Query", "Query", "Query"]


def test_a_dedup_key_of_an_integration_that_is_gone_is_searched_for(
    call: Call, listed: DynamoDBAlerts
) -> None:
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    alert = put(slots, a_signal("key"))

    page = listed.list(AlertQuery(equal={"dedup_key": "key"}), at=TEN)

    assert ids(page.alerts) == [alert.alert_id]


def test_a_dedup_key_of_the_integration_that_eventbridge_has_is_found(
    call: Call, recorded: Recorded, listed: DynamoDBAlerts
) -> None:
    """It has that integration without being configured, and so do others of the same key."""
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    alerts = [
        put(slots, a_signal("key"), source=Source(integration=name))
        for name in (EVENTBRIDGE, EVENTS_API)
    ]

    page = listed.list(AlertQuery(equal={"dedup_key": "key"}), at=TEN)

    assert sorted(ids(page.alerts)) == sorted(ids(alerts))
    assert recorded.asked[1][0] == "BatchGetItem"


def test_a_key_whose_facts_fill_an_answer_is_read_on(call: Call) -> None:
    """What lies beside former episodes is passed over, and may be all that an answer has."""
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    alert = put(slots, a_signal("key"))
    answers = [{"Items": [], "LastEvaluatedKey": {"pk": {"S": "p"}, "sk": {"S": "s"}}}]

    def cut(operation: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        is_of_slot = ":to" in parameters.get("ExpressionAttributeValues", {})
        if operation == "Query" and is_of_slot and answers:
            return answers.pop()
        return call(operation, {k: v for k, v in parameters.items() if k != "ExclusiveStartKey"})

    query = AlertQuery(equal={"dedup_key": "key", "integration": "prod-prometheus"})
    page = DynamoDBAlerts(cut, TABLE_NAME, RETENTION).list(query, at=TEN)

    assert ids(page.alerts) == [alert.alert_id]


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
@pytest.mark.parametrize("reads", range(12))
def test_what_moves_on_while_it_is_searched_for_is_given_once(
    call: Call,
    recorded: Recorded,
    listed: DynamoDBAlerts,
    monkeypatch: pytest.MonkeyPatch,
    reads: int,
    sort: Sort,
) -> None:
    """However much was read before of the cell that it goes to."""
    monkeypatch.setattr("tocsin.adapters.dynamodb.alerts.alert_list._FIRST_ROWS", 2)
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    opened = [
        put(slots, a_signal(f"open-{number}"), at=NINE + timedelta(minutes=number))
        for number in range(8)
    ]
    for number in (-20, -10, 20, 30):
        at = NINE + timedelta(minutes=number)
        put(slots, a_signal(f"over-{number}"), at=at, transitions=(resolve,))
    moving = opened[4]

    def move(left: int = reads) -> None:
        if left:
            recorded.between = partial(move, left - 1)
        else:
            slots.update(moving, resolve(moving), write_id=new_write_id())

    recorded.between = move
    page = listed.list(AlertQuery(snoozed=False, sort=sort), at=TEN)

    assert ids(page.alerts).count(moving.alert_id) == 1
    assert len(page.alerts) == len(set(ids(page.alerts))) == 12


def test_what_lies_beside_alerts_counts_for_the_bound_of_a_search(
    call: Call, recorded: Recorded, listed: DynamoDBAlerts
) -> None:
    slots = DynamoDBSlots(call, TABLE_NAME, RETENTION)
    facts = replace(BIG_FACTS, reason="\n".join(f"{number}: {number**9}" for number in range(9000)))
    for number in range(90):
        signal = replace(a_signal(f"big-{number}"), facts=facts)
        put(slots, signal, at=NINE + timedelta(seconds=number))

    page = listed.list(AlertQuery(words=("nowhere",)), at=TEN)

    assert recorded.beside_units < 200
    assert page.searched_to is not None
