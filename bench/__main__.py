"""`make bench`: measure, print one table, keep it in docs/performance.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from bench import console_page, list_bytes, report, stored_alerts, team, timeliness
from bench.cold_start import ColdStarts
from bench.cpu_figures import CpuFigures
from bench.embedded_dynamodb import create_queue, create_table, embedded_dynamodb
from bench.figures import Figure, Verdict
from bench.metering import metered
from bench.prices import Bill, bills
from bench.request_cpu import RequestCpu, Stored, firing_ids
from bench.runtime_loop import copy_runtime
from bench.small_core import SmallCore
from bench.team_on_stack import local_stack
from bench.units import Units
from bench.wired import Wired
from local.stack.aws import Aws
from local.stack.prerequisites import LocalStackError
from tocsin.adapters.aws_clients import aws_client
from tocsin.adapters.aws_json import DYNAMODB, SQS, Call

SIZES = (1_000, 10_000, 100_000)
"""So many alerts are stored."""
QUICK = 2_000
"""Enough for a page of every kind."""
PAGES = 200
TIMERS = 1_000
"""Due within a minute."""
SAMPLES = 200
"""Requests of each kind."""
STARTS = 10
"""Of each function."""


def main(arguments: Sequence[str]) -> int:
    """Answer 1 if a budget in requests, units or modules is missed, which no machine excuses."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="units only, with few alerts; writes no file"
    )
    parser.add_argument(
        "--on-stack", action="store_true", help="pages and timers only; writes no file"
    )
    parser.add_argument(
        "--console", action="store_true", help="the console in a browser only; writes no file"
    )
    said = parser.parse_args(arguments)
    try:
        priced: list[Bill] = []
        if said.on_stack:
            figures = _measure_times()
        elif said.console:
            figures = _measure_console()
        else:
            figures, priced = _measure(is_quick=said.quick)
    except LocalStackError as error:
        print(error, file=sys.stderr)
        return 2
    print(report.as_text(figures))
    if not (said.quick or said.on_stack or said.console):
        report.write(figures, priced)
    is_missed = any(it.is_count and it.verdict is Verdict.MISSED for it in figures)
    return 1 if is_missed else 0


def _measure_times() -> list[Figure]:
    return list(timeliness.figures(PAGES, TIMERS, _say))


def _measure_console() -> list[Figure]:
    with local_stack(_say) as stack:
        return list(console_page.figures(stack, SIZES[0], _say))


def _measure(*, is_quick: bool) -> tuple[list[Figure], list[Bill]]:
    with embedded_dynamodb() as aws, tempfile.TemporaryDirectory() as folder:
        call = aws_client(DYNAMODB, aws.environment).call
        if is_quick:
            return _count(aws, call, _table(aws, call, "counted"), (QUICK,))
        tables = [_table(aws, call, f"of-{size}") for size in (SIZES[0], SIZES[-1])]
        counted, priced = _count(aws, call, tables[-1], SIZES)
        stored_alerts.store(call, tables[0], SIZES[0])
        small, large = (
            Stored(table_name=name, alerts=size, firing=firing_ids(call, name, 2 * SAMPLES))
            for name, size in zip(tables, (SIZES[0], SIZES[-1]), strict=True)
        )
        runtime = copy_runtime(Path(folder))
        _say(f"CPU of {SAMPLES} requests of each kind")
        cpu = RequestCpu(environment=aws.environment, path=[runtime, _sdk()], folder=Path(folder))
        cpu.run([small, large], SAMPLES)
        _say(f"CPU of {STARTS} cold starts of each function")
        starts = ColdStarts(runtime, Path(folder))
        starts.run(STARTS)
        _say(f"{STARTS} cold starts of each function in its part of a core")
        parts = SmallCore(runtime, Path(folder), cpu, large)
        small_core = list(parts.figures(STARTS))
    # Only now: the embedded DynamoDB of the other measures is gone.
    times = [*_measure_times(), *_measure_console()]
    of_requests = CpuFigures(cpu.samples).of([small, large])
    return [*counted, *times, *of_requests, *starts.figures(), *small_core], priced


def _table(aws: Aws, call: Call, suffix: str) -> str:
    name = f"tocsin-{suffix}"
    create_table(aws, name)
    team.register(call, name)
    return name


def _count(
    aws: Aws, call: Call, table_name: str, sizes: Sequence[int]
) -> tuple[list[Figure], list[Bill]]:
    """Count lists with so many alerts stored, one size after the other; then all others."""
    environment = {
        **aws.environment,
        "TABLE_NAME": table_name,
        "TIMERS_QUEUE_URL": create_queue(aws, "timers"),
        "DELIVERIES_QUEUE_URL": create_queue(aws, "deliveries"),
        "EMAIL_FROM": "alerts@example.com",
        "LAST_RESORT_TOPIC": "arn:aws:sns:us-east-1:000000000000:last-resort",
    }
    sqs_call = aws_client(SQS, environment).call
    with metered() as meter, _silence():
        wired = Wired(environment, call, sqs_call)
        units = Units(wired, meter)
        figures: list[Figure] = []
        for stored, size in pairwise((0, *sizes)):
            _say(f"requests and units of lists with {size:,} alerts stored")
            stored_alerts.store(call, table_name, size, stored=stored)
            figures += units.of_lists(size)
        _say("requests and units of every operation")
        figures += [
            *units.of_a_tick(),
            *units.of_an_alerts_life(),
            *units.of_a_page(),
            *units.of_an_email(),
            *units.of_nobody_reached(),
            *units.of_links(),
            *units.of_reachability(),
            *units.of_a_heartbeat(),
            *units.of_the_stream(),
            *list_bytes.of_a_list(wired),
        ]
    return figures, bills(units.consumed)


@contextmanager
def _silence() -> Iterator[None]:
    """Functions print their logs."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        yield


def _sdk() -> Path:
    """Where boto3 is: last on the path, so that a function's own modules come first."""
    spec = find_spec("boto3")
    if spec is None or spec.origin is None:
        raise LocalStackError("boto3 is not installed: make install.")
    return Path(spec.origin).parents[1]


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
