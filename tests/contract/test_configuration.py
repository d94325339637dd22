"""ConfigurationRepository and PagingRepository."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from datetime import time as clock
from typing import Any

import pytest

from tests.conftest import TABLE_NAME
from tests.examples import HOUR, MINUTE, NINE, firing
from tests.lost_replies import losing_replies
from tests.push_browser import Browser
from tocsin.adapters.aws_json import Call
from tocsin.adapters.dynamodb.configuration.configuration_repository import DynamoDBConfiguration
from tocsin.adapters.dynamodb.configuration.directory_items import CHANNELS, USERS
from tocsin.adapters.dynamodb.configuration.paging_repository import REMEMBERED_FOR, DynamoDBPaging
from tocsin.adapters.dynamodb.configuration.policy_items import POLICIES, ROUTES
from tocsin.adapters.dynamodb.configuration.schedule_items import LIMIT_BYTES, SCHEDULES
from tocsin.adapters.dynamodb.configuration.settings_items import SETTINGS
from tocsin.domain.configuration import Configured
from tocsin.domain.errors import ConcurrentUpdateError, InvalidInputError, NotFoundError
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.flapping import Flapping, FlappingRule, Inherited
from tocsin.domain.hours import Day, Hours
from tocsin.domain.ids import WriteId
from tocsin.domain.matcher import Matcher
from tocsin.domain.on_call.schedule import (
    Count,
    Follows,
    Layer,
    LayerVersion,
    Override,
    OverrideKind,
    Recurring,
    Rotation,
    Schedule,
    Turns,
    Unit,
)
from tocsin.domain.people import Channel, ContactMethod, NotificationRule, Role, User, hash_address
from tocsin.domain.routing import Route
from tocsin.domain.severity import Severity
from tocsin.domain.team_settings import TeamSettings
from tocsin.usecases.ports import ConfigurationRepository, PagingRepository

STEP = Step(name="first", targets=(Target(TargetKind.CHANNEL, "ops-hook"),), delay=5 * MINUTE)
POLICY = EscalationPolicy(name="default", steps=(STEP,))
OFFICE_HOURS = (
    Hours(days=frozenset(Day) - {Day.SAT, Day.SUN}, begins=clock(8, 30), ends=clock(18)),
    Hours(days=frozenset((Day.SAT,)), begins=clock(22), ends=clock(2, 15)),
    Hours(),
)
FULL_POLICY = EscalationPolicy(
    name="default",
    steps=(
        Step(
            name="first: who is there?",
            targets=(
                Target(TargetKind.SCHEDULE, "primary"),
                Target(TargetKind.CHANNEL, "ops-hook"),
            ),
            delay=timedelta(seconds=30),
        ),
        Step(
            name="second",
            targets=(Target(TargetKind.USER, "carol"),),
            delay=10 * MINUTE,
            only=OFFICE_HOURS,
        ),
    ),
    repeat=2,
    ack_timeout=timedelta(minutes=30, milliseconds=1),
    severities=frozenset((Severity.CRITICAL,)),
    flapping=FlappingRule(
        after=7, within=2 * HOUR, stable=30 * MINUTE, hold_critical=timedelta(seconds=90)
    ),
    time_zone="Europe/Paris",
    managed_by="team file",
)
ROUTE = Route(name="all", match=(), escalation_policy="default")
FULL_ROUTE = Route(
    name="all",
    position=0,
    match=(
        Matcher.parse('team="pay \\"and\\" ship\\\\"'),
        Matcher.parse("severity=~critical|warning"),
        Matcher.parse("env!=" + "\\" * 490),
    ),
    escalation_policy="default",
    severity=Severity.WARNING,
    hold=2 * MINUTE,
    close_after=12 * HOUR,
    only=OFFICE_HOURS,
    time_zone="America/New_York",
    managed_by="team file",
)
USER = User(name="alice")
FULL_USER = User(
    name="alice",
    full_name="Alice Änglund",
    email="alice@example.com",
    phone="+15550100",
    slack_id="U1",
    time_zone="Europe/Paris",
    notify=(
        NotificationRule(by=ContactMethod.EMAIL),
        NotificationRule(
            after=5 * MINUTE, by=ContactMethod.SMS, severities=frozenset((Severity.CRITICAL,))
        ),
        NotificationRule(after=HOUR, by=ContactMethod.SLACK, severities=frozenset()),
        NotificationRule(by=ContactMethod.EMAIL, only=OFFICE_HOURS),
    ),
    bundle=2 * MINUTE,
    notices=frozenset(("shift_begins",)),
    role=Role.ADMIN,
    verified={ContactMethod.EMAIL: hash_address("alice@example.com"), ContactMethod.SMS: "0" * 16},
    push_devices=(
        Browser("https://fcm.googleapis.com/fcm/send/1").device(
            last_ok_at=NINE, last_seen_at=NINE + MINUTE, gone_at=NINE + HOUR
        ),
    ),
    managed_by="team file",
)
CHANNEL = Channel(name="here", type="console")
FULL_CHANNEL = Channel(
    name="here",
    type="email",
    settings={"to": ("ops@example.com", "dev@example.com"), "url": "https://example.com/hook"},
    secret="/tocsin/payments/hook",
    rate_per_minute=60,
    bundle=timedelta(),
    managed_by="team file",
)


SETTINGS_UNSET = TeamSettings()
FULL_SETTINGS = TeamSettings(
    bundle=2 * MINUTE,
    storm_labels=("région", "app"),
    provider_rates={"email": 60, "sms": 60_000},
    flapping=FlappingRule(after=3),
    notices=frozenset(),
    managed_by="team file",
)


wall = datetime.fromisoformat
SCHEDULE = Schedule(name="primary")
FULL_SCHEDULE = Schedule(
    name="primary",
    time_zone="Europe/Paris",
    layers=(
        Layer(
            name="nights",
            versions=(
                LayerVersion(
                    begins=None,
                    position=1,
                    time_zone="UTC",
                    rotation=Rotation(
                        pattern=Turns(unit=Unit.WEEKLY, every=2, handoff=clock(9, 30), day=Day.MON),
                        start=wall("2026-01-05T09:30"),
                        members=(("alice",), ("Bob", "carol"), ()),
                        first=1,
                        shifts_per_turn=2,
                        begins=wall("2026-01-05T00:00"),
                        until=wall("2027-01-04T09:00"),
                        only=(
                            Hours(
                                days=frozenset((Day.SAT, Day.MON)),
                                begins=clock(18),
                                ends=clock(9),
                            ),
                            Hours(),
                        ),
                        count=Count.ALWAYS,
                    ),
                ),
                LayerVersion(
                    begins=NINE,
                    position=0,
                    time_zone="Europe/Paris",
                    rotation=Rotation(
                        pattern=Recurring(
                            rule="FREQ=WEEKLY;BYDAY=SA",
                            at=clock(0, 0, 1),
                            duration=timedelta(hours=36),
                            excluded=(wall("2026-05-02T00:00:01"),),
                        ),
                        start=wall("2026-01-03T00:00"),
                        members=(("alice",),),
                    ),
                ),
                LayerVersion(begins=NINE + HOUR, position=0, time_zone="UTC", rotation=None),
            ),
        ),
        Layer(
            name="layer 2",
            versions=(
                LayerVersion(
                    begins=None,
                    position=1,
                    time_zone="UTC",
                    rotation=Rotation(
                        pattern=Turns(unit=Unit.HOURLY), start=wall("2026-01-01T00:00"), members=()
                    ),
                ),
            ),
        ),
    ),
    follows=Follows(schedule="secondary", offset=2, begins=NINE),
    followed=(Follows(schedule="tertiary", begins=NINE - HOUR, ends=NINE),),
    overrides=(
        Override(
            override_id="primary-1",
            kind=OverrideKind.REPLACE,
            user="carol",
            instead_of="alice",
            begins=NINE,
            ends=NINE + HOUR,
            made_at=NINE - HOUR,
            made_by="alice",
            reason="Holiday in Å",
        ),
    ),
    managed_by="team file",
)


@dataclass(frozen=True)
class Both:
    """Each kind for itself, and all of them as the engine reads them."""

    policies: ConfigurationRepository[Configured[EscalationPolicy]]
    routes: ConfigurationRepository[Configured[Route]]
    users: ConfigurationRepository[Configured[User]]
    channels: ConfigurationRepository[Configured[Channel]]
    settings: ConfigurationRepository[Configured[TeamSettings]]
    schedules: ConfigurationRepository[Configured[Schedule]]
    paging: PagingRepository


@pytest.fixture
def both(call: Call) -> Both:
    return on_the_table(call)


def on_the_table(call: Call) -> Both:
    return Both(
        policies=DynamoDBConfiguration(call, TABLE_NAME, POLICIES),
        routes=DynamoDBConfiguration(call, TABLE_NAME, ROUTES),
        users=DynamoDBConfiguration(call, TABLE_NAME, USERS),
        channels=DynamoDBConfiguration(call, TABLE_NAME, CHANNELS),
        settings=DynamoDBConfiguration(call, TABLE_NAME, SETTINGS),
        schedules=DynamoDBConfiguration(call, TABLE_NAME, SCHEDULES),
        paging=DynamoDBPaging(call, TABLE_NAME),
    )


KINDS: Mapping[str, tuple[Callable[[Both], ConfigurationRepository[Any]], Any, Any]] = {
    "policies": (lambda both: both.policies, POLICY, FULL_POLICY),
    "routes": (lambda both: both.routes, ROUTE, FULL_ROUTE),
    "users": (lambda both: both.users, USER, FULL_USER),
    "channels": (lambda both: both.channels, CHANNEL, FULL_CHANNEL),
    "settings": (lambda both: both.settings, SETTINGS_UNSET, FULL_SETTINGS),
    "schedules": (lambda both: both.schedules, SCHEDULE, FULL_SCHEDULE),
}


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, it) for kind, its in KINDS.items() for it in its[1:]]
)
def test_an_object_is_read_as_it_was_written(both: Both, kind: str, value: Any) -> None:  # noqa: ANN401 - of any kind
    repository = KINDS[kind][0](both)

    stored = repository.put(None, Configured(value=value, created_at=NINE), write_id=WriteId("w1"))

    assert stored == Configured(value=value, created_at=NINE, version=1)
    assert repository.get(value.name) == repository.find(value.name) == stored
    assert repository.list() == (stored,)


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_with_everything_leaves_no_field_at_its_default(kind: str) -> None:
    _, minimal, full = KINDS[kind]
    fields = type(full).__dataclass_fields__

    same = [name for name in fields if getattr(full, name) == getattr(minimal, name)]

    assert set(same) <= {"name", "escalation_policy"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["nobody", "", "x" * 1025, "é" * 513])
def test_an_unknown_name_is_not_found(both: Both, kind: str, name: str) -> None:
    repository = KINDS[kind][0](both)

    assert repository.find(name) is None
    with pytest.raises(NotFoundError) as refusal:
        repository.get(name)
    assert refusal.value.code in {
        *("escalation_policy_not_found", "route_not_found", "user_not_found"),
        *("channel_not_found", "schedule_not_found", "not_found"),
    }


def test_a_schedule_that_is_too_big_is_refused_and_nothing_is_stored(both: Both) -> None:
    people = tuple((f"{'é' * 30}{number}",) for number in range(1_000))
    [layer] = FULL_SCHEDULE.layers[1:]
    rotation = Rotation(
        pattern=Turns(unit=Unit.HOURLY), start=wall("2026-01-01T00:00"), members=people
    )
    version = replace(layer.versions[0], rotation=rotation)
    big = replace(SCHEDULE, layers=(replace(layer, versions=(version,)),))

    with pytest.raises(InvalidInputError) as refusal:
        both.schedules.put(None, Configured(value=big, created_at=NINE), write_id=WriteId("w1"))

    assert f"{LIMIT_BYTES} are the limit" in refusal.value.details[0].problem
    assert both.schedules.list() == ()


def test_each_kind_has_names_of_its_own(both: Both) -> None:
    user = replace(USER, name="ops")
    channel = replace(CHANNEL, name="ops")

    both.users.put(None, Configured(value=user, created_at=NINE), write_id=WriteId("w1"))
    both.channels.put(None, Configured(value=channel, created_at=NINE), write_id=WriteId("w2"))

    assert both.users.get("ops").value == user
    assert both.channels.get("ops").value == channel


def test_all_are_listed_by_name(both: Both) -> None:
    for name in ("b", "c", "a"):
        user = Configured(value=replace(USER, name=name), created_at=NINE)
        both.users.put(None, user, write_id=WriteId(f"w{name}"))

    assert [stored.name for stored in both.users.list()] == ["a", "b", "c"]


def a_user(both: Both) -> Configured[User]:
    return both.users.put(None, Configured(value=USER, created_at=NINE), write_id=WriteId("w1"))


def test_a_change_makes_the_next_version(both: Both) -> None:
    before = a_user(both)

    stored = both.users.put(before, before.changed(FULL_USER), write_id=WriteId("w2"))

    assert stored == Configured(value=FULL_USER, created_at=NINE, version=2)
    assert both.users.get("alice") == stored


def test_the_second_of_two_concurrent_changes_is_refused(both: Both) -> None:
    ours = theirs = a_user(both)
    both.users.put(theirs, theirs.changed(FULL_USER), write_id=WriteId("w2"))

    with pytest.raises(ConcurrentUpdateError):
        both.users.put(ours, ours.changed(replace(USER, phone="+1")), write_id=WriteId("w3"))
    with pytest.raises(ConcurrentUpdateError):
        both.users.delete(ours, write_id=WriteId("w4"))

    assert both.users.get("alice").value == FULL_USER


def test_the_second_of_two_with_one_name_is_refused(both: Both) -> None:
    a_user(both)

    with pytest.raises(ConcurrentUpdateError):
        both.users.put(None, Configured(value=FULL_USER, created_at=NINE), write_id=WriteId("w2"))


def test_a_namesake_made_after_a_removal_is_not_mistaken_for_the_first(both: Both) -> None:
    first = a_user(both)
    both.users.delete(first, write_id=WriteId("w2"))
    namesake = Configured(value=USER, created_at=NINE + HOUR)
    both.users.put(None, namesake, write_id=WriteId("w3"))

    with pytest.raises(ConcurrentUpdateError):
        both.users.put(first, first.changed(FULL_USER), write_id=WriteId("w4"))
    with pytest.raises(ConcurrentUpdateError):
        both.users.delete(first, write_id=WriteId("w5"))


def test_a_change_of_what_was_removed_is_refused(both: Both) -> None:
    before = a_user(both)
    both.users.delete(before, write_id=WriteId("w2"))

    with pytest.raises(ConcurrentUpdateError):
        both.users.put(before, before.changed(FULL_USER), write_id=WriteId("w3"))


def test_removing_what_is_gone_changes_nothing(both: Both) -> None:
    stored = a_user(both)
    both.users.delete(stored, write_id=WriteId("w2"))

    both.users.delete(stored, write_id=WriteId("w3"))

    assert both.users.list() == ()


def test_a_writer_whose_reply_was_lost_still_wins(call: Call) -> None:
    users = on_the_table(losing_replies(call)).users

    made = users.put(None, Configured(value=USER, created_at=NINE), write_id=WriteId("w1"))
    changed = users.put(made, made.changed(FULL_USER), write_id=WriteId("w2"))
    users.delete(changed, write_id=WriteId("w3"))

    assert users.list() == ()


# The engine's view


def put_all(both: Both) -> None:
    for kind, (repository, _, full) in KINDS.items():
        stored = Configured(value=full, created_at=NINE)
        repository(both).put(None, stored, write_id=WriteId(kind))


def test_an_empty_configuration_pages_nobody(both: Both) -> None:
    routing, directory = both.paging.routing(NINE), both.paging.directory(NINE)

    assert (dict(routing.policies), routing.routes) == ({}, ())
    assert (dict(directory.users), dict(directory.channels)) == ({}, {})
    assert both.paging.settings(NINE) == directory.settings == TeamSettings()


def test_the_engine_sees_what_was_configured(both: Both) -> None:
    put_all(both)

    routing, directory = both.paging.routing(NINE), both.paging.directory(NINE)

    assert (dict(routing.policies), routing.routes) == ({"default": FULL_POLICY}, (FULL_ROUTE,))
    assert dict(directory.users) == {"alice": FULL_USER}
    assert dict(directory.channels) == {"here": FULL_CHANNEL}
    assert both.paging.settings(NINE) == directory.settings == FULL_SETTINGS


def test_a_policy_that_pages_what_flaps_each_time_comes_back_as_that(both: Both) -> None:
    policy = replace(POLICY, flapping=None)
    stored = Configured(value=policy, created_at=NINE)
    both.policies.put(None, stored, write_id=WriteId("w1"))

    assert both.policies.get("default").value == policy
    assert both.paging.routing(NINE).policies == {"default": policy}


@pytest.mark.parametrize("rule", [FlappingRule(after=3), None], ids=["a rule", "off"])
def test_what_opens_again_is_judged_by_the_policys_rule_or_the_teams(
    both: Both, rule: FlappingRule | None
) -> None:
    settings = Configured(value=TeamSettings(flapping=rule), created_at=NINE)
    both.settings.put(None, settings, write_id=WriteId("w1"))
    both.policies.put(None, Configured(value=POLICY, created_at=NINE), write_id=WriteId("w2"))
    own = replace(POLICY, name="own", flapping=FlappingRule())
    both.policies.put(None, Configured(value=own, created_at=NINE), write_id=WriteId("w3"))

    again = replace(firing(), flapping=Flapping())
    routing = both.paging.routing(NINE)
    by_team, by_own = routing.choose(again), routing.choose(again, asked="own")

    assert by_team is not None
    assert by_team.flapping_rule == rule
    assert by_own is not None
    assert by_own.flapping_rule == FlappingRule()
    assert both.policies.get("default").value.flapping is Inherited.TEAM


def test_routes_come_in_the_order_of_their_positions_and_names(both: Both) -> None:
    for name, position in (("a", 5), ("c", 1), ("b", 1), ("d", 1000)):
        route = Configured(value=replace(ROUTE, name=name, position=position), created_at=NINE)
        both.routes.put(None, route, write_id=WriteId(name))

    assert [route.name for route in both.paging.routing(NINE).routes] == ["b", "c", "a", "d"]


def test_what_was_read_is_remembered_for_half_a_minute(call: Call) -> None:
    asked: list[str] = []

    def counting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        values = parameters.get("ExpressionAttributeValues")
        asked.append((values[":pk"] if values else parameters["Key"]["pk"])["S"])
        return call(operation, parameters)

    paging = DynamoDBPaging(counting, TABLE_NAME)
    an_instant_before = NINE + REMEMBERED_FOR - timedelta(milliseconds=1)
    for at in (NINE, an_instant_before):
        paging.routing(at)
        paging.directory(at)
        paging.settings(at)

    assert asked == ["C#escalation-policy", "C#route", "C#user", "C#channel", "C#settings"]


def test_settings_are_read_when_something_needs_them(call: Call) -> None:
    """A first alert's intake, and a page by hand, do not."""
    asked: list[str] = []

    def counting(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return call(operation, parameters)

    paging = DynamoDBPaging(counting, TABLE_NAME)
    routing, directory = paging.routing(NINE), paging.directory(NINE)
    routing.choose(firing())
    assert "GetItem" not in asked

    for _ in range(2):
        assert directory.settings == TeamSettings()
    assert asked.count("GetItem") == 1


def test_a_change_is_noticed_after_half_a_minute(call: Call) -> None:
    table = on_the_table(call)
    table.paging.routing(NINE)
    table.paging.directory(NINE)
    table.paging.settings(NINE)

    put_all(table)

    assert not table.paging.routing(NINE).policies, "it was read at this very time"
    assert not table.paging.directory(NINE).users
    assert table.paging.settings(NINE) == TeamSettings()
    assert table.paging.settings(NINE + REMEMBERED_FOR) == FULL_SETTINGS
    assert table.paging.routing(NINE + REMEMBERED_FOR).policies == {"default": FULL_POLICY}
    assert table.paging.directory(NINE + REMEMBERED_FOR).users == {"alice": FULL_USER}


def test_who_asks_for_something_newer_gets_it_and_so_does_who_asks_next(call: Call) -> None:
    table = on_the_table(call)
    table.paging.routing(NINE)
    table.paging.directory(NINE)
    table.paging.settings(NINE)
    put_all(table)
    second = timedelta(seconds=1)

    assert not table.paging.routing(NINE + second, max_age=2 * second).policies
    assert table.paging.routing(NINE + second, max_age=timedelta()).policies
    assert table.paging.settings(NINE + second, max_age=2 * second) == TeamSettings()
    assert table.paging.settings(NINE + second, max_age=second) == FULL_SETTINGS
    assert table.paging.directory(NINE + second, max_age=second).users
    assert table.paging.routing(NINE + 2 * second).policies
    assert table.paging.directory(NINE + 2 * second).users


def test_a_user_is_found_by_any_case_and_shown_as_first_written(both: Both) -> None:
    user = Configured(value=User(name="Alice.B"), created_at=NINE)
    stored = both.users.put(None, user, write_id=WriteId("w1"))

    assert [both.users.get(name).name for name in ("alice.b", "ALICE.B")] == ["Alice.B"] * 2
    found = both.paging.directory(NINE).users.get("aLICE.b")
    assert found == stored.value
    with pytest.raises(ConcurrentUpdateError):
        both.users.put(
            None, Configured(value=User(name="alice.b"), created_at=NINE), write_id=WriteId("w2")
        )
    assert both.users.find("ALİCE" + "İ" * 500) is None


def test_a_channel_is_not_found_by_another_case(both: Both) -> None:
    both.channels.put(None, Configured(value=CHANNEL, created_at=NINE), write_id=WriteId("w1"))

    assert both.channels.find("HERE") is None
