"""Stories of silences and maintenance windows: who is paged, and when the escalation goes on."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.world import World
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.domain.errors import NoStepLeftError
from tocsin.domain.ids import AlertId
from tocsin.domain.line import CRITICAL_WAITS, GATHERS_FOR
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.next_action import ActionKind
from tocsin.domain.notification import DeliveryState, NotificationReason
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.phrase import plain
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.silence import Holds, Silence
from tocsin.domain.timeline import ChangeType

EVERYTHING = 'severity=~".+"'
SECOND = timedelta(seconds=1)
Page = tuple[str, str, timedelta]


@pytest.fixture
def world() -> World:
    world = World()
    world.user("alice")
    world.user("bob")
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    return world


def pages(world: World, alert_id: AlertId) -> list[Page]:
    """Who was paged, why, and how long after nine."""
    sent = [each for each in world.pages(alert_id) if each.state is DeliveryState.SENT]
    return [
        (each.delivery.target_name, each.delivery.reason.value, each.changed_at - NINE)
        for each in sorted(sent, key=lambda it: it.changed_at)
    ]


def test_an_alert_that_opens_in_a_silence_pages_nobody_and_is_released_at_its_end(
    world: World,
) -> None:
    world.silence(EVERYTHING, minutes=60)

    alert_id = world.opened()

    due = world.next_action(alert_id)
    assert pages(world, alert_id) == []
    assert (due.kind, due.at, due.step) == (ActionKind.RELEASE, NINE + HOUR, 1)
    assert due.why == "silenced by deploy-42 (carol) until 10:00 UTC; then step 1"
    assert due.targets == ("user:alice",)

    world.pass_time(minutes=75)

    assert pages(world, alert_id) == [
        ("alice", "released", HOUR + GATHERS_FOR),
        ("bob", "escalated", HOUR + GATHERS_FOR + 10 * MINUTE),
    ]
    assert world.happened(alert_id)[:3] == ["fired", "held", "released"]


def test_the_clock_of_a_step_stops_while_a_window_is_open(world: World) -> None:
    alert_id = world.opened()
    world.pass_time(minutes=4)

    world.silence(EVERYTHING, minutes=60, kind=MaintenanceWindow)
    world.pass_time(seconds=1)

    due = world.next_action(alert_id)
    assert (due.kind, due.at) == (ActionKind.RELEASE, NINE + 64 * MINUTE)
    assert due.why.endswith("; then step 2")
    world.pass_time(minutes=120)
    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("bob", "escalated", 70 * MINUTE),
    ]


def test_a_window_that_begins_by_its_time_stops_the_clock_at_that_time(world: World) -> None:
    world.silence(EVERYTHING, minutes=60, starts_in=4 * MINUTE, kind=MaintenanceWindow)
    alert_id = world.opened()

    world.pass_time(minutes=120)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("bob", "escalated", 70 * MINUTE),
    ]


def test_the_end_of_a_silence_releases_what_it_holds_at_once(world: World) -> None:
    world.silence(EVERYTHING, minutes=600)
    alert_ids = [world.opened(f"disk-{number}") for number in range(120)]
    world.pass_time(minutes=5)

    world.end_silence()
    world.pass_time(seconds=10)

    for alert_id in alert_ids:
        released_at = [it.at for it in world.timeline(alert_id) if it.type is ChangeType.RELEASED]
        assert released_at == [NINE + 5 * MINUTE]


def test_what_matches_no_matcher_is_paged(world: World) -> None:
    world.silence('team="payments"')

    alert_id = world.opened()

    assert pages(world, alert_id) == [("alice", "first", timedelta())]


def test_a_silence_with_other_matchers_releases_what_it_is_not_for_any_more(world: World) -> None:
    world.silence(EVERYTHING)
    alert_id = world.opened()
    world.pass_time(minutes=5)

    world.silence('team="payments"')
    world.pass_time(seconds=10)

    assert pages(world, alert_id) == [("alice", "released", 5 * MINUTE + GATHERS_FOR)]


def test_a_silence_that_is_made_longer_holds_for_longer(world: World) -> None:
    world.silence(EVERYTHING, minutes=10)
    alert_id = world.opened()

    world.silence(EVERYTHING, minutes=30)
    world.pass_time(seconds=1)

    assert world.next_action(alert_id).at == NINE + 30 * MINUTE
    world.pass_time(minutes=31)
    assert pages(world, alert_id) == [("alice", "released", 30 * MINUTE + GATHERS_FOR)]


def test_of_two_silences_the_one_that_ends_last_holds(world: World) -> None:
    world.silence(EVERYTHING, name="short", minutes=10)
    alert_id = world.opened()
    world.pass_time(minutes=5)

    world.silence(EVERYTHING, name="long", minutes=30)
    world.end_silence("short")
    world.pass_time(minutes=20)
    assert pages(world, alert_id) == []

    world.end_silence("long")
    world.pass_time(seconds=10)
    assert pages(world, alert_id) == [("alice", "released", 25 * MINUTE + GATHERS_FOR)]


def test_an_alert_that_becomes_worse_than_the_silence_is_for_is_paged(world: World) -> None:
    world.silence('severity="warning"')
    alert_id = world.opened(severity=Severity.WARNING)
    world.pass_time(minutes=5)
    assert pages(world, alert_id) == []

    world.signal(severity=Severity.CRITICAL)
    world.pass_time(seconds=10)

    assert [who for who, _, _ in pages(world, alert_id)] == ["alice"]


def test_an_alert_whose_labels_change_away_from_the_silence_is_paged(world: World) -> None:
    world.silence('host="a"')
    receipt = world.signal(facts=Facts(name="disk", labels={"host": "a"}))
    assert receipt.alert_id is not None

    world.signal(facts=Facts(name="disk", labels={"host": "b"}))
    world.pass_time(seconds=10)

    assert pages(world, receipt.alert_id) == [("alice", "released", GATHERS_FOR)]


def test_an_alert_that_is_acknowledged_while_silenced_is_not_released(world: World) -> None:
    world.silence(EVERYTHING, minutes=10)
    alert_id = world.opened()

    world.acknowledge(alert_id)
    world.pass_time(minutes=60)

    assert pages(world, alert_id) == []


def test_an_alert_that_is_resolved_while_silenced_is_never_paged(world: World) -> None:
    world.silence(EVERYTHING, minutes=10)
    alert_id = world.opened()

    world.resolve(alert_id)
    world.pass_time(minutes=60)

    assert pages(world, alert_id) == []


def test_an_alert_that_is_given_back_in_a_silence_waits_for_its_end(world: World) -> None:
    alert_id = world.opened()
    world.acknowledge(alert_id)
    world.silence(EVERYTHING, minutes=10)

    world.unacknowledge(alert_id)
    world.pass_time(minutes=11)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("bob", "released", 10 * MINUTE + GATHERS_FOR),
    ]


def test_an_alert_that_wakes_in_a_silence_waits_for_its_end(world: World) -> None:
    alert_id = world.opened()
    world.snooze(alert_id, 10 * MINUTE)
    world.silence(EVERYTHING, minutes=30)

    world.pass_time(minutes=31)

    assert pages(world, alert_id) == [
        ("alice", "first", timedelta()),
        ("alice", "released", 30 * MINUTE + GATHERS_FOR),
    ]


def test_a_page_in_the_queue_is_not_sent_once_its_alert_is_silenced(world: World) -> None:
    """A rule delays the page, so that it waits in the queue when the silence begins."""
    world.user("alice", NotificationRule(by=ContactMethod.SMS, after=2 * MINUTE))
    alert_id = world.opened()

    world.silence(EVERYTHING, minutes=30)
    world.pass_time(minutes=29)
    assert pages(world, alert_id) == []
    reasons = [each.reason for each in world.pages(alert_id)]
    assert reasons == ["silenced by deploy-42 (carol)"]

    world.pass_time(minutes=4)
    assert pages(world, alert_id) == [("alice", "released", 32 * MINUTE + GATHERS_FOR)]


def test_a_page_that_a_person_asks_for_is_sent_in_a_silence(world: World) -> None:
    world.silence(EVERYTHING, minutes=30)
    alert_id = world.opened()

    world.page(alert_id, "user:bob")

    assert pages(world, alert_id) == [("bob", "asked", timedelta())]
    world.pass_time(minutes=31)
    assert pages(world, alert_id)[1:] == [("alice", "released", 30 * MINUTE + GATHERS_FOR)]


def test_the_next_step_cannot_be_begun_by_hand_in_a_silence(world: World) -> None:
    world.silence(EVERYTHING, minutes=30)
    alert_id = world.opened()

    with pytest.raises(NoStepLeftError, match="silenced by deploy-42"):
        world.escalate(alert_id)


def test_a_silenced_alert_has_not_reached_nobody(world: World) -> None:
    world.escalation_policy(("user:alice", 2 * MINUTE))
    world.silence(EVERYTHING, minutes=60)
    alert_id = world.opened()

    world.pass_time(minutes=59)

    assert "reached_nobody" not in world.happened(alert_id)
    assert world.sweep() == ()


def test_a_silence_that_nobody_ends_leaves_nothing_behind(world: World) -> None:
    world.silence(EVERYTHING, minutes=10)

    world.pass_time(minutes=60)

    silence = world.silences.get("deploy-42")
    assert silence.timer_at is None
    assert world.due.due(NINE + 100 * HOUR) == []


def test_a_hold_whose_silence_ended_unseen_is_mended_by_the_sweep(world: World) -> None:
    """The sweep's own alert is told first, so this one waits for a digest."""
    silence = world.silence(EVERYTHING, minutes=600)
    alert_id = world.opened()
    world.silences.delete(world.silences.get(silence.name), write_id=world.new_write_id())
    world.pass_time(minutes=6)

    found = world.sweep()
    world.pass_time(seconds=CRITICAL_WAITS.total_seconds())

    assert [each.ailment.value for each in found] == ["held"]
    assert [who for who, _, _ in pages(world, alert_id)] == ["alice"]


