"""Alertmanager's API, as Prometheus and amtool use it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.ingest.compat.integration_alerts import PAGES_LIMIT
from tests.fakes.world import World
from tests.functions.ingest.gateway import TOKEN, Gateway, Reply
from tests.sender_states import wire
from tests.wire import response, sample
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.domain.alert import AlertStatus
from tocsin.domain.alert_query import AlertPage, AlertQuery, Counts
from tocsin.domain.integration import IntegrationType
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

API = f"/i/{TOKEN}/api/v2"
ALERTS = f"{API}/alerts"
V1 = f"/i/{TOKEN}/api/v1/alerts"
DIRECT = json.loads(sample("amtool/alert-add").body)


@pytest.fixture
def prometheus() -> Gateway:
    """At the time of the captured bodies, of which one has just ended."""
    gateway = Gateway(world=World(datetime(2026, 11, 21, 22, 28, tzinfo=UTC)))
    gateway.register(IntegrationType.ALERTMANAGER)
    return gateway


def at(gateway: Gateway, offset: int) -> str:
    return (gateway.world.now + timedelta(seconds=offset)).isoformat().replace("+00:00", "Z")


def alert(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"labels": {"alertname": "Disk", "severity": "critical"}, **members}


@pytest.mark.parametrize("path", [ALERTS, f"{ALERTS}/"])
def test_what_prometheus_posts_fires_and_resolves(prometheus: Gateway, path: str) -> None:
    replies = [
        prometheus.replay(sample(f"prometheus/{case}"), path=path)
        for case in ("firing", "firing-refresh", "firing-other", "resolved")
    ]

    assert [(reply.status, reply.text) for reply in replies] == [
        response("alertmanager-api/post-alerts-ok")
    ] * 4
    alerts = {alert.facts.name: alert for alert in prometheus.alerts()}
    assert alerts["InstanceDown"].occurrences == 2
    assert alerts["InstanceDown"].facts.urls["runbook"].endswith("/InstanceDown")
    assert alerts["DiskFillingUp"].status is AlertStatus.RESOLVED
    assert alerts["InstanceDown"].lapses_at is not None
    assert alerts["InstanceDown"].lapses_at.isoformat() == "2026-11-21T22:28:21.781000+00:00"


def test_both_ways_from_prometheus_have_the_same_dedup_keys(prometheus: Gateway) -> None:
    prometheus.replay(sample("prometheus/firing"), path=ALERTS)
    prometheus.deliver("alertmanager/firing")

    assert prometheus.only_alert.dedup_key == "4da6bdb0ee2939f9"


def test_an_alert_without_times_is_believed_for_five_minutes(prometheus: Gateway) -> None:
    prometheus.replay(sample("amtool/alert-add"), path=ALERTS)

    assert prometheus.only_alert.lapses_at == prometheus.world.now + timedelta(minutes=5)
    assert prometheus.only_alert.source_started_at is None


def test_an_alert_that_is_not_repeated_resolves_by_itself(prometheus: Gateway) -> None:
    prometheus.post([alert(endsAt=at(prometheus, 240))], path=ALERTS)

    prometheus.world.pass_time(seconds=241)

    (stored,) = prometheus.alerts()
    assert (stored.status, stored.resolved_by) == (AlertStatus.RESOLVED, "auto")


def test_an_alert_that_is_repeated_stays(prometheus: Gateway) -> None:
    for _ in range(6):
        prometheus.post([alert(endsAt=at(prometheus, 240))], path=ALERTS)
        prometheus.world.pass_time(seconds=60)

    (stored,) = prometheus.alerts()
    assert (stored.status, stored.occurrences, stored.episode) == (AlertStatus.FIRING, 6, 1)


def test_resolving_again_and_again_changes_nothing(prometheus: Gateway) -> None:
    over = [alert(endsAt=at(prometheus, -1))]
    prometheus.post([alert()], path=ALERTS)

    assert [prometheus.post(over, path=ALERTS).status for _ in range(3)] == [200] * 3
    assert prometheus.only_alert.resolved_by == "integration:prod"


def test_good_alerts_are_taken_although_others_are_refused(prometheus: Gateway) -> None:
    reply = prometheus.post([{"labels": {}}, alert(), 3], path=ALERTS)

    assert (reply.status, reply.json) == (
        400,
        "at least one label pair required; must be an object, not a number",
    )
    assert len(prometheus.alerts()) == 1


@pytest.mark.parametrize(
    ("case", "body", "content_type"),
    [
        ("no-labels", [{"labels": {}}], "application/json"),
        ("form-content-type", DIRECT, "application/x-www-form-urlencoded"),
    ],
)
def test_a_refusal_is_that_of_alertmanager(
    prometheus: Gateway, case: str, body: object, content_type: str
) -> None:
    reply = prometheus.post(body, path=ALERTS, headers={"content-type": content_type})

    status, text = response(f"alertmanager-api/post-alerts-{case}")
    assert (reply.status, reply.json) == (status, json.loads(text))
    assert prometheus.alerts() == []


@pytest.mark.parametrize("body", [b"", b"{", {"labels": {}}, 3])
def test_a_body_that_is_no_list_is_refused_as_alertmanager_does(
    prometheus: Gateway, body: object
) -> None:
    reply = prometheus.post(body if isinstance(body, bytes) else json.dumps(body), path=ALERTS)

    assert (reply.status, reply.json["code"]) == (400, 400)
    assert reply.json["message"].startswith('parsing alerts body from "" failed, because ')


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"labels": 3}, "at least one label pair required"),
        ({"annotations": []}, "must be an object, not a list"),
        ({"annotations": "x"}, "must be an object"),
        ({"startsAt": "soon", "endsAt": {}}, None),
        (
            {"startsAt": "2026-03-02T00:00:00Z", "endsAt": "2026-03-01T00:00:00Z"},
            "start time must be before end time",
        ),
    ],
)
def test_an_alert_of_odd_members(
    prometheus: Gateway, member: dict[str, Any], words: str | None
) -> None:
    reply = prometheus.post([alert(**member)], path=ALERTS)

    if words is None:
        assert (reply.status, reply.text) == (200, "")
    else:
        assert reply.status == 400
        assert words in reply.json


def test_too_much_is_refused(prometheus: Gateway) -> None:
    assert prometheus.post(b" " * (BODY_LIMIT_BYTES + 1), path=ALERTS).status == 413
    assert prometheus.alerts() == []


def test_an_empty_list_is_fine(prometheus: Gateway) -> None:
    assert prometheus.post([], path=ALERTS).status == 200


def test_version_1_takes_alerts_too(prometheus: Gateway) -> None:
    reply = prometheus.post(DIRECT, path=V1, headers={"content-type": "text/plain"})

    status, text = response("alertmanager-api/v1-post-alerts-ok")
    assert (reply.status, reply.json) == (status, json.loads(text))
    refused = prometheus.post([{}], path=V1)
    problem = "at least one label pair required"
    said = {"status": "error", "errorType": "bad_data", "error": problem}
    assert (refused.status, refused.json) == (400, said)
    assert prometheus.post([], path=V1, method="GET").headers["allow"] == "POST"
    assert prometheus.post([], path=f"{V1}/more").status == 404


def get(gateway: Gateway, path: str, query: str = "") -> Reply:
    return gateway.post("", path=path, method="GET", query=query)


def test_amtool_finds_a_server_of_the_shape_that_it_knows(prometheus: Gateway) -> None:
    reply = get(prometheus, f"{API}/status")

    known = wire("alertmanager-api/get-status")
    assert reply.status == 200
    assert reply.json.keys() == known.keys()
    assert reply.json["versionInfo"].keys() == known["versionInfo"].keys()
    assert reply.json["cluster"] == known["cluster"]


def test_open_alerts_are_shown_as_alertmanager_shows_them(prometheus: Gateway) -> None:
    prometheus.replay(sample("prometheus/firing"), path=ALERTS)
    prometheus.replay(sample("prometheus/firing-other"), path=ALERTS)
    prometheus.replay(sample("prometheus/resolved"), path=ALERTS)

    (shown,) = get(prometheus, ALERTS).json

    (said,) = json.loads(sample("prometheus/firing").body)
    (known, *_) = json.loads(sample("alertmanager-api/get-alerts").body)
    assert shown.keys() == {*known, "generatorURL"}
    assert shown["labels"] == said["labels"]
    assert shown["generatorURL"] == said["generatorURL"]
    assert shown["status"] == known["status"]
    assert datetime.fromisoformat(shown["startsAt"]) == prometheus.world.now
    assert shown["receivers"] == [{"name": "prod"}]
    (group,) = get(prometheus, f"{ALERTS}/groups").json
    assert group == {"labels": {}, "receiver": {"name": "prod"}, "alerts": [shown]}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter=severity%3Dcritical", {"A"}),
        ("filter=severity%3D~%22crit.*%7Cwarning%22", {"A", "B"}),
        ("filter=severity%21%3Dcritical&filter=alertname%3DB", {"B"}),
        ("active=true&silenced=false&inhibited=false&unprocessed=false", {"A", "B"}),
        ("active=false", set()),
        ("filter=alertname%3DC", set()),
    ],
)
def test_a_query_filters(prometheus: Gateway, query: str, names: set[str]) -> None:
    for name, severity in (("A", "critical"), ("B", "warning")):
        labels = {"alertname": name, "severity": severity}
        prometheus.post([{"labels": labels}], path=ALERTS)

    shown = get(prometheus, ALERTS, query).json

    assert {it["labels"]["alertname"] for it in shown} == names


@pytest.mark.parametrize("query", ["filter=%22", "filter=a%3D~%22%28%22"])
def test_a_filter_that_is_none_is_refused(prometheus: Gateway, query: str) -> None:
    assert get(prometheus, ALERTS, query).status == 400


def test_another_integrations_alerts_are_not_shown(prometheus: Gateway) -> None:
    stranger = "fedcba9876543210fedcba9876543210"
    prometheus.register(IntegrationType.REST, token=stranger, name="other")
    prometheus.post([alert()], path=f"/i/{stranger}/api/v2/alerts")

    assert get(prometheus, ALERTS).json == []
    assert len(get(prometheus, f"/i/{stranger}/api/v2/alerts").json) == 1


SILENCES = f"{API}/silences"


def silence(gateway: Gateway, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    matcher = {"name": "alertname", "value": "Disk", "isRegex": False, "isEqual": True}
    return {
        "matchers": [matcher],
        "startsAt": at(gateway, 0),
        "endsAt": at(gateway, 3600),
        "createdBy": "carol",
        "comment": "replacing the disk",
        **changed,
    }


def made(gateway: Gateway, **changed: Any) -> str:  # noqa: ANN401 - any JSON
    reply = gateway.post(silence(gateway, **changed), path=SILENCES)
    assert reply.status == 200, reply.text
    gateway.world.follow()
    return str(reply.json["silenceID"])


def test_a_silence_that_amtool_makes_holds_alerts_of_its_integration(prometheus: Gateway) -> None:
    world = prometheus.world
    world.now = datetime(2026, 11, 21, 22, 30, 35, tzinfo=UTC)
    world.channel("ops")
    world.escalation_policy(("channel:ops", timedelta(minutes=5)))
    stranger = "fedcba9876543210fedcba9876543210"
    prometheus.register(IntegrationType.ALERTMANAGER, token=stranger, name="other")

    reply = prometheus.replay(sample("amtool/silence-add"), path=SILENCES)
    direct = [{"labels": {"alertname": "Direct", "severity": "critical"}}]
    prometheus.post(direct, path=ALERTS)
    prometheus.post(direct, path=f"/i/{stranger}/api/v2/alerts")
    world.pass_time(seconds=1)

    name = reply.json["silenceID"]
    [shown] = get(prometheus, ALERTS).json
    assert shown["status"] == {"state": "suppressed", "silencedBy": [name], "inhibitedBy": []}
    assert get(prometheus, ALERTS, "silenced=false").json == []
    assert len(get(prometheus, ALERTS, "active=false").json) == 1
    assert world.paged() == ["ops"], "the other integration's alert"


def test_a_silence_is_listed_as_it_was_sent(prometheus: Gateway) -> None:
    sent = silence(prometheus)
    name = made(prometheus)

    [listed] = get(prometheus, SILENCES).json

    assert listed == {
        "id": name,
        "status": {"state": "active"},
        "updatedAt": "2026-11-21T22:28:00.000Z",
        **{field: sent[field] for field in ("matchers", "createdBy", "comment")},
        "startsAt": "2026-11-21T22:28:00.000Z",
        "endsAt": "2026-11-21T23:28:00.000Z",
    }
    assert get(prometheus, f"{API}/silence/{name}").json == listed


def test_silences_are_filtered_by_their_matchers(prometheus: Gateway) -> None:
    made(prometheus)

    assert len(get(prometheus, SILENCES, "filter=alertname%3DDisk").json) == 1
    assert get(prometheus, SILENCES, "filter=alertname%3DCPU").json == []


def test_a_silence_is_changed_by_its_id_and_made_anew_once_it_has_expired(
    prometheus: Gateway,
) -> None:
    name = made(prometheus)

    again = made(prometheus, id=name, comment="longer", endsAt=at(prometheus, 7200))
    ended = prometheus.post("", path=f"{API}/silence/{name}", method="DELETE")
    anew = made(prometheus, id=name)

    assert (again, ended.status, ended.text) == (name, 200, "")
    assert anew != name
    states = [(it["id"], it["status"]["state"]) for it in get(prometheus, SILENCES).json]
    assert states == [(anew, "active"), (name, "expired")]


def test_a_label_named_like_a_field_of_ours_is_the_senders(prometheus: Gateway) -> None:
    matcher = {"name": "severity", "value": "page", "isRegex": False, "isEqual": True}
    name = made(prometheus, matchers=[matcher])

    prometheus.post([{"labels": {"alertname": "Disk", "severity": "page"}}], path=ALERTS)
    prometheus.world.pass_time(seconds=1)

    [shown] = get(prometheus, ALERTS).json
    assert shown["status"]["silencedBy"] == [name]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"matchers": []}, "at least one matcher"),
        ({"matchers": [{"name": "a", "value": ".*", "isRegex": True}]}, "must not match the empty"),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, "invalid matcher a"),
        ({"matchers": [{"name": "a b", "value": "c"}]}, "invalid matcher a b"),
        ({"matchers": [{"name": "a"}]}, "a name and a value"),
        ({"matchers": [{"name": "a", "value": "b"}] * 21}, "at most 20 matchers"),
        ({"matchers": [{"name": "a", "value": "b" * 500}]}, "at most 500 characters"),
        ({"endsAt": "2026-11-21T22:27:00Z"}, "end time must lie ahead"),
        ({"endsAt": "9999-12-31T23:59:59-12:00"}, "within ten years"),
        ({"startsAt": "9999-12-31T23:59:59-12:00"}, "end time must lie ahead"),
        ({"endsAt": "0001-01-01T00:00:00+12:00"}, "end time must lie ahead"),
        ({"endsAt": "soon"}, "endsAt must be a time"),
        ({"endsAt": "2026-11-21T23:27:00"}, "endsAt must be a time"),
        ({"comment": 1}, "comment must be a text"),
    ],
)
def test_a_silence_that_cannot_be_is_refused_as_alertmanager_refuses(
    prometheus: Gateway, changed: dict[str, Any], problem: str
) -> None:
    refused = prometheus.post(silence(prometheus, **changed), path=SILENCES)

    assert refused.status == 400
    assert problem in refused.json


@pytest.mark.parametrize("body", ["[]", "{", "1"])
def test_a_body_that_is_no_silence_is_refused(prometheus: Gateway, body: str) -> None:
    assert prometheus.post(body, path=SILENCES).status == 400


def test_another_integrations_silence_is_not_found(prometheus: Gateway) -> None:
    stranger = "fedcba9876543210fedcba9876543210"
    prometheus.register(IntegrationType.REST, token=stranger, name="other")
    name = made(prometheus)

    path = f"/i/{stranger}/api/v2"
    assert get(prometheus, f"{path}/silences").json == []
    for method in ("GET", "DELETE"):
        reply = prometheus.post("", path=f"{path}/silence/{name}", method=method)
        assert (reply.status, reply.json["code"]) == (404, 404)
    refused = prometheus.post(silence(prometheus, id=name), path=f"{path}/silences")
    assert refused.status == 404


def test_health_checks_of_alertmanager_are_answered(prometheus: Gateway) -> None:
    for check in ("healthy", "ready"):
        reply = get(prometheus, f"/i/{TOKEN}/-/{check}")
        assert (reply.status, reply.text) == (200, "OK")


def test_receivers_are_the_integration(prometheus: Gateway) -> None:
    assert get(prometheus, f"{API}/receivers").json == [{"name": "prod"}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", ALERTS, 405),
        ("POST", f"{API}/status", 405),
        ("GET", f"{API}/nothing", 404),
        ("GET", API, 404),
    ],
)
def test_unknown_paths_of_api_v1_are_refused_in_its_shape(
    prometheus: Gateway, method: str, path: str, status: int
) -> None:
    reply = prometheus.post("", path=path, method=method)

    assert (reply.status, reply.json["code"]) == (status, status)


def test_alertmanagers_paths_are_only_below_a_token(prometheus: Gateway) -> None:
    assert prometheus.post(DIRECT, path="/api/v2/alerts").status == 404
    reply = prometheus.post(DIRECT, path=f"/i/{'0' * 32}/api/v2/alerts")
    assert (reply.status, reply.json["code"]) == (404, 404)


def test_a_list_looks_at_a_few_pages_of_the_teams_alerts_only(
    prometheus: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[AlertQuery] = []

    def endless(_: DynamoDBAlerts, query: AlertQuery, *, at: datetime) -> AlertPage:
        del at
        asked.append(query)
        return AlertPage(alerts=(), next_cursor="more", counts=Counts())

    monkeypatch.setattr(DynamoDBAlerts, "list", endless)

    reply = get(prometheus, ALERTS)

    assert (reply.status, len(asked)) == (200, PAGES_LIMIT)


def test_more_filters_than_anybody_writes_are_refused(prometheus: Gateway) -> None:
    reply = get(prometheus, ALERTS, "&".join(["filter=a%3Db"] * 21))

    assert reply.status == 400
