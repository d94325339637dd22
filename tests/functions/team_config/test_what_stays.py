"""Shifts, URLs and secrets stay through deployments; who would be missed is named."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.team_config.conftest import STACK, CloudFormation
from tests.functions.team_config.team import ALICE, BOB, HOOK, PROMETHEUS, primary, team
from tocsin.domain.credential import hash_token
from tocsin.domain.ids import Actor
from tocsin.domain.maintenance_window import MaintenanceWindow
from tocsin.domain.notification import NotificationEvent
from tocsin.domain.on_call.schedule import Override, OverrideKind, ScheduleOverride
from tocsin.domain.on_call.who import who
from tocsin.domain.signal import SignalAction
from tocsin.domain.silence import SilenceStatus

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
KEY = "R0utingKey_of-another-product"


def on_call(world: World, at: datetime) -> tuple[str, ...]:
    schedules = {it.name: it.value for it in world.schedules.list()}
    return who(schedules["primary"], at, schedules).people


def handoff_after(at: datetime) -> datetime:
    """Monday, 09:00 in Berlin; no clocks change near the tests' time."""
    monday = (at - timedelta(days=at.weekday())).replace(hour=8, minute=0, second=0, microsecond=0)
    return monday if monday > at else monday + WEEK


def test_a_changed_rotation_leaves_the_running_shift(
    world: World, cloudformation: CloudFormation, at: datetime
) -> None:
    cloudformation.deploy(**team())
    (now,) = on_call(world, at)
    other = {"alice": "bob", "bob": "alice"}[now]

    cloudformation.deploy(**team(schedules=[primary(other)]))

    handoff = handoff_after(at)
    assert on_call(world, handoff - HOUR) == (now,)
    assert on_call(world, handoff) == (other,)
    assert on_call(world, handoff + WEEK) == (other,)


def test_a_rollback_takes_a_change_back_that_has_not_begun(
    world: World, cloudformation: CloudFormation, at: datetime
) -> None:
    cloudformation.deploy(**team())
    weeks = [handoff_after(at) + number * WEEK for number in range(4)]
    before, file = [on_call(world, it) for it in weeks], cloudformation.file
    cloudformation.deploy(**team(schedules=[primary("bob")]))
    assert [on_call(world, it) for it in weeks] != before

    cloudformation.roll_back(file)

    assert [on_call(world, it) for it in weeks] == before


def test_whoever_has_the_running_shift_stays_until_it_ends(
    world: World, cloudformation: CloudFormation, at: datetime
) -> None:
    cloudformation.deploy(**team())
    (now,) = on_call(world, at)
    staying = [it for it in (ALICE, BOB) if it["name"] != now]
    without = team(users=staying, schedules=[primary(staying[0]["name"])])

    answer = cloudformation.deploy(**without)

    handoff = handoff_after(at)
    assert world.users.find(now) is not None
    assert answer["Data"]["Warnings"] == (
        f"the user {now} stays: the schedule primary asks them until "
        f"{handoff:%Y-%m-%d %H:%M} UTC; the next deployment after that removes them"
    )
    world.now = handoff + HOUR
    cloudformation.deploy(**without)
    assert world.users.find(now) is None


def test_whoever_took_a_shift_by_the_api_stays_until_it_ends(
    world: World, cloudformation: CloudFormation, at: datetime
) -> None:
    carol = {"name": "carol", "email": "carol@example.com"}
    cloudformation.deploy(**team(users=[ALICE, BOB, carol]))
    taken = Override(
        override_id="1",
        kind=OverrideKind.REPLACE,
        user="carol",
        begins=at + HOUR,
        ends=at + 2 * HOUR,
        made_at=at,
        made_by=Actor("carol"),
    )
    world.overrides.add((ScheduleOverride("primary", taken),), write_id=world.new_write_id())

    cloudformation.deploy(**team())
    assert world.users.find("carol") is not None

    world.now += 3 * HOUR
    cloudformation.deploy(**team())
    assert world.users.find("carol") is None


