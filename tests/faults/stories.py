"""The stories that are told again and again, under one plan of faults after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from inspect import isfunction

from tests.examples import ALICE, BOB, HOUR, MINUTE, NINE
from tests.faults.plans import Function, Kind, clock_error
from tests.faults.team import FOUND_WITHIN, LONG, PROMETHEUS, StoryTeam
from tocsin.domain.hours import Hours
from tocsin.domain.integration import BY_HAND, IntegrationType
from tocsin.domain.next_action import ONLY_ASKED, next_action
from tocsin.domain.notification import DeliveryState
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin_cli.simulated.table import Record

SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)

type Tell = Callable[[StoryTeam], None]


@dataclass(frozen=True)
class Story:
    """What happens; the faults are not part of it."""

    tell: Tell
    is_hasty: bool = False
    """People act while messages are on their way: which of those are still sent may differ."""
    is_open: bool = False
    """How it ends may differ: it is held to what must always hold, and to what it says itself."""

    @property
    def name(self) -> str:
        return self.tell.__name__.replace("_", " ")


def page_and_acknowledgement(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.acknowledge()
    team.wait(team.heard("ops", event="alert.acknowledged"))


def two_steps_and_nobody_acknowledges(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.signal(until=team.heard("ops", "boss"))
    team.wait(team.happened("escalation_exhausted"))


def steps_a_minute_apart(team: StoryTeam) -> None:
    team.set_up(("channel:ops", MINUTE), ("channel:boss", MINUTE))
    team.signal(until=team.heard("ops", "boss"))
    team.wait(team.happened("escalation_exhausted"))


def policy_repeats_to_exhaustion(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG), repeat=1)
    team.signal(until=team.heard("ops", "boss", times=2))
    team.wait(team.happened("escalation_exhausted"))


def severity_rises(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(severity="warning", until=team.heard("ops"))
    team.wait(HOUR)
    team.signal(severity="critical", output="worse", until=team.heard("ops", times=2))
    team.wait(HOUR)
    team.acknowledge()


def snooze_and_wake(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.snooze(LONG)
    team.wait(team.heard("ops", times=2))
    team.wait(HOUR)
    team.acknowledge(by=BOB)


def acknowledgement_times_out(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ack_timeout=LONG)
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.acknowledge()
    team.wait(team.heard("ops", times=2))
    team.wait(HOUR)
    team.resolve()


def acknowledgement_of_the_second_step_times_out(team: StoryTeam) -> None:
    """That step is asked again, and who was mailed before hears that it fires."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG), ack_timeout=LONG)
    team.signal(until=team.heard("user:bob.email"))
    team.wait(MINUTE)
    team.acknowledge(by=BOB)
    team.wait(team.heard("user:bob.email", times=2))
    team.wait(team.heard("user:alice.email", event="alert.unacknowledged"))
    team.wait(HOUR)
    team.acknowledge(by=BOB)


