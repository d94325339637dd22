"""Alerts changed by what their sender says of them, with all of that kept."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.contract.alerts_in_store import BIG_FACTS, a_signal, new_write_id, put, resolve
from tests.contract.conftest import Store
from tests.examples import ALICE, NINE, TEN, UNKNOWN_ID
from tocsin.domain.alert import Alert
from tocsin.domain.errors import (
    AlertNotFoundError,
    AlreadyResolvedError,
    ConcurrentUpdateError,
    ConflictError,
)
from tocsin.domain.ids import AlertId
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.domain.timeline import ChangeType
from tocsin.usecases.change_alert import ATTEMPTS, change_alert

correct = partial(change_alert, new_write_id=new_write_id, needs_facts=True)


def corrected(alert: Alert, **said: object) -> Alert:
    facts: Facts = replace(alert.facts, **said)  # type: ignore[arg-type]
    signal = Signal(
        action=SignalAction.TRIGGER,
        dedup_key=alert.dedup_key,
        severity=Severity.CRITICAL,
        facts=facts,
    )
    return alert.corrected(signal, by=ALICE, at=TEN)


def relabelled(alert: Alert) -> Alert:
    return corrected(alert, labels={**alert.facts.labels, "team": "db"})


@pytest.mark.parametrize("facts", [Facts(name="Disk full"), BIG_FACTS], ids=["small", "big"])
def test_what_was_not_corrected_stays(store: Store, facts: Facts) -> None:
    opened = put(store.slots, replace(a_signal("disk"), facts=facts))

    stored = correct(
        opened.alert_id,
        relabelled,
        alerts=store.alerts,
    )

    read = store.alerts.get(opened.alert_id)
    assert read.facts == replace(facts, labels={**facts.labels, "team": "db"})
    assert (read.severity, read.occurrences, read.version) == (Severity.CRITICAL, 2, 2)
    assert stored.version == read.version
    told = [change.type for change in store.changes(opened.fingerprint)]
    assert told == [ChangeType.UPDATED, ChangeType.SEVERITY_CHANGED]


def test_what_others_say_meanwhile_is_read_again(store: Store) -> None:
    opened = put(store.slots, replace(a_signal("disk"), facts=BIG_FACTS))
    others = ["first", "second"]

    def meanwhile(alert: Alert) -> Alert:
        if others:
            changed = corrected(alert, labels={**alert.facts.labels, others.pop(): "x"})
            store.alerts.update(alert, changed, write_id=new_write_id())
        return relabelled(alert)

    correct(opened.alert_id, meanwhile, alerts=store.alerts)

    labels = store.alerts.get(opened.alert_id).facts.labels
    assert labels == {**BIG_FACTS.labels, "first": "x", "second": "x", "team": "db"}


def test_who_always_comes_second_is_told_so(store: Store) -> None:
    opened = put(store.slots, a_signal("disk"))
    tried: list[int] = []

    def always_second(alert: Alert) -> Alert:
        tried.append(alert.version)
        at = NINE + timedelta(minutes=len(tried))
        acknowledged = alert.acknowledge(by=ALICE, at=at) if alert.acknowledged_by is None else None
        other = acknowledged or alert.unacknowledge(by=ALICE, at=at)
        store.alerts.update(alert, other, write_id=new_write_id())
        return relabelled(alert)

    with pytest.raises(ConcurrentUpdateError):
        correct(
            opened.alert_id,
            always_second,
            alerts=store.alerts,
        )

    assert tried == list(range(1, ATTEMPTS + 1))


def test_nothing_is_written_where_nothing_changes(store: Store) -> None:
    opened = put(store.slots, a_signal("disk"))

    same = correct(
        opened.alert_id,
        lambda alert: alert,
        alerts=store.alerts,
    )

    assert same == store.alerts.get(opened.alert_id)
    assert same.version == 1


def test_what_is_over_is_not_corrected(store: Store) -> None:
    over = put(store.slots, a_signal("disk"), transitions=[resolve])

    with pytest.raises(AlreadyResolvedError) as refusal:
        correct(
            over.alert_id,
            relabelled,
            alerts=store.alerts,
        )

    assert isinstance(refusal.value, ConflictError)
    assert store.alerts.get(over.alert_id).facts.labels == over.facts.labels


@pytest.mark.parametrize("alert_id", [UNKNOWN_ID, "", "#"])
def test_an_unknown_alert_is_unknown(store: Store, alert_id: str) -> None:
    with pytest.raises(AlertNotFoundError):
        correct(
            AlertId(alert_id),
            relabelled,
            alerts=store.alerts,
        )
