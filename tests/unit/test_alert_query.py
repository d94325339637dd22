"""Which alerts a list selects."""

from dataclasses import replace

import pytest

from tests.examples import HOUR, MINUTE, NINE, TEN, acknowledged, firing, resolved, snoozed
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import AlertQuery, Counts
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

ALERT = replace(
    firing(),
    facts=Facts(
        name="HighLatency",
        summary="Checkout is slow",
        reason="p99 = 2.1 s",
        source="prometheus",
        object="Web-1",
        rule_id="r1",
        monitor_id="m1",
        group_id="g1",
        labels={"env": "prod", "team": "payments"},
    ),
)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(AlertQuery(), id="no filter"),
        pytest.param(AlertQuery(statuses=frozenset({AlertStatus.FIRING})), id="its status"),
        pytest.param(AlertQuery(severities=frozenset({Severity.WARNING})), id="its severity"),
        pytest.param(AlertQuery(snoozed=False), id="being awake"),
        pytest.param(AlertQuery(labels={"env": "prod", "team": "payments"}), id="its labels"),
        pytest.param(AlertQuery(fired_from=NINE, fired_to=NINE), id="the very time it fired"),
        pytest.param(AlertQuery(words=("slow",)), id="a word of its summary"),
        pytest.param(AlertQuery(words=("p99",)), id="a word of its reason"),
        pytest.param(AlertQuery(words=("highlat",)), id="part of its name, in any case"),
        pytest.param(AlertQuery(words=("web-1",)), id="its object, in any case"),
        pytest.param(AlertQuery(words=("slow", "p99")), id="words of different fields"),
        *(
            pytest.param(AlertQuery(equal={name: text}), id=f"its {name}")
            for name, text in {
                "rule_id": "r1",
                "source": "prometheus",
                "integration": "prod-prometheus",
                "monitor_id": "m1",
                "group_id": "g1",
                "dedup_key": "disk-full",
            }.items()
        ),
    ],
)
def test_a_query_selects_an_alert_that_fits_it(query: AlertQuery) -> None:
    assert query.selects(ALERT, NINE)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(AlertQuery(statuses=frozenset({AlertStatus.RESOLVED})), id="another status"),
        pytest.param(AlertQuery(severities=frozenset({Severity.INFO})), id="another severity"),
        pytest.param(AlertQuery(snoozed=True), id="being snoozed"),
        pytest.param(AlertQuery(labels={"env": "prod", "team": "x"}), id="only one of two labels"),
        pytest.param(AlertQuery(labels={"region": ""}), id="a label it lacks"),
        pytest.param(AlertQuery(fired_from=NINE + MINUTE), id="a later time"),
        pytest.param(AlertQuery(fired_to=NINE - MINUTE), id="an earlier time"),
        pytest.param(AlertQuery(words=("slow", "fast")), id="only one of two words"),
        pytest.param(AlertQuery(words=("payments",)), id="a word of its labels"),
        pytest.param(AlertQuery(equal={"rule_id": "R1"}), id="an id in another case"),
        pytest.param(AlertQuery(equal={"rule_id": "r1", "source": "x"}), id="one field of two"),
        pytest.param(AlertQuery(equal={"dedup_key": "disk"}), id="half of its dedup key"),
    ],
)
def test_a_query_leaves_out_an_alert_that_does_not_fit_it(query: AlertQuery) -> None:
    assert not query.selects(ALERT, NINE)


def test_a_snooze_that_ran_out_counts_as_awake() -> None:
    asleep = AlertQuery(snoozed=True)

    assert asleep.selects(snoozed(until=TEN), NINE)
    assert not asleep.selects(snoozed(until=TEN), TEN + HOUR)


@pytest.mark.parametrize("alert", [firing(), acknowledged(), resolved()])
def test_without_a_filter_every_status_is_listed(alert: Alert) -> None:
    assert AlertQuery().selects(alert, NINE)


def test_open_alerts_fire_or_are_acknowledged_snoozed_or_not() -> None:
    assert Counts(firing=2, acknowledged=3, snoozed=4).total == 5
