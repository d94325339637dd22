"""What clients may do to an alert: read the body first, then do it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from functions.ingest.compat.integration_alerts import (
    Correct,
    IntegrationAlerts,
    Transition,
    with_words,
)
from functions.ingest.compat.opsgenie.requests import Done
from functions.ingest.compat.opsgenie.view import PRIORITIES
from functions.ingest.request_and_answer import Intake
from functions.ingest.senders.opsgenie import TAGS, names
from functions.ingest.senders.reading.fields import Fields
from functions.ingest.senders.reading.report import Report
from functions.ingest.senders.reading.times import read_time
from tocsin.domain.alert import NOTE_LIMIT, SNOOZE_LIMIT, Alert, Snooze
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NotAcknowledgedError,
)
from tocsin.domain.reception import Outcome as Received
from tocsin.domain.signal import (
    NAME_LIMIT,
    SUMMARY_LIMIT,
    Facts,
    FactsBuilder,
    SignalAction,
    printable,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    done: Done
    alert_id: str | None = None
    intake: Intake | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A client's request: the body, the path behind the alert's name, and the query."""

    body: Mapping[str, Any]
    fields: Fields
    path: tuple[str, ...]
    query: Mapping[str, str]
    note: str | None
    at: datetime

    @classmethod
    def of(
        cls,
        body: Mapping[str, Any],
        path: tuple[str, ...],
        query: Mapping[str, str],
        *,
        at: datetime,
    ) -> "Asked":
        """Read what all actions have: a note, and the name of who wrote it."""
        fields = Fields(body)
        note, user = fields.text("note"), fields.text("user") or query.get("user")
        parts = [printable(text) for text in (user, note) if text]
        said = ": ".join(parts)[:NOTE_LIMIT] or None
        return cls(body=body, fields=fields, path=path, query=query, note=said, at=at)

    def expect_good(self) -> None:
        """Refuse what is wrong.

        Raises:
            InvalidInputError: `details` name the fields.
        """
        self.fields.raise_problems("The body of the action is wrong.")


type OnAlert = Callable[[IntegrationAlerts, Alert], Outcome]


def add_note_of_create(
    own: IntegrationAlerts, body: Mapping[str, Any], result: Mapping[str, Any]
) -> None:
    note = body.get("note")
    is_opened = result["outcome"] in {Received.OPENED, Received.REOPENED}
    if is_opened and isinstance(note, str) and note.strip():
        own.add_note(own.get(result["alert_id"]), printable(note))


def _close(asked: Asked) -> Callable[[IntegrationAlerts, Any], Outcome]:
    asked.expect_good()

    def perform(own: IntegrationAlerts, named: Alert | str) -> Outcome:
        if isinstance(named, Alert) and not named.is_open:
            return Outcome(Done.CLOSED_BEFORE, named.alert_id)
        dedup_key = named.dedup_key if isinstance(named, Alert) else named
        end = Report(action=SignalAction.RESOLVE, dedup_key=dedup_key, name="", reason=asked.note)
        intake = own.take_in(end)
        result = intake.results[0]
        alert_id = result["alert_id"]
        if result["outcome"] in {Received.RESOLVED, Received.RESOLVING}:
            return Outcome(Done.CLOSED, alert_id, intake)
        done = Done.CLOSED_BEFORE if alert_id else Done.NO_SUCH_ALERT
        return Outcome(done, alert_id, intake)

    return perform


def _acknowledge(asked: Asked) -> OnAlert:
    asked.expect_good()
    return _changing(
        Done.ACKNOWLEDGED,
        lambda own: lambda alert: alert.acknowledge(by=own.actor, at=asked.at, note=asked.note),
    )


def _unacknowledge(asked: Asked) -> OnAlert:
    asked.expect_good()
    return _changing(
        Done.UNACKNOWLEDGED,
        lambda own: lambda alert: alert.unacknowledge(by=own.actor, at=asked.at, note=asked.note),
    )


def _snooze(asked: Asked) -> OnAlert:
    until = read_time(asked.fields.raw("endTime"))
    is_ahead = until is not None and asked.at < until
    asked.fields.require("endTime", is_there=is_ahead, problem="must be a time that lies ahead")
    asked.expect_good()
    # What is snoozed for longer comes back after all, rather than not being snoozed.
    latest = asked.at + SNOOZE_LIMIT
    snooze = Snooze(until=min(until or latest, latest), reason=asked.note)
    return _changing(
        Done.SNOOZED,
        lambda own: lambda alert: alert.snoozed(snooze, by=own.actor, at=asked.at),
    )


def _note(asked: Asked) -> OnAlert:
    has_note = bool(asked.fields.text("note"))
    asked.fields.require("note", is_there=has_note, problem="can not be empty")
    asked.expect_good()
    return _noting(asked.note or "")


