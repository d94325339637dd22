"""UptimeRobot's webhook, as JSON, as a form, or as the query of its URL."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.ingest.senders import Entry, Sender, SenderSettings, Sent
from functions.ingest.senders.reading.entries import query_or_objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.shapes import pairs_of
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected an object or a form with "monitorID" (or "monitorURL") and "alertType": 1, 2 or 3.'
)
_DOWN, _UP, _EXPIRES = "1", "2", "3"
_TYPES_BY_NAME: Final[Mapping[str, str]] = {"down": _DOWN, "up": _UP, "ssl expiry": _EXPIRES}
_VARIABLES: Final = frozenset(
    (
        *("monitorID", "monitorURL", "monitorFriendlyName", "alertType", "alertTypeFriendlyName"),
        *("alertDetails", "alertDuration", "alertFriendlyDuration", "alertDateTime"),
        *("monitorAlertContacts", "sslExpiryDate", "sslExpiryDaysLeft", "monitorTags"),
        *("incidentID", "rootCause", "responseTime"),
    )
)
_WORDS: Final[Mapping[str, str]] = {_DOWN: "critical", _UP: "ok", _EXPIRES: "warning"}


def read(sent: Sent, _settings: SenderSettings) -> Sequence[Entry]:
    return query_or_objects(sent, read_change, EXPECTED)


def read_change(entry: Mapping[str, Any]) -> Report:
    """`monitorID`, `monitor_id` and `monitorid` are one name."""
    plain = {_plain(name): value for name, value in entry.items() if not _is_unset(value)}
    fields = Fields(plain)
    url = fields.text("monitorurl")
    key = fields.text("monitorid") or url
    fields.require("monitorID", is_there=bool(key and key.strip()))
    word = (fields.any_text("alerttypefriendlyname") or "").lower()
    kind = fields.any_text("alerttype") or _TYPES_BY_NAME.get(word)
    word = word or next((it for it, type_ in _TYPES_BY_NAME.items() if type_ == kind), "")
    fields.require("alertType", is_there=kind in _WORDS, problem="must be 1, 2 or 3")
    fields.raise_problems(EXPECTED)
    name = fields.any_text("monitorfriendlyname") or key or ""
    started_at = read_time(fields.any_text("alertdatetime")) if kind == _DOWN else None
    return Report(
        action=SignalAction.RESOLVE if kind == _UP else SignalAction.TRIGGER,
        dedup_key=dedup_key_of(key, "certificate") if kind == _EXPIRES else key or "",
        name=f"{name}: certificate expires" if kind == _EXPIRES else name,
        summary=f"{name}: {fields.any_text('alertdetails') or word}",
        reason=fields.any_text("alertdetails", "rootcause"),
        severity=kind,
        words=_WORDS,
        source="uptimerobot",
        object=url,
        monitor_id=fields.any_text("monitorid"),
        monitor_name=name,
        labels={
            **pairs_of(fields.raw("monitortags")),
            "certificate_expires_at": fields.raw("sslexpirydate"),
            "certificate_days_left": fields.raw("sslexpirydaysleft"),
        },
        urls={"Checked": url},
        started_at=started_at,
    )


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _is_unset(value: object) -> bool:
    """Whether UptimeRobot left a variable as it was; a name may have asterisks of its own."""
    return isinstance(value, str) and value[:1] == value[-1:] == "*" and value[1:-1] in _VARIABLES


SENDER: Final = Sender(
    product="UptimeRobot",
    expected=EXPECTED,
    read=read,
    methods=("POST", "GET"),
    fires="`alertType` 1 (down), 3 (certificate expires)",
    resolves="`alertType` 2 (up)",
    dedup_key="`monitorID`, else `monitorURL`; certificates apart",
    severity="down critical, certificate warning",
    episode_start="`alertDateTime`",
)
