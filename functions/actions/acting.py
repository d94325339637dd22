"""Acts by a link, once."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from functions.actions.ports import Ports
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    AlreadyResolvedError,
    NotAcknowledgedError,
    TryAgainError,
)
from tocsin.domain.ids import Actor, instant, milliseconds
from tocsin.domain.link import LINK_SNOOZE, Link, LinkAction
from tocsin.usecases.answer_once import answer_once, hash_request
from tocsin.usecases.change_alert import change_alert


class Result(StrEnum):
    """The result that the user of a link is shown."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    GIVEN_BACK = "given_back"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    ALREADY_SNOOZED = "already_snoozed"
    ALREADY_RESOLVED = "already_resolved"
    NOT_ACKNOWLEDGED = "not_acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a link: by whom, when, or until when."""

    result: Result
    by: Actor
    at: datetime
    """Of a snooze: until when."""
    title: str

    @property
    def is_done(self) -> bool:
        """Whether this link did it, not an earlier action."""
        return self.result in {
            *(Result.ACKNOWLEDGED, Result.SNOOZED, Result.RESOLVED),
            Result.GIVEN_BACK,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """One use of a link."""

    link: Link
    token: str
    action: LinkAction
    actor: Actor
    at: datetime
    snooze: timedelta | datetime = LINK_SNOOZE
    """Of a snooze: how long, or until when."""

    @property
    def snoozed_until(self) -> datetime:
        return self.snooze if isinstance(self.snooze, datetime) else self.at + self.snooze

    @property
    def key(self) -> str:
        """The same for the same press."""
        lasts = "" if self.snooze == LINK_SNOOZE else f"={self.snooze}"
        return f"{self.action}{lasts}:{self.token}"


def act_once(press: Press, ports: Ports) -> Outcome:
    """Do what a link is for; used again, it repeats its first answer.

    If another person acted first, the link is not used up: it works if the alert fires again.

    Raises:
        AlertNotFoundError: The alert is no longer kept.
        TryAgainError: Storage is unavailable, or another use of the link is in progress.
    """
    claim = Claim(
        caller=press.link.actor,
        key=press.key,
        request_hash=hash_request("POST", press.action, press.token.encode()),
        at=press.at,
        write_id=ports.new_write_id(),
    )
    try:
        answer = answer_once(claim, lambda: _answer(press, ports), answers=ports.answers)
    except (AlreadyAcknowledgedError, AlreadyResolvedError, NotAcknowledgedError):
        return _met(ports.alerts.get(press.link.alert_id), press)
    return _read(answer.body)


def title_of(alert: Alert) -> str:
    return alert.facts.summary or alert.facts.name


def _answer(press: Press, ports: Ports) -> Answer:
    alert = change_alert(
        press.link.alert_id,
        lambda alert: _changed(alert, press),
        alerts=ports.alerts,
        new_write_id=ports.new_write_id,
    )
    return Answer(status=200, body=_written(_done(alert, press)))


def _changed(alert: Alert, press: Press) -> Alert:
    match press.action:
        case LinkAction.ACKNOWLEDGE:
            return alert.acknowledge(by=press.actor, at=press.at)
        case LinkAction.RESOLVE:
            return alert.resolve(by=press.actor, at=press.at)
        case LinkAction.SNOOZE:
            return _snoozed(alert, press)
        case LinkAction.UNACKNOWLEDGE:
            return alert.unacknowledge(by=press.actor, at=press.at)
        case LinkAction.VIEW:
            return alert


def _snoozed(alert: Alert, press: Press) -> Alert:
    """Mute it; a longer snooze stays as it is."""
    snooze = Snooze(until=press.snoozed_until)
    if alert.is_open and alert.snooze is not None and alert.snooze.until > snooze.until:
        return alert
    return alert.snoozed(snooze, by=press.actor, at=press.at)


def _done(alert: Alert, press: Press) -> Outcome:
    if press.action is LinkAction.SNOOZE and alert.snooze is not None:
        until = alert.snooze.until
        is_longer = milliseconds(until) > milliseconds(press.snoozed_until)
        result = Result.ALREADY_SNOOZED if is_longer else Result.SNOOZED
        return Outcome(result=result, by=press.actor, at=until, title=title_of(alert))
    if press.action is LinkAction.UNACKNOWLEDGE:
        by, at = press.actor, alert.changed_at
        return Outcome(result=Result.GIVEN_BACK, by=by, at=at, title=title_of(alert))
    return _met(alert, press)


def _met(alert: Alert, press: Press) -> Outcome:
    """Report an alert's state; what this actor did counts as done by this link."""
    title = title_of(alert)
    if alert.resolved_by is not None and alert.resolved_at is not None:
        is_ours = press.action is LinkAction.RESOLVE and alert.resolved_by == press.actor
        result = Result.RESOLVED if is_ours else Result.ALREADY_RESOLVED
        return Outcome(result=result, by=alert.resolved_by, at=alert.resolved_at, title=title)
    if alert.acknowledged_by is not None and alert.acknowledged_at is not None:
        is_ours = alert.acknowledged_by == press.actor
        result = Result.ACKNOWLEDGED if is_ours else Result.ALREADY_ACKNOWLEDGED
        by, at = alert.acknowledged_by, alert.acknowledged_at
        return Outcome(result=result, by=by, at=at, title=title)
    if press.action is LinkAction.UNACKNOWLEDGE:
        result = Result.NOT_ACKNOWLEDGED
        return Outcome(result=result, by=press.actor, at=press.at, title=title)
    # Unacknowledged between the refusal and this read.
    raise TryAgainError


def _written(outcome: Outcome) -> str:
    fields = {
        "result": outcome.result,
        "by": outcome.by,
        "at": milliseconds(outcome.at),
        "title": outcome.title,
    }
    return json.dumps(fields, ensure_ascii=False)


def _read(body: str) -> Outcome:
    fields = json.loads(body)
    return Outcome(
        result=Result(fields["result"]),
        by=Actor(fields["by"]),
        at=instant(fields["at"]),
        title=fields["title"],
    )
