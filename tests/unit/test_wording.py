"""An alert in words: what stands first, what a sender's text may do, and which links are shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts_in_words import (
    BEGAN,
    FACTS,
    NAMES,
    OPS,
    is_hostile,
    paged,
    person,
    policy,
    unbroken,
)
from tests.examples import MINUTE, SENDER, as_read
from tocsin.domain.alert import Alert, Routed, Snooze
from tocsin.domain.alert_links import NamedLink, host_of
from tocsin.domain.ids import Actor
from tocsin.domain.phrase import joined, plain
from tocsin.domain.reader import Reader
from tocsin.domain.sender_text import cut, one_line, with_lines
from tocsin.domain.severity import Severity
from tocsin.domain.signal import CUT_MARK, Facts
from tocsin.domain.subject import SUBJECT_LIMIT, subject_of
from tocsin.domain.wording import DETAILS_LIMIT, TITLE_LIMIT, Wording, wording_of

PAGED_AT = BEGAN + 3 * MINUTE
ALICE = person("alice")
HOSTILE = '<b>api-7</b> down? @channel 🔥 <!here> & "now"'
ACKED = as_read(paged().acknowledge(by=Actor("bob"), at=BEGAN + 5 * MINUTE))
SNOOZED = as_read(
    paged().snoozed(Snooze(until=BEGAN + timedelta(hours=6)), by=Actor("alice"), at=PAGED_AT)
)
RESOLVED = as_read(ACKED.resolve(by=SENDER, at=BEGAN + 23 * MINUTE))


def words(alert: Alert, reader: Reader = ALICE, minutes: float = 3) -> Wording:
    return wording_of(alert, reader=reader, names=NAMES, at=BEGAN + minutes * MINUTE)


def of_facts(facts: Facts) -> Wording:
    return words(paged(facts=facts))


def test_a_firing_alert() -> None:
    wording = words(paged())

    assert (wording.band, wording.mark, wording.word) == ("critical", "■", "CRITICAL")
    assert wording.state == "Nobody has it"
    assert unbroken(wording.heading) == "Firing since 3 min (02:58 Berlin)"
    assert wording.title == "Checkout: 8.4 % of requests fail with 5xx"
    assert wording.where == "checkout in prod-eu-1, says prod-prometheus"
    assert unbroken(wording.since) == "Since 3 min (02:58 Berlin)."
    assert unbroken(wording.since_clock) == "Since 02:58."
    assert wording.age == "3 min"
    assert unbroken(joined(wording.who, wording.next)) == (
        "Nobody has it yet. Bob is called at 03:06 unless someone acknowledges."
    )
    assert unbroken(wording.if_acknowledged) == (
        "Once you acknowledge, you have it and Bob is not called."
    )
    assert unbroken(wording.if_resolved) == (
        "Is it over for everybody? If it fires again, it is a new page."
    )
    assert (wording.if_given_back, wording.if_woken) == ((), ())
    assert wording.as_of == "03:01:00"
    assert wording.reference == f"Alert {paged().alert_id}, episode 1"


@pytest.mark.parametrize(
    ("severity", "mark", "outlined"),
    [
        (Severity.CRITICAL, "■", "□"),
        (Severity.WARNING, "◆", "◇"),
        (Severity.INFO, "●", "○"),
    ],
)
def test_filled_means_that_nobody_has_it(severity: Severity, mark: str, outlined: str) -> None:
    assert words(replace(paged(), severity=severity)).severity_mark == mark
    assert words(replace(ACKED, severity=severity)).severity_mark == outlined


@pytest.mark.parametrize(
    ("alert", "reader", "seen"),
    [
        pytest.param(
            ACKED,
            ALICE,
            ("done", "✓", "ACKNOWLEDGED", "Bob has it", "Critical · acknowledged, Bob has it"),
            id="acknowledged",
        ),
        pytest.param(
            ACKED,
            person("bob"),
            ("done", "✓", "ACKNOWLEDGED", "You have it", "Critical · acknowledged, you have it"),
            id="yours",
        ),
        pytest.param(
            SNOOZED,
            ALICE,
            ("over", "□", "SNOOZED", "until 08:58", "Critical · snoozed until 08:58"),
            id="snoozed",
        ),
        pytest.param(
            RESOLVED,
            ALICE,
            ("over", "✓", "RESOLVED", "was critical", "Over since 2 min (03:21 Berlin)"),
            id="resolved",
        ),
    ],
)
def test_the_state_is_what_is_seen_first(
    alert: Alert, reader: Reader, seen: tuple[str, ...]
) -> None:
    wording = words(alert, reader, 25)

    face = (wording.band, wording.mark, wording.word, wording.state, unbroken(wording.heading))
    assert face == seen


@pytest.mark.parametrize(
    ("reader", "who"),
    [(ALICE, "You snoozed it."), (person("bob"), "Snoozed by Alice.")],
)
def test_a_snooze_says_whose_it_is(reader: Reader, who: str) -> None:
    assert plain(words(SNOOZED, reader).who) == who
    assert unbroken(words(SNOOZED, reader).if_woken) == (
        "Then the snooze is over, and "
        f"{'you are' if reader is ALICE else 'Alice is'} called at once."
    )


def test_a_resolved_alert_says_how_it_ended() -> None:
    wording = words(RESOLVED, minutes=25)

    assert unbroken(joined(wording.since, wording.who)) == (
        "prod-prometheus reported recovery at 03:21. It lasted 23 min, and Bob had it since 03:03."
    )
    assert wording.age == "23 min"


@pytest.mark.parametrize(
    ("alert", "why"),
    [
        pytest.param(
            paged().resolve(by=Actor("link:bob"), at=PAGED_AT),
            "Bob resolved it at 03:01.",
            id="by another",
        ),
        pytest.param(
            paged().resolve(by=Actor("alice"), at=PAGED_AT),
            "You resolved it at 03:01.",
            id="by you",
        ),
        pytest.param(
            paged().resolve(by=Actor("key:ci"), at=PAGED_AT),
            "The key ci resolved it at 03:01.",
            id="by a key",
        ),
        pytest.param(
            paged().resolve(by=Actor("auto"), at=PAGED_AT),
            "prod-prometheus reported recovery, and it was resolved at 03:01.",
            id="after the resolve window",
        ),
        pytest.param(
            replace(paged(), lapses_at=PAGED_AT).resolve(by=Actor("auto"), at=PAGED_AT),
            "prod-prometheus did not repeat it any more, and it was resolved at 03:01.",
            id="lapsed",
        ),
        pytest.param(
            replace(
                paged(),
                routed=Routed(route="one-shots", close_after=3 * MINUTE),
                last_seen_at=PAGED_AT - 3 * MINUTE,
            ).resolve(by=Actor("auto"), at=PAGED_AT),
            "It was not repeated for 3m, and its route one-shots resolved it at 03:01.",
            id="closed by a route",
        ),
    ],
)
def test_how_it_ended(alert: Alert, why: str) -> None:
    assert plain(words(alert).since) == why
    assert (
        plain(words(alert).who) == "It lasted 3\N{NO-BREAK SPACE}min; nobody had acknowledged it."
    )


@pytest.mark.parametrize(
    ("facts", "where"),
    [
        pytest.param(
            replace(FACTS, summary="checkout fails"),
            "in prod-eu-1, says prod-prometheus",
            id="the title says it",
        ),
        pytest.param(Facts(name="Disk full"), "says prod-prometheus", id="a name only"),
        pytest.param(
            Facts(name="Disk full", object="db-1", source_name="Nagios Paris"),
            "db-1, Nagios Paris, says prod-prometheus",
            id="a source",
        ),
        pytest.param(
            Facts(name="Disk full", labels={"service": "billing"}, source_severity="Urgent"),
            "billing, says prod-prometheus; its sender says Urgent",
            id="the sender's severity, if it differs",
        ),
        pytest.param(
            Facts(name="x", source_severity="CRITICAL"),
            "says prod-prometheus",
            id="the same severity",
        ),
        pytest.param(Facts(name="Disk full", source="prod-prometheus"), "", id="nothing twice"),
    ],
)
def test_where(facts: Facts, where: str) -> None:
    assert of_facts(facts).where == where


def test_since_just_now() -> None:
    wording = words(paged(), minutes=0.5)

    assert unbroken(wording.since) == "Began just now (02:58 Berlin)."
    assert unbroken(wording.heading) == "Firing, began just now (02:58 Berlin)"
    assert wording.age == "just now"


def test_presets_of_the_night_and_of_the_day() -> None:
    night = [(it.value, unbroken(it.label)) for it in words(paged()).presets]
    day = words(paged(), minutes=9 * 60).presets[-1]

    assert night == [("15m", "15 min"), ("1h", "1 h"), ("4h", "4 h"), ("09:00", "until 09:00")]
    assert (day.value, day.label) == ("09:00", "until tomorrow, 09:00")


# Texts of senders


def test_details_keep_their_lines_and_are_not_the_title_again() -> None:
    assert of_facts(FACTS).details == FACTS.reason
    assert of_facts(replace(FACTS, reason=FACTS.summary)).details == ""
    assert of_facts(replace(FACTS, reason="a\r\nb\u2028c\td  \n\n")).details == "a\nb\nc\td"


def test_a_title_that_was_cut_stands_in_the_details() -> None:
    long = "word " * 60

    wording = of_facts(Facts(name="x", summary=long, reason="more"))

    assert len(wording.title) <= TITLE_LIMIT
    assert wording.title.endswith(f"word{CUT_MARK}")
    assert wording.details == f"{long.rstrip()}\nmore"


def test_what_was_measured_stands_before_the_labels() -> None:
    facts = Facts(name="x", threshold=90, operator="gt", window="5m", labels={"disk": "sda"})

    labels = words(replace(paged(facts=facts), current_value=93)).labels

    assert labels == (("value", "93"), ("limit", "gt 90 over 5m"), ("disk", "sda"))


def test_a_hostile_title_is_shown_as_it_was_sent() -> None:
    assert of_facts(Facts(name=HOSTILE)).title == HOSTILE


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("a \r\n\t b", 10, "a b"),
        ("x" * 20, 10, "xxxxxxxxx…"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("fits", 4, "fits"),
        ("e\u0301", 10, "é"),
        ("a\x1b[31mb\u202ec", 20, "a\ufffd[31mb\ufffdc"),
    ],
)
def test_a_text_on_one_line(text: str, limit: int, shown: str) -> None:
    assert one_line(text, limit) == shown


def test_no_letter_is_parted_from_its_mark() -> None:
    assert cut("x" * 8 + "q\u0303" * 5, 12) == "x" * 8 + "q\u0303" + CUT_MARK


texts = st.text(max_size=3_000)


@given(texts, texts)
def test_no_text_of_a_senders_breaks_a_line_or_turns_it(text: str, other: str) -> None:
    facts = Facts(
        name=text,
        summary=other,
        reason=text,
        object=other,
        source=text,
        source_severity=other,
        labels={text: other, "cluster": text, "service": other},
        urls={text: "https://example.com/x", "runbook": other},
    )

    wording = of_facts(facts)

    lines = (
        *(wording.title, wording.where, wording.place, plain(wording.since)),
        *(part for label in wording.labels for part in label),
        *(link.name for link in wording.more_links),
        subject_of(Severity.CRITICAL, facts),
    )
    assert not [sign for line in lines for sign in line if is_hostile(sign)]
    assert not [sign for sign in wording.details if is_hostile(sign) and sign not in "\n\t"]
    assert len(wording.title) <= TITLE_LIMIT
    assert len(wording.details) <= DETAILS_LIMIT


@given(texts, st.integers(min_value=2, max_value=300))
def test_a_cut_text_fits_and_says_that_it_was_cut(text: str, limit: int) -> None:
    shown = cut(text, limit)

    assert len(shown) <= limit
    assert shown == text or shown.endswith(CUT_MARK)
    assert with_lines(text, limit).count("\r") == 0


# Links


def test_links_are_sorted_by_their_key() -> None:
    wording = of_facts(FACTS)

    assert wording.runbook == "https://runbooks.example.com/checkout-5xx"
    assert wording.dashboard == "https://grafana.example.com/d/checkout"
    assert wording.more_links == (
        NamedLink("Logs", "https://logs.example.com/checkout?q=status%3E499", "logs.example.com"),
    )


@pytest.mark.parametrize(
    "key", ["runbook", "Runbook", "runbook_url", "runbookURL", "runbook-url", "Runbook URL"]
)
@pytest.mark.parametrize("place", ["urls", "labels"])
def test_a_runbook_is_found_by_its_key(key: str, place: str) -> None:
    wording = of_facts(Facts(name="x", **{place: {key: "https://r.example.com/"}}))  # type: ignore[arg-type]

    assert (wording.runbook, wording.more_links) == ("https://r.example.com/", ())


@pytest.mark.parametrize("key", ["dashboard", "dashboardURL", "panelURL", "generatorURL"])
def test_a_dashboard_is_found_by_its_key(key: str) -> None:
    wording = of_facts(Facts(name="x", urls={key: "https://g.example.com/"}))

    assert wording.dashboard == "https://g.example.com/"


def test_of_two_dashboards_the_nearer_one_is_taken_and_the_other_kept() -> None:
    urls = {"generatorURL": "https://p.example.com/", "dashboardURL": "https://g.example.com/"}

    wording = of_facts(Facts(name="x", urls=urls))

    assert wording.dashboard == "https://g.example.com/"
    assert [link.url for link in wording.more_links] == ["https://p.example.com/"]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/x?y=1#z", "example.com"),
        ("http://example.com:8080", "example.com"),
        ("HTTPS://Example.com/", "example.com"),
        ("mailto:ops@example.com", None),
        ("javascript:alert(1)", None),
        ("ftp://example.com", None),
        ("https://", None),
        ("https://ops:secret@example.com/", None),
        ("https://trusted.example@evil.example/", None),
        ("https://evil.example\\@trusted.example/", None),
        ("https:\\\\evil.example/", None),
        ("https://example.com/a b", None),
        ("https://example.com/a\tb", None),
        ("https://example.com/\u202egpj", None),
        ('https://example.com/"onmouseover="x', None),
        ("https://example.com:99999/", None),
        ("https://[::1", None),
        ("https://example.com/" + "x" * 2_000, None),
    ],
)
def test_only_plain_links_are_shown(url: str, host: str | None) -> None:
    assert host_of(url) == host
    shown = of_facts(Facts(name="x", urls={"Link": url, "runbook": url}))
    assert (shown.runbook == url) == (host is not None)


# Subjects


@pytest.mark.parametrize(
    ("facts", "subject"),
    [
        pytest.param(
            FACTS,
            "CRITICAL checkout: 8.4 % of requests fail with 5xx",
            id="the title begins with the place",
        ),
        pytest.param(
            Facts(name="Disk full", object="db-1"), "CRITICAL db-1: Disk full", id="a place"
        ),
        pytest.param(
            Facts(name="Disk full", labels={"service": "billing"}),
            "CRITICAL billing: Disk full",
            id="a service",
        ),
        pytest.param(
            Facts(name="db-1 is down", object="db-1"), "CRITICAL db-1 is down", id="no place twice"
        ),
        pytest.param(
            Facts(name="db-10 is down", object="db-1"),
            "CRITICAL db-1: db-10 is down",
            id="another that begins alike",
        ),
        pytest.param(
            Facts(name="db-1", object="db-1"), "CRITICAL db-1", id="nothing but the place"
        ),
        pytest.param(Facts(name="Disk full"), "CRITICAL Disk full", id="no place"),
        pytest.param(
            Facts(name="a\r\nBcc: x@y.z"), "CRITICAL a Bcc: x@y.z", id="no header of a sender's"
        ),
    ],
)
def test_a_subject(facts: Facts, subject: str) -> None:
    assert subject_of(Severity.CRITICAL, facts) == subject


def test_a_long_subject_is_cut_at_a_word() -> None:
    subject = subject_of(Severity.CRITICAL, Facts(name="word " * 60))

    assert len(subject) <= SUBJECT_LIMIT
    assert subject.endswith(f"word{CUT_MARK}")


def test_a_policy_of_one_step_calls_nobody_else() -> None:
    assert plain(words(paged(policy("alice"))).if_acknowledged) == (
        "Once you acknowledge, you have it."
    )
    assert plain(words(paged(), OPS).if_acknowledged) == (
        "Who acknowledges it has it, and Bob is not called."
    )
