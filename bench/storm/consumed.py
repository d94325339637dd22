"""What the functions have consumed on a local stack that counts it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

from local.stack.places import Json, read_json
from local.stack.start import Stack

OF_THE_STORM: Final = (
    *("IngestFunction", "TableChangeFunction", "TickFunction", "TimerFunction"),
    "NotifierFunction",
)
"""Not the API, which the measuring itself asks."""
BEHIND_QUEUES: Final = ("TimerFunction", "NotifierFunction")
GATE: Final = "G"
"""How the partition keys of lines begin."""
_SENDS: Final = frozenset(("SendMessage", "SendMessageBatch"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Of one function."""

    count: int
    seconds: float
    gigabytes: float

    def __sub__(self, before: Self) -> "Runs":
        return Runs(
            count=self.count - before.count,
            seconds=self.seconds - before.seconds,
            gigabytes=self.gigabytes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What functions asked of DynamoDB and SQS."""

    requests: int = 0
    write_units: float = 0
    read_units: float = 0
    gate_turns: int = 0
    """Requests that concern a line."""
    gate_write_units: float = 0
    sends: int = 0
    """Requests that send to a queue, of one message or of ten."""

    def __sub__(self, before: Self) -> "Asked":
        return Asked(
            requests=self.requests - before.requests,
            write_units=self.write_units - before.write_units,
            read_units=self.read_units - before.read_units,
            gate_turns=self.gate_turns - before.gate_turns,
            gate_write_units=self.gate_write_units - before.gate_write_units,
            sends=self.sends - before.sends,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumed:
    asked: Asked
    runs: Mapping[str, Runs]
    """By the function's logical id."""
    logged_bytes: int = 0

    @classmethod
    def until_now(cls, stack: Stack) -> Self:
        """All since the stack was started, without its logs."""
        functions = stack.deployment.functions
        rows = read_json(stack.places.request_counts) or []
        logical = {functions[it].name: it for it in OF_THE_STORM}
        metrics = stack.aws.client("cloudwatch")
        lambda_ = stack.aws.client("lambda")

        def runs(name: str) -> Runs:
            megabytes = lambda_.get_function_configuration(FunctionName=name)["MemorySize"]
            return Runs(
                count=round(_sum(metrics, name, "Invocations")),
                seconds=_sum(metrics, name, "Duration") / 1000,
                gigabytes=megabytes / 1024,
            )

        return cls(
            asked=asked_in(rows, logical.__contains__),
            runs={it: runs(functions[it].name) for it in OF_THE_STORM},
        )

    def since(self, before: Self, logged_bytes: int) -> "Consumed":
        return Consumed(
            asked=self.asked - before.asked,
            runs={name: runs - before.runs[name] for name, runs in self.runs.items()},
            logged_bytes=logged_bytes,
        )


def asked_in(rows: Iterable[Json], is_counted: Callable[[str], bool]) -> Asked:
    """Add up rows of `local/ministack_gaps/request_counts.py`.

    Args:
        rows: Function, operation, kinds of items, requests, write units, read units.
        is_counted: Takes a function's name.
    """
    counted = [row for row in rows if is_counted(row[0])]
    of_table = [row for row in counted if row[2]]
    of_gate = [row for row in of_table if GATE in row[2].split("+")]
    return Asked(
        requests=round(sum(row[3] for row in of_table)),
        write_units=sum(row[4] for row in of_table),
        read_units=sum(row[5] for row in of_table),
        gate_turns=round(sum(row[3] for row in of_gate)),
        gate_write_units=sum(row[4] for row in of_gate),
        sends=round(sum(row[3] for row in counted if row[1] in _SENDS)),
    )


def logged_bytes(stack: Stack, since: float, until: float) -> int:
    """Bytes that the functions of the storm logged.

    Args:
        stack: Keeps a copy of all logs.
        since: Seconds since 1970.
        until: Likewise.
    """
    file = stack.places.logs / "functions.log"
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return sum(
        len(line["message"].encode())
        for line in lines
        if line["function"] in OF_THE_STORM and since * 1000 <= line["at"] <= until * 1000
    )


def _sum(metrics: Any, function: str, metric: str) -> float:  # noqa: ANN401 - a client of boto3
    now = datetime.now(UTC)
    points = metrics.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))
