"""Golden scenario 23: scanners may follow a link on its way; only the person's press acts, once."""

import pytest

from tests.fakes.world import World
from tests.functions.actions.holder import Holder
from tocsin.domain.alert import AlertStatus
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.link import Links


@pytest.fixture
def holder(world: World) -> Holder:
    return Holder(world=world)


@pytest.fixture
def alert_id(world: World) -> AlertId:
    return world.opened()


@pytest.fixture
def links(holder: Holder, alert_id: AlertId) -> Links:
    """Those of a mail to Alice."""
    return holder.signer.links(alert_id, by="alice", at=holder.world.now)


def token_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_mail_scanner_that_follows_every_link_does_nothing(
    holder: Holder, alert_id: AlertId, links: Links
) -> None:
    every = (links.acknowledge, links.snooze, links.resolve, links.view)
    for url in every:
        holder.look(token_of(url), method="HEAD")
        holder.look(token_of(url), user_agent="SafeLinks/1.0")

    assert holder.world.alert(alert_id).status is AlertStatus.FIRING
    assert holder.world.happened(alert_id) == ["fired"]


def test_the_press_after_the_scanner_acts_once_and_is_alices(
    holder: Holder, alert_id: AlertId, links: Links
) -> None:
    token = token_of(links.acknowledge)
    holder.look(token)
    replies = [holder.press(token) for _ in range(3)]

    assert {(reply.status, reply.text) for reply in replies} == {(200, replies[0].text)}
    assert holder.world.alert(alert_id).acknowledged_by == Actor("link:alice")
    assert holder.world.happened(alert_id) == ["fired", "acknowledged"]


def test_two_who_were_told_press_and_the_first_has_it(
    holder: Holder, alert_id: AlertId, links: Links
) -> None:
    to_bob = holder.signer.links(alert_id, by="bob", at=holder.world.now)
    holder.press(token_of(to_bob.acknowledge))

    late = holder.press(token_of(links.acknowledge))

    assert "bob already acknowledged this alert" in late.page.text
    assert holder.world.alert(alert_id).acknowledged_by == Actor("link:bob")


def test_a_forwarded_mail_acts_until_a_day_is_over(
    holder: Holder, alert_id: AlertId, links: Links
) -> None:
    holder.world.pass_time(hours=24)

    assert holder.press(token_of(links.resolve)).status == 410
    assert holder.world.alert(alert_id).is_open
