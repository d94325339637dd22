"""What a deployed file makes, changes, takes over and removes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.world import World
from tests.functions.team_config.conftest import STACK, CloudFormation
from tests.functions.team_config.team import ALICE, BOB, DEFAULT, HOOK, PROMETHEUS, primary, team
from tests.on_call import daily
from tocsin.domain.configuration import TEAM_FILE
from tocsin.domain.escalation import EscalationPolicy, Step, Target, TargetKind
from tocsin.domain.integration import Integration, IntegrationType, Token
from tocsin.domain.people import ContactMethod, User, hash_address

type File = Mapping[str, Any]


def image(world: World) -> dict[str, Any]:
    """All of the table but the notes of deployments, and without what each write has anew."""
    return {
        str(item["pk"]) + str(item["sk"]): {
            name: value for name, value in item.items() if name != "write_id"
        }
        for item in world.table.items
        if item["pk"]["S"] != "C#team-file" and not item["pk"]["S"].startswith("Y#")
    }


def policy_of(name: str, user: str) -> EscalationPolicy:
    step = Step(name="only", targets=(Target(TargetKind.USER, user),), delay=timedelta(minutes=5))
    return EscalationPolicy(name=name, steps=(step,))


def test_everything_in_the_file_is_made_and_managed_by_it(
    world: World, cloudformation: CloudFormation
) -> None:
    answer = cloudformation.deploy(**team())

    assert answer["Status"] == "SUCCESS"
    assert answer["Data"] == {"Summary": "6 made", "Warnings": "none"}
    assert {it.name for it in world.users.list()} == {"alice", "bob"}
    stores = (world.users, world.channels, world.policies, world.integrations, world.schedules)
    assert {it.managed_by for store in stores for it in store.list()} == {TEAM_FILE}


def test_the_file_is_named_as_the_author_of_what_it_makes_changes_and_removes(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    made = list(world.activity.newest(world.now, world.now))
    assert {(it.by, it.action) for it in made} == {("file:team", "created")}
    assert len(made) == 6

    cloudformation.deploy(**team())
    assert len(list(world.activity.newest(world.now, world.now))) == 6, "nothing has changed"

    world.now += timedelta(minutes=1)
    cloudformation.deploy()
    removed = list(world.activity.newest(world.now, world.now))
    assert {(it.by, it.action) for it in removed} == {("file:team", "deleted")}
    assert {it.name for it in removed} >= {"alice", "bob", "prometheus"}


def test_the_file_pages_who_is_on_call(world: World, cloudformation: CloudFormation) -> None:
    cloudformation.deploy(**team())

    alert_id = world.opened(source=world.integrations.get("prometheus").source)

    told = {each.delivery.target for each in world.notifications.of_alert(alert_id)}
    assert told in ({"user:alice"}, {"user:bob"})


def test_the_same_file_again_changes_nothing(world: World, cloudformation: CloudFormation) -> None:
    file = team(
        silences=[
            {
                "match": ['env="staging"'],
                "from": "2026-01-01T00:00:00Z",
                "to": "2026-12-31T00:00:00Z",
                "reason": "moves",
            }
        ],
        heartbeats=[{"name": "backup", "period": "24h"}],
        routes=[{"match": ['team="payments"'], "escalation_policy": "default"}],
        settings={"bundle": "90s"},
    )
    cloudformation.deploy(**file)
    world.pass_time(minutes=5)
    before = image(world)
    answer = cloudformation.deploy(**file)

    assert image(world) == before
    assert answer["Data"]["Summary"] == "10 as before"


def test_a_request_that_comes_twice_changes_nothing_the_second_time(
    world: World, cloudformation: CloudFormation
) -> None:
    file = {"team": "payments", **team()}
    cloudformation.ask("Create", file, {}, request_id="one")
    before = image(world)

    answer = cloudformation.ask("Create", file, {}, request_id="one")

    assert image(world) == before
    assert answer["Status"] == "SUCCESS"


def test_a_late_repetition_does_not_undo_what_came_after_it(
    world: World, cloudformation: CloudFormation
) -> None:
    old, new = (
        {"team": "payments", **team(users=[{**ALICE, "full_name": name}, BOB])} for name in "AB"
    )
    cloudformation.ask("Update", old, {}, request_id="one")
    cloudformation.ask("Update", new, old, request_id="two")

    cloudformation.ask("Update", old, {}, request_id="one")

    assert world.users.get("alice").value.full_name == "B"


def test_an_object_of_the_api_is_taken_over_with_what_people_left_in_it(
    world: World, cloudformation: CloudFormation
) -> None:
    verified = {ContactMethod.EMAIL: hash_address(str(ALICE["email"]))}
    world.keep(world.users, User(name="alice", email="old@example.com", verified=verified))
    token = Token.of("0" * 32)
    world.integrations.put(
        None,
        Integration(
            name="prometheus", type=IntegrationType.REST, created_at=world.now, tokens=(token,)
        ),
        write_id=world.new_write_id(),
    )

    answer = cloudformation.deploy(**team())

    alice, prometheus = world.users.get("alice").value, world.integrations.get("prometheus")
    assert (alice.email, alice.verified) == (ALICE["email"], verified)
    assert (prometheus.type, prometheus.tokens) == (IntegrationType.ALERTMANAGER, (token,))
    assert f"{STACK}/integrations/prometheus" not in cloudformation.parameters.kept
    assert answer["Data"]["Summary"] == (
        "4 made, 2 changed; taken over from the API: user alice, integration prometheus"
    )


def test_what_people_made_by_the_api_is_not_touched(
    world: World, cloudformation: CloudFormation
) -> None:
    world.silence('service="db"', name="by-hand")
    world.keep(world.users, User(name="carol", email="carol@example.com"))
    before = world.silences.get("by-hand"), world.users.get("carol")

    cloudformation.deploy(**team())
    cloudformation.deploy(**team(channels=[HOOK], integrations=[]))

    assert (world.silences.get("by-hand"), world.users.get("carol")) == before


def test_what_the_file_no_longer_has_is_removed_after_what_needed_it(
    world: World, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And after every process has read that nothing needs it any more."""
    cloudformation.deploy(**team())
    written: list[str] = []
    call = world.call

    def noted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        for action in parameters.get("TransactItems", [{operation: parameters}]):
            for kind, request in action.items():
                key = request.get("Key") or request.get("Item") or {}
                if kind.startswith(("Put", "Delete")) and "pk" in key:
                    written.append(f"{kind.removesuffix('Item')} {key['pk']['S']}")
        return call(operation, parameters)

    world.call = noted  # type: ignore[method-assign]
    monkeypatch.setattr(cloudformation, "wait", lambda it: written.append(f"wait {it:.0f} s"))
    one_step = {**DEFAULT, "steps": [DEFAULT["steps"][0]]}
    answer = cloudformation.deploy(**team(channels=[], escalation_policies=[one_step]))

    assert answer["Data"]["Summary"] == "1 changed, 1 removed, 4 as before"
    about = [it for it in written if "team-file" not in it and " Y#" not in it]
    assert about == ["Put C#escalation-policy", "wait 31 s", "Delete C#channel"]


