"""An SMS: one segment where its text allows, two at most, the link whole."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import NINE, TO_OPS, firing, trigger
from tocsin.domain.message import Message, message_of
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.phrase import Span
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.short_message import (
    GSM_ALONE,
    GSM_PART,
    LEAST_TITLE,
    SEGMENTS_LIMIT,
    TITLE_LIMIT,
    WIDE_ALONE,
    WIDE_PART,
    segments,
    short,
    units,
)
from tocsin.domain.signal import Facts

LINK = "https://tocsin.example.com/s/7HQ2K9XW4MBT"
LONG_LINK = (
    "https://ab12cd34ef.execute-api.eu-central-1.amazonaws.com/act/"
    "FAGcnNsXzVAgcP1r3sMcQpdWc3QmAZ2r0sYAYWxpY2Vbq1x0mZ8JYV7dT2hCq0p"
)
BOB_NEXT = "Bob is called 03:06."


def a_message(lead: str = "", *, to: str = "Alice", **words: Any) -> Message:  # noqa: ANN401 - fields of a wording
    """A critical page to Alice, with these words in the place of some."""
    alert = firing(trigger(severity=Severity.CRITICAL))
    reader = Reader(name="alice", is_person=True)
    said = message_of(alert, TO_OPS, reader=reader, names=Names(), at=NINE)
    wording = replace(
        said.wording,
        **{
            "word": "CRITICAL",
            "place": "checkout",
            "title": "8.4 % of requests fail with 5xx",
            "age": "3 min",
            "who": (Span("Nobody has it.", is_strong=True),),
            "next_short": BOB_NEXT,
            **words,
        },
    )
    return replace(said, wording=wording, to=to, lead_short=lead)


def test_what_nobody_sees_makes_no_two_segments_of_one() -> None:
    bare = short(a_message(), LINK)
    unseen = a_message(title="\ufeff8.4 % of re\u200bquests fail\u2060 with 5\xadxx")

    assert short(unseen, LINK) == bare
    assert segments(bare) == 1


@pytest.mark.parametrize("title", ["", "\N{FIRE}", "\N{FIRE}\N{FIRE} \N{SKULL}"])
def test_a_title_of_pictures_alone_leaves_no_gap(title: str) -> None:
    assert short(a_message(title=title), LINK).startswith("CRITICAL checkout: ?, 3 min. ")


HOSTILE = '<b>api-7</b> down? @channel \N{FIRE} <!here> & "now"'


@pytest.mark.parametrize(
    ("message", "link", "said", "length"),
    [
        pytest.param(
            a_message(),
            LINK,
            "CRITICAL checkout: 8.4% of requests fail with 5xx, 3 min. Nobody has it. "
            f"Bob is called 03:06.\n{LINK}",
            135,
            id="page",
        ),
        pytest.param(
            a_message("Alice did not answer.", age="8 min", next_short="Carol is called 03:11."),
            LINK,
            "CRITICAL checkout: 8.4% of requests fail with 5xx, 8 min. Alice did not answer. "
            f"Carol is called 03:11.\n{LINK}",
            144,
            id="escalated",
        ),
        pytest.param(
            a_message(
                "Alice and Bob did not answer.",
                age="13 min",
                next_short="Nobody is called after you.",
            ),
            LINK,
            "CRITICAL checkout: 8.4% of requests fail with 5xx, 13 min. "
            f"Alice and Bob did not answer. Nobody is called after you.\n{LINK}",
            158,
            id="escalated, last step",
        ),
        pytest.param(
            a_message("You had it, it still fires.", age="64 min"),
            LINK,
            "CRITICAL checkout: 8.4% of requests fail with 5xx, 64 min. "
            f"You had it, it still fires. Bob is called 03:06.\n{LINK}",
            149,
            id="back to you",
        ),
        pytest.param(
            a_message(word="WARNING", place="gateway", title=HOSTILE, age=""),
            LINK,
            'WARNING gateway: <b>api-7</b> down? @channel <!here> & "now". Nobody has it. '
            f"Bob is called 03:06.\n{LINK}",
            139,
            id="hostile title",
        ),
    ],
)
def test_a_message_that_fits_takes_one_segment(
    message: Message, link: str, said: str, length: int
) -> None:
    assert short(message, link) == said
    assert (units(said), segments(said)) == (length, 1)


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("8.4 % of requests fail with 5xx", id="with room"),
        pytest.param("the ratio of failed requests is far above its limit", id="cut"),
    ],
)
def test_that_it_became_worse_is_said_however_long_the_rest_is(title: str) -> None:
    worse = replace(
        a_message(word="ACKNOWLEDGED", title=title, next_short="Yours until 04:02."),
        event=NotificationEvent.WORSENED,
        lead=(Span("It is critical now, and you have it."),),
    )

    said = short(worse, LINK)

    assert said.endswith(f" It is critical now, and you have it. Yours until 04:02.\n{LINK}")
    assert said.startswith("ACKNOWLEDGED checkout: ")
    assert segments(said) == 1


def test_with_the_gateways_own_address_it_takes_two_segments_and_says_all() -> None:
    said = short(a_message(), LONG_LINK)

    assert said == (
        "CRITICAL checkout: 8.4% of requests fail with 5xx, 3 min. Nobody has it. "
        f"Bob is called 03:06.\n{LONG_LINK}"
    )
    assert (units(said), segments(said)) == (219, 2)


def test_a_title_that_gsm_cannot_write_keeps_its_letters() -> None:
    message = a_message(
        place="оплата",
        title="8,4 % запросов \N{CYRILLIC SMALL LETTER ES} 5xx",
        age="3 мин",
        next_short="Bob: 03:06",
    )

    said = short(message, LINK)

    assert said == (
        "CRITICAL оплата: 8,4% запросов \N{CYRILLIC SMALL LETTER ES} 5xx, 3 мин. Nobody has it. "
        f"Bob: 03:06\n{LINK}"
    )
    assert (units(said), segments(said)) == (112, 2)


def test_what_does_not_fit_loses_the_news_first() -> None:
    message = a_message("Alice and Bob and 2 others did not answer. It opens again and again.")

    said = short(message, LINK)

    assert said == (f"CRITICAL checkout: 8.4% of requests fail with 5xx, 3 min. {BOB_NEXT}\n{LINK}")


def test_then_the_title_is_cut_at_a_word() -> None:
    title = "the ratio of failed requests is far above its limit since the deploy"
    who = "Nobody is called after you: Bob has no phone."

    said = short(a_message(title=title, next_short=who), LINK)

    assert said == (
        "CRITICAL checkout: the ratio of failed requests is far above..., 3 min. "
        f"Nobody is called after you: Bob has no phone.\n{LINK}"
    )
    assert segments(said) == 1


def test_a_title_is_not_cut_below_20_characters_but_sent_in_two_segments() -> None:
    title = "the ratio of failed requests is far above its limit"
    who = "Bob is called 03:06 and Carol is called 03:11 and Dave 03:16, in turn."

    said = short(a_message(title=title, place="payments-gateway-eu", next_short=who), LINK)

    assert segments(said) == 2
    assert f"payments-gateway-eu: {title}, 3 min. Nobody has it. {who}\n" in said


def test_a_very_long_title_is_cut_to_sixty_characters() -> None:
    said = short(a_message(title="word " * 100, place=""), LINK)

    title = said.removeprefix("CRITICAL ").partition("...")[0]
    assert LEAST_TITLE <= len(title) <= TITLE_LIMIT
    assert title.endswith("word")


def test_a_place_that_the_title_names_is_not_said_again() -> None:
    said = short(a_message(title="Checkout fails", place="checkout"), LINK)

    assert said.startswith("CRITICAL Checkout fails, 3 min.")


def test_a_test_says_for_whom_it_is_and_has_the_link_that_confirms() -> None:
    message = replace(a_message(to="Alice"), event=NotificationEvent.TEST)

    said = short(message, LINK)

    assert said == (f"Tocsin test for Alice: nothing is wrong, and pages reach this phone.\n{LINK}")
    assert segments(said) == 1
    assert short(message) == said.partition("\n")[0]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        pytest.param(
            "it\N{RIGHT SINGLE QUOTATION MARK}s \N{LEFT DOUBLE QUOTATION MARK}full\N{EN DASH}ish…",
            "it's \"full-ish...",
            id="typography",
        ),
        pytest.param("café naïve", "café naive", id="accents that GSM lacks"),
        pytest.param("cafe\N{COMBINING ACUTE ACCENT}", "café", id="an accent apart"),
        pytest.param("ﬁle system", "file system", id="letters joined"),
        pytest.param("ディスク", "ディスク", id="other scripts stay"),
        pytest.param("a → b", "a -> b", id="an arrow"),
        pytest.param("a\x1b[31mb", "a?[31mb", id="control characters"),
        pytest.param("\N{FIRE}disk\N{FIRE}full", "disk full", id="emoji"),
        pytest.param("db 1\ufe0f\u20e3 \N{MAN}\u200d\N{FIRE ENGINE}!", "db 1 !", id="joined emoji"),
        pytest.param("■ ⏰ ❗ up ✅", "up", id="other pictures"),
        pytest.param("क्‍ष", "क्‍ष", id="a joiner between letters stays"),
        pytest.param("8.4 % of 5 %", "8.4% of 5%", id="percent"),
    ],
)
def test_it_is_written_in_the_smaller_alphabet_if_it_can(said: str, written: str) -> None:
    text = short(a_message(title=message_title(said), place=""))

    assert text.startswith(f"CRITICAL {written}, 3 min.")


def message_title(said: str) -> str:
    """The title that a wording makes of a sender's text."""
    alert = replace(firing(), facts=Facts(name=said))
    reader = Reader(name="ops", is_person=False)
    return message_of(alert, TO_OPS, reader=reader, names=Names(), at=NINE).wording.title


