"""Lists of alerts: every filter, every order, pages that hold while alerts arrive."""

from dataclasses import replace

import pytest

from functions.alerts_api.alert_view import view_row
from tests.examples import NINE, firing
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.domain.alert_query import AlertQuery
from tocsin.domain.ids import AlertId
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

ALERTS = "/api/v1/alerts"
PINGDOM = Source(integration="pingdom")


@pytest.fixture
def three(world: World) -> list[AlertId]:
    """Three alerts, a minute apart: the API resolved, the disk acknowledged, the queue firing."""
    told = [
        (
            "api",
            Severity.CRITICAL,
            Facts(
                name="api",
                summary="Public API is down",
                reason="503 from /health",
                source="reflex",
                object="checkout",
                rule_id="rule_xyz",
                monitor_id="mon_1",
                group_id="grp_1",
                labels={"env": "prod", "team": "platform"},
            ),
            PINGDOM,
        ),
        (
            "disk",
            Severity.WARNING,
            Facts(name="disk", summary="Disk full", labels={"env": "prod"}),
            Source(integration="prod-prometheus"),
        ),
        (
            "queue",
            Severity.INFO,
            Facts(name="queue", reason="Straße blocked", labels={"env": "dev"}),
            Source(integration="prod-prometheus"),
        ),
    ]
    opened = []
    for dedup_key, severity, facts, source in told:
        receipt = world.signal(dedup_key, severity=severity, facts=facts, source=source)
        assert receipt.alert_id is not None
        opened.append(receipt.alert_id)
        world.pass_time(minutes=1)
    world.resolve(opened[0])
    world.acknowledge(opened[1])
    return opened


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, "queue disk api", id="nothing filtered, newest first"),
        pytest.param({"status": "firing"}, "queue", id="one status"),
        pytest.param({"status": "firing,acknowledged"}, "queue disk", id="two statuses"),
        pytest.param({"status": " Firing , RESOLVED ,"}, "queue api", id="statuses in any dress"),
        pytest.param({"status": ""}, "queue disk api", id="an empty filter filters nothing"),
        pytest.param({"severity": "critical"}, "api", id="one severity"),
        pytest.param({"severity": "info,warning"}, "queue disk", id="two severities"),
        pytest.param({"severity": "information"}, "queue", id="information is info"),
        pytest.param({"snoozed": "true"}, "", id="only muted ones"),
        pytest.param({"snoozed": "false"}, "queue disk api", id="only loud ones"),
        pytest.param({"rule_id": "rule_xyz"}, "api", id="of a rule"),
        pytest.param({"source": "reflex"}, "api", id="of a source"),
        pytest.param({"integration": "prod-prometheus"}, "queue disk", id="of an integration"),
        pytest.param({"monitor_id": "mon_1"}, "api", id="of a monitor"),
        pytest.param({"group_id": "grp_1"}, "api", id="of a group"),
        pytest.param({"dedup_key": "disk"}, "disk", id="of a dedup key"),
        pytest.param({"label.env": "prod"}, "disk api", id="with a label"),
        pytest.param({"label.env": "prod", "label.team": "platform"}, "api", id="with two labels"),
        pytest.param({"label.env": "PROD"}, "", id="labels are exact"),
        pytest.param({"from": "2026-03-01T09:01:00Z"}, "queue disk", id="from a time on"),
        pytest.param({"to": "2026-03-01T10:01:00+01:00"}, "disk api", id="up to a time"),
        pytest.param({"from": "2026-03-01"}, "queue disk api", id="from a day on"),
        pytest.param({"q": "public DOWN"}, "api", id="words of the summary"),
        pytest.param({"q": "503"}, "api", id="a word of the reason"),
        pytest.param({"q": "checkout"}, "api", id="a word of the object"),
        pytest.param({"q": "strasse"}, "queue", id="words in any case of any language"),
        pytest.param({"q": "disk blocked"}, "", id="all words must occur"),
        pytest.param({"sort": "fired_at"}, "api disk queue", id="oldest first"),
        pytest.param({"sort": "-fired_at"}, "queue disk api", id="newest first"),
        pytest.param({"sort": "severity"}, "queue disk api", id="mildest first"),
        pytest.param({"sort": "-severity"}, "api disk queue", id="worst first"),
        pytest.param({"status": "acknowledged", "label.env": "dev"}, "", id="filters combine"),
        pytest.param({"utm": "x", "label.": "y", "page": "2"}, "queue disk api", id="unknown ones"),
        pytest.param("from=2026-03-01T10:01:00+01:00", "queue disk", id="an offset not encoded"),
        pytest.param("status=firing&status=resolved", "queue api", id="twice is a list"),
    ],
)
def test_a_filter_chooses(client: Client, query: dict[str, str] | str, expected: str) -> None:
    answer = client.send("GET", ALERTS, query=query)

    assert [alert["name"] for alert in answer.data] == expected.split()


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        pytest.param({"status": "firing,open"}, "status", id="no status"),
        pytest.param({"status": "snoozed"}, "status", id="a flag is no status"),
        pytest.param({"severity": "bad"}, "severity", id="no severity"),
        pytest.param({"snoozed": "perhaps"}, "snoozed", id="neither true nor false"),
        pytest.param({"from": "yesterday"}, "from", id="no time"),
        pytest.param({"to": "0001-01-01T00:00:00+14:00"}, "to", id="before time began"),
        pytest.param({"sort": "name"}, "sort", id="no order"),
        pytest.param({"limit": "0"}, "limit", id="none at all"),
        pytest.param({"limit": "-1"}, "limit", id="fewer than none"),
        pytest.param({"limit": "ten"}, "limit", id="no number"),
        pytest.param({"limit": "1.5"}, "limit", id="half an alert"),
        pytest.param({"limit": "\u0663"}, "limit", id="another script's number"),
        pytest.param({"cursor": "x"}, "cursor", id="no cursor"),
        pytest.param(
            {"status": "x", "sort": "y", "limit": "z"}, "status sort limit", id="three faults"
        ),
    ],
)
def test_what_cannot_be_understood_is_named_all_at_once(
    client: Client, query: dict[str, str], fields: str
) -> None:
    refused = client.get(ALERTS, **query)

    assert (refused.status, refused.code) == (422, "invalid_request")
    assert refused.wrong_fields == fields.split()


