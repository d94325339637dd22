"""Lists and counts, by the filters that Alerta's command line sends."""

import json

import pytest

from tests.functions.ingest.alerta_client import Alerta
from tests.wire import response, sample


@pytest.fixture
def three(alerta: Alerta) -> Alerta:
    """An open alert, an acknowledged one, and one that is closed."""
    alerta.alert_of(event="WebDown", severity="critical", service=["shop", "web"], tags=["dc1"])
    alerta.gateway.world.pass_time(seconds=1)
    second = alerta.alert_of(event="DiskFull", text="97 % used", attributes={"region": "EU"})
    alerta.send("PUT", f"/alert/{second['id']}/action", {"action": "ack"})
    alerta.gateway.world.pass_time(seconds=1)
    alerta.alert_of(event="DiskSlow", environment="Development", resource="db-2")
    alerta.alert_of(event="DiskSlow", environment="Development", resource="db-2", severity="normal")
    return alerta


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["DiskSlow", "DiskFull", "WebDown"]),
        ("status=open", ["WebDown"]),
        ("status=open&status=ack", ["DiskFull", "WebDown"]),
        ("status!=closed", ["DiskFull", "WebDown"]),
        ("status=expired", []),
        ("severity=critical", ["WebDown"]),
        ("environment=Production", ["DiskFull", "WebDown"]),
        ("environment=Production&status=ack", ["DiskFull"]),
        ("resource=db-2", ["DiskSlow"]),
        ("event=~disk", ["DiskSlow", "DiskFull"]),
        ("event=~^Disk.*w$", ["DiskSlow"]),
        ("event=~^Disk.*k.*w$", []),
        ("event=~i.*k.*ull", ["DiskFull"]),
        ("event=~^diskfull$", ["DiskFull"]),
        ("event=~^DiskFull.*DiskFull$", []),
        ("event!=~disk", ["WebDown"]),
        ("service=web", ["WebDown"]),
        ("tag=dc1", ["WebDown"]),
        ("tags=dc1", ["WebDown"]),
        ("region=EU", ["DiskFull"]),
        ("attributes.region=EU", ["DiskFull"]),
        ("q=status:ack", ["DiskFull"]),
        ("q=event:DiskFull%20AND%20environment:Production", ["DiskFull"]),
        ("q=%2297 %25 used%22", ["DiskFull"]),
        ("sort-by=lastReceiveTime&page=1&page-size=1000", ["DiskSlow", "DiskFull", "WebDown"]),
        ("page=2&page-size=2", ["WebDown"]),
        ("page=9", []),
    ],
)
def test_filters_find_what_passes_them_all(three: Alerta, query: str, found: list[str]) -> None:
    assert three.find(query) == found


def test_an_alert_is_found_by_its_id(three: Alerta) -> None:
    alert = next(it for it in three.gateway.alerts() if it.facts.name == "WebDown")

    for name in (alert.alert_id, alert.alert_id[:9], alert.alert_id.lower()):
        assert three.find(f"id={name}") == ["WebDown"]


def test_a_list_is_answered_as_alerta_does(three: Alerta) -> None:
    reply = three.replay(sample("alerta-api/cli-query"))

    documented = json.loads(response("alerta-api/cli-query")[1])
    assert set(reply.json) == set(documented)
    assert set(reply.json["alerts"][0]) == set(documented["alerts"][0])
    said = ("total", "page", "pageSize", "pages", "more", "statusCounts", "severityCounts")
    assert {name: reply.json[name] for name in said} == {
        "total": 3,
        "page": 1,
        "pageSize": 1000,
        "pages": 1,
        "more": False,
        "statusCounts": {"open": 1, "ack": 1, "closed": 1},
        "severityCounts": {"critical": 1, "major": 2},
    }


def test_a_count_is_answered_as_alerta_does(three: Alerta) -> None:
    reply = three.replay(sample("alerta-api/alerts-count"))

    assert set(reply.json) == set(json.loads(response("alerta-api/alerts-count")[1]))
    assert reply.json["total"] == 3
    assert three.send("GET", "/alerts/count", query="status=open").json["total"] == 1


def test_pages_say_whether_more_follow(three: Alerta) -> None:
    first = three.send("GET", "/alerts", query="page-size=2").json
    last = three.send("GET", "/alerts", query="page-size=2&page=2").json

    assert [it["more"] for it in (first, last)] == [True, False]
    assert [it["pages"] for it in (first, last)] == [2, 2]


@pytest.mark.parametrize(
    "query",
    [
        *("page=x", "page-size=-1", "event=~(a%2B)%2B$", "event=~a.*b.*c.*d", "text=~a|b"),
        *(f"text=~{'a' * 101}", "q=a%20OR%20b", "q=(a)", "q=%22", f"q={'a%20' * 60}"),
        "&".join(f"a{number}=b" for number in range(60)),
    ],
)
def test_a_query_that_is_not_understood_is_refused_rather_than_guessed(
    three: Alerta, query: str
) -> None:
    for path in ("/alerts", "/alerts/count"):
        reply = three.send("GET", path, query=query)
        if query.startswith("page") and path.endswith("count"):
            continue
        assert (reply.status, reply.json["status"]) == (400, "error")
