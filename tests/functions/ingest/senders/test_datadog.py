"""Datadog's webhooks: our template, and others."""

from typing import Any

import pytest

from tests.functions.ingest.gateway import Gateway
from tests.sender_states import wire
from tocsin.domain.severity import Severity

TRIGGERED: dict[str, Any] = wire("datadog/illustrative-triggered")


@pytest.mark.parametrize("word", ["Recovered", "Warn Recovered", "recovered"])
def test_the_word_recovered_ends_an_alert(datadog: Gateway, word: str) -> None:
    datadog.post(TRIGGERED)

    assert datadog.post({**TRIGGERED, "alert_transition": word}).outcomes == ["resolved"]


@pytest.mark.parametrize("word", ["Re-Triggered", "No Data", "Warn", "Re-Notify", None, "Renotify"])
def test_any_other_transition_is_a_repeat(datadog: Gateway, word: str | None) -> None:
    datadog.post(TRIGGERED)

    assert datadog.post({**TRIGGERED, "alert_transition": word}).outcomes == ["updated"]


@pytest.mark.parametrize(
    ("members", "severity"),
    [
        ({"alert_priority": "P3"}, Severity.WARNING),
        ({"alert_priority": "P5"}, Severity.INFO),
        ({"alert_priority": "$ALERT_PRIORITY", "alert_type": "warning"}, Severity.WARNING),
        ({"alert_priority": None, "alert_type": "error"}, Severity.CRITICAL),
    ],
)
def test_priority_goes_before_type(
    datadog: Gateway, members: dict[str, Any], severity: Severity
) -> None:
    datadog.post({**TRIGGERED, **members})

    assert datadog.alerts()[0].severity is severity


def test_tags_and_scope_become_labels(datadog: Gateway) -> None:
    datadog.post(TRIGGERED)

    assert datadog.alerts()[0].facts.labels == {
        "availability-zone": "us-east-1a",
        "role": "computing-node",
        "monitor": "true",
        "name": "myService",
    }


def test_variables_that_datadog_left_alone_are_no_identity(datadog: Gateway) -> None:
    reply = datadog.post({"alert_cycle_key": "$ALERT_CYCLE_KEY", "alert_transition": "Triggered"})

    assert (reply.status, reply.wrong_fields) == (422, ["alert_cycle_key"])


def test_the_default_template_is_told_by_its_title(datadog: Gateway) -> None:
    fired = datadog.post({"id": "1", "title": "[Triggered on {host:db-1}] Disk full"})
    over = datadog.post({"id": "2", "title": "[Recovered on {host:db-1}] Disk full"})

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])


def test_harps_template_is_understood(datadog: Gateway) -> None:
    harp = {
        "alertId": "1234",
        "alertScope": "host:db-1",
        "title": "[P2] [Triggered] Disk full",
        "alertTransition": "Triggered",
        "priority": "normal",
        "url": "https://app.datadoghq.com/event/1",
    }

    fired = datadog.post(harp)
    over = datadog.post({**harp, "alertTransition": "Recovered"})

    assert (fired.outcomes, over.outcomes) == (["opened"], ["resolved"])
