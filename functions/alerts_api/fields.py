"""Values of bodies and queries for the routes that start without pydantic.

`schemas` describe the same bodies for the document; a test holds the two together.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.domain.duration import EXPECTED, read_duration
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.instant import INSTANT_EXPECTED, read_instant
from tocsin.domain.signal import printable

_FLAGS: Final[Mapping[object, bool]] = {"true": True, "false": False, True: True, False: False}


class Fields:
    """The members of one object; collects all problems before it refuses."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self._members = members
        self.problems: list[Problem] = []

    def has(self, name: str) -> bool:
        """False for null."""
        return self._members.get(name) is not None

    def value(self, name: str) -> Any:  # noqa: ANN401 - JSON may be anything
        return self._members.get(name)

    def refuse(self, name: str, problem: str) -> None:
        self.problems.append(Problem(name, problem))

    def text(self, name: str, limit: int) -> str | None:
        """A text without control characters; None for a blank one. `limit` is in characters."""
        written = self._members.get(name)
        if written is None:
            return None
        if not isinstance(written, str):
            self.refuse(name, "must be a text")
            return None
        if len(written) > limit:
            self.refuse(name, f"must have at most {limit} characters, not {len(written)}")
            return None
        return printable(written).strip() or None

    def flag(self, name: str) -> bool:
        """True or false, also as a text; absent is false."""
        written = self._members.get(name)
        if written is None:
            return False
        plain = written.lower() if isinstance(written, str) else written
        if not isinstance(plain, str | bool) or plain not in _FLAGS:
            self.refuse(name, "must be true or false")
            return False
        return _FLAGS[plain]

    def duration(self, name: str) -> timedelta | None:
        try:
            return read_duration(self._members.get(name))
        except ValueError:
            self.refuse(name, f"must be {EXPECTED}")
            return None

    def instant(self, name: str) -> datetime | None:
        try:
            return read_instant(self._members.get(name))
        except ValueError:
            self.refuse(name, INSTANT_EXPECTED)
            return None

    def expect_good(self, message: str) -> None:
        """Raises InvalidInputError with all problems."""
        if self.problems:
            raise InvalidInputError(message, self.problems)
