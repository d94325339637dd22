"""Who was mailed a page hears by e-mail what others did, once, and nothing of their own action."""

import pytest

from tests.examples import ALICE, BOB, HOUR, MINUTE
from tests.fakes.world import World
from tests.scenarios.test_messages_in_flight import while_sending
from tocsin.domain.ids import Actor
from tocsin.domain.people import Channel, ContactMethod, NotificationRule
from tocsin.domain.phrase import plain
from tocsin.domain.severity import Severity
from tocsin.domain.signal import SignalAction

EMAIL = NotificationRule(by=ContactMethod.EMAIL)
KEY = Actor("key:01ARZ3")
BY_LINK = Actor("link:bob")


@pytest.fixture
def team(world: World) -> World:
    """Alice and Bob are mailed together, Carol after half an hour."""
    for name in ("alice", "bob", "carol"):
        world.user(name, EMAIL)
    steps = ((("user:alice", "user:bob"), 30 * MINUTE), ("user:carol", HOUR))
    world.escalation_policy(*steps, ack_timeout=HOUR)
    return world


def heard(world: World, target: str) -> list[str]:
    """The events of the messages to a target, without `alert.`."""
    events = [it.event.value for it in world.providers.received if it.target == target]
    return [event.removeprefix("alert.") for event in events]


def alice(world: World) -> list[str]:
    return heard(world, "user:alice")


def bob(world: World) -> list[str]:
    return heard(world, "user:bob")


@pytest.mark.parametrize("by", [BOB, BY_LINK])
def test_the_others_hear_of_an_acknowledgement(team: World, by: Actor) -> None:
    alert_id = team.opened()

    team.acknowledge(alert_id, by=by)

    assert (alice(team), bob(team)) == (["paged", "acknowledged"], ["paged"])
    assert heard(team, "user:carol") == [], "she was never mailed"


@pytest.mark.parametrize("by", [BOB, BY_LINK])
def test_the_others_hear_of_a_resolution(team: World, by: Actor) -> None:
    alert_id = team.opened()

    team.resolve(alert_id, by=by)

    assert (alice(team), bob(team)) == (["paged", "resolved"], ["paged"])


def test_everybody_hears_of_a_recovery(team: World) -> None:
    team.opened()

    team.signal(action=SignalAction.RESOLVE)

    assert alice(team) == bob(team) == ["paged", "resolved"]


def test_everybody_hears_what_a_key_did(team: World) -> None:
    alert_id = team.opened()

    team.acknowledge(alert_id, by=KEY)

    assert alice(team) == bob(team) == ["paged", "acknowledged"]


@pytest.mark.parametrize("by", [BOB, BY_LINK])
def test_the_others_hear_of_a_snooze_and_are_paged_at_its_early_end(team: World, by: Actor) -> None:
    alert_id = team.opened()

    team.snooze(alert_id, HOUR, by=by)

    assert (alice(team), bob(team)) == (["paged", "snoozed"], ["paged"])
    team.pass_time(minutes=1)

    team.unsnooze(alert_id, by=by)
    team.pass_time(seconds=1)

    assert alice(team) == ["paged", "snoozed", "paged"]
    assert bob(team) == ["paged", "paged"]


@pytest.mark.parametrize("by", [BOB, BY_LINK])
def test_the_others_hear_that_it_was_given_back(team: World, by: Actor) -> None:
    alert_id = team.opened()
    team.acknowledge(alert_id, by=by)

    team.unacknowledge(alert_id, by=by)

    assert alice(team)[:3] == ["paged", "acknowledged", "unacknowledged"]
    assert "unacknowledged" not in bob(team)


def test_nobody_is_mailed_twice_where_the_time_to_resolve_it_is_over(team: World) -> None:
    """The page of the next run says so."""
    alert_id = team.opened()
    team.acknowledge(alert_id, by=BOB)

    team.pass_time(hours=1, seconds=1)

    assert alice(team) == ["paged", "acknowledged", "paged"]
    assert bob(team) == ["paged", "paged"]


def test_nobody_is_mailed_twice_at_the_end_of_a_snooze(team: World) -> None:
    alert_id = team.opened()
    team.snooze(alert_id, HOUR, by=BOB)

    team.pass_time(hours=1, seconds=1)

    assert alice(team) == ["paged", "snoozed", "paged"]


def test_nobody_is_mailed_twice_where_a_rise_wakes_it(team: World) -> None:
    alert_id = team.opened(severity=Severity.WARNING)
    team.snooze(alert_id, HOUR, by=BOB)

    team.signal(severity=Severity.CRITICAL)

    assert alice(team) == ["paged", "snoozed", "paged"]


def test_who_is_not_paged_again_hears_that_the_time_to_resolve_it_is_over(team: World) -> None:
    """Only the step that was asked last is asked again."""
    alert_id = team.opened()
    team.pass_time(minutes=31)
    team.acknowledge(alert_id, by=Actor("carol"))

    team.pass_time(hours=1, seconds=1)

    assert alice(team) == bob(team) == ["paged", "acknowledged", "unacknowledged"]
    assert heard(team, "user:carol") == ["paged", "paged"]


def test_who_is_not_paged_again_hears_of_the_end_of_a_snooze(team: World) -> None:
    """The first step is asked again."""
    alert_id = team.opened()
    team.pass_time(minutes=31)
    team.snooze(alert_id, HOUR, by=BOB)

    team.pass_time(hours=1, seconds=1)

    assert alice(team) == ["paged", "snoozed", "paged"]
    assert heard(team, "user:carol") == ["paged", "snoozed", "woken"]


