"""Every key of the table is spelled here and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tocsin.domain.alert import AlertStatus
from tocsin.domain.credential import SecretHash
from tocsin.domain.ids import (
    ALPHABET,
    AlertId,
    Fingerprint,
    IncidentId,
    WriteId,
    fingerprint_of,
    milliseconds,
)
from tocsin.domain.notification import Delivery
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.domain.digest import DigestId
    from tocsin.domain.doors import Knock
    from tocsin.domain.line import Place

type Key = dict[str, dict[str, Any]]

DUE_SHARDS: Final = 2
COUNT_SHARDS: Final = 4

BY_STATE: Final = "by_state"
DUE: Final = "due"

USER: Final = "user"
"""The kind whose names are unique without case."""
PUSH_DEVICES: Final = "push_devices"
"""Of a user's item: a map of devices by their ids. What the notifier may write of a user."""
HEARTBEATS: Final = "C#heartbeat"
"""All heartbeats; those with a timer are in the `due` index beside the alerts."""

HOLDS: Final = "C#hold"
"""All silences and windows, and who is awake: one query reads them before each page."""
AWAKE: Final = "awake"
_HOLD_KINDS: Final = frozenset((AWAKE, "silence", "maintenance-window"))

LIVE: Final = "LIVE"
COUNT_PARTITION: Final = "COUNT"
EPISODES_FROM: Final = "E#"
INCIDENT_UPDATES_FROM: Final = "U#"
LEDGER_FROM: Final = "L#"
DIGEST_MEMBERS_FROM: Final = "M#"
KNOCKS_FROM: Final = "V#"
WAYS_OUT_FROM: Final = "O#"

LISTED: Final = "listed"
LISTED_FIELDS: Final = {
    "episode": "ep",
    "integration": "intg",
    "acknowledged_at": "ack_at",
    "acknowledged_by": "ack_by",
    "resolved_by": "res_by",
    "incident_id": "inc",
    "escalation": "esc",
    "flapping": "flap",
    "assigned_to": "asgn",
    "askings": "asks",
    "route": "rt",
    "sent_severity": "sent",
    "close_after": "clos",
    "route_hours": "rth",
}
"""Fields that lists show: members of one map, with short names, as rows of lists are charged by the
byte. A further one changes no index
(docs/adr/0015-one-partition-a-cell.md).
"""
COPIED_FIELDS: Final = {
    "occurrences": "n",
    "last_seen_at": "seen",
    "current_value": "val",
}
"""Members that copy what repeats count, so that a repeat writes to no index."""
LIST_ATTRIBUTES: Final = (
    LISTED,
    "details",
    "overflow",
    "resolves_at",
    "resolved_at",
    "snooze",
    "notification_count",
    "due_at",
)
"""Projected by `by_state`: all that filters and rows need, nothing that a repeat changes."""


def key(pk: str, sk: str) -> Key:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def key_of(item: Mapping[str, Any]) -> Key:
    return {name: item[name] for name in ("pk", "sk")}


SWEEP_KEY: Final = key("SWEEP", "SWEEP")
"""The state of the sweep."""
ACTIVITY_FROM: Final = "Y#"
ACTIVITY_PREFIXES: Final = ("activity#", "acted#")
"""Begin the rows that are written with a change, and those that the stream adds, which tells open
pages of the change anyway."""
_DECEMBER: Final = 12


def activity_key(at: datetime, place: str, *, with_change: bool) -> Key:
    """A row; `place` begins with its time and is the same for the same change."""
    prefix = ACTIVITY_PREFIXES[0 if with_change else 1]
    return key(_activity_partition(at.year, at.month), f"{prefix}{place}")


def activity_partitions(since: datetime, until: datetime) -> Iterator[str]:
    """Those of the months between, newest first."""
    year, month = until.year, until.month
    while (year, month) >= (since.year, since.month):
        yield _activity_partition(year, month)
        year, month = (year, month - 1) if month > 1 else (year - 1, _DECEMBER)


def _activity_partition(year: int, month: int) -> str:
    return f"{ACTIVITY_FROM}{year:04}-{month:02}"


SHOWN_PARTITIONS: Final = (HEARTBEATS, HOLDS, "N#")
"""Begin those whose changes pages show; the ledger and activity only in part."""
CHANGES_KEY: Final = key("CHANGES", "CHANGES")
"""How often anything changed that a page shows."""


def slot_partition(slot: Fingerprint) -> str:
    """All episodes of one dedup key, with their timelines."""
    return f"A#{slot}"


def slot_key(slot: Fingerprint) -> Key:
    """The current episode."""
    return key(slot_partition(slot), LIVE)