def given_back_by_a_person(team: StoryTeam) -> None:
    """The next step is asked at once, and the giver is not asked again in this run."""
    both = ("user:alice", "user:carol")
    team.set_up(("user:alice", LONG), ("user:bob", LONG), (both, LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(HOUR)
    team.acknowledge()
    team.wait(HOUR)
    team.unacknowledge()
    given_back_at = team.world.now
    team.wait(team.heard("user:bob.email"))
    waited = team.world.now - given_back_at
    team.expect(waited < LONG, f"given back, it asked the next {waited} later")
    team.expect_if_calm(waited < MINUTE, f"given back, it asked the next {waited} later")
    team.wait(team.heard("user:carol.email"))
    team.wait(HOUR)
    team.acknowledge(by=BOB)
    team.expect(team.asked() == ["alice", "bob", "carol"], f"asked were {team.asked()}")


def asked_by_a_person(team: StoryTeam) -> None:
    """Beside the policy, whose next step comes at its time."""
    team.user("carol")
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(HOUR)
    team.page("user:carol", by=BOB)
    team.wait(team.heard("user:carol.email"))
    team.wait(team.heard("user:bob.email"))
    team.wait(HOUR)
    team.acknowledge()
    team.expect(team.asked() == ["alice", "carol", "bob"], f"asked were {team.asked()}")


def assigned_to_a_person(team: StoryTeam) -> None:
    """Who is given time; without an answer the policy goes on."""
    team.user("carol")
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(2 * HOUR)
    assigned_at = team.world.now
    team.assign("carol", by=BOB)
    team.wait(team.heard("user:carol.email"))
    team.wait(team.heard("user:bob.email"))
    waited = team.world.now - assigned_at
    least = LONG - clock_error(team.world.plan)
    team.expect(waited > least, f"assigned, it asked the next {waited} later")
    team.wait(HOUR)
    team.acknowledge()
    team.expect(team.asked() == ["alice", "carol", "bob"], f"asked were {team.asked()}")


def assigned_what_another_has(team: StoryTeam) -> None:
    """The acknowledgement stays, and the person is told."""
    team.user("carol")
    team.set_up(("user:alice", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(HOUR)
    team.acknowledge()
    team.wait(HOUR)
    team.assign("carol")
    team.wait(team.heard("user:carol.email"))
    team.expect(team.alert().acknowledged_by == ALICE, "the acknowledgement is gone")
    team.expect(team.asked() == ["alice", "carol"], f"asked were {team.asked()}")


def escalated_by_a_person(team: StoryTeam) -> None:
    team.set_up(("user:alice", LONG), ("user:bob", LONG), ("user:carol", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(HOUR)
    team.escalate(by=BOB)
    team.wait(team.heard("user:bob.email"))
    team.wait(HOUR)
    team.acknowledge()
    team.expect(team.asked() == ["alice", "bob"], f"asked were {team.asked()}")


def resolved_before_the_second_step(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.signal(severity="ok", until=team.heard("ops", event="alert.resolved"))


def nobody_in_the_first_step_can_be_reached(team: StoryTeam) -> None:
    team.channel("boss")
    team.policy((("user:nobody", "channel:gone"), LONG), ("channel:boss", LONG))
    team.integration()
    team.signal(until=team.heard("boss"))
    team.wait(HOUR)
    team.acknowledge()


def two_channels_in_one_step(team: StoryTeam) -> None:
    team.set_up((("channel:ops", "channel:pager"), LONG))
    team.signal(until=team.heard("ops", "pager"))
    team.wait(HOUR)
    team.acknowledge()
    team.wait(team.heard("ops", "pager", event="alert.acknowledged"))


def rules_with_a_delay(team: StoryTeam) -> None:
    team.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=5 * MINUTE),
        NotificationRule(by=ContactMethod.EMAIL, after=20 * MINUTE),
    )
    team.set_up(("user:alice", LONG))
    team.signal(until=team.heard("email", "sms+5m", "email+20m"))
    team.wait(HOUR)
    team.acknowledge()


def recovery_within_the_resolve_window(team: StoryTeam) -> None:
    team.set_up(("channel:ops", 2 * LONG), resolve_after=LONG)
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.signal(severity="ok")
    team.wait(HOUR)
    team.signal(output="again")
    team.wait(HOUR)
    team.signal(severity="ok")
    team.wait(lambda: not team.alert().is_open)


def reopened(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.resolve()
    team.wait(HOUR)
    team.signal(output="again", until=team.heard("ops", times=2))
    team.wait(HOUR)
    team.acknowledge()


def flapping(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.slack = 15 * MINUTE
    for _ in range(7):
        team.signal()
        team.wait(30 * SECOND)
        team.signal(severity="ok")
        team.wait(30 * SECOND)
    team.signal()
    team.wait(lambda: team.alert().escalation.step == 1 or not team.alert().is_open)
    team.wait(HOUR)
    team.try_to(team.acknowledge)
    flapping = set(team.flapping_pages())
    team.expect(len(flapping) <= 2, f"of ten minutes of flapping tell {flapping}")
    team.expect_if_calm(bool(flapping), "ten minutes of flapping, and nobody hears of it")


def two_alerts_at_once(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    for name in ("disk", "fan", "fuse"):
        team.signal(name)
    team.signal("disk", output="more", until=team.heard("ops", times=3))
    team.wait(HOUR)
    for name in ("fuse", "disk"):
        team.acknowledge(name)
    team.signal("fan", severity="ok", until=team.heard("ops", times=2, event="alert.acknowledged"))


def heartbeat_missed_and_back(team: StoryTeam) -> None:
    team.set_up(("channel:ops", 4 * LONG))
    team.heartbeat("backup", LONG)
    team.wait(HOUR)
    team.beat()
    team.wait(team.heard("ops"))
    team.wait(HOUR)
    team.beat()
    team.wait(lambda: (alert := team.missed("backup")) is not None and not alert.is_open)


def acknowledged_at_once(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.signal()
    team.wait(lambda: bool(team.world.line.received))
    team.acknowledge()


def acknowledged_while_a_page_is_on_its_way(team: StoryTeam) -> None:
    team.set_up((("channel:ops", "channel:boss"), LONG), ("channel:boss", LONG))
    team.signal()
    team.wait(SECOND)
    team.acknowledge()
    team.wait(10 * MINUTE)
    team.signal(severity="ok")


# Senders and people at the same time


def first_posts_of_two(team: StoryTeam) -> None:
    _first_posts(team, 2)


def first_posts_of_two_with_values(team: StoryTeam) -> None:
    _first_posts(team, 2, value=93.5)


def first_posts_of_three(team: StoryTeam) -> None:
    _first_posts(team, 3)


def first_posts_of_five_with_values(team: StoryTeam) -> None:
    _first_posts(team, 5, value=93.5)


def _first_posts(team: StoryTeam, senders: int, *, value: float | None = None) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.together(*(partial(team.signal, value=value) for _ in range(senders)))
    team.wait(team.heard("ops"))
    team.wait(HOUR)
    team.acknowledge()
    team.wait(team.heard("ops", event="alert.acknowledged"))


def reopened_by_three_at_once(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.resolve()
    team.wait(HOUR)
    team.together(*(partial(team.signal, output=f"from {each}") for each in "abc"))
    team.wait(team.heard("ops", times=2))
    team.wait(HOUR)
    team.acknowledge()


def acknowledged_by_two_among_repeats(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.signal(until=team.heard("ops"))
    team.together(
        partial(team.signal, output="worse", value=1),
        team.acknowledge,
        partial(team.signal, output="and worse", value=2),
        partial(team.acknowledge, by=BOB),
        partial(team.signal, output="and worse than that", value=3),
    )


def closed_and_fires_again_at_once(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.together(team.resolve, team.signal, partial(team.signal, severity="ok"))
    team.wait(HOUR)
    team.signal(severity="ok")


def snoozed_acknowledged_and_over_at_once(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG), ack_timeout=LONG)
    team.signal()
    team.wait(SECOND)
    team.together(
        partial(team.try_to, partial(team.snooze, HOUR)),
        partial(team.try_to, team.acknowledge),
        partial(team.signal, severity="warning"),
    )
    team.wait(2 * LONG)
    team.signal(severity="ok")


def acknowledged_while_the_provider_is_slow(team: StoryTeam) -> None:
    """The page has arrived, and is not marked yet, when the alert is acknowledged."""
    team.set_up(("channel:ops", LONG))
    team.world.line.answers_after = 8 * SECOND
    team.signal()
    team.wait(lambda: bool(team.world.line.received))
    team.acknowledge()
    team.wait(team.heard("ops", event="alert.acknowledged"))


def over_while_an_update_is_slow(team: StoryTeam) -> None:
    """What was acknowledged is told after a while, and what is over meanwhile."""
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.wait(HOUR)
    team.world.line.arrives_after = [8 * SECOND]
    team.acknowledge()
    team.wait(2 * SECOND)
    team.signal(severity="ok", until=team.heard("ops", event="alert.resolved"))


def a_winner_whose_reply_is_lost(team: StoryTeam) -> None:
    """A repeat comes between the acknowledgement and its second attempt."""
    team.set_up(("channel:ops", LONG))
    team.signal(until=team.heard("ops"))
    team.world.line.loses.append((Function.API, "UpdateItem"))
    team.together(team.acknowledge, team.signal, team.signal)
    team.expect(not team.refused, "the person who acknowledged is told that another did")


def every_message_comes_twice(team: StoryTeam) -> None:
    """While a slow provider still has the first."""
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.world.line.answers_after = 9 * SECOND
    team.world.repeats_after = 7 * SECOND
    team.signal(until=team.heard("ops", "boss"))
    team.acknowledge()


# A configuration that changes


def the_step_that_was_asked_is_removed(team: StoryTeam) -> None:
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.policy(("user:bob", LONG))
    team.wait(team.heard("user:bob.email"))
    team.acknowledge()
    team.expect(team.asked() == ["alice", "bob"], f"asked were {team.asked()}")


def a_step_is_added_behind_the_last(team: StoryTeam) -> None:
    team.user("bob")
    team.set_up(("user:alice", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.policy(("user:alice", LONG), ("user:bob", LONG))
    team.wait(team.heard("user:bob.email"))
    team.acknowledge()
    team.expect(team.asked() == ["alice", "bob"], f"asked were {team.asked()}")


def a_step_is_put_between(team: StoryTeam) -> None:
    team.user("carol")
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.policy(("user:alice", LONG), ("user:carol", LONG), ("user:bob", LONG))
    team.wait(team.heard("user:carol.email", "user:bob.email"))
    team.acknowledge()
    team.expect(team.asked() == ["alice", "carol", "bob"], f"asked were {team.asked()}")


def a_step_is_put_before_the_first(team: StoryTeam) -> None:
    """Who reads the stream remembers the policy of some seconds ago."""
    team.user("carol")
    team.set_up(("user:alice", LONG))
    team.signal("fan", until=team.heard("user:alice.email"))
    team.wait(2 * SECOND)
    team.policy(("user:carol", LONG), ("user:alice", LONG))
    team.wait(3 * SECOND)
    team.signal()
    team.wait(team.happened("escalation_exhausted"))
    team.expect(
        sorted(set(team.asked())) == ["alice", "carol"], f"of both, {team.asked()} were asked"
    )


def the_policy_is_removed(team: StoryTeam) -> None:
    team.user("alice")
    team.user("bob")
    team.user("carol")
    team.policy(("user:alice", LONG), ("user:bob", LONG), name="special")
    team.policy(("user:carol", LONG))
    team.integration(policy="special")
    team.signal(until=team.heard("user:alice.email"))
    team.remove_policy("special")
    team.wait(team.heard("user:carol.email"))
    team.acknowledge()
    team.expect(team.asked() == ["alice", "carol"], f"asked were {team.asked()}")


def the_policy_becomes_another(team: StoryTeam) -> None:
    team.user("carol")
    team.user("dave")
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.policy(("user:carol", LONG), ("user:dave", LONG))
    team.wait(team.heard("user:carol.email", "user:dave.email"))
    team.acknowledge()
    team.expect(team.asked() == ["alice", "carol", "dave"], f"asked were {team.asked()}")


def the_policy_becomes_shorter_while_the_alert_is_acknowledged(team: StoryTeam) -> None:
    team.user("carol")
    team.set_up(("user:alice", LONG), ("user:bob", LONG), ack_timeout=LONG)
    team.signal(until=team.heard("user:alice.email", "user:bob.email"))
    team.acknowledge()
    team.policy(("user:carol", LONG), ack_timeout=LONG)
    team.wait(team.heard("user:carol.email"))
    team.acknowledge()
    team.signal(severity="ok")


def a_user_leaves(team: StoryTeam) -> None:
    team.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=HOUR),
    )
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.policy(("user:bob", LONG))
    team.remove_user("alice")
    team.wait(2 * HOUR)
    texts = [it for it in team.world.line.received if "sms" in it.key]
    team.expect(not texts, "a text with links that act went to a user who has left")
    team.wait(team.heard("user:bob.email"))
    team.acknowledge()


# Nobody is reached


def nobody_of_the_policy_can_be_reached(team: StoryTeam) -> None:
    team.unreachable("frank")
    team.set_up(("user:frank", LONG), repeat=1)
    team.signal(until=team.last_resort_heard())
    team.expect(
        next_action(team.alert()).why.startswith("reached nobody: frank has no contact method"),
        f"why is {next_action(team.alert()).why}",
    )
    team.wait(2 * LONG)
    team.acknowledge()


def a_user_gets_an_address_after_nobody_was_reached(team: StoryTeam) -> None:
    team.unreachable("frank")
    team.set_up(("user:frank", LONG), repeat=1)
    team.signal(until=team.last_resort_heard())
    team.user("frank")
    team.wait(team.heard("user:frank.email"))
    team.wait(HOUR)
    unreached = team.alert().escalation.unreached
    team.expect(unreached is None, f"frank was reached, and the alert says {unreached}")
    team.acknowledge()


def opened_by_a_person_for_people_alone(team: StoryTeam) -> None:
    """One of them is reached, and the other one cannot be."""
    team.unreachable("frank")
    team.user("carol")
    team.open_by_hand("user:frank", "user:carol")
    team.wait(team.heard("user:carol.email"))
    team.wait(HOUR)
    alert = team.alert(integration=BY_HAND)
    why = next_action(alert).why
    team.expect(why == ONLY_ASKED, f"carol was reached, and why is {why}")
    # The last resort may hear of the sweep's own alert, which no policy pages here.
    heard = team.timeline(alert.alert_id)
    team.expect("reached_nobody" not in heard, "carol was reached, and the last resort was told")


def opened_by_a_person_for_people_who_cannot_be_reached(team: StoryTeam) -> None:
    team.unreachable("frank")
    team.open_by_hand("user:frank")
    team.wait(team.last_resort_heard())
    why = next_action(team.alert(integration=BY_HAND)).why
    team.expect(why == "reached nobody: frank has no contact method", f"why is {why}")


def asked_by_a_person_after_nobody_was_reached(team: StoryTeam) -> None:
    team.unreachable("frank")
    team.user("carol")
    team.set_up(("user:frank", LONG))
    team.signal(until=team.last_resort_heard())
    team.page("user:carol", by=BOB)
    team.wait(team.heard("user:carol.email"))
    team.wait(HOUR)
    unreached = team.alert().escalation.unreached
    team.expect(unreached is None, f"carol was reached, and the alert says {unreached}")
    team.acknowledge()


def nobody_is_reached_while_storage_is_away(team: StoryTeam) -> None:
    _nobody_is_reached_while_away(team, Kind.STORAGE_OUT)


def nobody_is_reached_while_queues_are_away(team: StoryTeam) -> None:
    _nobody_is_reached_while_away(team, Kind.QUEUES_OUT)


def _nobody_is_reached_while_away(team: StoryTeam, kind: Kind) -> None:
    team.unreachable("frank")
    team.set_up(("user:frank", LONG))
    team.may_be_reported = True
    team.slack = 2 * HOUR + 10 * MINUTE
    team.signal()
    team.world.line.go_away(kind, 2 * HOUR)
    team.wait(3 * HOUR)
    team.expect(team.last_resort_heard()(), "the last resort was never told")
    team.acknowledge()


def many_alerts_reach_nobody_at_once(team: StoryTeam) -> None:
    """The first is told at once, the others as a number."""
    team.unreachable("frank")
    team.set_up(("user:frank", LONG))
    names = [f"disk-{number}" for number in range(8)]
    team.signal(until=team.last_resort_heard())
    team.together(*(partial(team.signal, name) for name in names))
    team.wait(HOUR)
    texts = [text for _, text in team.world.line.published]
    team.expect_if_calm(len(texts) == 2, f"the last resort was told {texts}")
    team.expect_if_calm(texts[-1].startswith("8 more alerts"), f"and then {texts[-1]}")
    for name in ("disk", *names):
        team.acknowledge(name)


def more_alerts_reach_nobody_while_the_topic_is_slow(team: StoryTeam) -> None:
    """They wait, and are counted in a message of their own."""
    team.unreachable("frank")
    team.set_up(("user:frank", LONG))
    team.world.line.answers_after = 8 * SECOND
    names = [f"disk-{number}" for number in range(4)]
    team.signal()
    team.wait(2 * SECOND)
    team.together(*(partial(team.signal, name) for name in names))
    team.wait(HOUR)
    texts = [text for _, text in team.world.line.published]
    team.expect_if_calm(len(texts) == 2, f"the last resort was told {texts}")
    team.expect_if_calm(texts[-1].startswith("4 more alerts"), f"and then {texts[-1]}")
    for name in ("disk", *names):
        team.acknowledge(name)


# A full channel


def many_warnings_on_one_channel(team: StoryTeam) -> None:
    _many_on_one_channel(team, "warning")


def many_criticals_on_one_channel(team: StoryTeam) -> None:
    _many_on_one_channel(team, "critical")


def _many_on_one_channel(team: StoryTeam, severity: str) -> None:
    """More than its rate lets through before the next step is due."""
    team.channel("ops", rate_per_minute=3)
    team.set_up(("channel:ops", 5 * MINUTE), ("channel:boss", LONG))
    team.slack = 10 * MINUTE
    names = [f"disk-{number}" for number in range(20)]
    team.together(*(partial(team.signal, name, severity=severity) for name in names))
    team.wait(30 * MINUTE)
    team.wait(lambda: {team.alert(name).alert_id for name in names} <= team.paged())
    for name in names:
        asked = team.asked(name)
        team.expect_if_calm(asked[:1] == ["ops"], f"{name} asked {asked}")
    turns = sum(function is Function.NOTIFIER for function, _ in team.world.boundaries)
    team.expect_if_calm(turns < 20 * len(names), f"{turns} turns were asked for")
    for name in names:
        team.signal(name, severity="ok")


def a_critical_among_many_warnings(team: StoryTeam) -> None:
    """It does not wait in their line."""
    team.channel("ops", rate_per_minute=1)
    team.set_up(("channel:ops", LONG))
    # Eight pages, and eight updates when all is over, one a minute.
    team.slack = 18 * MINUTE
    names = [f"disk-{number}" for number in range(7)]
    team.together(*(partial(team.signal, name, severity="warning") for name in names))
    team.wait(2 * SECOND)
    team.signal()
    began = team.world.now
    team.wait(lambda: team.alert().alert_id in team.paged())
    waited = team.world.now - began
    team.expect_if_calm(waited < MINUTE, f"a critical waited {waited} behind warnings")
    for name in ("disk", *names):
        team.signal(name, severity="ok")


def a_storm_of_the_team(team: StoryTeam) -> None:
    """What opens at once becomes one incident, which says when it is over."""
    team.set_up(("channel:ops", LONG))
    names = [f"disk-{number}" for number in range(31)]
    team.together(*(partial(team.signal, name, severity="info") for name in names))
    team.wait(20 * MINUTE)
    found = team.incidents()
    team.expect(len(found) <= 1, f"one storm has {len(found)} incidents")
    team.expect_if_calm(
        [(it.title, len(it.alert_ids)) for it, _ in found]
        == [(f"Storm: 31 alerts since 09:00 UTC — {PROMETHEUS} 31", 31)],
        f"a storm has {found}",
    )
    for _, said in found:
        team.expect(len(said) <= 1, f"its end is said {len(said)} times")
        team.expect_if_calm(len(said) == 1, "its end is not said")
    for name in names:
        team.signal(name, severity="ok")


def a_provider_that_fails_now_and_then(team: StoryTeam) -> None:
    """Each time it works again, what was before is forgotten."""
    team.set_up(("channel:ops", LONG))
    for number in range(8):
        team.world.line.answers = [Kind.ANSWER_500]
        name = f"disk-{number}"
        team.signal(name)
        team.wait(lambda: team.alert(name).alert_id in team.paged())  # noqa: B023 - called until it is so
        team.signal(name, severity="ok")
        team.wait(MINUTE)


# Outages


def storage_is_away_for_two_hours(team: StoryTeam) -> None:
    _away_for_two_hours(team, Kind.STORAGE_OUT)


def queues_are_away_for_two_hours(team: StoryTeam) -> None:
    _away_for_two_hours(team, Kind.QUEUES_OUT)


def _away_for_two_hours(team: StoryTeam, kind: Kind) -> None:
    """One alert fires before, one just as it begins, one within; and one is acknowledged."""
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.slack = 2 * HOUR + 10 * MINUTE
    team.signal("fan", until=team.heard("ops"))
    team.wait(HOUR)
    team.signal()
    team.world.line.go_away(kind, 2 * HOUR)
    team.wait(HOUR)
    team.together(partial(team.signal, "fuse"), partial(team.acknowledge, "fan"))
    for name in ("disk", "fuse"):
        team.wait(lambda: "ops" in team.asked(name))  # noqa: B023 - called until it is so
        team.acknowledge(name)
    team.wait(HOUR)
    told = {it.alert_id for it in team.world.line.received if it.event == "alert.acknowledged"}
    for name in ("fan", "disk", "fuse"):
        team.expect(
            team.alert(name).alert_id in told, f"no channel hears that {name} is acknowledged"
        )


def nobody_reads_the_stream_for_a_while(team: StoryTeam) -> None:
    team.set_up(("channel:ops", 5 * MINUTE), ("channel:boss", LONG))
    team.slack = 7 * MINUTE
    team.world.hold_stream(is_held=True)
    team.signal()
    team.wait(6 * MINUTE)
    team.world.hold_stream(is_held=False)
    team.wait(team.heard("ops", "boss"))
    first = {it.key.rpartition(".")[2]: it.at for it in reversed(team.world.line.received)}
    between = first["boss"] - first["ops"]
    is_held = (
        between > 4 * MINUTE - clock_error(team.world.plan) or first["boss"] - NINE > 10 * MINUTE
    )
    team.expect(is_held, f"boss was asked {between} after ops, for our own delay")
    team.acknowledge()


def a_provider_refuses_for_a_moment(team: StoryTeam) -> None:
    team.set_up(("channel:ops", HOUR), repeat=9)
    team.world.line.answers = [Kind.REFUSE] * 2
    team.signal()
    team.wait(MINUTE)
    asked = len({it.key for it in team.world.line.attempts})
    team.expect(asked <= 2, f"{asked} runs in no time")
    team.wait(team.heard("ops"))
    team.acknowledge()


# Rules, severities and snoozes


def a_text_after_more_than_a_run(team: StoryTeam) -> None:
    team.user(
        "alice",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=2 * HOUR),
    )
    team.set_up(("user:alice", HOUR), repeat=5)
    team.signal(until=team.heard("sms+2h"))
    waited = team.world.now - NINE
    team.expect(waited < 4 * HOUR, f"asked after two hours, a text came after {waited}")
    team.wait(HOUR)
    texts = {it.key for it in team.world.line.received if "sms" in it.key}
    team.expect(len(texts) == 1, f"one rule brought {len(texts)} texts")
    team.acknowledge()


def a_severity_that_goes_up_and_down(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    for _ in range(4):
        team.signal(severity="critical")
        team.wait(HOUR)
        team.signal(severity="warning")
        team.wait(HOUR)
    asked = team.asked()
    team.expect("boss" in asked, f"in eight hours, {asked} were asked")
    team.acknowledge()


def snoozed_mild_over_and_bad(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(severity="warning", until=team.heard("ops"))
    team.snooze(24 * HOUR)
    team.wait(HOUR)
    team.signal(severity="ok")
    team.wait(HOUR)
    team.signal(severity="critical")
    team.wait(HOUR)
    asked = team.asked()
    team.expect(asked == ["ops"], f"snoozed as a warning, critical after an ok: {asked}")
    team.acknowledge()


def snoozed_bad_milder_and_bad_again(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.signal(severity="critical", until=team.heard("ops"))
    team.snooze(24 * HOUR)
    for severity in ("warning", "critical"):
        team.wait(HOUR)
        team.signal(severity=severity)
    team.wait(HOUR)
    asked = team.asked()
    team.expect(asked == ["ops"], f"no worse than when it was snoozed: {asked}")
    team.signal(severity="ok")


def acknowledged_what_opened_asleep(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ack_timeout=LONG)
    team.signal(until=team.heard("ops"))
    team.snooze(HOUR)
    team.signal(severity="ok")
    team.wait(10 * MINUTE)
    team.signal()
    team.acknowledge()
    team.wait(team.happened("unacknowledged"))
    team.wait(HOUR)
    team.signal(severity="ok")


def flapped_once_and_stable_for_hours(team: StoryTeam) -> None:
    team.set_up(("channel:ops", 48 * HOUR))
    for _ in range(6):
        team.signal()
        team.wait(MINUTE)
        team.signal(severity="ok")
        team.wait(MINUTE)
    team.signal()
    team.wait(30 * HOUR)
    team.signal(severity="ok")
    team.wait(5 * MINUTE)
    team.signal()
    team.wait(lambda: team.alert().alert_id in team.paged())
    begun_at = team.alert().escalation.begun_at
    is_at_once = begun_at is not None and begun_at - team.alert().fired_at < 3 * MINUTE
    team.expect(is_at_once, "one reopening in 30 hours is taken for flapping")
    team.acknowledge()


def flapping_while_the_provider_fails(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.slack = 20 * MINUTE
    for number in range(26):
        if number == 6:
            team.world.line.answers = [Kind.ANSWER_500]
        team.signal()
        team.wait(2 * SECOND if number == 6 else MINUTE)
        team.signal(severity="ok")
        team.wait(MINUTE)
    flapping = team.flapping_pages()
    team.expect(bool(flapping), "it flaps for 40 minutes, and nobody hears of it")


# What cannot be done, and long lists


def a_record_that_cannot_be_followed(team: StoryTeam) -> None:
    """It is set aside, and stands in nobody's way."""
    team.set_up(("channel:ops", LONG))
    # A process that dies while it sets the record aside does so again, after it was redriven: then
    # the sweep finds the page.
    team.slack = FOUND_WITHIN
    team.refuse("disk", DeliveryState.WAITING)
    team.signal()
    team.signal("fan")
    team.wait(lambda: "ops" in team.asked("fan") and bool(team.world.line.set_aside))
    team.redrive()
    team.wait(lambda: "ops" in team.asked())
    team.acknowledge()
    team.acknowledge("fan")


def a_record_that_cannot_be_followed_for_an_hour(team: StoryTeam) -> None:
    """Sweeps meet it too, and mend the others nevertheless."""
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.refuse("disk", DeliveryState.WAITING)
    team.signal()
    team.signal("fan")
    team.wait(lambda: "ops" in team.asked("fan"))
    team.lose_timer("fan")
    team.slack = 70 * MINUTE
    team.wait(HOUR)
    team.expect(team.alert("fan").timer_at is not None, "a sweep gave up at what it cannot mend")
    team.redrive()
    team.wait(lambda: "ops" in team.asked())
    team.acknowledge()
    team.acknowledge("fan")


def a_message_that_cannot_be_worked_on(team: StoryTeam) -> None:
    """Its claim is refused for good; after three tries it is set aside."""
    team.set_up(("channel:ops", LONG))
    team.slack = 20 * MINUTE
    team.refuse("disk", DeliveryState.CLAIMED)
    team.signal()
    team.signal("fan")
    team.wait(lambda: "ops" in team.asked("fan"))
    team.wait(lambda: bool(team.world.line.set_aside))
    team.redrive()
    team.wait(lambda: "ops" in team.asked())
    team.acknowledge()
    team.acknowledge("fan")


def a_group_that_takes_longer_than_a_run(team: StoryTeam) -> None:
    """Storage is slow: intake is refused when its time is up, and goes on when it comes again.

    No message follows: other stories tell of many alerts that reach nobody.
    """
    team.integration(of_type=IntegrationType.ALERTMANAGER)
    names = [f"disk-{number}" for number in range(120)]
    team.world.line.latency = 600 * MILLISECOND
    team.group(*names, started_at=NINE, severity="info")
    team.world.line.latency = MILLISECOND
    team.expect_if_calm(team.repeated > 0, "all of it was taken in within one run")
    team.expect_if_calm(team.repeated < 4, f"it was sent {team.repeated + 1} times")
    missing = [name for name in names if team.find(name) is None]
    team.expect(not missing, f"{missing} are lost")


# What only the sweep finds


def a_rule_that_waits_is_not_forgotten(team: StoryTeam) -> None:
    team.user("alice", NotificationRule(by=ContactMethod.SMS, after=HOUR))
    team.set_up(("user:alice", LONG))
    team.signal(until=team.heard("sms+1h"))
    team.acknowledge()


def the_record_of_the_first_step_is_lost(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.lose_records(_is_of_alert)
    team.signal()
    team.lose_records(None)
    team.wait(team.heard("ops"))
    team.acknowledge()


def the_record_of_a_later_step_is_lost(team: StoryTeam) -> None:
    team.set_up(("user:alice", HOUR), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(30 * MINUTE)
    team.lose_records(_is_of_alert)
    team.wait(lambda: team.alert().escalation.step == 2)
    team.lose_records(None)
    team.wait(team.heard("user:bob.email"))
    team.acknowledge()


def the_record_of_those_who_are_asked_is_lost(team: StoryTeam) -> None:
    team.user("carol")
    team.set_up(("user:alice", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.wait(HOUR)
    team.lose_records(_is_of_alert)
    team.page("user:carol")
    team.lose_records(None)
    team.wait(team.heard("user:carol.email"))
    team.acknowledge()


def acknowledged_while_people_are_asked(team: StoryTeam) -> None:
    team.user("carol")
    team.user(
        "dave",
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(by=ContactMethod.SMS, after=10 * MINUTE),
    )
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.together(
        partial(team.try_to, partial(team.page, "user:carol", "user:dave")),
        partial(team.acknowledge, by=BOB),
    )
    team.wait(HOUR)


def a_message_is_lost(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.lose_messages(lambda body: "ops" in body)
    team.signal()
    team.wait(MINUTE)
    team.lose_messages(None)
    team.wait(team.heard("ops"))
    team.acknowledge()


def a_message_is_lost_after_its_claim(team: StoryTeam) -> None:
    """The notifier dies while it sends, and its message never comes again."""
    team.set_up(("channel:ops", LONG))
    team.world.line.arrives_after = [HOUR]
    team.signal()
    team.wait(10 * SECOND)
    team.lose_messages(lambda body: "ops" in body)
    team.wait(5 * MINUTE)
    team.lose_messages(None)
    team.wait(team.heard("ops"))
    team.acknowledge()


def an_alert_loses_its_timer(team: StoryTeam) -> None:
    team.set_up(("channel:ops", HOUR), ("channel:boss", LONG))
    team.signal(until=team.heard("ops"))
    team.wait(MINUTE)
    team.lose_timer()
    team.wait(team.heard("boss"))
    team.acknowledge()


def an_acknowledged_alert_loses_its_timer(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ack_timeout=HOUR)
    team.signal(until=team.heard("ops"))
    team.acknowledge()
    team.wait(MINUTE)
    team.lose_timer()
    team.wait(team.happened("unacknowledged"))
    team.wait(10 * MINUTE)
    team.acknowledge(by=BOB)
    team.signal(severity="ok")


def an_alert_that_repeats_loses_its_timer(team: StoryTeam) -> None:
    team.set_up(("channel:ops", HOUR), ("channel:boss", LONG))
    team.signal(until=team.heard("ops"))
    team.lose_timer()
    for _ in range(90):
        team.wait(MINUTE)
        team.signal()
    team.expect("boss" in team.asked(), "repeated each minute, and nobody missed its timer")
    team.acknowledge()


def counts_lose_a_record(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.lose_records(_is_of_alert)
    team.signal()
    team.lose_records(None)
    team.signal("fan")
    team.wait(HOUR)
    team.acknowledge("fan")


# Episodes


def closed_for_the_start_that_was_seen_last(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), of_type=IntegrationType.ALERTMANAGER)
    team.group("disk", started_at=NINE - HOUR)
    team.wait(team.heard("ops"))
    # The first event may come again: closed, its start would be another than the one seen last.
    team.wait(HOUR)
    team.group("disk", started_at=NINE + MINUTE)
    team.resolve()
    team.wait(MINUTE)
    team.suppressed = 1
    team.group("disk", started_at=NINE + MINUTE)
    team.wait(MINUTE)
    team.expect(not team.alert().is_open, "what a person closed is opened for the same start")


def a_heartbeat_made_anew(team: StoryTeam) -> None:
    team.set_up(("channel:ops", 8 * LONG))
    team.heartbeat("backup", HOUR)
    team.wait(team.heard("ops"))
    team.remove_heartbeat("backup")
    team.heartbeat("backup", HOUR)
    for _ in range(6):
        team.beat()
        team.wait(30 * MINUTE)
    missed = team.missed("backup")
    team.expect(missed is not None and not missed.is_open, "it reports, and its alert is open")
    team.remove_heartbeat("backup")


def silenced_before_it_opens(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.silence(HOUR)
    ends_at = team.world.now + HOUR
    team.signal(until=team.happened("held"))
    team.wait(team.heard("ops"))
    early = SECOND + 2 * clock_error(team.world.plan)
    team.expect(team.world.now >= ends_at - early, f"released at {team.world.now}")
    team.wait(HOUR)
    team.expect(team.asked() == ["ops"], f"released to {team.asked()}")
    team.acknowledge()


def a_silence_ends_early(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.silence(LONG)
    team.signal(until=team.happened("held"))
    team.wait(HOUR)
    team.end_silence()
    ended_at = team.world.now
    team.wait(team.heard("ops"))
    waited = team.world.now - ended_at
    team.expect_if_calm(waited < MINUTE, f"released, it was told {waited} later")
    team.wait(HOUR)
    team.acknowledge()


def a_silence_over_the_second_step(team: StoryTeam) -> None:
    """The clock stops: what was left of the delay is waited for after its end."""
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    begun_at = team.world.now
    team.signal(until=team.heard("ops"))
    team.wait(2 * HOUR)
    team.silence(4 * HOUR)
    team.wait(team.heard("boss"))
    waited = team.world.now - begun_at
    early = MINUTE + 2 * clock_error(team.world.plan)
    team.expect(waited >= LONG + 4 * HOUR - early, f"the second step came after {waited}")
    team.acknowledge()


def a_silence_ends_early_over_the_second_step(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    begun_at = team.world.now
    team.signal(until=team.heard("ops"))
    team.wait(2 * HOUR)
    team.silence(10 * HOUR)
    team.wait(2 * HOUR)
    team.end_silence()
    team.wait(team.heard("boss"))
    waited = team.world.now - begun_at
    early = MINUTE + 2 * clock_error(team.world.plan)
    team.expect(waited >= LONG + 2 * HOUR - early, f"the second step came after {waited}")
    team.expect_if_calm(waited < LONG + 2 * HOUR + MINUTE, f"it came after {waited}")
    team.acknowledge()


def silenced_while_it_is_paged(team: StoryTeam) -> None:
    """Whoever is not told before is told after its end."""
    team.set_up(("channel:ops", LONG))
    team.together(team.signal, lambda: team.silence(HOUR))
    team.wait(2 * HOUR)
    team.wait(team.heard("ops"))
    team.acknowledge()


def a_silence_ends_while_it_opens(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.silence(LONG)
    team.together(team.signal, team.end_silence)
    team.wait(team.heard("ops"))
    team.wait(HOUR)
    team.acknowledge()


def a_silence_over_a_page_that_a_rule_delays(team: StoryTeam) -> None:
    team.user("alice", NotificationRule(by=ContactMethod.SMS, after=30 * MINUTE))
    team.set_up(("user:alice", LONG))
    team.signal()
    team.wait(MINUTE)
    team.silence(HOUR)
    ends_at = team.world.now + HOUR
    team.wait(team.heard("user:alice.sms+30m"))
    waited = team.world.now - ends_at
    early = MINUTE + 2 * clock_error(team.world.plan)
    team.expect(waited >= 30 * MINUTE - early, f"told {waited} after the silence")
    team.acknowledge()


def outside_the_hours_of_its_route(team: StoryTeam) -> None:
    team.set_up(("channel:ops", LONG))
    team.route(Hours(begins=time(11), ends=time(20)))
    team.signal()
    if team.opened_as_sent():
        team.wait(team.heard("ops"))
        team.acknowledge()
        return
    team.wait(team.happened("held"))
    team.wait(team.heard("ops"))
    early = SECOND + 2 * clock_error(team.world.plan)
    team.expect(team.world.now >= NINE + 2 * HOUR - early, f"told at {team.world.now}")
    team.wait(HOUR)
    team.expect(team.asked() == ["ops"], f"told to {team.asked()}")
    team.acknowledge()


def the_hours_of_a_route_end_before_the_second_step(team: StoryTeam) -> None:
    """The clock stops: what was left of the delay is waited for when they begin again."""
    team.set_up(("channel:ops", LONG), ("channel:boss", LONG))
    team.route(Hours(begins=time(6), ends=time(10)))
    team.signal(until=team.heard("ops"))
    if team.opened_as_sent():
        team.acknowledge()
        return
    team.wait(team.heard("boss"))
    early = MINUTE + 2 * clock_error(team.world.plan)
    due_at = NINE + 23 * HOUR
    team.expect(team.world.now >= due_at - early, f"the second step came at {team.world.now}")
    team.acknowledge()


def a_page_waits_for_the_hours_of_a_rule(team: StoryTeam) -> None:
    only = (Hours(begins=time(12), ends=time(20)),)
    team.user("alice", NotificationRule(by=ContactMethod.EMAIL, only=only))
    team.set_up(("user:alice", 12 * HOUR))
    team.signal()
    team.wait(team.heard("user:alice.email+2026-03-01T12:00Z"))
    early = MINUTE + 2 * clock_error(team.world.plan)
    team.expect(team.world.now >= NINE + 3 * HOUR - early, f"told at {team.world.now}")
    team.acknowledge()


def awake_over_the_second_step(team: StoryTeam) -> None:
    """The next step waits while the person does something, and comes when they go to sleep."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    begun_at = team.world.now
    team.wait(LONG - 20 * MINUTE)
    team.im_awake(4 * HOUR)
    team.stay(HOUR)
    team.go_to_sleep()
    slept_at = team.world.now
    team.wait(team.heard("user:bob.email"))
    waited = team.world.now - begun_at
    team.expect(waited >= LONG + 40 * MINUTE - MINUTE, f"the second step came after {waited}")
    waited = team.world.now - slept_at
    team.expect_if_calm(waited < MINUTE, f"it came {waited} after the end")
    team.wait(HOUR)
    team.acknowledge(by=BOB)


def awake_and_then_silent(team: StoryTeam) -> None:
    """After 15 minutes the escalation goes on, and the person is asked whether they are there."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    begun_at = team.world.now
    team.wait(LONG - 5 * MINUTE)
    team.im_awake(4 * HOUR)
    team.wait(team.heard("user:bob.email"))
    waited = team.world.now - begun_at
    team.expect(waited >= LONG + 10 * MINUTE - MINUTE, f"the second step came after {waited}")
    team.expect_if_calm(waited < LONG + 11 * MINUTE, f"the second step came after {waited}")
    team.wait(HOUR)
    team.acknowledge(by=BOB)


def awake_in_a_storm(team: StoryTeam) -> None:
    """What follows comes in digests; what is left goes on after the end."""
    team.user(
        "alice", *(NotificationRule(by=it) for it in (ContactMethod.EMAIL, ContactMethod.SMS))
    )
    team.set_up(("user:alice", LONG), ("user:bob", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, *(f"disk-{number}" for number in range(4)))
    team.wait(team.told("user:alice", 4))
    team.im_awake(2 * HOUR)
    for wave in range(3):
        _storm(team, f"cpu-{wave}-a", f"cpu-{wave}-b")
        team.wait(2 * MINUTE)
        team.look()
    team.wait(2 * MINUTE)
    team.acknowledge("cpu-0-a")
    team.wait(team.told("user:alice", 9))
    team.stay(30 * MINUTE)
    team.group("db", started_at=NINE, service="db")
    team.wait(team.told("user:alice", 10))
    team.go_to_sleep()
    team.wait(team.told("user:bob", 9))


def awake_as_it_opens(team: StoryTeam) -> None:
    """The page goes alone or in a digest, and the next step comes after the end."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.together(team.signal, lambda: team.im_awake(4 * HOUR))
    team.wait(team.heard("user:alice.email"))
    team.stay(20 * MINUTE)
    team.wait(team.heard("user:bob.email"))
    team.acknowledge(by=BOB)


def asleep_while_a_page_waits(team: StoryTeam) -> None:
    """What waits for a digest is told, and its clock runs."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, "disk-0")
    team.wait(team.told("user:alice", 1))
    team.im_awake(2 * HOUR)
    _storm(team, "disk-1", "disk-2")
    team.wait(MINUTE)
    team.together(team.go_to_sleep, lambda: _storm(team, "disk-3"))
    team.wait(team.told("user:alice", 4))
    team.wait(team.told("user:bob", 4))


def awake_again_just_as_it_ends(team: StoryTeam) -> None:
    team.set_up(("user:alice", LONG), ("user:bob", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.im_awake(10 * MINUTE)
    team.wait(10 * MINUTE - SECOND)
    team.together(team.look, lambda: team.im_awake(HOUR))
    team.stay(30 * MINUTE)
    team.wait(team.heard("user:bob.email"))
    team.acknowledge(by=BOB)


def a_channel_that_is_called_email(team: StoryTeam) -> None:
    team.user("alice", NotificationRule(by=ContactMethod.EMAIL))
    team.channel("email")
    team.channels.clear()
    team.set_up(("user:alice", LONG))
    team.signal(until=team.heard("user:alice.email"))
    team.acknowledge()
    team.wait(HOUR)
    events = [it.event for it in team.world.line.received]
    team.expect(
        set(events) == {"alert.paged"}, f"its reader acted, and the channel was not paged: {events}"
    )


def _storm(team: StoryTeam, *names: str, severity: str = "critical") -> None:
    team.group(*names, started_at=NINE, severity=severity)


def a_storm_on_one_person(team: StoryTeam) -> None:
    """One page alone, the others in digests; then the next step for what nobody acknowledged."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, *(f"disk-{number}" for number in range(14)))
    team.wait(team.told("user:alice", 14))
    team.acknowledge("disk-3")
    team.wait(team.told("user:bob", 13))
    team.expect(
        team.named("user:alice") == 14, f"alice was told of {team.named('user:alice')} of 14"
    )


def a_storm_that_is_over_while_it_waits(team: StoryTeam) -> None:
    """Of what is acknowledged or over before the digest goes, it does not tell."""
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, *(f"disk-{number}" for number in range(5)))
    team.wait(10 * SECOND)
    team.acknowledge("disk-1")
    team.resolve("disk-2")
    team.wait(2 * MINUTE)
    team.acknowledge("disk-3")
    team.wait(HOUR)


def one_alert_of_a_storm_is_left(team: StoryTeam) -> None:
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, "disk-0", "disk-1", "disk-2")
    team.wait(5 * SECOND)
    team.resolve("disk-1")
    team.wait(team.told("user:alice", 2))
    team.wait(HOUR)


def a_storm_in_waves(team: StoryTeam) -> None:
    """Each wave meets a digest that gathers, that just went, or nothing."""
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    for wave, pause in enumerate((20, 39, 1, 1, 60, 0)):
        _storm(team, f"disk-{wave}-a", f"disk-{wave}-b")
        team.wait(pause * SECOND)
    team.wait(team.told("user:alice", 12))


def a_storm_that_becomes_worse(team: StoryTeam) -> None:
    """What is critical breaks through the warnings, once."""
    team.user(
        "alice", *(NotificationRule(by=it) for it in (ContactMethod.EMAIL, ContactMethod.SMS))
    )
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, *(f"disk-{number}" for number in range(4)), severity="warning")
    team.wait(10 * SECOND)
    _storm(team, *(f"cpu-{number}" for number in range(4)))
    team.wait(team.told("user:alice", 8))
    team.wait(HOUR)
    team.expect_if_calm(
        team.alone("cpu-0", "cpu-1", "cpu-2", "cpu-3") == 2, "one of them by each method"
    )


def a_storm_of_unrelated_alerts(team: StoryTeam) -> None:
    """One of them breaks through, and the others wait."""
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    for number in range(6):
        team.group(f"disk-{number}", started_at=NINE, service=f"service-{number}")
        team.wait(SECOND)
    team.wait(team.told("user:alice", 6))
    team.wait(HOUR)


def alerts_that_come_just_when_a_digest_goes(team: StoryTeam) -> None:
    """Each joins that digest or the next one."""
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, "disk-a", "disk-b", "disk-c")
    team.wait(team.heard("user:alice.email"))
    goes_at = team.world.line.received[0].at + MINUTE
    team.wait(goes_at - team.world.now - 600 * MILLISECOND)
    for number in range(16):
        _storm(team, f"disk-{number}")
        team.wait(25 * MILLISECOND)
    team.wait(team.told("user:alice", 19))
    team.wait(HOUR)


def a_quiet_person_beside_a_storm(team: StoryTeam) -> None:
    team.user("bob")
    team.policy(("user:bob", LONG), name="for-bob")
    team.set_up(("user:alice", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, *(f"disk-{number}" for number in range(12)))
    team.open_by_hand("user:bob", name="of-bob")
    team.wait(team.heard("user:bob.email"))
    team.wait(team.told("user:alice", 12))


def a_storm_while_the_mail_is_refused(team: StoryTeam) -> None:
    """A digest that is refused for good leads to the next step of all of its alerts."""
    team.set_up(("user:alice", LONG), ("user:bob", LONG), of_type=IntegrationType.ALERTMANAGER)
    _storm(team, "disk-0", "disk-1", "disk-2")
    team.wait(30 * SECOND)
    team.world.line.answers = [Kind.REFUSE]
    team.wait(team.told("user:bob", 2))


def _is_of_alert(record: Record) -> bool:
    return bool(record["dynamodb"]["Keys"]["sk"]["S"] == "LIVE")


COMPARED = (
    page_and_acknowledgement,
    two_steps_and_nobody_acknowledges,
    steps_a_minute_apart,
    policy_repeats_to_exhaustion,
    severity_rises,
    snooze_and_wake,
    acknowledgement_times_out,
    given_back_by_a_person,
    asked_by_a_person,
    assigned_to_a_person,
    assigned_what_another_has,
    escalated_by_a_person,
    resolved_before_the_second_step,
    nobody_in_the_first_step_can_be_reached,
    two_channels_in_one_step,
    rules_with_a_delay,
    recovery_within_the_resolve_window,
    reopened,
    two_alerts_at_once,
    heartbeat_missed_and_back,
)
"""Stories that end alike under every plan."""
HASTY = (acknowledged_at_once,)
STORIES = tuple(
    Story(tell, is_hasty=tell in HASTY, is_open=tell not in (*COMPARED, *HASTY))
    for name, tell in list(globals().items())
    if isfunction(tell) and tell.__module__ == __name__ and not name.startswith("_")
)
"""Each function of this module tells one, in this order."""
