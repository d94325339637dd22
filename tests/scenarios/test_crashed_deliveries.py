"""A notifier that dies before or after each of its calls: one effect, or a known duplicate."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.examples import HOUR, MINUTE, NINE
from tests.fakes.notifier import CrashError, HeldWorld
from tocsin.adapters.dynamodb.keys import LEDGER_FROM
from tocsin.domain.ids import AlertId
from tocsin.usecases.deliver_notification import deliver_notification
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.refusals import DeliveryFailedError

CALLS_LIMIT = 50
WATCHED = ("ledger", "alerts", "paging", "gate", "queue", "sender", "links")


class Dying:
    """Passes calls on until its time has come."""

    def __init__(self, port: object, name: str, calls: Iterator[int], dies: "Death") -> None:
        self._port, self._name, self._calls, self._dies = port, name, calls, dies

    def __getattr__(self, method: str) -> Callable[..., Any]:
        act = getattr(self._port, method)

        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as it is
            number = next(self._calls)
            is_now = number == self._dies.call and not self._dies.is_over
            if is_now and not self._dies.is_after:
                self._die(method)
            answer = act(*args, **named)
            if is_now:
                self._die(method)
            return answer

        return call

    def _die(self, method: str) -> None:
        self._dies.is_over = True
        self._dies.was_unmarked = self._dies.is_unmarked()
        self._dies.where = f"{self._name}.{method}"
        raise CrashError


class Death:
    """When it is, once."""

    def __init__(self, call: int, *, is_after: bool) -> None:
        self.call, self.is_after = call, is_after
        self.is_over = False
        self.where = ""
        self.is_unmarked: Callable[[], bool] = lambda: False
        self.was_unmarked = False
        """Whether the provider had the message by then, and the ledger did not say so."""


class DyingWorld(HeldWorld):
    """A world whose notifier dies once, at one of its calls."""

    def __init__(self, death: Death) -> None:
        super().__init__()
        self.death = death
        death.is_unmarked = self._is_unmarked
        self._calls = count()

    def _is_unmarked(self) -> bool:
        alert_ids = {AlertId(page.key.partition(".")[0]) for page in self.provider.received}
        return any("notification_sent" not in self.happened(each) for each in alert_ids)

    @property
    def work(self) -> Work:
        alive = super().work
        dying: dict[str, Any] = {
            name: Dying(getattr(alive, name), name, self._calls, self.death) for name in WATCHED
        }
        return replace(alive, **dying)


def a_world(death: Death, *, fails_first: bool) -> DyingWorld:
    world = DyingWorld(death)
    world.channel("ops-hook")
    world.escalation_policy(("channel:ops-hook", 9 * HOUR))
    if fails_first:
        world.provider.before = [_refuse]
    return world


def _refuse() -> None:
    raise DeliveryFailedError("the receiver answered 500", is_retryable=True)


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fails_first", [False, True], ids=["a good provider", "a bad moment"])
@pytest.mark.parametrize("call", range(CALLS_LIMIT))
def test_wherever_it_dies_the_page_arrives(call: int, *, is_after: bool, fails_first: bool) -> None:
    death = Death(call, is_after=is_after)
    world = a_world(death, fails_first=fails_first)

    alert_id = world.opened()
    world.run(until=NINE + 10 * MINUTE)

    keys = [page.key for page in world.provider.received]
    assert len(set(keys)) == 1
    assert len(keys) == 1 or (len(keys) == 2 and death.was_unmarked)
    assert [each.state for each in world.notifications.of_alert(alert_id)] == ["sent"]
    assert world.happened(alert_id).count("notification_sent") == 1


def test_every_call_is_among_those_at_which_it_dies() -> None:
    world = a_world(Death(-1, is_after=False), fails_first=True)
    world.opened()

    world.run(until=NINE + 10 * MINUTE)

    assert next(world._calls) < CALLS_LIMIT


def test_a_delivery_at_work_twice_at_once_is_one_page() -> None:
    world = a_world(Death(-1, is_after=False), fails_first=False)
    world.opened()
    [delivery] = world.deliveries.waiting
    work = world.work
    world.meanwhile(lambda: deliver_notification(delivery, work), of=LEDGER_FROM)

    world.run(until=NINE + 10 * MINUTE)

    assert len(world.provider.received) == 1
