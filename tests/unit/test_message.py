"""What people read: the same facts everywhere, and nothing of a sender's that breaks a line."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import ALICE, HOUR, MINUTE, NINE, TEN, TO_OPS, firing, trigger
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.escalation import Escalation
from tocsin.domain.flapping import Flapping
from tocsin.domain.link import Links
from tocsin.domain.message import LINE_LIMIT, Message, message_of
from tocsin.domain.notification import Delivery, NotificationEvent
from tocsin.domain.sender_text import one_line
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.wording import TITLE_LIMIT, Names, Reader

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


def test_a_page_says_all_that_a_responder_needs() -> None:
    page = message()

    assert page.title == "CRITICAL: Disk full on db-1"
    assert page.lines == (
        ("What", "Disk full on db-1"),
        ("Details", "93 % of 100 GB and growing"),
        ("Where", "db-1, Nagios Paris, by prod-prometheus"),
        ("How bad", "critical (the sender says urgent); value 93; threshold gt 90 over 5m"),
        ("Since", "2026-03-01 09:00:00 UTC, seen 3 times"),
        ("Who has it", "nobody yet"),
        ("Next", "2026-03-01 09:05:00 UTC: step 2 of default if nobody acknowledges"),
        ("Asked", "step first of default"),
    )


def test_a_flapping_alert_is_called_flapping() -> None:
    flapping = replace(an_alert(), flapping=Flapping(count=6, within=HOUR))

    page = message(flapping)

    assert page.title == "CRITICAL, flapping: Disk full on db-1"
    assert page.line("Flapping") == (
        "reopened 6 times within 1h; paged once, then quiet until it is stable"
    )


def test_an_alert_with_nothing_but_a_name_says_no_empty_lines() -> None:
    page = message(an_alert(Facts(name="Disk full")))

    assert page.title == "CRITICAL: Disk full"
    assert all(text for _, text in page.lines)
    assert page.line("Where") == "by prod-prometheus"


@pytest.mark.parametrize(
    ("alert", "event", "title"),
    [
        pytest.param(
            an_alert().acknowledge(by=ALICE, at=NINE),
            NotificationEvent.ACKNOWLEDGED,
            "Acknowledged by alice: Disk full on db-1",
            id="acknowledged",
        ),
        pytest.param(
            an_alert().resolve(by=ALICE, at=NINE),
            NotificationEvent.RESOLVED,
            "Resolved by alice: Disk full on db-1",
            id="resolved",
        ),
        pytest.param(
            an_alert().snoozed(Snooze(until=TEN), by=ALICE, at=NINE),
            NotificationEvent.SNOOZED,
            "Snoozed until 2026-03-01 10:00:00 UTC: Disk full on db-1",
            id="snoozed",
        ),
        pytest.param(
            an_alert(), NotificationEvent.WOKEN, "No longer snoozed: Disk full on db-1", id="woken"
        ),
        pytest.param(
            an_alert(),
            NotificationEvent.UNACKNOWLEDGED,
            "Firing again, nobody has it: Disk full on db-1",
            id="given back",
        ),
        pytest.param(
            an_alert().acknowledge(by=ALICE, at=NINE).resolve(by=ALICE, at=NINE),
            NotificationEvent.ACKNOWLEDGED,
            "Resolved by alice: Disk full on db-1",
            id="more has happened since",
        ),
        pytest.param(
            an_alert(), NotificationEvent.TEST, "Test of ops: nothing is wrong", id="a test"
        ),
    ],
)
def test_an_update_says_what_the_alert_is_by_now(
    alert: Alert, event: NotificationEvent, title: str
) -> None:
    assert message(alert, event).title == title


def test_a_message_says_who_acknowledged_and_when() -> None:
    acknowledged = an_alert().acknowledge(by=ALICE, at=NINE + MINUTE)

    assert message(acknowledged).line("Who has it") == "alice since 2026-03-01 09:01:00 UTC"


def test_a_message_says_why_nothing_follows() -> None:
    acknowledged = an_alert().acknowledge(by=ALICE, at=NINE)

    assert message(acknowledged).line("Next") == (
        "nothing happens by itself: acknowledged by alice"
    )


def test_a_message_about_a_resolved_alert_has_no_links() -> None:
    assert message(an_alert().resolve(by=ALICE, at=NINE)).links is None
    assert message().links == LINKS


@given(st.text(max_size=3000))
def test_no_text_of_a_senders_breaks_a_line(text: str) -> None:
    page = message(an_alert(Facts(name=text, summary=text, reason=text, object=text)))

    for said, limit in [
        (page.title, TITLE_LIMIT),
        *((line.text, LINE_LIMIT) for line in page.lines),
    ]:
        assert len(said) <= limit
        assert said.isprintable() or "\n" not in said
        assert not {"\r", "\n", "\0", "\x1b"} & set(said)
    assert "\n" not in page.title


def test_a_long_text_is_cut_where_it_shows() -> None:
    assert one_line("x" * 20, 10) == "xxxxxxxxx…"
    assert one_line("a \r\n\t b", 10) == "a b"


def test_a_distant_due_time_is_written_in_full() -> None:
    later = replace(ESCALATION, escalates_at=NINE + 30 * HOUR + timedelta(seconds=1))

    said = message(replace(an_alert(), escalation=later)).line("Next")

    assert said is not None
    assert said.startswith("2026-03-02 15:00:01 UTC")
