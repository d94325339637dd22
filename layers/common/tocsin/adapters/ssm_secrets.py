"""Secrets of SSM Parameter Store, kept for the life of the process."""

from datetime import datetime, timedelta
from typing import Final

from tocsin.adapters.aws_json import Call

READ_AGAIN_AFTER: Final = timedelta(seconds=10)
"""So that nobody who sends one forgery after the other uses up what the account may read."""


class SsmSecrets:
    """Reads each secret when it is first needed."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._read: dict[str, tuple[str, datetime]] = {}

    def get(self, name: str, *, at: datetime) -> str:
        """Give a secret by the name of its parameter, as this process knows it.

        Raises:
            AwsError: There is none, or this function may not read it.
        """
        known = self._read.get(name)
        return known[0] if known else self._ask(name, at)

    def get_anew(self, name: str, *, at: datetime) -> str:
        """Give it as it is by now, to within 10 s: for when what was known did not fit.

        Raises:
            AwsError: As `get`.
        """
        known = self._read.get(name)
        if known and at < known[1] + READ_AGAIN_AFTER:
            return known[0]
        return self._ask(name, at)

    def _ask(self, name: str, at: datetime) -> str:
        answer = self._call("GetParameter", {"Name": name, "WithDecryption": True})
        secret = str(answer["Parameter"]["Value"])
        self._read[name] = (secret, at)
        return secret
