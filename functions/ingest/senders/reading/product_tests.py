"""What a product sends when somebody presses its button for a test.

It opens an alert that nobody has to be paged for, says that it is a test, and ends by itself; where
the product can test the end too, that ends it at once.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.severity import Severity
from tocsin.domain.signal import Signal, SignalAction

LASTS: Final = timedelta(minutes=10)
LABEL: Final = "test"


def as_test(signal: Signal, at: datetime) -> Signal:
    """Make an alert of a product's test of what it says."""
    is_end = signal.action is SignalAction.RESOLVE
    facts = replace(signal.facts, labels={LABEL: "true", **_without(signal.facts.labels)})
    return replace(
        signal,
        severity=Severity.INFO,
        facts=facts,
        lapses_at=None if is_end else at + LASTS,
        assumed={},
    )


def _without(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in labels.items() if name not in (LABEL, "urgent")}
