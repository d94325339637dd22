"""A measure, its target and its figure."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    EXCUSED = "missed, see ADR 1, 15 or 21"
    """Within the limit that the ADR sets."""
    BESIDE = "-"
    """Without a target: for comparison."""

    @classmethod
    def of(cls, *, is_met: bool) -> "Verdict":
        return cls.MET if is_met else cls.MISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    measure: str
    target: str = ""
    figure: str
    verdict: Verdict = Verdict.BESIDE
    is_count: bool = False
    """Equal in every run, unlike seconds, so that a miss makes the command fail."""
