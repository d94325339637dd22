"""Alertmanager's webhook: each captured body, and what is wrong with others."""

import json
from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tests.sender_states import wire
from tests.wire import samples
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.severity import Severity
from tocsin.lambda_runtime.strict_json import BODY_LIMIT_BYTES

FIRING = wire("alertmanager/firing")


def alerts_by_key(gateway: Gateway) -> dict[str, Alert]:
    return {alert.dedup_key: alert for alert in gateway.alerts()}


def group(*alerts: object, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"version": "4", "status": "firing", "alerts": list(alerts), **members}


@pytest.mark.parametrize("case", samples("alertmanager"), ids=lambda case: case.name)
def test_every_captured_body_is_taken_alert_by_alert(alertmanager: Gateway, case: Any) -> None:  # noqa: ANN401 - a sample
    said = json.loads(case.body)["alerts"]

    reply = alertmanager.deliver(case.name)

    assert reply.status == 202
    expected = ["ignored" if it["status"] == "resolved" else "opened" for it in said]
    assert reply.outcomes == expected
    for it, result in zip(said, reply.results, strict=True):
        assert result["dedup_key"] == it.get("fingerprint", "d2089d8d0f422129")


def test_an_alert_keeps_what_it_says(alertmanager: Gateway) -> None:
    alert = alertmanager.alert(alertmanager.deliver("alertmanager/firing"))

    facts = alert.facts
    assert alert.severity is Severity.CRITICAL
    assert (facts.name, facts.rule_name) == ("InstanceDown", "InstanceDown")
    assert facts.summary == "Instance 127.0.0.1:19999 down"
    assert facts.reason.startswith("127.0.0.1:19999 of job node has been down")
    assert (facts.source, facts.object) == ("node", "127.0.0.1:19999")
    assert facts.group_id == '{}:{alertname="InstanceDown"}'
    assert facts.labels == FIRING["commonLabels"]
    assert facts.urls == {
        "runbook": "https://runbooks.example.com/InstanceDown",
        "source": FIRING["alerts"][0]["generatorURL"],
        "alertmanager": "http://vm:19093",
    }
    assert facts.truncated == ()
    assert alert.source_started_at is not None
    assert alert.source_started_at.isoformat() == "2026-11-21T22:27:29.781000+00:00"
    assert alert.lapses_at is None


def test_an_alert_fires_repeats_and_resolves(alertmanager: Gateway) -> None:
    outcomes = [
        alertmanager.deliver(f"alertmanager/{case}").outcomes
        for case in ("firing-bearer-auth", "firing-bearer-auth", "resolved", "resolved")
    ]

    assert outcomes == [["opened"], ["updated"], ["resolved"], ["ignored"]]
    (alert,) = alertmanager.alerts()
    assert (alert.occurrences, alert.status) == (2, AlertStatus.RESOLVED)


def test_alerts_of_one_group_live_their_own_lives(alertmanager: Gateway) -> None:
    for case in ("group-3-firing", "group-mixed-firing-and-resolved", "group-all-resolved"):
        alertmanager.deliver(f"alertmanager/{case}")

    alerts = alerts_by_key(alertmanager)
    assert {key: alert.status for key, alert in alerts.items()} == {
        "d210c6002317a64f": AlertStatus.RESOLVED,
        "93e325337ae992c3": AlertStatus.RESOLVED,
        "842f3c8683d1dcf8": AlertStatus.RESOLVED,
    }
    assert alerts["842f3c8683d1dcf8"].facts.source_severity == "page"
    assert alerts["842f3c8683d1dcf8"].severity is Severity.CRITICAL


def test_what_alertmanager_left_out_is_noted(alertmanager: Gateway) -> None:
    reply = alertmanager.deliver("alertmanager/truncated-max-alerts-1")

    note = "group: Alertmanager left out 2 more alerts of it (max_alerts)"
    assert reply.result["truncated"] == [note]
    assert alertmanager.alert(reply).facts.truncated == (note,)


