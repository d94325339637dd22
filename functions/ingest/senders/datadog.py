"""Datadog's webhooks, whose body is a template: ours, Datadog's own, and Harp's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from functions.ingest.senders import Sender
from functions.ingest.senders.reading.entries import objects
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.shapes import pairs_of
from tocsin.domain.dedup import dedup_key_of
from tocsin.domain.signal import SignalAction

EXPECTED: Final = (
    "Expected the payload template of docs/senders/datadog.md, filled in: an object with "
    '"alert_cycle_key", "alert_transition" and "alert_title".'
)
_WORDS: Final[Mapping[str, str]] = {"success": "info", "normal": "warning", "no data": "warning"}
"""A monitor that fires with priority `normal` (an event's, not a monitor's) is not over."""
_UNSET: Final = ("null", "None")
_VARIABLE: Final = re.compile(r"\$[A-Z][A-Z0-9_]*(?:\[[\w.-]*\])?")
"""One of Datadog's that it left as it was: `$ALERT_TITLE`, `$TAGS[team]`; no amount of dollars."""
_ACTIONS: Final[Mapping[str, SignalAction]] = {
    **dict.fromkeys(
        (
            *("triggered", "re-triggered", "no data", "re-no data", "warn", "re-warn"),
            *("renotify", "re-notify", "renotified", "alert", "re-alert"),
        ),
        SignalAction.TRIGGER,
    ),
    **dict.fromkeys(
        ("recovered", "warn recovered", "no data recovered", "alert recovered", "ok"),
        SignalAction.RESOLVE,
    ),
}
"""By `$ALERT_TRANSITION`, or by the words that a monitor's title begins with."""
_RECOVERED: Final = "recovered"
_PRIORITY: Final = re.compile(r"P[1-5]", re.IGNORECASE)
_TEST: Final = "test"
_PREFIXES_LIMIT: Final = 4
"""Brackets before a title: test, priority, state."""


def read_transition(entry: Mapping[str, Any]) -> Report:
    """Variables that Datadog did not fill in count as missing."""
    fields = Fields({name: value for name, value in entry.items() if not _is_unset(value)})
    title = _Title.of(fields.any_text("alert_title", "title") or "")
    key = _identity(fields, title)
    fields.require(
        "alert_cycle_key",
        is_there=bool(key),
        problem="is missing, and so are aggreg_key, alert_id and the title",
    )
    fields.raise_problems(EXPECTED)
    transition = fields.any_text("alert_transition", "alertTransition", "alertStatus")
    state = (transition or title.state).lower()
    host = fields.any_text("hostname")
    return Report(
        action=_action_of(state),
        dedup_key=dedup_key_of("test", key) if title.is_test else key,
        name=title.text or key,
        reason=fields.any_text("body", "eventMessage"),
        severity=fields.any_text("alert_priority", "priority", "alert_type") or title.priority,
        words=_WORDS,
        source="datadog",
        source_name=fields.part("org").any_text("name") or fields.any_text("orgName"),
        object=host or title.scope or None,
        monitor_id=fields.any_text("alert_id", "alertId"),
        monitor_name=title.text or None,
        rule_name=fields.any_text("alert_query", "alertQuery"),
        labels=_tags(fields, title),
        urls={"Event": fields.raw("link") or fields.raw("url"), "Graph": fields.raw("snapshot")},
        is_test=title.is_test,
    )


@dataclass(frozen=True, slots=True)
class _Title:
    """A title without what Datadog writes before it: `[P3] [Recovered on {host:db-7}] Disk`."""

    text: str
    state: str = ""
    scope: str = ""
    priority: str | None = None
    is_test: bool = False

    @classmethod
    def of(cls, written: str) -> "_Title":
        title = cls(written.strip())
        for _ in range(_PREFIXES_LIMIT):
            bracket, closes, rest = title.text[1:].partition("] ")
            if title.text[:1] != "[" or not closes:
                break
            known = title._with(bracket.strip(), rest.strip())
            if known is None:
                break
            title = known
        return title

    def _with(self, bracket: str, rest: str) -> "_Title | None":
        """The content of one bracket; None if it is part of the title."""
        state, _, scope = bracket.partition(" on ")
        if bracket.lower() == _TEST:
            return replace(self, text=rest, is_test=True)
        if _PRIORITY.fullmatch(bracket):
            return replace(self, text=rest, priority=bracket)
        if state.lower() in _ACTIONS:
            return replace(self, text=rest, state=state, scope=scope.strip("{} "))
        return None


def _action_of(state: str) -> SignalAction:
    known = _ACTIONS.get(state.strip())
    if known is not None:
        return known
    return SignalAction.RESOLVE if _RECOVERED in state else SignalAction.TRIGGER


def _is_unset(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return value in _UNSET or _VARIABLE.fullmatch(value.strip()) is not None


def _identity(fields: Fields, title: _Title) -> str:
    cycle = fields.text("alert_cycle_key", "aggreg_key")
    if cycle:
        return cycle
    monitor = fields.text("alert_id", "alertId")
    if monitor:
        scope = fields.any_text("alert_scope", "alertScope") or title.scope or None
        return dedup_key_of(monitor, scope)
    if not title.text:
        return ""
    # The scope tells the groups of a monitor apart.
    return dedup_key_of("title", title.text, *([title.scope] if title.scope else []))


def _tags(fields: Fields, title: _Title) -> dict[str, object]:
    members: list[object] = [*title.scope.split(",")]
    for said in map(fields.raw, ("alert_scope", "alertScope", "tags")):
        match said:
            case str():
                members += said.split(",")
            case list():
                members += said
            case _:
                members.append(said)
    return pairs_of(members)


SENDER: Final = Sender(
    product="Datadog monitors",
    expected=EXPECTED,
    read=objects(read_transition, EXPECTED),
    fires="`alert_transition` (else the title's prefix) `Triggered`, `Warn`, `No Data`, `Renotify`",
    resolves="`alert_transition` (else the title's prefix) `Recovered`",
    dedup_key="`alert_cycle_key`, `aggreg_key`, `alert_id` + `alert_scope`, or title and scope",
    severity="`alert_priority`, else `alert_type`",
)
