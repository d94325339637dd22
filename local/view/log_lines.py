"""Parses a function's log line."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.stack.function_logs import LogLine

# Lambda's own lines about each call; the request log says the same.
OF_LAMBDA = ("START RequestId:", "END RequestId:", "REPORT RequestId:")
# Known from the rest of the line, or of no use on one machine.
LEFT_OUT = {
    "level",
    "location",
    "message",
    "timestamp",
    "service",
    "cold_start",
    "function_name",
    "function_memory_size",
    "function_arn",
    "xray_trace_id",
}


@dataclass(frozen=True)
class LogEntry:
    at: datetime
    function: str
    level: str
    message: str
    more: dict[str, Any] = field(default_factory=dict)


def read_log_line(line: LogLine) -> LogEntry | None:
    """None for metrics, blank lines and Lambda's own lines."""
    at = datetime.fromtimestamp(line.at / 1000, UTC)
    function = line.function.removesuffix("Function")
    try:
        told = json.loads(line.message)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        if not line.message.strip() or line.message.startswith(OF_LAMBDA):
            return None
        return LogEntry(at, function, "", line.message)
    if "_aws" in told:
        return None  # a metric
    return LogEntry(
        at=at,
        function=function,
        level=str(told.get("level", "")),
        message=str(told.get("message", "")),
        more={name: value for name, value in told.items() if name not in LEFT_OUT},
    )