def test_what_only_senders_use_is_removed_without_a_pause(cloudformation: CloudFormation) -> None:
    cloudformation.deploy(**team())

    cloudformation.deploy(**team(integrations=[]))

    assert cloudformation.waits == []


def test_what_the_api_still_needs_is_not_removed_and_nothing_is_written(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    world.keep(world.policies, policy_of("night", "bob"))
    before = image(world)

    answer = cloudformation.deploy(**team(users=[ALICE], schedules=[primary("alice")]))
    assert answer["Reason"] == (
        "the user bob is not in the file any more, and the escalation policy night, which the API "
        "manages, needs it: change that first"
    )
    assert image(world) == before


def test_a_person_whom_a_schedule_of_the_api_asks_is_not_removed(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    world.schedule(replace(daily("bob"), name="night"))

    answer = cloudformation.deploy(**team(users=[ALICE], schedules=[primary("alice")]))

    assert answer["Reason"] == (
        "the user bob is not in the file any more, and the schedule night, which the API manages, "
        "needs it: change that first"
    )


def test_a_bad_file_is_refused_with_its_lines_and_changes_nothing(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    before = image(world)

    answer = cloudformation.deploy(
        lines={"users[0]": 3, "users[0].email": 4, "integrations[0].type": 17},
        **team(
            users=[{**ALICE, "email": "nowhere"}, BOB],
            integrations=[{**PROMETHEUS, "type": "prometheus"}],
        ),
    )

    assert answer["Status"] == "FAILED"
    first, second = answer["Reason"].splitlines()
    assert first.startswith("line 4: users[0].email: ")
    assert second.startswith("line 17: integrations[0].type: ")
    assert image(world) == before


def test_more_problems_than_an_answer_holds_are_counted(cloudformation: CloudFormation) -> None:
    users = [{"name": f"user-{number}", "email": "nowhere"} for number in range(200)]

    answer = cloudformation.deploy(users=users)

    shown = answer["Reason"].splitlines()
    assert shown[-1] == f"... and {200 - len(shown) + 1} more"
    assert len(shown) > 10


def test_the_file_of_another_team_is_refused(cloudformation: CloudFormation) -> None:
    answer = cloudformation.deploy(**{**team(), "team": "search"})

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "team: is search, and this stack is that of payments"


def test_another_resource_may_not_apply_a_file_beside(cloudformation: CloudFormation) -> None:
    cloudformation.deploy(**team())

    answer = cloudformation.ask("Create", {"team": "payments"}, {}, logical_id="Other")

    assert answer["Status"] == "FAILED"
    assert f"{cloudformation.stack_id} TeamFile" in answer["Reason"]


def test_an_empty_resource_beside_leaves_the_file_of_the_other(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())

    cloudformation.ask("Update", {}, {}, logical_id="Other")
    cloudformation.ask("Delete", {}, {}, logical_id="Other")

    assert world.users.get("alice").managed_by == TEAM_FILE


def test_a_rollback_restores_the_file_before(world: World, cloudformation: CloudFormation) -> None:
    cloudformation.deploy(**team())
    before, file = image(world), cloudformation.file
    cloudformation.deploy(
        **team(
            users=[{**ALICE, "phone": "+4915100000000"}, BOB],
            integrations=[{"name": "grafana", "type": "grafana"}],
            escalation_policies=[{**DEFAULT, "repeat": 5}],
        )
    )
    assert image(world) != before

    answer = cloudformation.roll_back(file)

    assert answer["Status"] == "SUCCESS"
    assert without_versions(image(world)) == without_versions(before)


def without_versions(image: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: {name: value for name, value in item.items() if name != "version"}
        for key, item in image.items()
    }


def test_an_integration_that_comes_back_has_its_url_again(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    before = world.integrations.get("prometheus").tokens

    cloudformation.deploy(**team(integrations=[]))
    assert world.integrations.find("prometheus") is None
    cloudformation.deploy(**team())

    assert world.integrations.get("prometheus").tokens == before
    assert world.integrations.by_token(before[0].secret_hash, at=world.now) is not None


def test_what_was_removed_is_forgotten_after_a_month(
    world: World, cloudformation: CloudFormation
) -> None:
    world.keep(world.users, User(name="alice", verified={ContactMethod.EMAIL: "x" * 16}))
    cloudformation.deploy(**team())
    cloudformation.deploy()
    world.now += timedelta(days=31)

    cloudformation.deploy(**team())

    assert world.users.get("alice").value.verified == {}


def test_without_a_file_everything_stays_and_the_api_manages_it(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    before = {it.name: replace(it.value, managed_by=None) for it in world.users.list()}

    answer = cloudformation.ask("Update", {}, cloudformation.file)

    assert answer["Data"]["Summary"] == "6 left to the API"
    assert {it.name: it.value for it in world.users.list()} == before


def test_deletion_leaves_everything_and_always_succeeds(
    world: World, cloudformation: CloudFormation
) -> None:
    cloudformation.deploy(**team())
    assert cloudformation.delete()["Status"] == "SUCCESS"
    assert world.users.get("alice").managed_by is None

    def broken(*_: object) -> dict[str, Any]:
        raise ConnectionError

    world.call = broken  # type: ignore[method-assign, assignment]
    assert cloudformation.delete()["Status"] == "SUCCESS"


def test_a_function_that_runs_out_of_time_says_so(cloudformation: CloudFormation) -> None:
    cloudformation.seconds_left = 0.01

    answer = cloudformation.deploy(**team())

    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == "The file was not applied within the time that the function has."


def test_a_change_by_the_api_at_the_same_time_is_read_again(
    world: World, cloudformation: CloudFormation
) -> None:
    world.keep(world.users, User(name="alice", email="old@example.com"))
    verified = {ContactMethod.EMAIL: hash_address(str(ALICE["email"]))}
    call, races = world.call, iter([True])

    def raced(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        puts = [it["Put"] for it in parameters.get("TransactItems", ()) if "Put" in it]
        is_write = any(it["Item"]["pk"]["S"] == "C#user" for it in puts)
        if is_write and next(races, False):
            world.keep(world.users, User(name="alice", email="x@example.com", verified=verified))
        return call(operation, parameters)

    world.call = raced  # type: ignore[method-assign]
    answer = cloudformation.deploy(**team())

    alice = world.users.get("alice").value
    assert answer["Status"] == "SUCCESS"
    assert (alice.email, alice.verified) == (ALICE["email"], verified)
