"""The handler: a batch side by side, with a log that tells what happened and no secrets."""

import importlib
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.ports import Ports
from tests.captured_log import captured_log
from tests.examples import HOUR, NINE, UNKNOWN_ID
from tests.fakes.failures import InMemoryFailures
from tests.fakes.notifier import HeldWorld
from tests.functions.notifier.conftest import (
    a_delivery,
    a_message,
    a_wiring,
    an_alert,
    claimed,
)
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.adapters.dynamodb.notifications.notification_repository import DynamoDBNotifications
from tocsin.adapters.queues import delivery_from, written_delivery
from tocsin.channels.by_type import MODULES, channel_spec
from tocsin.domain.alert import Alert
from tocsin.domain.message import Message
from tocsin.domain.notification import Notification
from tocsin.domain.people import Channel
from tocsin.usecases.refusals import DeliveryFailedError

EVENT = Path(__file__).parents[3] / "events/notifier_delivery.json"
NUMBERS = count()
SOON_SECONDS = 30

type Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def app() -> ModuleType:
    """functions/notifier/app.py, imported as Lambda does it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TABLE_NAME", "tocsin")
        environment.setenv("DELIVERIES_QUEUE_URL", "https://sqs.example.com/deliveries")
        environment.setenv("POWERTOOLS_SERVICE_NAME", "notifier")
        return importlib.import_module("functions.notifier.app")


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Logged:
    """What was logged since the last time, each line JSON."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@dataclass