def test_those_whose_shifts_move_are_told(world: World, cloudformation: CloudFormation) -> None:
    cloudformation.deploy(**team())

    cloudformation.deploy(**team(schedules=[primary("bob", "alice", shifts_per_turn=2)]))

    told = world.deliveries.arrived(world.now)
    assert {it.event for it in told} == {NotificationEvent.NOTICE}
    assert {it.target for it in told} == {"user:alice", "user:bob"}


def test_a_new_integrations_url_is_in_a_parameter_and_works(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())

    url = cloudformation.parameters.kept[f"{STACK}/integrations/prometheus"]
    address, _, token = url.rpartition("/")
    assert address == "https://tocsin.example.com/i"
    found = world.integrations.by_token(hash_token(token), at=world.now)
    assert found is not None
    assert found.name == "prometheus"


def test_a_heartbeats_url_is_in_a_parameter_and_works(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(heartbeats=[{"name": "backup", "period": "24h"}])

    url = cloudformation.parameters.kept[f"{STACK}/heartbeats/backup"]
    token = url.removeprefix("https://tocsin.example.com/i/").removesuffix("/heartbeat")
    assert world.heartbeats.name_of(hash_token(token)) == "backup"


def test_the_key_of_another_product_goes_on_working_and_is_kept_as_a_hash(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.parameters.kept[f"{STACK}/pagerduty"] = KEY
    events = {"name": "events", "type": "events", "token": {"parameter": "pagerduty"}}

    answer = cloudformation.deploy(integrations=[events])

    assert answer["Status"] == "SUCCESS"
    found = world.integrations.by_token(hash_token(KEY), at=world.now)
    assert found is not None
    assert found.name == "events"
    assert KEY not in str(world.table.items)
    assert f"{STACK}/integrations/events" not in cloudformation.parameters.kept


@pytest.mark.parametrize(
    ("kept", "problem"),
    [
        ({}, f"there is no parameter {STACK}/pagerduty"),
        ({f"{STACK}/pagerduty": "too-short"}, "20 to 128"),
        ({f"{STACK}/pagerduty": "with spaces in between"}, "20 to 128"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused(
    world: World, cloudformation: CloudFormation, kept: Mapping[str, str], problem: str
) -> None:
    cloudformation.parameters.kept.update(kept)
    events = {"name": "events", "type": "events", "token": {"parameter": "pagerduty"}}

    answer = cloudformation.deploy(lines={"integrations[0].token": 9}, integrations=[events])

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("line 9: integrations[0].token.parameter: ")
    assert problem in answer["Reason"]
    assert world.integrations.list() == ()


def test_an_imported_key_ends_the_url_before_after_a_day(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    (former,) = world.integrations.get("prometheus").tokens
    cloudformation.parameters.kept[f"{STACK}/key"] = KEY

    cloudformation.deploy(**team(integrations=[{**PROMETHEUS, "token": {"parameter": "key"}}]))

    newest, ending = world.integrations.get("prometheus").tokens
    assert newest.secret_hash == hash_token(KEY)
    assert (ending.secret_hash, ending.valid_until) == (
        former.secret_hash,
        world.now + timedelta(days=1),
    )


def test_a_webhooks_signing_secret_is_made_once(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    parameter = world.channels.get("ops-hook").value.secret
    secret = cloudformation.parameters.kept[str(parameter)]

    cloudformation.deploy(**team(channels=[{**HOOK, "bundle": "0s"}]))

    assert parameter == f"{STACK}/channels/ops-hook.file"
    assert secret.startswith("whsec_")
    assert world.channels.get("ops-hook").value.secret == parameter
    assert cloudformation.parameters.kept[parameter] == secret


def test_a_channels_secret_has_to_be_there_when_it_is_named_anew(
    world: World, cloudformation: CloudFormation
) -> None:
    slack = {"name": "chat", "type": "slack", "channel": "#oncall", "secret": "slack"}
    answer = cloudformation.deploy(lines={"channels[0].secret": 8}, channels=[slack])
    assert answer["Reason"] == (
        f"line 8: channels[0].secret: there is no parameter {STACK}/slack; put it first"
    )
    assert world.channels.list() == ()

    cloudformation.parameters.kept[f"{STACK}/slack"] = "{}"
    assert cloudformation.deploy(channels=[slack])["Status"] == "SUCCESS"
    del cloudformation.parameters.kept[f"{STACK}/slack"]
    renamed = {**slack, "channel": "#alerts"}
    assert cloudformation.deploy(channels=[renamed])["Status"] == "SUCCESS"


@pytest.mark.parametrize(("days", "is_warned"), [(6, True), (8, False)])
def test_an_integration_that_heard_something_within_a_week_is_named(
    world: World,
    cloudformation: CloudFormation,
    days: int,
    is_warned: bool,  # noqa: FBT001
) -> None:
    cloudformation.deploy(**team())
    source = world.integrations.get("prometheus").source
    heard_at = world.now
    world.opened(source=source)
    world.signal(action=SignalAction.RESOLVE, source=source)
    world.pass_time(days=days)

    answer = cloudformation.deploy(**team(integrations=[]))

    warning = (
        "the integration prometheus was removed although it heard something at "
        f"{heard_at:%Y-%m-%d %H:%M} UTC: its senders get 404 now"
    )
    assert answer["Data"]["Warnings"] == (warning if is_warned else "none")


def test_a_silence_that_is_no_longer_in_the_file_ends(
    world: World, cloudformation: CloudFormation, at: datetime
) -> None:
    said = {
        "name": "moves",
        "match": ['env="staging"'],
        "from": (at - HOUR).isoformat(),
        "to": (at + 10 * HOUR).isoformat(),
        "reason": "moves",
    }
    cloudformation.deploy(silences=[said])
    assert world.silences.get("moves").status(world.now) is SilenceStatus.ACTIVE

    world.pass_time(minutes=5)
    answer = cloudformation.deploy()

    ended = world.silences.get("moves")
    assert ended.status(world.now) is SilenceStatus.EXPIRED
    assert ended.managed_by is None
    assert answer["Data"]["Summary"] == "1 removed"
    assert cloudformation.deploy()["Data"]["Summary"] == "nothing to do"


def test_a_silence_that_is_over_is_not_made_anew(
    world: World, cloudformation: CloudFormation, at: datetime
) -> None:
    over = {
        "name": "moves",
        "match": ['env="staging"'],
        "from": (at - 2 * HOUR).isoformat(),
        "to": (at - HOUR).isoformat(),
        "reason": "moves",
    }

    cloudformation.deploy(silences=[over])

    assert world.silences.list() == ()


def test_a_window_that_recurs_goes_on_with_its_occurrence(
    world: World, cloudformation: CloudFormation
) -> None:
    nightly = {
        "name": "nightly",
        "match": ['service="db"'],
        "start": "2026-01-01T02:00",
        "duration": "1h",
        "rrule": "FREQ=DAILY",
        "time_zone": "UTC",
        "reason": "backups",
    }
    cloudformation.deploy(maintenance_windows=[nightly])
    world.pass_time(days=2)
    before: MaintenanceWindow = world.windows.get("nightly")

    answer = cloudformation.deploy(maintenance_windows=[nightly])

    assert world.windows.get("nightly") == before
    assert answer["Data"]["Summary"] == "1 as before"


def test_a_heartbeat_that_comes_back_waits_for_its_first_ping(
    world: World, cloudformation: CloudFormation
) -> None:
    file: dict[str, Any] = {"heartbeats": [{"name": "backup", "period": "1h"}]}
    cloudformation.deploy(**file)
    world.hear("backup")
    token = world.heartbeats.get("backup").token
    cloudformation.deploy()
    world.pass_time(days=2)

    cloudformation.deploy(**file)

    backup = world.heartbeats.get("backup")
    assert backup.token == token
    assert backup.heard_at is None
    assert backup.deadline > world.now
    assert backup.created_at.astimezone(UTC) == world.now
