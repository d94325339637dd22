"""The functions' log, where pytest captures it."""

import logging
import sys

from tocsin.lambda_runtime.observability import Log, make_log


class _CurrentOutput:
    """Standard output of the running test; Powertools keeps the one that it finds first."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


def captured_log(service: str) -> Log:
    """Make a function's log as its app.py does."""
    log = make_log(service)
    for handler in logging.getLogger(service).handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(_CurrentOutput())
    return log
