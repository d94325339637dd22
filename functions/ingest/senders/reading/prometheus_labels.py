"""Alerts made of labels and annotations, as Prometheus, Alertmanager and Grafana make them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from functions.ingest.senders import SenderSettings
from functions.ingest.senders.reading.fields import Fields, finished, is_link, link_name
from tocsin.domain.severity import Reading, read_severity
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    Value,
)

_NO_RULE: Final = frozenset(("DatasourceNoData", "DatasourceError"))
"""What Grafana calls every alert of a rule that has no data or fails; `rulename` is the rule's."""
UNFILLED: Final = frozenset(("<no value>", "[no value]"))
"""What Go's templates write where there is nothing to fill in."""
_HIDDEN: Final = "__"
"""How annotations begin that Grafana writes for itself (`__dashboardUid__`)."""
_SUMMARIES: Final = ("summary", "title")
_DESCRIPTIONS: Final = ("description", "message")
_VALUES: Final = ("value", "current_value")
_OBJECTS: Final = ("instance", "pod", "node", "host", "service")
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


def filled(labels: Mapping[str, str]) -> dict[str, str]:
    """The labels but those for which a template found nothing."""
    return {name: text for name, text in labels.items() if text not in UNFILLED}


def severity_of(labels: Mapping[str, str], settings: SenderSettings) -> Reading:
    """What the label `severity` means."""
    return read_severity(filled(labels).get("severity"), settings.severity_map)


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
    is_urgent: bool,
) -> Facts:
    """What an alert says.

    Args:
        alert: With `annotations`, `generatorURL`.
        labels: As read before.
        builder: Cleans and cuts.
        links: Links that are not the alert's own, by name.
        group_id: What groups it with others.
        is_urgent: Whether its severity was said in a word for more than critical.
    """
    annotations, labels = shown(alert.pairs("annotations")), filled(labels)
    object_ = object_of(labels)
    name = name_of(labels) or _first(annotations, _SUMMARIES) or spelled(labels)
    facts = Facts(
        name=builder.text("labels.alertname", name, NAME_LIMIT),
        summary=builder.text(
            "annotations.summary", summary_of(annotations, name, object_), SUMMARY_LIMIT
        ),
        reason=builder.long_text("annotations.description", reason_of(annotations)),
        source=builder.short("labels.job", labels.get("job")),
        object=builder.short("labels.instance", object_),
        source_severity=builder.short("labels.severity", labels.get("severity")),
        rule_name=builder.short("labels.alertname", labels.get("alertname")),
        group_id=builder.short("groupKey", group_id),
        labels=builder.labels({"urgent": "true", **labels} if is_urgent else labels),
        urls=builder.urls(urls_of(alert, annotations, links)),
    )
    return finished(facts, builder)


def with_note(facts: Facts, note: str | None) -> Facts:
    """Say something more about what is not there."""
    return replace(facts, truncated=(*facts.truncated, note)) if note else facts


def shown(annotations: Mapping[str, str]) -> dict[str, str]:
    """The annotations that people wrote, and that say something."""
    return {
        name: text
        for name, text in annotations.items()
        if not name.startswith(_HIDDEN) and text.strip() not in UNFILLED
    }


def name_of(labels: Mapping[str, str]) -> str | None:
    """The rule's name; of one without data with what is wrong with it."""
    name, rule = labels.get("alertname"), labels.get("rulename")
    return f"{rule}: {name}" if name in _NO_RULE and rule else name


def summary_of(annotations: Mapping[str, str], name: str, object_: str | None) -> str:
    """The rule's own, else the first line of its description, else what is wrong where."""
    said = _first(annotations, _SUMMARIES)
    if said is None:
        said = (_first(annotations, _DESCRIPTIONS) or "").strip().partition("\n")[0][:SUMMARY_LIMIT]
    return said or (f"{name}: {object_}" if object_ else name)


def _first(pairs: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((pairs[name] for name in names if pairs.get(name, "").strip()), None)


def spelled(labels: Mapping[str, str]) -> str:
    """Name an alert that has no name by all of its labels."""
    return ", ".join(f"{name}={value}" for name, value in labels.items())


def reason_of(annotations: Mapping[str, str]) -> str:
    """The description, and below it what other annotations say."""
    description = _first(annotations, _DESCRIPTIONS)
    told = {_first(annotations, _SUMMARIES), description, _first(annotations, _VALUES)}
    others = [
        f"{name}: {text}"
        for name, text in annotations.items()
        if text.strip() and text not in told and not is_link(text)
    ]
    return "\n".join([description, *others] if description else others)


def urls_of(
    alert: Fields, annotations: Mapping[str, str], links: Mapping[str, str | None]
) -> dict[str, str]:
    urls = links_in(annotations)
    own: dict[str, str | None] = {"source": alert.text("generatorURL"), **links}
    return urls | {name: url for name, url in own.items() if url}


def links_in(annotations: Mapping[str, str]) -> dict[str, str]:
    """The annotations that are links, by what they lead to."""
    return {link_name(name): text for name, text in annotations.items() if is_link(text)}


def object_of(labels: Mapping[str, str]) -> str | None:
    """What an alert is about: the first label that names a thing."""
    return _first(labels, _OBJECTS)
