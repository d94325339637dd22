"""Short links: the same pages as behind a long one, found in the table."""

from typing import Any

import pytest

from tests.examples import NINE
from tests.functions.actions.holder import LINK_KEY, Holder
from tocsin.domain.errors import TryAgainError
from tocsin.domain.ids import Actor, AlertId
from tocsin.domain.link import LINK_LIFE, LinkAction, spell_link_key


@pytest.fixture
def alert_id(holder: Holder) -> AlertId:
    return holder.world.opened()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_look_shows_the_alert_and_changes_nothing(
    holder: Holder, alert_id: AlertId, method: str
) -> None:
    before = holder.world.alert(alert_id)
    characters = holder.short_link(alert_id)

    replies = [holder.look(characters, below="s", method=method) for _ in range(3)]

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert holder.world.alert(alert_id) == before


def test_the_page_is_that_of_a_long_link(holder: Holder, alert_id: AlertId) -> None:
    long = holder.look(holder.token(LinkAction.VIEW, alert_id))

    assert holder.look(holder.short_link(alert_id), below="s") == long


@pytest.mark.parametrize("spelled", [str, str.lower])
def test_its_buttons_act_as_its_person(holder: Holder, alert_id: AlertId, spelled: Any) -> None:  # noqa: ANN401 - a spelling
    characters = holder.short_link(alert_id, by="bob")

    replies = [holder.press(spelled(characters), "acknowledge", below="s") for _ in range(2)]

    assert all(reply.status < 400 for reply in replies)
    assert holder.world.alert(alert_id).acknowledged_by == Actor("link:bob")
    assert holder.world.happened(alert_id).count("acknowledged") == 1


def test_one_that_is_too_old_says_so(holder: Holder, alert_id: AlertId) -> None:
    characters = holder.short_link(alert_id, at=NINE - LINK_LIFE)

    replies = (
        holder.look(characters, below="s"),
        holder.press(characters, "acknowledge", below="s"),
    )

    assert [reply.status for reply in replies] == [410, 410]
    assert holder.world.happened(alert_id) == ["fired"]


@pytest.mark.parametrize("characters", ["7HQ2K9XW4MBT", "7HQ2", "x", "7HQ2K9XW4MBU"])
def test_one_that_was_never_made_leads_nowhere(
    holder: Holder, alert_id: AlertId, characters: str
) -> None:
    assert holder.look(characters, below="s").status == 404
    assert holder.press(characters, "acknowledge", below="s").status == 404
    assert holder.world.happened(alert_id) == ["fired"]


def test_with_another_link_key_it_leads_nowhere(holder: Holder, alert_id: AlertId) -> None:
    characters = holder.short_link(alert_id)
    holder.secrets.stored[LINK_KEY] = spell_link_key(bytes(32))

    assert holder.look(characters, below="s").status == 404


def test_one_that_was_made_with_a_new_link_key_works_without_a_restart(
    holder: Holder, alert_id: AlertId
) -> None:
    assert holder.look("x", below="s").status == 404
    new = bytes(32)
    holder.secrets.stored[LINK_KEY] = spell_link_key(new)
    holder.signer = type(holder.signer)(new, "")

    assert holder.look(holder.short_link(alert_id), below="s").status == 200


class BusyLinks:
    """Storage that refuses for now."""

    def find(self, name: str) -> None:
        raise TryAgainError(name)


def test_busy_storage_asks_to_come_back(holder: Holder, alert_id: AlertId) -> None:
    characters = holder.short_link(alert_id)
    holder.short_links = BusyLinks()

    assert holder.look(characters, below="s").status == 503


def test_a_fault_of_ours_is_a_page(holder: Holder, alert_id: AlertId) -> None:
    characters = holder.short_link(alert_id)
    holder.short_links = object()

    reply = holder.look(characters, below="s")

    assert (reply.status, reply.headers["content-type"]) == (500, "text/html; charset=utf-8")


def test_the_log_has_the_route_and_not_the_characters(holder: Holder, alert_id: AlertId) -> None:
    characters = holder.short_link(alert_id)
    holder.look(characters, below="s")
    holder.press(characters.lower(), "acknowledge", below="s")

    logged = repr(holder.log.lines)
    assert "/s/{token}" in logged
    assert characters not in logged.upper()


def test_a_reader_of_the_table_finds_no_characters(holder: Holder, alert_id: AlertId) -> None:
    characters = holder.short_link(alert_id)

    [item] = holder.world.table.starting_with("S#")

    assert characters not in repr(item).upper()
    assert holder.look(item["pk"]["S"].removeprefix("S#"), below="s").status == 404
