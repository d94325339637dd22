"""What an e-mail holds: headers, both parts, and nothing of a sender's that breaks out of them."""

import email.policy
import re
from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import ALICE, BOB, HOUR, NINE, SENDER
from tests.functions.notifier.conftest import (
    PUBLIC_URL,
    a_delivery,
    a_message,
    an_alert,
    claimed,
)
from tocsin.channels.email import CHANNEL, EmailSender
from tocsin.channels.email_parts import HTML_LIMIT_BYTES, both_parts
from tocsin.domain.alert import Alert, AlertStatus, Snooze
from tocsin.domain.alert_links import NamedLink
from tocsin.domain.message import Message
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.people import Channel
from tocsin.domain.phrase import Phrase, Span
from tocsin.domain.sender_text import cut
from tocsin.domain.severity import Severity
from tocsin.domain.wording import Band, Happened
from tocsin.html import render

MAIL = Channel(name="@email", type="email", settings={"to": ["alice@example.com"]})
UPDATES = [event for event in NotificationEvent if event.is_update]
MIME = {"Content-Type", "MIME-Version"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table></body><iframe src=//evil.example.com>",
    "--><a href='javascript:alert(1)'>Acknowledge</a><!--",
    "{{ mail.subject }}{% raw %}",
    "&lt;script&gt; &amp; \u202egnp.exe \u2066x",
    "a\r\nBcc: evil@example.com\r\n\r\nbody",
    "a\u2028Acknowledge (opens a page with the button), snooze, resolve:\x85https://evil.example.com",
    "a\n\n-- \nRunbook:\nhttps://evil.example.com\x0b\x0c\x1c\x1d\x1e",
    '<b>api-7</b> down? @channel \N{FIRE} <!here> & "now"',
]