class Notifier:
    """The deployed handler over a world in memory."""

    app: ModuleType
    world: HeldWorld
    failures: InMemoryFailures

    def deliver(self, *bodies: str) -> list[str]:
        records = [message(body) for body in bodies]
        answer = self.app.on_delivery({"Records": records}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def deliver_all(self) -> list[str]:
        """Everything that the world has queued."""
        return self.deliver(*map(written_delivery, self.world.deliveries.arrived(self.world.now)))


class NotedThreads(io.StringIO):
    """Standard output, and which threads wrote metrics there."""

    def __init__(self) -> None:
        super().__init__()
        self.wrote_metrics: set[threading.Thread] = set()

    def write(self, text: str) -> int:
        if "_aws" in text:
            self.wrote_metrics.add(threading.current_thread())
        return super().write(text)


def message(body: str) -> dict[str, Any]:
    [record] = json.loads(EVENT.read_text())["Records"]
    return {**record, "messageId": f"message-{next(NUMBERS)}", "body": body}


@pytest.fixture
def notifier(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifier]:
    world = HeldWorld()
    world.channel("ops-hook")
    world.escalation_policy(("channel:ops-hook", NINE.replace(hour=10) - NINE))
    log = captured_log("notifier")
    with ThreadPoolExecutor(10) as threads:
        failures = InMemoryFailures()
        ports = Ports(
            work=world.work, threads=threads, log=log, service="notifier", failures=failures
        )
        monkeypatch.setattr(app, "ports", ports)
        yield Notifier(app, world, failures)


def test_the_published_event_is_one_of_ours() -> None:
    [record] = json.loads(EVENT.read_text())["Records"]

    assert written_delivery(delivery_from(record["body"])) == record["body"]


def test_a_message_is_delivered(notifier: Notifier) -> None:
    notifier.world.opened()

    assert notifier.deliver_all() == []
    assert len(notifier.world.provider.received) == 1


def test_a_foreign_message_in_the_queue_fails_alone(notifier: Notifier) -> None:
    notifier.world.opened()
    [delivery] = notifier.world.deliveries.arrived(NINE)

    failed = notifier.deliver("{}", written_delivery(delivery), "not JSON")

    assert len(failed) == 2
    assert len(notifier.world.provider.received) == 1


@pytest.mark.parametrize(("times", "is_set_aside"), [(2, False), (3, True)])
def test_what_fails_for_the_third_time_is_set_aside_with_its_group(
    notifier: Notifier, times: int, *, is_set_aside: bool
) -> None:
    told = {"ApproximateReceiveCount": str(times), "MessageGroupId": "user:alice#email"}
    record = message("not JSON")
    record["attributes"] |= told

    answer = notifier.app.on_delivery({"Records": [record]}, None)

    assert (answer["batchItemFailures"] == []) is is_set_aside
    assert notifier.failures.bodies == (["not JSON"] if is_set_aside else [])
    assert notifier.failures.groups == (["user:alice#email"] if is_set_aside else [])


def test_an_outage_of_storage_counts_as_no_attempt_of_a_channel(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    notifier.world.opened()
    [delivery] = notifier.world.deliveries.arrived(NINE)
    record = message(written_delivery(delivery))
    record["attributes"]["ApproximateReceiveCount"] = "40"
    working = notifier.app.ports
    ledger = DynamoDBNotifications(_away, "tocsin", HOUR)
    refused = replace(working, work=replace(working.work, ledger=ledger))
    monkeypatch.setattr(notifier.app, "ports", refused)
    for _ in range(40):
        assert notifier.app.on_delivery({"Records": [record]}, None)["batchItemFailures"]

    monkeypatch.setattr(notifier.app, "ports", working)
    assert notifier.app.on_delivery({"Records": [record]}, None) == {"batchItemFailures": []}

    [received] = notifier.world.provider.received
    assert received.attempt == 1
    assert notifier.failures.bodies == []


def _away(_operation: str, _parameters: Mapping[str, Any]) -> dict[str, Any]:
    raise AwsUnavailableError


def test_a_provider_that_hangs_holds_up_no_neighbour(notifier: Notifier) -> None:
    for number in range(3):
        notifier.world.opened(f"disk-{number}")
    others_are_done = threading.Event()
    send = notifier.world.provider.send
    begun = count()

    def hang_first(
        notification: Notification, alert: Alert, message: Message, channel: Channel
    ) -> str | None:
        if next(begun) == 0:
            assert others_are_done.wait(SOON_SECONDS), "the others wait for this one"
            return None
        provider_id = send(notification, alert, message, channel)
        if len(notifier.world.provider.received) == 2:
            others_are_done.set()
        return provider_id

    notifier.world.provider.send = hang_first  # type: ignore[method-assign]

    assert notifier.deliver_all() == []
    assert len(notifier.world.provider.received) == 2


def test_the_log_names_each_delivered_message(notifier: Notifier, logged: Logged) -> None:
    alert_id = notifier.world.opened()
    notifier.deliver_all()

    [line] = [line for line in logged() if line.get("message") == "Delivery worked on"]
    assert (line["outcome"], line["alert_id"], line["channel"]) == ("sent", alert_id, "ops-hook")
    assert line["notification"] == f"{alert_id}.1.1.1.channel:ops-hook.ops-hook"


def measured(lines: list[dict[str, Any]], name: str) -> list[tuple[dict[str, str], list[float]]]:
    """Find a metric's values for each set of dimensions by which it is counted."""
    return [
        ({dimension: line[dimension] for dimension in dimensions}, line[name])
        for line in lines
        if "_aws" in line and name in line
        for dimensions in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    ]


def test_the_first_page_is_timed_from_the_firing(notifier: Notifier, logged: Logged) -> None:
    notifier.world.opened()
    notifier.world.now += SOON_SECONDS * (NINE.replace(second=1) - NINE)
    notifier.deliver_all()

    [metric] = measured(logged(), "TimeToPage")
    assert metric == ({"service": "notifier"}, [SOON_SECONDS * 1000.0])


def test_deliveries_are_counted_by_type_of_channel(notifier: Notifier, logged: Logged) -> None:
    notifier.world.opened()
    notifier.deliver_all()

    assert measured(logged(), "DeliveriesSent") == [
        ({"service": "notifier"}, [1.0]),
        ({"service": "notifier", "channel_type": "webhook"}, [1.0]),
    ]


def test_metrics_of_a_batch_are_written_together_when_all_its_threads_are_done(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = NotedThreads()
    monkeypatch.setattr("sys.stdout", output)
    for number in range(8):
        notifier.world.opened(f"disk {number}")

    notifier.deliver_all()

    counted = measured(
        [json.loads(line) for line in output.getvalue().splitlines()], "DeliveriesSent"
    )
    assert [values for _, values in counted] == [[1.0] * 8] * 2
    assert output.wrote_metrics == {threading.main_thread()}


def test_failed_deliveries_are_counted(notifier: Notifier, logged: Logged) -> None:
    def refuse() -> None:
        raise DeliveryFailedError("the receiver answered 404", is_retryable=False)

    notifier.world.provider.before = [refuse]
    notifier.world.opened()
    notifier.deliver_all()

    lines = logged()
    assert measured(lines, "DeliveriesFailed") == [
        ({"service": "notifier"}, [1.0]),
        ({"service": "notifier", "channel_type": "webhook"}, [1.0]),
    ]
    assert not measured(lines, "DeliveriesSent")
    [line] = [line for line in lines if line.get("message") == "Delivery worked on"]
    assert (line["level"], line["reason"]) == ("WARNING", "the receiver answered 404")


def test_a_message_that_waits_writes_no_log_line(notifier: Notifier, logged: Logged) -> None:
    notifier.world.opened()
    [delivery] = notifier.world.deliveries.arrived(NINE)
    later = replace(delivery, due_at=NINE.replace(hour=10))

    notifier.deliver(written_delivery(later))

    assert logged() == []
    assert notifier.world.deliveries.waiting == [later]


@pytest.mark.parametrize("channel_type", MODULES)
def test_every_type_of_channel_has_a_sender(channel_type: str) -> None:
    assert callable(channel_spec(channel_type).sender(a_wiring()).send)


def test_a_fault_of_ours_is_a_failed_attempt_and_an_error_in_the_log(
    logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    senders = ChannelSenders(a_wiring())
    here = Channel(name="here", type="console")
    monkeypatch.setattr("tocsin.channels.console.ConsoleSender.send", lambda *_: 1 / 0)

    with pytest.raises(DeliveryFailedError) as failed:
        senders.send(claimed(), an_alert(), a_message(), here)

    assert failed.value.is_retryable
    assert failed.value.reason == "a fault of ours in channels of type console"
    [line] = logged()
    assert (line["level"], line["exception_name"]) == ("ERROR", "ZeroDivisionError")


@pytest.mark.parametrize("allow_private", [True, False])
def test_the_console_shows_links_only_on_this_machine(
    logged: Logged, *, allow_private: bool
) -> None:
    senders = ChannelSenders(a_wiring(allow_private=allow_private))
    here = Channel(name="here", type="console")

    senders.send(claimed(), an_alert(), a_message(), here)

    [line] = logged()
    assert (line["message"], line["title"]) == ("Page", "WARNING: Disk full on db-1")
    assert ("links" in line) is allow_private
    assert ("/act/" in json.dumps(line)) is allow_private


def test_no_address_and_no_secret_is_logged(notifier: Notifier, logged: Logged) -> None:
    notifier.world.user("canary-user")
    notifier.world.escalation_policy(("user:canary-user", NINE.replace(hour=10) - NINE))

    def refuse() -> None:
        raise DeliveryFailedError("AWS refused: MessageRejected", is_retryable=False)

    notifier.world.provider.before = [refuse]
    notifier.world.opened()
    notifier.deliver_all()

    lines = json.dumps(logged())
    assert "MessageRejected" in lines
    assert "canary-user@example.com" not in lines
    assert "+15550100" not in lines


def test_a_message_whose_alert_does_not_exist_is_skipped_with_that_reason(
    notifier: Notifier, logged: Logged
) -> None:
    delivery = replace(a_delivery(), alert_id=UNKNOWN_ID)

    assert notifier.deliver(written_delivery(delivery)) == []

    [line] = [line for line in logged() if line.get("message") == "Delivery worked on"]
    assert (line["outcome"], line["reason"]) == ("skipped", "the alert does not exist any more")
