"""Nagios and its relatives, by a notification command that posts the macros as JSON."""

import re
from collections.abc import Mapping
from typing import Any, Final

from functions.ingest.senders import Ignored, Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields, without
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    'Expected macros by their names: {"NOTIFICATIONTYPE": "PROBLEM", "HOSTNAME": "db-1", '
    '"SERVICEDESC": "disk", "SERVICESTATE": "CRITICAL"}.'
)
_ACTIONS: Final[Mapping[str, SignalAction]] = {
    "PROBLEM": SignalAction.TRIGGER,
    "RECOVERY": SignalAction.RESOLVE,
    "ACKNOWLEDGEMENT": SignalAction.ACKNOWLEDGE,
}
_KNOWN: Final = frozenset(
    (
        *("NOTIFICATIONTYPE", "HOSTNAME", "HOSTADDRESS", "SERVICENAME", "SERVICEDESC"),
        *("SERVICEDISPLAYNAME", "NOTIFICATIONAUTHORNAME", "NOTIFICATIONAUTHOR"),
        *("NOTIFICATIONCOMMENT", "SERVICELASTSTATECHANGE", "HOSTLASTSTATECHANGE"),
        *("LASTSERVICESTATECHANGE", "LASTHOSTSTATECHANGE", "SERVICESTATE", "HOSTSTATE"),
        *("SERVICEOUTPUT", "HOSTOUTPUT", "LONGSERVICEOUTPUT", "LONGHOSTOUTPUT"),
        *("SERVICEPERFDATA", "HOSTPERFDATA", "SERVICENOTESURL", "HOSTNOTESURL"),
        *("SERVICEACTIONURL", "HOSTACTIONURL"),
    )
)
"""Macros that have a place of their own; the others are labels."""
_MACRO: Final = re.compile(r"\$[A-Za-z_][\w.:]*\$")
"""Of Nagios (`$SERVICEDESC$`) and Icinga 2 (`$service.name$`)."""


def read_notification(entry: Mapping[str, Any]) -> Report | Ignored:
    filled = without(entry, _MACRO)
    fields = Fields({name.upper(): it for name, it in filled.items()})
    host = fields.needed("HOSTNAME")
    kind = fields.needed("NOTIFICATIONTYPE").upper()
    fields.raise_problems(EXPECTED)
    action = _ACTIONS.get(kind)
    if action is None:
        return Ignored(f"a notification of type {kind[:64]}")
    service = fields.any_text("SERVICENAME", "SERVICEDESC")
    about = "SERVICE" if service else "HOST"
    shown = fields.any_text("SERVICEDISPLAYNAME") or service
    name = f"{shown} on {host}" if shown else f"Host {host}"
    state = fields.any_text(f"{about}STATE")
    author = fields.any_text("NOTIFICATIONAUTHORNAME", "NOTIFICATIONAUTHOR")
    comment = fields.any_text("NOTIFICATIONCOMMENT")
    return Report(
        action=action,
        dedup_key=dedup_key_of(host, service),
        name=name,
        summary=f"{name}: {state}" if state else name,
        reason="\n".join(
            it
            for it in (fields.any_text(f"{about}OUTPUT"), fields.any_text(f"LONG{about}OUTPUT"))
            if it
        ),
        severity=state,
        source=host,
        object=host,
        labels={
            **{name.lower(): it for name, it in fields.others(_KNOWN).items()},
            "host": host,
            "service": service,
            "address": fields.raw("HOSTADDRESS"),
            "performance_data": fields.raw(f"{about}PERFDATA"),
            "author": author,
            "comment": comment,
        },
        urls={
            "Notes": fields.raw(f"{about}NOTESURL"),
            "Action": fields.raw(f"{about}ACTIONURL"),
        },
        started_at=read_time(fields.any_text(f"{about}LASTSTATECHANGE", f"LAST{about}STATECHANGE")),
        comment=": ".join(it for it in (author, comment) if it),
    )


SENDER: Final = Sender(
    product="Nagios and relatives, by a notification command",
    expected=EXPECTED,
    read=objects(read_notification, EXPECTED),
    fires="`NOTIFICATIONTYPE` `PROBLEM`",
    resolves="`NOTIFICATIONTYPE` `RECOVERY`",
    dedup_key="`HOSTNAME` + `SERVICEDESC` (or `SERVICENAME`)",
    severity="`SERVICESTATE` or `HOSTSTATE`",
    episode_start="`LASTSERVICESTATECHANGE` or `LASTHOSTSTATECHANGE`",
)