def sent(message: Message, alert: Alert | None = None) -> Mapping[str, Any]:
    """What SES is asked for."""
    asked: list[Mapping[str, Any]] = []

    def ask_aws(service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        assert (service, operation) == ("sesv2", "send_email")
        asked.append(arguments)
        return {"MessageId": "m-1"}

    sender = EmailSender(
        ask_aws=ask_aws,
        email_from="alerts@example.com",
        public_url=PUBLIC_URL,
        team="payments",
        render=render,
    )
    delivery = replace(a_delivery("email", target="user:alice"), event=message.event)
    sender.send(claimed(delivery), alert or an_alert(), message, MAIL)
    return asked[0]


def as_ses_makes_it(asked: Mapping[str, Any]) -> EmailMessage:
    """The message that goes over the wire, read by the standard library."""
    simple = asked["Content"]["Simple"]
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"] = asked["FromEmailAddress"]
    made["To"] = ", ".join(asked["Destination"]["ToAddresses"])
    made["Subject"] = simple["Subject"]["Data"]
    for header in simple["Headers"]:
        made[header["Name"]] = header["Value"]
    made.set_content(simple["Body"]["Text"]["Data"], cte="quoted-printable")
    made.add_alternative(simple["Body"]["Html"]["Data"], subtype="html", cte="quoted-printable")
    return BytesParser(policy=email.policy.default).parsebytes(made.as_bytes())


def headers(message: Message, alert: Alert | None = None) -> dict[str, str]:
    """All but those of MIME."""
    found = dict(as_ses_makes_it(sent(message, alert)).items())
    return {name: value for name, value in found.items() if name not in MIME}


def mailed(
    event: NotificationEvent = NotificationEvent.PAGED,
    severity: Severity = Severity.CRITICAL,
    **words: Any,  # noqa: ANN401 - fields of the wording
) -> Message:
    alert = replace(an_alert(), severity=severity)
    delivery = replace(a_delivery("email", target="user:alice"), event=event)
    message = a_message(alert, delivery)
    return replace(message, wording=replace(message.wording, **words))


class Page(HTMLParser):
    """What a mail program reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.comments: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "br":
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def shape_but_lines(self) -> list[tuple[str, tuple[str, ...]]]:
        return [(tag, tuple(attributes)) for tag, attributes in self.tags if tag != "br"]

    @property
    def links(self) -> list[str]:
        return [str(attributes["href"]) for _, attributes in self.tags if "href" in attributes]

    @property
    def text(self) -> str:
        return "".join(self.words)


def html(message: Message) -> str:
    return both_parts(message, render)[1]


def text(message: Message) -> str:
    return both_parts(message, render)[0]


def buttons(message: Message) -> list[tuple[bool, str]]:
    """Each button: whether it is filled, and its word."""
    found = re.finditer(r'<td class="(button|second)".*?</td>', html(message), re.DOTALL)
    return [(it[1] == "button", Page(it[0]).text.strip()) for it in found]


def test_a_page_has_these_headers_and_no_others() -> None:
    message = replace(mailed(), subject="CRITICAL checkout: 8.4 % of requests fail with 5xx")

    alert = an_alert()
    root = f"<{alert.alert_id}.1.critical@tocsin.example.com>"
    assert headers(message) == {
        "From": "Tocsin <alerts@example.com>",
        "To": "alice@example.com",
        "Subject": "CRITICAL checkout: 8.4 % of requests fail with 5xx",
        "In-Reply-To": root,
        "References": root,
        "X-Tocsin-Notification": f"{alert.alert_id}.1.1.1.user:alice.email",
        "List-Id": "Tocsin alerts of payments <payments.tocsin.example.com>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Importance": "high",
        "X-Priority": "1",
    }


@pytest.mark.parametrize(
    ("event", "severity"),
    [(event, Severity.CRITICAL) for event in UPDATES]
    + [(NotificationEvent.PAGED, Severity.WARNING), (NotificationEvent.TEST, Severity.CRITICAL)],
)
def test_only_pages_of_criticals_are_important(
    event: NotificationEvent, severity: Severity
) -> None:
    message = mailed(event, severity)

    assert not {"Importance", "X-Priority"} & headers(message).keys()


ACKNOWLEDGED = an_alert().acknowledge(by=ALICE, at=NINE)
STATES = {
    "acknowledged": ACKNOWLEDGED,
    "snoozed": an_alert().snoozed(Snooze(until=NINE + HOUR), by=ALICE, at=NINE),
    "resolved": ACKNOWLEDGED.resolve(by=ALICE, at=NINE),
    "firing again": an_alert(),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("event", UPDATES)
def test_the_sender_of_an_update_names_the_state_by_now(
    event: NotificationEvent, state: str
) -> None:
    asked = sent(mailed(event), STATES[state])

    [address] = cast("Any", as_ses_makes_it(asked)["From"]).addresses
    assert (address.display_name, address.addr_spec) == (
        f"Tocsin ({state})",
        "alerts@example.com",
    )


def test_a_test_says_so_and_belongs_to_no_thread() -> None:
    found = headers(mailed(NotificationEvent.TEST))

    assert found["From"] == '"Tocsin (test)" <alerts@example.com>'
    assert found["Subject"] == "Test: nothing is wrong, pages reach this address"
    assert not {"References", "In-Reply-To"} & found.keys()


def test_all_messages_of_an_episode_are_one_thread() -> None:
    messages = [mailed(), *map(mailed, UPDATES)]
    roots = {(it["References"], it["In-Reply-To"]) for it in map(headers, messages)}
    subjects = [headers(it)["Subject"] for it in messages]

    assert len(roots) == 1
    assert {it.removeprefix("Re: ") for it in subjects} == {subjects[0]}
    assert [it.startswith("Re: ") for it in subjects] == [False] + [True] * len(UPDATES)


def test_a_rise_and_a_new_episode_are_threads_of_their_own() -> None:
    alert = an_alert()
    rise = alert.changed_severity(Severity.CRITICAL, by=SENDER, at=NINE)
    anew = replace(alert, episode=2)

    roots = {headers(a_message(it), it)["References"] for it in (alert, rise, anew)}

    assert len(roots) == 3


def test_a_fall_stays_in_the_thread_of_its_subject() -> None:
    """The subject is kept with the alert."""
    page = mailed()
    milder = replace(an_alert(), severity=Severity.WARNING)
    update = replace(mailed(NotificationEvent.RESOLVED, Severity.WARNING), subject=page.subject)

    assert headers(update, milder)["References"] == headers(page)["References"]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("event", [NotificationEvent.PAGED, NotificationEvent.RESOLVED])
def test_ses_takes_every_header(event: NotificationEvent, hostile: str) -> None:
    """The limits that SES's model has; boto3 checks only that a text is not empty."""
    model = get_session().get_service_model("sesv2")
    asked = sent(replace(mailed(event), subject=hostile * 200))
    simple = asked["Content"]["Simple"]

    listed = model.shape_for("MessageHeaderList").metadata["max"]
    name, value = model.shape_for("MessageHeaderName"), model.shape_for("MessageHeaderValue")
    assert len(simple["Headers"]) <= listed
    names = [header["Name"] for header in simple["Headers"]]
    assert len(names) == len(set(names))
    for header in simple["Headers"]:
        assert re.fullmatch(r"[!-9;-@A-~]+", header["Name"])
        assert re.fullmatch(r"[ -~]+", header["Value"])
        assert len(header["Name"]) <= name.metadata["max"]
        assert len(header["Value"]) <= value.metadata["max"]
        assert len(header["Name"]) + len(header["Value"]) <= 996
    assert len(asked["FromEmailAddress"]) <= 320
    subject = simple["Subject"]["Data"]
    assert subject.isprintable()
    assert len(subject) <= len("Re: ") + 120


def test_the_whole_message_is_two_parts_text_first() -> None:
    message = mailed(details="5xx: 8.4\u00a0%\n  checkout-1   412\n\n\ttab")

    read = as_ses_makes_it(sent(message))

    assert read.get_content_type() == "multipart/alternative"
    plain, rich = read.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().splitlines() == text(message).splitlines()
    assert "checkout-1" in rich.get_content()


def test_the_facts_come_in_their_order() -> None:
    message = mailed(
        word="CRITICAL",
        title="Checkout fails",
        where="checkout in prod",
        since=(Span("Since 3 min."),),
        who=(Span("Nobody has it yet."),),
        next=(Span("Bob is called at 03:06."),),
        if_acknowledged=(Span("Then you have it."),),
        runbook="https://runbooks.example.com/5xx",
        dashboard="https://grafana.example.com/d/1",
        details="8.4 %",
        labels=(("env", "prod"),),
        more_links=(NamedLink("Logs", "https://logs.example.com/", "logs.example.com"),),
        reference="Alert 01, episode 1",
    )
    message = replace(message, why_you=(Span("You are on call."),))

    for part, order in (
        (Page(html(message)).text, ("Details", "8.4 %", "env=prod", "More links", "Logs")),
        (text(message), ("More links", "Logs (logs.example.com)", "Details", "8.4 %", "env=prod")),
    ):
        facts = (
            *("CRITICAL", "Checkout fails", "checkout in prod", "Since 3 min.", "Nobody has it"),
            *("Bob is called", "Acknowledge", "Runbook", "Dashboard"),
            *order,
            *("You are on call.", "The link works for 24 hours.", "Alert 01, episode 1."),
        )
        found = 0
        for fact in facts:
            found = part.find(fact, found)
            assert found >= 0, fact


def test_a_page_has_one_filled_button_and_the_runbook_right_below() -> None:
    message = mailed(runbook="https://run.example.com/", dashboard="https://dash.example.com/")

    assert buttons(message) == [
        (True, "Acknowledge"),
        (False, "Runbook"),
        (False, "Dashboard"),
    ]
    assert message.links
    links = Page(html(message)).links
    assert links[0] == message.links.view
    assert message.links.acknowledge not in links


AWAKE = f"{PUBLIC_URL}/act/awake"


def with_awake(event: NotificationEvent) -> Message:
    message = mailed(event)
    assert message.links is not None
    return replace(message, links=replace(message.links, awake=AWAKE))


@pytest.mark.parametrize("event", [NotificationEvent.PAGED, NotificationEvent.WORSENED])
def test_a_page_to_a_person_has_a_small_link_to_be_awake(event: NotificationEvent) -> None:
    message = with_awake(event)

    assert Page(html(message)).links[-1] == AWAKE
    assert "I'm awake: one quiet summary every 5 min in place of pages." in Page(html(message)).text
    assert (f"I'm awake (one quiet summary every 5 min in place of pages):\n{AWAKE}\n") in text(
        message
    )
    assert not any("awake" in name for _, name in buttons(message))


@pytest.mark.parametrize("event", UPDATES)
def test_an_update_has_no_link_to_be_awake(event: NotificationEvent) -> None:
    assert AWAKE not in html(with_awake(event)) + text(with_awake(event))


@pytest.mark.parametrize("event", [*UPDATES, NotificationEvent.WORSENED])
def test_what_asks_for_nothing_has_no_filled_button(event: NotificationEvent) -> None:
    assert buttons(mailed(event, runbook="https://run.example.com/")) == [
        (False, "See the alert"),
        (False, "Runbook"),
    ]


def test_an_update_says_its_news_the_severity_and_what_happened() -> None:
    happened = (Happened(NINE, "02:58", (Span("It began"),)),)
    message = mailed(
        NotificationEvent.ACKNOWLEDGED,
        status=AlertStatus.ACKNOWLEDGED,
        band=Band.DONE,
        mark="✓",
        word="ACKNOWLEDGED",
        state="Bob has it",
        happened=happened,
    )
    message = replace(message, lead=(Span("Bob acknowledged it at 03:03", is_strong=True),))

    assert "<b>Bob acknowledged it at 03:03</b>" in html(message)
    assert "#17673a" in html(message)
    for part in (Page(html(message)).text, text(message)):
        assert "ACKNOWLEDGED" in part
        assert "Bob has it" in part
        assert "CRITICAL, not over yet" in part
        assert "Bob acknowledged it at 03:03" in part
        assert "It began" in part
        assert "Details from the sender" not in part
    assert "What happened\n    02:58  It began\n" in text(message)


def test_a_mail_that_it_is_over_says_once_that_nothing_is_left_to_do() -> None:
    alert = an_alert().resolve(by=BOB, at=NINE)
    delivery = replace(a_delivery("email", target="user:alice"), event=NotificationEvent.RESOLVED)
    message = a_message(alert, delivery)

    for part in (html(message).partition("</h1>")[2], text(message)):
        assert part.count("Nothing is left to do.") == 1
        assert part.count("If it fires again, you get a new page.") == 1


def test_an_update_without_lines_of_what_happened_has_no_heading_for_it() -> None:
    message = mailed(NotificationEvent.RESOLVED, happened=())

    assert "What happened" not in html(message) + text(message)


def test_a_test_offers_to_confirm_the_address() -> None:
    confirm = f"{PUBLIC_URL}/confirm/abc"
    message = replace(mailed(NotificationEvent.TEST), confirm=confirm)

    assert buttons(message) == [(True, "Confirm this address")]
    assert Page(html(message)).links == [confirm]
    assert f"Confirm this address:\n{confirm}\n" in text(message)
    assert "Details" not in text(message)


def test_a_test_of_a_confirmed_address_has_no_link() -> None:
    message = mailed(NotificationEvent.TEST)

    assert Page(html(message)).links == []
    assert "http" not in text(message)


@pytest.mark.parametrize("event", [NotificationEvent.PAGED, NotificationEvent.RESOLVED])
def test_an_email_without_links_promises_none(event: NotificationEvent) -> None:
    message = replace(mailed(event), links=None)

    assert Page(html(message)).links == []
    assert "The link works" not in html(message) + text(message)


def test_line_breaks_and_columns_of_the_details_are_kept() -> None:
    message = mailed(details="Top pods:\n  checkout-1   412\n\n  checkout-22    3\r\nend  ")

    assert (
        "Details from the sender\n    Top pods:\n      checkout-1   412\n    \n"
        "      checkout-22    3\n    end\n"
    ) in text(message)
    shown = shown_details(html(message)).replace("\u00a0", " ").replace("<br>", "")
    assert shown == "Top pods:\n  checkout-1   412\n \n  checkout-22    3\nend"
    assert shown_details(html(message)).count("<br>") == 4
    assert not re.search(r"(?m)^ |  ", shown_details(html(message))), "HTML drops these spaces"


def shown_details(whole: str) -> str:
    found = re.search(r'class="soft ink"[^>]*>\n(.*?)\n</td>', whole, re.DOTALL)
    return found[1] if found else ""


def hostile_message(hostile: str, event: NotificationEvent) -> Message:
    """Every text that a sender or a user may choose."""
    phrase: Phrase = (Span(hostile),)
    message = mailed(
        event,
        state=hostile,
        title=hostile,
        where=hostile,
        since=phrase,
        who=phrase,
        next=phrase,
        if_acknowledged=phrase,
        details=hostile,
        labels=((hostile, hostile),),
        more_links=(NamedLink(hostile, "https://logs.example.com/", hostile),),
        happened=(Happened(NINE, "02:58", phrase),),
        reference=hostile,
        runbook="https://run.example.com/",
        dashboard=hostile,
    )
    return replace(message, subject=hostile, lead=phrase, why_you=phrase)


@pytest.mark.parametrize("event", list(NotificationEvent))
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_adds_no_element_and_no_attribute(
    event: NotificationEvent, hostile: str
) -> None:
    message, calm = hostile_message(hostile, event), hostile_message("calm", event)

    page, expected = Page(html(message)), Page(html(calm))

    assert page.shape_but_lines == expected.shape_but_lines
    assert page.links == expected.links
    assert page.comments == expected.comments
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", html(message) + text(message))


@pytest.mark.parametrize("event", list(NotificationEvent))
@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_adds_a_line_but_the_details_which_are_indented(
    event: NotificationEvent, hostile: str
) -> None:
    lines = ours(text(hostile_message(hostile, event)))

    assert len(lines) == len(ours(text(hostile_message("calm", event))))
    assert not [line for line in lines if line.startswith("https://evil")]


def ours(part: str) -> list[str]:
    """The lines that are not indented."""
    return [line for line in part.splitlines() if not line.startswith("    ")]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://files.example.com/",
        "//evil.example.com/",
        "https://user:password@evil.example.com/",
        "https://a.example.com/ b",
        "https://a.example.com/\nBcc:",
        "mailto:a@b.c",
        "",
    ],
)
def test_only_links_of_the_web_are_links(url: str) -> None:
    message = mailed(
        runbook=url, dashboard=url, more_links=(NamedLink("Logs", url, "a.example.com"),)
    )

    assert {link.partition("/act/")[0] for link in Page(html(message)).links} == {PUBLIC_URL}
    assert "Runbook" not in text(message)
    assert not url or url not in text(message)