@pytest.mark.parametrize(
    ("limit", "rows"),
    [
        pytest.param(None, 50, id="50 if nothing is said"),
        pytest.param("1", 1, id="one"),
        pytest.param("200", 200, id="200"),
        pytest.param("500", 200, id="500 means 200"),
        pytest.param("9" * 5000, 200, id="a number of 5,000 digits means 200"),
    ],
)
def test_a_list_has_its_limit(client: Client, world: World, limit: str | None, rows: int) -> None:
    for number in range(201):
        world.opened(f"disk-full-on-{number}")

    answer = client.send("GET", ALERTS, query={} if limit is None else {"limit": limit})

    assert len(answer.data) == rows
    assert answer.json["has_more"] is True


def test_meta_counts_what_is_open_whatever_is_filtered(
    client: Client, three: list[AlertId]
) -> None:
    client.post(f"{ALERTS}/{three[2]}/snooze", {"duration": "1h"})

    meta = client.get(ALERTS, status="resolved").json["meta"]

    by_severity = {"critical": 0, "warning": 1, "info": 1}
    assert meta == {
        "total": 2,
        "firing": 1,
        "acknowledged": 1,
        "snoozed": 1,
        "by_severity": by_severity,
    }


def test_a_search_says_how_far_it_looked(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = world.alerts.list(AlertQuery(), at=world.now)
    cut = replace(page, next_cursor="further", searched_to=NINE)
    monkeypatch.setattr(DynamoDBAlerts, "list", lambda *_, **__: cut)

    answer = client.get(ALERTS, q="rare").json

    assert (answer["data"], answer["next_cursor"], answer["has_more"]) == ([], "further", True)
    assert answer["meta"]["searched_to"] == "2026-03-01T09:00:00.000Z"


def test_rows_have_no_history(client: Client, world: World) -> None:
    world.signal("disk", value=93)

    (row,) = client.get(ALERTS).data

    assert "history" not in row


def test_a_row_that_shows_only_the_beginning_of_an_alert_says_so() -> None:
    whole = firing()

    row = view_row(replace(whole, overflow="where the rest is"), NINE)

    assert "get the alert for all" in " ".join(row["truncated"])
    assert "truncated" not in view_row(whole, NINE)