def test_released_messages_say_so(world: World) -> None:
    world.silence(EVERYTHING, minutes=10)
    alert_id = world.opened()

    world.pass_time(minutes=11)

    [page] = world.pages(alert_id)
    assert page.delivery.reason is NotificationReason.RELEASED


def test_the_author_of_a_silence_that_still_holds_something_is_told_before_its_end(
    world: World,
) -> None:
    world.user("carol")
    world.silence(EVERYTHING, minutes=120)
    world.opened()

    world.pass_time(minutes=104)
    assert world.paged() == []
    world.pass_time(minutes=5)

    [told] = [it for it in world.providers.received if it.target == "user:carol"]
    assert told.at - NINE < 106 * MINUTE
    assert told.news == "Tocsin tells you."
    assert told.message.wording.title.startswith("Your silence deploy-42 ends at 11:00 UTC")
    world.pass_time(minutes=60)
    events = [it.event.value for it in world.providers.received if it.target == "user:carol"]
    assert events == ["alert.paged", "alert.resolved"]
    assert [it.dedup_key for it in world.list().alerts if it.is_open] == ["disk-full"]


@pytest.mark.parametrize("minutes", [60, 120])
def test_nobody_is_told_of_the_end_of_a_short_silence_or_of_one_that_holds_nothing(
    world: World, minutes: int
) -> None:
    world.user("carol")
    world.silence(EVERYTHING if minutes == 60 else 'name="nothing"', minutes=minutes)
    world.opened()

    world.pass_time(minutes=minutes + 5)

    assert "user:carol" not in [it.target for it in world.providers.received]