def longest(letter: str) -> Message:
    url = "https://a.example.com/" + "x" * 1_978
    link = NamedLink(letter * 256, url, "a.example.com")
    message = mailed(
        title=letter * 1_024,
        where=letter * 600,
        details=(letter * 70 + "\n") * 900,
        labels=tuple((f"{number}{letter * 200}", letter * 8_000) for number in range(500)),
        more_links=(link,) * 100,
        runbook=url,
        dashboard=url,
        happened=(Happened(NINE, "02:58", (Span(letter * 300),)),) * 50,
    )
    return replace(message, subject=letter * 120, lead=(Span(letter * 300),))


@pytest.mark.parametrize("letter", ["a", "&", '"', "\N{FIRE}", " ", "\u6f22", "\t"])
@pytest.mark.parametrize("event", list(NotificationEvent))
def test_the_longest_facts_keep_the_limit(letter: str, event: NotificationEvent) -> None:
    message = longest(letter)

    whole = html(replace(message, event=event))

    assert len(whole.encode()) < HTML_LIMIT_BYTES
    assert whole.rstrip().endswith("</html>")
    assert len(text(replace(message, event=event)).encode()) < 40_000


def test_what_is_left_out_is_counted() -> None:
    labels = tuple((f"label-{number}", "x") for number in range(23))
    links = tuple(
        NamedLink(f"link-{number}", f"https://a.example.com/{number}", "a.example.com")
        for number in range(7)
    )
    message = mailed(labels=labels, more_links=links)

    for part in (Page(html(message)).text, text(message)):
        assert "label-19" in part
        assert "label-20" not in part
        assert "and 3 more" in part
        assert "link-4" in part
        assert "link-5" not in part
        assert "and 2 more" in part


