"""Who would be paged of a severity by now, and whether they can be reached."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.examples import MINUTE, NINE, firing
from tocsin.domain.alert import Alert
from tocsin.domain.escalation import (
    Escalation,
    EscalationPolicy,
    Step,
    Target,
    TargetKind,
    advance,
)
from tocsin.domain.hours import Hours
from tocsin.domain.matcher import Matcher
from tocsin.domain.people import (
    Channel,
    ContactMethod,
    Directory,
    NotificationRule,
    OnCallAlways,
    User,
    UsersByName,
    hash_address,
)
from tocsin.domain.reachability import (
    Sender,
    Team,
    gaps_after_change,
    gaps_of_all,
    reach_of_all,
    reach_of_policy,
    spelled_gaps,
)
from tocsin.domain.routing import Route, Routing
from tocsin.domain.severity import Severity
from tocsin.domain.step_plan import plan_step
from tocsin.domain.ways import Gap, GapCode, Noun

CRITICAL, WARNING, INFO = Severity
VERIFIED = {ContactMethod.EMAIL: hash_address("alice@example.com")}
ALICE = User(name="alice", email="alice@example.com", verified=VERIFIED)
FRANK = User(name="frank")
OPS = Channel(name="ops", type="webhook")


def policy(*steps: tuple[str, ...], name: str = "default") -> EscalationPolicy:
    return EscalationPolicy(
        name=name,
        steps=tuple(
            Step(name=f"step {number}", targets=tuple(map(_target, targets)), delay=MINUTE)
            for number, targets in enumerate(steps, 1)
        ),
    )


def _target(spelled: str) -> Target:
    kind, _, name = spelled.partition(":")
    return Target(TargetKind(kind), name)


def team(
    *named: User | Channel | EscalationPolicy | Route | Sender, sends_email: bool = True
) -> Team:
    return Team(
        directory=Directory(
            users=UsersByName(it for it in named if isinstance(it, User)),
            channels={it.name: it for it in named if isinstance(it, Channel)},
        ),
        routing=Routing(
            policies={it.name: it for it in named if isinstance(it, EscalationPolicy)},
            routes=tuple(it for it in named if isinstance(it, Route)),
        ),
        senders=tuple(it for it in named if isinstance(it, Sender)),
        sends_email=sends_email,
    )


def problems(it: Team, severity: Severity = CRITICAL) -> list[str]:
    return [gap.text for gap in gaps_of_all(reach_of_all(severity, it))]


def test_a_team_that_can_be_reached_has_no_problem() -> None:
    it = team(ALICE, OPS, policy(("user:alice", "channel:ops")))

    assert [reach.ok for reach in reach_of_all(CRITICAL, it)] == [True]
    assert problems(it) == []


SLACK_ONLY = User(name="sue", slack_id="U1")
SMS_RULE = NotificationRule(by=ContactMethod.SMS, severities=frozenset((CRITICAL,)))
RULED = User(name="rita", phone="+15550100", notify=(SMS_RULE,))


@pytest.mark.parametrize(
    ("person", "severity", "problem"),
    [
        (FRANK, CRITICAL, "frank has no contact method"),
        (SLACK_ONLY, CRITICAL, "no Slack channel is configured, whose app could write to people"),
        (RULED, WARNING, "no notification rule of rita is for warning"),
        (replace(RULED, phone=None), CRITICAL, "rita has no address for SMS"),
    ],
)
def test_who_cannot_be_reached_is_named_with_the_step_and_the_policy(
    person: User, severity: Severity, problem: str
) -> None:
    it = team(person, policy((f"user:{person.name}",)))

    [reach] = reach_of_all(severity, it)

    assert not reach.ok
    assert problems(it, severity) == [f"no step of default reaches anybody for {severity}", problem]


def test_a_step_that_reaches_nobody_is_named_where_another_reaches_a_person() -> None:
    it = team(ALICE, FRANK, policy(("user:alice",), ("user:frank",)))

    [reach] = reach_of_all(CRITICAL, it)

    assert reach.ok
    assert problems(it) == [
        "step 2 of default reaches nobody for critical",
        "frank has no contact method",
    ]


def test_an_address_that_nobody_verified_is_a_problem_that_is_not_in_the_way() -> None:
    it = team(replace(ALICE, email="new@example.com"), policy(("user:alice",)))

    [reach] = reach_of_all(CRITICAL, it)

    assert reach.ok
    assert problems(it) == [
        "e-mail of alice is not verified: send a test with POST /api/v1/users/alice/test"
    ]


def test_a_stack_that_sends_no_mail_reaches_nobody_by_mail() -> None:
    mail = Channel(name="list", type="email")
    it = team(ALICE, mail, policy(("user:alice", "channel:list")), sends_email=False)

    assert problems(it) == [
        "no step of default reaches anybody for critical",
        "list sends no e-mail: deploy the stack with EmailFrom",
        "no e-mail goes to alice: deploy the stack with EmailFrom",
    ]


def test_a_new_stack_has_no_default_policy() -> None:
    [problem] = gaps_of_all(reach_of_all(CRITICAL, team()))

    assert problem.code is GapCode.NO_DEFAULT_POLICY


@pytest.mark.parametrize(("match", "needs"), [((), False), (('team="web"',), True)])
def test_no_default_policy_is_needed_behind_a_route_for_everything(
    match: tuple[str, ...], *, needs: bool
) -> None:
    route = Route(name="all", match=tuple(map(Matcher.parse, match)), escalation_policy="ops")
    it = team(OPS, policy(("channel:ops",), name="ops"), route)

    assert it.needs_default is needs
    assert bool(problems(it)) is needs


def test_a_policy_is_missed_where_its_route_sends_a_severity_that_it_does_not_page() -> None:
    warnings = replace(policy(("channel:ops",), name="quiet"), severities=frozenset((WARNING,)))
    every = Route(name="all", match=(), escalation_policy="quiet")
    some_only = replace(every, match=(Matcher.parse('severity=~"warning|info"'),))

    assert problems(team(OPS, warnings, every)) == [
        "route all leads to quiet, which pages nobody for critical"
    ]
    usual = policy(("channel:ops",))
    assert problems(team(OPS, usual, warnings, some_only)) == []


def test_a_route_that_sets_a_severity_is_held_to_that_one() -> None:
    warnings = replace(policy(("channel:ops",), name="quiet"), severities=frozenset((WARNING,)))
    as_warning = Route(name="all", match=(), escalation_policy="quiet", severity=WARNING)
    as_info = replace(as_warning, severity=INFO)

    assert problems(team(OPS, warnings, as_warning)) == []
    assert problems(team(OPS, warnings, as_info)) == [], "info only appears, as it was said to"
    assert problems(team(OPS, warnings, replace(as_warning, severity=None))) != []


def test_info_that_only_appears_is_no_problem() -> None:
    assert problems(team(ALICE, policy(("user:alice",))), INFO) == []


def test_a_missing_policy_is_named_by_what_names_it() -> None:
    nightly = Sender(noun=Noun.HEARTBEAT, name="nightly", policy="gone")
    it = team(OPS, policy(("channel:ops",)), nightly)

    assert problems(it) == [
        "heartbeat nightly names the escalation policy gone, which does not exist"
    ]
    assert [reach.ok for reach in reach_of_all(CRITICAL, it)] == [False, True]


def warned(before: Team, after: Team, *changed: tuple[Noun, str]) -> list[str]:
    return list(spelled_gaps(gaps_after_change(before, after, changed[0])).values())


BY_DAY = (Hours(begins=time(8), ends=time(18)),)
BY_NIGHT = (Hours(begins=time(18), ends=time(8)),)


def with_rules(*rules: NotificationRule) -> User:
    hash_ = hash_address("+15550100")
    return replace(
        ALICE,
        phone="+15550100",
        time_zone="Europe/Paris",
        notify=rules,
        verified={**VERIFIED, ContactMethod.SMS: hash_},
    )


def test_a_person_whose_rules_leave_hours_out_is_named_with_the_hours() -> None:
    by_mail = NotificationRule(by=ContactMethod.EMAIL, only=BY_DAY)
    it = team(with_rules(by_mail), policy(("user:alice",)))

    assert problems(it) == ["alice is told only mon-sun 08:00-18:00 (Europe/Paris) for critical"]
    assert all(path.ok for path in reach_of_all(CRITICAL, it))
    [gap] = gaps_of_all(reach_of_all(CRITICAL, it))
    assert (gap.code, gap.noun, gap.place) == (GapCode.ONLY_AT_HOURS, Noun.USER, "notify")


@pytest.mark.parametrize(
    "rule",
    [
        NotificationRule(by=ContactMethod.SMS, only=BY_NIGHT),
        NotificationRule(by=ContactMethod.SMS),
    ],
    ids=["by night", "at any hour"],
)
def test_a_person_whom_another_rule_tells_at_the_other_hours_is_told_always(
    rule: NotificationRule,
) -> None:
    by_mail = NotificationRule(by=ContactMethod.EMAIL, only=BY_DAY)

    assert problems(team(with_rules(by_mail, rule), policy(("user:alice",)))) == []


def test_a_rule_without_an_address_covers_no_hours() -> None:
    rules = (
        NotificationRule(by=ContactMethod.EMAIL, only=BY_DAY),
        NotificationRule(by=ContactMethod.SLACK, only=BY_NIGHT),
    )

    assert problems(team(with_rules(*rules), policy(("user:alice",)))) == [
        "alice has no address for Slack",
        "alice is told only mon-sun 08:00-18:00 (Europe/Paris) for critical",
    ]


def test_a_policy_whose_steps_leave_hours_out_is_named_but_for_critical_alerts() -> None:
    both = policy(("channel:ops",), ("user:alice",))
    first, second = both.steps
    by_day = replace(both, steps=(replace(first, only=BY_DAY), replace(second, only=BY_DAY)))
    by_turns = replace(by_day, steps=(by_day.steps[0], replace(second, only=BY_NIGHT)))

    assert problems(team(ALICE, OPS, by_day), WARNING) == [
        "default asks nobody outside mon-sun 08:00-18:00 for warning"
    ]
    assert problems(team(ALICE, OPS, by_day), CRITICAL) == []
    assert problems(team(ALICE, OPS, by_turns), WARNING) == []


def test_a_change_is_told_what_it_breaks_and_nothing_that_was_broken_before() -> None:
    page = policy(("user:alice",), ("user:frank",))
    before = team(ALICE, FRANK, OPS, page)
    after = team(replace(ALICE, email=None), FRANK, OPS, page)

    assert warned(before, after, (Noun.USER, "alice")) == [
        "no step of default reaches anybody for critical and warning",
        "alice has no contact method",
    ]


def test_the_last_slack_channel_is_missed_by_whom_its_app_writes_to() -> None:
    chat = Channel(name="chat", type="slack")
    sue = replace(SLACK_ONLY, verified={ContactMethod.SLACK: hash_address("U1")})

    missing = "no Slack channel is configured, whose app could write to people"
    usual = policy(("channel:ops",))
    after = team(sue, OPS, usual)
    assert warned(team(sue, chat, OPS, usual), after, (Noun.CHANNEL, "chat")) == [missing]


def test_the_default_policy_is_missed_where_it_is_needed() -> None:
    before, after = team(OPS, policy(("channel:ops",))), team(OPS)

    [problem] = warned(before, after, (Noun.ESCALATION_POLICY, "default"))

    assert problem.startswith("there is no escalation policy default")


def test_a_route_is_told_of_its_policy_that_reaches_nobody() -> None:
    page = policy(("user:frank",), name="frank-only")
    route = Route(name="web", match=(), escalation_policy="frank-only")
    before = team(FRANK, page)

    assert warned(before, team(FRANK, page, route), (Noun.ROUTE, "web")) == [
        "no step of frank-only reaches anybody for critical and warning"
    ]


NAMES = ("alice", "Bob", "carol.x")
severities = some.frozensets(some.sampled_from(Severity), min_size=1)
rules = some.builds(
    NotificationRule,
    after=some.sampled_from((timedelta(), MINUTE)),
    by=some.sampled_from(ContactMethod),
    severities=severities,
)
users = some.builds(
    User,
    name=some.sampled_from(NAMES),
    email=some.sampled_from((None, "a@example.com")),
    phone=some.sampled_from((None, "+15550100")),
    slack_id=some.sampled_from((None, "U1")),
    notify=some.lists(rules, max_size=3).map(tuple),
)
channels = some.builds(
    Channel, name=some.sampled_from(("here", "chat")), type=some.sampled_from(("slack", "webhook"))
)
targets = some.one_of(
    some.builds(Target, some.just(TargetKind.USER), some.sampled_from((*NAMES, "nobody"))),
    some.builds(Target, some.just(TargetKind.CHANNEL), some.sampled_from(("here", "chat"))),
    some.builds(Target, some.just(TargetKind.SCHEDULE), some.sampled_from(("primary", "empty"))),
)
steps = some.builds(
    Step,
    name=some.just("step"),
    targets=some.lists(targets, min_size=1, max_size=3).map(tuple),
    delay=some.just(MINUTE),
)
policies = some.builds(
    EscalationPolicy,
    name=some.just("default"),
    steps=some.lists(steps, min_size=1, max_size=3).map(tuple),
    severities=severities,
)


@given(
    policies,
    some.lists(users, max_size=3),
    some.lists(channels, max_size=2),
    some.sampled_from(Severity),
)
def test_a_policy_is_ok_exactly_where_its_first_run_plans_a_message(
    page: EscalationPolicy,
    people: Iterable[User],
    named: Iterable[Channel],
    severity: Severity,
) -> None:
    directory = Directory(
        users=UsersByName(people),
        channels={channel.name: channel for channel in named},
        on_call=OnCallAlways(primary=("alice", "Bob")),
    )
    it = Team(directory=directory, routing=Routing(policies={"default": page}))

    planned = sum(
        len(plan_step(begun, directory).deliveries) for begun in _first_run(page, severity)
    )

    reach = reach_of_policy(page, severity, it)
    assert reach.ok is bool(planned)
    told: set[Gap] = set(gaps_of_all(reach_of_all(severity, it)))
    said = {gap.code for gap in told} & {
        GapCode.POLICY_REACHES_NOBODY,
        GapCode.SEVERITY_NOT_PAGED,
    }
    assert bool(said) is (not reach.ok and (bool(reach.steps) or severity is not INFO))


def _first_run(page: EscalationPolicy, severity: Severity) -> Iterable[Alert]:
    escalation = Escalation(escalates_at=NINE)
    for _ in page.steps:
        escalation = advance(escalation, page, severity, NINE)
        if escalation.rest is not None:
            return
        yield replace(firing(), severity=severity, escalation=escalation)
