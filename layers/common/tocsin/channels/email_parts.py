"""Both parts of an e-mail, from templates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from tocsin.domain.alert import AlertStatus
from tocsin.domain.alert_links import NamedLink
from tocsin.domain.link import AWAKE, AWAKE_MEANS, LINK_LIFE
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.phrase import Phrase, Span, plain
from tocsin.domain.sender_text import cut, one_line
from tocsin.domain.severity import Severity
from tocsin.domain.wording import Band, Happened

if TYPE_CHECKING:
    from tocsin.channels.ports import Render
    from tocsin.domain.message import Message

HTML_LIMIT_BYTES: Final = 20_000
"""Gmail shows 102 kB of a message, and phones load less at night."""
TITLE_LIMIT: Final = 160
_SUBJECT_LIMIT: Final = 120
PREHEADER_LIMIT: Final = 200
_NAME_LIMIT: Final = 60
_SPACES: Final = re.compile("^ | (?= )")
_LINK: Final = re.compile(r"https?://[^\s@/]+(?:[/?#]\S*)?", re.IGNORECASE)
LINK_HOURS: Final = LINK_LIFE.days * 24


class Theme(NamedTuple):
    """Colours of a band, and of the same word on the card."""

    name: str
    fill: str
    dark_fill: str
    on_fill: str
    ink: str
    dark_ink: str
    outline: str = ""
    """The mark of an alert that a person has."""


THEMES: Final = {
    theme.name: theme
    for theme in (
        Theme("critical", "#c4162a", "#d92b3c", "#ffffff", "#b81324", "#ff8f8f", "□"),
        Theme("warning", "#f0b132", "#e5a735", "#241700", "#7d4e00", "#efb75c", "◇"),
        Theme("info", "#40709f", "#3d6c9c", "#ffffff", "#2a5b90", "#94bdea", "○"),
        Theme("done", "#17673a", "#1f7546", "#ffffff", "#17673a", "#76cf9a"),
        Theme("over", "#434c57", "#434c57", "#ffffff", "#434c57", "#b6bfc9"),
    )
}


class Room(NamedTuple):
    """How much of what a sender wrote is shown."""

    details: int
    """Characters."""
    labels: int
    value: int
    """Characters of a label's value, and of its name."""
    links: int
    url: int
    """Characters; a longer link is left out, as half of it leads elsewhere."""
    happened: int
    """Lines, the newest."""


ROOMS: Final = (
    Room(details=2_000, labels=20, value=200, links=5, url=2_000, happened=10),
    Room(details=1_000, labels=20, value=40, links=5, url=300, happened=10),
    Room(details=500, labels=5, value=40, links=0, url=300, happened=3),
)
"""The first one by which the HTML keeps its limit is used; only texts of many long labels and
links, or of characters that are escaped, need the others."""


class BandLine(NamedTuple):
    theme: Theme
    mark: str
    word: str
    state: str
    in_text: str = ""
    """In place of the word and the state."""


class Button(NamedTuple):
    name: str
    url: str
    in_text: str
    """Empty: not in the text."""
    consequence: Phrase = ()


