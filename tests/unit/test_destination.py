"""Where a message goes: a channel of the team, or a user's own address."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.examples import HOUR, MINUTE, TO_OPS
from tocsin.domain.destination import (
    bundle_of,
    channel_of,
    names_of,
    pace_of,
    reader_of,
    why_gone,
)
from tocsin.domain.ids import Actor
from tocsin.domain.line import Pace
from tocsin.domain.notification import Delivery
from tocsin.domain.people import Channel, Directory, User
from tocsin.domain.reader import Reader
from tocsin.domain.sample_alert import sample_alert
from tocsin.domain.team_settings import TeamSettings

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
    assert channel_of(TO_HOOK, EVERYBODY) == replace(HOOK, rate_per_minute=1_200)


RATES = TeamSettings(provider_rates={"email": 7, "slack": 8, "webhook": 9})


@pytest.mark.parametrize(
    ("delivery", "usual", "set_by_team"),
    [
        pytest.param(TO_HOOK, 1_200, 9, id="a channel"),
        pytest.param(to_alice("email"), 840, 7, id="by e-mail"),
        pytest.param(to_alice("slack"), 60, 8, id="by Slack"),
    ],
)
def test_messages_go_out_as_fast_as_their_provider_takes_them(
    delivery: Delivery, usual: int, set_by_team: int
) -> None:
    by_default = channel_of(delivery, EVERYBODY)
    by_settings = channel_of(delivery, replace(EVERYBODY, read_settings=lambda: RATES))

    assert by_default is not None
    assert by_settings is not None
    assert (by_default.rate_per_minute, by_settings.rate_per_minute) == (usual, set_by_team)


def test_a_channels_own_rate_wins() -> None:
    own = replace(HOOK, rate_per_minute=3)
    directory = replace(EVERYBODY, channels={"a-hook": own}, read_settings=lambda: RATES)

    assert channel_of(TO_HOOK, directory) == own


def test_a_type_of_channel_without_a_published_rate_has_a_cautious_one() -> None:
    pager = replace(HOOK, type="pager")

    found = channel_of(TO_HOOK, replace(EVERYBODY, channels={"a-hook": pager}))

    assert found is not None
    assert found.rate_per_minute == 60


@pytest.mark.parametrize(
    ("delivery", "bundle"),
    [
        pytest.param(TO_HOOK, MINUTE, id="the team's of a channel"),
        pytest.param(to_alice("email+5m"), MINUTE, id="the team's of a person"),
        pytest.param(replace(TO_HOOK, channel="own"), timedelta(), id="a channel's own: none"),
        pytest.param(replace(to_alice("sms"), target="user:bob"), 3 * MINUTE, id="a person's own"),
        pytest.param(replace(TO_HOOK, channel="gone"), MINUTE, id="a channel that is gone"),
        pytest.param(
            replace(to_alice("sms"), target="user:gone"), MINUTE, id="a person who is gone"
        ),
    ],
)
def test_a_bundle_is_the_receivers_own_or_the_teams(delivery: Delivery, bundle: timedelta) -> None:
    bob = User(name="bob", bundle=3 * MINUTE)
    own = replace(HOOK, name="own", bundle=timedelta())
    directory = replace(
        EVERYBODY,
        users={"alice": ALICE, "bob": bob},
        channels={**EVERYBODY.channels, "own": own},
    )

    assert bundle_of(delivery, directory) == bundle
    longer = replace(directory, read_settings=lambda: TeamSettings(bundle=HOUR))
    assert bundle_of(delivery, longer) == (HOUR if bundle == MINUTE else bundle)


@pytest.mark.parametrize(
    ("delivery", "pace"),
    [
        pytest.param(to_alice("email+5m"), Pace(window=MINUTE), id="an e-mail"),
        pytest.param(TO_HOOK, Pace(window=MINUTE), id="a channel"),
        pytest.param(to_alice("sms"), Pace(window=2 * MINUTE, is_early=False), id="an SMS"),
        pytest.param(
            replace(TO_HOOK, channel="phones"),
            Pace(window=2 * MINUTE, is_early=False),
            id="a channel of SMS",
        ),
    ],
)
def test_an_sms_is_bundled_for_twice_as_long_and_never_early(
    delivery: Delivery, pace: Pace
) -> None:
    phones = Channel(name="phones", type="sms")
    directory = replace(EVERYBODY, channels={**EVERYBODY.channels, "phones": phones})

    assert pace_of(delivery, directory) == pace


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
    assert why_gone(to_alice("email")) == "alice has no address for e-mail any more"


@pytest.mark.parametrize(
    ("channel", "said"),
    [("email", "e-mail"), ("sms+5m", "SMS"), ("slack", "Slack"), ("push", "push")],
)
def test_a_test_says_in_words_how_it_came(channel: str, said: str) -> None:
    assert sample_alert(to_alice(channel)).facts.summary == f"Messages to alice by {said} arrive."


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
