"""Real processes meet at one key: threads with clients of their own, and the embedded DynamoDB."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.embedded_dynamodb import create_table
from local.stack.aws import Aws
from tests.examples import PROMETHEUS, trigger
from tocsin.adapters.aws_json import DYNAMODB, AwsJsonClient, Call, Service
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.domain.errors import AlertNotFoundError
from tocsin.domain.ids import AlertId
from tocsin.domain.reception import Outcome
from tocsin.domain.sent_body import SentBody
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.usecases.receive_signal import Receipt, receive_signal
from tocsin_cli.simulated.write_ids import WriteIds

TABLE = "threads"
RETENTION = timedelta(days=90)
SENDERS = 8
BURSTS = 200
BIG = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(2000))


class Senders:
    """Several, each with a connection of its own, all at the same moment."""

    def __init__(self, client_of: Callable[[Service], AwsJsonClient]) -> None:
        self._calls = [client_of(DYNAMODB).call for _ in range(SENDERS)]
        self._together = threading.Barrier(SENDERS)
        self._new_write_id = WriteIds()
        self.alerts = DynamoDBAlerts(self._calls[0], TABLE, RETENTION)

    def send(self, signals: Sequence[Signal]) -> list[Receipt]:
        with ThreadPoolExecutor(SENDERS) as pool:
            return list(pool.map(self._send_with_others, self._calls, signals))

    def resolve(self, signal: Signal) -> None:
        """One of them reports the recovery."""
        self._send(self._calls[0], replace(signal, action=SignalAction.RESOLVE))

    def _send_with_others(self, call: Call, signal: Signal) -> Receipt:
        self._together.wait(timeout=60)
        return self._send(call, signal)

    def _send(self, call: Call, signal: Signal) -> Receipt:
        at = datetime.now(UTC)
        body = SentBody(text="{}", content_type="", received_at=at, size_bytes=2)
        return receive_signal(
            signal,
            PROMETHEUS,
            at=at,
            slots=DynamoDBSlots(call, TABLE, RETENTION),
            paging=DynamoDBPaging(call, TABLE),
            new_write_id=self._new_write_id,
            body=lambda: body,
        )


@pytest.fixture
def senders(embedded: Aws, client_of: Callable[[Service], AwsJsonClient]) -> Senders:
    create_table(embedded, TABLE)
    return Senders(client_of)


def signals_of(burst: int) -> list[Signal]:
    """Half of the bursts have values; of each four, one has big facts, one others for each."""
    key = f"disk-{burst}"
    signals = [
        trigger(dedup_key=key, value=number if burst % 2 else None) for number in range(SENDERS)
    ]
    match burst % 4:
        case 0:
            return [replace(it, facts=Facts(name="Disk", reason=BIG)) for it in signals]
        case 1:
            return [
                replace(it, facts=Facts(name="Disk", reason=f"{number}{BIG}"))
                for number, it in enumerate(signals)
            ]
        case _:
            return signals


@pytest.mark.loopback
def test_eight_senders_at_once_make_one_alert_that_can_be_read(senders: Senders) -> None:
    outcomes: Counter[str] = Counter()
    for burst in range(BURSTS):
        signals = signals_of(burst)
        for opened in (Outcome.OPENED, Outcome.REOPENED):
            receipts = senders.send(signals)

            assert Counter(it.outcome for it in receipts) == {opened: 1, Outcome.UPDATED: 7}
            (alert_id,) = {receipt.alert_id for receipt in receipts}
            outcomes[read(senders.alerts, alert_id, signals)] += 1
            if opened is Outcome.OPENED:
                senders.resolve(signals[0])

    assert outcomes == {"whole": 2 * BURSTS}


def read(alerts: DynamoDBAlerts, alert_id: str | None, signals: list[Signal]) -> str:
    """How the alert of a burst is read."""
    try:
        alert = alerts.get(AlertId(alert_id or ""))
    except AlertNotFoundError:
        return "not at all"
    if alert.occurrences != SENDERS:
        return f"with {alert.occurrences} occurrences"
    if alerts.sent_bodies(alert.alert_id).first is None:
        return "without its first body"
    return "whole" if alert.facts in [it.facts for it in signals] else "shortened"
