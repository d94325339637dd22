"""Stories of hours: alerts of a route, steps of a policy and rules of people that wait for them."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from tests.examples import ALICE, BOB, HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.domain.alert_json import alert_json
from tocsin.domain.escalation import Target, TargetKind
from tocsin.domain.hold import HoldKind
from tocsin.domain.hours import Day, Hours
from tocsin.domain.ids import AlertId
from tocsin.domain.line import GATHERS_FOR
from tocsin.domain.next_action import ActionKind
from tocsin.domain.notification import DeliveryState
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.reception import Source
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction
from tocsin.domain.timeline import ChangeType
from tocsin.usecases.ask_people import unreached

WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL
NOON = (Hours(begins=time(12), ends=time(18)),)
"""Stories begin at nine: three hours before."""
MORNING = (Hours(begins=time(8), ends=time(9, 30)),)
"""Half an hour is left."""
TOMORROW = 23 * HOUR
"""From nine until the morning's hours come again."""
Page = tuple[str, str, timedelta]


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("alice", "bob", "carol"):
        world.user(name)
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    return world


def pages(world: World, alert_id: AlertId) -> list[Page]:
    """Who was paged, why, and how long after nine."""
    sent = [each for each in world.pages(alert_id) if each.state is DeliveryState.SENT]
    return [
        (each.delivery.target_name, each.delivery.reason.value, each.changed_at - NINE)
        for each in sorted(sent, key=lambda it: it.changed_at)
    ]


def quiet(world: World, *match: str, only: tuple[Hours, ...] = NOON, **more: str) -> None:
    world.route("night-quiet", *match, only=only, **more)  # type: ignore[arg-type]


def reasons(world: World, alert_id: AlertId) -> list[str]:
    """What the timeline says about messages that no ledger has."""
    return [
        str(change.details["reason"])
        for change in world.timeline(alert_id)
        if change.type is ChangeType.NOTIFICATION_SKIPPED and "policy" in change.details
    ]


# Routes


def test_an_alert_outside_the_hours_of_its_route_waits_for_them(world: World) -> None:
    quiet(world)

    alert_id = world.opened()

    due = world.next_action(alert_id)
    assert pages(world, alert_id) == []
    assert (due.kind, due.at, due.step) == (ActionKind.RELEASE, NINE + 3 * HOUR, 1)
    assert due.why == "waits for 12:00 UTC (route night-quiet); then step 1"
    assert due.targets == ("user:alice",)

    world.pass_time(hours=4)

    assert pages(world, alert_id) == [
        ("alice", "released", 3 * HOUR + GATHERS_FOR),
        ("bob", "escalated", 3 * HOUR + GATHERS_FOR + 10 * MINUTE),
    ]
    assert world.happened(alert_id)[:3] == ["fired", "held", "released"]


def test_it_is_held_from_its_first_write_on(world: World) -> None:
    quiet(world)

    alert_id = world.opened()

    fired, held = world.timeline(alert_id)
    assert fired.details["route"] == "night-quiet"
    assert fired.details["only"] == "mon-sun 12:00-18:00"
    assert held.details == {
        "kind": "hours",
        "name": "night-quiet",
        "until": "2026-03-01T12:00:00.000Z",
        "reason": "waits for 12:00 UTC (route night-quiet)",
    }
    assert world.alert(alert_id).version == 1


def test_within_the_hours_of_its_route_an_alert_pages_at_once(world: World) -> None:
    quiet(world, only=MORNING)

    alert_id = world.opened()

    assert pages(world, alert_id) == [("alice", "first", timedelta())]


def test_the_clock_of_a_step_stands_still_outside_the_hours(world: World) -> None:
    quiet(world, only=MORNING)
    world.pass_time(minutes=26)
    alert_id = world.opened()

    world.pass_time(hours=30)

    assert pages(world, alert_id) == [
        ("alice", "first", 26 * MINUTE),
        ("bob", "escalated", TOMORROW + 6 * MINUTE),
    ], "four minutes had passed when the hours ended"


