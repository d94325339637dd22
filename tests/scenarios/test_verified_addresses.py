"""From a test of a person to the confirmation by its link."""

import pytest

from tests.fakes.notifier import HeldWorld
from tests.functions.actions.holder import Holder
from tests.functions.alerts_api.client import Client
from tocsin.domain.message import Message
from tocsin.domain.people import ContactMethod

TEST = "/api/v1/users/alice/test"


@pytest.fixture
def world() -> HeldWorld:
    return HeldWorld()


@pytest.fixture
def admin(world: HeldWorld) -> Client:
    world.user("alice")
    world.channel("ops")
    return Client.of(world, wait=lambda _: world.deliver()).with_key("admin")


def messages(world: HeldWorld) -> list[Message]:
    return [it.message for it in world.provider.received]


def test_the_link_in_a_test_confirms_the_address_that_it_went_to(
    world: HeldWorld, admin: Client
) -> None:
    tested = admin.post(TEST, {"by": ["email", "sms"]}).data["methods"]
    mail, text = messages(world)
    assert mail.confirm is not None
    assert mail.confirm != text.confirm

    confirmed = Holder(world=world).verify(mail.confirm, method="POST")

    assert [(it["state"], it["verified"]) for it in tested] == [("sent", False)] * 2
    assert confirmed.status == 200
    shown = admin.get("/api/v1/users/alice").data["verified"]
    assert shown == {"email": True, "sms": False, "slack": False}


def test_an_address_that_is_verified_gets_no_link_until_it_changes(
    world: HeldWorld, admin: Client
) -> None:
    admin.post(TEST, {"by": ["email"]})
    [mail] = messages(world)
    assert mail.confirm is not None
    Holder(world=world).verify(mail.confirm, method="POST")
    world.pass_time(minutes=1)

    admin.post(TEST, {"by": ["email"]})
    admin.send("PATCH", "/api/v1/users/alice", body={"email": "new@example.com"})
    world.pass_time(minutes=1)
    admin.post(TEST, {"by": ["email"]})

    _, second, third = messages(world)
    assert second.confirm is None
    assert third.confirm is not None
    assert not world.users.get("alice").value.is_verified(ContactMethod.EMAIL)


def test_only_tests_of_people_have_such_a_link(world: HeldWorld, admin: Client) -> None:
    world.escalation_policy(("user:alice", world.now - world.now))
    admin.post("/api/v1/channels/ops/test")
    world.opened()
    world.deliver()

    assert [it.confirm for it in messages(world)] == [None, None]
