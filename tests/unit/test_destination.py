"""Where a message goes: a channel of the team, or a user's own address."""

from dataclasses import replace

import pytest

from tests.examples import TO_OPS
from tocsin.domain.destination import channel_of, names_of, reader_of, why_gone
from tocsin.domain.ids import Actor
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Channel, Directory, User
from tocsin.domain.reader import Reader

CHAT = Channel(name="b-chat", type="slack", secret="/tocsin/slack", settings={"channel": "#oncall"})
HOOK = Channel(name="a-hook", type="webhook", settings={"url": "https://example.com/"})
ALICE = User(name="alice", email="alice@example.com", slack_id="U1")
EVERYBODY = Directory(
    users={"alice": ALICE}, channels={channel.name: channel for channel in (CHAT, HOOK)}
)
TO_HOOK = replace(TO_OPS, target="channel:a-hook", channel="a-hook")


def to_alice(method: str) -> Delivery:
    return replace(TO_HOOK, target="user:alice", channel=method)


def test_a_channel_is_found_by_its_name() -> None:
    assert channel_of(TO_HOOK, EVERYBODY) == HOOK


def test_a_channel_that_was_removed_is_none() -> None:
    assert channel_of(TO_HOOK, Directory()) is None


@pytest.mark.parametrize("method", ["email", "email+5m"])
def test_a_person_is_written_to_at_their_own_address(method: str) -> None:
    found = channel_of(to_alice(method), EVERYBODY)

    assert found is not None
    assert (found.name, found.type) == ("@email", "email")
    assert found.settings == {"to": ["alice@example.com"]}


def test_a_channel_named_like_a_contact_method_is_none_of_theirs() -> None:
    namesake = replace(EVERYBODY, channels={"email": replace(HOOK, name="email")})

    found = channel_of(to_alice("email"), namesake)

    assert found is not None
    assert found.type == "email"


def test_slack_writes_to_a_person_by_the_first_channels_app() -> None:
    found = channel_of(to_alice("slack"), EVERYBODY)

    assert found is not None
    assert (found.type, found.secret) == ("slack", "/tocsin/slack")
    assert found.settings["channel"] == "U1"


def test_without_an_app_slack_reaches_nobody() -> None:
    assert channel_of(to_alice("slack"), replace(EVERYBODY, channels={"a-hook": HOOK})) is None


@pytest.mark.parametrize("delivery", [to_alice("sms"), to_alice("pigeon"), to_alice("")], ids=str)
def test_a_person_without_an_address_is_not_reached(delivery: Delivery) -> None:
    assert channel_of(delivery, EVERYBODY) is None


def test_a_person_is_written_to_at_the_address_of_now() -> None:
    moved = replace(EVERYBODY, users={"alice": replace(ALICE, email="new@example.com")})

    found = channel_of(to_alice("email"), moved)

    assert found is not None
    assert found.settings == {"to": ["new@example.com"]}


def test_a_removed_user_gets_no_message() -> None:
    assert channel_of(to_alice("email"), replace(EVERYBODY, users={})) is None
    assert why_gone(to_alice("email")) == "alice has no address for email any more"


def test_a_person_reads_times_of_their_own_zone_and_a_channel_those_of_the_team() -> None:
    in_tokyo = replace(ALICE, time_zone="Asia/Tokyo")
    directory = replace(EVERYBODY, users={"alice": in_tokyo})

    assert reader_of(to_alice("email"), directory, "Europe/Berlin") == Reader(
        name="alice", is_person=True, zone="Asia/Tokyo"
    )
    assert reader_of(TO_HOOK, directory, "Europe/Berlin") == Reader(
        name="a-hook", is_person=False, zone="Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("actor", "name"),
    [("alice", "Alice"), ("slack:U1", "Alice"), ("link:a-hook", "a reader of a-hook")],
)
def test_people_are_named_from_the_teams_list(actor: str, name: str) -> None:
    assert names_of(EVERYBODY).of_actor(Actor(actor)) == name


def test_a_full_name_is_shown_in_place_of_the_users_name() -> None:
    full = replace(EVERYBODY, users={"alice": replace(ALICE, full_name="Alice Ames")})

    assert names_of(full).of_actor(Actor("link:alice")) == "Alice Ames"