def test_what_fires_in_the_morning_is_one_digest_for_each_destination(world: World) -> None:
    world.escalation_policy((("user:alice", "channel:ops"), HOUR))
    world.channel("ops", "slack")
    quiet(world)
    ids = [world.opened(f"disk-{number}", severity=WARNING) for number in range(30)]
    world.signal("disk-0", action=SignalAction.RESOLVE, severity=WARNING)
    world.acknowledge(ids[1])

    world.pass_time(hours=3, minutes=30)

    assert Counter(it.target for it in world.providers.received) == {}
    told = Counter(digest.target for digest in world.providers.digests)
    assert told == {"user:alice": 1, "channel:ops": 1}
    assert all(pages(world, each) == [] for each in ids[:2])
    assert all(len(pages(world, each)) == 2 for each in ids[2:])


def test_the_hours_are_those_of_the_routes_time_zone(world: World) -> None:
    quiet(world, time_zone="America/New_York")

    alert_id = world.opened()

    assert world.next_action(alert_id).at == NINE + 8 * HOUR


def test_a_route_without_a_time_zone_has_the_teams(world: World) -> None:
    world.time_zone = "Asia/Tokyo"
    quiet(world)

    alert_id = world.opened()

    assert pages(world, alert_id) == [], "it is 18:00 in Tokyo"
    assert world.next_action(alert_id).at == NINE + 18 * HOUR


def test_the_hours_also_hold_what_an_integration_with_its_own_policy_sends(world: World) -> None:
    world.escalation_policy(("user:carol", HOUR), name="dba")
    quiet(world)

    alert_id = world.opened(source=Source(integration="db", escalation_policy="dba"))
    world.pass_time(hours=3, minutes=1)

    assert pages(world, alert_id) == [("carol", "released", 3 * HOUR + GATHERS_FOR)]


def test_a_rise_that_matches_another_route_pages_at_once(world: World) -> None:
    quiet(world, 'severity="warning"')
    alert_id = world.opened(severity=WARNING)
    world.pass_time(minutes=20)

    world.signal(severity=CRITICAL)

    assert pages(world, alert_id) == [("alice", "first", 20 * MINUTE)]
    assert world.alert(alert_id).hold is None


def test_a_rise_to_what_it_was_before_goes_on_at_once(world: World) -> None:
    quiet(world, 'severity="warning"')
    alert_id = world.opened(severity=CRITICAL)
    world.pass_time(minutes=2)
    world.signal(severity=WARNING)
    world.pass_time(minutes=20)
    assert world.next_action(alert_id).why.startswith("waits for 12:00 UTC (route night-quiet)")

    world.signal(severity=CRITICAL)
    world.pass_time(minutes=20)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("bob", "escalated", 30 * MINUTE),
    ], "eight minutes were left"


def test_an_alert_that_becomes_better_waits_for_the_hours_of_its_new_route(world: World) -> None:
    quiet(world, 'severity="warning"')
    alert_id = world.opened(severity=CRITICAL)

    world.signal(severity=WARNING)
    world.pass_time(hours=2)

    assert pages(world, alert_id) == [("alice", "first", timedelta())]
    world.pass_time(hours=2)
    assert pages(world, alert_id)[1:] == [("bob", "escalated", 3 * HOUR + 10 * MINUTE)]


def test_an_alert_that_is_acknowledged_before_its_hours_is_not_paged(world: World) -> None:
    quiet(world)
    alert_id = world.opened()

    world.acknowledge(alert_id)
    world.pass_time(hours=5)

    assert pages(world, alert_id) == []


def test_an_alert_that_is_resolved_before_its_hours_is_never_paged(world: World) -> None:
    quiet(world)
    alert_id = world.opened()

    world.resolve(alert_id)
    world.pass_time(hours=5)

    assert pages(world, alert_id) == []


def test_each_episode_waits_anew(world: World) -> None:
    quiet(world)
    world.opened()
    world.signal(action=SignalAction.RESOLVE)

    alert_id = world.opened()
    world.pass_time(hours=2)

    assert pages(world, alert_id) == []


def test_an_alert_that_is_given_back_outside_the_hours_waits_for_them(world: World) -> None:
    quiet(world, only=MORNING)
    alert_id = world.opened()
    world.acknowledge(alert_id)
    world.pass_time(hours=1)

    world.unacknowledge(alert_id)
    world.pass_time(hours=24)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("bob", "released", TOMORROW + GATHERS_FOR),
    ]


