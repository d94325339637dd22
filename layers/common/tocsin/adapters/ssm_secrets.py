"""Secrets of SSM Parameter Store, remembered for five minutes."""

from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.domain.errors import TryAgainError

KEPT_FOR: Final = timedelta(minutes=5)
"""How long a changed secret may still be used."""
READ_AGAIN_AFTER: Final = timedelta(seconds=10)
"""So that a flood of forgeries does not use up the account's read limit."""


class SsmSecrets:
    """Reads each secret when it is needed; if SSM is unavailable, an older value is used.

    For several threads: at worst two of them read the same secret.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[str, tuple[str, datetime]] = {}

    def get(self, name: str, *, at: datetime) -> str:
        """Give a secret by the name of its parameter, as it was within the last five minutes.

        Raises:
            AwsError: There is none, or this function may not read it.
            TryAgainError: It cannot be read for now.
        """
        return self._not_older_than(KEPT_FOR, name, at)

    def get_anew(self, name: str, *, at: datetime) -> str:
        """Give it as it is by now, to within 10 s: for when what was known did not fit.

        Raises:
            AwsError: As `get`.
            TryAgainError: Likewise.
        """
        return self._not_older_than(READ_AGAIN_AFTER, name, at)

    def forget(self, name: str) -> None:
        """Read it again when it is next asked for."""
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
