"""Three severities, and the words that senders use for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """The stored severity; the sender's own word is a fact."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANKS[self]

    def is_worse_than(self, other: "Severity") -> bool:
        return self.rank < other.rank

    def worst_of(self, other: "Severity") -> "Severity":
        return other if other.is_worse_than(self) else self


_RANKS: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}

RESOLVE: Final = "ok"
"""The word that resolves an alert, also in an integration's own map."""

URGENT: Final = "urgent"

_WORDS: Final[Mapping[str, Severity]] = (
    dict.fromkeys(
        (
            *("critical", "crit", "urgent", "down", "fatal", "emergency", "emerg", "alert", "page"),
            *("error", "err", "high", "highest", "major", "severe", "disaster", "blocker", "panic"),
            *("p0", "p1", "p2", "sev0", "sev1", "s0", "s1"),
        ),
        Severity.CRITICAL,
    )
    | dict.fromkeys(
        (
            *("warning", "warn", "unknown", "moderate", "medium", "average", "minor", "degraded"),
            *("unstable", "indeterminate", "unreachable", "ticket", "p3", "sev2", "s2"),
        ),
        Severity.WARNING,
    )
    | dict.fromkeys(
        (
            *("info", "information", "informational", "notice", "debug", "trace", "low", "lowest"),
            *("trivial", "none", "p4", "p5", "sev3", "sev4", "sev5", "s3", "s4"),
        ),
        Severity.INFO,
    )
)
"""`none` is what kube-prometheus gives its Watchdog and InfoInhibitor, which page nobody."""
_RESOLVING_WORDS: Final = frozenset(
    (RESOLVE, "okay", "normal", "clear", "cleared", "resolved", "recovered", "up")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The severity that a sender's word means."""

    severity: Severity
    resolves: bool = False
    is_urgent: bool = False
    is_assumed: bool = False
    """The sender gave no word, or an unknown one."""


def read_severity(word: str | None, own_words: Mapping[str, str] | None = None) -> Reading:
    """Read a sender's word; an unknown one means warning, never a refusal.

    Args:
        word: In any case; None and empty: the sender gave none.
        own_words: An integration's additions, word → `critical`, `warning`, `info` or `ok`.
    """
    plain = (word or "").strip().lower()
    plain = (own_words or {}).get(plain, plain)
    if plain in _RESOLVING_WORDS:
        return Reading(Severity.INFO, resolves=True)
    severity = _WORDS.get(plain)
    if severity is None:
        return Reading(Severity.WARNING, is_assumed=True)
    return Reading(severity, is_urgent=plain == URGENT)
