"""Any JSON: by the integration's mapping, else by the names that most senders use."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.entries import each_object, each_of
from functions.ingest.senders.fields import Fields, as_text, kind_of
from functions.ingest.senders.report import Report
from functions.ingest.senders.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import InvalidInputError, Problem
from tocsin.domain.severity import read_severity
from tocsin.domain.signal import Signal, SignalAction

if TYPE_CHECKING:
    from functions.ingest.senders.mapping import Mapped

EXPECTED: Final = (
    'Expected an object like {"title": "Nightly job failed", "status": "firing", "severity": '
    '"critical", "dedup_key": "job/nightly"}, or an integration with a mapping for what you send.'
)
_OVER: Final = frozenset(
    (
        *("resolved", "resolve", "ok", "okay", "closed", "close", "up", "recovered", "recovery"),
        *("cleared", "clear", "normal", "success", "succeeded", "passed", "healthy", "fixed"),
    )
)
_SEEN: Final = frozenset(("acknowledged", "acknowledge", "ack"))
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "dedup_key": ("dedup_key", "alias", "fingerprint", "incident_key", "id"),
    "name": ("title", "name", "alert_name", "alertname", "subject", "summary", "event"),
    "summary": ("summary", "title", "subject"),
    "reason": ("message", "description", "reason", "output", "details", "text", "body"),
    "severity": ("severity", "priority", "level", "alert_severity"),
    "status": ("status", "state", "event_action", "action"),
    "source": ("source", "host", "hostname", "service"),
    "object": ("object", "resource", "entity", "instance", "component"),
    "started_at": ("started_at", "startsAt", "start_time"),
    "current_value": ("current_value", "value"),
}
_MAPS: Final[Mapping[str, tuple[str, ...]]] = {
    "labels": ("labels", "tags"),
    "links": ("links", "urls"),
}


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one alert, or a list of them."""
    if "entries" not in settings.mapping:
        return each_object(sent, lambda entry: read_alert(entry, settings), EXPECTED)
    entries = _mapped(settings, sent.value).value("entries")
    if not isinstance(entries, list):
        problem = Problem("mapping.entries", f"finds {kind_of(entries)}; it must find a list")
        raise InvalidInputError("The mapping fails.", [problem])
    return each_of(entries, lambda entry: read_alert(entry, settings), EXPECTED)


def read_alert(entry: Mapping[str, Any], settings: SenderSettings) -> Signal:
    """Understand one alert."""
    found = _Parts(entry, settings)
    name, source, object_ = found.text("name"), found.text("source"), found.text("object")
    key = found.text("dedup_key")
    found.expect("name", is_there=bool((name or key or "").strip()))
    severity = found.text("severity")
    started_at = found.value("started_at")
    return Report(
        action=_action(found.text("status"), severity, settings),
        dedup_key=key or dedup_key_of(name, source, object_),
        name=name or key or "",
        summary=found.text("summary"),
        reason=found.text("reason"),
        severity=severity,
        source=source,
        object=object_,
        labels=found.members("labels"),
        urls=found.links(),
        current_value=found.value("current_value"),
        started_at=read_time(started_at),
    ).signal(settings)


class _Parts:
    """The parts of an alert: where the mapping says, else where most senders have them."""

    def __init__(self, entry: Mapping[str, Any], settings: SenderSettings) -> None:
        self._entry = Fields(entry)
        self._mapping = settings.mapping
        self._mapped = _mapped(settings, entry) if settings.mapping else None

    def value(self, part: str) -> Any:  # noqa: ANN401 - any JSON
        if self._mapped is not None and part in self._mapping:
            return self._mapped.value(part)
        for name in _NAMES[part]:
            value = self._entry.raw(name)
            if value is not None and value != "":
                return value
        return None

    def text(self, part: str) -> str | None:
        value = self.value(part)
        return None if value is None or value == "" else as_text(value)

    def members(self, part: str) -> dict[str, Any]:
        if self._mapped is not None and part in self._mapping:
            value = self._mapped.value(part)
            return value if isinstance(value, dict) else {}
        members: dict[str, Any] = {}
        for name in _MAPS[part]:
            match self._entry.raw(name):
                case dict() as pairs:
                    members |= pairs
                case list() as tags:
                    members |= {as_text(tag): "true" for tag in tags if isinstance(tag, str)}
                case _:
                    pass
        return members

    def links(self) -> dict[str, Any]:
        links = self.members("links")
        for name, shown in (("url", "Link"), ("link", "Link"), ("runbook_url", "Runbook")):
            url = self._entry.raw(name)
            if isinstance(url, str):
                links.setdefault(shown, url)
        return links

    def expect(self, part: str, *, is_there: bool) -> None:
        is_mapped = part in self._mapping
        problem = "finds nothing" if is_mapped else "is missing"
        field = f"mapping.{part}" if is_mapped else _NAMES[part][0]
        if not is_there:
            raise InvalidInputError(EXPECTED, [Problem(field, problem)])


def _mapped(settings: SenderSettings, entry: object) -> "Mapped":
    from functions.ingest.senders.mapping import Mapped  # noqa: PLC0415 - brings jmespath

    return Mapped(settings.mapping, entry)


def _action(status: str | None, severity: str | None, settings: SenderSettings) -> SignalAction:
    word = (status or "").strip().lower()
    if word in _OVER:
        return SignalAction.RESOLVE
    if word in _SEEN:
        return SignalAction.ACKNOWLEDGE
    is_over = not word and read_severity(severity, settings.severity_map).resolves
    return SignalAction.RESOLVE if is_over else SignalAction.TRIGGER


SENDER: Final = Sender(
    product="Any JSON, by a mapping or by the usual names",
    expected=EXPECTED,
    read=read,
    fires="every `status` that does not resolve",
    resolves="`status` resolved, ok, closed, up, recovered, …; without `status`, `severity` ok",
    dedup_key="`dedup_key`, `alias`, `fingerprint` or `id`, else title + source + object",
    severity="`severity`, `priority` or `level`",
    episode_start="`started_at`",
    answers="202, a result for each entry",
)
