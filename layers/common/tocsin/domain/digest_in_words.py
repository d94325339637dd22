"""How bad many alerts are, where, who has them and what happens next, for one reader."""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.hold import HoldKind
from tocsin.domain.next_action import ActionKind, NextAction, next_action
from tocsin.domain.next_in_words import Coming, View, coming_of
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.sender_text import NAME_SHOWN, one_line
from tocsin.domain.severity import Severity
from tocsin.domain.subject import place_of

PLACES_SHOWN: Final = 2
_HOLDERS_SHOWN: Final = 2
_COARSE: Final = ("cluster", "team")
"""Labels that tell places apart where each alert has one of its own."""
_MANY: Final = {Severity.CRITICAL: "critical", Severity.WARNING: "warnings", Severity.INFO: "info"}
_YOU: Final = "You"
_OTHERS: Final = "Others"
_DECIDED_SOON: Final = "Who is called is being decided; it takes seconds."


class Place(NamedTuple):
    name: str
    alerts: int


class Tally(NamedTuple):
    """How many alerts a digest has, and how bad they are."""

    total: int
    severity: Severity
    """The worst of those that are open; of all, if none is."""
    worst: int
    """Alerts of this severity."""
    asking: int
    """Firing, and not snoozed."""
    open: int

    @property
    def alerts(self) -> str:
        return counted(self.total, "alert")

    @property
    def how_bad(self) -> str:
        """`7 alerts, 2 critical`."""
        return f"{self.alerts}, {self._worst_in_words}"

    @property
    def word(self) -> str:
        """`2 CRITICAL`."""
        return f"{self.worst:,} {_of_severity(self.worst, self.severity).upper()}"

    @property
    def of_how_many(self) -> str:
        """`2 CRITICAL of 7 alerts`."""
        if self.worst < self.total:
            return f"{self.word} of {self.alerts}"
        is_noun = self.severity is Severity.WARNING
        return self.word if is_noun else f"{self.word} {_plural(self.total, 'alert')}"

    @property
    def state(self) -> str:
        """`firing`, `5 firing`."""
        if not self.open:
            return "over" if self.total == 1 else "all over"
        if self.asking == self.total:
            return "firing"
        return f"{self.asking:,} firing" if self.asking else "none firing"

    @property
    def _worst_in_words(self) -> str:
        if self.worst < self.total:
            return f"{self.worst:,} {_of_severity(self.worst, self.severity)}"
        every = "all " if self.total > 1 else ""
        return f"{every}{_of_severity(self.total, self.severity)}"


def counted(count: int, noun: str) -> str:
    """`1 alert`, `1,000 alerts`."""
    return f"{count:,} {_plural(count, noun)}"


def tally_of(alerts: Sequence[Alert], total: int, severity: Severity) -> Tally:
    """Count the alerts of a digest; one that cannot be read is taken to fire.

    Args:
        alerts: As they are now.
        total: As many as the digest has.
        severity: The worst, when the digest was frozen.
    """
    unread = total - len(alerts)
    still_open = [alert for alert in alerts if alert.is_open]
    severities = Counter(alert.severity for alert in still_open or alerts)
    known = (*severities, *((severity,) if unread else ()))
    worst = min(known, key=lambda each: each.rank, default=severity)
    return Tally(
        total=total,
        severity=worst,
        worst=severities[worst] or 1,
        asking=unread + sum(alert.is_asking for alert in alerts),
        open=unread + len(still_open),
    )


def places_of(alerts: Sequence[Alert]) -> tuple[tuple[Place, ...], int]:
    """The two places with most alerts, and how many alerts are elsewhere."""
    counts = Counter(map(_fine, alerts))
    if len(counts) > PLACES_SHOWN and max(counts.values()) == 1:
        counts = Counter(map(_coarse, alerts))
    largest = tuple(Place(name, count) for name, count in counts.most_common(PLACES_SHOWN))
    return largest, len(alerts) - sum(place.alerts for place in largest)


