"""Monit: its variables as JSON, posted by an exec, or the XML that it sends to M/Monit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.senders import Entry, Ignored, Results, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import each_object, read_entry
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import ALWAYS_CRITICAL, Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

EXPECTED: Final = (
    "Expected Monit's variables as an object with "
    '"MONIT_HOST", "MONIT_SERVICE" and "MONIT_EVENT", or what Monit sends to M/Monit.'
)
_BAD: Final = (
    *("failed", "exceeded", "matched limit", "limit matched", "detected", "error", "down"),
    *("changed", "matched", "match"),
)
"""How Monit's names of events end that say what is wrong; from its table of events
(src/event.c, versions 5.20 to 5.35), whose columns are failed, succeeded, changed, not changed."""
_GOOD: Final = ("not changed", "succeeded", "recovery", "ok", "up", "doesn't match")
_WHOLE: Final[Mapping[str, tuple[str, bool]]] = {
    "does not exist": ("does not exist", False),
    "exists": ("does not exist", True),
    "does exist": ("does exist", False),
    "exists not": ("does exist", True),
    "timeout": ("timeout", False),
    "invalid type": ("type", False),
    "resource limit matched": ("resource limit", False),
}
"""Names that do not end so: the condition, and whether it is over."""
_AT_WORK: Final = ("action done", "no event")
_INSTANCE: Final = "65536"
_ACTION: Final = "524288"
"""The events that Monit itself was started, stopped or reloaded, or carried out a command."""


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    """Understand one event, or a report for M/Monit, which may hold none."""
    if sent.body.lstrip()[:1] != b"<":
        return each_object(sent, read_variables, EXPECTED)
    from functions.ingest.senders.reading.xml_bodies import read_xml

    entry = _from_xml(read_xml(sent.body))
    return [read_entry(entry, read_report, EXPECTED, part=entry)]


def read_variables(entry: Mapping[str, Any]) -> Report | Ignored:
    fields = Fields(entry)
    service, event = fields.needed("MONIT_SERVICE"), fields.needed("MONIT_EVENT")
    fields.raise_problems(EXPECTED)
    said = event.lower()
    if said in _AT_WORK or said.startswith("monit instance "):
        return Ignored(f"{said[:64]}: Monit at work")
    condition, is_over = _condition(" ".join(said.split()))
    host = fields.any_text("MONIT_HOST")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(host, service, condition),
        name=f"{service} on {host}" if host else service,
        summary=f"{service}: {event}",
        reason=fields.any_text("MONIT_DESCRIPTION"),
        words=ALWAYS_CRITICAL,
        source="monit",
        object=host,
        labels={"host": host, "service": service, "event": condition},
        current_value=fields.raw("MONIT_PROGRAM_STATUS"),
    )


def _condition(event: str) -> tuple[str, bool]:
    """What a name of an event is about, and whether that is over."""
    if event in _WHOLE:
        return _WHOLE[event]
    for endings, is_over in ((_GOOD, True), (_BAD, False)):
        for ending in endings:
            if event.endswith(f" {ending}"):
                return event.removesuffix(ending).strip(), is_over
    return event, False


def read_report(entry: Mapping[str, Any]) -> Report | Ignored:
    """Understand what Monit sends to M/Monit: the state of all, and at most one event."""
    fields = Fields(entry)
    if not fields.flat("event"):
        return Ignored("a report without an event")
    event = fields.part("event")
    service, event_id = event.needed("service"), event.needed("id")
    fields.raise_problems(EXPECTED)
    if event_id in (_INSTANCE, _ACTION):
        return Ignored("Monit at work")
    is_over = event.any_text("state") in ("0", "3")
    host = fields.any_text("host")
    return Report(
        action=SignalAction.RESOLVE if is_over else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(fields.any_text("monit") or host, service, event_id),
        name=f"{service} on {host}" if host else service,
        summary=event.any_text("message"),
        reason=event.any_text("message"),
        words=ALWAYS_CRITICAL,
        source="monit",
        object=host,
        labels={"host": host, "service": service},
    )


def answer(_results: Results) -> HttpAnswer:
    """Answer as M/Monit does: 200, and nothing that Monit would have to understand."""
    return HttpAnswer(status=200, body="", headers={"content-type": "text/plain"})


def _from_xml(document: "Element") -> dict[str, Any]:
    from functions.ingest.senders.reading.xml_bodies import text_of

    event = document.find("event")
    named = ("service", "id", "state", "message")
    return {
        "monit": document.get("id"),
        "host": text_of(document, "localhostname"),
        "event": {} if event is None else {name: text_of(event, name) for name in named},
    }


SENDER: Final = Sender(
    product="Monit",
    expected=EXPECTED,
    read=read,
    answer=answer,
    fires="every `MONIT_EVENT` that is no end; XML: `event/state` 1, 2",
    resolves="`MONIT_EVENT` with `succeeded`, `ok`, `up`, `recovery`, …; XML: `event/state` 0, 3",
    dedup_key="`MONIT_HOST` + `MONIT_SERVICE` + the event without its state",
    severity="critical",
    answers="200, empty",
)
