"""Intake's log lines, and its metrics in CloudWatch's embedded metric format.

Powertools takes longer to import than everything else there (docs/adr/0003-no-boto3.md). The names
of the fields are Powertools'. Each line is one `write`, so that lines of threads stay apart.
"""

import json
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tocsin.lambda_runtime.settings import METRICS_NAMESPACE

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Log:
    """Writes to standard output, which Lambda keeps."""

    def __init__(self, service: str, level: str = "INFO") -> None:
        self._service = service
        self._from = LEVELS.index(level.upper()) if level.upper() in LEVELS else 1

    def info(self, message: str, **facts: object) -> None:
        """Log a constant sentence, with facts as fields."""
        self._write("INFO", message, facts)

    def warning(self, message: str, **facts: object) -> None:
        self._write("WARNING", message, facts)

    def exception(self, message: str, **facts: object) -> None:
        """Log an error with its type and origin; call it where the error was caught."""
        self._write("ERROR", message, {**facts, **about_error(sys.exception())})

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
        sys.stdout.write(json.dumps(line, default=str) + "\n")


def about_error(error: BaseException | None) -> Mapping[str, object]:
    """What may be logged of an error: its type, AWS's code and its lines.

    Its text may quote what a client sent, tokens included.
    """
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return {
        "exception_name": type(error).__name__ if error else None,
        "exception_code": getattr(error, "code", None),
        "stack": [f"{frame.filename}:{frame.lineno}" for frame in frames],
    }


def write_counts(service: str, counts: Mapping[str, int], *, at: datetime) -> None:
    """Write metrics that CloudWatch takes out of the log (embedded metric format).

    Args:
        service: The dimension of alarms; ids are never dimensions, each would be a metric of its
            own.
        counts: By the metric's name; zeros are not written.
        at: The time.
    """
    counted = {name: count for name, count in counts.items() if count}
    if not counted:
        return
    directive = {
        "Namespace": METRICS_NAMESPACE,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in counted],
    }
    aws = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    sys.stdout.write(json.dumps({"_aws": aws, "service": service, **counted}) + "\n")
