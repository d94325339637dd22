"""Acknowledges the alerts of a digest, which are told by its link, and no others.

- Only what fires and is not snoozed is acknowledged; the rest stays as it is.
- The same link and page are one press, which acts once however often it is sent, as with the
  link of an alert (see `acting`). A press that time did not suffice for is not used up: sent
  again, it goes on with what is left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from tocsin.domain.answer import Answer, Claim
from tocsin.domain.errors import AlertNotFoundError, ConcurrentUpdateError, TryAgainError
from tocsin.domain.link import LinkAction
from tocsin.usecases.answer_once import answer_once, hash_request
from tocsin.usecases.change_alert import change_alert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from functions.actions.ports import DigestWork, Ports
    from tocsin.domain.alert import Alert
    from tocsin.domain.digest import Digest
    from tocsin.domain.ids import Actor, AlertId
    from tocsin.domain.link import Link

CHUNK: Final = 100
"""Alerts that one request to DynamoDB reads."""
LAST_SECONDS: Final = 1.0
"""In which no alert is begun: for those under way, and for keeping the answer."""
_OK: Final = 200
_AGAIN: Final = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPress:
    """One use of a digest's link."""

    link: Link
    token: str
    actor: Actor
    at: datetime
    seen: str | None = None
    """Which states the page showed; None: pressed without a page."""

    @property
    def key(self) -> str:
        """The same for the same press."""
        seen = "" if self.seen is None else f"@{self.seen}"
        return f"{LinkAction.DIGEST}{seen}:{self.token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """The outcome of a press."""

    total: int
    acknowledged: int
    """By this press."""
    left: int
    """Not looked at, or refused by storage, before time was up."""

    @property
    def sentence(self) -> str:
        said = f"Acknowledged {self.acknowledged:,} of {self.total:,} alerts."
        if not self.left:
            return said
        return f"{said} {self.left:,} are left: press again for the rest."


def acknowledge_once(digest: Digest, press: DigestPress, ports: Ports) -> Acknowledged:
    """Do what was pressed; pressed again, it repeats its first answer.

    Raises:
        TryAgainError: Storage is unavailable, or another use of the link is in progress.
    """
    claim = Claim(
        caller=press.link.actor,
        key=press.key,
        request_hash=hash_request("POST", LinkAction.DIGEST, press.token.encode()),
        at=press.at,
        write_id=ports.new_write_id(),
    )
    answer = answer_once(claim, lambda: _answer(digest, press, ports), answers=ports.answers)
    return Acknowledged(**json.loads(answer.body))


def in_chunks(ids: Sequence[AlertId]) -> Iterator[Sequence[AlertId]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def _answer(digest: Digest, press: DigestPress, ports: Ports) -> Answer:
    done = _acknowledge(digest, press, ports)
    if done.left and not done.acknowledged:
        raise TryAgainError
    # One with an error's status is not kept, and so the same press goes on.
    return Answer(status=_AGAIN if done.left else _OK, body=json.dumps(asdict(done)))


def _acknowledge(digest: Digest, press: DigestPress, ports: Ports) -> Acknowledged:
    work = ports.digests()
    one = _One(press, ports, work)
    acknowledged = left = 0
    for ids in in_chunks(digest.alert_ids):
        if one.is_over:
            left += len(ids)
            continue
        try:
            alerts = work.alerts.get_many(ids).values()
        except TryAgainError:
            left += len(ids)
            continue
        asking = [alert for alert in alerts if alert.is_asking]
        results = list(work.threads.map(one.acknowledge, asking))
        acknowledged += results.count(True)
        left += results.count(None)
    return Acknowledged(total=len(digest.alert_ids), acknowledged=acknowledged, left=left)


@dataclass(frozen=True, slots=True)
class _One:
    """Acknowledges one alert, in any thread."""

    press: DigestPress
    ports: Ports
    work: DigestWork

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self.work.seconds_left() < LAST_SECONDS

    def acknowledge(self, alert: Alert) -> bool | None:
        """Whether it was done; None: not yet, for want of time or storage."""
        if self.is_over:
            return None
        try:
            after = change_alert(
                alert.alert_id,
                self._acknowledged,
                alerts=self.work.alerts,
                new_write_id=self.ports.new_write_id,
                known=alert,
            )
        except AlertNotFoundError:
            return False
        except (ConcurrentUpdateError, TryAgainError):
            return None
        return after.acknowledged_by == self.press.actor

    def _acknowledged(self, alert: Alert) -> Alert:
        if not alert.is_asking:
            return alert
        return alert.acknowledge(by=self.press.actor, at=self.press.at)
