"""Storage refuses for now: 503, nothing half done, and the same request works later."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from functions.ingest.integrations import Integrations
from tests.functions.ingest.gateway import SECRET, TOKEN, Gateway, Reply, raising
from tocsin.adapters.aws_json import AwsError, AwsUnavailableError, Call
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.integration_repository import DynamoDBIntegrations
from tocsin.adapters.dynamodb.configuration.key_repository import DynamoDBKeys
from tocsin.adapters.dynamodb.requests.answer_repository import DynamoDBAnswers
from tocsin.domain.credential import Scope
from tocsin.domain.ids import WriteId
from tocsin.domain.integration import IntegrationType
from tocsin.lambda_runtime.callers import Callers
from tocsin.usecases.refusals import SlotRefusedError

TRIGGER: dict[str, Any] = {"event_action": "trigger", "payload": {"summary": "Disk full"}}
ALWAYS = 1_000_000


def trigger(dedup_key: str) -> dict[str, Any]:
    return {**TRIGGER, "dedup_key": dedup_key}


@dataclass
class Line:
    """The way to DynamoDB; it breaks at one call and comes back when told to."""

    call: Call
    breaks_at: int = ALWAYS
    loses_reply: bool = False
    calls: int = 0

    def __call__(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        self.calls += 1
        if self.calls < self.breaks_at:
            return self.call(operation, parameters)
        if self.loses_reply:
            with suppress(AwsError):
                self.call(operation, parameters)
        raise AwsUnavailableError from TimeoutError()

    def mend(self) -> None:
        self.calls, self.breaks_at = 0, ALWAYS


@pytest.fixture
def line(call: Call) -> Line:
    return Line(call)


@pytest.fixture
def stored(gateway: Gateway, line: Line) -> Gateway:
    """Intake on the table, with a token and a key."""
    gateway.register(IntegrationType.EVENTS)
    gateway.give_key(Scope.EVENTS)
    integrations = DynamoDBIntegrations(line, "tocsin")
    integrations.put(None, gateway.integrations.get("prod"), write_id=WriteId("setup"))
    keys = DynamoDBKeys(line, "tocsin")
    for key in gateway.keys.list():
        keys.add(key, write_id=WriteId("setup"))
    _connect(gateway, line)
    line.mend()
    return gateway


def _connect(gateway: Gateway, line: Line) -> None:
    """Start a process that remembers nothing."""
    callers = Callers(DynamoDBKeys(line, "tocsin"))
    gateway.ports = replace(
        gateway.ports,
        slots=DynamoDBSlots(line, "tocsin", timedelta(days=90)),
        integrations=Integrations(DynamoDBIntegrations(line, "tocsin")),
        callers=lambda: callers,
        answers=lambda: DynamoDBAnswers(line, "tocsin"),
    )


@pytest.fixture
def items(call: Call) -> Callable[[], list[dict[str, Any]]]:
    def scan() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = call("Scan", {"TableName": "tocsin"})["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    return scan


def by_token(gateway: Gateway, body: object) -> Reply:
    return gateway.post(body, path=f"/i/{TOKEN}")


def by_key(gateway: Gateway, body: object) -> Reply:
    return gateway.post(
        body,
        path="/api/v1/events",
        headers={"authorization": f"Bearer {SECRET}", "idempotency-key": "retry-1"},
    )


def expect_try_again(reply: Reply) -> None:
    assert (reply.status, reply.code) == (503, "try_again")
    assert reply.headers["retry-after"] == "1"


@pytest.mark.parametrize("breaks_at", [1, 2, 3, 4], ids=lambda number: f"call {number}")
def test_a_refused_event_left_nothing_and_works_later(
    stored: Gateway,
    line: Line,
    items: Callable[[], list[dict[str, Any]]],
    breaks_at: int,
) -> None:
    before = items()
    line.breaks_at = breaks_at

    reply = by_token(stored, trigger("disk"))

    expect_try_again(reply)
    assert items() == before
    line.mend()
    assert by_token(stored, trigger("disk")).outcomes == ["opened"]


@pytest.mark.parametrize("breaks_at", [3, 4], ids=lambda number: f"call {number}")
def test_an_event_whose_reply_was_lost_does_not_fork_when_it_comes_again(
    stored: Gateway, line: Line, breaks_at: int
) -> None:
    line.breaks_at, line.loses_reply = breaks_at, True

    expect_try_again(by_token(stored, trigger("disk")))

    line.mend()
    outcomes = [by_token(stored, trigger("disk")).outcomes for _ in range(2)]
    assert outcomes[0] in (["opened"], ["updated"])
    assert outcomes[1] == ["updated"]


@pytest.mark.parametrize("breaks_at", range(1, 9), ids=lambda number: f"call {number}")
@pytest.mark.parametrize("send", [by_token, by_key])
def test_a_batch_works_later_without_a_second_alert(
    stored: Gateway,
    line: Line,
    items: Callable[[], list[dict[str, Any]]],
    send: Callable[[Gateway, object], Reply],
    breaks_at: int,
) -> None:
    batch = [trigger("a"), trigger("b"), trigger("c")]
    line.breaks_at = breaks_at
    expect_try_again(send(stored, batch))
    line.mend()
    stored.world.pass_time(seconds=31)

    reply = send(stored, batch)

    assert reply.status == 202
    slots = [item for item in items() if item["sk"]["S"] == "LIVE"]
    assert sorted(item["id"]["S"] for item in slots) == sorted(
        it["alert_id"] for it in reply.results
    )


def test_a_claim_that_could_not_be_released_holds_for_half_a_minute(
    stored: Gateway, line: Line
) -> None:
    line.breaks_at = 6
    expect_try_again(by_key(stored, trigger("disk")))
    line.mend()

    expect_try_again(by_key(stored, trigger("disk")))
    stored.world.pass_time(seconds=31)

    assert by_key(stored, trigger("disk")).outcomes == ["opened"]


def test_an_answer_that_could_not_be_kept_is_given_all_the_same(
    stored: Gateway, line: Line
) -> None:
    line.breaks_at = 8

    reply = by_key(stored, trigger("disk"))

    assert line.calls == 8
    assert (reply.status, reply.outcomes) == (202, ["opened"])


def test_a_use_of_a_key_that_could_not_be_noted_is_a_use_all_the_same(
    stored: Gateway, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DynamoDBKeys, "mark_used", raising(AwsUnavailableError))

    assert by_key(stored, trigger("disk")).status == 202
    assert line.calls > 0


def test_what_storage_met_is_logged(
    stored: Gateway, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    line.breaks_at = 3
    by_token(stored, trigger("disk"))

    logged = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (logged["code"], logged["cause"]) == ("try_again", "TimeoutError")


def test_a_known_sender_and_a_storm_on_one_slot_end_in_try_again(
    events: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("count", "add"):
        monkeypatch.setattr(DynamoDBSlots, name, raising(SlotRefusedError(None)))

    expect_try_again(events.post(trigger("disk")))
