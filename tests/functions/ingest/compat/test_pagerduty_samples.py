"""What PagerDuty's own clients and their imitators sent, at the paths where they sent it."""

import pytest

from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.sender_states import wire
from tests.wire import Sample, sample, samples
from tocsin.domain.alert import AlertStatus

PATH = "/v2/enqueue"
CAPTURED = [
    it
    for sender in (
        *("pagerduty-python", "pdpyras", "zabbix-endpoints", "alertmanager-pagerduty"),
        *("apprise-endpoints", "uptime-kuma-endpoints"),
    )
    for it in samples(sender)
    if it.path == PATH
]
CHANGES = [sample("pagerduty-python/change"), sample("pdpyras/change")]


@pytest.mark.parametrize("sent", CAPTURED, ids=lambda it: it.name)
@pytest.mark.parametrize("path", [None, f"{PATH}/", f"/i/{TOKEN}{PATH}", f"/i/{TOKEN}"])
def test_a_captured_event_is_processed(pagerduty: Gateway, sent: Sample, path: str | None) -> None:
    reply = pagerduty.replay(sent, path=path)

    assert reply.status == 202
    assert reply.json["status"] == "success"
    said = wire(sent.name)
    assert reply.json["dedup_key"] == said.get("dedup_key", reply.json["dedup_key"])
    opened = said["event_action"] == "trigger"
    assert len(pagerduty.alerts()) == opened


@pytest.mark.parametrize("sent", CAPTURED, ids=lambda it: it.name)
def test_the_same_event_twice_is_one_alert(pagerduty: Gateway, sent: Sample) -> None:
    pagerduty.replay(sent)
    pagerduty.replay(sent)

    assert [alert.occurrences for alert in pagerduty.alerts()] in ([], [2])


@pytest.mark.parametrize(
    ("sender", "fires", "acknowledges", "resolves"),
    [
        ("zabbix-endpoints", "pagerduty-problem", "pagerduty-ack", "pagerduty-resolve"),
        ("pdpyras", "trigger", "acknowledge", "resolve"),
        ("uptime-kuma-endpoints", "pagerduty-down", None, "pagerduty-up"),
        (
            *("apprise-endpoints", "pagerduty-map-failure-trigger"),
            *(None, "pagerduty-map-success-resolve"),
        ),
        ("alertmanager-pagerduty", "trigger-group-mixed", None, "resolve-group"),
    ],
)
def test_what_a_product_opens_it_closes(
    pagerduty: Gateway, sender: str, fires: str, acknowledges: str | None, resolves: str
) -> None:
    pagerduty.replay(sample(f"{sender}/{fires}"))
    if acknowledges:
        pagerduty.replay(sample(f"{sender}/{acknowledges}"))
        assert pagerduty.only_alert.status is AlertStatus.ACKNOWLEDGED
    pagerduty.replay(sample(f"{sender}/{resolves}"))

    assert pagerduty.only_alert.status is AlertStatus.RESOLVED


def test_a_group_that_grows_stays_one_alert(pagerduty: Gateway) -> None:
    pagerduty.replay(sample("alertmanager-pagerduty/trigger-group-default-severity"))
    pagerduty.replay(sample("alertmanager-pagerduty/trigger-group-mixed"))

    (alert,) = pagerduty.alerts()
    assert (alert.occurrences, alert.facts.summary) == (2, "[FIRING:2] HighLatency ")


def test_what_a_sender_links_to_is_kept(pagerduty: Gateway) -> None:
    pagerduty.replay(sample("zabbix-endpoints/pagerduty-problem"))

    assert pagerduty.only_alert.facts.urls["Event link"].endswith("eventid=4711")
    assert pagerduty.only_alert.facts.labels["Event host"] == "db-1"


@pytest.mark.parametrize("sent", CHANGES, ids=lambda it: it.name)
def test_a_captured_change_is_processed_and_opens_nothing(pagerduty: Gateway, sent: Sample) -> None:
    reply = pagerduty.replay(sent)

    assert (reply.status, reply.json) == (
        202,
        {"status": "success", "message": "Change event processed"},
    )
    assert pagerduty.alerts() == []


@pytest.mark.parametrize("case", ["v2-trigger", "v2-acknowledge", "v2-resolve", "v2-change"])
def test_the_documents_own_keys_are_refused_as_pagerduty_would(
    pagerduty: Gateway, case: str
) -> None:
    path = "/v2/change/enqueue" if case == "v2-change" else PATH
    documented = wire("pagerduty-docs/responses")["v2 400 key"]

    reply = pagerduty.replay(sample(f"pagerduty-docs/{case}"), path=path)

    assert (reply.status, reply.json) == (400, documented)
