"""AWS for several threads: a client for each, as a connection is not thread-safe."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from tocsin.adapters.aws_json import AwsJsonClient


class ThreadCalls:
    """Implements `Call`; each thread keeps its client and connection."""

    def __init__(
        self,
        make: Callable[[], AwsJsonClient],
        *,
        here: AwsJsonClient | None = None,
        seconds_left: Callable[[], float] | None = None,
    ) -> None:
        """A client for each thread.

        Args:
            make: Called once in each thread.
            here: The client of this thread, if it exists.
            seconds_left: Read before each call: how long it may take; None: no limit.
        """
        self._make = make
        self._seconds_left = seconds_left
        self._own = threading.local()
        if here is not None:
            self._own.client = here

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        client: AwsJsonClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._make()
        if self._seconds_left is not None:
            client.allow(self._seconds_left())
        return client.call(operation, parameters)
