"""A storm: the first page goes alone, what follows goes as digests, and each alert is told once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.examples import BOB, MINUTE, NINE
from tests.fakes.notifier import CrashError, HeldWorld
from tests.fakes.world import World
from tocsin.domain.digest import DigestId
from tocsin.domain.ids import AlertId
from tocsin.domain.line import CRITICAL_WAITS, Place
from tocsin.domain.notification import Delivery, DeliveryState, Notification, of_digest
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, User
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts
from tocsin.domain.sweep import Ailment
from tocsin.domain.team_settings import TeamSettings
from tocsin.domain.timers import BegunSteps, ToldAlerts
from tocsin.usecases.deliver_digest import FREEZES_WITHIN, PAUSE
from tocsin.usecases.deliver_notification import deliver_notification, join_together
from tocsin.usecases.delivery_work import Delivered, Outcome
from tocsin.usecases.follow_notifications import MOVED_AFTER, TOLD_BATCH, TOLD_IN_A_MESSAGE
from tocsin.usecases.plan_apart import plan_apart
from tocsin.usecases.ports import DigestRepository
from tocsin.usecases.refusals import DeliveryFailedError

SECOND = timedelta(seconds=1)


@pytest.fixture
def team(world: World) -> World:
    world.user("alice")
    world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    world.user("bob")
    return world


def opened(
    team: World, key: str, *, service: str = "api", severity: Severity = Severity.CRITICAL
) -> AlertId:
    facts = Facts(name=key, summary=key, labels={"service": service})
    receipt = team.signal(key, severity=severity, facts=facts)
    assert receipt.alert_id is not None
    return receipt.alert_id


def named(team: World, target: str = "user:alice") -> Counter[AlertId]:
    """How often each alert was named to a target."""
    alone = (it.alert_id for it in team.providers.received if it.target == target)
    together = (
        alert_id
        for digest in team.providers.digests
        if digest.target == target
        for alert_id in digest.alert_ids
    )
    return Counter([*alone, *together])


def times(team: World, target: str = "user:alice") -> list[datetime]:
    alone = [it.at for it in team.providers.received if it.target == target]
    return sorted(alone + [it.at for it in team.providers.digests if it.target == target])


def pages(team: World, alert_id: AlertId) -> Iterator[Notification]:
    return (it for it in team.notifications.of_alert(alert_id) if it.delivery.is_page)


def test_the_first_page_goes_at_once_and_the_others_as_one_digest(team: World) -> None:
    alert_ids = [opened(team, f"disk-{number}") for number in range(5)]

    assert [it.alert_id for it in team.providers.received] == alert_ids[:1]

    team.pass_time(seconds=61)

    assert times(team) == [NINE, NINE + CRITICAL_WAITS]
    assert named(team) == Counter(alert_ids)


def test_a_thousand_critical_alerts_are_a_few_messages(team: World) -> None:
    """Each is named within a minute, once."""
    opened_at = {}
    for number in range(1000):
        opened_at[opened(team, f"disk-{number}")] = team.now
        team.pass_time(seconds=0.05)
    team.pass_time(seconds=61)

    assert named(team) == Counter(list(opened_at))
    assert len(times(team)) <= 4
    for digest in team.providers.digests:
        assert all(digest.at - opened_at[it] <= MINUTE for it in digest.alert_ids)


def test_the_first_digest_goes_when_ten_wait_and_the_next_a_minute_later(team: World) -> None:
    for number in range(25):
        opened(team, f"disk-{number}")
        team.pass_time(seconds=1)
    team.pass_time(minutes=2)

    assert times(team) == [NINE, NINE + 10 * SECOND, NINE + 11 * SECOND + CRITICAL_WAITS]


def test_what_is_worse_breaks_through(team: World) -> None:
    opened(team, "disk-1", severity=Severity.WARNING)
    opened(team, "disk-2", severity=Severity.WARNING)
    worse = opened(team, "disk-3")

    assert team.providers.received[-1].alert_id == worse
    assert times(team) == [NINE, NINE]


def test_what_is_unrelated_breaks_through_once_a_minute(team: World) -> None:
    opened(team, "disk")
    opened(team, "cpu", service="db")
    opened(team, "memory", service="cache")
    team.pass_time(seconds=61)

    assert [it.at for it in team.providers.received] == [NINE, NINE, NINE + CRITICAL_WAITS]
    assert named(team).total() == 3


def test_the_team_says_what_is_related(team: World) -> None:
    team.keep(team.settings, TeamSettings(storm_labels=("cluster",)))
    opened(team, "disk")
    opened(team, "cpu", service="db")

    assert len(team.providers.received) == 1, "neither has a cluster: both are of one integration"


def test_an_sms_waits_for_two_minutes_but_one_while_a_critical_alert_waits(world: World) -> None:
    rule = NotificationRule(by=ContactMethod.SMS)
    world.keep(world.users, User(name="alice", phone="+15550100", notify=(rule,)))
    world.escalation_policy(("user:alice", 10 * MINUTE))
    for number in range(12):
        opened(world, f"disk-{number}", severity=Severity.WARNING)
    world.pass_time(minutes=2)

    assert times(world) == [NINE, NINE + 2 * MINUTE]

    begun_at = world.now
    opened(world, "disk-12")
    opened(world, "disk-13")
    world.pass_time(minutes=2)

    assert times(world)[2:] == [begun_at, begun_at + CRITICAL_WAITS]


def test_nothing_is_bundled_where_the_team_says_so(team: World) -> None:
    team.keep(team.settings, TeamSettings(bundle=timedelta()))
    for number in range(3):
        opened(team, f"disk-{number}")

    assert len(team.providers.received) == 3


def test_webhooks_are_never_bundled(world: World) -> None:
    world.keep(world.channels, Channel(name="bus", type="webhook"))
    world.escalation_policy(("channel:bus", 10 * MINUTE))
    for number in range(12):
        opened(world, f"disk-{number}")

    assert len(world.providers.received) == 12


def test_nobody_waits_for_another_ones_storm(team: World) -> None:
    for number in range(20):
        opened(team, f"disk-{number}")
    team.escalation_policy(("user:bob", 10 * MINUTE))
    opened(team, "disk-of-bob")

    assert times(team, "user:bob") == [team.now]


def test_the_ledger_and_the_timeline_tell_of_the_digest(team: World) -> None:
    opened(team, "disk-1")
    alert_id = opened(team, "disk-2")
    opened(team, "disk-3")
    [waiting] = pages(team, alert_id)

    assert waiting.state is DeliveryState.WAITING
    assert waiting.next_attempt_at == NINE + CRITICAL_WAITS
    assert team.alert(alert_id).notification_count == 0

    team.pass_time(seconds=61)
    [told] = pages(team, alert_id)

    assert (told.state, told.bundled_into) == (DeliveryState.SENT, waiting.bundled_into)
    assert told.changed_at == NINE + CRITICAL_WAITS
    assert told.provider_id == "email-digest-1"
    assert team.happened(alert_id)[-2:] == ["bundled", "digest_sent"]
    assert team.alert(alert_id).notification_count == 1


def test_the_clock_of_a_step_counts_from_the_digest(team: World) -> None:
    [_, _, alert_id] = [opened(team, f"disk-{number}") for number in range(3)]
    team.pass_time(seconds=61)

    assert team.next_action(alert_id).at == NINE + CRITICAL_WAITS + 10 * MINUTE

    team.pass_time(minutes=10)

    assert named(team, "user:bob")[alert_id] == 1


def test_what_is_acknowledged_meanwhile_is_left_out(team: World) -> None:
    _, second, third, fourth = (opened(team, f"disk-{number}") for number in range(4))
    team.acknowledge(second, by=BOB)
    team.pass_time(seconds=61)

    [digest] = team.providers.digests
    assert set(digest.alert_ids) == {third, fourth}
    [left_out] = pages(team, second)
    assert left_out.state is DeliveryState.SKIPPED
    assert left_out.reason == "already acknowledged by bob"


def test_what_is_left_alone_is_told_alone(team: World) -> None:
    opened(team, "disk-1")
    second, third = opened(team, "disk-2"), opened(team, "disk-3")
    team.acknowledge(second, by=BOB)
    team.pass_time(seconds=61)

    assert team.providers.digests == []
    assert [(it.alert_id, it.at) for it in team.providers.received if it.event == "alert.paged"][
        -1
    ] == (third, NINE + CRITICAL_WAITS)
    [told] = pages(team, third)
    assert (told.state, told.bundled_into) == (DeliveryState.SENT, None)


def test_nothing_is_sent_if_nothing_is_left(team: World) -> None:
    opened(team, "disk-1")
    second = opened(team, "disk-2")
    team.acknowledge(second, by=BOB)
    team.pass_time(seconds=61)

    assert team.providers.digests == []
    assert named(team)[second] == 0


def test_a_digest_that_is_refused_is_tried_again_and_its_pages_say_so(team: World) -> None:
    opened(team, "disk-1")
    second, third = opened(team, "disk-2"), opened(team, "disk-3")
    team.providers.fail("email", DeliveryFailedError("no", is_retryable=True))
    team.pass_time(seconds=57)
    states = {it.state for alert_id in (second, third) for it in pages(team, alert_id)}

    assert states == {DeliveryState.RETRYING}

    team.pass_time(seconds=10)

    assert named(team).keys() >= {second, third}
    assert all(it.state is DeliveryState.SENT for it in pages(team, second))


def test_a_digest_that_is_refused_for_good_leads_to_the_next_step(team: World) -> None:
    opened(team, "disk-1")
    second = opened(team, "disk-2")
    opened(team, "disk-3")
    team.providers.fail("email", DeliveryFailedError("gone", is_retryable=False))
    team.pass_time(seconds=65)

    assert named(team, "user:bob")[second] == 1


def test_what_a_person_asks_for_goes_at_once(team: World) -> None:
    opened(team, "disk-1")
    second = opened(team, "disk-2")

    team.page(second, "user:alice", by=BOB)

    assert team.providers.received[-1].alert_id == second


def test_a_digest_is_not_followed_by_updates_of_each_alert(team: World) -> None:
    [_, _, alert_id] = [opened(team, f"disk-{number}") for number in range(3)]
    team.pass_time(seconds=61)
    before = len(times(team))

    team.resolve(alert_id, by=BOB)
    team.pass_time(seconds=5)

    assert len(times(team)) == before


class Meanwhile:
    """Implements `DigestRepository`; something happens just before a message becomes a member."""

    def __init__(self, digests: DigestRepository, happens: Callable[[], object]) -> None:
        self._happens = [happens]
        self._digests = digests
        self.get, self.members, self.freeze = digests.get, digests.members, digests.freeze

    def add_members(
        self, digest_id: DigestId, deliveries: Sequence[Delivery], *, at: datetime
    ) -> None:
        if self._happens:
            self._happens.pop()()
        self._digests.add_members(digest_id, deliveries, at=at)


@pytest.fixture
def held() -> HeldWorld:
    world = HeldWorld()
    world.user("alice")
    world.escalation_policy(("user:alice", 10 * MINUTE))
    return world


def named_by(held: HeldWorld) -> Counter[AlertId]:
    alone = (it.alert_id for it in held.provider.received)
    return Counter([*alone, *(it for one in held.provider.digests for it in one.alert_ids)])


def test_what_becomes_a_member_after_its_digest_has_gone_joins_the_next(held: HeldWorld) -> None:
    alert_ids = [opened(held, f"disk-{number}") for number in range(3)]
    held.run(until=NINE + 59 * SECOND)
    held.hold()
    late = opened(held, "disk-late")
    [waiting] = pages(held, late)

    held.deliveries.arrived(held.now)
    work = held.work
    digests = Meanwhile(held.digests, lambda: held.run(until=NINE + 61 * SECOND))
    deliver_notification(waiting.delivery, replace(work, digests=digests))
    held.run(until=NINE + 3 * MINUTE)

    assert named_by(held) == Counter([*alert_ids, late])


def crash() -> None:
    raise CrashError


def test_after_a_crash_behind_the_provider_a_digest_comes_once_more(held: HeldWorld) -> None:
    """Under the same key, with the same set."""
    alert_ids = [opened(held, f"disk-{number}") for number in range(4)]
    held.run(until=NINE + 30 * SECOND)
    held.provider.after.append(crash)

    held.run(until=NINE + 3 * MINUTE)

    first, again = held.provider.digests
    assert (first.alert_ids, first.key) == (again.alert_ids, again.key)
    assert set(first.alert_ids) == set(alert_ids[1:])
    states = {it.state for alert_id in alert_ids for it in pages(held, alert_id)}
    assert states == {DeliveryState.SENT}


def test_a_page_that_comes_again_before_its_digest_is_marked_takes_no_other_turn(
    held: HeldWorld,
) -> None:
    alert_ids = [opened(held, f"disk-{number}") for number in range(3)]
    held.run(until=NINE + 30 * SECOND)
    [waiting] = pages(held, alert_ids[2])
    again = partial(deliver_notification, waiting.delivery, held.work)
    held.provider.after.append(again)

    held.run(until=NINE + 3 * MINUTE)
    again()
    held.run(until=NINE + 5 * MINUTE)

    assert named_by(held) == Counter(alert_ids)


class MembersRead:
    """Implements `DigestRepository`; something happens just before a set is read."""

    def __init__(self, digests: DigestRepository, happens: Callable[[], object]) -> None:
        self._happens = [happens]
        self._digests = digests
        self.get, self.add_members, self.freeze = digests.get, digests.add_members, digests.freeze

    def members(self, digest_id: DigestId) -> tuple[Delivery, ...]:
        if self._happens:
            self._happens.pop()()
        return self._digests.members(digest_id)


def test_a_second_message_of_a_digest_leaves_its_alerts_to_the_first(
    held: HeldWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_ids = [opened(held, f"disk-{number}") for number in range(4)]
    held.run(until=NINE + 54 * SECOND)
    held.hold()
    [digest_id] = {it.bundled_into for one in alert_ids[1:] for it in pages(held, one)}
    assert digest_id is not None
    message = of_digest(digest_id, Place("user:alice", "email"), due_at=held.now, at=held.now)
    seconds: list[Delivered] = []
    asked = asked_of(held, monkeypatch)

    digests = MembersRead(
        held.digests, lambda: seconds.append(deliver_notification(message, held.work))
    )
    first = deliver_notification(message, replace(held.work, digests=digests))

    [second] = seconds
    assert (first.outcome, second.outcome) == (Outcome.SENT, Outcome.LATER)
    assert second.until == held.now + FREEZES_WITHIN
    assert asked["BatchGetItem"] == 2, "the alerts, and the ledger to settle its pages"
    assert asked["TransactWriteItems"] == 1, "its pages get its state together"


def test_a_digest_of_many_gives_its_pages_their_state_with_pauses(held: HeldWorld) -> None:
    alert_ids = [opened(held, f"disk-{number}") for number in range(1 + 201)]

    held.run(until=NINE + 2 * MINUTE)

    [digest] = held.provider.digests
    assert len(digest.alert_ids) == 201
    assert held.pauses == [PAUSE] * 2, "between three transactions, of 100 pages at most"
    assert {it.state for one in alert_ids for it in pages(held, one)} == {DeliveryState.SENT}


def test_a_digest_whose_run_crashed_is_sent_by_its_second_message(held: HeldWorld) -> None:
    alert_ids = [opened(held, f"disk-{number}") for number in range(4)]
    held.run(until=NINE + 54 * SECOND)
    held.hold()
    [digest_id] = {it.bundled_into for one in alert_ids[1:] for it in pages(held, one)}
    assert digest_id is not None
    message = of_digest(digest_id, Place("user:alice", "email"), due_at=held.now, at=held.now)
    digests = MembersRead(held.digests, crash)
    with pytest.raises(CrashError):
        deliver_notification(message, replace(held.work, digests=digests))

    held.run(until=NINE + 2 * MINUTE)

    assert named_by(held) == Counter(alert_ids)


def queued(held: HeldWorld, number: int, *, service: str = "api") -> list[Delivery]:
    """Messages of further alerts, as the queue has them."""
    for each in range(number):
        opened(held, f"{service}-{each}", service=service)
    return list(held.deliveries.arrived(held.now))


@pytest.fixture
def gathering(held: HeldWorld) -> HeldWorld:
    """Alice was told of an alert, and a digest gathers with another one."""
    for number in range(2):
        opened(held, f"disk-{number}")
    held.run(until=NINE + SECOND)
    held.hold()
    return held


def test_messages_of_a_batch_join_with_one_request_each_and_two_together(
    gathering: HeldWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = queued(gathering, 5)
    asked: Counter[str] = Counter()
    answer = gathering.table.answer

    def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        partition = parameters.get("Key", parameters.get("Item", {})).get("pk", {}).get("S", "")
        asked[f"{operation} {partition[:1]}"] += partition[:1] in {"A", "G", "L"}
        asked[operation] += operation == "BatchWriteItem"
        return answer(operation, parameters)

    monkeypatch.setattr(gathering.table, "answer", counted)
    joined = join_together(deliveries, gathering.work)

    assert joined == deliveries
    assert +asked == Counter({"UpdateItem L": 5, "BatchWriteItem": 1, "UpdateItem G": 1})

    gathering.run(until=NINE + 2 * MINUTE)

    assert named_by(gathering).total() == 7
    assert len(gathering.provider.digests) == 1


def test_what_is_news_takes_a_turn_of_its_own(gathering: HeldWorld) -> None:
    assert join_together(queued(gathering, 2, service="db"), gathering.work) == []


def test_where_nothing_gathers_each_message_takes_its_turn(held: HeldWorld) -> None:
    assert not join_together(queued(held, 3), held.work)


def test_what_joins_together_too_late_is_told_by_the_next_digest(gathering: HeldWorld) -> None:
    gathering.run(until=NINE + 50 * SECOND)
    gathering.hold()
    deliveries = queued(gathering, 3)
    work = gathering.work
    work.lines.read(Place("user:alice", "email"))
    digests = Meanwhile(gathering.digests, lambda: gathering.run(until=NINE + MINUTE))

    assert not join_together(deliveries, replace(work, digests=digests))

    for delivery in deliveries:
        deliver_notification(delivery, work)
    gathering.run(until=NINE + 3 * MINUTE)

    assert set(named_by(gathering).values()) == {1}
    assert named_by(gathering).total() == 5


def in_one_batch(
    team: World, monkeypatch: pytest.MonkeyPatch, *keys: str, service: str = "api"
) -> list[AlertId]:
    """Alerts of which the stream tells together; what it sets apart is planned at once."""
    alert_ids = set_apart(team, monkeypatch, *keys, service=service)
    team.pass_time(seconds=0)
    return alert_ids


def set_apart(
    team: World, monkeypatch: pytest.MonkeyPatch, *keys: str, service: str = "api"
) -> list[AlertId]:
    """Likewise, and nobody works on what it sets apart."""
    with monkeypatch.context() as held:
        held.setattr(team, "follow", lambda: None)
        alert_ids = [opened(team, key, service=service) for key in keys]
    team.follow()
    return alert_ids


def test_pages_of_one_batch_join_the_digest_that_gathers_and_are_not_queued(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        opened(team, f"disk-{number}")
    waiting = list(team.deliveries.waiting)

    alert_ids = in_one_batch(team, monkeypatch, *(f"cpu-{number}" for number in range(5)))

    assert team.deliveries.waiting == waiting, "the digest's message alone"
    for alert_id in alert_ids:
        [page] = pages(team, alert_id)
        assert (page.state, page.bundled_into is None) == (DeliveryState.WAITING, False)
        assert team.happened(alert_id)[-1] == "bundled"

    team.pass_time(seconds=61)

    assert named(team).total() == 7
    assert len(team.providers.digests) == 1


def test_news_in_a_batch_is_queued_and_goes_alone(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        opened(team, f"disk-{number}")

    keys = [f"cpu-{number}" for number in range(3)]
    first, *_ = in_one_batch(team, monkeypatch, *keys, service="db")
    team.pass_time(seconds=1)

    assert team.providers.received[-1].alert_id == first
    assert len(team.providers.received) == 2


def test_a_batch_that_is_followed_again_tells_nothing_twice(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        opened(team, f"disk-{number}")
    with monkeypatch.context() as held:
        held.setattr(team, "follow", lambda: None)
        for number in range(4):
            opened(team, f"cpu-{number}")
    records = list(team.table.records)
    team.follow()
    team.table.records = records

    team.pass_time(seconds=61)

    assert set(named(team).values()) == {1}
    assert named(team).total() == 6


def test_what_became_of_pages_moves_their_alert_once_however_often_it_is_followed(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_ids = in_one_batch(team, monkeypatch, *(f"disk-{number}" for number in range(4)))
    with monkeypatch.context() as held:
        held.setattr(team, "follow", lambda: None)
        team.pass_time(seconds=61)
    records = list(team.table.records)
    team.follow()
    assert all(team.alert(it).notification_count == 1 for it in alert_ids)

    asked = asked_of(team, monkeypatch)
    team.table.records = records
    team.follow()

    assert asked["UpdateItem"] == 1, "the count of changes"


def test_the_clocks_of_many_alerts_are_moved_beside_the_stream(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_ids = in_one_batch(team, monkeypatch, *(f"disk-{number}" for number in range(25)))
    with monkeypatch.context() as held:
        held.setattr(team, "follow", lambda: None)
        team.pass_time(seconds=61)
    asked = asked_of(team, monkeypatch)
    team.follow()

    told = [it for it in team.timers.waiting if isinstance(it, ToldAlerts)]
    assert sum(len(it.alert_ids) for it in told) >= TOLD_BATCH
    assert max(len(it.alert_ids) for it in told) == TOLD_IN_A_MESSAGE
    assert asked["Query"] < TOLD_BATCH, "no ledger of an alert is read for it"
    assert all(team.happened(it)[-1] == "digest_sent" for it in alert_ids[1:])

    team.pass_time(seconds=MOVED_AFTER.total_seconds())

    assert {team.alert(it).notification_count for it in alert_ids} == {1}
    sent_at = max(it.at for it in team.providers.digests)
    assert team.alert(alert_ids[-1]).escalation.escalates_at == sent_at + 10 * MINUTE


def asked_of(team: World | HeldWorld, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count requests to the table from now on."""
    asked: Counter[str] = Counter()
    answer = team.table.answer

    def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked[operation] += 1
        return answer(operation, parameters)

    monkeypatch.setattr(team.table, "answer", counted)
    return asked


