"""CloudEvents 1.0 over HTTP: structured, binary and batched."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import unquote

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.charsets import text_of
from functions.ingest.senders.reading.entries import each_object, read_entry
from functions.ingest.senders.reading.fields import Fields, as_text, unread
from functions.ingest.senders.reading.lenient_json import read_lenient
from functions.ingest.senders.reading.report import BY_SEVERITY, Report
from functions.ingest.senders.reading.states import OVER
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.errors import MalformedInputError
from tocsin.domain.signal import NAME_LIMIT, SignalAction, printable
from tocsin.lambda_runtime.http import HttpAnswer

EXPECTED: Final = (
    'Expected a CloudEvent like {"specversion": "1.0", "id": "1", "source": "/disks/db-1", '
    '"type": "com.example.disk.full", "data": {"summary": "Disk full", "severity": "critical"}}, '
    "or its attributes as ce- headers."
)
_HEADERS_FROM: Final = "ce-"
_KNOWN: Final = frozenset(
    (
        *("specversion", "id", "source", "type", "subject", "time", "data", "data_base64"),
        *("datacontenttype", "dataschema", "datacontentencoding", "schemaurl"),
    )
)
_BEGINS: Final = ("firing", "fired", "triggered", "opened", "raised", "detected", "unhealthy")
_ENDS: Final = ("resolved", "recovered", "closed", "ok", "cleared", "healthy")
_SEPARATORS: Final = "._/:-"
"""Of the words of a type."""
_KNOWN_IN_DATA: Final = frozenset(
    (
        *("name", "title", "summary", "message", "description", "reason", "output", "severity"),
        *("status", "state", "dedup_key", "current_value", "started_at", "labels", "tags"),
        *("urls", "links"),
    )
)
_FIELD_NAMES: Final = {
    "name": "data.name",
    "summary": "data.summary",
    "reason": "data",
    "object": "subject",
}
REQUEST_ORIGIN: Final = "webhook-request-origin"
REQUEST_RATE: Final = "webhook-request-rate"


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    """One event in any of the modes, or a batch of them."""
    if f"{_HEADERS_FROM}specversion" in sent.headers:
        return [read_entry(_event_in_headers(sent), _read_event, EXPECTED, part=None)]
    return each_object(sent, _read_event, EXPECTED)


def handshake(headers: Mapping[str, str]) -> HttpAnswer | None:
    """Allow a sender to send, as section 4 of the HTTP webhook specification asks for it.

    Azure Event Grid makes no subscription before.
    """
    origin = headers.get(REQUEST_ORIGIN, "").strip()
    if not origin:
        return None
    allowed = {"webhook-allowed-origin": printable(origin)[:NAME_LIMIT], "allow": "POST"}
    if REQUEST_RATE in headers:
        allowed["webhook-allowed-rate"] = "*"
    return HttpAnswer(status=HTTPStatus.OK, body="", headers=allowed)


def _event_in_headers(sent: Sent) -> dict[str, Any]:
    """Binary mode: attributes are headers, percent-encoded, and the body is the data."""
    event: dict[str, Any] = {
        name.removeprefix(_HEADERS_FROM): unquote(value).strip('"')
        for name, value in sent.headers.items()
        if name.startswith(_HEADERS_FROM)
    }
    try:
        event["data"] = sent.value if sent.body.strip() else None
    except MalformedInputError:
        event["data"] = sent.body.decode("utf-8", "replace")
    return event


def _read_event(entry: Mapping[str, Any]) -> Report:
    event = Fields(entry)
    type_, source = event.needed("type"), event.needed("source")
    said = _said(event)
    data = _data(event, said)
    name = data.text("name", "title", "summary") or type_
    report = Report(
        action=SignalAction.RESOLVE if _says_over(type_, data) else BY_SEVERITY,
        dedup_key=data.text("dedup_key") or event.text("dedupkey") or _identity(event),
        name=name,
        summary=data.text("summary", "title", "message"),
        reason=_reason(said, data),
        severity=data.text("severity") or event.text("severity"),
        source=source,
        object=event.text("subject"),
        labels={"type": type_, **event.others(_KNOWN), **data.pairs("labels", "tags")},
        keeps_empty_labels=True,
        urls=data.links("urls", "links"),
        current_value=data.raw("current_value"),
        started_at=read_time(data.raw("started_at")) or read_time(event.raw("time")),
        ignored=unread(data, _KNOWN_IN_DATA, "data."),
        field_names=_FIELD_NAMES,
    )
    event.raise_problems(EXPECTED)
    return report


def _data(event: Fields, said: object) -> Fields:
    """The data if it is an object; other values have no named fields."""
    data = Fields(said if isinstance(said, dict) else {}, "data.")
    data.problems = event.problems
    return data


def _said(event: Fields) -> Any:  # noqa: ANN401 - any JSON
    """The data, in whichever way they are written: as JSON, as its text, or as base64."""
    value = event.raw("data")
    encoded = event.raw("data_base64")
    if value is None and isinstance(encoded, str):
        return _read(_decoded(encoded))
    is_encoded = (event.any_text("datacontentencoding") or "").lower() == "base64"
    if is_encoded and isinstance(value, str):  # version 0.3
        return _read(_decoded(value))
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return _read(value.encode("utf-8", "replace"))
    return value


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded.encode("ascii", "replace"))
    except ValueError:
        return encoded.encode("utf-8", "replace")


def _read(written: bytes) -> Any:  # noqa: ANN401 - any JSON
    """JSON, or else the text that it is."""
    try:
        return read_lenient(written)[0]
    except MalformedInputError:
        return text_of(written)[0]


def _reason(said: object, data: Fields) -> str:
    reason = data.any_text("description", "message", "reason", "output")
    if reason is not None:
        return reason
    return as_text(said) if said not in (None, "", {}) else ""


def _identity(event: Fields) -> str:
    kind = _kind(event.text("type") or "")
    return dedup_key_of(event.text("source"), event.text("subject"), kind)


def _says_over(type_: str, data: Fields) -> bool:
    status = (data.any_text("status", "state") or "").strip().lower()
    return status in OVER if status else _last_word(type_) in _ENDS


def _kind(type_: str) -> str:
    """What begins and ends alike: `disk.full.fired` and `disk.full.resolved` are one condition."""
    stem = type_[: max(0, _last_separator(type_))]
    return stem if stem and _last_word(type_) in (*_BEGINS, *_ENDS) else type_


def _last_word(type_: str) -> str:
    return type_[_last_separator(type_) + 1 :].lower()


def _last_separator(type_: str) -> int:
    return max(map(type_.rfind, _SEPARATORS))


SENDER: Final = Sender(
    product="CloudEvents 1.0: structured, binary, batched",
    expected=EXPECTED,
    read=read,
    handshake=handshake,
    fires="every event that does not resolve",
    resolves=(
        "`data.status` `resolved`, `ok` and their like, `severity` `ok`, or a `type` that ends so"
    ),
    dedup_key=(
        "`data.dedup_key`, extension `dedupkey`, else `source` + `subject` + `type` without such "
        "an end"
    ),
    severity="`data.severity`, extension `severity`",
    episode_start="`data.started_at`, else `time`",
    answers="202, a result for each event",
)
