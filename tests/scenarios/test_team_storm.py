"""A storm of the whole team: said, proposed as one incident, over after ten quiet minutes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.notifier.newest_storm import NewestStorm
from tests.captured_log import captured_log
from tests.examples import ALICE, HOUR, MINUTE, NINE, PROMETHEUS
from tests.fakes.world import World
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb.timeline.storm_repository import BUCKET_LIMIT, DynamoDBStorms
from tocsin.adapters.dynamodb.timeline.stream import stored_change
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import AUTO, AlertId, fingerprint, ulid
from tocsin.domain.incident import ALERTS_LIMIT, Incident, IncidentStatus, IncidentUpdate
from tocsin.domain.people import ContactMethod, NotificationRule
from tocsin.domain.phrase import plain
from tocsin.domain.severity import Severity
from tocsin.domain.signal import Facts, Signal, SignalAction
from tocsin.domain.team_settings import TeamSettings
from tocsin.domain.team_storm import LOOK_EVERY, QUIET, Opened, TeamStorm
from tocsin.domain.timers import StormTimer
from tocsin.usecases.change_incident import change_incident
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.follow_storm import ATTACHED_IN_A_LOOK, notice_storm, run_storm
from tocsin_cli.simulated.stores import TABLE
from tocsin_cli.simulated.table import Parameters

SECOND = timedelta(seconds=1)


@pytest.fixture
def team(world: World) -> World:
    """A world in which nobody is paged, so that a storm is only listed."""
    world.escalation_policy(("channel:ops", MINUTE))
    world.channel("ops")
    return world


def open_alerts(
    team: World,
    number: int,
    *,
    prefix: str = "disk",
    every: timedelta = SECOND,
    severity: Severity = Severity.WARNING,
    **labels: str,
) -> list[AlertId]:
    opened = []
    for each in range(number):
        key = f"{prefix}-{each}"
        signal = Signal(
            action=SignalAction.TRIGGER,
            dedup_key=key,
            severity=severity,
            facts=Facts(name=key, summary=key, labels=labels),
        )
        alert_id = team.receive(signal).alert_id
        assert alert_id is not None
        opened.append(alert_id)
        team.now += every
    return opened


def storm_of(team: World) -> TeamStorm:
    storm = team.storms.newest()
    assert storm is not None
    return storm


def incidents_of(team: World) -> Sequence[Incident]:
    return team.incidents.list(is_open=None, limit=10, cursor=None)[0]


def test_thirty_alerts_are_no_storm_and_thirty_one_are(team: World) -> None:
    open_alerts(team, 30)
    assert team.storms.newest() is None

    open_alerts(team, 1, prefix="last")

    storm = storm_of(team)
    assert storm.is_on
    assert (storm.since, storm.opened, storm.newest_at) == (NINE, 31, NINE + 30 * SECOND)
    assert team.list().storm == storm


@pytest.mark.parametrize(("every", "is_storm"), [(4 * SECOND, True), (4.01 * SECOND, False)])
def test_it_takes_more_than_thirty_within_two_minutes(
    team: World, *, every: timedelta, is_storm: bool
) -> None:
    open_alerts(team, 40, every=every)

    assert (team.storms.newest() is not None) is is_storm


def test_repeats_and_recoveries_make_no_storm(team: World) -> None:
    for _ in range(40):
        open_alerts(team, 1)
    assert team.storms.newest() is None


def test_one_incident_is_proposed_with_all_of_them(team: World) -> None:
    alert_ids = open_alerts(team, 20, prefix="a", service="api")
    alert_ids += open_alerts(team, 14, prefix="b", service="db", severity=Severity.CRITICAL)

    team.pass_time(minutes=1)

    [incident] = incidents_of(team)
    assert incident.title == "Storm: 34 alerts since 09:00 UTC — api 20, db 14"
    assert (incident.created_by, incident.status) == (AUTO, IncidentStatus.INVESTIGATING)
    assert incident.severity is Severity.CRITICAL
    assert sorted(incident.alert_ids) == sorted(alert_ids)
    assert {team.alert(it).incident_id for it in alert_ids} == {incident.incident_id}
    assert incident.incident_id == storm_of(team).incident_id


def test_alerts_are_grouped_by_the_first_label_that_they_have(team: World) -> None:
    team.keep(team.settings, TeamSettings(storm_labels=("app", "zone")))
    open_alerts(team, 12, prefix="a", app="shop", zone="eu")
    open_alerts(team, 11, prefix="b", zone="eu")
    open_alerts(team, 10, prefix="c", service="api")

    team.pass_time(minutes=1)

    assert dict(storm_of(team).groups) == {"shop": 12, "eu": 11, PROMETHEUS.integration: 10}


def test_what_opens_during_the_storm_is_attached(team: World) -> None:
    open_alerts(team, 31, service="api")
    team.pass_time(minutes=2)

    more = open_alerts(team, 9, prefix="later", service="db")
    team.pass_time(minutes=1)

    [incident] = incidents_of(team)
    assert len(incident.alert_ids) == 40
    assert set(more) < set(incident.alert_ids)
    assert incident.title == "Storm: 40 alerts since 09:00 UTC — api 31, db 9"


def test_a_title_that_a_person_gave_stays(team: World) -> None:
    open_alerts(team, 31, service="api")
    team.pass_time(minutes=1)
    [incident] = incidents_of(team)
    change_incident(
        incident.incident_id,
        lambda it: replace(it, title="Rack 7 is off"),
        stores=team.incident_stores,
    )

    open_alerts(team, 3, prefix="later", service="api")
    team.pass_time(minutes=1)

    [incident] = incidents_of(team)
    assert (incident.title, len(incident.alert_ids)) == ("Rack 7 is off", 34)


def test_an_alert_of_another_incident_stays_there(team: World) -> None:
    [first, *_] = open_alerts(team, 31)
    other = team.promote(first)

    team.pass_time(minutes=1)

    storm = team.incidents.get(storm_of(team).incident_id)
    assert len(storm.alert_ids) == 30
    assert team.alert(first).incident_id == other.incident_id


def test_nobody_is_told_of_the_incident(team: World) -> None:
    open_alerts(team, 31)
    team.paged()
    told = len(team.providers.received)

    team.pass_time(seconds=20)

    assert len(incidents_of(team)) == 1
    assert len(team.providers.received) == told


def test_it_is_over_after_ten_quiet_minutes(team: World) -> None:
    open_alerts(team, 31, service="api")
    newest_at = storm_of(team).newest_at

    team.pass_time(minutes=9, seconds=30)
    assert storm_of(team).is_on
    team.pass_time(seconds=30)

    storm = storm_of(team)
    assert (storm.is_on, storm.ended_at) == (False, newest_at + 10 * MINUTE)
    assert team.list().storm is None
    [incident] = incidents_of(team)
    [closing] = team.incidents.updates(incident.incident_id)
    assert (closing.by, incident.status) == (AUTO, IncidentStatus.INVESTIGATING)
    assert closing.message == (
        "The storm is over: nothing was opened for 10 minutes. 31 alerts since 09:00 UTC — api 31"
    )
    assert storm.due_at is None
    assert team.due.due(NINE + timedelta(days=9)) == [
        it for it in team.due.due(NINE + timedelta(days=9)) if not isinstance(it, StormTimer)
    ]


def test_an_opening_puts_the_end_off(team: World) -> None:
    open_alerts(team, 31)
    team.pass_time(minutes=9)

    open_alerts(team, 1, prefix="late")
    team.pass_time(minutes=9, seconds=30)

    assert storm_of(team).is_on
    team.pass_time(minutes=1)
    assert not storm_of(team).is_on


def test_the_next_storm_has_an_incident_of_its_own(team: World) -> None:
    open_alerts(team, 31)
    team.pass_time(minutes=11)

    open_alerts(team, 31, prefix="again")
    team.pass_time(minutes=1)

    assert len(incidents_of(team)) == 2
    assert storm_of(team).is_on


def test_a_few_alerts_after_a_storm_are_no_storm_with_those_before(team: World) -> None:
    open_alerts(team, 31, every=timedelta())
    team.pass_time(minutes=10)
    assert not storm_of(team).is_on

    open_alerts(team, 5, prefix="again")

    assert not storm_of(team).is_on


def test_people_may_resolve_it_while_it_lasts(team: World) -> None:
    open_alerts(team, 31)
    team.pass_time(minutes=1)
    [incident] = incidents_of(team)
    said = IncidentUpdate(at=team.now, by=ALICE, status=IncidentStatus.RESOLVED)
    change_incident(incident.incident_id, lambda it: it, said=said, stores=team.incident_stores)

    open_alerts(team, 5, prefix="later")
    team.pass_time(minutes=12)

    [after] = incidents_of(team)
    assert (after.status, len(after.alert_ids)) == (IncidentStatus.RESOLVED, 31)
    assert not storm_of(team).is_on
    assert len(team.incidents.updates(incident.incident_id)) == 1


def test_a_replayed_stream_changes_nothing(team: World) -> None:
    team.table.records.clear()
    told = []
    follow = team.follow

    def noted() -> None:
        told.extend(team.table.records)
        follow()

    team.follow = noted  # type: ignore[method-assign]
    open_alerts(team, 31)
    team.pass_time(minutes=11)
    team.follow = follow  # type: ignore[method-assign]
    before = storm_of(team)
    assert not before.is_on

    for at in (team.now, team.now + timedelta(hours=20)):
        team.now = at
        team.table.records = [*told]
        team.follow()

    assert storm_of(team) == before
    assert len(incidents_of(team)) == 1


def test_a_batch_that_is_told_twice_counts_once(team: World) -> None:
    team.table.records.clear()
    open_unfollowed(team, 30)
    records = [*team.table.records]

    team.follow()
    team.table.records = records
    team.follow()

    assert team.storms.newest() is None


def open_unfollowed(team: World, number: int) -> None:
    for each in range(number):
        signal = Signal(
            action=SignalAction.TRIGGER,
            dedup_key=f"unread-{each}",
            severity=Severity.WARNING,
            facts=Facts(name="x", summary="x"),
        )
        team._receive(signal, PROMETHEUS)


def test_a_batch_is_one_write_and_one_read_however_much_it_opened(team: World) -> None:
    team.table.records.clear()
    open_unfollowed(team, 30)
    changes = [stored for it in team.table.records if (stored := stored_change(it))]
    asked: list[str] = []

    def noted(operation: str, parameters: Parameters) -> dict[str, Any]:
        asked.append(operation)
        return team.call(operation, parameters)

    begun = notice_storm(
        changes,
        now=team.now,
        storms=DynamoDBStorms(noted, TABLE),
        paging=team.paging,
        timers=team.timers,
        new_write_id=team.new_write_id,
    )

    assert begun is None
    assert asked == ["UpdateItem", "Query"]


def test_two_shards_at_once_begin_one_storm(team: World) -> None:
    team.table.records.clear()
    open_unfollowed(team, 40)
    changes = [stored for it in team.table.records if (stored := stored_change(it))]
    team.table.records.clear()
    halves = changes[:20], changes[20:]

    class Meanwhile:
        """The other shard begins the storm between our read and our write."""

        def __init__(self) -> None:
            self.others = 0

        def __getattr__(self, name: str) -> object:
            return getattr(team.storms, name)

        def keep(self, before: object, after: object, **kwargs: object) -> bool:
            if not self.others:
                self.others += 1
                assert notice(halves[1], team.storms) is not None
            return team.storms.keep(before, after, **kwargs)  # type: ignore[arg-type]

    def notice(batch: Sequence[object], storms: object) -> TeamStorm | None:
        return notice_storm(
            batch,  # type: ignore[arg-type]
            now=team.now,
            storms=storms,  # type: ignore[arg-type]
            paging=team.paging,
            timers=team.timers,
            new_write_id=team.new_write_id,
        )

    assert notice(halves[0], team.storms) is None
    team.storms.note([])

    assert notice(halves[0] + halves[1][:15], Meanwhile()) is None

    team.pass_time(minutes=1)
    [incident] = incidents_of(team)
    assert len(incident.alert_ids) == 40


def test_a_timer_that_comes_twice_does_nothing_more(team: World) -> None:
    open_alerts(team, 31)
    storm = storm_of(team)
    assert storm.due_at is not None
    timer = StormTimer(due_at=storm.due_at)

    first = run_storm(timer, at=team.now, storms=team.storms, stores=team.incident_stores)
    second = run_storm(timer, at=team.now, storms=team.storms, stores=team.incident_stores)

    assert first is not None
    assert second is None
    assert len(incidents_of(team)) == 1


def test_a_crash_at_the_end_says_it_once(team: World) -> None:
    open_alerts(team, 31)
    team.pass_time(minutes=9)
    storm = storm_of(team)
    assert storm.due_at is not None
    at = storm.newest_at + 10 * MINUTE
    timer = StormTimer(due_at=storm.due_at)

    class Crashing:
        def __getattr__(self, name: str) -> object:
            return getattr(team.storms, name)

        def keep(self, *_: object, **__: object) -> bool:
            raise TryAgainError

    with pytest.raises(TryAgainError):
        run_storm(timer, at=at, storms=Crashing(), stores=team.incident_stores)  # type: ignore[arg-type]
    run_storm(timer, at=at, storms=team.storms, stores=team.incident_stores)

    assert not storm_of(team).is_on
    assert len(team.incidents.updates(storm.incident_id)) == 1


def test_a_title_that_a_crash_left_new_is_renewed_all_the_same(team: World) -> None:
    open_alerts(team, 31, service="api")
    team.pass_time(minutes=1)
    open_alerts(team, 1, prefix="more", service="api")
    storm = storm_of(team)
    assert storm.due_at is not None

    class Crashing:
        def __getattr__(self, name: str) -> object:
            return getattr(team.storms, name)

        def keep(self, *_: object, **__: object) -> bool:
            raise TryAgainError

    with pytest.raises(TryAgainError):
        run_storm(
            StormTimer(due_at=storm.due_at),
            at=team.now,
            storms=Crashing(),  # type: ignore[arg-type]
            stores=team.incident_stores,
        )
    open_alerts(team, 1, prefix="last", service="api")
    team.pass_time(minutes=2)

    [incident] = incidents_of(team)
    assert incident.title == "Storm: 33 alerts since 09:00 UTC — api 33"


def test_a_storm_that_lasts_longer_than_its_notes_goes_on(team: World) -> None:
    open_alerts(team, 31)
    storm = storm_of(team)
    newest = Opened(
        alert_id=AlertId(ulid(NINE + timedelta(days=2), fingerprint("a", "b"))),
        severity=Severity.INFO,
        group="api",
    )

    later = storm.counted([newest])

    assert (later.opened, later.newest_at) == (31, newest.at)


def test_a_large_storm_is_attached_in_several_looks(team: World) -> None:
    number = ATTACHED_IN_A_LOOK + 40
    alert_ids = open_alerts(team, number, every=timedelta(milliseconds=60))

    team.pass_time(seconds=30)
    [incident] = incidents_of(team)
    assert sorted(incident.alert_ids) == sorted(alert_ids)[:ATTACHED_IN_A_LOOK]
    team.pass_time(minutes=1)

    [incident] = incidents_of(team)
    assert sorted(incident.alert_ids) == sorted(alert_ids)
    assert incident.title.startswith(f"Storm: {number} alerts")


def test_alerts_of_other_incidents_take_no_room_in_a_look(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.usecases.follow_storm.ATTACHED_IN_A_LOOK", 10)
    alert_ids = open_alerts(team, 31, every=timedelta())
    for alert_id in sorted(alert_ids)[:12]:
        team.promote(alert_id)

    team.pass_time(minutes=3)

    storm = team.incidents.get(storm_of(team).incident_id)
    assert sorted(storm.alert_ids) == sorted(alert_ids)[12:]


def test_a_storm_beyond_what_an_incident_takes_is_counted_on(
    team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.usecases.follow_storm.ALERTS_LIMIT", 40)
    open_alerts(team, 60)

    team.pass_time(minutes=1)

    [incident] = incidents_of(team)
    assert len(incident.alert_ids) == 40
    assert storm_of(team).opened == 60
    assert incident.title.startswith("Storm: 60 alerts")


def test_a_storm_is_looked_at_often_enough_to_fill_its_incident() -> None:
    assert QUIET // LOOK_EVERY * ATTACHED_IN_A_LOOK >= ALERTS_LIMIT


def test_a_bucket_that_is_full_takes_no_more(team: World) -> None:
    open_alerts(team, BUCKET_LIMIT + 50, every=timedelta())

    team.pass_time(minutes=1)

    assert storm_of(team).opened == BUCKET_LIMIT


@pytest.fixture
def mailed(world: World) -> World:
    """A world in which Alice is paged by e-mail."""
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL))
    world.escalation_policy(("user:alice", HOUR))
    return world


def digests_of(world: World) -> list[str]:
    """What each digest says first; times in UTC."""
    return [plain(it.message.lead) for it in world.providers.digests]


def test_the_next_digest_says_that_there_is_a_storm(mailed: World) -> None:
    """The first one goes when ten wait, before the storm has begun."""
    open_alerts(mailed, 31, every=timedelta(), service="api")
    mailed.pass_time(minutes=3)

    first, second = digests_of(mailed)
    assert first == ""
    assert second == "A storm of the whole team since 09:00: 31 alerts, api 31."


def test_a_digest_after_a_storm_says_nothing_of_it(mailed: World) -> None:
    open_alerts(mailed, 31, every=timedelta(), service="api")
    mailed.pass_time(minutes=12)
    before = len(mailed.providers.digests)

    open_alerts(mailed, 5, every=timedelta(), prefix="later", service="api")
    mailed.pass_time(minutes=3)

    assert not storm_of(mailed).is_on
    assert set(digests_of(mailed)[before:]) == {""}


@pytest.mark.parametrize("error", [AwsError("AccessDeniedException", ""), TryAgainError("busy")])
def test_a_digest_goes_although_the_storm_cannot_be_read(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    class Refusing:
        def newest(self) -> TeamStorm | None:
            raise error

    class RefusingWorld(World):
        @property
        def work(self) -> Work:
            reader = NewestStorm(Refusing(), captured_log("notifier"))  # type: ignore[arg-type]
            return replace(super().work, newest_storm=reader.newest)

    world = RefusingWorld()
    world.user("alice", NotificationRule(by=ContactMethod.EMAIL))
    world.escalation_policy(("user:alice", HOUR))

    alert_ids = open_alerts(world, 31, every=timedelta(), service="api")
    world.pass_time(minutes=3)

    told = [it for digest in world.providers.digests for it in digest.alert_ids]
    assert sorted([*told, world.providers.received[0].alert_id]) == sorted(alert_ids)
    assert digests_of(world) == ["", ""]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {(it["message"], it["kind"]) for it in lines} == {
        ("Storm cannot be read", type(error).__name__)
    }
