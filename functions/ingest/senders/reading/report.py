"""What products report, each in its own words, on its way to one signal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from functions.ingest.senders import SenderSettings
from functions.ingest.senders.reading.fields import Fields, as_text, assumed, finished
from tocsin.domain.dedup import bounded
from tocsin.domain.severity import RESOLVE, read_severity
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Signal,
    SignalAction,
    printable,
)

NOTE_LIMIT: Final = 2_000
"""Characters of a comment; what a timeline's note may have."""

type Anything = object
"""Any JSON."""

ALWAYS_CRITICAL: Final[Mapping[str, str]] = {"": "critical"}
"""For products that have no severity: whoever wires them to an alert means it."""


def merged(*labels: Mapping[str, Anything]) -> dict[str, Anything]:
    """Labels of several origins; the later goes first, but nothing never hides something."""
    return {
        name: value
        for part in labels
        for name, value in part.items()
        if value not in (None, "", [], {})
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a product says about one alert, not yet cleaned or cut."""

    action: SignalAction = SignalAction.TRIGGER
    dedup_key: str
    name: str
    summary: str | None = None
    """If it says more than the name."""
    reason: str | None = None
    severity: str | None = None
    """The product's word. The integration's map goes first, then `words`, then what all know."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the product means by its words, in lower case."""
    source: str | None = None
    source_name: str | None = None
    object: str | None = None
    rule_id: str | None = None
    rule_name: str | None = None
    monitor_id: str | None = None
    monitor_name: str | None = None
    group_id: str | None = None
    labels: Mapping[str, Anything] = field(default_factory=dict)
    urls: Mapping[str, Anything] = field(default_factory=dict)
    """What is no text, or says nothing, is no link."""
    current_value: Anything = None
    threshold: Anything = None
    operator: str | None = None
    window: str | None = None
    started_at: datetime | None = None
    notes: tuple[str, ...] = ()
    """What the product says that it left out."""
    comment: str | None = None
    """What a person wrote who acknowledged it."""
    ignored: tuple[str, ...] = ()
    """Fields that were not read although they look like one of ours."""

    def signal(self, settings: SenderSettings) -> Signal:
        """Clean and cut it."""
        reading = read_severity(self.severity, {**self.words, **settings.severity_map})
        builder = FactsBuilder()
        measured = Fields({"current_value": self.current_value, "threshold": self.threshold})
        current_value = measured.value("current_value", builder)
        facts = self._facts(builder, measured, is_urgent=reading.is_urgent)
        action = self._action(settings)
        return Signal(
            action=action,
            dedup_key=bounded(self.dedup_key),
            severity=reading.severity,
            facts=finished(facts, builder),
            current_value=current_value,
            source_started_at=self.started_at,
            note=printable(self.comment)[:NOTE_LIMIT] if self.comment else None,
            assumed=assumed(reading, action),
            ignored=self.ignored,
        )

    def _action(self, settings: SenderSettings) -> SignalAction:
        word = (self.severity or "").strip().lower()
        closes = settings.severity_map.get(word) == RESOLVE
        return SignalAction.RESOLVE if closes else self.action

    def _facts(self, builder: FactsBuilder, measured: Fields, *, is_urgent: bool) -> Facts:
        labels = {"urgent": "true"} if is_urgent else {}
        labels |= {
            name: as_text(value)
            for name, value in self.labels.items()
            if value not in (None, "", [], {})
        }
        urls = {
            name: value
            for name, value in self.urls.items()
            if isinstance(value, str) and value.strip()
        }
        for note in self.notes:
            builder.note(note)
        return Facts(
            name=builder.text("name", self.name, NAME_LIMIT),
            summary=builder.text("summary", self.summary or self.name, SUMMARY_LIMIT),
            reason=builder.long_text("reason", self.reason or ""),
            source=builder.short("source", self.source),
            source_name=builder.short("source_name", self.source_name),
            object=builder.short("object", self.object),
            source_severity=builder.short("severity", self.severity),
            rule_id=builder.short("rule_id", self.rule_id),
            rule_name=builder.short("rule_name", self.rule_name),
            monitor_id=builder.short("monitor_id", self.monitor_id),
            monitor_name=builder.short("monitor_name", self.monitor_name),
            group_id=builder.short("group_id", self.group_id),
            threshold=measured.value("threshold", builder),
            operator=builder.short("operator", self.operator),
            window=builder.short("window", self.window),
            labels=builder.labels(labels),
            urls=builder.urls(urls),
        )