def where(places: Sequence[Place], others: int, limit: int = NAME_SHOWN) -> str:
    """`api 5, db 2, 3 others`; names are cut to so many characters."""
    said = [f"{one_line(place.name, limit)} {place.alerts:,}" for place in places]
    return ", ".join((*said, *((counted(others, "other"),) if others else ())))


def left_out(alerts: Sequence[Alert], unread: int) -> str:
    """`and 2 more warnings`; empty: none is left out.

    Args:
        alerts: Those that have no line.
        unread: How many more there are.
    """
    total = len(alerts) + unread
    if not total:
        return ""
    severities = Counter(alert.severity for alert in alerts)
    worst = min(severities, key=lambda each: each.rank, default=None)
    if worst is None or (unread and worst is not Severity.CRITICAL):
        return f"and {total:,} more"
    if severities[worst] == total:
        noun = "" if worst is Severity.WARNING else f" {_plural(total, 'alert')}"
        return f"and {total:,} more {_of_severity(total, worst)}{noun}"
    return f"and {total:,} more, {severities[worst]:,} {_of_severity(severities[worst], worst)}"


def who_has_them(views: Sequence[View]) -> Phrase:
    """`Alice has 3 of these 7, 1 is over; nobody has the other 3.`."""
    total = len(views)
    asking = sum(view.alert.is_asking for view in views)
    if asking == total:
        said = "Nobody has it yet." if total == 1 else "Nobody has any of them."
        return (Span(said, is_strong=True),)
    parts = [*_holders(views), *_others(views)]
    if len(parts) == 1 and not asking:
        said = _all_alike(views, parts[0])
        return (Span(f"{said}.", is_strong=True),)
    first = _first(parts[0], total)
    rest = "".join(f", {_clause(part)}" for part in parts[1:])
    nobody = f"; nobody has the other {asking:,}" if asking > 1 else "; nobody has the other one"
    return (Span(f"{first}{rest}{nobody if asking else ''}.", is_strong=True),)


class _Part(NamedTuple):
    """Some of the alerts: 3 that Alice has, or 1 that is over."""

    subject: str
    """Who has them; empty: the verb is their state."""
    verb: str
    alerts: int


def _holders(views: Sequence[View]) -> list[_Part]:
    counts = Counter(view.holder for view in views if view.alert.status is AlertStatus.ACKNOWLEDGED)
    shown = counts.most_common()
    if len(shown) > _HOLDERS_SHOWN:
        others = sum(count for _, count in shown[_HOLDERS_SHOWN - 1 :])
        shown = [*shown[: _HOLDERS_SHOWN - 1], (_OTHERS, others)]
    return [
        _Part(name, "have" if name in {_YOU, _OTHERS} else "has", count) for name, count in shown
    ]


def _others(views: Sequence[View]) -> list[_Part]:
    snoozed = sum(
        view.alert.status is AlertStatus.FIRING and view.alert.snooze is not None for view in views
    )
    over = sum(not view.alert.is_open for view in views)
    return [
        _Part("", word, count) for word, count in (("snoozed", snoozed), ("over", over)) if count
    ]


def _first(part: _Part, total: int) -> str:
    if not part.subject:
        return f"{part.alerts:,} of these {total:,} {_be(part.alerts)} {part.verb}"
    return f"{part.subject} {part.verb} {part.alerts:,} of these {total:,}"


def _clause(part: _Part) -> str:
    """A part within a sentence: `you have 2`, `1 is over`."""
    if not part.subject:
        return f"{part.alerts:,} {_be(part.alerts)} {part.verb}"
    is_ours = part.subject in {_YOU, _OTHERS}
    subject = part.subject.lower() if is_ours else part.subject
    return f"{subject} {part.verb} {part.alerts:,}"


