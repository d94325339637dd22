"""The page of an alert, for a phone at night."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from functions.actions.acting import Outcome, title_of
from functions.actions.pages.page import html, page
from functions.actions.words import age, sentence
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.link import Link, LinkAction
from tocsin.domain.message import alert_lines
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
    LinkAction.UNACKNOWLEDGE: "Give back",
}


def show_alert(alert: Alert, link: Link, at: datetime) -> str:
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
    if action is LinkAction.UNACKNOWLEDGE:
        return link.action is action
    is_possible = alert.status is AlertStatus.FIRING or (
        alert.is_open and action is not LinkAction.ACKNOWLEDGE
    )
    return is_possible and link.allows(action)


def _rows(alert: Alert, at: datetime) -> Iterator[Markup]:
    facts = alert.facts
    yield _row("Alert", facts.name)
    for label, text in alert_lines(alert, next_action(alert)):
        ago = f", {age(alert.fired_at, at)} ago" if label == "Since" else ""
        yield _row(label, text + ago)
    if facts.labels:
        pairs = [f"{name}={value}" for name, value in islice(facts.labels.items(), PAIRS_LIMIT)]
        yield _row("Labels", ", ".join([*pairs, *_more(len(facts.labels))]))
    if links := Markup("<br>").join(_links(alert)):
        yield _row("Links", links)


def _row(name: str, text: str) -> Markup:
    return html("<div><dt>{}</dt><dd>{}</dd></div>", name, text)


def _more(number: int) -> list[str]:
    return [f"and {number - PAIRS_LIMIT} more"] if number > PAIRS_LIMIT else []


def _links(alert: Alert) -> Iterator[Markup]:
    """Links with their hosts, since a sender chooses their names."""
    safe = {name: url for name, url in alert.facts.urls.items() if _is_safe(url)}
    for name, url in islice(safe.items(), PAIRS_LIMIT):
        yield html('<a href="{}" rel="noopener noreferrer">{}</a> ({})', url, name, _place(url))


def _is_safe(url: str) -> bool:
    """Whether its text cannot mislead; browsers read a backslash as a slash."""
    has_odd = "\\" in url or any(map(str.isspace, url))
    return url.lower().startswith(LINK_SCHEMES) and not has_odd


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return parts.hostname or parts.path or url
