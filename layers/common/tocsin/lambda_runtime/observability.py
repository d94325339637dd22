"""Logs and metrics by Powertools, for every function but intake (docs/adr/0003-no-boto3.md)."""

from collections.abc import Iterable
from copy import copy
from logging import LogRecord
from typing import Literal, NamedTuple, Protocol, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import EphemeralMetrics

from tocsin.lambda_runtime.log_lines import about_error
from tocsin.lambda_runtime.settings import METRICS_NAMESPACE


class Log(Protocol):
    """The part of Powertools' logger that is used: a constant sentence, and facts as keys."""

    def info(self, message: str, **facts: object) -> None: ...

    def warning(self, message: str, **facts: object) -> None: ...

    def exception(self, message: str, **facts: object) -> None:
        """Log an error with its type and origin; call it where the error was caught."""


class FormatterWithoutErrorTexts(LambdaPowertoolsFormatter):
    """Writes errors as `about_error` does: their texts may quote what a client sent."""

    def format(self, record: LogRecord) -> str:
        if isinstance(record.exc_info, tuple):
            about = about_error(record.exc_info[1])
            record = copy(record)
            record.exc_info = None
            record.__dict__.update(about)
        return super().format(record)


def make_log(service: str, level: str = "INFO") -> Log:
    formatter = FormatterWithoutErrorTexts(use_rfc3339=True)
    return cast("Log", Logger(service=service, level=level, logger_formatter=formatter))


class Measure(NamedTuple):
    """One measured number."""

    name: str
    value: float = 1
    unit: Literal["Count", "Milliseconds"] = "Count"
    channel_type: str | None = None
    """A further dimension of the metric, beside the service."""


def write_metrics(service: str, measures: Iterable[Measure]) -> None:
    """Write metrics that CloudWatch takes out of the log.

    Not thread-safe: Powertools writes a line and its end separately.

    Args:
        service: The dimension of alarms; an id would make a metric of its own for each value.
        measures: Any number; none write nothing.
    """
    by_channel_type: dict[str | None, EphemeralMetrics] = {}
    for measure in measures:
        metrics = by_channel_type.get(measure.channel_type)
        if metrics is None:
            metrics = EphemeralMetrics(namespace=METRICS_NAMESPACE, service=service)
            if measure.channel_type is not None:
                metrics.add_dimensions(service=service, channel_type=measure.channel_type)
            by_channel_type[measure.channel_type] = metrics
        metrics.add_metric(name=measure.name, unit=measure.unit, value=measure.value)
    for metrics in by_channel_type.values():
        metrics.flush_metrics()
