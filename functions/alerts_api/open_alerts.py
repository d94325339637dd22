"""Warnings about open alerts that the deletion of configuration affects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from functions.alerts_api.answers import with_data, without_content
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_query import LIMIT_MAXIMUM, AlertQuery
from tocsin.domain.errors import Problem
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from tocsin.usecases.ports import AlertRepository

PAGES_LIMIT: Final = 5
"""Of the list of open alerts, so that a removal takes no longer in a storm."""
OPEN: Final = frozenset((AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """The open alerts that depend on a policy, user, channel or integration."""

    noun: str
    """The field of the warning."""
    which: str
    """Follows "open alerts" in the warning."""
    what_follows: str
    equal: Mapping[str, str] = field(default_factory=dict)
    """As `AlertQuery.equal`."""
    selects: Callable[[Alert], bool] = lambda _alert: True

    def warning(self, number: int, *, is_cut: bool) -> Problem:
        at_least = "at least " if is_cut else ""
        problem = f"open alerts {self.which}: {at_least}{number}; {self.what_follows}"
        return Problem(self.noun, problem)


@dataclass(frozen=True, slots=True)
class OpenAlerts:
    """Counts at most `PAGES_LIMIT` pages."""

    alerts: AlertRepository

    def count(self, concern: Concern, at: datetime) -> tuple[int, tuple[Problem, ...]]:
        number, cursor = 0, None
        for _ in range(PAGES_LIMIT):
            query = AlertQuery(
                statuses=OPEN, equal=concern.equal, limit=LIMIT_MAXIMUM, cursor=cursor
            )
            page = self.alerts.list(query, at=at)
            number += sum(map(concern.selects, page.alerts))
            cursor = page.next_cursor
            if cursor is None:
                break
        if not number and cursor is None:
            return 0, ()
        return number, (concern.warning(number, is_cut=cursor is not None),)


def is_asked(alert: Alert, target: str) -> bool:
    """Args: target: Such as `user:alice`."""
    return alert.is_asking and target in alert.escalation.targets


def answer_removal(number: int, warnings: tuple[Problem, ...]) -> HttpAnswer:
    """204, or 200 with warnings."""
    if not warnings:
        return without_content()
    return with_data({"open_alerts": number}, warnings=view_warnings(warnings))


def view_warnings(warnings: Sequence[Problem]) -> list[dict[str, str]]:
    return [{"field": it.field, "problem": it.problem} for it in warnings]
