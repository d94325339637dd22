"""A measure, what we hold ourselves to, and what it turned out to be."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """Whether a target is met."""

    MET = "met"
    MISSED = "missed"
    EXCUSED = "missed, see ADR 1 or 15"
    """By as much as was decided there, and no more."""
    BESIDE = "-"
    """There is no target: the figure is there to compare with."""

    @classmethod
    def of(cls, *, is_met: bool) -> "Verdict":
        return cls.MET if is_met else cls.MISSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table."""

    measure: str
    target: str = ""
    figure: str
    verdict: Verdict = Verdict.BESIDE
    is_count: bool = False
    """The same in every run, unlike seconds: a miss is a fault of the code."""