def _message(asked: Asked) -> OnAlert:
    message = _needed(asked, "message")

    def correct(facts: Facts, builder: FactsBuilder) -> Facts:
        summary = builder.text("message", message, SUMMARY_LIMIT)
        return replace(facts, name=builder.text("message", message, NAME_LIMIT), summary=summary)

    return _correcting(asked, correct)


def _description(asked: Asked) -> OnAlert:
    description = _needed(asked, "description")
    return _correcting(
        asked,
        lambda facts, builder: replace(facts, reason=builder.long_text("description", description)),
    )


def _priority(asked: Asked) -> OnAlert:
    priority = _needed(asked, "priority").upper()
    problem = f"must be one of {', '.join(PRIORITIES)}"
    asked.fields.require("priority", is_there=priority in PRIORITIES, problem=problem)
    return _correcting(asked, lambda facts, _: replace(facts, source_severity=priority))


def _tags(asked: Asked) -> OnAlert:
    if "tags" in asked.query:
        gone = set(asked.query["tags"].split(","))
        return _tagging(asked, lambda tags: [it for it in tags if it not in gone])
    added = names(asked.fields, "tags")
    asked.fields.require("tags", is_there=bool(added), problem="can not be empty")
    return _tagging(asked, lambda tags: list(dict.fromkeys([*tags, *added])))


def _tagging(asked: Asked, change: Callable[[list[str]], list[str]]) -> OnAlert:
    return _correcting(asked, lambda facts, builder: with_words(facts, builder, TAGS, change))


def _details(asked: Asked) -> OnAlert:
    if "keys" in asked.query:
        gone = set(asked.query["keys"].split(","))
        return _correcting(
            asked,
            lambda facts, _: replace(
                facts, labels={name: it for name, it in facts.labels.items() if name not in gone}
            ),
        )
    added = asked.fields.pairs("details")
    asked.fields.require("details", is_there=bool(added), problem="can not be empty")
    return _correcting(
        asked,
        lambda facts, builder: replace(facts, labels=builder.labels({**facts.labels, **added})),
    )


def _asked_of_people(asked: Asked) -> OnAlert:
    """Keep on the timeline what only the escalation policy decides here."""
    word, *name = asked.path
    needed = _NEEDED_BY.get(word)
    if needed is not None:
        is_there = isinstance(asked.fields.raw(needed), dict)
        asked.fields.require(needed, is_there=is_there, problem="must be an object that names it")
    asked.expect_good()
    what = json.dumps(asked.body.get(needed), ensure_ascii=False) if needed else "".join(name)
    said = f" ({asked.note})" if asked.note else ""
    return _noting(f"Asked for through Opsgenie's API and left to people: {word} {what}{said}")


_NEEDED_BY: Final = {
    "assign": "owner",
    "escalate": "escalation",
    "responders": "responder",
    "teams": "team",
}

ACTIONS: Final[Mapping[str, Callable[[Asked], Callable[[IntegrationAlerts, Any], Outcome]]]] = {
    "acknowledge": _acknowledge,
    "actions": _asked_of_people,
    "assign": _asked_of_people,
    "close": _close,
    "description": _description,
    "details": _details,
    "escalate": _asked_of_people,
    "message": _message,
    "notes": _note,
    "priority": _priority,
    "responders": _asked_of_people,
    "snooze": _snooze,
    "tags": _tags,
    "teams": _asked_of_people,
    "unacknowledge": _unacknowledge,
}
"""By the word behind the alert's name; each reads the body and returns what then happens."""


def _needed(asked: Asked, name: str) -> str:
    text = asked.fields.text(name)
    asked.fields.require(name, is_there=bool(text and text.strip()), problem="can not be empty")
    return text or ""


def _changing(done: Done, transition: Callable[[IntegrationAlerts], Transition]) -> OnAlert:
    def perform(own: IntegrationAlerts, alert: Alert) -> Outcome:
        try:
            own.change(alert.alert_id, transition(own))
        except AlreadyAcknowledgedError:
            return Outcome(Done.ACKNOWLEDGED_BEFORE, alert.alert_id)
        except NotAcknowledgedError:
            return Outcome(Done.UNACKNOWLEDGED_BEFORE, alert.alert_id)
        except AlreadyResolvedError:
            return Outcome(Done.CLOSED_BEFORE, alert.alert_id)
        return Outcome(done, alert.alert_id)

    return perform


def _noting(note: str) -> OnAlert:
    def perform(own: IntegrationAlerts, alert: Alert) -> Outcome:
        own.add_note(alert, note)
        return Outcome(Done.NOTED, alert.alert_id)

    return perform


def _correcting(asked: Asked, correct: Correct) -> OnAlert:
    """Change the facts of an alert, if it is open and they are other ones."""
    asked.expect_good()

    def perform(own: IntegrationAlerts, alert: Alert) -> Outcome:
        try:
            own.correct(alert, correct, asked.at)
        except AlreadyResolvedError:
            return Outcome(Done.CLOSED_BEFORE, alert.alert_id)
        return Outcome(Done.UPDATED, alert.alert_id)

    return perform
