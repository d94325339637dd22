"""What people read: the same facts everywhere, and nothing of a sender's that breaks a line."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import ALICE, HOUR, MINUTE, NINE, TEN, TO_OPS, firing, trigger
from tocsin.channels.plain_text import facts, headline
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.escalation import Escalation
from tocsin.domain.link import Links
from tocsin.domain.message import Message, message_of
from tocsin.domain.notification import Delivery, NotificationEvent
from tocsin.domain.phrase import plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.sender_text import one_line
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.subject import SUBJECT_LIMIT
from tocsin.domain.times_in_words import NO_BREAK
from tocsin.domain.wording import TITLE_LIMIT

VIEW = "https://tocsin.example.com/act/" + "x" * 80
LINKS = Links(acknowledge="a", snooze="s", resolve="r", view=VIEW)
ESCALATION = Escalation(
    policy="default",
    is_policy_known=True,
    step=1,
    step_name="first",
    loop=1,
    next_step=2,
    escalates_at=NINE + 5 * MINUTE,
)
FACTS = Facts(
    name="Disk full",
    summary="Disk full on db-1",
    reason="93 % of 100 GB\nand growing",
    source="nagios",
    source_name="Nagios Paris",
    object="db-1",
    source_severity="urgent",
    threshold=90,
    operator="gt",
    window="5m",
)


def an_alert(facts: Facts = FACTS) -> Alert:
    alert = firing(trigger(severity=Severity.CRITICAL, value=93))
    return replace(alert, facts=facts, escalation=ESCALATION, occurrences=3)


def written_for_ops(alert: Alert, delivery: Delivery, links: Links | None = None) -> Message:
    reader = Reader(name="ops", is_person=False)
    return message_of(alert, delivery, reader=reader, names=Names(), at=NINE, links=links)


def message(
    alert: Alert | None = None, event: NotificationEvent = NotificationEvent.PAGED
) -> Message:
    alert = alert or an_alert()
    return written_for_ops(alert, replace(TO_OPS, event=event), LINKS)


def said(page: Message) -> list[str]:
    return [headline(page), *(unbroken_text(line) for line in facts(page))]


def unbroken_text(text: str) -> str:
    return text.replace(NO_BREAK, " ")


def test_a_page_says_all_that_a_responder_needs() -> None:
    page = message()

    assert said(page) == [
        "CRITICAL: Disk full on db-1",
        "Nagios Paris, says prod-prometheus; its sender says urgent",
        "Began just now (09:00 UTC).",
        "Nobody has it yet. Step 2 is called at 09:05 unless someone acknowledges.",
    ]
    assert page.wording.details == "93 % of 100 GB\nand growing"
    assert page.wording.labels == (("value", "93"), ("limit", "gt 90 over 5m"))
    assert page.subject == "CRITICAL Disk full on db-1"


def test_an_alert_with_nothing_but_a_name_says_no_empty_lines() -> None:
    page = message(an_alert(Facts(name="Disk full")))

    assert said(page)[:2] == ["CRITICAL: Disk full", "says prod-prometheus"]
    assert all(said(page))


@pytest.mark.parametrize(
    ("alert", "event", "head", "lead"),
    [
        pytest.param(
            an_alert().acknowledge(by=ALICE, at=NINE),
            NotificationEvent.ACKNOWLEDGED,
            "ACKNOWLEDGED, Alice has it: Disk full on db-1",
            "Alice acknowledged it at 09:00 (UTC), less than 1 min after it began. "
            "Nobody else is called.",
            id="acknowledged",
        ),
        pytest.param(
            an_alert().resolve(by=ALICE, at=NINE),
            NotificationEvent.RESOLVED,
            "RESOLVED, was critical: Disk full on db-1",
            "Alice resolved it at 09:00 (UTC). It lasted less than 1 min; "
            "nobody had acknowledged it.",
            id="resolved",
        ),
        pytest.param(
            an_alert().snoozed(Snooze(until=TEN), by=ALICE, at=NINE),
            NotificationEvent.SNOOZED,
            "SNOOZED, until 10:00: Disk full on db-1",
            "Snoozed by Alice until 10:00 (UTC). Nobody is called until then.",
            id="snoozed",
        ),
        pytest.param(
            an_alert(),
            NotificationEvent.WOKEN,
            "CRITICAL: Disk full on db-1",
            "The snooze is over, and it still fires. Nobody has it.",
            id="woken",
        ),
        pytest.param(
            an_alert(),
            NotificationEvent.UNACKNOWLEDGED,
            "CRITICAL: Disk full on db-1",
            "It was acknowledged, is not resolved, and fires again. Nobody has it.",
            id="given back",
        ),
        pytest.param(
            an_alert().acknowledge(by=ALICE, at=NINE).resolve(by=ALICE, at=NINE),
            NotificationEvent.ACKNOWLEDGED,
            "RESOLVED, was critical: Disk full on db-1",
            "Alice resolved it at 09:00 (UTC). It lasted less than 1 min, "
            "and Alice had it since 09:00.",
            id="more has happened since",
        ),
        pytest.param(
            an_alert(),
            NotificationEvent.TEST,
            "Test: nothing is wrong, pages reach this address",
            "Nothing is wrong, and nothing is to be done: pages arrive here.",
            id="a test",
        ),
    ],
)
def test_an_update_says_what_the_alert_is_by_now(
    alert: Alert, event: NotificationEvent, head: str, lead: str
) -> None:
    update = message(alert, event)

    assert headline(update) == head
    assert unbroken_text(plain(update.lead)) == lead


def test_a_message_about_a_resolved_alert_has_no_links() -> None:
    assert message(an_alert().resolve(by=ALICE, at=NINE)).links is None
    assert message().links == LINKS


@given(st.text(max_size=3000))
def test_no_text_of_a_senders_breaks_a_line(text: str) -> None:
    page = message(an_alert(Facts(name=text, summary=text, reason=text, object=text)))

    for said, limit in [
        (page.subject, SUBJECT_LIMIT),
        (page.wording.title, TITLE_LIMIT),
        (page.wording.where, TITLE_LIMIT),
        (page.wording.place, TITLE_LIMIT),
        (page.to, TITLE_LIMIT),
    ]:
        assert len(said) <= limit
    for line in (page.subject, page.to, page.wording.place, headline(page), *facts(page)):
        assert not {"\r", "\n", "\0", "\x1b"} & set(line)


def test_a_long_text_is_cut_where_it_shows() -> None:
    assert one_line("x" * 20, 10) == "xxxxxxxxx…"
    assert one_line("a \r\n\t b", 10) == "a b"


def test_a_distant_due_time_has_its_day() -> None:
    later = replace(ESCALATION, escalates_at=NINE + 30 * HOUR + timedelta(seconds=1))

    page = message(replace(an_alert(), escalation=later))

    assert "Step 2 is called tomorrow, 15:01 unless someone acknowledges." in said(page)[-1]
