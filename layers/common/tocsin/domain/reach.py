"""Whether an alert has reached anybody, and the message to the last resort if it has not."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from tocsin.domain.alert import Alert
from tocsin.domain.escalation import NEXT_RUN, Rest, Target, TargetKind
from tocsin.domain.notification import (
    Delivery,
    DeliveryState,
    Notification,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.people import method_in_words
from tocsin.domain.severity import Severity
from tocsin.domain.signal import CUT_MARK
from tocsin.domain.step_plan import is_asked

LAST_RESORT: Final = "last-resort"
"""A name that no channel of the team may have."""
REASONS_LIMIT: Final = 3
REASON_LIMIT: Final = 100
"""Characters of one reason: all of them are stored with the alert."""


def judged(alert: Alert, ledger: Sequence[Notification], at: datetime) -> Alert:
    """Note that a whole run has reached nobody, or that a later one has; else the same alert.

    Whom a person asked counts too, and alone where no policy pages.
    """
    if not alert.is_asking or alert.hold is not None:
        return alert
    unreached = alert.escalation.unreached
    if unreached is not None:
        is_left = any(_arrived_after(unreached.at, alert, each) for each in ledger)
        return alert.reached(at=at) if is_left else alert
    by_hand = _asked_by_hand(alert, ledger)
    run = _without_run(alert, ledger, by_hand) or _run_that_is_over(alert, ledger)
    if not run or not all(_is_over(each, alert) for each in (*run, *by_hand)):
        return alert
    if any(each.counts_as_sent for each in (*run, *by_hand)):
        return alert
    return alert.reached_nobody(_why(run), at=at)


def _is_over(message: Notification, alert: Alert) -> bool:
    """Whether it has ended; of a critical alert, also if it waits for the hours of a rule."""
    is_late = alert.severity is Severity.CRITICAL and message.delivery.waits_for_hours
    return message.state.has_ended or is_late


def may_have_reached_nobody(ledger: Iterable[Notification]) -> bool:
    """Whether a page that is sent may be the first: if not, the alert need not be read for it."""
    return any(
        is_to_last_resort(each.delivery)
        or (each.delivery.is_page and each.state in {DeliveryState.FAILED, DeliveryState.SKIPPED})
        for each in ledger
    )


def to_last_resort(alert: Alert) -> Delivery:
    """The message to the last resort about an alert that has just reached nobody."""
    return Delivery(
        alert_id=alert.alert_id,
        episode=alert.episode,
        step=0,
        loop=0,
        target=str(Target(TargetKind.CHANNEL, LAST_RESORT)),
        channel=LAST_RESORT,
        event=NotificationEvent.UNREACHED,
        reason=NotificationReason.UNREACHED,
        spell=alert.escalation.spell,
        version=alert.version,
        asked_at=alert.changed_at,
        due_at=alert.changed_at,
    )


def is_to_last_resort(delivery: Delivery) -> bool:
    return delivery.event is NotificationEvent.UNREACHED


def _arrived_after(at: datetime, alert: Alert, message: Notification) -> bool:
    delivery = message.delivery
    is_page = delivery.is_page and delivery.spell == alert.escalation.spell
    # Clocks of two functions may differ; the alert's own times do not.
    is_later = message.changed_at > at or (delivery.is_by_hand and delivery.asked_at >= at)
    return is_page and message.counts_as_sent and is_later


def _asked_by_hand(alert: Alert, ledger: Sequence[Notification]) -> Sequence[Notification]:
    spell = alert.escalation.spell
    return [it for it in ledger if it.delivery.is_by_hand and it.delivery.spell == spell]


def _without_run(
    alert: Alert, ledger: Sequence[Notification], by_hand: Sequence[Notification]
) -> Sequence[Notification]:
    """The pages of the spell where no policy pages; empty: nobody was asked, or not all yet."""
    if alert.escalation.rest not in {Rest.NO_POLICY, Rest.SEVERITY} or not by_hand:
        return ()
    if not all(is_asked(asking, ledger) for asking in alert.askings):
        return ()
    for version in {it.delivery.version for it in by_hand}:
        planned = [it.delivery.planned for it in by_hand if it.delivery.version == version]
        if len(planned) < max(planned):
            return ()
    spell = alert.escalation.spell
    return [it for it in ledger if it.delivery.is_page and it.delivery.spell == spell]


def _run_that_is_over(alert: Alert, ledger: Sequence[Notification]) -> Sequence[Notification]:
    """The messages of a run whose last step was begun; empty: it is not over, or not planned yet.

    Messages that rules delay are of the firing spell, so of every run in it.
    """
    stands = alert.escalation
    is_over = stands.rest is Rest.EXHAUSTED or stands.held_why == NEXT_RUN
    if not is_over:
        return ()
    pages = [each for each in ledger if each.delivery.is_of_step]
    by_rule = [it for it in pages if it.delivery.is_by_rule and it.delivery.spell == stands.spell]
    at_once = [it for it in pages if not it.delivery.is_by_rule and it.delivery.loop == stands.loop]
    for step in {it.delivery.step for it in at_once} | ({stands.step} if not by_rule else set()):
        planned = [it.delivery.planned for it in at_once if it.delivery.step == step]
        if not planned or len(planned) < max(planned):
            return ()
    return (*at_once, *by_rule)


def _why(run: Sequence[Notification]) -> str:
    reasons = list(dict.fromkeys(_reasons(run)))
    shown = "; ".join(reasons[:REASONS_LIMIT])
    more = len(reasons) - REASONS_LIMIT
    return f"{shown}; and {more} more" if more > 0 else shown


def _reasons(run: Sequence[Notification]) -> Iterator[str]:
    for each in run:
        delivery, reason = each.delivery, each.reason or each.state.value
        if each.attempts:
            kind, _, name = delivery.target.partition(":")
            place = (
                f"{name} by {method_in_words(delivery.channel)}"
                if kind == TargetKind.USER
                else name
            )
            reason = f"{place}: {reason}"
        yield reason if len(reason) <= REASON_LIMIT else reason[: REASON_LIMIT - 1] + CUT_MARK
