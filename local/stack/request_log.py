"""Writes each request of the gateway as a line of JSON."""

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from local.stack.gateway import RequestServed


class RequestLog:
    """Called from the gateway's threads."""

    def __init__(self, file: Path, tell: Callable[[RequestServed], None]) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)
        self._tell = tell
        self._lock = threading.Lock()

    def add(self, request: RequestServed) -> None:
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{json.dumps(asdict(request))}\n")
        self._tell(request)

    def close(self) -> None:
        with self._lock:
            self._file.close()
