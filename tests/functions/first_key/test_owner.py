"""The first person of a new stack: paged from the first alert on, and never made over."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from functions.first_key.app import OWNER, respond
from functions.first_key.owner import Owner
from tests.examples import MINUTE
from tests.fakes.world import World
from tests.functions.first_key.conftest import CloudFormation
from tocsin.domain.errors import TryAgainError
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.people import ContactMethod, Role, User, hash_address
from tocsin.domain.severity import Severity
from tocsin.usecases.refusals import DeliveryFailedError

EVENT = Path(__file__).parents[3] / "events/first_key_create_owner.json"
ADDRESS = "owner@example.com"
NO_SENDER = DeliveryFailedError(
    "no address to send from: deploy with EmailFrom", is_retryable=False
)

pytestmark = pytest.mark.loopback


@dataclass
class Stack:
    """A stack with an owner, as CloudFormation drives it."""

    cloudformation: CloudFormation
    world: World = field(default_factory=World)

    def request(
        self,
        kind: str = "Create",
        *,
        old: Mapping[str, str] | None = None,
        **properties: str,
    ) -> dict[str, Any]:
        """Let CloudFormation ask; what it is told."""
        event = json.loads(EVENT.read_text())
        event |= {"ResponseURL": self.cloudformation.url, "RequestType": kind}
        made = dict(event["ResourceProperties"])
        event["ResourceProperties"] |= properties
        if kind == "Update":
            event["OldResourceProperties"] = made | dict(old or {})
        respond(event, self._wire)
        return self.cloudformation.answers[-1]

    @property
    def users(self) -> list[User]:
        return [stored.value for stored in self.world.users.list()]

    @property
    def policies(self) -> list[EscalationPolicy]:
        return [stored.value for stored in self.world.policies.list()]

    def _wire(self, resource_type: str) -> Owner:
        assert resource_type == OWNER
        return Owner(
            users=self.world.users,
            policies=self.world.policies,
            now=lambda: self.world.now,
            new_write_id=self.world.new_write_id,
        )


@pytest.fixture
def stack(cloudformation: CloudFormation) -> Stack:
    return Stack(cloudformation)


def test_a_new_stack_has_a_person_and_a_policy_that_pages_them(stack: Stack) -> None:
    answer = stack.request()

    assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "Owner")
    assert stack.users == [User(name="owner", email=ADDRESS, role=Role.ADMIN)]
    (policy,) = stack.policies
    assert policy.name == "default"
    assert [str(target) for step in policy.steps for target in step.targets] == ["user:owner"]
    assert policy.severities == {Severity.CRITICAL, Severity.WARNING}
    assert policy.repeat > 0


def test_the_first_critical_alert_pages_the_owner_until_someone_acts(stack: Stack) -> None:
    stack.request()

    stack.world.opened()
    stack.world.pass_time(hours=1)

    assert stack.world.paged() == ["owner"] * 4


def test_an_owner_whom_the_stack_can_send_nothing_hears_of_it_by_the_last_resort(
    stack: Stack,
) -> None:
    stack.request()
    stack.world.providers.fail("email", *[NO_SENDER] * 4)

    stack.world.opened("checkout is down")
    stack.world.pass_time(minutes=1)

    assert stack.world.topic is not None
    (text,) = stack.world.topic.texts
    assert text == f"CRITICAL checkout is down reached nobody: owner by e-mail: {NO_SENDER.reason}."


def test_an_owner_may_have_a_phone_only(stack: Stack) -> None:
    stack.request(Email="", Phone="+15550100")

    assert stack.users == [User(name="owner", phone="+15550100", role=Role.ADMIN)]


def test_a_team_that_has_users_keeps_them_as_they_are(stack: Stack) -> None:
    stack.world.user("alice")

    assert stack.request()["Status"] == "SUCCESS"

    assert [user.name for user in stack.users] == ["alice"]
    assert stack.policies == []


def test_a_team_that_has_a_default_policy_keeps_it(stack: Stack) -> None:
    stack.world.escalation_policy(("channel:ops", 5 * MINUTE))
    (before,) = stack.policies

    assert stack.request()["Status"] == "SUCCESS"

    assert (stack.users, stack.policies) == ([], [before])


def test_a_request_that_comes_twice_makes_one_owner(stack: Stack) -> None:
    stack.request()
    stack.request()

    assert [len(stack.users), len(stack.policies)] == [1, 1]


def test_a_request_that_broke_off_after_the_user_makes_the_policy(stack: Stack) -> None:
    stack.world.keep(stack.world.users, User(name="owner", email=ADDRESS))

    stack.request()

    assert [policy.name for policy in stack.policies] == ["default"]


def test_another_address_moves_the_owner_that_nobody_has_changed(stack: Stack) -> None:
    stack.request()

    stack.request("Update", Email="new@example.com")

    assert stack.users == [User(name="owner", email="new@example.com", role=Role.ADMIN)]


@pytest.mark.parametrize("role", [Role.RESPONDER, Role.VIEWER])
def test_another_address_leaves_the_role_that_an_owner_has_now(stack: Stack, role: Role) -> None:
    """Also the one that owners had before they were made administrators."""
    stack.request()
    stack.world.keep(stack.world.users, replace(stack.users[0], role=role))

    stack.request("Update", Email="new@example.com")

    assert stack.users == [User(name="owner", email="new@example.com", role=role)]


def test_another_address_moves_an_owner_who_has_confirmed_the_one_before(stack: Stack) -> None:
    stack.request()
    confirmed = {ContactMethod.EMAIL: hash_address(ADDRESS)}
    stack.world.keep(stack.world.users, replace(stack.users[0], verified=confirmed))

    stack.request("Update", Email="new@example.com")

    (owner,) = stack.users
    assert (owner.email, owner.is_verified(ContactMethod.EMAIL)) == ("new@example.com", False)


def test_another_address_leaves_the_owner_that_people_have_changed(stack: Stack) -> None:
    stack.request()
    theirs = User(name="owner", email=ADDRESS, phone="+15550100")
    stack.world.keep(stack.world.users, theirs)

    stack.request("Update", Email="new@example.com")

    assert stack.users == [theirs]


def test_an_owner_that_people_have_deleted_stays_away(stack: Stack) -> None:
    stack.request()
    stack.world.user("alice")
    owner = stack.world.users.get("owner")
    stack.world.users.delete(owner, write_id=stack.world.new_write_id())

    stack.request("Update", Email="new@example.com")

    assert [user.name for user in stack.users] == ["alice"]


def test_deletion_leaves_what_is_the_teams_by_now(stack: Stack) -> None:
    stack.request()

    assert stack.request("Delete")["Status"] == "SUCCESS"

    assert [len(stack.users), len(stack.policies)] == [1, 1]


def test_deletion_asks_the_table_nothing_and_so_never_hangs(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_resource_type: str) -> Owner:
        raise TryAgainError

    monkeypatch.setattr(stack, "_wire", away)

    assert stack.request("Delete")["Status"] == "SUCCESS"


def test_a_resource_without_an_address_makes_nobody(stack: Stack) -> None:
    stack.request(Email="", Phone="")

    assert (stack.users, stack.policies) == ([], [])
