"""What a message is news of, and why its reader gets it."""

from typing import Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import AUTO, Actor
from tocsin.domain.next_action import ActionKind, next_action
from tocsin.domain.next_in_words import View, snoozed_by
from tocsin.domain.notification import Delivery, NotificationEvent, NotificationReason
from tocsin.domain.phrase import Phrase, Span, joined
from tocsin.domain.reader import called, starting
from tocsin.domain.resolved_in_words import how_it_was, why_resolved
from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.times_in_words import lasting

NOTE_SHOWN: Final = 300
"""Characters of a note in a message."""
_FLAPPING: Final = "It opens again and again: after this it is quiet until it is stable."
_SECOND: Final = 2
"""Of steps."""
_ASKED_NOW: Final = frozenset((NotificationReason.ESCALATED, NotificationReason.RELEASED))


def lead_of(delivery: Delivery, view: View) -> Phrase:
    """What the message is news of, by what the alert is now; empty for a first page.

    A flapping alert's first page says that it is the last until the alert is stable.
    """
    match delivery.event:
        case NotificationEvent.TEST:
            return (Span("Nothing is wrong, and nothing is to be done: pages arrive here."),)
        case NotificationEvent.PAGED if delivery.is_by_hand and view.alert.is_open:
            return (Span(_by_hand(delivery, view, _reader(view))),)
        case NotificationEvent.PAGED:
            return _of_page(delivery, view)
        case NotificationEvent.WORSENED if view.alert.status is AlertStatus.ACKNOWLEDGED:
            now = f"It is {view.alert.severity} now"
            have = "you have it" if view.has_it else view.names.of_actor(view.alert.acknowledged_by)
            return (Span(f"{now}, and {have}{'' if view.has_it else ' has it'}."),)
        case _:
            return _of_update(delivery, view)


def why_you(delivery: Delivery, view: View) -> Phrase:
    """Why this reader gets the message."""
    who = _reader(view)
    match delivery.event:
        case NotificationEvent.TEST:
            return (Span(f"A test was sent to {who}."),)
        case NotificationEvent.PAGED:
            why = _by_hand if delivery.is_by_hand else _why_asked
            return (Span(why(delivery, view, who)),)
        case NotificationEvent.WORSENED if view.has_it:
            return (Span("You have this alert."),)
        case _:
            told = f"{who.capitalize()} {'were called' if who == 'you' else 'was told'}"
            more = " One more message comes when it is over or comes back to you."
            is_followed = view.reader.is_person and view.alert.is_open
            return (Span(f"{told} for this alert.{more if is_followed else ''}"),)


def _reader(view: View) -> str:
    return "you" if view.reader.is_person else "this channel"


def _why_asked(delivery: Delivery, view: View, who: str) -> str:
    named = view.alert.escalation.policy
    policy = f"the policy {one_line(named, NAME_SHOWN)}" if named else "its policy"
    verb = "asks" if view.reader.is_person else "tells"
    if delivery.is_by_rule:
        return f"{policy[:1].upper()}{policy[1:]} {verb} {who}, and so does one of your own rules."
    first = " first" if delivery.step == 1 else ""
    return f"Step {delivery.step} of {policy} {verb} {who}{first}."


def _by_hand(delivery: Delivery, view: View, who: str) -> str:
    asking = view.alert.asking_in(delivery.version)
    asker = starting(view.names.of_actor(asking.by)) if asking else "A person"
    if asking is not None and asking.by == AUTO:
        return f"Tocsin tells {who}."
    asks = f"gives {who} this alert" if asking and asking.is_assignment else f"asks {who}"
    note = one_line(asking.note, NOTE_SHOWN) if asking and asking.note else ""
    return f"{asker} {asks}: {note}" if note else f"{asker} {asks}."


