"""Lines of a process that works in several threads, on their way out by Lambda's own output."""

import io
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tests.captured_log import captured_log
from tocsin.lambda_runtime.log_lines import Log, write_counts

bootstrap = pytest.importorskip("awslambdaric.bootstrap", reason="it is for Linux only")

THREADS = 10
EACH = 20
LOG = captured_log("lines")
NINE = datetime(2026, 1, 1, 9, tzinfo=UTC)


class Pipe(io.StringIO):
    """Lets other threads in after each write, as a pipe does that Lambda reads."""

    def write(self, text: str) -> int:
        written = super().write(text)
        time.sleep(0)
        return written


def counts_of_intake(_thread: int) -> None:
    write_counts("ingest", {"EventsAccepted": 1, "AlertsOpened": 1}, at=NINE)


def lines_of_intake(thread: int) -> None:
    Log("ingest").info("Signal taken in", by=thread)


def lines_of_powertools(thread: int) -> None:
    LOG.info("Delivery worked on", by=thread)


def faults_by_powertools(thread: int) -> None:
    try:
        int("not a number")
    except ValueError:
        LOG.exception("Delivery not worked on", by=thread)


@pytest.mark.parametrize(
    "write", [counts_of_intake, lines_of_intake, lines_of_powertools, faults_by_powertools]
)
def test_each_line_is_json_however_many_threads_write(
    monkeypatch: pytest.MonkeyPatch, write: Callable[[int], None]
) -> None:
    pipe = Pipe()
    monkeypatch.setattr(sys, "stdout", bootstrap.Unbuffered(pipe))

    def work(thread: int) -> None:
        for _ in range(EACH):
            write(thread)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(work, range(THREADS)))

    written = [json.loads(line) for line in pipe.getvalue().splitlines()]
    assert len(written) == THREADS * EACH
