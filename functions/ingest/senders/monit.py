"""Monit: its variables as JSON, posted by an exec, or the XML that it sends to M/Monit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from functions.ingest.reply import Reply
from functions.ingest.senders import Entry, Ignored, Results, Sender, SenderSettings, Sent
from functions.ingest.senders.entries import each_object, read_entry
from functions.ingest.senders.fields import Fields
from functions.ingest.senders.report import ALWAYS_CRITICAL, Report
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import Signal, SignalAction

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

EXPECTED: Final = (
    "Expected Monit's variables as an object with "
    '"MONIT_HOST", "MONIT_SERVICE" and "MONIT_EVENT", or what Monit sends to M/Monit.'
)
_ENDS: Final = ("succeeded", "recovery", "not changed")
_GOOD: Final[Mapping[str, str]] = {"exists": "does not exist", "timeout recovery": "timeout"}
"""Good news that is not called like the bad news which it ends."""
_STATES: Final = frozenset(("failed", "matched", "error", "changed", "succeeded", "recovery"))
_INSTANCE: Final = "65536"
"""The event that Monit itself was started, stopped or reloaded."""


def read(sent: Sent, settings: SenderSettings) -> Sequence[Entry]:
    """Understand one event, or a report for M/Monit, which may hold none."""
    if sent.body.lstrip()[:1] != b"<":
        return each_object(sent, lambda entry: read_variables(entry, settings), EXPECTED)
    from functions.ingest.senders.xml_bodies import read_xml  # noqa: PLC0415 - most is JSON

    entry = _from_xml(read_xml(sent.body))
    return [read_entry(entry, lambda it: read_report(it, settings), EXPECTED, part=entry)]


def read_variables(entry: Mapping[str, Any], settings: SenderSettings) -> Signal | Ignored:
    """Understand the variables of an exec."""
    fields = Fields(entry)
    service, event = fields.needed("MONIT_SERVICE"), fields.needed("MONIT_EVENT")
    fields.raise_problems(EXPECTED)
    said = event.lower()
    if said in ("action done", "monit instance changed"):
        return Ignored(f"{said}: Monit at work")
    condition = _GOOD.get(said) or " ".join(word for word in said.split() if word not in _STATES)
    is_over = said in _GOOD or said.endswith(_ENDS)
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
    ).signal(settings)


def read_report(entry: Mapping[str, Any], settings: SenderSettings) -> Signal | Ignored:
    """Understand what Monit sends to M/Monit: the state of all, and at most one event."""
    fields = Fields(entry)
    if not fields.flat("event"):
        return Ignored("a report without an event")
    event = fields.part("event")
    service, event_id = event.needed("service"), event.needed("id")
    fields.raise_problems(EXPECTED)
    if event_id == _INSTANCE:
        return Ignored("Monit itself was started, stopped or reloaded")
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
    ).signal(settings)


def answer(_results: Results) -> Reply:
    """Answer as M/Monit does: 200, and nothing that Monit would have to understand."""
    return Reply(status=200, body="", headers={"content-type": "text/plain"})


def _from_xml(document: "Element") -> dict[str, Any]:
    from functions.ingest.senders.xml_bodies import text_of  # noqa: PLC0415 - most is JSON

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
    resolves="`MONIT_EVENT` with `succeeded`, `recovery`, `Exists`; XML: `event/state` 0, 3",
    dedup_key="`MONIT_HOST` + `MONIT_SERVICE` + the event without its state",
    severity="critical",
    episode_start="-",
    answers="200, empty",
)
