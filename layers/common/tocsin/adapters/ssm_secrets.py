"""Secrets of SSM Parameter Store, remembered for five minutes."""

from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call
from tocsin.domain.errors import TryAgainError

KEPT_FOR: Final = timedelta(minutes=5)
"""After this nobody takes what was signed with a secret that has been changed."""
READ_AGAIN_AFTER: Final = timedelta(seconds=10)
"""So that nobody who sends one forgery after the other uses up what the account may read."""


class SsmSecrets:
    """Reads each secret when it is needed; while that is impossible, what is known goes on."""

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