def test_an_acknowledgement_that_times_out_outside_the_hours_asks_in_them(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), ack_timeout=HOUR)
    quiet(world, only=MORNING)
    alert_id = world.opened()
    world.acknowledge(alert_id)

    world.pass_time(hours=24)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("alice", "released", TOMORROW + GATHERS_FOR),
    ]


def test_an_alert_that_wakes_outside_the_hours_waits_for_them(world: World) -> None:
    quiet(world, only=MORNING)
    alert_id = world.opened()
    world.snooze(alert_id, HOUR)

    world.pass_time(hours=24)

    assert pages(world, alert_id)[1] == ("alice", "released", TOMORROW + GATHERS_FOR)


def test_a_silence_that_ends_before_the_hours_leaves_the_alert_waiting(world: World) -> None:
    quiet(world)
    world.silence('severity=~".+"', minutes=60)
    alert_id = world.opened()

    world.pass_time(hours=2)
    assert world.next_action(alert_id).why.startswith("waits for 12:00 UTC")
    assert world.alert(alert_id).silence is None
    world.pass_time(hours=1, minutes=1)

    assert pages(world, alert_id) == [("alice", "released", 3 * HOUR + GATHERS_FOR)]


def test_a_silence_that_ends_after_the_hours_began_holds_until_its_own_end(world: World) -> None:
    quiet(world)
    alert_id = world.opened()

    world.silence('severity=~".+"', minutes=240)
    world.pass_time(seconds=10)
    silence = world.alert(alert_id).silence
    assert silence is not None
    assert silence.name == "deploy-42"
    world.pass_time(hours=3, minutes=30)
    assert pages(world, alert_id) == []
    world.pass_time(minutes=31)

    assert pages(world, alert_id) == [("alice", "released", 4 * HOUR + GATHERS_FOR)]


def test_an_awake_person_does_not_keep_the_clock_beyond_the_hours(world: World) -> None:
    quiet(world, only=MORNING)
    world.im_awake("alice", minutes=240)
    alert_id = world.opened(severity=WARNING)
    for _ in range(8):
        world.pass_time(minutes=10)
        world.look("alice")

    held = world.alert(alert_id).hold

    assert held is not None
    assert held.kind is HoldKind.HOURS
    world.pass_time(hours=24)
    assert [who for who, *_ in pages(world, alert_id)] == ["alice", "bob"]
    assert pages(world, alert_id)[1][2] >= TOMORROW


def test_a_page_in_the_queue_is_not_sent_once_the_hours_have_ended(world: World) -> None:
    """A rule delays the page until after their end."""
    world.user("alice", NotificationRule(by=ContactMethod.SMS, after=40 * MINUTE))
    world.escalation_policy(("user:alice", 2 * HOUR))
    quiet(world, only=MORNING)
    alert_id = world.opened()

    world.pass_time(hours=2)

    assert pages(world, alert_id) == []
    assert [it.reason for it in world.pages(alert_id)] == [
        "waits for 2026-03-02 08:00 UTC (route night-quiet)"
    ]
    world.pass_time(hours=24)
    assert pages(world, alert_id) == [("alice", "released", TOMORROW + 40 * MINUTE + GATHERS_FOR)]


def test_a_person_may_ask_for_the_next_step_and_hours_count_no_more(world: World) -> None:
    quiet(world)
    alert_id = world.opened()

    world.escalate(alert_id)
    world.pass_time(minutes=11)

    assert [(who, at) for who, _, at in pages(world, alert_id)] == [
        ("alice", timedelta()),
        ("bob", 10 * MINUTE),
    ]


def test_a_page_that_a_person_asks_for_is_sent_outside_the_hours(world: World) -> None:
    quiet(world)
    alert_id = world.opened()

    world.page(alert_id, "user:carol")

    assert pages(world, alert_id) == [("carol", "asked", timedelta())]


def test_a_route_without_hours_by_now_lets_go_what_waits(world: World) -> None:
    quiet(world)
    alert_id = world.opened()

    world.route("night-quiet")
    world.pass_time(minutes=1)
    assert world.sweep() == (), "nothing was forgotten"
    world.pass_time(seconds=10)

    assert pages(world, alert_id) == [("alice", "released", MINUTE + GATHERS_FOR)]