@given(
    name=st.text(min_size=1, max_size=600),
    place=st.text(max_size=200),
    who=st.text(max_size=300),
    link=st.integers(min_value=0, max_value=400).map(lambda length: "https://" + "x" * length),
)
def test_no_text_makes_a_third_segment(name: str, place: str, who: str, link: str) -> None:
    said = short(a_message(title=message_title(name), place=place, next_short=who), link)

    assert segments(said) <= SEGMENTS_LIMIT
    assert said.startswith("CRITICAL")
    assert said.endswith(f"\n{link}") or link not in said
    if len(link) < WIDE_PART:
        assert link in said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x" * GSM_ALONE, 1),
        ("x" * (GSM_ALONE + 1), 2),
        ("x" * 2 * GSM_PART, 2),
        ("x" * (2 * GSM_PART + 1), 3),
        ("€" * 80, 1),
        ("€" * 2 * 76, 2),
        ("€" * (2 * 76 + 1), 3),
        ("я" * WIDE_ALONE, 1),
        ("я" * (WIDE_ALONE + 1), 2),
        ("я" * 2 * WIDE_PART, 2),
        ("я" * (2 * WIDE_PART + 1), 3),
        ("𐍈" * 35, 1),
        ("𐍈" * 2 * 33, 2),
        ("𐍈" * (2 * 33 + 1), 3),
    ],
)
def test_segments_are_counted_as_phones_do(text: str, count: int) -> None:
    """A character of two units is not split between two segments."""
    assert segments(text) == count
