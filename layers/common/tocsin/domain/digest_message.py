"""A digest in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_links import links_of
from tocsin.domain.digest import Digest
from tocsin.domain.digest_in_words import (
    Place,
    Tally,
    is_held_by_awake,
    left_out,
    next_of,
    places_of,
    tally_of,
    where,
    who_has_them,
)
from tocsin.domain.next_in_words import View
from tocsin.domain.phrase import Phrase, Span, joined, plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.sender_text import one_line
from tocsin.domain.severity import Severity
from tocsin.domain.storm_in_words import storm_in_short, storm_in_words
from tocsin.domain.subject import SUBJECT_LIMIT, place_and_title
from tocsin.domain.team_storm import TeamStorm
from tocsin.domain.times_in_words import NO_BREAK, Clock
from tocsin.domain.wording import DONE_MARK, TITLE_LIMIT, Band, mark_of

LINES_SHOWN: Final = 5
_PLACE_IN_SUBJECT: Final = 30
"""Characters of a place's name."""
_RELEASED: Final = "A silence, a maintenance window or hours of the day held {} back until now."
_RELEASED_SHORT: Final = "Held back until now."


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLinks:
    acknowledge: str
    """A page with the list and one button, which acknowledges these alerts."""
    awake: str | None = None
    """None: the reader is a channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """One alert of a digest."""

    severity: Severity
    mark: str
    """`■`, `□`: filled if nobody has it."""
    word: str
    """`CRITICAL`."""
    title: str
    """With its place."""
    since: Phrase
    """`since 1 min (03:02)`."""
    since_clock: Phrase
    """`03:02`: for messages that stay for hours."""
    state: str
    """`Bob has it`; empty: nobody has it."""
    is_newest: bool
    """Whether it is the one that `newest` says."""
    runbook: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMessage:
    """One message in plain text; each channel escapes it for its own format.

    No line break, as in `Message`.
    """

    digest: Digest
    severity: Severity
    """The worst of those that are still open."""
    subject: str
    links: DigestLinks | None = None
    thread: str | None = None
    """The provider's id of this storm's first message at the same place."""
    mentions: tuple[str, ...] = ()
    """Slack's ids of the people whom it asks."""

    band: Band
    mark: str
    tally: Tally
    heading: Phrase
    """`7 alerts, 2 critical, since 03:02 (Berlin)`."""
    since: Phrase
    """`03:02`: when the first of them began."""
    age: str
    """`3 min`: for how long, for an SMS."""
    places: tuple[Place, ...]
    others: int
    """Alerts at other places."""
    lead: Phrase
    """Why they come now, and the team's storm; empty: they have just come, and there is none."""
    lead_short: str
    """Why they come now, in an SMS."""
    storm_short: str
    """The team's storm, in an SMS; empty: there is none."""
    newest: DigestLine | None
    """The newest of the worst that nobody has; None: no alert can be read."""
    newest_of: str
    """`Newest critical`."""
    who: Phrase
    next: Phrase
    next_short: str
    """The same in an SMS; may be empty."""
    lines: tuple[DigestLine, ...]
    """The worst first, then the newest; what is over comes last."""
    left_out: str
    """`and 2 more warnings`; may be empty."""
    only_these: Phrase
    """What acknowledging them leaves out; empty if nothing asks for it."""
    why_you: Phrase
    city: str
    """Of the reader's zone."""

    @property
    def where(self) -> str:
        """`api 5, db 2`."""
        return where(self.places, self.others)

    @property
    def these(self) -> str:
        """`these 7`, `this one`."""
        return _these(self.tally.total)

    @property
    def button(self) -> str:
        return f"Acknowledge {self.these}" if self.tally.asking else "Open the list"


