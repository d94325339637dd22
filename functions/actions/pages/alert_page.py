"""The page of an alert, for a phone at night."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from functions.actions.look import Look
from functions.actions.pages.page import page
from tocsin.domain.alert import Alert
from tocsin.domain.happened_in_words import done_in_words, happened_in_words
from tocsin.domain.if_in_words import once_acknowledged
from tocsin.domain.link import AWAKE, AWAKE_MEANS, Link, LinkAction
from tocsin.domain.next_in_words import View
from tocsin.domain.phrase import Phrase, Span, joined, plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.signal import CUT_MARK, LINK_SCHEMES
from tocsin.domain.timeline import CHANGES_MESSAGES, Change, ChangeType
from tocsin.domain.times_in_words import Clock
from tocsin.domain.wording import Wording, wording_of

DETAILS_LIMIT: Final = 2_000
"""Characters of a sender's output: a phone's screen, a few times over."""
_APOSTROPHE: Final = "\N{RIGHT SINGLE QUOTATION MARK}"
PAIRS_LIMIT: Final = 20
"""Labels and links that are shown; the API has them all."""


class Banner(NamedTuple):
    """What was done by this link's reader, or that nothing was."""

    band: str
    mark: str
    said: str
    after: str
    is_of: ChangeType | None
    """The change that was done."""


class Question(NamedTuple):
    """A button that opens a question, with the consequence, above the button that acts."""

    action: LinkAction
    summary: str
    question: Phrase
    button: str = ""


class Offers(NamedTuple):
    """What the state allows and the link is for, from top to bottom.

    Only `acknowledge` and the presets act by one press. The presets stand open where no button lay
    that may have led here, since a second tap in the dark must not act.
    """

    acknowledge: bool = False
    first: Sequence[Question] = ()
    has_presets: bool = False
    last: Sequence[Question] = ()


class Shown[T](NamedTuple):
    """As many as are shown, and how many more there are."""

    shown: Sequence[T]
    more: int

    @classmethod
    def of(cls, everything: Sequence[T]) -> "Shown[T]":
        return cls(everything[:PAIRS_LIMIT], max(len(everything) - PAIRS_LIMIT, 0))


@dataclass(frozen=True, slots=True)
class _State:
    """What the page decides by."""

    look: Look
    wording: Wording
    clock: Clock

    @property
    def alert(self) -> Alert:
        return self.look.alert

    @property
    def is_asking(self) -> bool:
        """Whether it fires and nobody has it, so that a page asks for something."""
        return self.alert.is_asking

    @property
    def mood(self) -> str:
        """The class of the line above the title."""
        if self.is_asking:
            return f"{self.alert.severity}-text"
        return "done-text" if self.alert.snooze is None or not self.alert.is_open else "muted"


def show_alert(look: Look) -> str:
    clock = Clock(look.reader.zone, look.at)
    happened = happened_in_words(
        look.alert, look.changes, reader=look.reader, names=look.names, clock=clock
    )
    wording = wording_of(
        look.alert,
        reader=look.reader,
        names=look.names,
        at=look.at,
        happened=happened,
        counts=True,
    )
    return show_wording(wording, look)


def show_wording(wording: Wording, look: Look) -> str:
    """Show an alert in these words."""
    state = _State(look, wording, Clock(look.reader.zone, look.at))
    banner = _banner(state)
    return page(
        "alert.html",
        f"{_state_word(state)}: {wording.title}",
        band=banner.band if banner else wording.band,
        wording=wording,
        banner=banner,
        is_asking=state.is_asking,
        shows_severity=state.alert.is_open and not state.is_asking,
        top_mark=wording.severity if state.alert.is_asking or _is_snoozed(state) else wording.band,
        mood=state.mood,
        facts=_facts(state),
        offers=_offers(state, banner),
        seen=look.alert.told_version,
        runbook=safe(wording.runbook),
        dashboard=safe(wording.dashboard),
        details=_cut(wording.details),
        labels=Shown.of(wording.labels),
        links=Shown.of([link for link in wording.more_links if safe(link.url)]),
        awake=look.awake,
        awake_name=AWAKE,
        awake_means=AWAKE_MEANS,
        alert_id=look.alert.alert_id,
        about_link=about_link(look.link, look.reader, look.names, state.clock),
    )


def _state_word(state: _State) -> str:
    alert = state.alert
    if not alert.is_open:
        return "Over"
    if alert.snooze is not None:
        return "Snoozed"
    return "Firing" if state.is_asking else state.wording.state


def _is_snoozed(state: _State) -> bool:
    return state.alert.is_open and state.alert.snooze is not None


