"""Metrics: as CloudWatch reads them out of a log (embedded metric format)."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.lambda_runtime.log_lines import write_counts
from tocsin.lambda_runtime.observability import Measure, write_metrics


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def dimensions(line: dict[str, Any]) -> list[dict[str, str]]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    return [{name: line[name] for name in names} for names in directive["Dimensions"]]


def test_a_metric_is_told_by_its_service(capsys: pytest.CaptureFixture[str]) -> None:
    write_metrics("escalator", [Measure("TimerLateness", 12.5, "Milliseconds")])

    (line,) = written(capsys)
    assert dimensions(line) == [{"service": "escalator"}]
    assert line["TimerLateness"] == [12.5]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [
        {"Name": "TimerLateness", "Unit": "Milliseconds"}
    ]


def test_a_metric_of_a_type_of_channel_is_told_without_the_type_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_metrics("notifier", [Measure("DeliveriesFailed", channel_type="webhook")])

    (line,) = written(capsys)
    assert dimensions(line) == [
        {"service": "notifier"},
        {"service": "notifier", "channel_type": "webhook"},
    ]


def test_measures_of_one_kind_share_a_line_with_each_of_their_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sent = [Measure("DeliveriesSent", channel_type=it) for it in ("webhook", "slack", "webhook")]

    write_metrics("notifier", sent)

    by_webhook, by_slack = written(capsys)
    assert (by_webhook["channel_type"], by_webhook["DeliveriesSent"]) == ("webhook", [1.0, 1.0])
    assert (by_slack["channel_type"], by_slack["DeliveriesSent"]) == ("slack", [1.0])


@pytest.mark.parametrize("told", ["Tocsin/payments-prod", None], ids=["of a stack", "by itself"])
def test_both_ways_of_writing_use_the_namespace_that_the_template_gives(told: str | None) -> None:
    """In a process of its own: the environment is read when Lambda starts one."""
    code = """
from datetime import UTC, datetime
from tocsin.lambda_runtime.log_lines import write_counts
from tocsin.lambda_runtime.observability import Measure, write_metrics
write_metrics("notifier", [Measure("Sent")])
write_counts("ingest", {"Taken": 1}, at=datetime.now(UTC))
"""
    environment = {**os.environ, "POWERTOOLS_METRICS_NAMESPACE": told or ""}
    if told is None:
        del environment["POWERTOOLS_METRICS_NAMESPACE"]

    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines] == [
        told or "Tocsin"
    ] * 2


def test_no_measures_write_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write_counts("ingest", {"AlertsOpened": 0}, at=datetime(2026, 1, 1, tzinfo=UTC))
    write_metrics("notifier", [])

    assert not written(capsys)
