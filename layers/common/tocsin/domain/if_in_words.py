"""The consequence of each action, in words, before a reader chooses it."""

from datetime import timedelta
from typing import Final

from tocsin.domain.alert import AlertStatus
from tocsin.domain.escalation import Rest
from tocsin.domain.next_action import ActionKind, next_action
from tocsin.domain.next_in_words import View
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.reader import called
from tocsin.domain.times_in_words import lasting

_QUESTION: Final = "Is it over for everybody? If it fires again, it is a new page."


def if_acknowledged(view: View) -> Phrase:
    """Say: `Once you acknowledge, you have it and Bob is not called.`."""
    if view.alert.status is not AlertStatus.FIRING:
        return ()
    action = next_action(view.alert)
    who = view.called(action.targets, action.at)
    asks = action.kind in {ActionKind.ESCALATE, ActionKind.WAKE} and bool(who.who)
    if view.reader.is_person:
        others = f" and {who.who} {who.verb_not}" if asks and not who.is_reader else ""
        return (Span(f"Once you acknowledge, you have it{others}."),)
    others = f", and {who.who} {who.verb_not}" if asks else ""
    return (Span(f"Who acknowledges it has it{others}."),)


def once_acknowledged(view: View) -> str:
    """Say whom the acknowledgement spares: `Bob is not called.`."""
    escalation = view.alert.escalation
    is_next = escalation.escalates_at is not None and not escalation.is_restart
    who = view.called(escalation.due_targets if is_next else ())
    is_spared = who.who and not who.is_reader and view.alert.snooze is None
    return f"{who.who} {who.verb_not}." if is_spared else "Nobody else is called."


def if_resolved(view: View) -> Phrase:
    if not view.alert.is_open:
        return ()
    return (Span(f"{_other_holder(view)}{_QUESTION}"),)


def if_given_back(view: View) -> Phrase:
    """Say: `Then nobody has it: Bob is called at once.`."""
    if view.alert.status is not AlertStatus.ACKNOWLEDGED:
        return ()
    return (Span(f"{_other_holder(view)}Then nobody has it{_after_giving_back(view)}."),)


def if_woken(view: View) -> Phrase:
    """Say: `Then the snooze is over, and Alice is called at once.`."""
    if view.alert.snooze is None or not view.alert.is_open:
        return ()
    if view.alert.status is AlertStatus.ACKNOWLEDGED:
        return (Span(f"Then the snooze is over. {view.have}."),)
    who = called(view.alert.escalation.first_targets, view.reader, view.names)
    subject = f"{who.inside} {who.verb}" if who.who else "the first step is called"
    return (Span(f"Then the snooze is over, and {subject} at once."),)


def _after_giving_back(view: View) -> str:
    """What `Escalation.wanted_on` brings."""
    escalation = view.alert.escalation
    if view.alert.snooze is not None:
        until = view.clock.coming(view.alert.snooze.until).text
        return f", and it stays quiet until {until}"
    if escalation.is_restart or not escalation.loop or escalation.rest is Rest.EXHAUSTED:
        return _at_once(view, escalation.first_targets)
    if escalation.next_step is not None and escalation.next_step > escalation.step:
        return _at_once(view, escalation.next_targets)
    if escalation.next_step is None:
        return ", and nobody is left to call"
    who = _called(view, escalation.first_targets)
    delay = lasting(max(escalation.delay, timedelta(minutes=1)))
    return f": {who} again in {delay}" if who else ""


def _at_once(view: View, targets: tuple[str, ...]) -> str:
    who = _called(view, targets)
    return f": {who} at once" if who else ": the next step is called at once"


def _called(view: View, targets: tuple[str, ...]) -> str:
    """Name the targets; who gives it back is not asked again in this run."""
    giver = view.reader.name if view.reader.is_person else None
    who = called(targets, view.reader, view.names, without=giver)
    return f"{who.who} {who.verb}" if who.who else ""


def _other_holder(view: View) -> str:
    is_others = view.alert.status is AlertStatus.ACKNOWLEDGED and not view.has_it
    return f"{view.have}. " if is_others else ""