def test_texts_have_no_updates(world: World) -> None:
    world.user("alice", NotificationRule(by=ContactMethod.SMS))
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()

    world.acknowledge(alert_id, by=BOB)
    world.resolve(alert_id, by=BOB)

    assert alice(world) == ["paged"]


def test_an_update_tells_what_happened_and_a_page_does_not(team: World) -> None:
    alert_id = team.opened()
    team.pass_time(minutes=2)
    team.acknowledge(alert_id, by=BY_LINK)

    page, update = [it.message for it in team.providers.received if it.target == "user:alice"]
    assert page.wording.happened == ()
    assert [(it.clock, plain(it.text)) for it in update.wording.happened] == [
        ("09:00", "It began"),
        ("09:00", "You were told by e-mail"),
        ("09:00", "Bob was told by e-mail"),
        ("09:02", "Bob acknowledged"),
    ]


def test_only_updates_by_email_read_the_timeline(team: World) -> None:
    team.user("alice", EMAIL, NotificationRule(by=ContactMethod.SMS))
    team.channel("hook")
    team.escalation_policy((("user:alice", "channel:hook"), HOUR))
    alert_id = team.opened()
    assert team.timelines_read == []

    team.acknowledge(alert_id, by=BOB)

    assert (alice(team), heard(team, "channel:hook")) == (
        ["paged", "paged", "acknowledged"],
        ["paged", "acknowledged"],
    )
    assert team.timelines_read == [alert_id]


def test_a_person_with_several_rules_is_mailed_once(world: World) -> None:
    world.user("alice", EMAIL, NotificationRule(by=ContactMethod.EMAIL, after=10 * MINUTE))
    world.escalation_policy(("user:alice", HOUR))
    alert_id = world.opened()
    world.pass_time(minutes=11)
    assert alice(world) == ["paged", "paged"]

    world.acknowledge(alert_id, by=BOB)

    assert alice(world) == ["paged", "paged", "acknowledged"]
    assert world.providers.received[-1].channel == "email"


def test_a_person_who_was_paged_in_each_run_is_mailed_once(world: World) -> None:
    world.user("alice", EMAIL)
    world.escalation_policy(("user:alice", MINUTE), repeat=3)
    alert_id = world.opened()
    world.pass_time(minutes=10)

    world.resolve(alert_id, by=BOB)

    assert alice(world) == ["paged"] * 4 + ["resolved"]


@pytest.mark.parametrize("by", [BOB, Actor("link:list")])
def test_a_list_hears_what_each_of_its_readers_did(world: World, by: Actor) -> None:
    """Who of them used the link is not known to the others."""
    list_ = Channel(name="list", type="email", settings={"to": ("a@example.com", "b@example.com")})
    world.keep(world.channels, list_)
    world.escalation_policy(("channel:list", HOUR))
    alert_id = world.opened()

    world.acknowledge(alert_id, by=by)
    world.resolve(alert_id, by=by)

    assert heard(world, "channel:list") == ["paged", "acknowledged", "resolved"]


def test_a_page_on_its_way_is_followed_by_what_another_did(team: World) -> None:
    while_sending(team, lambda alert: team.acknowledge(alert.alert_id, by=KEY))

    team.opened()
    team.pass_time(minutes=10)

    assert alice(team) == ["paged", "acknowledged"]


@pytest.mark.parametrize("does", ["acknowledge", "resolve", "snooze"])
def test_a_page_on_its_way_is_not_followed_by_what_its_reader_did(world: World, does: str) -> None:
    """Alice acts in Slack before the mail is there."""
    world.user("alice", EMAIL)
    world.escalation_policy(("user:alice", HOUR))
    acts = {
        "acknowledge": lambda alert: world.acknowledge(alert.alert_id, by=ALICE),
        "resolve": lambda alert: world.resolve(alert.alert_id, by=ALICE),
        "snooze": lambda alert: world.snooze(alert.alert_id, HOUR, by=ALICE),
    }
    while_sending(world, acts[does])

    world.opened()
    world.pass_time(minutes=10)

    assert alice(world) == ["paged"]


def test_a_rise_while_acknowledged_is_followed_too(team: World) -> None:
    alert_id = team.opened(severity=Severity.WARNING)
    team.acknowledge(alert_id, by=BOB)
    team.signal(severity=Severity.CRITICAL)

    team.resolve(alert_id, by=ALICE)

    assert bob(team) == ["paged", "worsened", "resolved"]
    assert alice(team) == ["paged", "acknowledged"]


def test_of_what_a_digest_told_nobody_hears_but_who_was_also_told_alone(world: World) -> None:
    """Bob is asked of three alerts: of one alone, of the others by a digest."""
    world.user("alice", EMAIL)
    world.user("bob", EMAIL)
    world.escalation_policy(("user:alice", 5 * MINUTE), ("user:bob", HOUR))
    first, *others = [world.opened(f"disk-{number}") for number in range(4)]
    world.pass_time(minutes=2)
    world.acknowledge(first, by=ALICE)
    world.pass_time(minutes=6)
    [alone] = [it for it in world.providers.received if it.target == "user:bob"]

    for alert_id in others:
        world.resolve(alert_id, by=Actor("carol"))

    assert [it.target for it in world.providers.digests] == ["user:alice", "user:bob"]
    news = [(it.target, it.alert_id) for it in world.providers.received if it.event.is_update]
    assert news == [("user:bob", alone.alert_id)]
