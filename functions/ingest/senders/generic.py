"""Any JSON: by the integration's mapping, else by the names that most senders use."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object, each_of
from functions.ingest.senders.reading.fields import (
    Fields,
    as_text,
    is_blank,
    is_link,
    kind_of,
    link_name,
    unread,
)
from functions.ingest.senders.reading.report import BY_SEVERITY, Report
from functions.ingest.senders.reading.shapes import links_of, pairs_of
from functions.ingest.senders.reading.states import OVER, SEEN
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.signal import SignalAction
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.ingest.senders.reading.mapping import Budget, Mapped

EXPECTED: Final = (
    'Expected an object like {"title": "Nightly job failed", "status": "firing", "severity": '
    '"critical", "dedup_key": "job/nightly"}, or an integration with a mapping for what you send.'
)
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "dedup_key": (
        *("dedup_key", "alias", "alert_uid", "fingerprint", "incident_key", "incident_id"),
        *("alert_id", "uid", "uuid", "id"),
    ),
    "name": ("title", "name", "alert_name", "alertname", "subject", "summary", "event"),
    "summary": ("summary", "title", "subject"),
    "reason": ("message", "description", "reason", "output", "details", "text", "body"),
    "severity": ("severity", "priority", "level", "alert_severity"),
    "status": (
        *("status", "state", "event_action", "action", "alert_status", "alert_state"),
        *("current_state", "new_state", "event_type"),
    ),
    "source": ("source", "host", "hostname", "service"),
    "object": ("object", "resource", "entity", "instance", "component"),
    "started_at": ("started_at", "startsAt", "start_time"),
    "current_value": ("current_value", "value"),
}
_MAPS: Final[Mapping[str, tuple[str, ...]]] = {
    "labels": ("labels", "tags"),
    "links": ("links", "urls"),
}
_OVER_IF: Final = {
    **dict.fromkeys(("resolved", "is_resolved", "recovered", "closed"), True),
    **dict.fromkeys(("firing", "is_firing", "active", "is_active"), False),
}
"""Fields that are true or false, and the value that means that it is over."""
_PREFIX: Final = re.compile(
    r"[^\w\[\]]{0,8}(?:\[([\w .#/-]{1,40})(?::\d{1,6})?\]\s*|([A-Za-z]{2,12}):\s+)"
)
"""A symbol may stand before it."""
_FIRES: Final = frozenset(("firing", "problem", "alert", "alerting", "triggered", "down"))
_PREFIXES_LIMIT: Final = 4
_LINKS: Final = (("url", "Link"), ("link", "Link"), ("runbook_url", "Runbook"))
_NO_MAPPING: Final[Mapping[str, str]] = {}
_KNOWN: Final = frozenset(
    it
    for names in (*_NAMES.values(), *_MAPS.values(), [name for name, _ in _LINKS])
    for it in names
)
_TIMES: Final = frozenset(("timestamp", "time", "date", "created_at", "updated_at", "sent_at"))
"""Another one in every body, so no label; they are kept in the body as sent."""
LABEL_LIMIT: Final = 1_000
"""Characters of an unread value that becomes a label; what is longer is named as left out."""


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    mapping = settings.mapping
    budget = _budget(sent) if mapping else None

    def read_one(entry: Mapping[str, Any]) -> Report:
        return read_alert(entry, mapping, budget)

    if "entries" not in mapping:
        return each_object(sent, read_one, EXPECTED)
    entries = _mapped(mapping, sent.value, budget or _budget(sent)).value("entries")
    if not isinstance(entries, list):
        problem = Problem("mapping.entries", f"finds {kind_of(entries)}; it must find a list")
        raise InvalidInputError("The integration's mapping cannot be applied.", [problem])
    return each_of(entries, read_one, EXPECTED)


def read_alert(
    entry: Mapping[str, Any],
    mapping: Mapping[str, str] = _NO_MAPPING,
    budget: "Budget | None" = None,
) -> Report:
    """A field without a place of its own is kept as a label or a link.

    Args:
        entry: What says it.
        mapping: The integration's.
        budget: What the mapping may cost; None where there is none.
    """
    found = _Parts(entry, mapping, budget)
    title, source, object_ = found.text("name"), found.text("source"), found.text("object")
    key = found.text("dedup_key")
    found.expect("name", is_there=bool((title or key or "").strip()))
    status = found.status()
    name, said = _without_state(title) if status is None else (title, None)
    started_at = found.value("started_at")
    others, links, left_out = found.unread()
    return Report(
        action=_action(status or said),
        dedup_key=key or dedup_key_of(name, source, object_),
        name=name or key or "",
        summary=found.text("summary"),
        reason=found.text("reason"),
        severity=found.text("severity"),
        source=source,
        object=object_,
        labels={**others, **found.members("labels")},
        urls={**links, **found.links()},
        current_value=found.value("current_value"),
        started_at=read_time(started_at),
        notes=left_out,
        ignored=unread(Fields(entry), _KNOWN),
    )


class _Parts:
    """The parts of an alert: by the mapping, else by the usual names of fields."""

    def __init__(
        self, entry: Mapping[str, Any], mapping: Mapping[str, str], budget: "Budget | None"
    ) -> None:
        self._entry = Fields(entry)
        self._mapping = mapping
        self._mapped = _mapped(mapping, entry, budget) if budget else None

    def value(self, part: str) -> Any:  # noqa: ANN401 - any JSON
        if self._mapped is not None and part in self._mapping:
            return self._mapped.value(part)
        for name in _NAMES[part]:
            value = self._entry.raw(name)
            if not is_blank(value):
                return value
        return None

    def text(self, part: str) -> str | None:
        value = self.value(part)
        return None if is_blank(value) else as_text(value)

    def status(self) -> str | None:
        """The state, by a word, or by a field that is true or false."""
        said = self.text("status")
        if said is not None or "status" in self._mapping:
            return said
        for name, over in _OVER_IF.items():
            value = self._entry.raw(name)
            if isinstance(value, bool):
                return "resolved" if value is over else "firing"
        return None

    def members(self, part: str) -> dict[str, Any]:
        shape = links_of if part == "links" else pairs_of
        if self._mapped is not None and part in self._mapping:
            return shape(self._mapped.value(part))
        members: dict[str, Any] = {}
        for name in _MAPS[part]:
            members |= shape(self._entry.raw(name))
        return members

    def links(self) -> dict[str, Any]:
        links = self.members("links")
        for name, shown in _LINKS:
            for title, url in links_of(self._entry.raw(name), shown).items():
                links.setdefault(title, url)
        return links

    def unread(self) -> tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]:
        """Labels, links, and what is too long for either; a mapping chooses for itself."""
        labels: dict[str, Any] = {}
        links: dict[str, Any] = {}
        left_out: list[str] = []
        for name in self._entry.names() if self._mapped is None else ():
            value = self._entry.raw(name)
            if name in _KNOWN or name in _TIMES or value in (None, "", [], {}):
                continue
            if is_link(value):
                links[link_name(name)] = value
            elif len(text := as_text(value)) <= LABEL_LIMIT:
                labels[name] = text
            else:
                left_out.append(name)
        notes = (f"left out: {', '.join(left_out)}",) if left_out else ()
        return labels, links, notes

    def expect(self, part: str, *, is_there: bool) -> None:
        is_mapped = part in self._mapping
        problem = "finds nothing" if is_mapped else "is missing"
        field = f"mapping.{part}" if is_mapped else _NAMES[part][0]
        if not is_there:
            raise InvalidInputError(EXPECTED, [Problem(field, problem)])


def _without_state(title: str | None) -> tuple[str | None, str | None]:
    """Split the state from a title where only the title has it: `[prod] [RESOLVED] Disk full`."""
    rest, kept, state = (title or "").strip(), "", None
    for _ in range(_PREFIXES_LIMIT):
        found = _PREFIX.match(rest)
        if found is None:
            break
        word = (found[1] or found[2]).strip().lower()
        if word in OVER or word in _FIRES:
            state = state or word
        else:
            kept += found[0]
        rest = rest[found.end() :]
    if state is None or not rest:
        return title, None
    return f"{kept}{rest}", state


def _handshake(headers: Mapping[str, str]) -> HttpAnswer | None:
    """A mapping may be for CloudEvents, whose senders ask before they send."""
    from functions.ingest.senders.cloudevents import handshake

    return handshake(headers)


def _mapped(mapping: Mapping[str, str], entry: object, budget: "Budget") -> "Mapped":
    from functions.ingest.senders.reading.mapping import Mapped

    return Mapped(mapping, entry, budget)


def _budget(sent: Sent) -> "Budget":
    from functions.ingest.senders.reading.mapping import Budget

    return Budget.of_body(len(sent.body))


def _action(status: str | None) -> SignalAction | None:
    word = (status or "").strip().lower()
    if word in OVER:
        return SignalAction.RESOLVE
    if word in SEEN:
        return SignalAction.ACKNOWLEDGE
    return SignalAction.TRIGGER if word else BY_SEVERITY


SENDER: Final = Sender(
    product="Any JSON, by a mapping or by the usual names",
    expected=EXPECTED,
    read=read,
    handshake=_handshake,
    fires="every `status` that does not resolve",
    resolves="`status` resolved, ok, closed, up, recovered, …; without `status`, `severity` ok",
    dedup_key="`dedup_key`, `alias`, `alert_uid`, …, `id`; else title + source + object",
    severity="`severity`, `priority` or `level`",
    episode_start="`started_at`",
    answers="202, a result for each entry",
)
