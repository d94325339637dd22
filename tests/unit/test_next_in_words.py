"""Who has an alert and what happens next: each case, to whom it names and to everybody else."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.alerts_in_words import (
    BEGAN,
    BERLIN,
    NAMES,
    OPS,
    THREE_STEPS,
    is_hostile,
    opened,
    paged,
    person,
    policy,
    unbroken,
)
from tests.examples import MINUTE, SENDER, as_read
from tocsin.domain.alert import Alert, Routed, RouteSettings, Snooze, routed_by
from tocsin.domain.escalation import Rest, Target, TargetKind
from tocsin.domain.flapping import Flapping, FlappingRule, Told
from tocsin.domain.hold import Hold, HoldKind
from tocsin.domain.hours import Hours
from tocsin.domain.ids import Actor
from tocsin.domain.next_action import next_action
from tocsin.domain.phrase import joined, plain
from tocsin.domain.reader import Names, Reader
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.wording import Wording, wording_of

PAGED_AT = BEGAN + 3 * MINUTE
NINE = datetime.fromisoformat("2026-11-27T08:00:00Z")
"""09:00 in Berlin."""


def words(alert: Alert, reader: Reader = OPS, at: datetime = PAGED_AT) -> Wording:
    return wording_of(alert, reader=reader, names=NAMES, at=at)


def said(alert: Alert, reader: Reader = OPS, at: datetime = PAGED_AT) -> str:
    wording = words(alert, reader, at)
    return unbroken(joined(wording.who, wording.next))


def acked(
    alert: Alert | None = None, by: str = "alice", at: datetime = BEGAN + 4 * MINUTE
) -> Alert:
    return as_read((alert or paged()).acknowledge(by=Actor(by), at=at))


def awake(*later: str) -> Alert:
    """Alice is awake until 04:10, and looked after at 03:20."""
    hold = Hold(
        kind=HoldKind.AWAKE,
        name="alice",
        until=BEGAN + 72 * MINUTE,
        since=BEGAN + 3 * MINUTE,
        checked_at=BEGAN + 18 * MINUTE,
    )
    return as_read(paged(policy("alice", *later)).put_on_hold(hold, at=PAGED_AT))


def held() -> Alert:
    """A route holds its first page for six minutes."""
    by_route = RouteSettings(route="db-flaps", hold=6 * MINUTE)
    return as_read(opened().following(policy("bob")).held_by_route(by_route))


FROM_NINE = (Hours(begins=time(9), ends=time(18)),)


def outside_hours() -> Alert:
    """Its route pages from nine on."""
    by_route = RouteSettings(route="night-quiet", only=FROM_NINE, time_zone="Europe/Berlin")
    alert = replace(opened(), routed=routed_by(by_route, Severity.CRITICAL))
    return as_read(alert.following(policy("bob")).held_by_route(by_route))


def waiting_for_a_step() -> Alert:
    """The only step is asked from nine on."""
    [step] = policy("bob").steps
    from_nine = replace(
        policy("bob"), steps=(replace(step, only=FROM_NINE),), time_zone="Europe/Berlin"
    )
    return as_read(replace(opened(), severity=Severity.WARNING).escalate(from_nine, at=BEGAN))


def asked_alone() -> Alert:
    """Alice opened it for Bob, and no policy pages for it."""
    bob = (Target(TargetKind.USER, "bob"),)
    alert = opened().paged(bob, by=Actor("alice"), at=BEGAN)
    return as_read(replace(alert, escalation=alert.escalation.without_policy()))


def flapping() -> Alert:
    """Kept quiet until 03:15."""
    of = replace(
        policy("bob"),
        flapping=FlappingRule(stable=17 * MINUTE, hold_critical=17 * MINUTE),
    )
    quiet = Flapping(told=Told(at=BEGAN, severity=Severity.CRITICAL))
    for _ in range(8):
        quiet = quiet.reopened(BEGAN, steady=timedelta())
    alert = replace(opened(), flapping=quiet)
    return as_read(alert.escalate(of, at=BEGAN))


class Case(NamedTuple):
    alert: Alert
    you: str
    """To whom it names, who is the first word of the case's reader."""
    others: str
    sms: str
    reader: str = "bob"
    at: datetime = PAGED_AT


