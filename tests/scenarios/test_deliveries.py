"""Stories of messages: each reaches its recipient, once, although processes crash on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.notifier import CrashError, HeldWorld
from tocsin.adapters.dynamodb.keys import LEDGER_FROM
from tocsin.domain.ids import AlertId
from tocsin.domain.notification import ATTEMPTS_LIMIT, LEASE, DeliveryState
from tocsin.domain.people import Directory
from tocsin.domain.reach import LAST_RESORT
from tocsin.usecases.deliver_notification import deliver_notification
from tocsin.usecases.delivery_work import Outcome
from tocsin.usecases.refusals import DeliveryFailedError

HOOK, CHAT = "ops-hook", "ops-chat"
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def world() -> HeldWorld:
    world = HeldWorld()
    world.channel(HOOK)
    world.channel(CHAT)
    world.escalation_policy((f"channel:{HOOK}", FIVE_MINUTES))
    return world


def crash() -> None:
    raise CrashError


def refuse(
    status: str = "the receiver answered 500",
    *,
    is_retryable: bool = True,
    retry_after: timedelta | None = None,
) -> Callable[[], object]:
    def act() -> object:
        raise DeliveryFailedError(status, is_retryable=is_retryable, retry_after=retry_after)

    return act


def states(world: HeldWorld, alert_id: AlertId) -> list[str]:
    return [each.state.value for each in world.notifications.of_alert(alert_id)]


def told(world: HeldWorld, alert_id: AlertId) -> list[str]:
    return [
        change.type.value
        for change in world.timeline(alert_id)
        if change.type.value.startswith("notification_")
        and change.details["channel"] != LAST_RESORT
    ]


def test_a_page_arrives_at_once(world: HeldWorld) -> None:
    alert_id = world.opened()

    world.deliver()

    [page] = world.provider.received
    assert (page.channel, page.subject, page.attempt) == (HOOK, "CRITICAL disk-full", 1)
    assert told(world, alert_id) == ["notification_sent"]
    assert world.alert(alert_id).notification_count == 1


def test_an_acknowledgement_between_claim_and_sending_stops_the_page(world: HeldWorld) -> None:
    alert_id = world.opened()
    # The first write of the notifier is its claim.
    world.meanwhile(lambda: world.acknowledge(alert_id), of=LEDGER_FROM)

    [done] = world.deliver()

    assert not world.provider.received
    assert done.outcome is Outcome.SKIPPED
    [skipped] = [it for it in world.timeline(alert_id) if it.type == "notification_skipped"]
    assert skipped.details["reason"] == "already acknowledged by alice"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        pytest.param(
            lambda world, it: world.resolve(it), "already resolved by alice", id="resolved"
        ),
        pytest.param(lambda world, it: world.snooze(it, HOUR), "snoozed", id="snoozed"),
    ],
)
def test_what_is_not_needed_any_more_is_not_sent(
    world: HeldWorld, act: Callable[[HeldWorld, AlertId], object], reason: str
) -> None:
    alert_id = world.opened()
    act(world, alert_id)

    world.deliver()

    [page] = world.notifications.of_alert(alert_id)
    assert (page.state, page.reason) == (DeliveryState.SKIPPED, reason)
    assert not world.provider.received


def test_two_channels_in_one_step_are_two_deliveries(world: HeldWorld) -> None:
    world.escalation_policy(((f"channel:{HOOK}", f"channel:{CHAT}"), FIVE_MINUTES))

    alert_id = world.opened()
    world.deliver()

    assert sorted(page.channel for page in world.provider.received) == [CHAT, HOOK]
    assert len({page.key for page in world.provider.received}) == 2
    assert states(world, alert_id) == ["sent", "sent"]


def test_a_providers_failure_is_retried_and_told(world: HeldWorld) -> None:
    world.provider.before = [refuse()]

    alert_id = world.opened()
    world.run(until=NINE + MINUTE)

    [page] = world.provider.received
    assert (page.attempt, page.at) == (2, NINE + timedelta(seconds=5))
    assert told(world, alert_id) == ["notification_failed", "notification_sent"]


def test_a_provider_that_says_when_is_asked_then(world: HeldWorld) -> None:
    world.provider.before = [refuse(retry_after=timedelta(seconds=50))]

    world.opened()
    world.run(until=NINE + MINUTE)

    assert [page.at for page in world.provider.received] == [NINE + timedelta(seconds=50)]


def test_what_cannot_succeed_is_not_tried_again(world: HeldWorld) -> None:
    world.provider.before = [refuse("the receiver answered 404", is_retryable=False)]

    alert_id = world.opened()
    world.run(until=NINE + MINUTE)

    [page] = world.pages(alert_id)
    assert (page.state, page.reason) == (DeliveryState.FAILED, "the receiver answered 404")


def test_a_dead_provider_is_given_up_in_the_end(world: HeldWorld) -> None:
    world.escalation_policy((f"channel:{HOOK}", 10 * HOUR))
    world.provider.before = [refuse() for _ in range(100)]

    alert_id = world.opened()
    world.run(until=NINE + HOUR)

    [page] = world.pages(alert_id)
    assert (page.state, page.attempts) == (DeliveryState.FAILED, ATTEMPTS_LIMIT)
    assert told(world, alert_id) == ["notification_failed"] * ATTEMPTS_LIMIT


def test_a_crash_between_claim_and_sending_is_one_page_later(world: HeldWorld) -> None:
    world.provider.before = [crash]

    alert_id = world.opened()
    world.run(until=NINE + MINUTE)

    [page] = world.provider.received
    assert (page.attempt, page.at) == (2, NINE + LEASE)
    assert states(world, alert_id) == ["sent"]


def test_a_crash_after_sending_is_one_duplicate_with_the_same_id(world: HeldWorld) -> None:
    world.provider.after = [crash]

    world.opened()
    world.run(until=NINE + MINUTE)

    first, second = world.provider.received
    assert first.key == second.key
    assert (first.attempt, second.attempt) == (1, 2)


def test_a_crash_before_the_claim_leaves_no_trace(world: HeldWorld) -> None:
    alert_id = world.opened()
    world.meanwhile(crash, of=LEDGER_FROM)

    world.run(until=NINE + MINUTE)

    [page] = world.provider.received
    assert page.attempt == 1
    assert states(world, alert_id) == ["sent"]


def test_a_crash_between_a_failure_and_its_message_loses_nothing(
    world: HeldWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.provider.before = [refuse()]
    send = world.deliveries.send
    alert_id = world.opened()
    sends: list[object] = []

    def crash_once(deliveries: object, **when: object) -> None:
        sends.append(deliveries)
        if len(sends) == 1:
            raise CrashError
        send(deliveries, **when)  # type: ignore[arg-type]

    monkeypatch.setattr(world.deliveries, "send", crash_once)
    world.run(until=NINE + MINUTE)

    assert [page.attempt for page in world.provider.received] == [2]
    assert states(world, alert_id) == ["sent"]


def test_a_claimer_that_always_dies_is_given_up(world: HeldWorld) -> None:
    world.provider.before = [crash for _ in range(5000)]
    world.escalation_policy((f"channel:{HOOK}", 24 * HOUR))

    alert_id = world.opened()
    world.run(until=NINE + 19 * HOUR)
    [page] = world.notifications.of_alert(alert_id)
    assert not page.state.has_ended, "an outage of ours is no reason to give up"
    world.run(until=NINE + 21 * HOUR)

    [page] = world.pages(alert_id)
    assert page.state is DeliveryState.FAILED
    assert page.reason == "no attempt has come to an end for hours"


def test_the_same_message_twice_is_one_page(world: HeldWorld) -> None:
    alert_id = world.opened()
    [delivery] = world.deliveries.waiting
    world.deliveries.send([delivery, delivery], now=world.now)

    outcomes = [done.outcome for done in world.deliver()]

    assert outcomes == [Outcome.SENT, Outcome.ENDED, Outcome.ENDED]
    assert len(world.provider.received) == 1
    assert told(world, alert_id) == ["notification_sent"]


def test_who_loses_the_claim_waits_for_who_has_it(world: HeldWorld) -> None:
    world.opened()
    [delivery] = world.deliveries.waiting
    world.deliveries.send([delivery], now=world.now)
    rivals: list[object] = []
    # While the first is about to claim, the second takes the whole delivery.
    world.meanwhile(lambda: rivals.extend(world.deliver()), of=LEDGER_FROM)

    world.deliver()

    assert len(world.provider.received) == 1


def test_a_person_is_told_at_their_own_address(world: HeldWorld) -> None:
    world.user("alice")
    world.escalation_policy(("user:alice", FIVE_MINUTES))

    world.opened()
    world.deliver()

    assert [page.channel for page in world.provider.received] == ["@email"]


def test_a_channel_that_was_removed_meanwhile_has_failed(world: HeldWorld) -> None:
    alert_id = world.opened()
    gone = world.channels.get(HOOK)
    world.channels.delete(gone, write_id=world.new_write_id())

    world.deliver()

    [page] = world.pages(alert_id)
    assert (page.state, page.reason) == (
        DeliveryState.FAILED,
        f"there is no channel {HOOK} any more",
    )


def test_a_channel_that_the_notifier_does_not_know_yet_is_looked_for(world: HeldWorld) -> None:
    class Forgetful:
        """Remembers from before the channel was made."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.paging, name)

        def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
            return Directory() if max_age is None else world.paging.directory(at)

    world.opened()
    [delivery] = world.deliveries.arrived(NINE)
    work = replace(world.work, paging=Forgetful())  # type: ignore[arg-type] # all else by name

    assert deliver_notification(delivery, work).outcome is Outcome.SENT