def digest_message_of(  # noqa: PLR0913 - all that a digest is written of
    digest: Digest,
    alerts: Sequence[Alert],
    *,
    reader: Reader,
    names: Names,
    at: datetime,
    links: DigestLinks | None = None,
    thread: str | None = None,
    storm: TeamStorm | None = None,
) -> DigestMessage:
    """Write a digest for one reader.

    Args:
        digest: The frozen set.
        alerts: Those of the set, in its order, as they are now; facts may be shortened.
        reader: For whom.
        names: Of people.
        at: Now.
        links: None: they cannot be made for now.
        thread: See `DigestMessage`.
        storm: The team's newest, on or over; None: there was none, or it cannot be read.
    """
    clock = Clock(reader.zone, at)
    views = [
        View(alert=alert, reader=reader, names=names, clock=clock)
        for alert in sorted(alerts, key=_worst_and_newest_first)
    ]
    total = max(len(digest.alert_ids), len(alerts))
    tally = tally_of(alerts, total, digest.severity)
    newest = next((view for view in views if view.alert.is_asking), views[0] if views else None)
    began_at = min((alert.fired_at for alert in alerts), default=digest.frozen_at)
    coming, (places, others) = next_of(views), places_of(alerts)
    these = _these(total)
    is_release = digest.is_release
    released = (Span(_RELEASED.format(these)),) if is_release else ()
    return DigestMessage(
        digest=digest,
        severity=tally.severity,
        subject=_subject(tally, places, others, clock, began_at),
        links=links,
        thread=thread,
        band=_band(tally),
        mark=mark_of(tally.severity, is_filled=True) if tally.asking else DONE_MARK,
        tally=tally,
        heading=_heading(tally, clock, began_at),
        since=clock.day_and_time(began_at),
        age=clock.age(began_at, " "),
        places=places,
        others=others,
        lead=joined(released, storm_in_words(storm, clock)),
        lead_short=_RELEASED_SHORT if is_release else "",
        storm_short=storm_in_short(storm, clock),
        newest=_line(newest, is_newest=True) if newest else None,
        newest_of="Newest critical" if _is_critical(newest) else "Newest",
        who=who_has_them(views),
        next=coming.next,
        next_short=coming.short,
        lines=tuple(_line(view, is_newest=view is newest) for view in views[:LINES_SHOWN]),
        left_out=left_out([view.alert for view in views[LINES_SHOWN:]], total - len(alerts)),
        only_these=_only(these) if tally.asking else (),
        why_you=_why_you(reader, these, views, is_release=is_release),
        city=clock.city,
    )


def _worst_and_newest_first(alert: Alert) -> tuple[bool, int, float]:
    return not alert.is_open, alert.severity.rank, -alert.fired_at.timestamp()


def _line(view: View, *, is_newest: bool) -> DigestLine:
    alert, clock = view.alert, view.clock
    return DigestLine(
        severity=alert.severity,
        mark=mark_of(alert.severity, is_filled=alert.is_asking),
        word=alert.severity.upper(),
        title=place_and_title(alert.facts, TITLE_LIMIT),
        since=clock.age_and_time(alert.fired_at),
        since_clock=clock.day_and_time(alert.fired_at),
        state=_state(view),
        is_newest=is_newest,
        runbook=links_of(alert.facts).runbook,
    )


def _state(view: View) -> str:
    alert = view.alert
    if not alert.is_open:
        return "over"
    if alert.snooze is not None:
        return f"snoozed until {view.clock.coming(alert.snooze.until).text}"
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return view.have[:1].lower() + view.have[1:] if view.has_it else view.have
    return ""


def _is_critical(view: View | None) -> bool:
    return view is not None and view.alert.severity is Severity.CRITICAL


def _band(tally: Tally) -> Band:
    if tally.asking:
        return Band(tally.severity)
    return Band.DONE if tally.open else Band.OVER


def _heading(tally: Tally, clock: Clock, began_at: datetime) -> Phrase:
    city = (Span(f" ({clock.city})"),) if clock.has_city(began_at) else ()
    return (Span(f"{tally.how_bad}, since{NO_BREAK}"), *clock.day_and_time(began_at), *city)


def _subject(
    tally: Tally, places: Sequence[Place], others: int, clock: Clock, began_at: datetime
) -> str:
    """`2 CRITICAL of 7 alerts, firing since 03:02 (api 5, db 2)`."""
    since = f" since {plain(clock.day_and_time(began_at))}" if tally.open else ""
    said = f"{tally.of_how_many}, {tally.state}{since}"
    at = where(places, others, _PLACE_IN_SUBJECT)
    return one_line(f"{said} ({at})" if at else said, SUBJECT_LIMIT)


def _only(these: str) -> Phrase:
    return (Span(f"Only {these}: alerts that come later are not acknowledged."),)


def _why_you(reader: Reader, these: str, views: Sequence[View], *, is_release: bool) -> Phrase:
    if any(is_held_by_awake(view) and _is_by(view, reader) for view in views):
        return (Span(f"You get one message for {these} because you are awake."),)
    who = "You get" if reader.is_person else "This channel gets"
    why = "an earlier page had just been sent"
    if is_release:
        why = "they were held back together"
    return (Span(f"{who} one message for {these} because {why}."),)


def _is_by(view: View, reader: Reader) -> bool:
    hold = view.alert.hold
    return reader.is_person and hold is not None and hold.name == reader.name


def _these(total: int) -> str:
    return f"these {total:,}" if total > 1 else "this one"
