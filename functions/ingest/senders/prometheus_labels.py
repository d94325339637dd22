"""Alerts made of labels and annotations, as Prometheus, Alertmanager and Grafana make them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from functions.ingest.senders import SenderSettings
from functions.ingest.senders.fields import Fields, finished, is_link
from tocsin.domain.severity import Reading, read_severity
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Value,
)

_SUMMARIES: Final = ("summary", "title")
_DESCRIPTIONS: Final = ("description", "message")
_VALUES: Final = ("value", "current_value")
_OBJECTS: Final = ("instance", "pod", "node", "host", "service")
_URL_ENDINGS: Final = ("_url", "_uri", "_link", "url", "link")
_FNV_OFFSET: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3
_SEPARATOR: Final = b"\xff"


def fingerprint_of_labels(labels: Mapping[str, str]) -> str:
    """Tell label sets apart as Alertmanager does: FNV-1a over the sorted labels, 64 bits."""
    digest = _FNV_OFFSET
    parts = (part for name in sorted(labels) for part in (name, labels[name]))
    for part in parts:
        for byte in part.encode("utf-8", "surrogatepass") + _SEPARATOR:
            digest = (digest ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


def read_labels(alert: Fields) -> dict[str, str]:
    """The labels; an alert without any is none."""
    labels = alert.part("labels").texts()
    alert.require("labels", is_there=bool(labels), problem="must have at least one label")
    return labels


def severity_of(labels: Mapping[str, str], settings: SenderSettings) -> Reading:
    """What the label `severity` means."""
    return read_severity(labels.get("severity"), settings.severity_map)


def value_of(alert: Fields, builder: FactsBuilder) -> Value:
    """What was measured, where a rule's annotations say so."""
    annotations = alert.inner("annotations")
    text = annotations.text(*_VALUES)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return builder.short("annotations.value", text)
    is_finite = abs(number) < float("inf")
    return number if is_finite else builder.short("annotations.value", text)


def facts_of(
    alert: Fields,
    labels: Mapping[str, str],
    builder: FactsBuilder,
    *,
    links: Mapping[str, str | None],
    group_id: str | None = None,
    settings: SenderSettings,
) -> Facts:
    """What an alert says.

    Args:
        alert: With `annotations`, `generatorURL`.
        labels: As read before.
        builder: Cleans and cuts.
        links: Links that are not the alert's own, by name.
        group_id: What groups it with others.
        settings: Of the integration.
    """
    annotations = alert.pairs("annotations")
    name = labels.get("alertname") or _first(annotations, _SUMMARIES) or _spelled(labels)
    is_urgent = severity_of(labels, settings).is_urgent
    facts = Facts(
        name=builder.text("labels.alertname", name, NAME_LIMIT),
        summary=builder.text(
            "annotations.summary", _first(annotations, _SUMMARIES) or name, SUMMARY_LIMIT
        ),
        reason=builder.long_text("annotations.description", _reason(annotations)),
        source=builder.short("labels.job", labels.get("job")),
        object=builder.short("labels.instance", _first(labels, _OBJECTS)),
        source_severity=builder.short("labels.severity", labels.get("severity")),
        rule_name=builder.short("labels.alertname", labels.get("alertname")),
        group_id=builder.short("groupKey", group_id),
        labels=builder.labels({"urgent": "true", **labels} if is_urgent else labels),
        urls=builder.urls(_urls(alert, annotations, links)),
    )
    return finished(facts, builder)


def with_note(facts: Facts, note: str | None) -> Facts:
    """Say something more about what is not there."""
    return replace(facts, truncated=(*facts.truncated, note)) if note else facts


def _first(pairs: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((pairs[name] for name in names if pairs.get(name, "").strip()), None)


def _spelled(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels.items())


def _reason(annotations: Mapping[str, str]) -> str:
    """The description, and below it what other annotations say."""
    said = (*_SUMMARIES, *_DESCRIPTIONS, *_VALUES)
    others = [
        f"{name}: {text}"
        for name, text in annotations.items()
        if name not in said and text.strip() and not is_link(text)
    ]
    description = _first(annotations, _DESCRIPTIONS)
    return "\n".join([description, *others] if description else others)


def _urls(
    alert: Fields, annotations: Mapping[str, str], links: Mapping[str, str | None]
) -> dict[str, str]:
    urls = {link_name(name): text for name, text in annotations.items() if is_link(text)}
    own: dict[str, str | None] = {"source": alert.text("generatorURL"), **links}
    return urls | {name: url for name, url in own.items() if url}


def link_name(name: str) -> str:
    """`runbook_url` is the runbook."""
    for ending in _URL_ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)].rstrip("_")
    return name
