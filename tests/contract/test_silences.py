"""Silences and maintenance windows in the table: read as written, and due at their time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.hold_items import SILENCES, WINDOWS
from tocsin.adapters.dynamodb.configuration.named_objects import NamedObjects
from tocsin.adapters.dynamodb.configuration.paging_repository import DynamoDBPaging
from tocsin.adapters.dynamodb.timers.due_repository import DynamoDBDue
from tocsin.domain.errors import ConcurrentUpdateError, SilenceNotFoundError
from tocsin.domain.hold import HoldKind
from tocsin.domain.ids import Actor, WriteId
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.matcher import Matcher
from tocsin.domain.recurrence import Recurrence
from tocsin.domain.silence import Silence, Span
from tocsin.domain.timers import HoldTimer

MINIMAL = Silence(
    name="deploy",
    match=(Matcher.parse('team="payments"'),),
    span=Span(NINE, NINE + HOUR),
    reason="Deployment",
    author=Actor("carol"),
    created_at=NINE,
)
FULL = replace(
    MINIMAL,
    match=(Matcher.parse('team="payments"'), Matcher.parse('severity!~"critical|x\\"y"')),
    integration="prometheus",
    said_by="carol",
    author=Actor("integration:prometheus"),
    ended_at=NINE + MINUTE,
    is_told=True,
    managed_by="team file",
    timer_at=NINE + 2 * MINUTE,
)
NIGHTLY = MaintenanceWindow(
    name="deploy",
    match=MINIMAL.match,
    span=MINIMAL.span,
    reason="Backups",
    author=Actor("key:1"),
    created_at=NINE,
    recurrence=Recurrence(
        rule="FREQ=DAILY",
        start=datetime(2026, 3, 1, 2, 30),  # noqa: DTZ001 - by the clock on the wall
        time_zone="Europe/Berlin",
        duration=timedelta(hours=2),
    ),
)
ONCE = replace(NIGHTLY, recurrence=None)


def stored(call: Call, silence: Silence) -> Any:  # noqa: ANN401 - of either kind
    kept = kind_of(call, silence)
    return kept.put(None, silence, write_id=WriteId("w1"))


def kind_of(call: Call, silence: Silence) -> NamedObjects[Any]:
    kind = WINDOWS if isinstance(silence, MaintenanceWindow) else SILENCES
    return NamedObjects(call, TABLE_NAME, kind)


@pytest.mark.parametrize("silence", [MINIMAL, FULL, NIGHTLY, ONCE])
def test_it_is_read_as_it_was_written(call: Call, silence: Silence) -> None:
    stored(call, silence)

    assert kind_of(call, silence).get("deploy") == silence
    assert DynamoDBPaging(call, TABLE_NAME).holds().silences == (silence,)


def test_silences_and_windows_are_listed_apart_and_hold_together(call: Call) -> None:
    stored(call, MINIMAL)
    stored(call, NIGHTLY)

    assert kind_of(call, MINIMAL).list() == (MINIMAL,)
    assert kind_of(call, NIGHTLY).list() == (NIGHTLY,)
    assert set(DynamoDBPaging(call, TABLE_NAME).holds().silences) == {MINIMAL, NIGHTLY}


def test_a_change_of_one_that_was_changed_meanwhile_is_refused(call: Call) -> None:
    first = stored(call, MINIMAL)
    kept = kind_of(call, MINIMAL)
    kept.put(first, first.ended(NINE), write_id=WriteId("w2"))

    with pytest.raises(ConcurrentUpdateError):
        kept.put(first, first.changed(NINE), write_id=WriteId("w3"))


def test_what_is_due_is_found_with_its_kind_and_its_time(call: Call) -> None:
    stored(call, MINIMAL.changed(NINE))
    stored(call, NIGHTLY.changed(NINE + MINUTE))

    found = DynamoDBDue(call, TABLE_NAME).due(NINE + HOUR)

    assert found == [
        HoldTimer(kind=HoldKind.SILENCE, name="deploy", due_at=NINE),
        HoldTimer(kind=HoldKind.WINDOW, name="deploy", due_at=NINE + MINUTE),
    ]


def test_one_that_is_over_expires_days_later(call: Call) -> None:
    over = stored(call, replace(MINIMAL, timer_at=None))

    item = kind_of(call, MINIMAL).to_item(over, WriteId("w2"))
    waiting = kind_of(call, MINIMAL).to_item(over.changed(NINE), WriteId("w2"))

    ends = (over.span.ends_at + timedelta(days=5)).timestamp()
    assert item["expires_at"] == {"N": str(int(ends))}
    assert "expires_at" not in waiting


def test_there_is_none_of_an_unknown_name(call: Call) -> None:
    with pytest.raises(SilenceNotFoundError):
        kind_of(call, MINIMAL).get("nothing")
