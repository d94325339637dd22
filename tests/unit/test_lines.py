"""Lines of a process that works in several threads, on their way out by Lambda's own output."""

import io
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tocsin.lambda_runtime.log_lines import Log, Measure, write_metrics
from tocsin.lambda_runtime.observability import PowertoolsLog, write_metric

bootstrap = pytest.importorskip("awslambdaric.bootstrap", reason="it is for Linux only")

THREADS = 10
EACH = 20
ONE = Measure(1, "Count")
LOG = PowertoolsLog("lines")
NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)


class Pipe(io.StringIO):
    """Lets other threads in after each write, as a pipe does that Lambda reads."""

    def write(self, text: str) -> int:
        written = super().write(text)
        time.sleep(0)
        return written


def metrics(_thread: int) -> None:
    write_metric("notifier", "DeliveriesSent", ONE, channel_type="webhook")


def metrics_of_intake(_thread: int) -> None:
    write_metrics("ingest", {"EventsAccepted": ONE, "AlertsOpened": ONE}, at=NINE)


def lines_of_intake(thread: int) -> None:
    Log("ingest").info("Signal taken in", by=thread)


def powertools_lines_and_metrics(thread: int) -> None:
    LOG.info("Delivery worked on", by=thread)
    write_metric("notifier", "TimeToPage", Measure(12.5, "Milliseconds"))


@pytest.mark.parametrize(
    ("write", "lines"),
    [
        (metrics, 2),
        (metrics_of_intake, 1),
        (lines_of_intake, 1),
        (powertools_lines_and_metrics, 2),
    ],
)
def test_each_line_is_json_however_many_threads_write(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[int], None], lines: int
) -> None:
    pipe = Pipe()
    monkeypatch.setattr(sys, "stdout", bootstrap.Unbuffered(pipe))

    def work(thread: int) -> None:
        for _ in range(EACH):
            write(thread)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))

    written = [json.loads(line) for line in pipe.getvalue().splitlines()]
    assert len(written) == THREADS * EACH * lines