def lead_short(delivery: Delivery, view: View) -> str:
    """Why the reader is asked now, if not first; empty for all but pages."""
    is_page = delivery.is_page and view.alert.status is AlertStatus.FIRING
    match delivery.reason:
        case NotificationReason.ESCALATED if is_page:
            return _why_now(delivery, view)
        case NotificationReason.REPEATED if is_page:
            return "Nobody answered."
        case NotificationReason.RESTARTED if is_page:
            return "It still fires."
        case NotificationReason.RELEASED if is_page:
            return "It was held back until now."
        case NotificationReason.ASKED | NotificationReason.ASSIGNED if is_page:
            return _by_hand(delivery, view, _reader(view))
        case _:
            return ""


def _of_page(delivery: Delivery, view: View) -> Phrase:
    if view.alert.status is not AlertStatus.FIRING:
        return _of_update(delivery, view)
    why = lead_short(delivery, view)
    if not why:
        return (Span(_FLAPPING),) if view.alert.is_flapping else ()
    again = "now" if delivery.reason in _ASKED_NOW else "again"
    asked = "You are asked" if view.reader.is_person else _asked(view)
    return (Span(f"{why} {asked} {again}"), *_then(view))


def _asked(view: View) -> str:
    who = view.called(view.alert.escalation.targets)
    return f"{who.who} {who.verb}" if who.who else "The next step is called"


def _why_now(delivery: Delivery, view: View) -> str:
    escalation = view.alert.escalation
    if escalation.giver:
        return f"{starting(view.names.of_actor(Actor(escalation.giver)))} gave it back."
    first = called(escalation.first_targets, view.reader, view.names)
    has_name = bool(first.who) and not first.is_told and not first.is_reader
    return (
        f"{first.who} did not answer."
        if has_name and delivery.step == _SECOND
        else "Nobody answered."
    )


def _then(view: View) -> Phrase:
    """Say: `; Carol is called at 03:11.`."""
    action = next_action(view.alert)
    who = view.called(action.targets, action.at)
    if action.kind is ActionKind.EXHAUST:
        after = "after you" if view.reader.is_person else "after this step"
        return (Span(f"; nobody is called {after}."),)
    if action.kind is not ActionKind.ESCALATE or action.at is None or not who.who:
        return (Span("."),)
    if action.at <= view.clock.now or who.is_reader:
        return (Span("."),)
    again = " again" if action.again else ""
    when = view.clock.coming_at(action.at)
    return (Span(f"; {who.inside} {who.verb}{again} "), *when, Span("."))


def _of_update(delivery: Delivery, view: View) -> Phrase:
    alert, clock = view.alert, view.clock
    if alert.status is AlertStatus.RESOLVED:
        return joined(why_resolved(view, with_city=True), how_it_was(view))
    if alert.snooze is not None:
        snoozed = f"{snoozed_by(view) or 'Snoozed'} until "
        city = f" ({clock.city})" if clock.has_city(alert.snooze.until) else ""
        until = clock.coming(alert.snooze.until)
        return (Span(snoozed, is_strong=True), until, Span(f"{city}. Nobody is called until then."))
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return _of_acknowledgement(view)
    return (Span(f"{_why_firing(delivery, alert, view)} Nobody has it."),)


def _why_firing(delivery: Delivery, alert: Alert, view: View) -> str:
    giver = alert.escalation.giver
    match delivery.event:
        case NotificationEvent.WOKEN:
            return "The snooze is over, and it still fires."
        case NotificationEvent.UNACKNOWLEDGED if giver:
            is_own = view.names.is_reader(Actor(giver), view.reader)
            name = "You" if is_own else starting(view.names.of_actor(Actor(giver)))
            return f"{name} gave it back."
        case NotificationEvent.UNACKNOWLEDGED:
            return "It was acknowledged, is not resolved, and fires again."
        case _:
            return "It fires."


def _of_acknowledgement(view: View) -> Phrase:
    alert, clock = view.alert, view.clock
    at = alert.acknowledged_at or clock.now
    after = lasting(at - alert.fired_at)
    city = f" ({clock.city})" if clock.has_city(at) else ""
    need = ", and you need not do anything" if view.reader.is_person and not view.has_it else ""
    return (
        Span(f"{view.holder} acknowledged it at ", is_strong=True),
        *clock.day_and_time(at),
        Span(f"{city}, {after} after it began. Nobody else is called{need}."),
    )