def test_a_released_page_says_that_it_was_held_back(world: World) -> None:
    world.silence(EVERYTHING, minutes=10)
    world.opened()

    world.pass_time(minutes=11)

    [page] = world.providers.received
    assert page.news == "It was held back until now. You are asked now; Bob is called at 09:20."


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Silence, "Nobody is called until 10:00: silenced by Carol."),
        (MaintenanceWindow, "Nobody is called until 10:00: maintenance by Carol."),
    ],
)
def test_a_message_says_until_when_nobody_is_called(
    world: World, kind: type[Silence], sentence: str
) -> None:
    world.user("carol")
    world.silence(EVERYTHING, kind=kind)
    alert_id = world.opened()

    world.page(alert_id, "user:bob")

    [page] = world.providers.received
    assert plain(page.message.wording.next) == sentence


def told(world: World) -> Counter[AlertId]:
    """How often each alert was named to Alice, in a message of its own or in a digest."""
    alone = [it.alert_id for it in world.providers.received if it.target == "user:alice"]
    digests = [it for it in world.providers.digests if it.target == "user:alice"]
    return Counter([*alone, *(alert_id for it in digests for alert_id in it.alert_ids)])


def of_host(world: World, host: str, dedup_key: str) -> AlertId:
    receipt = world.signal(dedup_key, facts=Facts(name=dedup_key, labels={"host": host}))
    assert receipt.alert_id is not None
    return receipt.alert_id


