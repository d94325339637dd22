"""IncidentRepository beside the alerts that it links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import ALICE, BOB, HOUR, MINUTE, NINE, PROMETHEUS, firing, trigger
from tests.lost_replies import losing_replies
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb import keys
from tocsin.adapters.dynamodb.alerts.alert_repository import DynamoDBAlerts
from tocsin.adapters.dynamodb.alerts.slot_repository import DynamoDBSlots
from tocsin.adapters.dynamodb.incidents.incident_repository import DynamoDBIncidents
from tocsin.adapters.dynamodb.queries import get_items
from tocsin.domain.alert import Alert, Snooze
from tocsin.domain.errors import IncidentNotFoundError, InvalidInputError, TryAgainError
from tocsin.domain.ids import AlertId, Fingerprint, IncidentId, WriteId, ulid
from tocsin.domain.incident import ALERTS_LIMIT, Incident, IncidentStatus, IncidentUpdate
from tocsin.domain.severity import Severity
from tocsin.usecases.incident_work import IncidentStores, Opening
from tocsin.usecases.open_incident import open_incident, promote_alert
from tocsin.usecases.ports import AlertRepository, IncidentRepository, SlotRepository
from tocsin.usecases.refusals import SlotRefusedError
from tocsin_cli.simulated.write_ids import WriteIds

RETENTION = timedelta(days=90)
RESOLUTION = IncidentUpdate(
    at=NINE + HOUR, by=BOB, message="Rolled back.", status=IncidentStatus.RESOLVED
)


def incident_id(at: datetime) -> IncidentId:
    return IncidentId(ulid(at, Fingerprint("0123456789ABCDEF")))


INCIDENT = Incident(
    incident_id=incident_id(NINE),
    title="Checkout is down",
    severity=Severity.CRITICAL,
    created_by=ALICE,
    created_at=NINE,
)


OPENING = Opening(incident_id=INCIDENT.incident_id, by=ALICE, at=NINE + MINUTE)


@dataclass(frozen=True)
class Store:
    incidents: IncidentRepository
    alerts: AlertRepository
    slots: SlotRepository

    def opened(self, dedup_key: str = "disk-full") -> Alert:
        """An alert in its slot."""
        alert = firing(trigger(dedup_key=dedup_key))
        return self.slots.add(alert, write_id=WriteId(f"open-{dedup_key}"))

    def moved(self) -> Alert:
        """A resolved alert that made room for the next episode of its dedup key."""
        alert = self.opened()
        over = self.alerts.update(
            alert, alert.resolve(by=ALICE, at=NINE + MINUTE), write_id=WriteId("over")
        )
        following = Alert.open(
            trigger(),
            integration=PROMETHEUS.integration,
            slot=alert.fingerprint,
            at=NINE + HOUR,
            previous=over,
        )
        self.slots.replace(over, following, write_id=WriteId("next"))
        return self.alerts.get(alert.alert_id)


@pytest.fixture
def store(call: Call) -> Store:
    return on_the_table(call)


def on_the_table(call: Call) -> Store:
    return Store(
        incidents=DynamoDBIncidents(call, TABLE_NAME, RETENTION),
        alerts=DynamoDBAlerts(call, TABLE_NAME, RETENTION),
        slots=DynamoDBSlots(call, TABLE_NAME, RETENTION),
    )


def linked(alert: Alert, incident: Incident = INCIDENT) -> tuple[Alert, Alert]:
    return alert, alert.promoted(incident.incident_id, by=ALICE, at=NINE + MINUTE)


def test_an_incident_is_read_as_it_was_written(store: Store) -> None:
    incident = replace(
        INCIDENT,
        status=IncidentStatus.RESOLVED,
        alert_ids=(AlertId("A1"), AlertId("A2")),
        resolved_at=NINE + HOUR,
        resolved_by=BOB,
    )

    stored = store.incidents.add(incident, (), write_id=WriteId("w1"))

    assert stored == incident
    assert store.incidents.get(INCIDENT.incident_id) == incident


@pytest.mark.parametrize("unknown", [INCIDENT.incident_id, "inc_123", "", "#", "ä" * 26])
def test_an_unknown_id_is_not_found_whatever_it_looks_like(store: Store, unknown: str) -> None:
    with pytest.raises(IncidentNotFoundError):
        store.incidents.get(IncidentId(unknown))


def test_its_alerts_know_of_it(store: Store) -> None:
    first, second = store.opened("disk-full"), store.opened("cpu-hot")

    store.incidents.add(INCIDENT, [linked(first), linked(second)], write_id=WriteId("w1"))

    assert store.alerts.get(first.alert_id).incident_id == INCIDENT.incident_id
    assert store.alerts.get(second.alert_id).incident_id == INCIDENT.incident_id


def promote(alert: Alert, stores: IncidentStores) -> None:
    promote_alert(OPENING, alert.alert_id, stores=stores)


def open_with(alert: Alert, stores: IncidentStores) -> None:
    open_incident(OPENING, [alert.alert_id], stores=stores)


@pytest.mark.parametrize("link", [promote, open_with])
def test_an_alert_gets_its_timer_with_its_incident(
    store: Store, link: Callable[[Alert, IncidentStores], None]
) -> None:
    alert = store.opened()
    snoozed = alert.snoozed(Snooze(until=NINE + 2 * HOUR), by=ALICE, at=NINE)
    store.alerts.update(alert, snoozed, write_id=WriteId("snooze"))

    link(
        alert,
        IncidentStores(
            alerts=store.alerts,
            incidents=store.incidents,
            slots=store.slots,
            new_write_id=WriteIds(),
        ),
    )

    assert store.alerts.get(alert.alert_id).timer_at == NINE + 2 * HOUR


def test_repeats_of_the_meantime_do_not_stand_in_the_way(store: Store) -> None:
    alert = store.opened()
    store.slots.count(trigger(), PROMETHEUS, at=NINE + MINUTE, write_id=WriteId("repeat"))

    store.incidents.add(INCIDENT, [linked(alert)], write_id=WriteId("w1"))

    stored = store.alerts.get(alert.alert_id)
    assert (stored.incident_id, stored.occurrences) == (INCIDENT.incident_id, 2)


def test_nothing_is_stored_if_one_of_the_alerts_changed_meanwhile(store: Store) -> None:
    calm, busy = store.opened("disk-full"), store.opened("cpu-hot")
    acknowledged = busy.acknowledge(by=BOB, at=NINE)
    store.alerts.update(busy, acknowledged, write_id=WriteId("w1"))

    with pytest.raises(SlotRefusedError):
        store.incidents.add(INCIDENT, [linked(calm), linked(busy)], write_id=WriteId("w2"))

    assert store.alerts.get(calm.alert_id).incident_id is None
    with pytest.raises(IncidentNotFoundError):
        store.incidents.get(INCIDENT.incident_id)


def test_an_alert_that_made_room_for_the_next_episode_is_linked_where_it_is(
    store: Store,
) -> None:
    former, other = store.moved(), store.opened("cpu-hot")

    store.incidents.add(INCIDENT, [linked(other), linked(former)], write_id=WriteId("w1"))

    assert store.alerts.get(former.alert_id).incident_id == INCIDENT.incident_id
    assert store.alerts.get(other.alert_id).incident_id == INCIDENT.incident_id


def test_two_episodes_of_one_dedup_key_belong_to_one_incident(store: Store) -> None:
    former = store.moved()
    current = store.slots.in_slot(former.fingerprint)
    assert current is not None

    store.incidents.add(INCIDENT, [linked(current), linked(former)], write_id=WriteId("w1"))

    assert store.alerts.get(former.alert_id).incident_id == INCIDENT.incident_id
    assert store.alerts.get(current.alert_id).incident_id == INCIDENT.incident_id


def test_the_timeline_of_a_former_episode_tells_it_too(store: Store) -> None:
    former = store.moved()

    store.incidents.add(INCIDENT, [linked(former)], write_id=WriteId("w1"))

    timeline = store.alerts.timeline(former.alert_id, cursor=None, limit=50)
    told = [change for change in timeline.changes if change.type == "incident_created"]
    assert [change.details for change in told] == [{"incident_id": INCIDENT.incident_id}]


def test_a_former_episode_that_changed_meanwhile_is_not_linked(store: Store) -> None:
    former = store.moved()
    store.incidents.add(INCIDENT, [linked(former)], write_id=WriteId("w1"))
    other = replace(INCIDENT, incident_id=incident_id(NINE + HOUR))

    with pytest.raises(SlotRefusedError):
        store.incidents.add(other, [linked(former, other)], write_id=WriteId("w2"))

    assert store.alerts.get(former.alert_id).incident_id == INCIDENT.incident_id


def test_a_change_and_what_was_said_are_stored_together(store: Store) -> None:
    before = store.incidents.add(INCIDENT, (), write_id=WriteId("w1"))

    stored = store.incidents.update(
        before, before.told(RESOLUTION), said=RESOLUTION, write_id=WriteId("w2")
    )

    assert stored.version == 2
    assert store.incidents.get(INCIDENT.incident_id) == stored
    assert store.incidents.updates(INCIDENT.incident_id) == (RESOLUTION,)


def test_updates_are_read_in_the_order_in_which_they_were_said(store: Store) -> None:
    incident = store.incidents.add(INCIDENT, (), write_id=WriteId("w1"))
    said = [
        IncidentUpdate(at=NINE, by=ALICE, message="Looking."),
        IncidentUpdate(at=NINE, by=BOB, status=IncidentStatus.IDENTIFIED),
        IncidentUpdate(at=NINE, by=ALICE, message="Still looking."),
    ]

    for number, update in enumerate(said):
        incident = store.incidents.update(
            incident, incident.told(update), said=update, write_id=WriteId(f"u{number}")
        )

    assert store.incidents.updates(INCIDENT.incident_id) == tuple(said)


def test_the_second_of_two_concurrent_changes_is_refused(store: Store) -> None:
    ours = theirs = store.incidents.add(INCIDENT, (), write_id=WriteId("w1"))
    store.incidents.update(theirs, replace(theirs, title="Theirs"), write_id=WriteId("w2"))
    alert = store.opened()

    with pytest.raises(SlotRefusedError):
        store.incidents.update(
            ours,
            ours.attached([alert.alert_id]),
            said=RESOLUTION,
            alerts=[linked(alert)],
            write_id=WriteId("w3"),
        )

    assert store.incidents.get(INCIDENT.incident_id).title == "Theirs"
    assert store.incidents.updates(INCIDENT.incident_id) == ()
    assert store.alerts.get(alert.alert_id).incident_id is None


def listed(store: Store, *, is_open: bool | None, limit: int = 50) -> list[list[str]]:
    """The titles of each page."""
    pages: list[list[str]] = []
    cursor: str | None = None
    while cursor is not None or not pages:
        incidents, cursor = store.incidents.list(is_open=is_open, limit=limit, cursor=cursor)
        pages.append([incident.title for incident in incidents])
    return pages


def five_of_which_every_second_is_resolved(store: Store) -> Sequence[Incident]:
    incidents = []
    for number in range(5):
        one = replace(INCIDENT, incident_id=incident_id(NINE + number * MINUTE), title=str(number))
        stored = store.incidents.add(one, (), write_id=WriteId(f"add-{number}"))
        if number % 2:
            over = stored.told(RESOLUTION)
            stored = store.incidents.update(stored, over, write_id=WriteId(f"over-{number}"))
        incidents.append(stored)
    return incidents


def test_a_list_of_all_is_newest_first_page_by_page(store: Store) -> None:
    five_of_which_every_second_is_resolved(store)

    assert listed(store, is_open=None, limit=2) == [["4", "3"], ["2", "1"], ["0"]]


def test_a_list_holds_open_or_resolved_ones_only_if_asked_to(store: Store) -> None:
    five_of_which_every_second_is_resolved(store)

    assert listed(store, is_open=True) == [["4", "2", "0"]]
    assert listed(store, is_open=False) == [["3", "1"]]


def test_a_last_page_that_is_full_is_the_last(store: Store) -> None:
    five_of_which_every_second_is_resolved(store)

    assert listed(store, is_open=None, limit=5) == [["4", "3", "2", "1", "0"]]


def test_resolving_between_two_pages_neither_repeats_nor_skips(store: Store) -> None:
    five = five_of_which_every_second_is_resolved(store)
    first, cursor = store.incidents.list(is_open=None, limit=2, cursor=None)
    store.incidents.update(five[2], five[2].told(RESOLUTION), write_id=WriteId("late"))

    rest, _ = store.incidents.list(is_open=None, limit=50, cursor=cursor)

    assert [incident.title for incident in (*first, *rest)] == ["4", "3", "2", "1", "0"]


def test_a_cursor_of_another_kind_is_refused(store: Store) -> None:
    with pytest.raises(InvalidInputError):
        store.incidents.list(is_open=None, limit=2, cursor="eyJ4IjoxfQ")


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    store = on_the_table(losing_replies(call))
    former, alert = store.moved(), store.opened("cpu-hot")

    incident = store.incidents.add(INCIDENT, [linked(former)], write_id=WriteId("w1"))
    resolved = incident.told(RESOLUTION)
    store.incidents.update(
        incident, resolved, said=RESOLUTION, alerts=[linked(alert)], write_id=WriteId("w2")
    )

    assert store.incidents.get(INCIDENT.incident_id) == replace(resolved, version=2)
    assert store.incidents.updates(INCIDENT.incident_id) == (RESOLUTION,)
    assert store.alerts.get(alert.alert_id).incident_id == INCIDENT.incident_id


def test_a_page_that_the_table_answers_in_parts_is_put_together(call: Call) -> None:
    five_of_which_every_second_is_resolved(on_the_table(call))

    assert listed(on_the_table(_one_at_a_time(call)), is_open=None) == [["4", "3", "2", "1", "0"]]


def test_a_table_that_answers_nothing_of_a_page_is_to_be_asked_again(call: Call) -> None:
    five_of_which_every_second_is_resolved(on_the_table(call))

    with pytest.raises(TryAgainError):
        listed(on_the_table(_nothing(call)), is_open=None)


def test_more_items_than_one_request_takes_are_read_in_several(call: Call) -> None:
    wanted = [keys.incident_key(incident_id(NINE + n * MINUTE)) for n in range(201)]

    assert list(get_items(call, TABLE_NAME, wanted)) == []


def _one_at_a_time(call: Call) -> Call:
    """A table that leaves all but one item of a batch for the next request."""

    def throttled(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation != "BatchGetItem":
            return call(operation, parameters)
        first, *others = parameters["RequestItems"][TABLE_NAME]["Keys"]
        answer = call(operation, {"RequestItems": {TABLE_NAME: {"Keys": [first]}}})
        left = {TABLE_NAME: {"Keys": others}} if others else {}
        return answer | {"UnprocessedKeys": left}

    return throttled


def _nothing(call: Call) -> Call:
    """A table that has time for everything but batches."""

    def busy(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation != "BatchGetItem":
            return call(operation, parameters)
        return {"Responses": {}, "UnprocessedKeys": parameters["RequestItems"]}

    return busy


def test_an_incident_takes_as_many_alerts_as_its_limit_says(call: Call) -> None:
    incidents = DynamoDBIncidents(call, TABLE_NAME, RETENTION)
    times = (NINE + timedelta(milliseconds=number) for number in range(ALERTS_LIMIT))
    ids = [AlertId(ulid(at, Fingerprint("0123456789ABCDEF"))) for at in times]
    added = incidents.add(INCIDENT, (), write_id=WriteId("first"))

    incidents.update(added, added.attached(ids), write_id=WriteId("second"))

    assert incidents.get(INCIDENT.incident_id).alert_ids == tuple(ids)
    assert incidents.list(is_open=True, limit=10, cursor=None)[0][0].alert_ids == tuple(ids)