def test_what_waits_follows_the_new_hours_of_its_route(world: World) -> None:
    quiet(world)
    earlier, later = world.opened("a"), world.opened("b")

    quiet(world, only=(Hours(begins=time(10), ends=time(11)),))
    world.pass_time(minutes=1)
    world.sweep()

    for alert_id in (earlier, later):
        assert world.next_action(alert_id).at == NINE + HOUR
    quiet(world, only=(Hours(begins=time(15), ends=time(16)),))
    world.pass_time(minutes=1)
    world.sweep()
    assert world.next_action(earlier).at == NINE + 6 * HOUR


def test_what_waits_is_let_go_when_its_route_is_removed(world: World) -> None:
    quiet(world)
    alert_id = world.opened()
    world.pass_time(minutes=1)

    world.routes.delete(world.routes.get("night-quiet"), write_id=world.new_write_id())
    world.pass_time(minutes=1)
    world.sweep()

    assert world.alert(alert_id).hold is None


def test_a_sweep_reports_nothing_of_what_waits_for_its_hours(world: World) -> None:
    quiet(world)
    world.opened()
    for _ in range(24):
        world.pass_time(minutes=10)

        assert world.sweep() == ()


def test_a_sweep_reports_nothing_when_hours_end_within_a_silence(world: World) -> None:
    quiet(world, only=MORNING)
    world.silence('severity=~".+"', minutes=180)
    world.opened()
    for _ in range(18):
        world.pass_time(minutes=10)

        assert world.sweep() == ()


def test_a_hold_after_opening_and_hours_both_have_to_be_over(world: World) -> None:
    world.route("night-quiet", only=(Hours(begins=time(9, 1), ends=time(18)),), hold=5 * MINUTE)

    alert_id = world.opened()
    world.pass_time(hours=1)

    assert pages(world, alert_id)[0][::2] == ("alice", 5 * MINUTE)


def test_what_opens_when_the_clocks_go_forward_is_told_at_the_wall_clocks_time() -> None:
    eve = datetime.fromisoformat("2026-03-28T20:00+00:00")
    world = World(eve)
    world.user("alice")
    world.escalation_policy(("user:alice", HOUR))
    world.route(
        "night-quiet", only=(Hours(begins=time(8), ends=time(18)),), time_zone="Europe/Paris"
    )

    alert_id = world.opened()

    assert world.next_action(alert_id).at == datetime.fromisoformat("2026-03-29T06:00+00:00")


# Steps


def test_a_step_outside_its_hours_is_left_out_with_the_reason(world: World) -> None:
    world.escalation_policy(
        ("user:alice", 10 * MINUTE),
        ("user:bob", 10 * MINUTE),
        ("user:carol", 10 * MINUTE),
        only={2: NOON},
    )

    alert_id = world.opened()
    assert world.next_action(alert_id).targets == ("user:carol",)
    world.pass_time(hours=1)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("carol", "escalated", 10 * MINUTE),
    ]
    assert reasons(world, alert_id) == ["outside its hours: step-2 (mon-sun 12:00-18:00)"]


def test_a_first_step_outside_its_hours_gives_way_to_the_second(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE), only={1: NOON})

    alert_id = world.opened(severity=WARNING)
    world.pass_time(hours=1)

    assert pages(world, alert_id) == [("bob", "first", timedelta())]
    assert reasons(world, alert_id) == [
        "outside its hours: step-1 (mon-sun 12:00-18:00)",
    ]
    assert world.alert(alert_id).escalation.why_at_rest.startswith("every step")


def test_a_step_whose_hours_begin_while_the_run_goes_on_is_asked(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 4 * HOUR), only={1: NOON})

    alert_id = world.opened()
    assert world.next_action(alert_id).targets == ("user:alice",)
    world.pass_time(hours=5)

    assert [(who, at) for who, _, at in pages(world, alert_id)] == [
        ("bob", timedelta()),
        ("alice", 4 * HOUR),
    ]


