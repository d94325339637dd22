"""What a message is news of, why its reader gets it, and the subject that all of them share."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.alerts_in_words import (
    BEGAN,
    NAMES,
    OPS,
    THREE_STEPS,
    opened,
    paged,
    person,
    policy,
    unbroken,
)
from tests.examples import MINUTE, SENDER, TO_OPS, as_read, trigger
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.flapping import Flapping
from tocsin.domain.ids import Actor
from tocsin.domain.message import TEST_SUBJECT, Message, message_of
from tocsin.domain.notification import NotificationEvent as Event
from tocsin.domain.notification import NotificationReason as Reason
from tocsin.domain.reader import Reader
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts

NINE_IN_BERLIN = BEGAN + timedelta(hours=6, minutes=2)
ALICE, BOB, CAROL = person("alice"), person("bob"), person("carol")
ONE_MORE = "One more message comes when it is over or comes back to you."
ACKED = as_read(paged().acknowledge(by=Actor("bob"), at=BEGAN + 5 * MINUTE))

BACK = as_read(
    ACKED.unacknowledge(by=Actor("auto"), at=BEGAN + 13 * MINUTE).escalate(
        THREE_STEPS, at=BEGAN + 13 * MINUTE
    )
)
"""Its acknowledgement timed out."""


def message(
    alert: Alert,
    reader: Reader,
    minutes: int,
    *,
    event: Event = Event.PAGED,
    reason: Reason = Reason.FIRST,
    step: int = 1,
) -> Message:
    kind = "user" if reader.is_person else "channel"
    delivery = replace(
        TO_OPS, target=f"{kind}:{reader.name}", event=event, reason=reason, step=step
    )
    at = BEGAN + minutes * MINUTE
    return message_of(alert, delivery, reader=reader, names=NAMES, at=at)


def test_a_first_page_is_no_news() -> None:
    page = message(paged(), ALICE, 3)

    assert (page.lead, page.lead_short) == ((), "")
    assert unbroken(page.why_you) == "Step 1 of the policy payments asks you first."


def test_the_page_of_a_flapping_alert_says_that_it_becomes_quiet() -> None:
    flapping = replace(paged(), flapping=Flapping(count=6, within=timedelta(hours=1)))

    assert unbroken(message(flapping, ALICE, 3).lead) == (
        "It opens again and again: after this it is quiet until it is stable."
    )


@pytest.mark.parametrize(
    ("alert", "reader", "reason", "step", "lead", "short"),
    [
        pytest.param(
            paged(steps=2),
            BOB,
            Reason.ESCALATED,
            2,
            "Alice did not answer. You are asked now; Carol is called at 03:11.",
            "Alice did not answer.",
            id="escalated",
        ),
        pytest.param(
            paged(steps=2),
            OPS,
            Reason.ESCALATED,
            2,
            "Alice did not answer. Bob is called now; Carol is called at 03:11.",
            "Alice did not answer.",
            id="escalated, to a channel",
        ),
        pytest.param(
            paged(steps=3),
            CAROL,
            Reason.ESCALATED,
            3,
            "Nobody answered. You are asked now; nobody is called after you.",
            "Nobody answered.",
            id="the last",
        ),
        pytest.param(
            paged(policy("channel:ops", "bob"), steps=2),
            BOB,
            Reason.ESCALATED,
            2,
            "Nobody answered. You are asked now; nobody is called after you.",
            "Nobody answered.",
            id="after a channel",
        ),
        pytest.param(
            paged(policy("alice", "bob", repeat=1), steps=3),
            ALICE,
            Reason.REPEATED,
            1,
            "Nobody answered. You are asked again; Bob is called at 03:16.",
            "Nobody answered.",
            id="a further run",
        ),
        pytest.param(
            BACK,
            ALICE,
            Reason.RESTARTED,
            1,
            "It still fires. You are asked again; Bob is called at 03:16.",
            "It still fires.",
            id="back to you",
        ),
    ],
)
def test_a_later_page_says_why_now_and_who_comes_next(
    alert: Alert, reader: Reader, reason: Reason, step: int, lead: str, short: str
) -> None:
    page = message(alert, reader, {2: 8}.get(step, 13), reason=reason, step=step)

    assert (unbroken(page.lead), page.lead_short) == (lead, short)


def test_given_back_names_the_giver() -> None:
    given_back = as_read(ACKED.unacknowledge(by=Actor("bob"), at=BEGAN + 7 * MINUTE))
    next_step = as_read(given_back.escalate(policy("alice", "carol"), at=BEGAN + 7 * MINUTE))

    page = message(next_step, CAROL, 7, reason=Reason.ESCALATED, step=2)
    update = message(given_back, ALICE, 7, event=Event.UNACKNOWLEDGED)

    assert unbroken(page.lead).startswith("Bob gave it back. You are asked now")
    assert unbroken(update.lead) == "Bob gave it back. Nobody has it."


@pytest.mark.parametrize(
    ("reader", "lead"),
    [
        pytest.param(
            ALICE,
            "Bob acknowledged it at 03:03 (Berlin), 5 min after it began. Nobody else is called, "
            "and you need not do anything.",
            id="another has it",
        ),
        pytest.param(
            BOB,
            "You acknowledged it at 03:03 (Berlin), 5 min after it began. Nobody else is called.",
            id="you have it",
        ),
        pytest.param(
            OPS,
            "Bob acknowledged it at 03:03 (Berlin), 5 min after it began. Nobody else is called.",
            id="a channel",
        ),
        pytest.param(
            person("alice", "America/New_York"),
            "Bob acknowledged it at 21:03 (New York), 5 min after it began. Nobody else is called, "
            "and you need not do anything.",
            id="New York",
        ),
    ],
)
def test_acknowledged(reader: Reader, lead: str) -> None:
    update = message(ACKED, reader, 6, event=Event.ACKNOWLEDGED)

    assert unbroken(update.lead) == lead


@pytest.mark.parametrize(
    ("alert", "event", "reader", "lead"),
    [
        pytest.param(
            paged().snoozed(Snooze(until=NINE_IN_BERLIN), by=Actor("alice"), at=BEGAN + 3 * MINUTE),
            Event.SNOOZED,
            BOB,
            "Snoozed by Alice until 09:00 (Berlin). Nobody is called until then.",
            id="snoozed",
        ),
        pytest.param(
            paged().snoozed(Snooze(until=NINE_IN_BERLIN), by=Actor("alice"), at=BEGAN + 3 * MINUTE),
            Event.SNOOZED,
            ALICE,
            "You snoozed it until 09:00 (Berlin). Nobody is called until then.",
            id="snoozed by you",
        ),
        pytest.param(
            ACKED.resolve(by=SENDER, at=BEGAN + 23 * MINUTE),
            Event.RESOLVED,
            ALICE,
            "prod-prometheus reported recovery at 03:21 (Berlin). It lasted 23 min, and Bob had it "
            "since 03:03.",
            id="resolved",
        ),
        pytest.param(
            ACKED.resolve(by=Actor("link:alice"), at=BEGAN + 23 * MINUTE),
            Event.ACKNOWLEDGED,
            BOB,
            "Alice resolved it at 03:21 (Berlin). It lasted 23 min, and you had it since 03:03.",
            id="more has happened since",
        ),
        pytest.param(
            paged(),
            Event.WOKEN,
            ALICE,
            "The snooze is over, and it still fires. Nobody has it.",
            id="woken",
        ),
        pytest.param(
            paged(),
            Event.UNACKNOWLEDGED,
            ALICE,
            "It was acknowledged, is not resolved, and fires again. Nobody has it.",
            id="the ack timeout",
        ),
        pytest.param(
            ACKED, Event.WORSENED, BOB, "It is critical now, and you have it.", id="worse, yours"
        ),
        pytest.param(
            ACKED, Event.WORSENED, ALICE, "It is critical now, and Bob has it.", id="worse"
        ),
        pytest.param(
            opened(),
            Event.TEST,
            ALICE,
            "Nothing is wrong, and nothing is to be done: pages arrive here.",
            id="a test",
        ),
    ],
)
def test_an_update_says_what_the_alert_is_by_now(
    alert: Alert, event: Event, reader: Reader, lead: str
) -> None:
    assert unbroken(message(as_read(alert), reader, 25, event=event).lead) == lead


@pytest.mark.parametrize(
    ("reader", "event", "step", "why"),
    [
        (ALICE, Event.PAGED, 1, "Step 1 of the policy payments asks you first."),
        (ALICE, Event.PAGED, 2, "Step 2 of the policy payments asks you."),
        (
            ALICE,
            Event.PAGED,
            0,
            "The policy payments asks you, and so does one of your own rules.",
        ),
        (OPS, Event.PAGED, 1, "Step 1 of the policy payments tells this channel first."),
        (
            ALICE,
            Event.ACKNOWLEDGED,
            1,
            f"You were called for this alert. {ONE_MORE}",
        ),
        (OPS, Event.ACKNOWLEDGED, 1, "This channel was told for this alert."),
        (ALICE, Event.TEST, 0, "A test was sent to you."),
    ],
)
def test_why_its_reader_gets_it(reader: Reader, event: Event, step: int, why: str) -> None:
    alert = ACKED if event is Event.ACKNOWLEDGED else paged()

    assert unbroken(message(alert, reader, 6, event=event, step=step).why_you) == why


def test_you_have_it_is_why_you_hear_that_it_became_worse() -> None:
    assert unbroken(message(ACKED, BOB, 6, event=Event.WORSENED).why_you) == "You have this alert."


# The subject


def test_a_title_that_changes_begins_no_thread() -> None:
    first = paged()
    changed = replace(trigger(severity=Severity.CRITICAL), facts=Facts(name="9.1 % fail"))

    later = message(first.counted(changed, BEGAN + 4 * MINUTE), ALICE, 4)

    assert later.subject == message(first, ALICE, 3).subject
    assert later.subject == "CRITICAL checkout: 8.4 % of requests fail with 5xx"
    assert later.wording.title == "9.1 % fail"


def test_what_became_worse_has_a_subject_of_its_own() -> None:
    warning = paged(severity=Severity.WARNING)
    worse = warning.changed_severity(Severity.CRITICAL, by=SENDER, at=BEGAN + 4 * MINUTE)
    better = worse.changed_severity(Severity.WARNING, by=SENDER, at=BEGAN + 5 * MINUTE)

    subjects = [message(as_read(it), ALICE, 5).subject for it in (warning, worse, better)]

    place = "checkout: 8.4 % of requests fail with 5xx"
    assert subjects == [f"WARNING {place}", f"CRITICAL {place}", f"CRITICAL {place}"]


def test_an_alert_stored_without_a_subject_has_one() -> None:
    older = replace(paged(), subject="")

    assert message(older, ALICE, 3).subject == paged().subject


def test_a_new_episode_has_the_subject_of_its_own_title() -> None:
    over = as_read(paged().resolve(by=SENDER, at=BEGAN + 4 * MINUTE))
    signal = replace(trigger(), facts=Facts(name="9.1 % fail"))

    reopened = Alert.open(
        signal,
        integration=over.integration,
        slot=over.fingerprint,
        at=BEGAN + 9 * MINUTE,
        previous=over,
    ).escalate(THREE_STEPS, at=BEGAN + 9 * MINUTE)

    assert message(as_read(reopened), ALICE, 9).subject == "WARNING 9.1 % fail"


def test_a_test_says_so_in_its_subject() -> None:
    assert message(opened(), ALICE, 1, event=Event.TEST).subject == TEST_SUBJECT
