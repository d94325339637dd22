"""One action on many alerts."""

from typing import Any

import pytest

from functions.alerts_api.routes import alerts_bulk
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, Reply
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.domain.alert import Alert
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AlertId
from tocsin.domain.signal import Facts

NEEDS = {"unack": "ack", "unsnooze": "snooze"}


@pytest.fixture(autouse=True)
def _pages_nobody(world: World) -> None:
    world.pages_nobody()


@pytest.fixture
def two(world: World) -> list[AlertId]:
    return [world.opened("disk"), world.opened("queue")]


def bulk(client: Client, action: object, **body: object) -> Reply:
    return client.post("/api/v1/alerts/bulk", {"action": action, **body})


def test_each_alert_has_its_own_result(client: Client, world: World, two: list[AlertId]) -> None:
    world.resolve(two[0])

    answer = bulk(client, "resolve", ids=[*two, "alert_abc123"], note="Deployed fix")

    assert answer.status == 200
    assert [(it["id"], it["ok"]) for it in answer.data] == [
        (two[0], False),
        (two[1], True),
        ("alert_abc123", False),
    ]
    assert answer.data[0]["error"]["code"] == "already_resolved"
    assert answer.data[1]["status"] == "resolved"
    assert answer.data[2]["error"]["code"] == "alert_not_found"
    assert answer.json["has_more"] is False
    assert world.timeline(two[1])[-1].details == {"note": "Deployed fix"}


@pytest.mark.parametrize(
    ("action", "body", "happened"),
    [
        pytest.param("ack", {}, "acknowledged", id="ack"),
        pytest.param("acknowledge", {}, "acknowledged", id="acknowledge"),
        pytest.param("unack", {}, "unacknowledged", id="unack"),
        pytest.param("resolve", {}, "resolved", id="resolve"),
        pytest.param("snooze", {"duration": "1h"}, "snoozed", id="snooze"),
        pytest.param("unsnooze", {}, "woken", id="unsnooze"),
        pytest.param("note", {"note": "x"}, "note", id="note"),
    ],
)
def test_every_action_can_be_done_to_many(
    client: Client,
    world: World,
    two: list[AlertId],
    action: str,
    body: dict[str, object],
    happened: str,
) -> None:
    if action in NEEDS:
        bulk(client, NEEDS[action], ids=two, duration="1h")

    answer = bulk(client, action, ids=two, **body)

    assert [it["ok"] for it in answer.data] == [True, True]
    assert [world.done_to(alert_id)[-1] for alert_id in two] == [happened, happened]


def test_ack_of_many_says_which_somebody_had(
    client: Client, world: World, two: list[AlertId]
) -> None:
    world.acknowledge(two[0])

    results = bulk(client, "ack", ids=two).data

    assert [it["already_acknowledged"] for it in results] == [True, False]


def test_an_id_that_comes_twice_is_one_alert(client: Client, two: list[AlertId]) -> None:
    assert len(bulk(client, "acknowledge", ids=[two[0], two[0]]).data) == 1


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        pytest.param({"status": "firing"}, {"disk", "api"}, id="as in a list"),
        pytest.param({"status": ["firing", "acknowledged"]}, {"disk", "queue", "api"}, id="a list"),
        pytest.param({"label.zone": "7"}, {"api"}, id="a label"),
        pytest.param({"labels": {"zone": 7}}, {"api"}, id="labels as an object"),
        pytest.param({"snoozed": False, "limit": 50, "q": "dis"}, {"disk"}, id="JSON's own types"),
        pytest.param({"status": None, "labels": None, "q": "api"}, {"api"}, id="null"),
    ],
)
def test_a_filter_chooses_as_in_a_list(
    client: Client, world: World, two: list[AlertId], chosen: dict[str, object], names: set[str]
) -> None:
    world.acknowledge(two[1])
    world.signal("api", facts=Facts(name="api", labels={"zone": "7"}))

    results = bulk(client, "note", filter=chosen, note="seen").data

    assert {world.alert(it["id"]).dedup_key for it in results} == names


ALL: list[Any] = [
    pytest.param({}, id="none"),
    pytest.param({"status": None, "labels": {}, "q": " "}, id="nulls and blanks"),
    pytest.param({"limit": 7, "sort": "severity"}, id="an order and a number"),
    pytest.param({"status": "firing,acknowledged,resolved"}, id="each status"),
    pytest.param({"severity": ["critical", "warning", "info"]}, id="each severity"),
]


@pytest.mark.parametrize("chosen", ALL)
def test_a_filter_that_selects_every_alert_is_refused(
    client: Client, world: World, two: list[AlertId], chosen: dict[str, object]
) -> None:
    answer = bulk(client, "resolve", filter=chosen)

    assert (answer.status, answer.wrong_fields) == (422, ["filter"])
    assert '"all": true' in answer.json["error"]["details"][0]["problem"]
    assert all(world.alert(alert_id).is_open for alert_id in two)


