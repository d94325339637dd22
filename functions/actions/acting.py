"""Acts by a link, once for each state of its alert.

- A press on a page carries the state that the page showed: `seen`, the alert's `told_version`,
  which changes when the alert is acknowledged, given back, snoozed, woken or resolved. The same
  link, choice and state are one press, which acts once however often it is sent. The page that
  shows the next state makes another press, so that one link may acknowledge, give back and
  acknowledge again.
- A press without a page, by a program or in Slack, carries no state: the same link and choice act
  once in the link's life.
- A press that the alert's state refuses is not used up: it acts when the state allows it.
- A press on a page that shows an earlier state does not undo what was done since: it gives nothing
  back, wakes nothing and makes no snooze shorter. Nor does one without a page shorten a snooze.
- Each episode has an id of its own, so that a link never acts on the next one.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from functions.actions.ports import Ports
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import (
    AlreadyAcknowledgedError,
    ConflictError,
    NotAcknowledgedError,
    NotSnoozedError,
    TryAgainError,
)
from tocsin.domain.ids import Actor, instant, milliseconds, user_of
from tocsin.domain.link import LINK_SNOOZE, Link, LinkAction
from tocsin.usecases.answer_once import answer_once, hash_request
from tocsin.usecases.change_alert import change_alert


class Result(StrEnum):
    """The result that the user of a link is shown."""

    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    GIVEN_BACK = "given_back"
    WOKEN = "woken"
    ALREADY_ACKNOWLEDGED = "already_acknowledged"
    ALREADY_SNOOZED = "already_snoozed"
    ALREADY_RESOLVED = "already_resolved"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    NOT_SNOOZED = "not_snoozed"
    CHANGED = "changed"
    """The page showed an earlier state."""


_DONE: Final = frozenset(
    (Result.ACKNOWLEDGED, Result.SNOOZED, Result.RESOLVED, Result.GIVEN_BACK, Result.WOKEN)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a link: by whom, when, or until when."""

    result: Result
    by: Actor
    at: datetime
    """Of a snooze: until when."""
    title: str
    told_version: int = 0
    """Of the alert, if it refused."""

    @property
    def is_done(self) -> bool:
        """Whether this link did it, not an earlier action."""
        return self.result in _DONE


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
    seen: int | None = None
    """The alert's `told_version` on the page; None: pressed without a page."""

    @property
    def snoozed_until(self) -> datetime:
        return self.snooze if isinstance(self.snooze, datetime) else self.at + self.snooze

    @property
    def key(self) -> str:
        """The same for the same press."""
        lasts = "" if self.snooze == LINK_SNOOZE else f"={self.snooze}"
        seen = "" if self.seen is None else f"@{self.seen}"
        return f"{self.action}{lasts}{seen}:{self.token}"

    def is_late(self, alert: Alert) -> bool:
        """Whether the page showed an earlier state."""
        return self.seen is not None and self.seen != alert.told_version


class _ChangedError(ConflictError):
    """The state has changed since the page was made."""


class _LongerSnoozeError(ConflictError):
    """It is snoozed for longer, which the page did not show."""


def act_once(press: Press, ports: Ports) -> Outcome:
    """Do what was pressed; pressed again, it repeats its first answer.

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
    except ConflictError as refusal:
        return _refused(ports.alerts.get_shortened(press.link.alert_id), press, refusal)
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
            _expect_current(alert, press)
            return alert.unacknowledge(by=press.actor, at=press.at)
        case LinkAction.UNSNOOZE:
            _expect_current(alert, press)
            reason = f"{user_of(press.actor)} ended the snooze"
            return alert.woken(by=press.actor, at=press.at, reason=reason)
        case LinkAction.VIEW | LinkAction.DIGEST | LinkAction.AWAKE | LinkAction.SWAP:
            return alert


def _expect_current(alert: Alert, press: Press) -> None:
    if alert.is_open and press.is_late(alert):
        raise _ChangedError("The alert has changed since the page was made.")


def _snoozed(alert: Alert, press: Press) -> Alert:
    """Mute it; a longer snooze that the page did not show stays as it is."""
    snooze = Snooze(until=press.snoozed_until)
    is_longer = alert.snooze is not None and alert.snooze.until > snooze.until
    if alert.is_open and is_longer and (press.seen is None or press.is_late(alert)):
        raise _LongerSnoozeError("The alert is snoozed for longer.")
    return alert.snoozed(snooze, by=press.actor, at=press.at)


def _done(alert: Alert, press: Press) -> Outcome:
    """The outcome of a press that was not refused."""
    by, at, title = press.actor, alert.changed_at, title_of(alert)
    match press.action:
        case LinkAction.SNOOZE:
            at, result = press.snoozed_until, Result.SNOOZED
        case LinkAction.UNACKNOWLEDGE:
            result = Result.GIVEN_BACK
        case LinkAction.UNSNOOZE:
            result = Result.WOKEN
        case LinkAction.RESOLVE:
            result = Result.RESOLVED
        case _:
            result = Result.ACKNOWLEDGED
    return Outcome(result=result, by=by, at=at, title=title)


def _refused(alert: Alert, press: Press, refusal: ConflictError) -> Outcome:
    """Report the state that refused; what this actor did before counts as done by this press."""
    result, by, at = _met(alert, press, refusal)
    title = title_of(alert)
    return Outcome(result=result, by=by, at=at, title=title, told_version=alert.told_version)


def _met(alert: Alert, press: Press, refusal: ConflictError) -> tuple[Result, Actor, datetime]:
    if alert.resolved_by is not None and alert.resolved_at is not None:
        is_ours = press.action is LinkAction.RESOLVE and _is_by(alert.resolved_by, press)
        result = Result.RESOLVED if is_ours else Result.ALREADY_RESOLVED
        return result, alert.resolved_by, alert.resolved_at
    match refusal:
        case AlreadyAcknowledgedError() if alert.acknowledged_by and alert.acknowledged_at:
            is_ours = _is_by(alert.acknowledged_by, press)
            result = Result.ACKNOWLEDGED if is_ours else Result.ALREADY_ACKNOWLEDGED
            return result, alert.acknowledged_by, alert.acknowledged_at
        case _LongerSnoozeError() if alert.snooze:
            return Result.ALREADY_SNOOZED, press.actor, alert.snooze.until
        case NotAcknowledgedError():
            return Result.NOT_ACKNOWLEDGED, press.actor, press.at
        case NotSnoozedError():
            return Result.NOT_SNOOZED, press.actor, press.at
        case _ChangedError():
            return Result.CHANGED, press.actor, alert.changed_at
        case _:
            # It has changed again between the refusal and this read.
            raise TryAgainError


def _is_by(actor: Actor, press: Press) -> bool:
    return user_of(actor) == user_of(press.actor)


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