class Line(NamedTuple):
    """One alert of a digest."""

    theme: Theme
    mark: str
    word: str
    title: str
    facts: Sequence[Phrase]
    """Parted by dots, or by commas in the text."""
    runbook: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What the templates fill in."""

    subject: str
    preheader: str
    band: BandLine
    severity: Theme
    not_over: str
    """Beside a band that does not say the severity; empty: it does, or it is over."""
    title: str
    where: str
    sentences: Sequence[Sequence[Phrase]]
    """Paragraphs, of lines."""
    button: Button | None
    """The filled one: only where something is asked for."""
    small_links: Sequence[Button] = ()
    """Below what the button brings."""
    more_buttons: Sequence[Sequence[Button]]
    """Rows."""
    consequence: Phrase = ()
    """Of all buttons."""
    lines: Sequence[Line] = ()
    lines_left_out: str = ""
    see_all: Button | None = None
    details: Sequence[str] = ()
    labels: Sequence[tuple[str, str]] = ()
    labels_left_out: int = 0
    links: Sequence[NamedLink] = ()
    links_left_out: int = 0
    happened: Sequence[Happened] = ()
    footer: Sequence[Phrase]

    @property
    def themes(self) -> Sequence[Theme]:
        """Those whose colours it needs."""
        return list(
            dict.fromkeys((self.band.theme, self.severity, *(it.theme for it in self.lines)))
        )


def subject_of(message: Message) -> str:
    if message.event is NotificationEvent.TEST:
        return message.subject
    subject = one_line(message.subject, _SUBJECT_LIMIT)
    return f"Re: {subject}" if message.event.is_update else subject


def both_parts(message: Message, render: Render) -> tuple[str, str]:
    """Write the text, and HTML that loads nothing and keeps its limit."""
    mail, html = _mail(message, ROOMS[0]), ""
    for room in ROOMS:
        mail = _mail(message, room)
        html = render("email.html", mail=mail, spaced=_spaced)
        if len(html.encode()) < HTML_LIMIT_BYTES:
            break
    return render("email.txt", mail=mail, plain=plain), html


def _mail(message: Message, room: Room) -> Mail:
    return _test_mail(message) if message.event is NotificationEvent.TEST else _alert(message, room)


def _test_mail(message: Message) -> Mail:
    confirm = message.confirm
    return Mail(
        subject=message.subject,
        preheader="Nothing is to be done." if confirm is None else "Confirm this address.",
        band=BandLine(THEMES[Band.DONE], "✓", "TEST", "Nothing is wrong"),
        severity=THEMES[Severity.INFO],
        not_over="",
        title="Pages reach this address",
        where="",
        sentences=[[message.lead]] if message.lead else [],
        button=web_button("Confirm this address", confirm),
        more_buttons=(),
        footer=[message.why_you] if message.why_you else [],
    )


def _alert(message: Message, room: Room) -> Mail:
    words = message.wording
    is_page = message.event is NotificationEvent.PAGED
    shows_facts = not message.event.is_update
    labels = words.labels if shows_facts else ()
    links = [it for it in words.more_links if is_web(it.url)] if shows_facts else []
    short_links = [it for it in links if len(it.url) <= room.url][: room.links]
    return Mail(
        subject=subject_of(message),
        preheader=cut(_preheader(message), PREHEADER_LIMIT),
        band=BandLine(THEMES[words.band], words.mark, words.word, words.state),
        severity=THEMES[words.severity],
        not_over=_not_over(message),
        title=cut(words.title, TITLE_LIMIT),
        where=cut(words.where, TITLE_LIMIT),
        sentences=list(_sentences(message)),
        button=_acknowledge(message) if is_page else None,
        small_links=list(_small_links(message, has_main=is_page)),
        more_buttons=list(_more_buttons(message, room, has_main=is_page)),
        details=_lines(cut(words.details, room.details)) if shows_facts else (),
        labels=[
            (cut(name, room.value), cut(value, room.value)) for name, value in labels[: room.labels]
        ],
        labels_left_out=len(labels[room.labels :]),
        links=[it._replace(name=cut(it.name, _NAME_LIMIT)) for it in short_links],
        links_left_out=len(links) - len(short_links),
        happened=() if shows_facts else words.happened[-room.happened :],
        footer=list(_footer(message)),
    )


def _preheader(message: Message) -> str:
    """What a list of mails shows behind the subject: the next fact."""
    words = message.wording
    facts = (message.lead, words.next) if message.lead else (words.who, words.next, words.since)
    return " ".join(plain(fact) for fact in facts if fact)


def _not_over(message: Message) -> str:
    words = message.wording
    severity = words.severity.upper()
    is_over = words.status is AlertStatus.RESOLVED
    return "" if is_over or words.word == severity else f"{severity}, not over yet"


def _sentences(message: Message) -> Iterator[Sequence[Phrase]]:
    words = message.wording
    if message.lead:
        yield [message.lead]
    if message.event.is_update:
        yield [words.next] if words.next else []
        return
    state = (*words.who, Span(" "), *words.next)
    yield [line for line in (words.since, state) if line]


def _acknowledge(message: Message) -> Button | None:
    if message.links is None:
        return None
    consequence = (Span("Acknowledge opens a page with the button. "),)
    return Button(
        "Acknowledge",
        message.links.view,
        "Acknowledge (opens a page with the button), snooze, resolve",
        (*consequence, *message.wording.if_acknowledged),
    )


def _small_links(message: Message, *, has_main: bool) -> Iterator[Button]:
    links = message.links
    if links is None:
        return
    if has_main:
        yield Button("Snooze, resolve or see what happened", links.view, "")
    if links.awake is not None and not message.event.is_update:
        yield awake_button(links.awake)


def awake_button(url: str) -> Button:
    return Button(AWAKE, url, f"{AWAKE} ({AWAKE_MEANS})", (Span(f": {AWAKE_MEANS}."),))


def _more_buttons(message: Message, room: Room, *, has_main: bool) -> Iterator[Sequence[Button]]:
    words = message.wording
    view = message.links.view if message.links and not has_main else None
    own = [button for button in (web_button("See the alert", view),) if button]
    offered = (web_button("Runbook", words.runbook), web_button("Dashboard", words.dashboard))
    theirs = [button for button in offered if button and len(button.url) <= room.url]
    yield from (row for row in (own, theirs) if row)


def web_button(name: str, url: str | None) -> Button | None:
    return Button(name, url, name) if url and is_web(url) else None


def _footer(message: Message) -> Iterator[Phrase]:
    if message.why_you:
        yield message.why_you
    if message.links is not None:
        life = f"The link works for {LINK_HOURS} hours. Opening it changes nothing; "
        yield (Span(f"{life}only the button on its page does."),)
    yield (Span(f"{message.wording.reference}."),)


def is_web(url: str) -> bool:
    return url.isprintable() and _LINK.fullmatch(url) is not None


def _lines(details: str) -> Sequence[str]:
    return [line.rstrip().expandtabs(4) for line in details.strip("\r\n").splitlines()]


def _spaced(line: str) -> str:
    """Keep the spaces that HTML would drop."""
    return _SPACES.sub("\N{NO-BREAK SPACE}", line) or "\N{NO-BREAK SPACE}"
