"""Activity: who changed what, of the configuration and by actions on alerts and incidents."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tocsin.domain.ids import Actor, AlertId, milliseconds, via_of
from tocsin.domain.timeline import Change

KEPT_FOR: Final = timedelta(days=400)
"""A year, and some weeks to look back at it; however long alerts are kept."""
VALUE_LIMIT: Final = 4_000
"""Characters of JSON: the long text of a schedule is cut, which keeps an item far below 400 KB."""
FIELDS_LIMIT: Final = 40
"""Of one change; no kind has as many."""

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://\S*")
_HOST: Final = re.compile(r"(https?)://(?:[^/?#@\s]*@)?([^/?#\s]*)([/?#]\S*)?", re.IGNORECASE)

type Facts = Mapping[str, Any]
"""The settings of an object as its API shows them, and never a secret."""


class ActivityKind(StrEnum):
    """What it is about: a noun of the configuration, or an alert or incident."""

    ALERT = "alert"
    INCIDENT = "incident"
    USER = "user"
    CHANNEL = "channel"
    ESCALATION_POLICY = "escalation-policy"
    ROUTE = "route"
    INTEGRATION = "integration"
    SCHEDULE = "schedule"
    OVERRIDE = "override"
    SWAP = "swap"
    FEED = "feed"
    HEARTBEAT = "heartbeat"
    SILENCE = "silence"
    MAINTENANCE_WINDOW = "maintenance-window"
    SETTINGS = "settings"
    KEY = "key"
    SESSION = "session"


VIA_FILE: Final = "file"
TEAM_FILE_ACTOR: Final = Actor("file:team")
"""A deployment with the team's file."""
CREATED: Final = "created"
CHANGED: Final = "changed"
DELETED: Final = "deleted"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A credential among facts: compared as a whole, shown by the beginning that answers show."""

    shown: str
    secret_hash: str


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, and when."""

    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field; None: it was not there, or is not any more."""

    field: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One row."""

    activity_id: str
    """Made of the change itself: written twice, it is the same row."""
    at: datetime
    by: Actor
    kind: ActivityKind
    name: str
    """Of the object; an id, where it has no name."""
    action: str
    """`created`, `changed`, `deleted`; of an alert the word of its timeline."""
    changes: tuple[FieldChange, ...] = ()

    @property
    def place(self) -> str:
        """In the order of time; no other row has it."""
        return f"{milliseconds(self.at):013}#{self.activity_id}"


def changed_fields(before: Facts | None, after: Facts | None) -> tuple[FieldChange, ...]:
    """Compare two states, without what opens doors; of a new or removed object, all that is set."""
    old, new = before or {}, after or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return tuple(
        FieldChange(field=name, before=_shown(old.get(name)), after=_shown(new.get(name)))
        for name in names[:FIELDS_LIMIT]
    )


def via_of_activity(actor: Actor) -> str | None:
    """By what the actor acted; None: the stack itself did."""
    return VIA_FILE if actor == TEAM_FILE_ACTOR else via_of(actor)


def act_on(alert_id: AlertId, act: Change, *, activity_id: str) -> Activity:
    """The row of what somebody did to an alert, from the entry of its timeline."""
    return Activity(
        activity_id=activity_id,
        at=act.at,
        by=act.by,
        kind=ActivityKind.ALERT,
        name=alert_id,
        action=act.type.value,
        changes=changed_fields(None, act.details),
    )


def _shown(value: Any) -> Any:  # noqa: ANN401 - any JSON
    shown = without_credentials(value)
    written = json.dumps(shown, ensure_ascii=False)
    if len(written) <= VALUE_LIMIT:
        return shown
    return f"{written[:VALUE_LIMIT]}… ({len(written):,} characters)"


def without_credentials(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Cut each URL back to its host: the rest of a webhook's address may let others write to it.

    Of another scheme than http only that stays, as `tgram://…`: its host may be the token.
    """
    match value:
        case str():
            return _ADDRESS.sub(lambda found: _host_of(found.group()), value)
        case Sealed():
            return value.shown
        case Mapping():
            return {str(name): without_credentials(it) for name, it in value.items()}
        case list() | tuple():
            return [without_credentials(it) for it in value]
        case _:
            return value


def _host_of(address: str) -> str:
    found = _HOST.fullmatch(address)
    if found is None:
        return f"{address.partition('://')[0]}://…"
    scheme, host, rest = found.groups()
    return f"{scheme}://{host}{'/…' if rest and rest != '/' else ''}"