def _all_alike(views: Sequence[View], part: _Part) -> str:
    total = len(views)
    if not part.subject:
        return f"It is {part.verb}" if total == 1 else f"All {total:,} are {part.verb}"
    return f"{part.subject} {part.verb} {'it' if total == 1 else f'all {total:,}'}"


def is_held_by_awake(view: View) -> bool:
    """Whether a person who is awake keeps its next step from being begun."""
    hold = view.alert.hold
    return hold is not None and hold.kind is HoldKind.AWAKE


def next_of(views: Sequence[View]) -> Coming:
    """Say what happens next with those that nobody has."""
    coming = [(next_action(view.alert), view) for view in views if view.alert.is_asking]
    calls = [
        (action, view)
        for action, view in coming
        if action.kind is ActionKind.ESCALATE and not view.alert.escalation.awaits_stability
    ]
    if calls:
        return _called(calls, total=len(views))
    waiting = [view for _, view in coming if is_held_by_awake(view)]
    if waiting and len(waiting) == len(coming):
        return coming_of(waiting[0])
    if coming and all(action.kind in {ActionKind.EXHAUST, ActionKind.NONE} for action, _ in coming):
        return _nobody_after(coming)
    if not views or any(view.alert.is_open for view in views):
        return Coming(next=())
    return Coming(next=(Span("Nothing is left to do."),), short="Nothing left to do.")


def _called(calls: Sequence[tuple[NextAction, View]], *, total: int) -> Coming:
    """The step that comes first; `from 03:08 on` if it comes at several times."""
    first, view = min(calls, key=lambda call: call[0].at or call[1].clock.now)
    clock, who = view.clock, view.called(first.targets, first.at)
    alike = [
        action
        for action, _ in calls
        if (action.targets, action.again) == (first.targets, first.again)
    ]
    at = first.at or clock.now
    if at <= clock.now and not who.who:
        return Coming(next=(Span(_DECIDED_SOON),))
    which = _which(len(alike), total)
    if at <= clock.now:
        now = (Span(f"{who.who} {who.verb_now}{which} "), clock.coming(at), Span("."))
        return Coming(next=now, short=f"{who.who} {who.verb} now.")
    subject = f"{who.who} {who.verb}" if who.who else f"Step {first.step} is called"
    again = " again" if first.again else ""
    times = {clock.coming(action.at or at).text for action in alike}
    when: Phrase = clock.coming_at(at)
    if len(times) > 1:
        when = (Span("from "), clock.coming(at), Span(" on"))
    said = (Span(f"{subject}{again}{which} "), *when, Span(" unless someone acknowledges."))
    time = clock.coming(at).text
    if not who.who:
        return Coming(next=said)
    return Coming(next=said, short=f"{who.who} {'again' if first.again else who.verb} {time}.")


def _nobody_after(coming: Sequence[tuple[NextAction, View]]) -> Coming:
    is_reader_last = all(
        action.kind is ActionKind.EXHAUST and view.called(action.targets).is_reader
        for action, view in coming
    )
    said = "Nobody is called after you." if is_reader_last else "Nobody else is called."
    return Coming(next=(Span(said),), short=said)


def _which(count: int, total: int) -> str:
    if count == total:
        return " for these" if total > 1 else ""
    return f" for {count:,} of them"


def _fine(alert: Alert) -> str:
    """The service, else the object: where the alert is, as far as its sender says."""
    service = one_line(alert.facts.labels.get("service", ""), NAME_SHOWN)
    return service or place_of(alert.facts) or _coarse(alert)


def _coarse(alert: Alert) -> str:
    named = (one_line(alert.facts.labels.get(label, ""), NAME_SHOWN) for label in _COARSE)
    return next(filter(None, named), one_line(alert.integration, NAME_SHOWN))


def _of_severity(count: int, severity: Severity) -> str:
    return "warning" if count == 1 and severity is Severity.WARNING else _MANY[severity]


def _plural(count: int, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"
