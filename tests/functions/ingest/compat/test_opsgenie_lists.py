"""Lists and counts, by Opsgenie's query language as far as its clients use it."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.functions.ingest.opsgenie_client import Opsgenie
from tests.wire import sample
from tocsin.domain.ids import milliseconds


@pytest.fixture
def three(opsgenie: Opsgenie) -> Opsgenie:
    """An open alert, an acknowledged one, and one that is closed."""
    opsgenie.create("web", message="Web down", priority="P1", tags=["prod", "web"], entity="web-1")
    opsgenie.gateway.world.pass_time(seconds=1)
    opsgenie.create("db", message="Disk full", source="nagios", details={"host": "db-1"})
    opsgenie.act("acknowledge", alias="db")
    opsgenie.gateway.world.pass_time(seconds=1)
    opsgenie.create("old", message="Disk slow", description="97 % busy")
    opsgenie.act("close", alias="old")
    return opsgenie


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["old", "db", "web"]),
        ("status=open", ["db", "web"]),
        ("status: open AND alias: db", ["db"]),
        ("status:closed", ["old"]),
        ("NOT status:closed", ["db", "web"]),
        ("status != open", ["old"]),
        ("status: open AND acknowledged: false", ["web"]),
        ("status: acked", ["db"]),
        ("isSeen: true", ["old", "db"]),
        ("snoozed: true", []),
        ("priority = P1", ["web"]),
        ("priority: P1 AND priority: P3", []),
        ("tag: prod AND tag: web", ["web"]),
        ("tag != prod", ["old", "db"]),
        ('message: "disk"', ["old", "db"]),
        ("message = disk", []),
        ('message = "Disk full"', ["db"]),
        ("message: Disk*", ["old", "db"]),
        ("entity: web-1", ["web"]),
        ("source: nagios", ["db"]),
        ("details.host: db-1", ["db"]),
        ("details.host: db", []),
        ("count: 1", ["old", "db", "web"]),
        ("count > 1", []),
        ("busy", ["old"]),
        ('disk "97 %"', ["old"]),
        ("disk && NOT slow", ["db"]),
    ],
)
def test_a_query_finds_what_meets_every_condition(
    three: Opsgenie, query: str, found: list[str]
) -> None:
    assert three.find(quote(query)) == found
    assert three.read("/count", f"query={quote(query)}") == {"count": len(found)}


def test_times_are_compared_in_milliseconds(three: Opsgenie) -> None:
    now = milliseconds(three.gateway.world.now)

    assert three.find(quote(f"createdAt >= {now}")) == ["old"]
    assert three.find(quote(f"createdAt < {now} AND createdAt > {now - 2000}")) == ["db"]


@pytest.mark.parametrize(
    "query",
    [
        *("status: open OR status: closed", "status: (open)", "status: unknown", "colour: red"),
        *("createdAt > yesterday", "message > a", "acknowledged: maybe", "a" * 1001, '"', "AND"),
        "status: ",
    ],
)
def test_a_query_that_is_not_understood_is_refused_rather_than_guessed(
    three: Opsgenie, query: str
) -> None:
    for path in ("", "/count"):
        reply = three.send("GET", path, query=f"query={quote(query)}")
        assert (reply.status, list(reply.json["errors"])) == (422, ["query"])


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("&order=asc", ["web", "db", "old"]),
        ("&sort=alias&order=asc", ["db", "old", "web"]),
        ("&sort=message", ["web", "old", "db"]),
        ("&sort=updatedAt&order=asc", ["web", "db", "old"]),
    ],
)
def test_a_list_has_orders(three: Opsgenie, order: str, found: list[str]) -> None:
    assert three.find("", order) == found


def test_pages_lead_on(three: Opsgenie) -> None:
    seen: list[str] = []
    query = "query=status%3A%20open&limit=1"
    while True:
        page = three.send("GET", "", query=query).json
        seen += [it["alias"] for it in page["data"]]
        if "next" not in page["paging"]:
            break
        target = urlsplit(page["paging"]["next"])
        assert target.path == "/v2/alerts"
        query = target.query

    assert seen == ["db", "web"]
    assert parse_qs(urlsplit(page["paging"]["prev"]).query)["offset"] == ["0"]


def test_a_key_is_in_no_link(three: Opsgenie) -> None:
    key = "01234567-89ab-cdef-0123-456789abcdef"

    reply = three.gateway.post("", path="/v2/alerts", method="GET", query=f"limit=1&apiKey={key}")

    assert reply.status == 200
    assert key not in reply.text


@pytest.mark.parametrize("query", ["offset=-1", "limit=x", "offset=1e3", "sort=colour", "limit=²"])
def test_a_page_that_is_none_is_refused(three: Opsgenie, query: str) -> None:
    assert three.send("GET", "", query=query).status == 422


def test_a_limit_that_is_too_large_is_the_largest(three: Opsgenie) -> None:
    assert len(three.read("", "limit=5000")) == 3


def test_what_the_sdk_asks_for_is_answered(three: Opsgenie) -> None:
    listed = three.replay(sample("opsgenie-python/list"))
    counted = three.replay(sample("opsgenie-python/count"))

    assert [it["alias"] for it in listed.json["data"]] == ["db", "web"]
    assert counted.json["data"] == {"count": 2}
    for case in ("get-by-alias", "request-status"):
        assert three.replay(sample(f"opsgenie-python/{case}")).status == 404


def test_long_alerts_are_shown_whole(opsgenie: Opsgenie) -> None:
    opsgenie.create("long", description="d" * 15_000, details={"k": "v" * 5_000})

    shown = opsgenie.read("/long", "identifierType=alias")

    assert len(shown["description"]) == 15_000
    assert opsgenie.find(quote(f"description: {'d' * 500}")) == ["long"]
