"""What happened to an alert, as its reader reads it on a page or in a mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.examples import firing
from tocsin.domain.alert import Alert
from tocsin.domain.happened_in_words import (
    done_in_words,
    entry_in_words,
    happened_in_words,
)
from tocsin.domain.ids import AUTO, Actor, AlertId, ulid
from tocsin.domain.phrase import plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.timeline import Change, ChangeType, Detail
from tocsin.domain.times_in_words import Clock

BEGAN = datetime(2026, 11, 26, 1, 58, 10, tzinfo=UTC)
SAID = firing()
ALERT = replace(SAID, alert_id=AlertId(ulid(BEGAN, SAID.fingerprint)), changed_at=BEGAN)
ALICE = Reader(name="alice", is_person=True, zone="Europe/Berlin")
CHANNEL = Reader(name="ops-hook", is_person=False, zone="Europe/Berlin")
CLOCK = Clock("Europe/Berlin", BEGAN + timedelta(hours=2))
NAMES = Names(
    users={"alice": "", "bob": "Bob Bauer"},
    channels=frozenset({"ops-hook"}),
    by_slack_id={"U7": "bob"},
)
LINK = Actor("link:alice")
SENDER = Actor("integration:prod-prometheus")


def change(type_: ChangeType, *, by: Actor = AUTO, minutes: float = 3, **details: Detail) -> Change:
    at = BEGAN + timedelta(minutes=minutes)
    return Change(type=type_, at=at, by=by, details=details)


def told(
    target: str, channel: str, *, type_: ChangeType = ChangeType.NOTIFICATION_SENT, **more: Detail
) -> Change:
    details: dict[str, Detail] = {"target": target, "channel": channel, **more}
    return replace(change(type_), details=details)


def lines(*changes: Change, reader: Reader = ALICE, alert: Alert = ALERT) -> list[str]:
    happened = happened_in_words(alert, changes, reader=reader, names=NAMES, clock=CLOCK)
    return [f"{each.clock} {plain(each.text)}" for each in happened]


def test_it_begins_with_its_beginning_in_the_readers_zone() -> None:
    assert lines() == ["02:58 It began"]
    assert lines(alert=replace(ALERT, episode=3)) == ["02:58 It began again"]


def test_messages_to_one_person_are_one_line() -> None:
    both = [told("user:alice", "email"), told("user:alice", "sms+5m")]

    assert lines(*both) == ["02:58 It began", "03:01 You were told by e-mail and SMS"]
    assert lines(*both, told("user:alice", "slack"))[1:] == [
        "03:01 You were told by e-mail, SMS and Slack"
    ]


def test_messages_minutes_apart_are_two_lines() -> None:
    late = replace(told("user:alice", "sms"), at=BEGAN + timedelta(minutes=8))

    assert lines(told("user:alice", "email"), late)[1:] == [
        "03:01 You were told by e-mail",
        "03:06 You were told by SMS",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param(
            told("user:bob", "email"), "Bob Bauer was told by e-mail", id="another person"
        ),
        pytest.param(told("channel:ops-hook", "ops-hook"), "ops-hook was told", id="a channel"),
        pytest.param(
            told("user:bob", "sms", type_=ChangeType.NOTIFICATION_FAILED, reason="no such number"),
            "Bob Bauer was not reached by SMS: no such number",
            id="a failure",
        ),
        pytest.param(
            told("user:bob", "email", type_=ChangeType.NOTIFICATION_SKIPPED, reason="too late"),
            "Bob Bauer was not told: too late",
            id="skipped",
        ),
        pytest.param(
            change(ChangeType.NOTIFICATION_SKIPPED, reason="it opens again and again"),
            "Nobody was called: it opens again and again",
            id="no step",
        ),
        pytest.param(
            change(ChangeType.ACKNOWLEDGED, by=LINK), "You acknowledged", id="acknowledged"
        ),
        pytest.param(
            change(ChangeType.ACKNOWLEDGED, by=Actor("bob"), note="on it"),
            "Bob Bauer acknowledged: on it",
            id="with a note",
        ),
        pytest.param(
            change(ChangeType.ACKNOWLEDGED, by=Actor("slack:U9")),
            "A person in Slack acknowledged",
            id="a stranger in Slack",
        ),
        pytest.param(
            change(ChangeType.ACKNOWLEDGED, by=Actor("slack:U7")),
            "Bob Bauer acknowledged in Slack",
            id="a known person in Slack",
        ),
        pytest.param(
            change(ChangeType.RESOLVED, by=Actor("key:ci")), "The key ci resolved it", id="a key"
        ),
        pytest.param(
            change(ChangeType.UNACKNOWLEDGED, by=LINK), "You gave it back", id="given back"
        ),
        pytest.param(
            change(ChangeType.UNACKNOWLEDGED),
            "It was not resolved in time and fires again",
            id="timed out",
        ),
        pytest.param(
            change(ChangeType.SNOOZED, by=LINK, until="2026-11-26T08:00:00.000Z"),
            "You snoozed it until 09:00",
            id="snoozed",
        ),
        pytest.param(
            change(ChangeType.SNOOZED, by=LINK, until="2026-11-26T02:00:00.000Z"),
            "You snoozed it until 03:00",
            id="snoozed until a time that is over",
        ),
        pytest.param(
            change(ChangeType.SNOOZED, by=LINK, until="2026-11-27T08:00:00.000Z"),
            "You snoozed it until tomorrow, 09:00",
            id="snoozed until tomorrow",
        ),
        pytest.param(change(ChangeType.WOKEN), "The snooze ended", id="woken by time"),
        pytest.param(change(ChangeType.WOKEN, by=LINK), "You ended the snooze", id="woken"),
        pytest.param(
            change(ChangeType.RESOLVED, by=SENDER),
            "Resolved: prod-prometheus reported recovery",
            id="recovered",
        ),
        pytest.param(
            change(ChangeType.RESOLVED, reason="recovered, and stayed so"),
            "Resolved: prod-prometheus reported recovery",
            id="recovered for a while",
        ),
        pytest.param(
            change(ChangeType.RESOLVED, reason="its sender did not repeat it in time"),
            "Resolved: prod-prometheus did not repeat it in time",
            id="lapsed",
        ),
        pytest.param(change(ChangeType.RESOLVED, by=Actor("bob")), "Bob Bauer resolved it", id="x"),
        pytest.param(
            change(ChangeType.NOTE, by=LINK, note="line\nbreak"), "You noted: line break", id="note"
        ),
        pytest.param(
            change(ChangeType.SEVERITY_CHANGED, to="critical"), "It became critical", id="worse"
        ),
        pytest.param(
            change(ChangeType.RESOLVING), "prod-prometheus reported recovery", id="resolving"
        ),
        pytest.param(
            change(ChangeType.INCIDENT_CREATED, by=LINK),
            "You made it part of an incident",
            id="promoted",
        ),
        pytest.param(
            change(ChangeType.ESCALATION_EXHAUSTED),
            "Everybody was called, and nobody has it",
            id="exhausted",
        ),
        pytest.param(
            change(ChangeType.HELD, reason="silenced by deploy-42 (carol)"),
            "It was silenced by deploy-42 (carol)",
            id="held",
        ),
        pytest.param(change(ChangeType.RELEASED), "What held it back ended", id="released"),
    ],
)
def test_a_change_is_one_sentence(row: Change, said: str) -> None:
    assert lines(row) == ["02:58 It began", f"03:01 {said}"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(change(ChangeType.FIRED), id="the beginning, which is said"),
        pytest.param(change(ChangeType.REOPENED), id="the same again"),
        pytest.param(change(ChangeType.ESCALATED), id="a step, whose messages are said"),
        pytest.param(change(ChangeType.UPDATED), id="details, which are shown"),
        pytest.param(told("user:bob", "email", event="alert.acknowledged"), id="an update"),
        pytest.param(
            told("user:bob", "email", type_=ChangeType.NOTIFICATION_SKIPPED), id="no reason"
        ),
    ],
)
def test_what_another_line_says_is_left_out(row: Change) -> None:
    assert lines(row) == ["02:58 It began"]


def test_every_kind_of_change_is_said_or_left_out() -> None:
    for type_ in ChangeType:
        assert len(lines(change(type_, by=LINK))) in {1, 2}


def test_a_change_that_is_there_twice_is_said_once() -> None:
    row = change(ChangeType.ACKNOWLEDGED, by=LINK)

    assert lines(row, replace(row, details={})) == ["02:58 It began", "03:01 You acknowledged"]


def test_a_channel_has_no_you() -> None:
    rows = (
        told("channel:ops-hook", "ops-hook"),
        change(ChangeType.ACKNOWLEDGED, by=Actor("link:ops-hook"), minutes=4),
        change(ChangeType.RESOLVED, by=LINK, minutes=5),
    )

    assert lines(*rows, reader=CHANNEL)[1:] == [
        "03:01 ops-hook was told",
        "03:02 A reader of ops-hook acknowledged",
        "03:03 Alice resolved it",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (change(ChangeType.ACKNOWLEDGED, by=LINK), "You acknowledged it at 03:01"),
        (change(ChangeType.UNACKNOWLEDGED, by=Actor("bob")), "Bob Bauer gave it back at 03:01"),
        (change(ChangeType.WOKEN, by=Actor("key:ci")), "The key ci ended the snooze at 03:01"),
        (change(ChangeType.RESOLVED, by=LINK), "You resolved it at 03:01"),
        (change(ChangeType.RESOLVED, by=SENDER), "prod-prometheus reported recovery at 03:01"),
        (
            change(ChangeType.SNOOZED, by=LINK, until="2026-11-26T08:00:00.000Z"),
            "You snoozed it until 09:00",
        ),
        (change(ChangeType.SNOOZED, by=LINK, until="soon"), "You snoozed it until later"),
    ],
)
def test_an_act_is_said_with_its_time(row: Change, said: str) -> None:
    assert done_in_words(row, ALERT, reader=ALICE, names=NAMES, clock=CLOCK) == said


def entry(row: Change, reader: Reader = ALICE) -> tuple[str, str]:
    text, why = entry_in_words(row, ALERT, reader=reader, names=NAMES, clock=CLOCK)
    return plain(text), why


BOB = Actor("bob")


def turned(before: str, after: str, *, by: Actor) -> Change:
    details: dict[str, Detail] = {"from": before, "to": after}
    return replace(change(ChangeType.SEVERITY_CHANGED, by=by), details=details)


ENTRIES = [
    (change(ChangeType.FIRED, reason="503"), ("It began", "503")),
    (
        change(ChangeType.FIRED, reason="503", route="pay", severity="info"),
        ("It began", "503; route pay made it info"),
    ),
    (change(ChangeType.REOPENED, episode=3), ("The same happened before: this is episode 3", "")),
    (
        change(ChangeType.UPDATED, by=SENDER, reason="504"),
        ("prod-prometheus reported something new", "504"),
    ),
    (
        turned("info", "critical", by=SENDER),
        ("It rose from info to critical", ""),
    ),
    (
        turned("critical", "warning", by=BOB),
        ("It fell from critical to warning", "by Bob Bauer"),
    ),
    (change(ChangeType.SEVERITY_CHANGED, to="critical"), ("It became critical", "")),
    (
        told("user:bob", "sms+5m", step=2, step_name="step 2", loop=1),
        ("Bob Bauer was told by SMS", "step 2"),
    ),
    (
        told("user:alice", "email", step=2, step_name="step 2", loop=2, schedule="primary"),
        ("You were told by e-mail, on call by primary", "step 2, run 2"),
    ),
    (
        told("user:bob", "email", event="alert.resolved"),
        ("Bob Bauer was told by e-mail that it is over", ""),
    ),
    (
        told("user:bob", "email", type_=ChangeType.DIGEST_SENT, digest_id="01K"),
        ("Bob Bauer was told by e-mail, in a digest", ""),
    ),
    (
        told(
            "user:bob",
            "email",
            type_=ChangeType.NOTIFICATION_FAILED,
            reason="503",
            retry_at="2026-11-26T02:10:00.000Z",
        ),
        ("Bob Bauer was not reached by e-mail", "503; it is tried again at 03:10"),
    ),
    (
        told("user:bob", "email", type_=ChangeType.NOTIFICATION_SKIPPED, reason="it is over"),
        ("Bob Bauer was not told by e-mail", "it is over"),
    ),
    (
        change(ChangeType.NOTIFICATION_SKIPPED, reason="it only flaps"),
        ("Nobody was called", "it only flaps"),
    ),
    (
        told(
            "channel:ops-hook",
            "ops-hook",
            type_=ChangeType.BUNDLED,
            retry_at="2026-11-26T02:10:00.000Z",
        ),
        ("ops-hook was not told yet: it waits for a digest", "it is sent by 03:10"),
    ),
    (
        change(ChangeType.ESCALATED, from_step="step 1", to_step="step 2", loop=1),
        ("Step 2 began", "nobody acknowledged step 1"),
    ),
    (
        change(ChangeType.ESCALATED, by=BOB, from_step="step 1", to_step="step 2", loop=2),
        ("Bob Bauer began step 2, run 2", ""),
    ),
    (
        change(ChangeType.PAGED, by=BOB, targets=["user:alice"]),
        ("Bob Bauer asked you", ""),
    ),
    (
        change(ChangeType.PAGED, by=Actor("alice"), targets=["user:bob", "channel:ops-hook"]),
        ("You asked Bob Bauer", ""),
    ),
    (change(ChangeType.ASSIGNED, by=BOB, user="alice"), ("Bob Bauer assigned it to you", "")),
    (change(ChangeType.ASSIGNED, by=BOB, user="bob"), ("Bob Bauer took it", "")),
    (
        change(ChangeType.ACKNOWLEDGED, by=BOB, note="Looking"),
        ("Bob Bauer acknowledged", ""),
    ),
    (
        change(ChangeType.SNOOZED, by=BOB, until="2026-11-26T08:00:00.000Z", reason="known"),
        ("Bob Bauer snoozed it until 09:00", "known"),
    ),
    (
        change(ChangeType.RESOLVED, reason="its sender did not repeat it in time"),
        (
            "Resolved: prod-prometheus did not repeat it in time",
            "its sender did not repeat it in time",
        ),
    ),
    (
        change(ChangeType.RESOLVING, by=SENDER, until="2026-11-26T08:00:00.000Z"),
        (
            "prod-prometheus reported recovery",
            "it is resolved at 09:00 unless it fires again",
        ),
    ),
    (change(ChangeType.NOTE, by=BOB, note="Rolled back"), ("Bob Bauer noted", "")),
    (
        change(ChangeType.HELD, reason="bob is awake", until="2026-11-26T08:00:00.000Z"),
        ("The next step waits", "bob is awake, until 09:00"),
    ),
    (change(ChangeType.REACHED_NOBODY, reason="no SMS"), ("Nobody could be reached", "no SMS")),
    (
        change(ChangeType.ESCALATION_EXHAUSTED, policy="default"),
        ("Everybody was called, and nobody has it", "policy default has no further step"),
    ),
]


@pytest.mark.parametrize(("row", "said"), ENTRIES)
def test_an_entry_stands_alone_with_its_reason(row: Change, said: tuple[str, str]) -> None:
    assert entry(row) == said


@pytest.mark.parametrize("type_", ChangeType)
def test_every_kind_of_change_is_an_entry(type_: ChangeType) -> None:
    text, _ = entry(change(type_, to="warning", episode=2))

    assert text
    assert "None" not in text