def test_a_storm_waits_for_its_turn_and_all_of_it_arrives(world: HeldWorld) -> None:
    for number in range(40):
        world.opened(f"disk-{number}")

    world.deliver()
    at_once = len(world.provider.received)
    world.run(until=NINE + 3 * MINUTE)

    assert at_once < 15
    assert len({page.key for page in world.provider.received}) == 40


def test_a_dead_channel_holds_up_no_other(world: HeldWorld) -> None:
    world.escalation_policy(((f"channel:{HOOK}", f"channel:{CHAT}"), FIVE_MINUTES))
    alert_ids = [world.opened(f"disk-{number}") for number in range(4)]
    send = world.provider.send

    def send_unless_dead(*args: object) -> str | None:
        if args[3].name == HOOK:  # type: ignore[attr-defined]
            raise DeliveryFailedError("no answer in time", is_retryable=True)
        return send(*args)  # type: ignore[arg-type]

    world.provider.send = send_unless_dead  # type: ignore[assignment]
    world.deliver()

    assert [page.channel for page in world.provider.received] == [CHAT] * 4
    attempts = sum(
        each.attempts
        for alert_id in alert_ids
        for each in world.notifications.of_alert(alert_id)
        if each.delivery.channel == HOOK
    )
    assert attempts == 3, "after three failures the channel rests"