def test_a_warning_that_could_ask_nobody_waits_for_the_first_hours(world: World) -> None:
    world.escalation_policy(
        ("user:alice", 10 * MINUTE),
        ("user:bob", 10 * MINUTE),
        only={1: (Hours(begins=time(15), ends=time(18)),), 2: NOON},
    )

    alert_id = world.opened(severity=WARNING)

    due = world.next_action(alert_id)
    assert (due.kind, due.at, due.targets) == (
        ActionKind.ESCALATE,
        NINE + 3 * HOUR,
        ("user:bob",),
    )
    assert due.why == "waits for 12:00 UTC (step-2 of default); nobody before"
    assert reasons(world, alert_id) == ["no step is within its hours: waits for 12:00 UTC (step-2)"]
    world.pass_time(hours=4)
    assert pages(world, alert_id) == [("bob", "released", 3 * HOUR + GATHERS_FOR)]


def test_warnings_that_wait_for_a_step_are_told_together(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), only={1: NOON})
    ids = [world.opened(f"disk-{number}", severity=WARNING) for number in range(7)]

    world.pass_time(hours=4)

    assert world.providers.received == []
    assert [digest.target for digest in world.providers.digests] == ["user:alice"]
    assert all(len(pages(world, each)) == 1 for each in ids)


def test_a_critical_alert_that_could_ask_nobody_asks_all_the_same(world: World) -> None:
    world.escalation_policy(
        ("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE), only={1: NOON, 2: NOON}
    )

    alert_id = world.opened(severity=CRITICAL)

    assert pages(world, alert_id) == [("alice", "first", timedelta())]
    assert reasons(world, alert_id) == [
        "nobody else is asked, so step-1 (mon-sun 12:00-18:00) is, outside its hours"
    ]


def test_a_critical_alert_whose_first_step_reaches_nobody_asks_the_next_in_any_case(
    world: World,
) -> None:
    world.escalation_policy(("user:nobody", 10 * MINUTE), ("user:bob", 10 * MINUTE), only={2: NOON})

    alert_id = world.opened(severity=CRITICAL)
    world.pass_time(minutes=1)

    assert [who for who, *_ in pages(world, alert_id)] == ["bob"]


def test_a_critical_alert_that_is_given_back_asks_the_next_in_any_case(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE), only={2: NOON})
    alert_id = world.opened(severity=CRITICAL)
    world.acknowledge(alert_id)

    world.unacknowledge(alert_id)
    world.pass_time(minutes=1)

    assert [who for who, *_ in pages(world, alert_id)] == ["alice", "bob"]


def test_a_warning_that_waits_for_a_step_is_paged_when_it_becomes_critical(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), only={1: NOON})
    alert_id = world.opened(severity=WARNING)
    world.pass_time(minutes=30)

    world.signal(severity=CRITICAL)

    assert pages(world, alert_id) == [("alice", "first", 30 * MINUTE)]


def test_a_further_run_waits_for_hours_if_they_have_ended(world: World) -> None:
    world.escalation_policy(("user:alice", 20 * MINUTE), repeat=2, only={1: MORNING})
    alert_id = world.opened(severity=WARNING)

    world.pass_time(hours=30)

    assert [at for *_, at in pages(world, alert_id)] == [
        timedelta(),
        20 * MINUTE,
        TOMORROW + GATHERS_FOR,
    ]
    assert world.alert(alert_id).escalation.rest is not None


def test_a_person_may_ask_a_step_outside_its_hours(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE), only={2: NOON})
    alert_id = world.opened(severity=WARNING)

    world.escalate(alert_id)

    assert [who for who, *_ in pages(world, alert_id)] == ["alice", "bob"]


def test_two_steps_of_the_same_people_with_other_hours_are_two_steps(world: World) -> None:
    night = (Hours(begins=time(18), ends=time(12)),)
    world.escalation_policy(
        ("user:alice", 10 * MINUTE), ("user:alice", 10 * MINUTE), only={1: NOON, 2: night}
    )

    alert_id = world.opened()
    world.pass_time(hours=1)

    assert [at for *_, at in pages(world, alert_id)] == [timedelta()]


def test_a_silence_over_the_hours_of_a_step_asks_it_at_its_end(world: World) -> None:
    """At night the first step is left out; the silence ends by day."""
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE), only={1: NOON})
    world.silence('severity=~".+"', minutes=240)
    alert_id = world.opened()

    world.pass_time(hours=4, minutes=1)

    assert pages(world, alert_id) == [("alice", "released", 4 * HOUR + GATHERS_FOR)]


