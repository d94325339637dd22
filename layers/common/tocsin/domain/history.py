"""The values of an alert: it holds the newest, its history the earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert

HISTORY_LIMIT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One measured value of an alert."""

    occurrence: int
    """Number of its occurrence, from 1: distinguishes values of one millisecond."""
    at: datetime
    value: int | float


def sample_of(alert: Alert) -> Sample | None:
    """The value of the last occurrence; only numbers make a history."""
    value = alert.current_value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Sample(occurrence=alert.occurrences, at=alert.last_seen_at, value=value)


def history_of(alert: Alert, kept: Sequence[Sample]) -> tuple[Sample, ...]:
    """The newest 50 values, oldest first; those of the last second may still be missing.

    Args:
        alert: Its value is the newest.
        kept: Its earlier values, oldest first.
    """
    earlier = [sample for sample in kept if sample.occurrence < alert.occurrences]
    newest = sample_of(alert)
    return tuple((*earlier, newest) if newest else earlier)[-HISTORY_LIMIT:]