def test_a_manual_resolve_holds_for_the_same_start(alertmanager: Gateway) -> None:
    reply = alertmanager.deliver("alertmanager/firing")
    alertmanager.world.resolve(alertmanager.alert(reply).alert_id)

    again = alertmanager.deliver("alertmanager/firing")
    later = json.loads(json.dumps(FIRING))
    later["alerts"][0]["startsAt"] = "2026-11-22T00:00:00Z"

    assert again.outcomes == ["suppressed"]
    assert alertmanager.post(later).outcomes == ["reopened"]


@pytest.mark.parametrize(
    ("labels", "annotations", "name"),
    [
        ({"alertname": "Disk"}, {"summary": "full"}, "Disk"),
        ({"job": "node"}, {"title": "Disk full"}, "Disk full"),
        ({"job": "node", "zone": "b"}, {}, "job=node, zone=b"),
    ],
)
def test_an_alert_without_a_name_is_called_by_what_it_says(
    alertmanager: Gateway, labels: dict[str, str], annotations: dict[str, str], name: str
) -> None:
    reply = alertmanager.post(group({"labels": labels, "annotations": annotations}))

    assert alertmanager.alert(reply).facts.name == name


def test_other_annotations_become_links_values_and_lines(alertmanager: Gateway) -> None:
    annotations = {
        "description": "It is full.",
        "dashboard_url": "https://grafana.example.com/d/1",
        "wiki": "https://wiki.example.com/disk",
        "impact": "No backups",
        "value": "93.5",
        "script": "javascript:alert(1)",
    }

    alertmanager.post(group({"labels": {"alertname": "Disk"}, "annotations": annotations}))

    alert = alertmanager.only_alert
    assert alert.facts.reason == "It is full.\nimpact: No backups\nscript: javascript:alert(1)"
    assert alert.facts.urls == {
        "dashboard": "https://grafana.example.com/d/1",
        "wiki": "https://wiki.example.com/disk",
    }
    assert alert.current_value == 93.5


@pytest.mark.parametrize("value", ["NaN", "+Inf", "93 %", "1e999"])
def test_a_value_that_is_no_number_is_kept_as_text(alertmanager: Gateway, value: str) -> None:
    entry = {"labels": {"alertname": "Disk"}, "annotations": {"value": value}}

    reply = alertmanager.post(group(entry))

    assert alertmanager.alert(reply).current_value == value


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"{", 400, id="not JSON"),
        pytest.param([], 400, id="a list"),
        pytest.param({}, 422, id="nothing"),
        pytest.param(group(), 422, id="no alerts"),
        pytest.param({**FIRING, "alerts": {}}, 422, id="alerts that are no list"),
        pytest.param(group("x"), 422, id="an alert that is no object"),
        pytest.param(group({}), 422, id="no labels"),
        pytest.param(group({"labels": {}}), 422, id="empty labels"),
        pytest.param(group({"labels": [1]}), 422, id="labels that are no object"),
        pytest.param(b" " * (BODY_LIMIT_BYTES + 1), 413, id="oversized"),
    ],
)
def test_what_cannot_be_used_is_refused(alertmanager: Gateway, body: object, status: int) -> None:
    assert alertmanager.post(body).status == status
    assert alertmanager.alerts() == []


@pytest.mark.parametrize("name", ["labels", "annotations", "startsAt", "endsAt", "fingerprint"])
def test_a_missing_or_odd_member_rejects_nothing_that_can_be_used(
    alertmanager: Gateway, name: str
) -> None:
    good = FIRING["alerts"][0]
    without = {key: value for key, value in good.items() if key != name}
    odd = {**good, "labels": {"alertname": name}, name: "not a time"}

    reply = alertmanager.post(group(without, odd, good))

    assert reply.status == 202
    assert reply.outcomes[2] in ("opened", "updated")
    can_do_without = name != "labels"
    assert (reply.outcomes[0] != "rejected") is can_do_without


def test_a_huge_alert_is_cut(alertmanager: Gateway) -> None:
    good = {**FIRING["alerts"][0], "annotations": {"description": "x" * 900_000}}

    reply = alertmanager.post(group(good))

    assert reply.result["truncated"] == ["annotations.description: kept 65536 of 900000 bytes"]