def _facts(state: _State) -> list[Phrase]:
    words = state.wording
    if not state.alert.is_open:
        return [joined(words.since, words.who), words.next]
    if state.is_asking or _is_snoozed(state):
        return [joined(words.who, words.next)]
    return [joined(words.since, words.next)]


def _banner(state: _State) -> Banner | None:
    look = state.look
    done = last_act(look.alert, look.changes)
    if done is None:
        return None
    said = done_in_words(done, look.alert, reader=look.reader, names=look.names, clock=state.clock)
    if _is_by(done, look):
        return Banner("done", "done", f"{said}.", _after(done, state), done.type)
    if not look.is_refused:
        return None
    before = "before you" if look.reader.is_person else "before"
    return Banner("over", "refused", f"{said}, {before}.", "Nothing was changed.", None)


def _is_by(act: Change, look: Look) -> bool:
    return look.names.is_reader(act.by, look.reader) or act.by == look.link.actor


def last_act(alert: Alert, changes: Iterable[Change]) -> Change | None:
    """The newest change of the alert's state.

    The alert itself has its acknowledgement and its end; who snoozed it, woke it or gave it back
    is in `changes` alone, which may be missing.
    """
    known = [change for change in changes if change.type in CHANGES_MESSAGES]
    acts = [
        Change(type=type_, at=at, by=by)
        for type_, by, at in (
            (ChangeType.ACKNOWLEDGED, alert.acknowledged_by, alert.acknowledged_at),
            (ChangeType.RESOLVED, alert.resolved_by, alert.resolved_at),
        )
        if by and at
    ]
    return max(reversed([*acts, *known]), key=lambda act: act.at, default=None)


def _after(done: Change, state: _State) -> str:
    match done.type:
        case ChangeType.ACKNOWLEDGED:
            look = state.look
            return once_acknowledged(
                View(alert=look.alert, reader=look.reader, names=look.names, clock=state.clock)
            )
        case ChangeType.SNOOZED:
            return "Nobody is called until then."
        case ChangeType.RESOLVED:
            return "Nothing is left to do."
        case _:
            return plain(state.wording.next)


def _offers(state: _State, banner: Banner | None) -> Offers:
    allows, alert, words = state.look.link.allows, state.alert, state.wording

    def asked(*questions: Question) -> list[Question]:
        return [question for question in questions if allows(question.action)]

    resolve = Question(
        LinkAction.RESOLVE,
        "Resolve",
        words.if_resolved,
        "Yes, it is over: resolve",
    )
    give_back = Question(
        LinkAction.UNACKNOWLEDGE,
        "Give back",
        words.if_given_back,
        "Give it back",
    )
    wake = Question(LinkAction.UNSNOOZE, "Wake now", words.if_woken, "Yes, wake it now")
    until_then: Phrase = (Span("Nobody is called until then."),)
    if not alert.is_open:
        return Offers()
    if alert.snooze is not None:
        other = Question(LinkAction.SNOOZE, "Other times", until_then)
        return Offers(first=asked(other, wake, resolve))
    snooze = Question(LinkAction.SNOOZE, "Snooze", until_then)
    if state.is_asking and banner is None:
        return Offers(
            acknowledge=allows(LinkAction.ACKNOWLEDGE),
            has_presets=allows(LinkAction.SNOOZE),
            last=asked(resolve),
        )
    if state.is_asking:
        return Offers(acknowledge=allows(LinkAction.ACKNOWLEDGE), first=asked(snooze, resolve))
    if banner is None or banner.is_of is ChangeType.ACKNOWLEDGED:
        return Offers(first=asked(resolve, give_back), has_presets=allows(LinkAction.SNOOZE))
    return Offers(first=asked(resolve, give_back, snooze))


def about_link(link: Link, reader: Reader, names: Names, clock: Clock) -> str:
    until = clock.coming(link.expires_at).text
    if reader.is_person:
        name = names.of(reader.name)
        whose = f"This link is {name}{_APOSTROPHE}s and works until {until}"
        return f"{whose}: do not forward it."
    return f"This link is for {reader.name} and works until {until}."


def _cut(text: str) -> str:
    return text if len(text) <= DETAILS_LIMIT else text[: DETAILS_LIMIT - 1] + CUT_MARK


def safe(url: str | None) -> str | None:
    """A link whose text cannot mislead; browsers read a backslash as a slash."""
    if url is None or not url.lower().startswith(LINK_SCHEMES):
        return None
    return None if "\\" in url or not url.isprintable() or any(map(str.isspace, url)) else url