CASES = {
    "the next step": Case(
        paged(),
        "You are called at 03:06 unless someone acknowledges.",
        "Bob is called at 03:06 unless someone acknowledges.",
        "Bob is called 03:06.",
    ),
    "the same step": Case(
        paged(policy("alice", repeat=3), steps=3),
        "You are called again at 03:16 unless someone acknowledges.",
        "Alice is called again at 03:16 unless someone acknowledges.",
        "Alice again 03:16.",
        "alice",
        BEGAN + 13 * MINUTE,
    ),
    "a further run": Case(
        paged(policy("alice", "bob", repeat=1), steps=2),
        "You are called again at 03:11 unless someone acknowledges.",
        "Alice is called again at 03:11 unless someone acknowledges.",
        "Alice again 03:11.",
        "alice",
        BEGAN + 8 * MINUTE,
    ),
    "a step that is due": Case(
        paged(),
        "You are being called now.",
        "Bob is being called now.",
        "Bob is called now.",
        at=BEGAN + 9 * MINUTE,
    ),
    "a restart": Case(
        as_read(
            acked().unacknowledge(by=Actor("auto"), at=BEGAN + 64 * MINUTE, reason="timed out")
        ),
        "You are being called now.",
        "Alice is being called now.",
        "Alice is called now.",
        "alice",
        BEGAN + 64 * MINUTE,
    ),
    "flapping": Case(
        flapping(),
        "It opens again and again. You are called at 03:15 if it still fires then.",
        "It opens again and again. Bob is called at 03:15 if it still fires then.",
        "Bob 03:15 if it still fires.",
        at=BEGAN,
    ),
    "the last step": Case(
        paged(steps=3),
        "Nobody is called after you.",
        "Carol is the last: nobody is called after that step (03:16).",
        "Nobody is called after Carol.",
        "carol",
        BEGAN + 13 * MINUTE,
    ),
    "an acknowledgement that ends": Case(
        acked(),
        "If it is not resolved by 04:02, it fires again and you are called first.",
        "If it is not resolved by 04:02, it fires again and Alice is called first.",
        "Alice has it until 04:02.",
        "alice",
        BEGAN + 4 * MINUTE,
    ),
    "a snooze": Case(
        as_read(paged().snoozed(Snooze(until=NINE), by=Actor("alice"), at=PAGED_AT)),
        "It is quiet until 09:00. If it still fires then, you are called first.",
        "It is quiet until 09:00. If it still fires then, Alice is called first.",
        "Quiet until 09:00.",
        "alice",
    ),
    "a snooze of an acknowledged alert": Case(
        as_read(acked().snoozed(Snooze(until=NINE), by=Actor("alice"), at=BEGAN + 4 * MINUTE)),
        "You have it. It is quiet until 09:00 and stays yours.",
        "Alice has it. It is quiet until 09:00.",
        "",
        "alice",
        BEGAN + 4 * MINUTE,
    ),
    "recovering": Case(
        as_read(paged().start_resolving(by=SENDER, at=PAGED_AT, resolve_after=5 * MINUTE)),
        "prod-prometheus reported recovery. It is resolved at 03:06 unless it fires again.",
        "prod-prometheus reported recovery. It is resolved at 03:06 unless it fires again.",
        "Recovering, over 03:06.",
    ),
    "lapsing": Case(
        replace(paged(policy("bob"), steps=2), lapses_at=BEGAN + 12 * MINUTE),
        "prod-prometheus repeats it while it lasts. If it does not by 03:10, it is resolved.",
        "prod-prometheus repeats it while it lasts. If it does not by 03:10, it is resolved.",
        "",
        at=BEGAN + 8 * MINUTE,
    ),
    "held by a route": Case(
        held(),
        "Its route holds the first page. You are called at 03:04 if it still fires then.",
        "Its route holds the first page. Bob is called at 03:04 if it still fires then.",
        "Bob 03:04 if it still fires.",
        at=BEGAN,
    ),
    "outside the hours of its route": Case(
        outside_hours(),
        "Nobody is called until 09:00: outside the hours of route night-quiet.",
        "Nobody is called until 09:00: outside the hours of route night-quiet.",
        "",
    ),
    "outside the hours of its steps": Case(
        waiting_for_a_step(),
        "It is outside the hours of its steps. You are called at 09:00 if it still fires then.",
        "It is outside the hours of its steps. Bob is called at 09:00 if it still fires then.",
        "Bob 09:00 if it still fires.",
    ),
    "a person is awake": Case(
        awake("bob"),
        "You are awake until 04:10; then Bob is called.",
        "Alice is awake until 04:10; then Bob is called.",
        "Awake until 04:10.",
        "alice",
        at=BEGAN + 4 * MINUTE,
    ),
    "a person is awake, and the reader is next": Case(
        awake("bob"),
        "Alice is awake until 04:10; then you are called.",
        "Alice is awake until 04:10; then Bob is called.",
        "Awake until 04:10.",
        at=BEGAN + 4 * MINUTE,
    ),
    "a person is awake, and nobody is left": Case(
        awake(),
        "You are awake until 04:10.",
        "Alice is awake until 04:10.",
        "Awake until 04:10.",
        "alice",
        at=BEGAN + 4 * MINUTE,
    ),
    "closed by a route": Case(
        replace(
            paged(policy("bob"), steps=2),
            routed=Routed(route="one-shots", close_after=12 * MINUTE),
        ),
        "If it is not repeated by 03:10, route one-shots resolves it.",
        "If it is not repeated by 03:10, route one-shots resolves it.",
        "",
        at=BEGAN + 8 * MINUTE,
    ),
    "acknowledged": Case(
        acked(paged(policy("alice", "bob")), by="bob"),
        "You have it. Nothing else happens by itself.",
        "Bob has it. Nothing else happens by itself.",
        "Bob has it.",
    ),
    "exhausted": Case(
        paged(policy("alice"), steps=2),
        "Everybody was called, and nobody has it. Nobody else is called.",
        "Everybody was called, and nobody has it. Nobody else is called.",
        "Nobody else is called.",
        at=BEGAN + 8 * MINUTE,
    ),
    "reached nobody": Case(
        as_read(
            paged(policy("alice"), steps=2).reached_nobody(
                "frank has no contact method", at=BEGAN + 8 * MINUTE
            )
        ),
        "Nobody has it yet. Nobody could be reached: frank has no contact method.",
        "Nobody has it yet. Nobody could be reached: frank has no contact method.",
        "Nobody could be reached.",
        at=BEGAN + 8 * MINUTE,
    ),
    "a severity that nobody is called for": Case(
        paged(
            replace(policy("alice"), severities=frozenset({Severity.CRITICAL})),
            severity=Severity.INFO,
        ),
        "Nobody is called for info alerts; it is only listed.",
        "Nobody is called for info alerts; it is only listed.",
        "",
    ),
    "no policy": Case(
        paged(None),
        "Nobody is called: no policy is for it.",
        "Nobody is called: no policy is for it.",
        "",
    ),
    "no policy, and a person asked others": Case(
        asked_alone(),
        "Nobody has it yet. Nobody else is called.",
        "Nobody has it yet. Nobody else is called.",
        "Nobody else is called.",
    ),
    "no policy, and those whom a person asked were not reached": Case(
        as_read(asked_alone().reached_nobody("frank has no contact method", at=PAGED_AT)),
        "Nobody has it yet. Nobody could be reached: frank has no contact method.",
        "Nobody has it yet. Nobody could be reached: frank has no contact method.",
        "Nobody could be reached.",
    ),
    "no policy chosen yet": Case(
        opened(),
        "Who is called is being decided; it takes seconds.",
        "Who is called is being decided; it takes seconds.",
        "",
    ),
    "resolved": Case(
        as_read(paged().resolve(by=SENDER, at=PAGED_AT)),
        "Nothing is left to do. If it fires again, you get a new page.",
        "Nothing is left to do.",
        "Nothing left to do.",
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_to_whom_it_names(case: Case) -> None:
    assert said(case.alert, person(case.reader), case.at).endswith(case.you)


def test_to_everybody_else(case: Case) -> None:
    assert said(case.alert, OPS, case.at).endswith(case.others)


def test_in_a_text_message(case: Case) -> None:
    assert words(case.alert, OPS, case.at).next_short == case.sms


def test_a_channel_is_never_you(case: Case) -> None:
    wording = words(case.alert, OPS, case.at)

    everything = joined(
        *(wording.heading, wording.since, wording.who, wording.next, wording.if_acknowledged),
        *(wording.if_resolved, wording.if_given_back, wording.if_woken),
    )
    assert not {"you", "your", "yours"} & set(plain(everything).lower().replace(".", " ").split())


@pytest.mark.parametrize(
    ("alert", "sms"),
    [
        pytest.param(acked(), "Yours until 04:02.", id="yours"),
        pytest.param(paged(policy("bob", "alice")), "You are called 03:06.", id="the next"),
        pytest.param(paged(policy("alice"), steps=1), "Nobody is called after you.", id="the last"),
        pytest.param(acked(paged(policy("alice"))), "You have it.", id="for good"),
    ],
)
def test_a_text_message_to_whom_it_names(alert: Alert, sms: str) -> None:
    assert words(alert, person("alice"), BEGAN + 4 * MINUTE).next_short == sms


@pytest.mark.parametrize(
    ("targets", "sentence"),
    [
        pytest.param(["bob", "carol"], "Bob and Carol are called at 03:06", id="two"),
        pytest.param(["bob", "carol", "dave"], "Bob and 2 others are called at 03:06", id="three"),
        pytest.param(["dave"], "Dave Jones is called at 03:06", id="a full name"),
        pytest.param(["channel:payments"], "#payments is told at 03:06", id="a channel"),
        pytest.param(
            ["channel:payments", "channel:ops"], "#payments and #ops are told", id="channels"
        ),
        pytest.param(["channel:payments", "bob"], "Bob is called at 03:06", id="people first"),
        pytest.param(["schedule:payments"], "Bob is called at 03:06", id="who is on call"),
        pytest.param(["schedule:nobody"], "Step 2 is called at 03:06", id="nobody is on call"),
    ],
)
def test_a_step_is_named_by_its_targets(targets: list[str], sentence: str) -> None:
    assert sentence in said(paged(policy("alice", targets)))


@pytest.mark.parametrize(
    ("actor", "who"),
    [
        ("bob", "Bob has it."),
        ("link:bob", "Bob has it."),
        ("slack:U03BOB", "Bob has it."),
        ("slack:bob", "Bob has it."),
        ("slack:U99", "A person in Slack has it."),
        ("link:ops", "A reader of ops has it."),
        ("key:ci", "The key ci has it."),
        ("integration:prod-prometheus", "prod-prometheus has it."),
        ("auto", "Tocsin has it."),
        ("dave", "Dave Jones has it."),
    ],
)
def test_one_person_has_one_name_however_they_acted(actor: str, who: str) -> None:
    assert unbroken(words(acked(by=actor)).who) == who


@pytest.mark.parametrize("actor", ["bob", "link:bob", "slack:U03BOB", "slack:bob"])
def test_you_are_you_however_you_acted(actor: str) -> None:
    assert unbroken(words(acked(by=actor), person("bob")).who) == "You have it."


def test_a_page_says_how_long_it_takes() -> None:
    at = BEGAN + 4 * MINUTE + timedelta(seconds=10)

    wording = wording_of(paged(), reader=OPS, names=NAMES, at=at, counts=True)

    assert unbroken(wording.next) == (
        "Bob is called at 03:06, in 4 min, unless someone acknowledges."
    )


def test_who_gave_it_back_is_not_said_to_be_called() -> None:
    both = paged(policy("alice", ["alice", "bob"]))
    given_back = as_read(acked(both).unacknowledge(by=Actor("alice"), at=BEGAN + 5 * MINUTE))

    assert next_action(given_back).targets == ("user:alice", "user:bob")
    assert said(given_back, OPS, BEGAN + 5 * MINUTE).endswith("Bob is being called now.")


def test_given_back_with_nobody_left() -> None:
    alone = acked(paged(policy("alice")))
    given_back = as_read(alone.unacknowledge(by=Actor("alice"), at=BEGAN + 5 * MINUTE))
    at_rest = as_read(given_back.escalate(policy("alice"), at=BEGAN + 5 * MINUTE))

    assert at_rest.escalation.rest is Rest.EXHAUSTED
    assert said(at_rest) == "Nobody has it yet. Alice gave it back, and nobody is left to call."
    assert said(at_rest, person("alice")).endswith("You gave it back, and nobody is left to call.")


@dataclass
class Consequences:
    """What the next action calls, when each of it comes true."""

    alert: Alert

    def after(self, minutes: int) -> tuple[str, ...]:
        """The targets of the step that is begun then."""
        later = self.alert.escalate(THREE_STEPS, at=BEGAN + minutes * MINUTE)
        return later.escalation.targets


@pytest.mark.parametrize("steps", [1, 2])
def test_the_targets_that_are_said_are_those_that_are_called(steps: int) -> None:
    alert = paged(steps=steps)

    assert next_action(alert).targets == Consequences(alert).after(60)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_after_the_ack_timeout_those_are_called_who_were_said_to_be(steps: int) -> None:
    alert = acked(paged(steps=steps), at=BEGAN + 20 * MINUTE)
    promised = next_action(alert)

    given_back = alert.unacknowledge(by=Actor("auto"), at=BEGAN + 80 * MINUTE)

    assert next_action(given_back).targets == promised.targets == Consequences(given_back).after(80)
    assert given_back.escalate(THREE_STEPS, at=BEGAN + 80 * MINUTE).escalation.step == promised.step


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_after_a_snooze_those_are_called_who_were_said_to_be(steps: int) -> None:
    alert = paged(steps=steps).snoozed(Snooze(until=NINE), by=Actor("bob"), at=BEGAN + 20 * MINUTE)
    promised = next_action(alert)

    woken = alert.woken(by=Actor("auto"), at=NINE, reason="the snooze ended")

    assert promised.targets == ("user:alice",)
    assert next_action(woken).targets == promised.targets == Consequences(woken).after(400)


@pytest.mark.parametrize(
    ("alert", "reader", "question"),
    [
        pytest.param(
            acked(),
            "alice",
            "Then nobody has it: Bob is called at once.",
            id="the next step is asked",
        ),
        pytest.param(
            acked(by="carol"),
            "bob",
            "Carol has it. Then nobody has it: the next step is called at once.",
            id="another's, and the next would be you",
        ),
        pytest.param(
            acked(paged(policy("alice"))),
            "alice",
            "Then nobody has it, and nobody is left to call.",
            id="nobody is left",
        ),
        pytest.param(
            acked(paged(policy("alice", "bob", repeat=1), steps=2)),
            "bob",
            "Alice has it. Then nobody has it: Alice is called again in 5 min.",
            id="the next run",
        ),
        pytest.param(
            acked(paged(policy("alice"), steps=2)),
            "bob",
            "Alice has it. Then nobody has it: Alice is called at once.",
            id="it was exhausted",
        ),
        pytest.param(
            as_read(acked().snoozed(Snooze(until=NINE), by=Actor("alice"), at=PAGED_AT)),
            "alice",
            "Then nobody has it, and it stays quiet until 09:00.",
            id="snoozed",
        ),
    ],
)
def test_giving_back_says_what_it_brings(alert: Alert, reader: str, question: str) -> None:
    wording = words(alert, person(reader), BEGAN + 9 * MINUTE)

    assert unbroken(wording.if_given_back) == question


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("reader", [OPS, person("alice"), person("bob", "UTC")])
@given(
    seconds=st.integers(min_value=0, max_value=3 * 86_400),
    name=st.sampled_from(sorted(CASES)),
)
def test_nothing_is_promised_for_a_time_that_has_passed(
    severity: Severity, reader: Reader, seconds: int, name: str
) -> None:
    alert = replace(CASES[name].alert, severity=severity)
    at = BEGAN + timedelta(seconds=seconds)

    phrase = words(alert, reader, at).next

    assert all(span.at is None or span.at > at for span in phrase)
    assert plain(phrase).endswith(".")


@given(
    text=st.text(max_size=400),
    name=st.sampled_from(sorted(CASES)),
    other=st.text(min_size=1, max_size=80),
)
def test_no_hostile_name_steers_a_sentence(text: str, name: str, other: str) -> None:
    """Names of people, keys and integrations are texts of users."""
    alert = replace(
        CASES[name].alert,
        integration=other,
        acknowledged_by=Actor(f"key:{text}") if CASES[name].alert.acknowledged_by else None,
        facts=Facts(name=text),
    )
    names = Names(users={"alice": text, "bob": other, "carol": text})

    wording = wording_of(alert, reader=OPS, names=names, at=PAGED_AT)

    said = joined(wording.who, wording.next, wording.since, wording.heading)
    assert not [sign for sign in plain(said) if is_hostile(sign)]


def test_the_city_is_of_the_reader() -> None:
    assert words(paged(), person("alice", BERLIN)).city == "Berlin"
