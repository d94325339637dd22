"""AWS for several threads: a client each, as one connection is not for two."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.adapters.aws_json import AwsJsonClient


class ThreadCalls:
    """Implements `Call`; the clients stay with their threads, and keep their connections."""

    def __init__(self, make: Callable[[], AwsJsonClient]) -> None:
        """Args: make: Called once in each thread that calls."""
        self._make = make
        self._own = threading.local()

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        client: AwsJsonClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._make()
        return client.call(operation, parameters)
