"""Powertools' loggers live as long as the process; each test has an output of its own."""

import logging
import sys


class _PresentOutput:
    """Whatever standard output is at the moment of writing."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


def log_to_present_output() -> None:
    """Let every logger that writes to some test's standard output write to the present one."""
    for logger in logging.root.manager.loggerDict.values():
        for handler in getattr(logger, "handlers", []):
            if type(handler) is logging.StreamHandler:
                handler.stream = _PresentOutput()