def begun_steps(team: World) -> list[BegunSteps]:
    return [it for it in team.timers.waiting if isinstance(it, BegunSteps)]


def test_a_batch_of_a_storm_leaves_its_pages_to_the_timers_queue(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = set_apart(team, monkeypatch, *(f"disk-{number}" for number in range(25)))

    assert [len(list(pages(team, it))) for it in others] == [0] * 24
    assert [it.alert_id for it in team.deliveries.waiting] == [first]
    assert [len(it.steps) for it in begun_steps(team)] == [10, 10, 4]
    assert {it.targets for it in begun_steps(team)} == {("user:alice",)}

    team.pass_time(seconds=61)

    assert named(team) == Counter([first, *others])


def test_the_stream_asks_as_much_for_a_hundred_alerts_of_a_storm_as_for_five(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        opened(team, f"disk-{number}")
    asked = asked_of(team, monkeypatch)

    counts = []
    for number in (5, 100):
        with monkeypatch.context() as held:
            held.setattr(team, "follow", lambda: None)
            for each in range(number):
                opened(team, f"cpu-{number}-{each}")
        asked.clear()
        team.follow()
        counts.append(asked.total())

    assert counts[1] <= counts[0] + 10, "transactions of a hundred entries, and the storm's counts"


def test_a_page_of_another_person_is_queued_before_those_of_a_storm(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    team.user("carol")
    with monkeypatch.context() as held:
        held.setattr(team, "follow", lambda: None)
        of_alice = [opened(team, f"disk-{number}") for number in range(5)]
        team.escalation_policy(("user:carol", 10 * MINUTE))
        of_carol = opened(team, "disk-of-carol")
    team.follow()

    assert [it.alert_id for it in team.deliveries.waiting] == [of_carol, of_alice[0]]


def test_of_each_severity_and_group_the_first_is_planned_in_the_stream(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as held:
        held.setattr(team, "follow", lambda: None)
        for number in range(3):
            opened(team, f"disk-{number}", severity=Severity.WARNING)
        worse = [opened(team, f"cpu-{number}") for number in range(3)]
        unrelated = [opened(team, f"db-{number}", service="db") for number in range(3)]
    team.follow()

    at_once = [it.alert_id for it in team.deliveries.waiting]
    assert at_once[1:] == [worse[0], unrelated[0]]
    assert sum(len(it.steps) for it in begun_steps(team)) == 6


def test_what_would_only_wait_is_all_set_apart(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        opened(team, f"disk-{number}")

    set_apart(team, monkeypatch, *(f"cpu-{number}" for number in range(5)))

    assert [len(it.steps) for it in begun_steps(team)] == [5]


def test_a_page_that_is_never_bundled_is_planned_in_the_stream_if_it_is_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.keep(world.channels, Channel(name="bus", type="webhook"))
    world.escalation_policy(("channel:bus", 10 * MINUTE))

    alert_ids = set_apart(world, monkeypatch, *(f"disk-{number}" for number in range(5)))

    assert [it.alert_id for it in world.deliveries.waiting] == alert_ids[:1]

    world.pass_time(seconds=1)

    assert Counter(it.alert_id for it in world.providers.received) == Counter(alert_ids)


def test_two_alerts_at_once_are_planned_in_the_stream(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_apart(team, monkeypatch, "disk-1", "disk-2")

    assert begun_steps(team) == []
    assert len(team.deliveries.waiting) == 2


def test_steps_that_come_twice_are_planned_once(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_ids = set_apart(team, monkeypatch, *(f"disk-{number}" for number in range(5)))
    again = begun_steps(team)
    team.pass_time(seconds=0)

    team.timers.send(again, now=team.now)
    team.pass_time(seconds=61)

    assert named(team) == Counter(alert_ids)


def test_a_step_that_was_left_meanwhile_is_not_planned(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, escalated, *_ = set_apart(team, monkeypatch, *(f"disk-{it}" for it in range(5)))
    [begun] = begun_steps(team)
    team.escalate(escalated, by=BOB)
    asked = asked_of(team, monkeypatch)

    only = replace(begun, steps=tuple(it for it in begun.steps if it.alert_id == escalated))
    planned = plan_apart(
        only, at=team.now, outlets=team.outlets, alerts=team.alerts, is_over=lambda: False
    )

    assert planned.planned == 0
    assert asked == Counter({"BatchGetItem": 1})
    assert [it.delivery.step for it in pages(team, escalated)] == [2]


def test_a_step_that_was_taken_back_by_a_silence_waits_for_its_end(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_ids = set_apart(team, monkeypatch, *(f"disk-{number}" for number in range(5)))
    team.silence('name="disk-3"', minutes=30)
    team.pass_time(minutes=2)

    held = team.alert(alert_ids[3])
    assert held.hold is not None
    assert not list(pages(team, alert_ids[3]))
    assert named(team).keys() == set(alert_ids) - {alert_ids[3]}


def test_what_the_time_does_not_suffice_for_is_queued_anew(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, *others = set_apart(team, monkeypatch, *(f"disk-{number}" for number in range(6)))
    [begun] = team.timers.arrived(team.now)
    assert isinstance(begun, BegunSteps)
    looks = iter([False, False, True])

    planned = plan_apart(
        begun, at=team.now, outlets=team.outlets, alerts=team.alerts, is_over=lambda: next(looks)
    )

    assert (planned.planned, planned.left) == (2, 3)
    assert [len(list(pages(team, it))) for it in others] == [1, 1, 0, 0, 0]
    [left] = begun_steps(team)
    assert [it.alert_id for it in left.steps] == others[2:]


def test_steps_whose_message_is_lost_are_found_by_the_sweep(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, *others = set_apart(team, monkeypatch, *(f"disk-{number}" for number in range(5)))
    team.timers.arrived(team.now)

    team.pass_time(minutes=6)
    found = team.sweep()

    assert {it.alert.alert_id for it in found if it.ailment is Ailment.UNPLANNED} == set(others)


def test_no_step_follows_while_pages_wait_to_be_planned(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, late, *_ = set_apart(team, monkeypatch, *(f"disk-{number}" for number in range(5)))
    begun = team.timers.arrived(team.now)
    team.pass_time(minutes=9.5)
    team.timers.send(begun, now=team.now)
    team.pass_time(minutes=5)

    assert named(team)[late] == 1
    assert named(team, "user:bob")[late] == 0


def test_the_timelines_of_many_alerts_are_told_of_a_digest_in_few_requests(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_ids = in_one_batch(team, monkeypatch, *(f"disk-{number}" for number in range(20)))
    asked = asked_of(team, monkeypatch)
    team.pass_time(seconds=61)

    assert all(team.happened(it)[-1] == "digest_sent" for it in alert_ids[1:])
    assert asked["BatchWriteItem"] <= 2