def test_a_digest_leaves_out_what_was_silenced_while_it_gathered(world: World) -> None:
    first, *others = [of_host(world, "a", f"disk-{number}") for number in range(3)]
    silenced = [of_host(world, "b", f"cpu-{number}") for number in range(2)]

    world.silence('host="b"', minutes=30)
    world.pass_time(minutes=2)

    assert told(world) == Counter([first, *others])
    for alert_id in silenced:
        [page] = world.pages(alert_id)
        assert (page.state, page.reason) == (
            DeliveryState.SKIPPED,
            "silenced by deploy-42 (carol)",
        )
        assert page.changed_at == NINE + CRITICAL_WAITS
        assert world.next_action(alert_id).kind is ActionKind.RELEASE

    world.pass_time(minutes=29)

    assert told(world) == Counter([first, *others, *silenced])
    for alert_id in silenced:
        assert [why for _, why, _ in pages(world, alert_id)] == ["released"]


def test_a_digest_of_silenced_alerts_only_is_not_sent(world: World) -> None:
    first, *silenced = [of_host(world, "a", f"disk-{number}") for number in range(4)]

    world.silence('host="a"', minutes=30)
    world.pass_time(minutes=29)

    assert told(world) == Counter([first])

    world.pass_time(minutes=2)

    assert told(world) == Counter([first, *silenced])


def test_the_only_alert_of_a_digest_that_is_not_silenced_is_told_alone(world: World) -> None:
    first = of_host(world, "a", "disk-1")
    silenced, other = of_host(world, "b", "cpu-1"), of_host(world, "a", "disk-2")

    world.silence('host="b"', minutes=30)
    world.pass_time(minutes=2)

    assert world.providers.digests == []
    assert told(world) == Counter([first, other])
    assert pages(world, silenced) == []


def test_what_a_digest_has_left_out_is_told_if_its_silence_ended_just_then(world: World) -> None:
    """The page is decided anew: it joins the next digest, or goes alone."""
    alert_ids = [of_host(world, "a", f"disk-{number}") for number in range(3)]
    silenced = of_host(world, "b", "cpu-1")
    world.silence('host="b"', minutes=1)
    world.pass_time(minutes=3)

    assert told(world) == Counter([*alert_ids, silenced])


def test_an_alert_that_a_silence_held_only_while_its_page_waited_is_told_by_the_digest(
    world: World,
) -> None:
    alert_ids = [of_host(world, "a", f"disk-{number}") for number in range(4)]
    world.pass_time(seconds=5)
    world.silence('host="a"', minutes=10)
    world.pass_time(seconds=10)
    assert world.next_action(alert_ids[1]).kind is ActionKind.RELEASE

    world.end_silence()
    world.pass_time(minutes=2)

    assert told(world) == Counter(alert_ids)
    assert world.happened(alert_ids[1]) == ["fired", "bundled", "held", "released", "digest_sent"]
    assert world.next_action(alert_ids[1]).kind is ActionKind.ESCALATE
    world.pass_time(minutes=10)
    assert pages(world, alert_ids[1])[-1][:2] == ("bob", "escalated")


def test_a_digest_reads_what_holds_alerts_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        of_host(world, "a", f"disk-{number}")
    world.pass_time(seconds=CRITICAL_WAITS.total_seconds() - 1)
    read, reads = DynamoDBPaging.holds, []

    def count(paging: DynamoDBPaging) -> Holds:
        reads.append(paging)
        return read(paging)

    monkeypatch.setattr(DynamoDBPaging, "holds", count)
    world.pass_time(seconds=2)

    assert len(world.providers.digests) == 1
    assert len(reads) == 2, "by the digest, and by the batch of the stream that follows it"


@pytest.mark.parametrize("told_before", [None, 5 * MINUTE, 10 * SECOND])
def test_the_end_of_a_silence_is_one_digest_for_each_who_is_asked(
    world: World, told_before: timedelta | None
) -> None:
    world.channel("ops", "slack")
    world.escalation_policy((("user:alice", "user:bob", "channel:ops"), 10 * MINUTE))
    world.silence('host="a"', minutes=10)
    alert_ids = {of_host(world, "a", f"disk-{number}") for number in range(30)}
    if told_before is not None:
        world.pass_time(seconds=(10 * MINUTE - told_before).total_seconds())
        of_host(world, "b", "before")

    world.pass_time(seconds=(NINE + 12 * MINUTE - world.now).total_seconds())

    digests = [it for it in world.providers.digests if it.message.digest.is_release]
    assert sorted(it.target for it in digests) == ["channel:ops", "user:alice", "user:bob"]
    assert all(set(it.alert_ids) == alert_ids for it in digests)
    assert {it.at for it in digests} == {NINE + 10 * MINUTE + GATHERS_FOR}
