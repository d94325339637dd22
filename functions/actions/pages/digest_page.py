"""The page of a digest: which alerts they are, and one button."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from functions.actions.digest_look import DigestLook
from functions.actions.pages.alert_page import about_link, safe
from functions.actions.pages.page import page
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.alert_links import links_of
from tocsin.domain.digest_in_words import (
    left_out,
    next_of,
    places_of,
    tally_of,
    where,
    who_has_them,
)
from tocsin.domain.link import AWAKE, AWAKE_MEANS
from tocsin.domain.next_in_words import View
from tocsin.domain.phrase import Phrase, Span, joined, plain
from tocsin.domain.reader import starting
from tocsin.domain.resolved_in_words import why_resolved
from tocsin.domain.severity import Severity
from tocsin.domain.subject import title_of
from tocsin.domain.times_in_words import NO_BREAK, Clock
from tocsin.domain.wording import TITLE_LIMIT

ROWS_LIMIT: Final = 200
_BEFORE_NUMBER: Final = re.compile(r" (?=[0-9])")


class Banner(NamedTuple):
    """What this link's reader did, and what was left."""

    said: str
    after: str


class Row(NamedTuple):
    """One alert of the list."""

    mark: str
    tone: str
    is_asking: bool
    is_taken: bool
    severity: Severity
    title: str
    state: str
    runbook: str | None


class _Top(NamedTuple):
    """The coloured band."""

    band: str
    mark: str
    word: str


def show_digest(look: DigestLook) -> str:
    clock = Clock(look.reader.zone, look.at)
    # Some may have become worse since it was frozen.
    alerts = sorted(look.alerts, key=lambda alert: alert.severity.rank)
    views = [
        View(alert=alert, reader=look.reader, names=look.names, clock=clock) for alert in alerts
    ]
    asking = [alert for alert in alerts if alert.is_asking]
    tally = tally_of(alerts, len(look.digest.alert_ids), look.digest.severity)
    banner = _banner(views, look)
    top = _top(views, asking)
    places = where(*places_of(alerts)) if alerts else ""
    return page(
        "digest.html",
        f"{_state_word(asking, views)}: {tally.how_bad}",
        band="done" if banner else top.band,
        banner=banner,
        top=top,
        state=f"{tally.alerts}, {tally.state}",
        mood=f"{asking[0].severity}-text" if asking else "done-text",
        heading=_heading(views, clock),
        subject=f"{tally.how_bad}: {_unbroken(places)}" if places else tally.how_bad,
        facts=_facts(views, look),
        is_asking=bool(asking or look.unread),
        button=_button(len(asking), tally.total, look.unread),
        seen=look.seen,
        only_these=_only_these(tally.total),
        rows=list(map(_row, views[:ROWS_LIMIT])),
        more=left_out(alerts[ROWS_LIMIT:], look.unread),
        about_link=about_link(look.link, look.reader, look.names, clock),
        as_of=clock.seconds(look.at),
        digest_id=look.digest.digest_id,
        awake=look.awake,
        awake_name=AWAKE,
        awake_means=AWAKE_MEANS,
    )


def _unbroken(places: str) -> str:
    """Keep each place's number beside its name."""
    return _BEFORE_NUMBER.sub(NO_BREAK, places)


def _top(views: Sequence[View], asking: Sequence[Alert]) -> _Top:
    if asking:
        worst = asking[0].severity
        return _Top(worst, worst, tally_of(asking, len(asking), worst).word)
    states = {view.alert.status for view in views}
    if AlertStatus.ACKNOWLEDGED in states:
        return _Top("done", "done", "ACKNOWLEDGED")
    if AlertStatus.FIRING in states:
        return _Top("over", "refused", "SNOOZED")
    return _Top("over", "done", "RESOLVED")


def _state_word(asking: Sequence[Alert], views: Sequence[View]) -> str:
    if asking:
        return "Firing"
    return "Nobody is asked" if any(view.alert.is_open for view in views) else "Over"


def _heading(views: Sequence[View], clock: Clock) -> Phrase:
    """Since when those fire that nobody has, or else the last of them ended or was taken."""
    fired = [view.alert.fired_at for view in views if view.alert.is_asking]
    if fired:
        begun = "Firing, began " if clock.is_just_now(min(fired)) else "Firing since "
        return (Span(begun), *clock.since(min(fired)))
    if any(view.alert.is_open for view in views):
        return (Span("Nobody is called for them"),)
    return (Span("Over"),)


def _facts(views: Sequence[View], look: DigestLook) -> list[Phrase]:
    facts = [joined(who_has_them(views), next_of(views).next)] if views else []
    if look.gone:
        are = "is" if look.gone == 1 else "are"
        facts.append((Span(f"{look.gone:,} of them {are} not kept any more."),))
    if look.unread:
        facts.append((Span(f"What is said here is said of the first {len(views):,}."),))
    return facts


def _banner(views: Sequence[View], look: DigestLook) -> Banner | None:
    mine = [view.alert for view in views if _is_mine(view, look)]
    times = [alert.acknowledged_at for alert in mine if alert.acknowledged_at]
    if not times:
        return None
    at, total = max(times), len(look.digest.alert_ids)
    who = "You" if look.reader.is_person else starting(look.names.of_actor(look.link.actor))
    which = "this alert" if total == 1 else f"{len(mine):,} of these {total:,}"
    if len(mine) == total > 1:
        which = "both of these" if total == 2 else f"all {total:,} of these"  # noqa: PLR2004
    said = f"{who} acknowledged {which} at {views[0].clock.time(at)}."
    before = sum(
        view.alert.resolved_at is not None
        and view.alert.resolved_at <= at
        and not _is_mine(view, look)
        for view in views
    )
    were = "was" if before == 1 else "were"
    after = [f"{before:,} {were} over already."] if before else []
    left = sum(view.alert.is_asking for view in views) + look.unread
    if left:
        after.append(f"{left:,} {'is' if left == 1 else 'are'} left: press again for the rest.")
    return Banner(said, " ".join(after))


def _is_mine(view: View, look: DigestLook) -> bool:
    return view.has_it or view.alert.acknowledged_by == look.link.actor


def _button(asking: int, total: int, unread: int) -> str:
    if total == 1:
        return "Acknowledge"
    if asking + unread == total or unread:
        return f"Acknowledge these {total:,}"
    return f"Acknowledge the {'one' if asking == 1 else f'{asking:,}'} that nobody has"


def _only_these(total: int) -> str:
    these = "this one" if total == 1 else f"these {total:,}"
    return f"Only {these}: alerts that came later stay as they are."


def _row(view: View) -> Row:
    alert = view.alert
    is_over = not alert.is_open
    return Row(
        mark="done" if is_over else alert.severity,
        tone="muted" if is_over else f"{alert.severity}-text",
        is_asking=alert.is_asking,
        is_taken=alert.status is AlertStatus.ACKNOWLEDGED and alert.snooze is None,
        severity=alert.severity,
        title=title_of(alert.facts, TITLE_LIMIT),
        state=_state(view),
        runbook=safe(links_of(alert.facts).runbook),
    )


def _state(view: View) -> str:
    alert, clock = view.alert, view.clock
    if alert.status is AlertStatus.RESOLVED:
        return plain(why_resolved(view)).removesuffix(".")
    if alert.snooze is not None:
        return f"snoozed until {clock.coming(alert.snooze.until).text}"
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return view.have if not view.has_it else "you have it"
    return f"Firing · since {plain(clock.day_and_time(alert.fired_at))}"
