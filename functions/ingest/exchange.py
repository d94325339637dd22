"""What one request brought, and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tocsin.domain.reception import Outcome
from tocsin.lambda_runtime.http import HttpAnswer

RESULTS_LIMIT: Final = 5_000
"""Results in one answer. Lambda's are of 6 MB at most, and a result of some 500 bytes."""


@dataclass(slots=True)
class Intake:
    """What one request brought."""

    results: list[Mapping[str, Any]] = field(default_factory=list)
    """Of each entry, in their order, up to a number that an answer can hold."""
    outcomes: dict[Outcome, int] = field(default_factory=dict)

    def note(self, outcome: Outcome, result: Mapping[str, Any]) -> None:
        """Add the result of one entry."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        if len(self.results) < RESULTS_LIMIT:
            self.results.append(result)

    @property
    def opened(self) -> int:
        """How many entries opened an alert."""
        return self.outcomes.get(Outcome.OPENED, 0) + self.outcomes.get(Outcome.REOPENED, 0)

    @property
    def left_out(self) -> int:
        """How many entries have no result here."""
        return sum(self.outcomes.values()) - len(self.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An answer in the shape that a sender's product expects, and what log and metrics say."""

    reply: HttpAnswer
    """JSON unless its headers say otherwise."""
    integration: str
    intake: Intake | None = None
    """None if no event was taken in."""
    what: str = "Request answered"
    """What the log says of a request that brought no event."""
