"""One alert for somebody with a phone at night: what, where, how bad, whose, what next."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from functions.actions.acting import Outcome, title_of
from functions.actions.pages.page import html, page
from functions.actions.words import age, clock, name_of, sentence
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.link import Link, LinkAction
from tocsin.domain.next_action import next_action
from tocsin.domain.signal import CUT_MARK, LINK_SCHEMES

OUTPUT_LIMIT: Final = 2_000
"""Characters of a sender's output: a phone's screen, a few times over."""
PAIRS_LIMIT: Final = 20
"""Labels and links that are shown; the API has them all."""

_BUTTONS: Final = {
    LinkAction.ACKNOWLEDGE: "Acknowledge",
    LinkAction.SNOOZE: "Snooze 1 h",
    LinkAction.RESOLVE: "Resolve",
}


def show_alert(alert: Alert, link: Link, at: datetime) -> str:
    """Write the page that a link opens."""
    title = title_of(alert)
    reason = alert.facts.reason
    output = reason if len(reason) <= OUTPUT_LIMIT else reason[: OUTPUT_LIMIT - 1] + CUT_MARK
    return page(
        title,
        html('<p class="severity {}">{}</p>', alert.severity.value, alert.severity.upper()),
        html("<h1>{}</h1>", title),
        html('<p class="output">{}</p>', output) if output else Markup(""),
        *(_form(action) for action in _BUTTONS if _is_offered(action, alert, link)),
        html("<dl>{}</dl>", Markup("").join(_rows(alert, at))),
    )


def show_outcome(outcome: Outcome) -> str:
    """Write the page that comes after a button was pressed."""
    return page(
        sentence(outcome),
        html("<h1>{}</h1><p>{}</p>", sentence(outcome), outcome.title),
        Markup("")
        if outcome.is_done
        else Markup("<p>Nothing was changed: there is nothing left to do.</p>"),
    )


def _form(action: LinkAction) -> Markup:
    return html(
        '<form method="post"><button name="action" value="{}">{}</button></form>',
        action.value,
        _BUTTONS[action],
    )


def _is_offered(action: LinkAction, alert: Alert, link: Link) -> bool:
    is_possible = alert.status is AlertStatus.FIRING or (
        alert.is_open and action is not LinkAction.ACKNOWLEDGE
    )
    return is_possible and link.allows(action)


def _rows(alert: Alert, at: datetime) -> Iterator[Markup]:
    facts = alert.facts
    yield _row("Alert", facts.name)
    places = (facts.object, facts.source_name or facts.source, f"integration {alert.integration}")
    yield _row("Where", " · ".join(place for place in places if place))
    yield _row("How bad", _how_bad(alert))
    yield _row("Since", f"{clock(alert.fired_at)}, {age(alert.fired_at, at)} ago{_times(alert)}")
    yield _row("Who has it", _who_has(alert))
    yield _row("What happens next", _what_is_next(alert))
    if alert.current_value is not None:
        threshold = f", threshold {facts.threshold}" if facts.threshold is not None else ""
        yield _row("Value", f"{alert.current_value}{threshold}")
    if facts.labels:
        pairs = [f"{name}={value}" for name, value in islice(facts.labels.items(), PAIRS_LIMIT)]
        yield _row("Labels", ", ".join([*pairs, *_more(len(facts.labels))]))
    if links := Markup("<br>").join(_links(alert)):
        yield _row("Links", links)


def _row(name: str, text: str) -> Markup:
    return html("<div><dt>{}</dt><dd>{}</dd></div>", name, text)


def _how_bad(alert: Alert) -> str:
    said = alert.facts.source_severity
    flaps = ", flapping" if alert.is_flapping else ""
    return f"{alert.severity}{f' (sent as {said})' if said else ''}{flaps}"


def _times(alert: Alert) -> str:
    return f", seen {alert.occurrences} times" if alert.occurrences > 1 else ""


def _who_has(alert: Alert) -> str:
    match alert.status:
        case AlertStatus.RESOLVED:
            when = f" at {clock(alert.resolved_at)}" if alert.resolved_at else ""
            return f"Resolved by {name_of(alert.resolved_by)}{when}"
        case AlertStatus.ACKNOWLEDGED:
            when = f" since {clock(alert.acknowledged_at)}" if alert.acknowledged_at else ""
            return f"{name_of(alert.acknowledged_by)}{when}"
        case AlertStatus.FIRING:
            return "Nobody yet"


def _what_is_next(alert: Alert) -> str:
    due = next_action(alert)
    return f"{due.why}, at {clock(due.at)}" if due.at else due.why


def _more(number: int) -> list[str]:
    return [f"and {number - PAIRS_LIMIT} more"] if number > PAIRS_LIMIT else []


def _links(alert: Alert) -> Iterator[Markup]:
    """Links with where they lead, since a sender may call them anything."""
    safe = {name: url for name, url in alert.facts.urls.items() if _is_safe(url)}
    for name, url in islice(safe.items(), PAIRS_LIMIT):
        yield html('<a href="{}" rel="noopener noreferrer">{}</a> ({})', url, name, _place(url))


def _is_safe(url: str) -> bool:
    """Whether it leads where it seems to; browsers take a backslash for a slash."""
    has_odd = "\\" in url or any(map(str.isspace, url))
    return url.lower().startswith(LINK_SCHEMES) and not has_odd


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts.hostname or parts.path or url
