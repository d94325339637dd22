"""Who has an alert and what happens next, as sentences for one reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.escalation import NO_POLICY_PAGES, Escalation, Rest
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.ids import Actor
from tocsin.domain.next_action import ActionKind, NextAction, next_action
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.reader import Called, Names, Reader, called, starting
from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.times_in_words import Clock

WHY_SHOWN: Final = 200
"""Characters of why nobody was reached."""
_UNLESS: Final = " unless someone acknowledges."
_DECIDED_SOON: Final = "Who is called is being decided; it takes seconds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What happens next, if nobody acts."""

    next: Phrase
    short: str = ""
    """The same in an SMS; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An alert, for one reader at one time."""

    alert: Alert
    reader: Reader
    names: Names
    clock: Clock
    counts: bool = False
    """Say how long it takes until the next step: for a page that counts anew at each look."""

    @property
    def has_it(self) -> bool:
        """Whether the reader has the alert."""
        return self.names.is_reader(self.alert.acknowledged_by, self.reader)

    @property
    def holder(self) -> str:
        """Who has the alert, as the beginning of a sentence."""
        return "You" if self.has_it else starting(self.names.of_actor(self.alert.acknowledged_by))

    @property
    def have(self) -> str:
        """`You have it`, `Bob has it`."""
        return f"{self.holder} {'have' if self.has_it else 'has'} it"

    @property
    def integration(self) -> str:
        return one_line(self.alert.integration, NAME_SHOWN)

    def called(self, targets: tuple[str, ...], at: datetime | None = None) -> Called:
        """Name the targets; of a schedule, who is on call now, or at a time."""
        giver = self.names.user_of(_actor(self.alert.escalation.giver))
        names = self.names.then(at) if at else self.names
        return called(targets, self.reader, names, without=giver)


def who_has_it(view: View) -> Phrase:
    alert = view.alert
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return (Span(f"{view.have}.", is_strong=True),)
    escalation = alert.escalation
    were_called = escalation.rest is Rest.EXHAUSTED and not escalation.unreached
    if were_called and alert.is_asking and not escalation.giver:
        return (Span("Everybody was called, and nobody has it.", is_strong=True),)
    if alert.snooze is not None:
        return (Span(f"{snoozed_by(view) or 'Nobody has it'}.", is_strong=True),)
    return (Span("Nobody has it yet.", is_strong=True),)


def snoozed_by(view: View) -> str:
    """`You snoozed it`, `Snoozed by Alice`; empty: not known."""
    by = view.alert.snooze.by if view.alert.snooze else None
    if by is None:
        return ""
    is_own = view.names.is_reader(by, view.reader)
    return "You snoozed it" if is_own else f"Snoozed by {view.names.of_actor(by)}"


def coming_of(view: View) -> Coming:
    """Say what happens next."""
    action = next_action(view.alert)
    return _SENTENCES[action.kind](action, view)


def _escalate(action: NextAction, view: View) -> Coming:
    escalation = view.alert.escalation
    at, clock = action.at or view.clock.now, view.clock
    who = view.called(action.targets, at)
    is_due = at <= clock.now
    if is_due and not who.who:
        return Coming(next=(Span(_DECIDED_SOON),))
    time = clock.coming(at)
    why_late = _why_late(escalation)
    if why_late is not None:
        subject = f"{who.who} {who.verb}" if who.who else "The first step is called"
        sentence = f"{why_late} {subject} "
        after = " if it still fires then."
        short = f"{who.who or 'Called'} {time.text} if it still fires."
        return Coming(next=(Span(sentence), *clock.coming_at(at), Span(after)), short=short)
    if not who.who:
        sentence = f"Step {action.step} is called "
        return Coming(next=(Span(sentence), *clock.coming_at(at), Span(_UNLESS)))
    if is_due:
        short = f"{who.who} {who.verb} now."
        return Coming(next=(Span(f"{who.who} {who.verb_now} "), time, Span(".")), short=short)
    again = " again" if action.again else ""
    wait = f", in {clock.wait(at)}," if view.counts else ""
    short = f"{who.who} {'again' if action.again else who.verb} {time.text}."
    return Coming(
        next=(
            Span(f"{who.who} {who.verb}{again} "),
            *clock.coming_at(at),
            Span(f"{wait}{_UNLESS}"),
        ),
        short=short,
    )


