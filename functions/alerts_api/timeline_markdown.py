"""An alert and its timeline as Markdown, for a post-mortem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tocsin.domain.destination import names_of
from tocsin.domain.happened_in_words import happened_in_words
from tocsin.domain.reader import Reader
from tocsin.domain.sender_text import one_line, with_lines
from tocsin.domain.time_zone import UTC_ZONE, zone_of
from tocsin.domain.times_in_words import Clock, lasting
from tocsin.domain.wording import Happened
from tocsin.lambda_runtime.http import HttpAnswer

if TYPE_CHECKING:
    from functions.alerts_api.fields import Fields
    from tocsin.domain.alert import Alert
    from tocsin.domain.ids import Actor, AlertId
    from tocsin.domain.people import Directory
    from tocsin.domain.phrase import Phrase
    from tocsin.domain.reader import Names
    from tocsin.domain.timeline import Change
    from tocsin.usecases.ports import AlertRepository

MARKDOWN: Final = "text/markdown; charset=utf-8"
_MARKS: Final = re.compile(
    r"[\\`*_\[\]<>#~|&@]"
    r"|:(?=//|[a-z0-9_+-]+:)"  # addresses; GitHub's names of pictures
    r"|(?<=www)\."
    r"|^[-+=](?=\s|-|=|$)"  # lists and lines
    r"|(?<=^\d)[.)]|(?<=^\d\d)[.)]",
    re.IGNORECASE,
)
"""What begins something in CommonMark or GitHub's Markdown."""
PAGE: Final = 200
PAGES: Final = 10
"""2,000 entries: an alert that repeats has one for each new output."""
_ZONE_LIMIT: Final = 64
"""Characters."""
_SPACE: Final = " "
_LINE: Final = 500
"""Characters of a value."""
_TEXT: Final = 4_000
"""Characters of the sender's text."""


def read_zone(fields: Fields) -> str:
    """The time zone that a query asks for; by default UTC. An unknown one is refused."""
    zone = fields.text("time_zone", _ZONE_LIMIT) or UTC_ZONE
    if zone_of(zone).key != zone:
        fields.refuse("time_zone", "is no time zone; name one such as Europe/Paris or UTC")
    return zone


def answer_markdown(
    alerts: AlertRepository, alert_id: AlertId, directory: Directory, zone: str
) -> HttpAnswer:
    """Answer with the document.

    Raises:
        AlertNotFoundError: The id is unknown or malformed.
    """
    alert = alerts.get(alert_id)
    changes: list[Change] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = alerts.timeline(alert_id, cursor=cursor, limit=PAGE)
        changes += page.changes
        cursor = page.next_cursor
        if cursor is None:
            break
    names = names_of(directory)
    text = timeline_markdown(alert, changes, names, zone=zone, is_cut=cursor is not None)
    return HttpAnswer(status=HTTPStatus.OK, body=text, headers={"content-type": MARKDOWN})


def timeline_markdown(
    alert: Alert, changes: Sequence[Change], names: Names, *, zone: str, is_cut: bool
) -> str:
    """Write the document; texts of senders and people are shown, and mean nothing in it.

    Args:
        alert: With whole facts.
        changes: Its timeline, oldest first.
        names: Of people.
        zone: A name of the IANA database, for all times.
        is_cut: Whether the timeline goes on.
    """
    newest = max([alert.last_seen_at, *(change.at for change in changes)])
    reader = Reader(name="", is_person=False, zone=zone)
    happened = happened_in_words(
        alert, changes, reader=reader, names=names, clock=Clock(zone, newest)
    )
    lines = [
        f"# {escaped(alert.facts.summary or alert.facts.name or alert.dedup_key)}",
        "",
        *_facts(alert, names, zone),
        *_quoted(alert.facts.reason),
        "",
        "## Timeline",
        "",
        f"Times are in {escaped(zone)}.",
        "",
        *(_entry(each, zone) for each in happened),
        *(["- … and more: the first 2,000 entries are shown."] if is_cut else []),
    ]
    return "\n".join(lines) + "\n"


def _facts(alert: Alert, names: Names, zone: str) -> Iterator[str]:
    yield f"- Alert: {alert.alert_id}, {alert.status}, {alert.severity}"
    yield f"- Integration: {escaped(alert.integration)}"
    yield f"- Began: {_time(alert.fired_at, zone)}"
    if alert.acknowledged_at and alert.acknowledged_by:
        yield _by("Acknowledged", alert.acknowledged_at, alert.acknowledged_by, alert, names, zone)
    if alert.resolved_at and alert.resolved_by:
        yield _by("Resolved", alert.resolved_at, alert.resolved_by, alert, names, zone)
    if alert.occurrences > 1:
        yield f"- Reported: {alert.occurrences:,} times"
    if alert.episode > 1:
        yield f"- Episode: {alert.episode}"
    for name, value in sorted(alert.facts.labels.items()):
        yield f"- Label {escaped(name)}: {escaped(value)}"


def _by(did: str, at: datetime, by: Actor, alert: Alert, names: Names, zone: str) -> str:
    took = lasting(at - alert.fired_at, _SPACE)
    return f"- {did}: {_time(at, zone)} by {escaped(names.of_actor(by))}, after {took}"


def _quoted(text: str | None) -> Iterator[str]:
    if text:
        yield ""
        for line in with_lines(text, _TEXT).splitlines():
            yield f"> {escaped(line)}".rstrip()


def _entry(happened: Happened, zone: str) -> str:
    return f"- {_time(happened.at, zone)} {_phrase(happened.text)}"


def _phrase(phrase: Phrase) -> str:
    return "".join(
        f"**{escaped(span.text)}**" if span.is_strong else _spaced(span.text) for span in phrase
    )


def _spaced(text: str) -> str:
    """Keep the spaces at both ends, which stand beside strong words."""
    inner = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{escaped(inner)}{after}" if inner else text


def _time(at: datetime, zone: str) -> str:
    return f"{at.astimezone(zone_of(zone)):%Y-%m-%d %H:%M:%S}"


def escaped(text: str) -> str:
    """Put a text on one line that shows it as it is."""
    return _MARKS.sub(r"\\\g<0>", one_line(text, _LINE))
