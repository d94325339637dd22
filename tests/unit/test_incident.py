"""What people may do to an incident."""

import pytest

from tests.examples import ALICE, BOB, NINE, TEN
from tocsin.domain.errors import AlreadyResolvedError, InvalidInputError
from tocsin.domain.ids import AlertId, IncidentId
from tocsin.domain.incident import ALERTS_LIMIT, Incident, IncidentStatus, IncidentUpdate
from tocsin.domain.severity import Severity

INCIDENT = Incident(
    incident_id=IncidentId("01KINCIDENT"),
    title="Checkout is down",
    severity=Severity.CRITICAL,
    alert_ids=(AlertId("A1"),),
    created_by=ALICE,
    created_at=NINE,
)
RESOLUTION = IncidentUpdate(at=TEN, by=BOB, status=IncidentStatus.RESOLVED)
RESOLVED = INCIDENT.told(RESOLUTION)


@pytest.mark.parametrize(
    "status", [status for status in IncidentStatus if status is not IncidentStatus.RESOLVED]
)
def test_people_say_how_far_they_are(status: IncidentStatus) -> None:
    told = INCIDENT.told(IncidentUpdate(at=TEN, by=BOB, message="Found it.", status=status))

    assert (told.status, told.is_open, told.resolved_by) == (status, True, None)


def test_a_message_alone_changes_nothing() -> None:
    assert INCIDENT.told(IncidentUpdate(at=TEN, by=BOB, message="Looking.")) is INCIDENT


def test_resolving_keeps_who_and_when() -> None:
    assert (RESOLVED.status, RESOLVED.is_open) == (IncidentStatus.RESOLVED, False)
    assert (RESOLVED.resolved_at, RESOLVED.resolved_by) == (TEN, BOB)


@pytest.mark.parametrize("status", IncidentStatus)
def test_a_resolved_incident_stays_resolved(status: IncidentStatus) -> None:
    with pytest.raises(AlreadyResolvedError, match="bob already resolved"):
        RESOLVED.told(IncidentUpdate(at=TEN, by=ALICE, status=status))


def test_an_afterword_to_a_resolved_incident_is_welcome() -> None:
    afterword = IncidentUpdate(at=TEN, by=ALICE, message="The review is on Friday.")

    assert RESOLVED.told(afterword) is RESOLVED


def test_more_alerts_come_after_those_that_were_there() -> None:
    attached = INCIDENT.attached([AlertId("A0"), AlertId("A2")])

    assert attached.alert_ids == ("A1", "A0", "A2")


def test_a_resolved_incident_takes_no_alerts() -> None:
    with pytest.raises(AlreadyResolvedError):
        RESOLVED.attached([AlertId("A2")])


def test_an_incident_has_a_limit_of_alerts() -> None:
    full = INCIDENT.attached([AlertId(f"A{number}") for number in range(2, ALERTS_LIMIT + 1)])

    with pytest.raises(InvalidInputError) as refusal:
        full.attached([AlertId("one more")])

    assert refusal.value.details[0].field == "alert_ids"