def _why_late(escalation: Escalation) -> str | None:
    """Why the first page of a run waits; None: it does not."""
    if escalation.held_by_route is not None:
        return "Its route holds the first page."
    if escalation.waits_for_step is not None:
        return "It is outside the hours of its steps."
    return "It opens again and again." if escalation.awaits_stability else None


def _exhaust(action: NextAction, view: View) -> Coming:
    who = view.called(action.targets)
    if who.is_reader:
        sentence = "Nobody is called after you."
        return Coming(next=(Span(sentence),), short=sentence)
    if not who.who:
        return Coming(next=(Span("Nobody else is called."),), short="Nobody else is called.")
    time = view.clock.coming(action.at or view.clock.now)
    last = f"{who.who} {who.be} the last: nobody is called after that step ("
    return Coming(
        next=(Span(last), time, Span(").")), short=f"Nobody is called after {who.inside}."
    )


def _choose_policy(_action: NextAction, _view: View) -> Coming:
    return Coming(next=(Span("Whether it comes back is being decided; it takes seconds."),))


def _unacknowledge(action: NextAction, view: View) -> Coming:
    at = action.at or view.clock.now
    who = view.called(action.targets, at)
    first = f"{who.inside} {who.verb} first" if who.who else "the first step is called"
    time = view.clock.coming(at)
    if at <= view.clock.now:
        return Coming(next=(Span(f"It was not resolved in time: it fires again, and {first}."),))
    whose = "Yours" if view.has_it else f"{view.have}"
    return Coming(
        next=(
            Span("If it is not resolved by "),
            time,
            Span(f", it fires again and {first}."),
        ),
        short=f"{whose} until {time.text}.",
    )


def _wake(action: NextAction, view: View) -> Coming:
    at = action.at or view.clock.now
    time = view.clock.coming(at)
    if view.alert.status is AlertStatus.ACKNOWLEDGED:
        stays = " and stays yours." if view.has_it else "."
        if at <= view.clock.now:
            return Coming(next=(Span("The snooze is over."),))
        return Coming(next=(Span("It is quiet until "), time, Span(stays)))
    who = view.called(action.targets, at)
    first = f"{who.inside} {who.verb} first" if who.who else "the first step is called"
    if at <= view.clock.now:
        return Coming(next=(Span(f"The snooze is over: {first}."),))
    after = f". If it still fires then, {first}."
    return Coming(
        next=(Span("It is quiet until "), time, Span(after)), short=f"Quiet until {time.text}."
    )


def _resolve(action: NextAction, view: View) -> Coming:
    at = action.at or view.clock.now
    reported = f"{view.integration} reported recovery. It is "
    if at <= view.clock.now:
        return Coming(next=(Span(f"{reported}being resolved now."),), short="Recovering, over now.")
    return Coming(
        next=(
            Span(f"{reported}resolved "),
            *view.clock.coming_at(at),
            Span(" unless it fires again."),
        ),
        short=f"Recovering, over {view.clock.coming(at).text}.",
    )


def _lapse(action: NextAction, view: View) -> Coming:
    at = action.at or view.clock.now
    routed = view.alert.routed
    if at != view.alert.lapses_at and routed:
        route = one_line(routed.route, NAME_SHOWN)
        if at <= view.clock.now:
            return Coming(next=(Span(f"It was not repeated: route {route} resolves it now."),))
        by = Span(f", route {route} resolves it.")
        return Coming(next=(Span("If it is not repeated by "), view.clock.coming(at), by))
    repeats = f"{view.integration} repeats it while it lasts. "
    if at <= view.clock.now:
        return Coming(next=(Span(f"{repeats}It did not, and it is being resolved now."),))
    return Coming(
        next=(
            Span(f"{repeats}If it does not by "),
            view.clock.coming(at),
            Span(", it is resolved."),
        )
    )


