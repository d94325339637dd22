"""A page to a person who is awake: it waits for a quiet digest, but for an unrelated critical."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tocsin.domain.awake import LINE, PACE, SILENT, breaking_of, is_told_quietly
from tocsin.domain.destination import method_of, place_of
from tocsin.domain.errors import TryAgainError
from tocsin.domain.line import Arriving, Place, group_of
from tocsin.usecases.delivery_work import Delivered, Outcome, mark
from tocsin.usecases.join_digest import TURN_ATTEMPTS, join_or_go

if TYPE_CHECKING:
    from tocsin.domain.alert import Alert
    from tocsin.domain.awake import Awake
    from tocsin.domain.notification import Notification
    from tocsin.usecases.delivery_work import Work

QUIETLY: Final = "{} is awake: told quietly, by another method"


def join_quietly(
    known: Notification, alert: Alert, awake: Awake, work: Work
) -> Delivered | Notification:
    """Let a page wait for the digest of an awake person, or leave it to a silent method.

    Returns:
        The message as the ledger has it: it goes alone, now. Else what has become of it.

    Raises:
        TryAgainError: Others change the line all the time.
        ClaimLostError: Another run works on this message.
    """
    if _breaks_through(known, alert, awake, work):
        return replace(known, is_loud=True)
    delivery, at = known.delivery, work.now()
    if method_of(delivery) not in SILENT:
        ledger = work.ledger.of_alert(delivery.alert_id)
        if is_told_quietly(known, ledger, at):
            skipped = mark(known, known.skip(QUIETLY.format(awake.user), at=at), work)
            return Delivered(outcome=Outcome.SKIPPED, notification=skipped, alert=alert)
    return join_or_go(known, alert, work, pace=PACE)


def _breaks_through(known: Notification, alert: Alert, awake: Awake, work: Work) -> bool:
    delivery = known.delivery
    person = Place(delivery.target, LINE)
    labels = work.paging.settings(work.now()).storm_labels
    group = group_of(alert.facts.labels, labels, alert.integration)
    arriving = Arriving(alert.severity, group, delivery.asked_at)
    told = work.lines.read(Place(*place_of(delivery))).groups
    for _ in range(TURN_ATTEMPTS):
        line, at = work.lines.read(person), work.now()
        breaking = breaking_of(line, arriving, alert.alert_id, told=told, since=awake.since, at=at)
        if breaking.after is None or work.lines.move(
            person, line, breaking.after, at=at, write_id=work.new_write_id()
        ):
            return breaking.is_alone
    raise TryAgainError("Others change this line all the time.")