def test_links_of_senders_show_their_host() -> None:
    message = mailed(
        more_links=(NamedLink("Acknowledge", "https://evil.example.com/", "evil.example.com"),)
    )

    assert "Acknowledge (evil.example.com)" in Page(html(message)).text
    assert "    Acknowledge (evil.example.com):\n    https://evil.example.com/\n" in text(message)


def test_nothing_is_loaded_from_anywhere() -> None:
    page = Page(html(longest("a")))

    assert not {"img", "script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert not [tag for tag, attributes in page.tags if "src" in attributes]
    assert "url(" not in html(longest("a"))


def test_dark_mode_and_outlook_have_their_rules() -> None:
    whole = html(mailed())

    assert "@media (prefers-color-scheme: dark)" in whole
    assert "[data-ogsc] .ink" in whole
    assert '<meta name="color-scheme" content="light dark">' in whole
    assert 'role="presentation"' in whole
    assert whole.count("<h1") == 1
    assert '<html lang="en"' in whole


@given(st.text(max_size=80), st.integers(2, 60))
def test_a_text_is_cut_at_a_word(said: str, limit: int) -> None:
    kept = cut(said, limit)

    assert len(kept) <= limit
    assert kept == said or kept.endswith("…")
    assert said.startswith(kept.removesuffix("…"))


def test_a_cut_loses_no_more_than_a_word() -> None:
    assert cut("one two three", 9) == "one two…"
    assert cut("one two three", 8) == "one two…"
    assert cut("x" * 100, 10) == "x" * 9 + "…"


def test_e_mail_is_wired_with_what_it_needs() -> None:
    from tests.functions.notifier.conftest import a_wiring

    sender = cast("EmailSender", CHANNEL.sender(a_wiring()))

    assert (sender.public_url, sender.team) == (PUBLIC_URL, "payments")
