"""One JSON line an event of note, and metrics in the format that CloudWatch reads from logs.

The intake path's own: Powertools' logger takes longer to import than everything else there
(docs/adr/0003-no-boto3.md). The names of the fields are Powertools'.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from tocsin.lambda_runtime.settings import METRICS_NAMESPACE

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

type Unit = Literal["Count", "Milliseconds", "Seconds"]


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

    def exception(
        self, message: str, *, error: BaseException | None = None, **facts: object
    ) -> None:
        """Note a fault of ours, with where it came from; call it where it was caught.

        Args:
            message: A constant sentence.
            error: The cause, where what was caught only carries it.
            facts: What stands beside it.
        """
        error = error or sys.exception()
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
        print(json.dumps(line, default=str))  # noqa: T201 - what Lambda reads


def write_metrics(service: str, values: Mapping[str, Measure], *, at: datetime) -> None:
    """Write metrics that CloudWatch takes out of the log (embedded metric format).

    Args:
        service: The one dimension; ids are never dimensions, each would be a metric of its own.
        values: Name → measure; nothing is written for none.
        at: When it was measured.
    """
    if not values:
        return
    definitions = [{"Name": name, "Unit": unit} for name, (_, unit) in values.items()]
    directive = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [["service"]],
        "Metrics": definitions,
    }
    aws = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    line = {"_aws": aws, "service": service, **{name: value for name, (value, _) in values.items()}}
    print(json.dumps(line))  # noqa: T201 - what CloudWatch reads
