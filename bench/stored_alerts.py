"""Writes many alerts without the functions: a third each firing, acknowledged, resolved."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any, Final

from bench.gateway_events import CAPTURED, payload
from bench.team import INTEGRATION, POLICY
from functions.ingest.senders import events
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.alerts.items import Item, alert_item, pack_facts
from tocsin.domain.alert import Alert, AlertStatus
from tocsin.domain.ids import Actor, WriteId, fingerprint
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Signal

RETENTION: Final = timedelta(days=90)
_BATCH: Final = 25
_APART: Final = timedelta(minutes=2)
_STATUSES: Final = tuple(AlertStatus)
_SEVERITIES: Final = (Severity.CRITICAL, *([Severity.WARNING] * 5), *([Severity.INFO] * 4))
"""One in ten is critical."""


def store(call: Call, table_name: str, count: int, *, stored: int = 0) -> None:
    """Write alerts until there are so many, the newest one a few minutes old.

    Args:
        call: DynamoDB.
        table_name: Where to.
        count: How many there are in the end.
        stored: How many newer ones there are by earlier calls.
    """
    for batch in batched(_items(range(stored, count)), _BATCH, strict=False):
        requests = [{"PutRequest": {"Item": item}} for item in batch]
        waiting: dict[str, Any] = {table_name: requests}
        while waiting:
            waiting = call("BatchWriteItem", {"RequestItems": waiting})["UnprocessedItems"]


def _items(numbers: range) -> Iterator[Item]:
    chance = random.Random(numbers.start)  # noqa: S311 - the same alerts in every run
    newest = datetime.now(UTC) - 2 * _APART
    told = events.read_event(json.loads(payload(CAPTURED))).signal({}, newest)
    for number in numbers:
        host = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
        signal = replace(
            told,
            dedup_key=f"{chance.getrandbits(256):064x}",
            severity=chance.choice(_SEVERITIES),
            facts=replace(
                told.facts,
                summary=told.facts.summary.replace("127.0.0.1", host),
                labels={
                    name: text.replace("127.0.0.1", host)
                    for name, text in told.facts.labels.items()
                },
            ),
        )
        alert = _alert(signal, _STATUSES[number % len(_STATUSES)], newest - number * _APART)
        packed = pack_facts(alert.facts, alert.dedup_key)
        yield alert_item(alert, packed, write_id=WriteId(f"{number:018x}"), retention=RETENTION)


def _alert(signal: Signal, status: AlertStatus, fired_at: datetime) -> Alert:
    slot = fingerprint(INTEGRATION, signal.dedup_key)
    alert = Alert.open(signal, integration=INTEGRATION, slot=slot, at=fired_at)
    alert = replace(alert.escalate(POLICY, at=fired_at), changes=())
    later = fired_at + timedelta(minutes=1)
    match status:
        case AlertStatus.FIRING:
            # Every step was paged, long ago: it waits for nothing.
            for at in (later, later + timedelta(minutes=1)):
                alert = alert.escalate(POLICY, at=at)
            return replace(alert, changes=())
        case AlertStatus.ACKNOWLEDGED:
            return alert.acknowledge(by=Actor("alice"), at=later)
        case AlertStatus.RESOLVED:
            return alert.resolve(by=Actor(f"integration:{INTEGRATION}"), at=later)