def test_a_silence_longer_than_a_steps_wait_holds_until_its_own_end(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), only={1: NOON})
    alert_id = world.opened(severity=WARNING)

    world.silence('severity=~".+"', minutes=240)
    world.pass_time(hours=5)

    assert pages(world, alert_id) == [("alice", "released", 4 * HOUR + GATHERS_FOR)]


def test_a_silence_shorter_than_a_steps_wait_leaves_it_waiting(world: World) -> None:
    world.escalation_policy(("user:alice", 10 * MINUTE), only={1: NOON})
    alert_id = world.opened(severity=WARNING)

    world.silence('severity=~".+"', minutes=60)
    world.pass_time(hours=2)
    assert pages(world, alert_id) == []
    world.pass_time(hours=2)

    assert pages(world, alert_id) == [("alice", "released", 3 * HOUR + GATHERS_FOR)]


# Rules of people


def only_at_noon(world: World, *more: NotificationRule, after: timedelta = timedelta()) -> None:
    rule = NotificationRule(by=ContactMethod.EMAIL, after=after, only=NOON)
    world.user("alice", rule, *more)


def test_the_message_of_a_rule_waits_for_its_hours(world: World) -> None:
    only_at_noon(world)

    alert_id = world.opened()
    [waiting] = world.pages(alert_id)
    assert waiting.reason == "the user's rule waits for its hours"
    assert waiting.delivery.channel == "email+2026-03-01T12:00Z"
    world.pass_time(hours=4)

    assert pages(world, alert_id) == [
        ("bob", "escalated", 10 * MINUTE),
        ("alice", "released", 3 * HOUR + GATHERS_FOR),
    ]


def test_within_its_hours_a_rule_tells_at_once(world: World) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL, only=MORNING))

    alert_id = world.opened()

    assert pages(world, alert_id) == [("alice", "first", timedelta())]


def test_the_hours_of_a_rule_are_by_the_users_clock(world: World) -> None:
    only_at_noon(world)
    world.keep(world.users, replace(world.users.get("alice").value, time_zone="Asia/Kabul"))

    alert_id = world.opened()

    assert pages(world, alert_id) == [("alice", "first", timedelta())], "it is 13:30 in Kabul"


@pytest.mark.parametrize("act", ["acknowledge", "resolve"])
def test_what_somebody_has_or_is_over_by_then_is_not_told(world: World, act: str) -> None:
    only_at_noon(world)
    alert_id = world.opened()

    getattr(world, act)(alert_id)
    world.pass_time(hours=4)

    assert pages(world, alert_id) == []


def test_what_is_snoozed_when_the_hours_begin_is_not_told(world: World) -> None:
    only_at_noon(world)
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()

    world.snooze(alert_id, 4 * HOUR)
    world.pass_time(hours=3, minutes=30)

    assert pages(world, alert_id) == []


def test_in_a_new_spell_the_message_of_the_old_one_is_not_sent(world: World) -> None:
    only_at_noon(world)
    world.escalation_policy(("user:alice", 10 * HOUR), ack_timeout=HOUR)
    alert_id = world.opened()
    world.acknowledge(alert_id, by=BOB)

    world.pass_time(hours=4)

    assert [who for who, *_ in pages(world, alert_id)] == ["alice"]
    assert [it.reason for it in world.pages(alert_id)] == [
        "it was acknowledged or snoozed meanwhile, and fires anew",
        None,
    ]


def test_a_delay_that_ends_outside_the_hours_is_made_longer(world: World) -> None:
    rule = NotificationRule(by=ContactMethod.EMAIL, after=40 * MINUTE, only=MORNING)
    world.user("alice", rule)
    world.escalation_policy(("user:alice", HOUR))

    alert_id = world.opened()
    world.pass_time(hours=24)

    assert pages(world, alert_id) == [("alice", "released", TOMORROW + GATHERS_FOR)]


def test_a_person_who_is_asked_by_several_steps_in_one_night_is_told_once(world: World) -> None:
    only_at_noon(world)
    world.escalation_policy(("user:alice", 10 * MINUTE), repeat=5)

    alert_id = world.opened()
    world.pass_time(hours=4)

    assert len(pages(world, alert_id)) == 1