def episode_sort(alert_id: AlertId) -> str:
    """An episode that made room for a newer one."""
    return f"{EPISODES_FROM}{alert_id}"


def episode_key(alert_id: AlertId) -> Key:
    return key(slot_partition(fingerprint_of(alert_id)), episode_sort(alert_id))


def overflow_sort(alert_id: AlertId) -> str:
    return f"{EPISODES_FROM}{alert_id}#D"


def overflow_key(alert_id: AlertId) -> Key:
    """Facts too big to be rewritten with every repeat, and the body of the first event."""
    return key(slot_partition(fingerprint_of(alert_id)), overflow_sort(alert_id))


def last_body_key(alert_id: AlertId) -> Key:
    """The body that last changed the state; that of the first event is with the big facts."""
    return key(slot_partition(fingerprint_of(alert_id)), f"R#{alert_id}")


def history_sort(alert_id: AlertId) -> str:
    return f"{EPISODES_FROM}{alert_id}#H"


def history_key(alert_id: AlertId) -> Key:
    """The newest values."""
    return key(slot_partition(fingerprint_of(alert_id)), history_sort(alert_id))


def timeline_prefix(alert_id: AlertId) -> str:
    return f"T#{alert_id}#"


def change_key(alert_id: AlertId, at_milliseconds: int, version: int, position: int) -> Key:
    """A change of state; recorded twice, it is the same item."""
    return _timeline_key(alert_id, at_milliseconds, f"{version:06}#{position}")


def repeat_key(alert_id: AlertId, at_milliseconds: int, occurrences: int) -> Key:
    """A repeat with another output."""
    return _timeline_key(alert_id, at_milliseconds, f"repeat#{occurrences}")


def note_key(alert_id: AlertId, at_milliseconds: int, write_id: str) -> Key:
    return _timeline_key(alert_id, at_milliseconds, f"note#{write_id}")


def told_key(alert_id: AlertId, at_milliseconds: int, name: str) -> Key:
    """The result of a message; recorded twice, it is the same item."""
    return _timeline_key(alert_id, at_milliseconds, f"told#{name}")


def _timeline_key(alert_id: AlertId, at_milliseconds: int, rest: str) -> Key:
    partition = slot_partition(fingerprint_of(alert_id))
    return key(partition, f"{timeline_prefix(alert_id)}{at_milliseconds:013}#{rest}")


def shard_of(slot: Fingerprint) -> int:
    """The partition of `due` of a slot, whose bits are a hash's already."""
    return ALPHABET.index(slot[-1]) % DUE_SHARDS


_STATUSES: Final = {status[0].upper(): status for status in AlertStatus}


def state_key(status: AlertStatus, severity: Severity) -> str:
    """A partition of `by_state`: one for each cell of status and severity, as `F#critical`."""
    return f"{status[0].upper()}#{severity}"


def cell_of(key: str) -> tuple[AlertStatus, Severity]:
    """The inverse of `state_key`."""
    return _STATUSES[key[0]], Severity(key[2:])


def due_key(shard: int) -> str:
    return f"DUE#{shard}"


def due_shard_of(name: str) -> int:
    """The partition of `due` of a named object."""
    return sum(name.encode()) % DUE_SHARDS


def count_key(slot: Fingerprint) -> Key:
    """One of the items whose sum is the number of open alerts; the slot only spreads writes."""
    return key(COUNT_PARTITION, str(ALPHABET.index(slot[-1]) % COUNT_SHARDS))


STORM_PARTITION: Final = "STORM"
STORM_KEY: Final = key(COUNT_PARTITION, "STORM")
"""The newest storm of the team, beside the counts: lists read both at once."""


def opened_key(begins_at: datetime) -> Key:
    """The alerts that were opened in ten seconds."""
    return key(STORM_PARTITION, f"{milliseconds(begins_at):013}")


def credential_key(secret_hash: SecretHash) -> Key:
    """The name that a key or token belongs to."""
    return key(f"K#{secret_hash}", "KEY")


SESSIONS: Final = "C#session"
"""All sessions of the console: one query lists them."""


def session_key(secret_hash: SecretHash) -> Key:
    return key(SESSIONS, secret_hash)


def knock_key(knock: Knock, subject: str, begins_at: datetime) -> Key:
    """The knocks of one subject at one door, in one window; the subject is kept as a hash."""
    name = hashlib.sha256(f"{knock}:{subject}".encode("utf-8", "surrogatepass")).hexdigest()
    return key(f"{KNOCKS_FROM}{name}", f"{milliseconds(begins_at):013}")


def used_link_key(link_id: str) -> Key:
    """A link to sign in that was used."""
    return key(f"U#{link_id}", "USED")


def way_out_key(state_hash: SecretHash) -> Key:
    """A person who is at the identity provider."""
    return key(f"{WAYS_OUT_FROM}{state_hash}", "WAY")


