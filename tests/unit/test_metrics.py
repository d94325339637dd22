"""Metrics: as CloudWatch reads them out of a log (embedded metric format)."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from tocsin.lambda_runtime.log_lines import Measure, write_metrics
from tocsin.lambda_runtime.observability import write_metric

ONE = Measure(1, "Count")


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def dimensions(line: dict[str, Any]) -> dict[str, str]:
    ((names,),) = (each["Dimensions"] for each in line["_aws"]["CloudWatchMetrics"])
    return {name: line[name] for name in names}


def test_a_metric_is_told_by_its_service(capsys: pytest.CaptureFixture[str]) -> None:
    write_metric("escalator", "TimerLateness", Measure(12.5, "Milliseconds"))

    (line,) = written(capsys)
    assert dimensions(line) == {"service": "escalator"}
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [
        {"Name": "TimerLateness", "Unit": "Milliseconds"}
    ]


def test_a_metric_with_parts_is_told_without_them_too(capsys: pytest.CaptureFixture[str]) -> None:
    write_metric("notifier", "DeliveriesFailed", ONE, channel_type="webhook")

    assert [dimensions(line) for line in written(capsys)] == [
        {"service": "notifier"},
        {"service": "notifier", "channel_type": "webhook"},
    ]


@pytest.mark.parametrize("told", ["Tocsin/payments-prod", None], ids=["of a stack", "by itself"])
def test_both_ways_of_writing_use_the_namespace_that_the_template_gives(told: str | None) -> None:
    """In a process of its own: the environment is read when Lambda starts one."""
    code = """
from datetime import UTC, datetime
from tocsin.lambda_runtime.log_lines import Measure, write_metrics
from tocsin.lambda_runtime.observability import write_metric
write_metric("notifier", "Sent", Measure(1, "Count"))
write_metrics("ingest", {"Taken": Measure(1, "Count")}, at=datetime.now(UTC))
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
    write_metrics("ingest", {}, at=datetime(2026, 1, 1, tzinfo=UTC))

    assert not written(capsys)
