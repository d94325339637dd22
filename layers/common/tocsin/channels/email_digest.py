"""Both parts of a digest by e-mail, from the templates of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from tocsin.channels.email_parts import (
    HTML_LIMIT_BYTES,
    LINK_HOURS,
    PREHEADER_LIMIT,
    THEMES,
    BandLine,
    Button,
    Line,
    Mail,
    awake_button,
    is_web,
)
from tocsin.domain.link import AWAKE, AWAKE_MEANS
from tocsin.domain.phrase import Phrase, Span, joined, plain
from tocsin.domain.sender_text import cut, ended
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from tocsin.channels.ports import Render
    from tocsin.domain.digest_message import DigestLine, DigestMessage


class Room(NamedTuple):
    """How much of what senders wrote is shown, in characters."""

    title: int
    url: int
    """A longer link to a runbook is left out."""


ROOMS: Final = (Room(title=160, url=300), Room(title=80, url=0))
"""The first one by which the HTML keeps its limit is used."""


def both_parts(message: DigestMessage, render: Render) -> tuple[str, str]:
    """Write the text, and HTML that loads nothing and keeps its limit."""
    mail, html = _mail(message, ROOMS[0]), ""
    for room in ROOMS:
        mail = _mail(message, room)
        html = render("email.html", mail=mail)
        if len(html.encode()) < HTML_LIMIT_BYTES:
            break
    return render("email.txt", mail=mail, plain=plain), html


def _mail(message: DigestMessage, room: Room) -> Mail:
    tally, links = message.tally, message.links
    newest = ended(cut(message.newest.title, room.title)) if message.newest else ""
    is_all = tally.worst == tally.total
    state = tally.state if is_all else f"{tally.alerts}, {tally.state}"
    said = f"{tally.of_how_many}, {tally.state}"
    return Mail(
        subject=message.subject,
        preheader=cut(_preheader(message, newest), PREHEADER_LIMIT),
        band=BandLine(THEMES[message.band], message.mark, tally.word, state, said),
        severity=THEMES[message.severity],
        not_over="",
        title=plain(message.heading),
        where=message.where,
        sentences=list(_sentences(message, newest)),
        button=_button(message),
        more_buttons=list(_more_buttons(message)),
        consequence=_consequence(message) if links else (),
        lines=[_line(line, room) for line in message.lines],
        lines_left_out=message.left_out,
        see_all=Button(f"see all {tally.total:,}", links.acknowledge, "") if links else None,
        footer=list(_footer(message)),
    )


def _preheader(message: DigestMessage, newest: str) -> str:
    return " ".join(filter(None, (newest, plain(message.who), plain(message.next))))


def _sentences(message: DigestMessage, newest: str) -> Iterator[Sequence[Phrase]]:
    if message.lead:
        yield [message.lead]
    said = (Span(f"{message.newest_of}: "), Span(newest, is_strong=True)) if newest else ()
    yield [line for line in (said, joined(message.who, message.next)) if line]


def _button(message: DigestMessage) -> Button | None:
    if message.links is None or not message.tally.asking:
        return None
    name = message.button
    opens = "opens the list with the button; alerts that come later are not acknowledged"
    return Button(name, message.links.acknowledge, f"{name} ({opens})")


def _more_buttons(message: DigestMessage) -> Iterator[Sequence[Button]]:
    links = message.links
    if links is None:
        return
    # In the text the first link opens the list, too.
    in_text = "" if message.tally.asking else "Open the list"
    buttons = [Button("Open the list", links.acknowledge, in_text)]
    if links.awake is not None:
        buttons.append(awake_button(links.awake))
    yield buttons


def _consequence(message: DigestMessage) -> Phrase:
    is_person = message.links is not None and message.links.awake is not None
    awake = (Span(AWAKE, is_strong=True), Span(f": {AWAKE_MEANS}.")) if is_person else ()
    return joined(message.only_these, awake)


def _line(line: DigestLine, room: Room) -> Line:
    newest = (Span("newest"),) if line.is_newest else ()
    state = (Span(line.state),) if line.state else ()
    is_shown = line.runbook and len(line.runbook) <= room.url and is_web(line.runbook)
    return Line(
        theme=THEMES[Severity(line.severity)],
        mark=line.mark,
        word=line.word,
        title=cut(line.title, room.title),
        facts=[fact for fact in (line.since, newest, state) if fact],
        runbook=line.runbook if is_shown else None,
    )


def _footer(message: DigestMessage) -> Iterator[Phrase]:
    yield message.why_you
    if message.links is not None:
        life = f"The links work for {LINK_HOURS} hours. Opening one changes nothing; "
        yield (Span(f"{life}only the button on its page does."),)
    yield (Span(f"Times are {message.city}. Digest {message.digest.digest_id}."),)
