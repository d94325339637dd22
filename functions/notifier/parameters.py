"""Secrets in SSM Parameter Store, remembered for five minutes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import AwsError, Call
from tocsin.domain.errors import TryAgainError
from tocsin.usecases.refusals import DeliveryFailedError

PREFIX: Final = "/tocsin/"
KEPT_FOR: Final = timedelta(minutes=5)


@dataclass(slots=True)
class Parameters:
    """Reads secrets by name; for several threads."""

    call: Call
    now: Callable[[], datetime]
    prefix: str = PREFIX
    """Begins the names of the stack's own secrets; the role may read no others."""
    _known: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str) -> str:
        """Read one.

        Raises:
            DeliveryFailedError: There is none, it may not be read, or not for now.
        """
        if not name.startswith(self.prefix):
            message = f"the secret's name must begin with {self.prefix}"
            raise DeliveryFailedError(message, is_retryable=False)
        now = self.now()
        with self._lock:
            read_at, secret = self._known.get(name, (None, ""))
        if read_at is not None and now - read_at < KEPT_FOR:
            return secret
        secret = self._read(name)
        with self._lock:
            self._known[name] = (now, secret)
        return secret

    def forget(self, name: str) -> None:
        """Read one anew when it is asked for next: it may have been replaced."""
        with self._lock:
            self._known.pop(name, None)

    def _read(self, name: str) -> str:
        request = {"Name": name, "WithDecryption": True}
        try:
            return str(self.call("GetParameter", request)["Parameter"]["Value"])
        except TryAgainError as error:
            message = f"the secret {name} cannot be read for now"
            raise DeliveryFailedError(message, is_retryable=True) from error
        except AwsError as error:
            message = f"the secret {name} cannot be read: {error.code}"
            raise DeliveryFailedError(message, is_retryable=False) from error
