"""The closing message of a person who was awake: what came, what is resolved, how long."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from tocsin.domain.awake import QUIET_LIMIT, SILENT, Awake, AwakeEnd
from tocsin.domain.digest_in_words import counted
from tocsin.domain.digest_message import DigestMessage
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.ids import AlertId, time_of
from tocsin.domain.notification import (
    Delivery,
    NotificationEvent,
    NotificationReason,
)
from tocsin.domain.people import ContactMethod, Directory, User
from tocsin.domain.phrase import Span
from tocsin.domain.sender_text import one_line
from tocsin.domain.subject import SUBJECT_LIMIT

NOTHING_CAME: Final = "no alert came meanwhile"
STILL_THERE: Final = "Still there?"
_MINUTE: Final = 60


def closing_deliveries(awake: Awake, directory: Directory) -> tuple[Delivery, ...]:
    """The closing message by each silent method; of one who fell silent, by their usual methods."""
    user = directory.users.get(awake.user)
    if user is None or awake.ended_at is None:
        return ()
    is_quiet = awake.end is AwakeEnd.QUIET
    reason = NotificationReason.STILL_THERE if is_quiet else NotificationReason.AWAKE_ENDED
    return tuple(
        Delivery(
            alert_id=AlertId(awake.session),
            episode=1,
            step=0,
            loop=0,
            target=str(Target(TargetKind.USER, user.name)),
            channel=method,
            event=NotificationEvent.DIGEST,
            reason=reason,
            asked_at=awake.ended_at,
            due_at=awake.ended_at,
        )
        for method in _methods(user, is_loud=is_quiet)
    )


def _methods(user: User, *, is_loud: bool) -> list[ContactMethod]:
    """Those of the user's rules that have an address; all with one, if no rule names any."""
    by_rules = {rule.by for rule in user.notify}
    usual = [it for it in user.methods if it in by_rules] or user.methods
    if is_loud:
        return usual
    return [it for it in usual if it in SILENT] or [it for it in user.methods if it in SILENT]


def closing_message(message: DigestMessage, delivery: Delivery) -> DigestMessage:
    """Say in the digest of all that came that it is the last, and for how long it went."""
    tally = message.tally
    over = tally.total - tally.open
    came = f"{counted(tally.total, 'alert')}, {over:,} resolved, {_lasted(delivery)}"
    is_quiet = delivery.reason is NotificationReason.STILL_THERE
    if is_quiet:
        lead = (
            f"{STILL_THERE} Nothing was opened or done for {QUIET_LIMIT.seconds // _MINUTE} min: "
            "escalation goes on where it was."
        )
        subject = f"{STILL_THERE} {came}"
    else:
        lead = "You count as awake no longer: escalation goes on where it was."
        subject = f"You were awake: {came}"
    return replace(
        message,
        subject=one_line(subject, SUBJECT_LIMIT),
        heading=(Span(came),),
        lead=(Span(lead),),
        lead_short=STILL_THERE if is_quiet else "No longer awake.",
        only_these=message.only_these if tally.asking else (),
        why_you=(Span('You get it because you said "I\'m awake".'),),
    )


def _lasted(delivery: Delivery) -> str:
    minutes = max(1, round(_seconds(delivery) / _MINUTE))
    hours, rest = divmod(minutes, _MINUTE)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _seconds(delivery: Delivery) -> float:
    began_at: datetime = time_of(delivery.alert_id)
    return (delivery.asked_at - began_at).total_seconds()