def test_a_person_who_is_asked_in_two_nights_is_told_on_both_mornings(world: World) -> None:
    only_at_noon(world)
    world.escalation_policy(("user:alice", 12 * HOUR), repeat=1)

    alert_id = world.opened()
    world.pass_time(days=2)

    assert [at for *_, at in pages(world, alert_id)] == [
        3 * HOUR + GATHERS_FOR,
        27 * HOUR + GATHERS_FOR,
    ]


def test_a_critical_alert_that_only_waits_for_rules_is_told_to_the_last_resort(
    world: World,
) -> None:
    """Each of the people may have hours; that nobody is told before they begin is not wanted."""
    only_at_noon(world)
    world.escalation_policy(("user:alice", HOUR))
    critical = world.opened("critical", severity=CRITICAL)
    warning = world.opened("warning", severity=WARNING)

    world.pass_time(hours=2)

    assert world.topic is not None
    assert len(world.topic.told) == 1
    why = "reached nobody: the user's rule waits for its hours"
    assert world.next_action(critical).why == why
    assert "reached nobody" not in world.next_action(warning).why
    world.pass_time(hours=2)
    assert world.alert(critical).escalation.unreached is None
    assert [at for *_, at in pages(world, critical)] == [3 * HOUR + GATHERS_FOR]


def test_who_has_an_alert_is_told_at_any_hour_that_it_became_worse(world: World) -> None:
    only_at_noon(world)
    alert_id = world.opened(severity=WARNING)
    world.acknowledge(alert_id, by=ALICE)

    world.signal(severity=CRITICAL)

    assert [it.target for it in world.providers.received] == ["user:alice"]


def test_a_page_that_a_person_asks_for_waits_for_the_hours_of_a_rule_and_says_so(
    world: World,
) -> None:
    only_at_noon(world)
    world.escalation_policy(("user:carol", 10 * HOUR))
    alert_id = world.opened()
    targets = [Target(TargetKind.USER, "alice"), Target(TargetKind.USER, "bob")]

    world.page(alert_id, "user:alice", "user:bob")

    alert, directory = world.alert(alert_id), world.paging.directory(world.now)
    [told] = unreached(targets, alert, directory, by=BOB)
    assert told.position == 0
    assert told.why == "waits for 12:00 UTC: the rules of alice have hours"
    world.pass_time(hours=4)
    assert [(who, at) for who, _, at in pages(world, alert_id)] == [
        ("bob", timedelta()),
        ("carol", timedelta()),
        ("alice", 3 * HOUR),
    ]


def test_a_held_alert_says_what_holds_it_and_until_when(world: World) -> None:
    quiet(world)

    held = alert_json(world.alert(world.opened()), world.now)

    assert (held["held_by"], held["silenced_by"]) == (
        {"kind": "hours", "name": "night-quiet", "until": "2026-03-01T12:00:00.000Z"},
        None,
    )


def test_what_a_rule_lets_wait_is_one_digest(world: World) -> None:
    only_at_noon(world)
    world.escalation_policy(("user:alice", HOUR))
    for number in range(9):
        world.opened(f"disk-{number}")

    world.pass_time(hours=4)

    assert world.providers.received == []
    assert [digest.target for digest in world.providers.digests] == ["user:alice"]


def test_a_message_that_waits_for_days_and_is_lost_is_found_again(world: World) -> None:
    """The alert has a timer of another kind, so that the sweep looks at it for its age alone."""
    world.route("one-shots", close_after=timedelta(days=30))
    only = (Hours(days=frozenset((Day.THU,)), begins=time(8), ends=time(18)),)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL, only=only))
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()
    world.pass_time(days=3)

    world.deliveries.arrived(world.now + HOUR)  # lost
    world.pass_time(days=1)
    for _ in range(6):
        world.pass_time(minutes=10)
        world.sweep()
    world.pass_time(minutes=1)

    assert len(pages(world, alert_id)) == 1


def test_a_rule_of_weekdays_lets_wait_over_the_weekend(world: World) -> None:
    """The story begins on a Sunday."""
    weekdays = frozenset(Day) - {Day.SAT, Day.SUN}
    only = (Hours(days=weekdays, begins=time(8), ends=time(18)),)
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL, only=only))
    world.escalation_policy(("user:alice", HOUR))

    alert_id = world.opened()
    world.pass_time(days=2)

    assert pages(world, alert_id) == [("alice", "released", TOMORROW + GATHERS_FOR)]
