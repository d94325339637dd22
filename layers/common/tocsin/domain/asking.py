"""People whom a person asks about an alert now, beside its escalation policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from tocsin.domain.escalation import Target
from tocsin.domain.ids import Actor

ASKINGS_LIMIT: Final = 5
"""The newest that an alert keeps, for the sweep and for the words of their messages."""
NOTE_KEPT: Final = 300
"""Characters of a note that go with the messages; the timeline has all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One request that people look at an alert, in one version of it."""

    version: int = 0
    """The alert's version that it made: no other message of the alert is planned for that."""
    at: datetime
    by: Actor
    targets: tuple[str, ...]
    """As `user:alice`, each once, in the order given."""
    is_assignment: bool = False
    """The alert is theirs from now on."""
    note: str | None = None

    @classmethod
    def of(
        cls, targets: Sequence[Target], *, by: Actor, at: datetime, note: str | None = None
    ) -> Self:
        return cls(
            at=at,
            by=by,
            targets=tuple(dict.fromkeys(map(str, targets))),
            note=note[:NOTE_KEPT] if note else None,
        )