_WHY_HELD: Final = {
    HoldKind.SILENCE: "silenced by ",
    HoldKind.WINDOW: "maintenance by ",
}


def _release(action: NextAction, view: View) -> Coming:
    hold, at = view.alert.escalation.held, action.at or view.clock.now
    if hold is None or at <= view.clock.now:
        return Coming(next=(Span(_DECIDED_SOON),))
    if hold.kind is HoldKind.AWAKE:
        return _while_awake(action, hold, view)
    time = view.clock.coming(at)
    if hold.kind is HoldKind.HOURS:
        route = one_line(hold.name, NAME_SHOWN)
        why = f": outside the hours of route {route}."
        return Coming(next=(Span("Nobody is called until "), time, Span(why)))
    is_own = view.names.is_reader(_actor(hold.by), view.reader)
    by = "you" if is_own else view.names.of_actor(_actor(hold.by)) if hold.by else hold.name
    why = f": {_WHY_HELD[hold.kind]}{by}."
    return Coming(next=(Span("Nobody is called until "), time, Span(why)))


def _while_awake(action: NextAction, hold: Hold, view: View) -> Coming:
    is_own = view.names.is_reader(_actor(hold.name), view.reader)
    subject = "You are" if is_own else f"{view.names.of(hold.name)} is"
    until, who = view.clock.coming(hold.until), view.called(action.targets, hold.until)
    then = f"; then {who.inside} {who.verb}." if who.who else "."
    if not who.who and action.step is not None:
        then = f"; then step {action.step} is called."
    sentence = (Span(f"{subject} awake until "), until, Span(then))
    return Coming(next=sentence, short=f"Awake until {until.text}.")


def _none(_action: NextAction, view: View) -> Coming:
    alert = view.alert
    match alert.status:
        case AlertStatus.RESOLVED:
            again = " If it fires again, you get a new page." if view.reader.is_person else ""
            return Coming(
                next=(Span(f"Nothing is left to do.{again}"),), short="Nothing left to do."
            )
        case AlertStatus.ACKNOWLEDGED:
            return Coming(next=(Span("Nothing else happens by itself."),), short=f"{view.have}.")
        case AlertStatus.FIRING:
            return _at_rest(view)


def _at_rest(view: View) -> Coming:
    escalation = view.alert.escalation
    match escalation.rest:
        case Rest.EXHAUSTED if escalation.giver:
            giver = starting(view.names.of_actor(_actor(escalation.giver)))
            is_own = view.names.is_reader(_actor(escalation.giver), view.reader)
            gave = "You" if is_own else giver
            sentence = f"{gave} gave it back, and nobody is left to call."
            return Coming(next=(Span(sentence),), short="Nobody else is called.")
        case Rest.NO_POLICY if view.alert.askings and not escalation.unreached:
            return Coming(next=(Span("Nobody else is called."),), short="Nobody else is called.")
        case _ if escalation.unreached and escalation.unreached.why != NO_POLICY_PAGES:
            why = one_line(escalation.unreached.why, WHY_SHOWN)
            return Coming(
                next=(Span(f"Nobody could be reached: {why}."),), short="Nobody could be reached."
            )
        case Rest.EXHAUSTED:
            return Coming(next=(Span("Nobody else is called."),), short="Nobody else is called.")
        case Rest.SEVERITY:
            sentence = f"Nobody is called for {view.alert.severity} alerts; it is only listed."
            return Coming(next=(Span(sentence),))
        case _:
            return Coming(next=(Span("Nobody is called: no policy is for it."),))


_SENTENCES: Final[Mapping[ActionKind, Callable[[NextAction, View], Coming]]] = {
    ActionKind.ESCALATE: _escalate,
    ActionKind.EXHAUST: _exhaust,
    ActionKind.CHOOSE_POLICY: _choose_policy,
    ActionKind.UNACKNOWLEDGE: _unacknowledge,
    ActionKind.WAKE: _wake,
    ActionKind.RESOLVE: _resolve,
    ActionKind.LAPSE: _lapse,
    ActionKind.RELEASE: _release,
    ActionKind.NONE: _none,
}


def _actor(name: str | None) -> Actor | None:
    return Actor(name) if name else None
