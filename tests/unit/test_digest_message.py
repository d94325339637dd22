"""A digest in words: how many, how bad, since when, where, who has them, who is called next."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts_in_words import is_hostile, opened, policy, unbroken
from tests.examples import ALICE as BY_ALICE
from tests.examples import BOB as BY_BOB
from tests.examples import HOUR, MINUTE, as_read
from tests.storms_in_words import (
    ALICE,
    AT_0302,
    AT_0303,
    HOSTILE,
    NOW,
    SEVEN,
    STORM,
    TO_OPS,
    an_alert,
    digest_of,
    of_api,
    written,
)
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.digest_message import LINES_SHOWN, DigestMessage, digest_message_of
from tocsin.domain.flapping import Flapping, FlappingRule, Told
from tocsin.domain.ids import Actor
from tocsin.domain.phrase import plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.subject import SUBJECT_LIMIT
from tocsin.domain.team_storm import TeamStorm
from tocsin.domain.wording import TITLE_LIMIT, Band

CRITICAL, WARNING, INFO = Severity


def titles(message: DigestMessage) -> list[str]:
    return [line.title for line in message.lines]


def many(*severities: Severity, at: int = 0) -> list[Alert]:
    """Alerts of these severities, each a minute newer than the one before."""
    return [
        an_alert(f"alert {number}", severity=severity, at=AT_0302 + number * MINUTE)
        for number, severity in enumerate(severities, at)
    ]


def taken(alert: Alert, by: Actor = BY_BOB) -> Alert:
    return as_read(alert.acknowledge(by=by, at=NOW))


def over(alert: Alert) -> Alert:
    return as_read(alert.resolve(by=BY_BOB, at=NOW))


def asleep(alert: Alert) -> Alert:
    return as_read(alert.snoozed(Snooze(until=NOW + HOUR), by=BY_BOB, at=NOW))


def test_a_digest_says_all_that_a_responder_needs() -> None:
    message = written()

    assert message.subject == "2 CRITICAL of 7 alerts, firing since 03:02 (api 5, db 2)"
    assert unbroken(message.heading) == "7 alerts, 2 critical, since 03:02 (Berlin)"
    assert message.where == "api 5, db 2"
    assert message.newest is not None
    assert (message.newest_of, message.newest.title) == (
        "Newest critical",
        "db-1: Postgres primary does not answer",
    )
    assert plain(message.who) == "Nobody has any of them."
    assert plain(message.next) == (
        "Bob is called for these from 03:07 on unless someone acknowledges."
    )
    assert message.left_out == "and 2 more warnings"
    assert message.button == "Acknowledge these 7"
    assert plain(message.only_these) == (
        "Only these 7: alerts that come later are not acknowledged."
    )
    assert plain(message.why_you) == (
        "You get one message for these 7 because an earlier page had just been sent."
    )
    assert (message.severity, message.band, message.mark) == (CRITICAL, Band.CRITICAL, "■")


def test_its_lines_are_the_worst_first_then_the_newest() -> None:
    lines = written(SEVEN[::-1]).lines

    assert [
        (line.mark, line.word, line.title, unbroken(line.since), line.is_newest) for line in lines
    ] == [
        ("■", "CRITICAL", "db-1: Postgres primary does not answer", "just now (03:03)", True),
        ("■", "CRITICAL", "api: 22 % of requests fail with 5xx", "since 1 min (03:02)", False),
        ("◆", "WARNING", f"api: {HOSTILE}", "just now (03:03)", False),
        ("◆", "WARNING", "db-1: 480 of 500 connections in use", "just now (03:03)", False),
        ("◆", "WARNING", "api: 18,100 jobs wait in the queue", "since 1 min (03:02)", False),
    ]


def test_a_line_has_the_runbook_of_its_alert() -> None:
    assert [line.runbook for line in written().lines] == [
        "https://runbooks.example.com/db-1",
        "https://runbooks.example.com/api",
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("severities", "how_bad", "subject"),
    [
        ((CRITICAL,), "1 alert, critical", "1 CRITICAL alert, firing"),
        ((WARNING,), "1 alert, warning", "1 WARNING, firing"),
        ((CRITICAL, CRITICAL), "2 alerts, all critical", "2 CRITICAL alerts, firing"),
        ((CRITICAL, WARNING), "2 alerts, 1 critical", "1 CRITICAL of 2 alerts, firing"),
        ((WARNING, WARNING), "2 alerts, all warnings", "2 WARNINGS, firing"),
        ((WARNING, INFO), "2 alerts, 1 warning", "1 WARNING of 2 alerts, firing"),
        ((WARNING, WARNING, INFO), "3 alerts, 2 warnings", "2 WARNINGS of 3 alerts, firing"),
        ((INFO, INFO), "2 alerts, all info", "2 INFO alerts, firing"),
        ((CRITICAL, WARNING, INFO), "3 alerts, 1 critical", "1 CRITICAL of 3 alerts, firing"),
        ((CRITICAL,) * 1_000, "1,000 alerts, all critical", "1,000 CRITICAL alerts, firing"),
    ],
)
def test_it_counts_alerts_and_the_worst_of_them(
    severities: Sequence[Severity], how_bad: str, subject: str
) -> None:
    message = written([an_alert(severity=each, key=str(n)) for n, each in enumerate(severities)])

    assert unbroken(message.heading).startswith(f"{how_bad}, since 03:03 (Berlin)")
    assert message.subject.startswith(f"{subject} since 03:03 (db ")


@pytest.mark.parametrize(
    ("severities", "left_out"),
    [
        ((CRITICAL,) * 5, ""),
        ((CRITICAL,) * 6, "and 1 more critical alert"),
        ((CRITICAL,) * 8, "and 3 more critical alerts"),
        ((CRITICAL,) * 6 + (WARNING,), "and 2 more, 1 critical"),
        ((CRITICAL,) * 6 + (WARNING,) * 1_994, "and 1,995 more, 1 critical"),
        ((CRITICAL,) * 5 + (WARNING,), "and 1 more warning"),
        ((WARNING,) * 7, "and 2 more warnings"),
        ((WARNING,) * 6 + (INFO,), "and 2 more, 1 warning"),
        ((INFO,) * 6, "and 1 more info alert"),
    ],
)
def test_what_has_no_line_is_counted(severities: Sequence[Severity], left_out: str) -> None:
    message = written([an_alert(severity=each, key=str(n)) for n, each in enumerate(severities)])

    assert len(message.lines) == min(LINES_SHOWN, len(severities))
    assert message.left_out == left_out


@pytest.mark.parametrize(
    ("services", "where"),
    [
        ("aaab", "a 3, b 1"),
        ("aaabbc", "a 3, b 2, 1 other"),
        ("aaabbcdde", "a 3, b 2, 4 others"),
        ("a" * 1_000, "a 1,000"),
    ],
)
def test_it_names_the_two_places_with_most_alerts(services: str, where: str) -> None:
    alerts = [an_alert(service=each, key=str(n)) for n, each in enumerate(services)]

    assert written(alerts).where == where


def test_without_a_service_the_object_is_the_place_and_without_both_the_integration() -> None:
    by_object = [an_alert(service="", place=place) for place in ("db-1", "db-1", "db-2")]
    by_nothing = [an_alert(service="", place=None) for _ in range(3)]

    assert written(by_object).where == "db-1 2, db-2 1"
    assert written(by_nothing).where == "prod-prometheus 3"


def test_places_of_one_alert_each_are_named_by_what_they_share() -> None:
    alerts = [an_alert(service="", place=f"pod-{number}") for number in range(9)]
    facts = [replace(it.facts, labels={"cluster": "prod-eu-1"}) for it in alerts]
    in_a_cluster = [replace(it, facts=each) for it, each in zip(alerts, facts, strict=True)]

    assert written(alerts).where == "prod-prometheus 9"
    assert written(in_a_cluster).where == "prod-eu-1 9"
    assert written(alerts[:2]).where == "pod-0 1, pod-1 1"


@pytest.mark.parametrize(
    ("alerts", "who"),
    [
        ([SEVEN[0]], "Nobody has it yet."),
        ([taken(SEVEN[0])], "Bob has it."),
        ([taken(SEVEN[0], BY_ALICE)], "You have it."),
        ([over(SEVEN[0])], "It is over."),
        ([asleep(SEVEN[0])], "It is snoozed."),
        ([*map(taken, SEVEN)], "Bob has all 7."),
        ([*map(over, SEVEN)], "All 7 are over."),
        ([taken(SEVEN[0]), *SEVEN[1:]], "Bob has 1 of these 7; nobody has the other 6."),
        ([*map(taken, SEVEN[:6]), SEVEN[6]], "Bob has 6 of these 7; nobody has the other one."),
        (
            [taken(SEVEN[0], BY_ALICE), over(SEVEN[1]), asleep(SEVEN[2]), *SEVEN[3:]],
            "You have 1 of these 7, 1 is snoozed, 1 is over; nobody has the other 4.",
        ),
        ([*map(over, SEVEN[:5]), *SEVEN[5:]], "5 of these 7 are over; nobody has the other 2."),
        (
            [*map(taken, SEVEN[:4]), *(taken(it, BY_ALICE) for it in SEVEN[4:])],
            "Bob has 4 of these 7, you have 3.",
        ),
        (
            [
                *map(taken, SEVEN[:4]),
                taken(SEVEN[4], Actor("carol")),
                taken(SEVEN[5], Actor("dave")),
                SEVEN[6],
            ],
            "Bob has 4 of these 7, others have 2; nobody has the other one.",
        ),
    ],
)
def test_it_says_who_has_how_many(alerts: Sequence[Alert], who: str) -> None:
    assert plain(written(alerts).who) == who


def test_a_person_who_has_some_is_named_to_a_channel() -> None:
    some = [taken(SEVEN[0], BY_ALICE), *SEVEN[1:]]

    assert plain(written(some, reader=TO_OPS).who) == (
        "Alice has 1 of these 7; nobody has the other 6."
    )
    assert plain(written(reader=TO_OPS).why_you).startswith("This channel gets one message for ")


@pytest.mark.parametrize(
    ("alerts", "coming", "short"),
    [
        pytest.param(
            many(CRITICAL),
            "Bob is called at 03:07 unless someone acknowledges.",
            "Bob is called 03:07.",
            id="one",
        ),
        pytest.param(
            [an_alert(key=str(number)) for number in range(2)],
            "Bob is called for these at 03:08 unless someone acknowledges.",
            "Bob is called 03:08.",
            id="at the same time",
        ),
        pytest.param(
            [an_alert(), an_alert("other", of=policy("alice", "carol"), at=AT_0302)],
            "Carol is called for 1 of them at 03:07 unless someone acknowledges.",
            "Carol is called 03:07.",
            id="of two policies the first",
        ),
        pytest.param(
            [an_alert(of=policy("alice", "alice"))],
            "You are called at 03:08 unless someone acknowledges.",
            "You are called 03:08.",
            id="the reader next",
        ),
        pytest.param(
            [an_alert(of=policy("bob", repeat=1))],
            "Bob is called again at 03:08 unless someone acknowledges.",
            "Bob again 03:08.",
            id="a further run",
        ),
        pytest.param(
            [an_alert(of=policy("alice"), key=str(number)) for number in range(2)],
            "Nobody is called after you.",
            "Nobody is called after you.",
            id="the last step",
        ),
        pytest.param(
            [an_alert(of=policy("bob"), key=str(number)) for number in range(2)],
            "Nobody else is called.",
            "Nobody else is called.",
            id="another's last step",
        ),
        pytest.param(
            [an_alert(of=None), an_alert("other", of=None)],
            "Nobody else is called.",
            "Nobody else is called.",
            id="no policy",
        ),
        pytest.param(
            [an_alert(of=policy("alice", "channel:payments"))],
            "#payments is told at 03:08 unless someone acknowledges.",
            "#payments is told 03:08.",
            id="a channel next",
        ),
        pytest.param([taken(SEVEN[0])], "", "", id="taken"),
        pytest.param([over(SEVEN[0])], "Nothing is left to do.", "Nothing left to do.", id="over"),
        pytest.param(
            [taken(SEVEN[0]), over(SEVEN[1]), an_alert("third")],
            "Bob is called for 1 of them at 03:08 unless someone acknowledges.",
            "Bob is called 03:08.",
            id="of those that nobody has",
        ),
    ],
)
def test_it_says_who_is_called_next(alerts: Sequence[Alert], coming: str, short: str) -> None:
    message = written(alerts)

    assert (plain(message.next), message.next_short) == (coming, short)


def test_a_step_that_is_due_is_being_called() -> None:
    message = written(many(CRITICAL, WARNING), at=AT_0302 + 9 * MINUTE)

    assert plain(message.next) == "Bob is being called for these now."
    assert message.next_short == "Bob is called now."


def test_who_is_called_first_may_not_be_decided_yet() -> None:
    coming = plain(written([opened()]).next)

    assert coming == "Who is called is being decided; it takes seconds."


def test_a_flapping_alert_promises_no_call() -> None:
    of = replace(
        policy("bob"), flapping=FlappingRule(stable=17 * MINUTE, hold_critical=17 * MINUTE)
    )
    quiet = Flapping(told=Told(at=AT_0302, severity=CRITICAL))
    for _ in range(8):
        quiet = quiet.reopened(AT_0302, steady=timedelta())
    flapping = as_read(replace(opened(), flapping=quiet).escalate(of, at=AT_0303))

    assert flapping.escalation.awaits_stability
    assert plain(written([flapping]).next) == ""


def test_the_newest_is_of_the_worst_that_nobody_has() -> None:
    message = written([taken(SEVEN[0]), *SEVEN[1:]])

    assert message.newest is not None
    assert message.newest.title == "api: 22 % of requests fail with 5xx"
    assert [line.is_newest for line in message.lines] == [False, True, False, False, False]
    assert [line.state for line in message.lines] == ["Bob has it", "", "", "", ""]
    assert [line.mark for line in message.lines] == ["□", "■", "◆", "◆", "◆"]


def test_the_newest_is_told_also_where_it_has_no_line() -> None:
    held = [taken(it) for it in many(*[CRITICAL] * 6)]

    message = written([*held, SEVEN[2]])

    assert message.newest is not None
    assert (message.newest_of, message.newest.title) == (
        "Newest",
        "db-1: 480 of 500 connections in use",
    )
    assert not any(line.is_newest for line in message.lines)


def test_what_is_over_comes_last_and_makes_nothing_worse() -> None:
    message = written([over(SEVEN[0]), over(SEVEN[1]), *SEVEN[2:]])

    assert message.severity is WARNING
    assert message.subject == "5 WARNINGS of 7 alerts, 5 firing since 03:02 (api 5, db 2)"
    assert {line.word for line in message.lines} == {"WARNING"}
    assert message.left_out == "and 2 more critical alerts"


@pytest.mark.parametrize(
    ("change", "band", "state"),
    [
        (taken, Band.DONE, "none firing since 03:02"),
        (asleep, Band.DONE, "none firing since 03:02"),
        (over, Band.OVER, "all over"),
    ],
)
def test_a_digest_that_asks_for_nothing_only_opens_the_list(
    change: Callable[[Alert], Alert], band: Band, state: str
) -> None:
    message = written([change(alert) for alert in SEVEN])

    assert (message.band, message.mark, message.button) == (band, "✓", "Open the list")
    assert message.subject == f"2 CRITICAL of 7 alerts, {state} (api 5, db 2)"
    assert message.only_these == ()


def test_a_digest_of_what_was_held_back_says_so() -> None:
    message = written(is_release=True)

    assert plain(message.lead) == (
        "A silence, a maintenance window or hours of the day held these 7 back until now."
    )
    assert message.lead_short == "Held back until now."
    assert plain(message.why_you) == (
        "You get one message for these 7 because they were held back together."
    )
    assert written().lead == ()


def test_a_digest_says_that_the_team_has_a_storm() -> None:
    message = written(storm=STORM)

    assert unbroken(message.lead) == (
        "A storm of the whole team since 03:02: 34 alerts, api 20, db 14."
    )
    assert message.storm_short == "Team storm since 03:02: 34 alerts."
    assert [span.at for span in message.lead if span.at] == [AT_0302]


def test_a_storm_is_told_in_the_readers_zone() -> None:
    message = written(storm=STORM, reader=replace(ALICE, zone="Asia/Kolkata"))

    assert "since 07:32: 34 alerts" in unbroken(message.lead)
    assert "since 07:32: 34 alerts" in message.storm_short


def test_a_storm_names_its_three_largest_groups() -> None:
    groups = {"api": 2, "web": 1_100, "db": 2, "cache": 1}
    message = written(storm=replace(STORM, opened=1_105, groups=groups))

    assert unbroken(message.lead).endswith("1,105 alerts, web 1,100, api 2, db 2, 1 other.")


@pytest.mark.parametrize("storm", [None, replace(STORM, ended_at=NOW, due_at=None)])
def test_nothing_is_said_of_a_storm_that_is_over(storm: TeamStorm | None) -> None:
    message = written(storm=storm)

    assert (message.lead, message.storm_short) == ((), "")


def test_what_was_held_back_is_said_before_the_storm() -> None:
    said = unbroken(written(storm=STORM, is_release=True).lead)

    assert said.startswith("A silence, a maintenance window or hours of the day held these 7 back")
    assert said.endswith(
        "until now. A storm of the whole team since 03:02: 34 alerts, api 20, db 14."
    )


def test_one_alert_is_this_one() -> None:
    message = written(SEVEN[:1])

    assert message.button == "Acknowledge this one"
    assert plain(message.only_these).startswith("Only this one: ")


def test_alerts_that_cannot_be_read_are_counted() -> None:
    digest = digest_of(SEVEN)

    def read(alerts: Sequence[Alert]) -> DigestMessage:
        return digest_message_of(digest, alerts, reader=ALICE, names=Names(), at=NOW)

    assert read(SEVEN[:6]).button == "Acknowledge these 7"
    assert read(SEVEN[:6]).left_out == "and 2 more"
    assert read(SEVEN[:3]).left_out == "and 4 more"
    none = read(())
    assert unbroken(none.heading) == "7 alerts, 1 critical, since 03:03 (Berlin)"
    assert (plain(none.who), none.next) == ("Nobody has any of them.", ())
    assert (none.newest, none.where, none.left_out) == (None, "", "and 7 more")
    assert (none.subject, none.severity) == (
        "1 CRITICAL of 7 alerts, firing since 03:03",
        CRITICAL,
    )


@pytest.mark.parametrize(
    ("zone", "since"),
    [
        ("Europe/Berlin", "since 03:02 (Berlin)"),
        ("America/New_York", "since 21:02 (New York)"),
        ("Asia/Kolkata", "since 07:32 (Kolkata)"),
        ("UTC", "since 02:02 (UTC)"),
        ("Etc/GMT+5", "since 21:02 (UTC)"),
    ],
)
def test_times_are_in_the_readers_zone(zone: str, since: str) -> None:
    message = written(reader=Reader(name="alice", is_person=True, zone=zone))

    assert unbroken(message.heading).endswith(since)


def test_a_day_later_the_times_say_which_day() -> None:
    message = written(at=NOW + timedelta(hours=26))

    assert unbroken(message.heading).endswith("since Fri 03:02 (Berlin)")
    assert unbroken(message.lines[0].since) == "since 26 h (Fri 03:03)"
    assert message.age == "26 h"


severities = st.sampled_from(Severity)
texts = st.text(max_size=300)


@given(
    shapes=st.lists(st.tuples(texts, texts, severities), min_size=1, max_size=12),
    is_release=st.booleans(),
    groups=st.dictionaries(texts, st.integers(1, 10**4), max_size=6),
    seconds=st.integers(0, 10**6),
)
def test_no_sender_breaks_a_line_or_turns_the_text(
    *,
    shapes: list[tuple[str, str, Severity]],
    is_release: bool,
    groups: dict[str, int],
    seconds: int,
) -> None:
    alerts = [
        an_alert(title or "x", service=place, place=place, severity=severity, key=str(number))
        for number, (title, place, severity) in enumerate(shapes)
    ]

    storm = replace(STORM, groups=groups)
    at = NOW + timedelta(seconds=seconds)
    message = written(alerts, is_release=is_release, at=at, storm=storm)

    phrases = (message.heading, message.who, message.next, message.lead, message.why_you)
    said = [message.subject, message.where, message.left_out, *titles(message)]
    said += map(plain, phrases)
    assert not any(is_hostile(sign) for text in said for sign in text)
    assert len(message.subject) <= SUBJECT_LIMIT
    assert all(len(title) <= TITLE_LIMIT for title in titles(message))
    assert sum(place.alerts for place in message.places) + message.others == len(alerts)


@given(st.lists(st.tuples(severities, st.sampled_from([0, 1, 2, 3])), min_size=1, max_size=40))
def test_the_counts_of_any_digest_agree(shapes: list[tuple[Severity, int]]) -> None:
    changes = (lambda alert: alert, taken, over, asleep)
    alerts = [
        changes[change](an_alert(severity=severity, key=str(number)))
        for number, (severity, change) in enumerate(shapes)
    ]

    tally = written(alerts).tally

    still_open = [alert for alert in alerts if alert.is_open]
    assert (tally.total, tally.open) == (len(alerts), len(still_open))
    assert tally.asking == sum(alert.is_asking for alert in alerts)
    assert 0 < tally.worst <= tally.total
    counted = still_open or alerts
    assert tally.worst == sum(alert.severity is tally.severity for alert in counted)
    assert not any(alert.severity.is_worse_than(tally.severity) for alert in counted)


def test_a_title_is_cut_at_a_word() -> None:
    message = written([of_api("word " * 100, CRITICAL)])

    [title] = titles(message)
    assert title.endswith(" word…")
    assert len(title) <= TITLE_LIMIT