@pytest.mark.parametrize("chosen", ALL)
def test_every_alert_is_acted_on_where_the_request_says_so(
    client: Client, two: list[AlertId], chosen: dict[str, object]
) -> None:
    answer = bulk(client, "resolve", filter=chosen, all=True)

    assert {it["id"] for it in answer.data} == set(two)
    assert answer.json["meta"] == {"left": 0, "left_is_at_least": False}


@pytest.mark.parametrize("limited", [{}, {"limit": 500}])
def test_a_filter_that_chooses_more_goes_on_in_the_next_call(
    client: Client, world: World, limited: dict[str, int]
) -> None:
    for number in range(120):
        world.opened(f"disk-full-on-{number}")
    chosen = {"status": "firing", **limited}

    first = bulk(client, "note", filter=chosen, note="storm").json
    cursor = first["next_cursor"]
    rest = bulk(client, "note", filter={**chosen, "cursor": cursor}, note="storm").json

    assert (len(first["data"]), first["has_more"], first["meta"]["left"]) == (100, True, 20)
    assert (len(rest["data"]), rest["has_more"], rest["meta"]["left"]) == (20, False, 0)
    assert len({it["id"] for it in (*first["data"], *rest["data"])}) == 120


def test_what_is_left_is_counted_to_a_limit(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts_bulk, "COUNT_LIMIT", 2)
    monkeypatch.setattr(alerts_bulk, "LIMIT_MAXIMUM", 1)
    for number in range(5):
        world.opened(f"disk-{number}")

    answer = bulk(client, "note", filter={"status": "firing", "limit": 1}, note="storm").json

    assert answer["meta"] == {"left": 2, "left_is_at_least": True}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"ids": ["1"]}, "action", id="no action"),
        pytest.param({"action": "delete", "ids": ["1"]}, "action", id="an unknown action"),
        pytest.param({"action": ["ack"], "ids": ["1"]}, "action", id="a list of actions"),
        pytest.param({"action": "ack"}, "ids | filter", id="no alerts"),
        pytest.param({"action": "ack", "ids": ["1"], "filter": {}}, "ids | filter", id="both"),
        pytest.param({"action": "ack", "ids": []}, "ids", id="an empty list"),
        pytest.param({"action": "ack", "ids": ["1"], "all": True}, "all", id="ids and all"),
        pytest.param({"action": "ack", "filter": {}, "all": "yes"}, "all", id="an odd all"),
        pytest.param({"action": "ack", "ids": "1"}, "ids", id="a text for a list"),
        pytest.param({"action": "ack", "ids": [1]}, "ids", id="a number for an id"),
        pytest.param({"action": "ack", "ids": ["1"] * 101}, "ids", id="101 ids"),
        pytest.param({"action": "ack", "filter": "firing"}, "filter", id="a text for a filter"),
        pytest.param({"action": "ack", "filter": {"q": {}}}, "filter.q", id="an odd filter"),
        pytest.param({"action": "ack", "filter": {"status": "x"}}, "status", id="a wrong filter"),
        pytest.param(
            {"action": "ack", "filter": {"sevrity": "info"}},
            "filter.sevrity",
            id="a filter that there is not, which would choose all",
        ),
        pytest.param(
            {"action": "ack", "filter": {"labels": "zone"}},
            "filter.labels",
            id="labels without values",
        ),
        pytest.param(
            {"action": "ack", "filter": {"label": {"zone": None}}},
            "filter.label.zone",
            id="a label without a value",
        ),
        pytest.param(
            {"action": "ack", "filter": {"label.zone": {}}},
            "filter.label.zone",
            id="a label with an odd value",
        ),
        pytest.param(
            {"action": "snooze", "ids": ["1"]},
            "duration | seconds | until",
            id="no end of a snooze",
        ),
        pytest.param({"action": "note", "ids": ["1"]}, "note", id="no note"),
        pytest.param({"action": "ack", "ids": ["1"], "note": 7}, "note", id="a number for a note"),
    ],
)
def test_what_is_wrong_for_all_is_refused_before_anything_is_done(
    client: Client, body: dict[str, Any], field: str
) -> None:
    refused = client.post("/api/v1/alerts/bulk", body)

    assert (refused.status, refused.code) == (422, "invalid_request")
    assert refused.wrong_fields == [field]


@pytest.mark.parametrize(
    ("busy", "status"),
    [
        pytest.param({"disk"}, 200, id="some: their results say so"),
        pytest.param({"disk", "queue"}, 503, id="all: nothing was done"),
    ],
)
def test_busy_storage_is_no_loss(
    world: World,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    busy: set[str],
    status: int,
) -> None:
    ids = [world.opened("disk"), world.opened("queue")]
    update = DynamoDBAlerts.update

    def sometimes(alerts: DynamoDBAlerts, before: Alert, *more: Any, **named: Any) -> Alert:  # noqa: ANN401 - handed on
        if before.dedup_key in busy:
            raise TryAgainError
        return update(alerts, before, *more, **named)

    monkeypatch.setattr(DynamoDBAlerts, "update", sometimes)

    answer = bulk(client, "ack", ids=ids)

    assert answer.status == status
    if status == 200:
        assert [it.get("error", {}).get("code") for it in answer.data] == ["try_again", None]
