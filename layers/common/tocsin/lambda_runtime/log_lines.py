"""One JSON line an event of note, and metrics in the format that CloudWatch reads from logs.

The intake path's own: Powertools' logger takes longer to import than everything else there
(docs/adr/0003-no-boto3.md). The names of the fields are Powertools'.
"""

import json
import sys
import traceback
from _thread import allocate_lock
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from tocsin.lambda_runtime.settings import METRICS_NAMESPACE

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

type Unit = Literal["Count", "Milliseconds", "Seconds"]


class Output:
    """Standard output as it is at the moment, for one writer at a time.

    Lambda's passes on each `write` at once, and `print` makes two of a line: another thread's
    line would come in between, and CloudWatch reads no metric from a line that is not JSON.
    """

    def __init__(self) -> None:
        self._lock = allocate_lock()

    def write(self, text: str) -> int:
        """Write whole lines."""
        with self._lock:
            return sys.stdout.write(text)

    def flush(self) -> None:
        """Make nothing wait."""
        sys.stdout.flush()


OUTPUT: Final = Output()
"""What every line of a process goes through, of the logger and of metrics."""


class Measure(NamedTuple):
    """One measured number and what it counts."""

    value: float
    unit: Unit


class Log:
    """Writes to standard output, which Lambda keeps."""

    def __init__(self, service: str, level: str = "INFO") -> None:
        self._service = service
        self._from = LEVELS.index(level.upper()) if level.upper() in LEVELS else 1

    def info(self, message: str, **facts: object) -> None:
        """Note what happened: a constant sentence, and facts beside it."""
        self._write("INFO", message, facts)

    def warning(self, message: str, **facts: object) -> None:
        """Note what somebody may want to look at."""
        self._write("WARNING", message, facts)

    def exception(self, message: str, **facts: object) -> None:
        """Note a fault of ours, with where it came from; call it where it was caught."""
        error = sys.exception()
        trace = error.__traceback__ if error else None
        where = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
        name = type(error).__name__ if error else None
        # An error's text may quote what a client sent, tokens included. Its kind, AWS's code
        # and the lines that it went through say enough.
        code = getattr(error, "code", None)
        found = {"exception_name": name, "exception_code": code, "stack": where}
        self._write("ERROR", message, {**facts, **found})

    def _write(self, level: str, message: str, facts: Mapping[str, object]) -> None:
        if LEVELS.index(level) < self._from:
            return
        line = {
            "level": level,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "service": self._service,
            "message": message,
            **facts,
        }
        OUTPUT.write(json.dumps(line, default=str) + "\n")


def write_metrics(
    service: str, values: Mapping[str, Measure], *, at: datetime, **parts: str
) -> None:
    """Write metrics that CloudWatch takes out of the log (embedded metric format).

    Args:
        service: The dimension of alarms; ids are never dimensions, each would be a metric of its
            own.
        values: Name → measure; nothing is written for none.
        at: When it was measured.
        parts: Dimensions beside: from small, closed sets, such as the types of channels.
    """
    if not values:
        return
    definitions = [{"Name": name, "Unit": unit} for name, (_, unit) in values.items()]
    directive = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [["service", *parts]],
        "Metrics": definitions,
    }
    aws = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    numbers = {name: value for name, (value, _) in values.items()}
    OUTPUT.write(json.dumps({"_aws": aws, "service": service, **parts, **numbers}) + "\n")
