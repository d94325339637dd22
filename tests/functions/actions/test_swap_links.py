"""A person answers a request for a swap by the link in its message."""

from datetime import timedelta

import pytest

from functions.actions.people import DynamoDBPeople
from tests.examples import HOUR, NINE
from tests.functions.actions.holder import Holder
from tests.on_call import daily, made, weekly
from tocsin.domain.ids import AlertId
from tocsin.domain.link import LinkAction
from tocsin.domain.on_call.swap import ASKED_FOR, Span, Swap, SwapState
from tocsin.usecases.change_on_call import answer_swap, ask_for_swap
from tocsin_cli.simulated.stores import TABLE

DAY = 24 * HOUR
SWAP_ID = "01KJM7B0C8ZK4C0M5N7P9R1T3W"
MONDAY = NINE + DAY


@pytest.fixture
def holder(holder: Holder) -> Holder:
    """Alice, on call from Monday for a week, asks Bob to swap it for the week after."""
    for name in ("alice", "bob", "carol"):
        holder.world.user(name)
    holder.world.schedule(weekly("alice", "bob"))
    swap = Swap(
        name=SWAP_ID,
        schedule="primary",
        asker="alice",
        asked="bob",
        gives=Span(MONDAY, MONDAY + 7 * DAY),
        takes=Span(MONDAY + 7 * DAY, MONDAY + 14 * DAY),
        reason="A <wedding>",
        created_at=NINE,
    )
    ask_for_swap(swap, holder.world.on_call_work)
    return holder


def link(holder: Holder, *, by: str = "bob") -> str:
    swap = AlertId(SWAP_ID)
    return holder.signer.token(LinkAction.SWAP, swap, by=by, at=NINE, life=ASKED_FOR)


def state(holder: Holder) -> SwapState:
    return holder.world.swaps.get(SWAP_ID).state(holder.world.now)


def on_call(holder: Holder, when: timedelta) -> tuple[str, ...]:
    roster = holder.world.on_call_work.roster(NINE)
    return roster.who("primary", MONDAY + when).people


def test_a_look_changes_nothing_and_offers_both_answers(holder: Holder) -> None:
    looked = holder.look(link(holder))

    assert looked.status == 200
    assert looked.page.heading == "Alice asks you to swap shifts in primary"
    assert "You would be on call from tomorrow, 09:00 to 9 Mar, 09:00 (UTC)." in looked.page.text
    assert "A <wedding>" in looked.page.text
    assert looked.page.buttons == ["accept", "decline"]
    assert state(holder) is SwapState.ASKED


def test_a_press_accepts_and_makes_both_overrides(holder: Holder) -> None:
    token = link(holder)

    page = holder.press_on(holder.look(token).page, token, "accept")

    assert (on_call(holder, HOUR), on_call(holder, 8 * DAY)) == (("bob",), ("alice",))
    assert holder.world.swaps.get(SWAP_ID).answered_by == "link:bob"
    assert page.buttons == []
    assert "You swap these shifts." in page.text
    holder.world.pass_time(seconds=1)
    told = [(it.target, it.notice.title) for it in holder.world.providers.notices[1:]]
    assert told == [("user:alice", "Bob swaps shifts with you in primary")]


def test_a_press_declines_and_changes_nothing(holder: Holder) -> None:
    token = link(holder)

    page = holder.press_on(holder.look(token).page, token, "decline")

    assert state(holder) is SwapState.DECLINED
    assert on_call(holder, HOUR) == ("alice",)
    assert "You do not swap. Nothing was changed." in page.text


@pytest.mark.parametrize("action", [None, "acknowledge", "x" * 2_000])
def test_a_press_that_says_nothing_of_it_changes_nothing(
    holder: Holder, action: str | None
) -> None:
    pressed = holder.press(link(holder), action)

    assert (pressed.status, state(holder)) == (400, SwapState.ASKED)


def test_what_was_withdrawn_is_not_accepted(holder: Holder) -> None:
    work = holder.world.on_call_work
    answer_swap(SWAP_ID, SwapState.WITHDRAWN, by="alice", at=NINE, work=work)

    pressed = holder.press(link(holder), "accept")

    assert pressed.status == 409
    assert "This swap was withdrawn already." in pressed.page.text
    assert "It was withdrawn." in holder.look(link(holder)).page.text


def test_a_shift_that_is_anothers_by_now_is_not_swapped(holder: Holder) -> None:
    holder.world.override(made("carol", MONDAY, MONDAY + HOUR))

    pressed = holder.press(link(holder), "accept")

    assert pressed.status == 409
    assert "alice is not on call in primary all that time." in pressed.page.text
    assert state(holder) is SwapState.ASKED


def test_after_its_time_the_page_says_so(holder: Holder) -> None:
    holder.world.pass_time(days=1)

    assert "It was not answered in time." in holder.look(link(holder)).page.text
    assert holder.press(link(holder), "accept").status == 409


@pytest.mark.parametrize("by", ["alice", "carol", "nobody"])
def test_a_link_of_another_person_leads_nowhere(holder: Holder, by: str) -> None:
    assert holder.look(link(holder, by=by)).status == 404
    assert holder.press(link(holder, by=by), "accept").status == 404
    assert state(holder) is SwapState.ASKED


def test_a_swap_that_is_not_kept_leads_nowhere(holder: Holder) -> None:
    gone = AlertId("01KJM5ZZ00DRQ5V1N9YH3KW2TB")
    token = holder.signer.token(LinkAction.SWAP, gone, by="bob", at=NINE)

    assert holder.look(token).status == 404


def test_the_page_of_an_alert_names_who_will_be_on_call_when_the_next_step_comes(
    holder: Holder,
) -> None:
    world = holder.world
    holder.people = DynamoDBPeople(world.call, TABLE)
    world.schedule(daily("alice", "bob", name="nights"))
    world.escalation_policy(("user:carol", 10 * HOUR), ("schedule:nights", HOUR))
    world.pass_time(hours=20)
    alert_id = world.opened()
    token = holder.signer.token(LinkAction.VIEW, alert_id, by="carol", at=world.now)

    assert "Bob is called at 15:00, in 10 h" in holder.look(token).page.shown


def test_another_site_cannot_press(holder: Holder) -> None:
    pressed = holder.press(link(holder), "accept", origin="https://evil.example.com")

    assert (pressed.status, state(holder)) == (403, SwapState.ASKED)
