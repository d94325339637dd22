"""Logs by Powertools, for every function but intake (docs/adr/0003-no-boto3.md), and metrics."""

import sys
import traceback
from datetime import UTC, datetime
from logging import StreamHandler
from typing import Final

from aws_lambda_powertools import Logger

from tocsin.lambda_runtime.log_lines import OUTPUT, Measure, write_metrics

_CALLER: Final = 3
"""Whose line a log entry names: not this module's."""


class PowertoolsLog:
    """Powertools' logger, with facts as arguments: the shape of `log_lines.Log`."""

    def __init__(self, service: str, level: str = "INFO") -> None:
        self._logger = Logger(
            service=service,
            level=level.upper(),
            logger_handler=StreamHandler(OUTPUT),
            use_rfc3339=True,
        )

    def info(self, message: str, **facts: object) -> None:
        """Note what happened: a constant sentence, and facts beside it."""
        self._logger.info(message, extra=facts, stacklevel=_CALLER)

    def warning(self, message: str, **facts: object) -> None:
        """Note what somebody may want to look at."""
        self._logger.warning(message, extra=facts, stacklevel=_CALLER)

    def exception(self, message: str, **facts: object) -> None:
        """Note a fault of ours, with where it came from; call it where it was caught.

        Not Powertools' own `exception`: an error's text may quote what a client sent.
        """
        kind, error, trace = sys.exc_info()
        found = {
            "exception_name": kind.__name__ if kind else None,
            "exception_code": getattr(error, "code", None),
            "stack": [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)],
        }
        self._logger.error(message, extra={**facts, **found}, stacklevel=_CALLER)


def write_metric(service: str, name: str, measure: Measure, **parts: str) -> None:
    """Write one metric that CloudWatch takes out of the log.

    Args:
        service: The dimension of alarms; an id would make a metric of its own for each value.
        name: What is measured.
        measure: How much.
        parts: Dimensions beside, by which the same is told once more: from small, closed sets,
            such as the types of channels.
    """
    for dimensions in ({}, parts) if parts else ({},):
        write_metrics(service, {name: measure}, at=datetime.now(UTC), **dimensions)
