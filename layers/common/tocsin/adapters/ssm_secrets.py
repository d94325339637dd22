"""Secrets of SSM Parameter Store, cached for five minutes."""

from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.domain.errors import TryAgainError

KEPT_FOR: Final = timedelta(minutes=5)
"""After this, signatures of a replaced secret are no longer valid."""
READ_AGAIN_AFTER: Final = timedelta(seconds=10)
"""So that a stream of forgeries does not use up the account's requests."""


class SsmSecrets:
    """Reads each secret on demand; while that fails, the cached one is used.

    For several threads: at worst two of them read the same secret.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[str, tuple[str, datetime]] = {}

    def get(self, name: str, *, at: datetime) -> str:
        """A secret by the name of its parameter, at most five minutes old.

        Raises:
            AwsError: It does not exist, or this function may not read it.
            TryAgainError: It cannot be read for now.
        """
        return self._not_older_than(KEPT_FOR, name, at)

    def get_anew(self, name: str, *, at: datetime) -> str:
        """A secret at most 10 s old: for when the cached one did not match.

        Raises:
            AwsError: As `get`.
            TryAgainError: Likewise.
        """
        return self._not_older_than(READ_AGAIN_AFTER, name, at)

    def forget(self, name: str) -> None:
        self._known.pop(name, None)

    def _not_older_than(self, limit: timedelta, name: str, at: datetime) -> str:
        secret, read_at = self._known.get(name, (None, at))
        if secret is not None and at < read_at + limit:
            return secret
        try:
            answer = self._call("GetParameter", {"Name": name, "WithDecryption": True})
        except TryAgainError:
            if secret is None:
                raise
            return secret
        by_now = str(answer["Parameter"]["Value"])
        self._known[name] = (by_now, at)
        return by_now