def configuration_partition(kind: str) -> str:
    return HOLDS if kind in _HOLD_KINDS else f"C#{kind}"


def configuration_prefix(kind: str) -> str:
    """Begins the sort keys of a kind that shares its partition."""
    return f"{kind}#" if kind in _HOLD_KINDS else ""


def configuration_key(kind: str, name: str) -> Key:
    if kind in _HOLD_KINDS:
        return key(HOLDS, f"{configuration_prefix(kind)}{name}")
    # Lower case of letters beyond ASCII, which no name has, may be longer than a key may be.
    is_found_in_any = kind == USER and name.isascii()
    return key(configuration_partition(kind), name.lower() if is_found_in_any else name)


TEAM_FILE_PARTITION: Final = "C#team-file"
"""What deployments of the team's file leave for each other."""


def removed_key(kind: str, name: str) -> Key:
    """What the team's file no longer has."""
    sort = configuration_key(kind, name)["sk"]["S"]
    return key(TEAM_FILE_PARTITION, f"removed#{kind}#{sort}")


TEAM_FILE_REQUESTS_KEY: Final = key(TEAM_FILE_PARTITION, "requests")


OVERRIDES: Final = "C#override"
"""What people made, of all schedules: one query reads all that have not ended."""


def override_key(ends: datetime, override_id: str) -> Key:
    return key(OVERRIDES, f"{overrides_after(ends)}#{override_id}")


def overrides_after(at: datetime) -> str:
    """Sorts before the overrides that end later, or then."""
    return f"{milliseconds(at):013}"


def answer_partition(request_name: str) -> str:
    """An answer kept for a repeated request, and its parts."""
    return f"I#{request_name}"


def answer_key(request_name: str) -> Key:
    return key(answer_partition(request_name), "ANSWER")


def answer_part_prefix(claim: str) -> str:
    return f"PART#{claim}#"


def answer_part_key(request_name: str, claim: str, position: int) -> Key:
    """A piece of an answer that is too big for one item."""
    return key(answer_partition(request_name), f"{answer_part_prefix(claim)}{position:03}")


def progress_key(body: str) -> Key:
    """The number of entries taken in of a long body."""
    return key(answer_partition(body), "PROGRESS")


def short_link_key(name: str) -> Key:
    """The link behind a short one."""
    return key(f"S#{name}", "LINK")


def ledger_partition(alert_id: AlertId) -> str:
    return f"{LEDGER_FROM}{alert_id}"


def ledger_key(delivery: Delivery) -> Key:
    """One message; the ledger is sorted by step."""
    return key(ledger_partition(delivery.alert_id), delivery.place)


def digest_partition(digest_id: DigestId) -> str:
    """A digest, its frozen set and the messages that it stands for."""
    return f"B#{digest_id}"


def digest_key(digest_id: DigestId) -> Key:
    return key(digest_partition(digest_id), "DIGEST")


def digest_part_prefix(write_id: WriteId) -> str:
    return f"SET#{write_id}#"


def digest_part_key(digest_id: DigestId, write_id: WriteId, position: int) -> Key:
    """Ids of a frozen set beyond those that its item holds, of one attempt to freeze it."""
    return key(digest_partition(digest_id), f"{digest_part_prefix(write_id)}{position:03}")


def digest_member_key(digest_id: DigestId, delivery: Delivery) -> Key:
    """A message that goes into a digest; added twice, it is the same item."""
    sort = f"{DIGEST_MEMBERS_FROM}{delivery.alert_id}#{delivery.place}"
    return key(digest_partition(digest_id), sort)


def gate_key(channel: str) -> Key:
    """The rate and the failures of one channel."""
    return key(f"G#{channel}", "GATE")


def line_key(place: Place) -> Key:
    """The line of one destination."""
    return key(f"G#{place.target}/{place.channel}", "LINE")


LAST_RESORT_KEY: Final = key("LAST-RESORT", "LAST-RESORT")
"""When the last resort was told, and which alerts wait."""


def incident_partition(incident_id: IncidentId) -> str:
    """An incident and its updates."""
    return f"N#{incident_id}"


def incident_key(incident_id: IncidentId) -> Key:
    return key(incident_partition(incident_id), "INCIDENT")


def incident_update_key(incident_id: IncidentId, version: int) -> Key:
    """An update of an incident, in the order of storing."""
    return key(incident_partition(incident_id), f"{INCIDENT_UPDATES_FROM}{version:06}")


def incident_state_key(*, is_open: bool) -> str:
    """A partition of `by_state` that holds incidents."""
    return "INCIDENT#OPEN" if is_open else "INCIDENT#RESOLVED"
