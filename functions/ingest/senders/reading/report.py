"""A product's statement about one alert, in its own words, and the signal that it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from functions.ingest.senders.reading.fields import as_text
from tocsin.domain.dedup import bounded
from tocsin.domain.severity import RESOLVE, Reading, Severity, read_severity
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Signal,
    SignalAction,
    Value,
    printable,
)

NOTE_LIMIT: Final = 2_000
"""Characters of a comment; what a timeline's note may have."""
TEST_LASTS: Final = timedelta(minutes=10)
TEST_LABEL: Final = "test"
URGENT_LABEL: Final = "urgent"

type Anything = object
"""Any JSON."""

ALWAYS_CRITICAL: Final[Mapping[str, str]] = {"": "critical"}
"""For products that have no severity: an alert that is sent on is meant to page."""
BY_SEVERITY: Final = None
"""The action of a product that ends an alert by a severity such as `ok`."""

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
_NOTHING: Final[tuple[Anything, ...]] = (None, "", [], {})
_LARGE: Final = 2**53
"""Up to here every reader of JSON keeps whole numbers whole."""
_LARGEST: Final = 10**300


def merged(*labels: Mapping[str, Anything]) -> dict[str, Anything]:
    """Labels of several origins; the later goes first, but an empty value hides no other."""
    return {name: value for part in labels for name, value in part.items() if value not in _NOTHING}


@dataclass(slots=True, kw_only=True)
class Report:
    """A product's statement about one alert, not yet cleaned or cut."""

    action: SignalAction | None = SignalAction.TRIGGER
    """None is `BY_SEVERITY`."""
    dedup_key: str
    name: str
    summary: str | None = None
    """If it differs from the name."""
    reason: str | None = None
    severity: str | None = None
    """The product's word. The integration's map goes first, then `words`, then the domain's."""
    words: Mapping[str, str] = _NONE
    """What the product means by its words, in lower case."""
    source: str | None = None
    source_name: str | None = None
    object: str | None = None
    rule_id: str | None = None
    rule_name: str | None = None
    monitor_id: str | None = None
    monitor_name: str | None = None
    group_id: str | None = None
    labels: Mapping[str, Anything] = _NONE
    keeps_empty_labels: bool = False
    """Of formats that have labels of their own: one without a text is still a label."""
    urls: Mapping[str, Anything] = _NONE
    """Values that are no text, or an empty one, are left out."""
    current_value: Anything = None
    threshold: Anything = None
    operator: str | None = None
    window: str | None = None
    started_at: datetime | None = None
    lapses_at: datetime | None = None
    """Until when the sender vouches for it."""
    notes: tuple[str, ...] = ()
    """The product's own notes of what it left out."""
    comment: str | None = None
    """What a person wrote who acknowledged it."""
    ignored: tuple[str, ...] = ()
    """Fields that were not read although they look like one of ours."""
    is_test: bool = False
    """The product's own test: an alert of severity info with the label `test`, which ends by
    itself, or by the product's test of the end."""
    field_names: Mapping[str, str] = _NONE
    """What the product calls a part (`reason`) where the answer says that it was cut (`output`)."""

    def signal(self, severity_map: Mapping[str, str], at: datetime) -> Signal:
        """Clean it and cut it to the limits.

        Args:
            severity_map: The integration's own.
            at: When it was sent.
        """
        words = {**self.words, **severity_map} if self.words else severity_map
        reading = read_severity(self.severity, words)
        action = self._action(reading, severity_map)
        is_trigger = action is SignalAction.TRIGGER
        builder = FactsBuilder()
        current_value = self._measured("current_value", self.current_value, builder)
        facts = self._facts(builder, is_urgent=reading.is_urgent)
        signal = Signal(
            action=action,
            dedup_key=bounded(self.dedup_key),
            severity=reading.severity,
            facts=replace(facts, truncated=builder.truncated) if builder.truncated else facts,
            current_value=current_value,
            source_started_at=self.started_at,
            lapses_at=self.lapses_at if is_trigger else None,
            note=printable(self.comment)[:NOTE_LIMIT] if self.comment else None,
            assumed={"severity": reading.severity} if reading.is_assumed and is_trigger else {},
            ignored=self.ignored,
        )
        return _as_test(signal, at) if self.is_test else signal

    def _action(self, reading: Reading, severity_map: Mapping[str, str]) -> SignalAction:
        if self.action is BY_SEVERITY:
            return SignalAction.RESOLVE if reading.resolves else SignalAction.TRIGGER
        if not severity_map:
            return self.action
        word = (self.severity or "").strip().lower()
        return SignalAction.RESOLVE if severity_map.get(word) == RESOLVE else self.action

    def _facts(self, builder: FactsBuilder, *, is_urgent: bool) -> Facts:
        named, short = self.field_names.get, builder.short
        labels = {URGENT_LABEL: "true"} if is_urgent else {}
        for name, value in self.labels.items():
            if self.keeps_empty_labels or value not in _NOTHING:
                labels[name] = as_text(value)
        urls = {
            name: value
            for name, value in self.urls.items()
            if isinstance(value, str) and value.strip()
        }
        for note in self.notes:
            builder.note(note)
        summary = self.summary or self.name
        return Facts(
            name=builder.text(named("name", "name"), self.name, NAME_LIMIT),
            summary=builder.text(named("summary", "summary"), summary, SUMMARY_LIMIT),
            reason=builder.long_text(named("reason", "reason"), self.reason or ""),
            source=short(named("source", "source"), self.source),
            source_name=short("source_name", self.source_name),
            object=short(named("object", "object"), self.object),
            source_severity=short(named("severity", "severity"), self.severity),
            rule_id=short("rule_id", self.rule_id),
            rule_name=short(named("rule_name", "rule_name"), self.rule_name),
            monitor_id=short("monitor_id", self.monitor_id),
            monitor_name=short("monitor_name", self.monitor_name),
            group_id=short(named("group_id", "group_id"), self.group_id),
            threshold=self._measured("threshold", self.threshold, builder),
            operator=short("operator", self.operator),
            window=short("window", self.window),
            labels=builder.labels(labels),
            urls=builder.urls(urls),
        )

    def _measured(self, part: str, value: Anything, builder: FactsBuilder) -> Value:
        """A number as it is, else a text; a long one is cut."""
        match value:
            case None | bool() | float():
                return value
            case int() if abs(value) < _LARGE:
                return value
            case int() if abs(value) < _LARGEST:
                return float(value)
            case _:
                text = str(value) if isinstance(value, int) else as_text(value)
                return builder.short(self.field_names.get(part, part), text)


def _as_test(signal: Signal, at: datetime) -> Signal:
    is_end = signal.action is SignalAction.RESOLVE
    own = signal.facts.labels
    labels = {name: own[name] for name in own if name not in (TEST_LABEL, URGENT_LABEL)}
    return replace(
        signal,
        severity=Severity.INFO,
        facts=replace(signal.facts, labels={TEST_LABEL: "true", **labels}),
        lapses_at=None if is_end else at + TEST_LASTS,
        assumed={},
    )
