"""Which alerts a list asks for, and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.team_storm import TeamStorm

LIMIT_DEFAULT: Final = 50
LIMIT_MAXIMUM: Final = 200


class Sort(StrEnum):
    """The orders a list has; equal severities come newest first."""

    OLDEST = "fired_at"
    NEWEST = "-fired_at"
    MILDEST = "severity"
    WORST = "-severity"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertQuery:
    """All filters combine: an alert must pass each."""

    statuses: frozenset[AlertStatus] = frozenset(AlertStatus)
    severities: frozenset[Severity] = frozenset(Severity)
    snoozed: bool | None = None
    silenced: bool | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
    """Fields that must have this very text: `rule_id`, `source`, `integration`,
    `monitor_id`, `group_id`, `dedup_key`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    fired_from: datetime | None = None
    fired_to: datetime | None = None
    words: tuple[str, ...] = ()
    """Each must be part of summary, reason, name or object; case does not count."""
    sort: Sort = Sort.NEWEST
    limit: int = LIMIT_DEFAULT
    cursor: str | None = None

    @property
    def searches_facts(self) -> bool:
        """Whether it depends on texts of any length."""
        return bool(self.labels or self.words)

    @property
    def is_selective(self) -> bool:
        """Whether it may leave out many alerts of its statuses and severities."""
        return bool(
            self.snoozed is not None
            or self.silenced is not None
            or self.equal
            or self.searches_facts
        )

    @property
    def selects_all(self) -> bool:
        """Whether no alert can fail it."""
        return self.statuses == frozenset(AlertStatus) and (
            self.severities == frozenset(Severity)
            and self.fired_from is None
            and self.fired_to is None
            and not self.is_selective
        )

    @property
    def is_of_key(self) -> bool:
        """Whether it asks for one dedup key, by time."""
        return "dedup_key" in self.equal and self.sort in {Sort.NEWEST, Sort.OLDEST}

    def selects(self, alert: Alert, at: datetime) -> bool:
        """Whether an alert passes every filter at this time."""
        return (
            alert.status in self.statuses
            and alert.severity in self.severities
            and (self.snoozed is None or alert.is_snoozed(at) is self.snoozed)
            and (self.silenced is None or (alert.silence is not None) is self.silenced)
            and (self.fired_from is None or alert.fired_at >= self.fired_from)
            and (self.fired_to is None or alert.fired_at <= self.fired_to)
            and (not self.equal or self._has_texts(alert))
            and (not self.labels or self._has_labels(alert))
            and (not self.words or self._has_words(alert))
        )

    def _has_texts(self, alert: Alert) -> bool:
        return all(_text_of(alert, name) == value for name, value in self.equal.items())

    def _has_labels(self, alert: Alert) -> bool:
        labels = alert.facts.labels
        return all(labels.get(name) == text for name, text in self.labels.items())

    def _has_words(self, alert: Alert) -> bool:
        facts = alert.facts
        text = " ".join((facts.summary, facts.reason, facts.name, facts.object or "")).casefold()
        return all(word in text for word in self.words)


EQUAL_FIELDS: Final = frozenset(
    ("rule_id", "source", "integration", "monitor_id", "group_id", "dedup_key")
)


def _text_of(alert: Alert, name: str) -> str | None:
    match name:
        case "integration":
            return alert.integration
        case "dedup_key":
            return alert.dedup_key
        case "rule_id":
            return alert.facts.rule_id
        case "source":
            return alert.facts.source
        case "monitor_id":
            return alert.facts.monitor_id
        case _:
            return alert.facts.group_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers of open alerts; at most a second old."""

    firing: int = 0
    acknowledged: int = 0
    snoozed: int = 0
    critical: int = 0
    warning: int = 0
    info: int = 0

    @classmethod
    def of(cls, status: AlertStatus, severity: Severity, *, is_snoozed: bool) -> Self:
        if status is AlertStatus.RESOLVED:
            return cls()
        return cls(**{status.value: 1, severity.value: 1}, snoozed=int(is_snoozed))

    @property
    def total(self) -> int:
        """All that are open."""
        return self.firing + self.acknowledged

    @property
    def shown(self) -> "Counts":
        """Never negative: a lost change can make a stored number too small."""
        return Counts(**{name: max(0, getattr(self, name)) for name in COUNTED})

    def __add__(self, moved: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) + getattr(moved, name) for name in COUNTED})

    def __sub__(self, before: "Counts") -> "Counts":
        return Counts(**{name: getattr(self, name) - getattr(before, name) for name in COUNTED})


COUNTED: Final = tuple(each.name for each in fields(Counts))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    """One page of a list."""

    alerts: tuple[Alert, ...]
    next_cursor: str | None
    """None on the last page. With a selective filter a page may hold fewer alerts than the
    limit although more follow."""
    searched_to: datetime | None = None
    """Where a page of a selective filter stopped for having read enough; None: it did not."""
    counts: Counts
    storm: "TeamStorm | None" = None
    """The team's storm, if one is on."""
