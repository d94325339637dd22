"""What the functions have consumed on a local stack that counts it."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

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
_REPORT: Final = re.compile(
    r"REPORT RequestId: .*Billed Duration: ([\d.]+) ms\tMemory Size: (\d+) MB"
)
_SENDS: Final = frozenset(("SendMessage", "SendMessageBatch"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Of one function."""

    count: int = 0
    gigabyte_seconds: float = 0


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
    write_units_of: Mapping[str, float] = field(default_factory=dict)
    """By the function's logical id."""

    def __sub__(self, before: Self) -> "Asked":
        return Asked(
            requests=self.requests - before.requests,
            write_units=self.write_units - before.write_units,
            read_units=self.read_units - before.read_units,
            gate_turns=self.gate_turns - before.gate_turns,
            gate_write_units=self.gate_write_units - before.gate_write_units,
            sends=self.sends - before.sends,
            write_units_of={
                name: units - before.write_units_of.get(name, 0)
                for name, units in self.write_units_of.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumed:
    asked: Asked
    runs: Mapping[str, Runs]
    """By the function's logical id."""
    logged_bytes: int


def asked_until_now(stack: Stack) -> Asked:
    """All since the stack was started."""
    rows = read_json(stack.places.request_counts) or []
    return asked_in(rows, {stack.deployment.functions[it].name: it for it in OF_THE_STORM})


def asked_in(rows: Iterable[Json], counts: Mapping[str, str]) -> Asked:
    """Add up rows of `local/ministack_gaps/request_counts.py`.

    Args:
        rows: Function, operation, kinds of items, requests, write units, read units.
        counts: Logical ids of the functions that count, by name.
    """
    counted = [row for row in rows if row[0] in counts]
    of_table = [row for row in counted if row[2]]
    of_gate = [row for row in of_table if GATE in row[2].split("+")]
    return Asked(
        requests=round(sum(row[3] for row in of_table)),
        write_units=sum(row[4] for row in of_table),
        read_units=sum(row[5] for row in of_table),
        gate_turns=round(sum(row[3] for row in of_gate)),
        gate_write_units=sum(row[4] for row in of_gate),
        sends=round(sum(row[3] for row in counted if row[1] in _SENDS)),
        write_units_of={
            logical: sum(row[4] for row in of_table if row[0] == name)
            for name, logical in counts.items()
        },
    )


def read_logs(stack: Stack, since: float, until: float) -> tuple[Mapping[str, Runs], int]:
    """Runs and logged bytes of a time, in seconds since 1970."""
    file = stack.places.logs / "functions.log"
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return runs_in(it for it in lines if since * 1000 <= it["at"] <= until * 1000)


def runs_in(lines: Iterable[Json]) -> tuple[Mapping[str, Runs], int]:
    """Count runs by the line that Lambda logs at the end of each, and the bytes of all lines."""
    runs = dict.fromkeys(OF_THE_STORM, Runs())
    logged = 0
    for line in lines:
        function, message = line["function"], line["message"]
        if function not in runs:
            continue
        logged += len(message.encode())
        if found := _REPORT.match(message):
            milliseconds, megabytes = map(float, found.groups())
            before = runs[function]
            runs[function] = Runs(
                count=before.count + 1,
                gigabyte_seconds=before.gigabyte_seconds + milliseconds * megabytes / 1_024_000,
            )
    return runs, logged
