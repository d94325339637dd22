"""Alerts made of labels and annotations, as Prometheus, Alertmanager and Grafana make them."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from functions.ingest.senders.reading.fields import Fields, is_link, link_name
from tocsin.domain.signal import SUMMARY_LIMIT

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
_FIELD_NAMES: Final = {
    "name": "labels.alertname",
    "summary": "annotations.summary",
    "reason": "annotations.description",
    "source": "labels.job",
    "object": "labels.instance",
    "severity": "labels.severity",
    "rule_name": "labels.alertname",
    "group_id": "groupKey",
    "current_value": "annotations.value",
}
_FNV_OFFSET: Final = 0xCBF29CE484222325
_FNV_PRIME: Final = 0x100000001B3
_SEPARATOR: Final = b"\xff"


def fingerprint_of_labels(labels: Mapping[str, str]) -> str:
    """Distinguish label sets as Alertmanager does: FNV-1a over the sorted labels, 64 bits."""
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


def described(
    alert: Fields, labels: Mapping[str, str], links: Mapping[str, str | None]
) -> dict[str, Any]:
    """Labels and annotations, as arguments of `Report`.

    Args:
        alert: With `annotations`, `generatorURL`.
        labels: As read before.
        links: Links that are not the alert's own, by name.
    """
    annotations, labels = shown(alert.pairs("annotations")), filled(labels)
    object_ = object_of(labels)
    name = name_of(labels) or _first(annotations, _SUMMARIES) or spelled(labels)
    return {
        "name": name,
        "summary": summary_of(annotations, name, object_),
        "reason": reason_of(annotations),
        "severity": labels.get("severity"),
        "source": labels.get("job"),
        "object": object_,
        "rule_name": labels.get("alertname"),
        "labels": labels,
        "keeps_empty_labels": True,
        "urls": urls_of(alert, annotations, links),
        "current_value": _value_of(alert),
        "field_names": _FIELD_NAMES,
    }


def _value_of(alert: Fields) -> float | str | None:
    text = alert.inner("annotations").text(*_VALUES)
    try:
        number = float(text or "")
    except ValueError:
        return text
    return number if isfinite(number) else text


def shown(annotations: Mapping[str, str]) -> dict[str, str]:
    """The annotations that people wrote and that were filled in."""
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
    """The description, and below it the other annotations."""
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
