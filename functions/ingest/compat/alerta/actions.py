"""What clients may do to an alert."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.ingest.compat.alerta.config import SHELVE_TIMEOUT_SECONDS
from functions.ingest.compat.alerta.find_alert import find
from functions.ingest.compat.alerta.view import status_of_alert
from functions.ingest.compat.integration_alerts import (
    Correct,
    IntegrationAlerts,
    Transition,
    with_words,
)
from functions.ingest.compat.refusals import nothing_here
from functions.ingest.senders.alerta import TAGS
from functions.ingest.senders.reading.fields import Fields
from tocsin.domain.alert import NOTE_LIMIT, SNOOZE_LIMIT, Alert, AlertStatus, Snooze
from tocsin.domain.errors import (
    AlreadyResolvedError,
    ConflictError,
    InvalidInputError,
    NotSnoozedError,
    Problem,
)
from tocsin.domain.ids import Actor, by_whom
from tocsin.domain.signal import Facts, FactsBuilder, printable

_ACTION_OF_STATUS: Final = {
    "open": "open",
    "ack": "ack",
    "closed": "close",
    "shelved": "shelve",
    "assign": "assign",
}


def perform(
    own: IntegrationAlerts, name: str, word: str, body: Mapping[str, Any], *, at: datetime
) -> None:
    """Do what a client asks for.

    Raises:
        InvalidInputError: The body does not say what to do.
        AlertNotFoundError: There is no such alert of this integration.
        ConflictError: The alert's state forbids it.
    """
    act = _read(word, body, at)
    alert = find(own, name)
    if not own.integration.paused:
        act(own, alert)


def expect_text(body: Mapping[str, Any]) -> str:
    """Read the text of a note.

    Raises:
        InvalidInputError: There is none.
    """
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise _wrong("text", 'Missing mandatory value for "text"')
    return printable(text)


def _read(
    word: str, body: Mapping[str, Any], at: datetime
) -> Callable[[IntegrationAlerts, Alert], None]:
    match word:
        case "action":
            action = body.get("action")
            if not isinstance(action, str) or not action:
                raise _wrong("action", 'Missing mandatory value for "action"')
            return _acting(action, body, at)
        case "status":
            status = body.get("status")
            if not isinstance(status, str) or status not in _ACTION_OF_STATUS:
                known = ", ".join(_ACTION_OF_STATUS)
                raise _wrong("status", f"Invalid status; must be one of {known}")
            return _acting(_ACTION_OF_STATUS[status], body, at)
        case "tag" | "untag":
            return _tagging(body, at, is_added=word == "tag")
        case "attributes":
            return _describing(body, at)
        case _:
            raise nothing_here()


def _acting(
    action: str, body: Mapping[str, Any], at: datetime
) -> Callable[[IntegrationAlerts, Alert], None]:
    text = body.get("text")
    note = printable(text)[:NOTE_LIMIT] if isinstance(text, str) and text else None
    transition_of = _transition(action, note, body, at)

    def act(own: IntegrationAlerts, alert: Alert) -> None:
        if transition_of is None:
            said = f" ({note})" if note else ""
            what = printable(action)[:100]
            own.add_note(alert, f"Asked for through Alerta's API and left to people: {what}{said}")
            return
        try:
            own.change(alert.alert_id, transition_of(own))
        except ConflictError as error:
            # The names of Alerta's clients for what stands in the way.
            status = status_of_alert(own.get(alert.alert_id), at)
            raise ConflictError(f"invalid action for current {status} status") from error

    return act


def _transition(
    action: str, note: str | None, body: Mapping[str, Any], at: datetime
) -> Callable[[IntegrationAlerts], Transition] | None:
    """Find the transition of a word; None for what only people can do."""
    if action == "shelve":
        snooze = Snooze(until=at + _timeout(body), reason=note)
        return lambda own: lambda it: it.snoozed(snooze, by=own.actor, at=at)
    change = _CHANGES.get(action)
    if change is None:
        return None
    return lambda own: lambda it: change(it, by=own.actor, at=at, note=note)


def _opened(alert: Alert, *, by: Actor, at: datetime, note: str | None) -> Alert:
    """Undo an acknowledgement or a snooze."""
    if alert.is_open and alert.is_snoozed(at):
        awake = _unshelved(alert, by=by, at=at, note=note)
        if awake.status is AlertStatus.FIRING:
            return awake
        alert = awake
    return alert.unacknowledge(by=by, at=at, note=note)


def _unshelved(alert: Alert, *, by: Actor, at: datetime, note: str | None) -> Alert:
    if alert.is_open and not alert.is_snoozed(at):
        raise NotSnoozedError("This alert is not snoozed.")
    return alert.woken(by=by, at=at, reason=note or f"{by_whom(by)} ended the snooze")


_CHANGES: Final[Mapping[str, Callable[..., Alert]]] = {
    "ack": Alert.acknowledge,
    "close": Alert.resolve,
    "open": _opened,
    "unack": Alert.unacknowledge,
    "unshelve": _unshelved,
}


def _timeout(body: Mapping[str, Any]) -> timedelta:
    timeout = body.get("timeout")
    if timeout is None:
        return timedelta(seconds=SHELVE_TIMEOUT_SECONDS)
    is_whole = isinstance(timeout, int) and not isinstance(timeout, bool)
    if not is_whole or not 0 < timeout <= SNOOZE_LIMIT.total_seconds():
        seconds = int(SNOOZE_LIMIT.total_seconds())
        raise _wrong("timeout", f"timeout must be an integer from 1 to {seconds}")
    return timedelta(seconds=timeout)


def _tagging(
    body: Mapping[str, Any], at: datetime, *, is_added: bool
) -> Callable[[IntegrationAlerts, Alert], None]:
    said = body.get("tags")
    tags = [it for it in said if isinstance(it, str) and it] if isinstance(said, list) else []
    if not tags:
        raise _wrong("tags", "must supply 'tags' as a list of texts")

    def change(before: list[str]) -> list[str]:
        if is_added:
            return list(dict.fromkeys([*before, *tags]))
        return [it for it in before if it not in tags]

    return _correcting(lambda facts, builder: with_words(facts, builder, TAGS, change), at)


def _describing(
    body: Mapping[str, Any], at: datetime
) -> Callable[[IntegrationAlerts, Alert], None]:
    said = body.get("attributes")
    if not isinstance(said, dict) or not said:
        raise _wrong("attributes", "must supply 'attributes' as an object")
    added = Fields(body).pairs("attributes")
    gone = {name for name, value in said.items() if value is None}

    def correct(facts: Facts, builder: FactsBuilder) -> Facts:
        labels = {**facts.labels, **added}
        kept = {name: text for name, text in labels.items() if name not in gone}
        return replace(facts, labels=builder.labels(kept))

    return _correcting(correct, at)


def _correcting(correct: Correct, at: datetime) -> Callable[[IntegrationAlerts, Alert], None]:
    def act(own: IntegrationAlerts, alert: Alert) -> None:
        try:
            own.correct(alert, correct, at)
        except AlreadyResolvedError as error:
            raise ConflictError("invalid action for current closed status") from error

    return act


def _wrong(field: str, problem: str) -> InvalidInputError:
    return InvalidInputError("The body of the action is wrong.", [Problem(field, problem)])
