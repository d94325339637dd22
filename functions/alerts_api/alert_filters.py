"""The filters of the list of alerts, which bulk actions take as well."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from functions.alerts_api.fields import Fields
from tocsin.domain.alert import AlertStatus
from tocsin.domain.alert_query import (
    EQUAL_FIELDS,
    LIMIT_DEFAULT,
    LIMIT_MAXIMUM,
    AlertQuery,
    Sort,
)
from tocsin.domain.nearest import did_you_mean
from tocsin.domain.severity import Severity

LABEL_PREFIX: Final = "label."

_LABELS: Final = frozenset(("label", "labels"))
KNOWN: Final = EQUAL_FIELDS | {
    *("status", "severity", "snoozed", "silenced", "from", "to", "q", "sort", "limit", "cursor")
}
WORDS: Final = "words"
"""The parameter that asks for sentences beside the facts."""
_SEVERITIES: Final = {severity.value: severity for severity in Severity} | {
    "information": Severity.INFO
}
_STATUSES: Final = {status.value: status for status in AlertStatus}
_SORTS: Final = {sort.value: sort for sort in Sort}
_SHOWN: Final = 100
"""Characters of a name that was sent."""
_SEE_LIST: Final = "; see the list of alerts"


def read_filters(filters: Mapping[str, str]) -> AlertQuery:
    """Read the filters of a list; unknown ones are ignored, an empty one filters nothing.

    Raises:
        InvalidInputError: `details` name each malformed one.
    """
    said = {name: text.strip() for name, text in filters.items() if text.strip()}
    fields = Fields(said)
    query = AlertQuery(
        statuses=_words(fields, "status", _STATUSES),
        severities=_words(fields, "severity", _SEVERITIES),
        snoozed=fields.flag("snoozed") if fields.has("snoozed") else None,
        silenced=fields.flag("silenced") if fields.has("silenced") else None,
        equal={name: said[name] for name in EQUAL_FIELDS if name in said},
        labels=_labels(said),
        fired_from=fields.instant("from") if fields.has("from") else None,
        fired_to=fields.instant("to") if fields.has("to") else None,
        words=tuple(said.get("q", "").casefold().split()),
        sort=_sort(fields),
        limit=read_limit(fields),
        cursor=said.get("cursor"),
    )
    fields.expect_good("The list cannot be filtered like that.")
    return query


def known_parameters(query: Iterable[str]) -> frozenset[str]:
    """The parameters that the list knows, with the labels of this query."""
    labels = (name for name in query if name.startswith(LABEL_PREFIX) and name != LABEL_PREFIX)
    return KNOWN | {WORDS, "time_zone", *labels}


def filters_of(members: Mapping[str, Any], fields: Fields) -> dict[str, str]:
    """Read filters from JSON, where values may be lists, numbers and booleans.

    A list ignores an unknown filter, an action refuses it: a typing mistake would select every
    alert.

    Args:
        members: The filter object of a body.
        fields: Collects the problems.
    """
    filters: dict[str, str] = {}
    for name, value in members.items():
        if name in _LABELS and isinstance(value, Mapping):
            for label, wanted in value.items():
                _take(filters, f"{LABEL_PREFIX}{label}", wanted, fields, f"{name}.{label}")
        elif name in _LABELS and value is not None:
            fields.refuse(f"filter.{name}", "must be an object of names and values")
        elif name not in KNOWN | _LABELS and not name.startswith(LABEL_PREFIX):
            meant = did_you_mean(name, KNOWN | _LABELS)
            fields.refuse(f"filter.{name[:_SHOWN]}", f"is no filter{meant or _SEE_LIST}")
        elif value is not None:
            _take(filters, name, value, fields, name)
    return filters


def _take(filters: dict[str, str], name: str, value: object, fields: Fields, place: str) -> None:
    text = _as_text(value)
    if text is None:
        fields.refuse(f"filter.{place}", "must be a text, a number, true, false or a list")
    else:
        filters[name] = text


def wants_words(query: Mapping[str, str]) -> bool:
    """Raises InvalidInputError if it says neither true nor false."""
    fields = Fields({WORDS: query.get(WORDS) or None})
    is_wanted = fields.flag(WORDS)
    fields.expect_good("Words cannot be asked for like that.")
    return is_wanted


def read_limit(fields: Fields) -> int:
    """Rows of a page; a higher number means `LIMIT_MAXIMUM`."""
    if not fields.has("limit"):
        return LIMIT_DEFAULT
    written = str(fields.value("limit")).strip()
    is_number = written.isascii() and written.isdigit()
    digits = written.lstrip("0") if is_number else ""
    if not digits:
        fields.refuse("limit", f"must be a number from 1 to {LIMIT_MAXIMUM}")
        return LIMIT_DEFAULT
    is_long = len(digits) > len(str(LIMIT_MAXIMUM))
    return LIMIT_MAXIMUM if is_long else min(int(digits), LIMIT_MAXIMUM)


def _words[T](fields: Fields, name: str, known: Mapping[str, T]) -> frozenset[T]:
    if not fields.has(name):
        return frozenset(known.values())
    words = [word.strip().lower() for word in str(fields.value(name)).split(",")]
    chosen = {word for word in words if word}
    if unknown := sorted(chosen - known.keys()):
        fields.refuse(name, f"{_listed(unknown)} is none of {_listed(known)}")
    return frozenset(known[word] for word in chosen & known.keys())


def _sort(fields: Fields) -> Sort:
    written = str(fields.value("sort") or Sort.NEWEST)
    if written not in _SORTS:
        fields.refuse("sort", f"must be one of {_listed(_SORTS)}")
    return _SORTS.get(written, Sort.NEWEST)


def _labels(said: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(LABEL_PREFIX): text
        for name, text in said.items()
        if name.startswith(LABEL_PREFIX) and name != LABEL_PREFIX
    }


def _listed(words: Iterable[str]) -> str:
    return ", ".join(word[:40] for word in words)


def _as_text(value: object) -> str | None:
    match value:
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case list():
            texts = [_as_text(member) for member in value]
            return None if None in texts else ",".join(text for text in texts if text)
        case _:
            return None
