"""Notices about shifts: what each provider is asked for, and what becomes of a failed one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.notifier.channel_senders import ChannelSenders
from functions.notifier.links import ParameterLinks
from tests.captured_log import captured_log
from tests.examples import HOUR, NINE
from tests.fakes.notifier import HeldWorld
from tests.fakes.slack import Slack
from tests.functions.notifier.conftest import (
    KEY,
    PUBLIC_URL,
    a_wiring,
    claimed,
    failure_of,
    parameters,
)
from tests.functions.notifier.test_digests import channel_of, slack_sender
from tests.functions.notifier.test_email import HOSTILE, Page
from tocsin.channels.email import EmailSender
from tocsin.channels.email_notice import both_parts
from tocsin.domain.link import LinkAction, LinkSigner, spell_link_key
from tocsin.domain.notification import Delivery, DeliveryState
from tocsin.domain.on_call.notice import Notice, NoticeKind
from tocsin.domain.on_call.notice_plan import notice_delivery
from tocsin.domain.on_call.swap import ASKED_FOR
from tocsin.domain.people import Channel, ContactMethod, Directory, User, hash_address
from tocsin.domain.sign_in import SIGN_IN_LIFE, SignInSigner
from tocsin.html import render
from tocsin.usecases.refusals import DeliveryFailedError

SWAP = "01KJM7B0C8ZK4C0M5N7P9R1T3W"
NOTICE = Notice(
    kind=NoticeKind.SWAP,
    title="Alice asks you to swap shifts in primary",
    lines=("You would be on call from Mon 09:00 to 9 Mar, 09:00 (UTC).", "“A wedding”"),
    swap=SWAP,
)
LINK = f"{PUBLIC_URL}/act/token"
BOB = User(name="bob", email="bob@example.com")


def planned(notice: Notice = NOTICE, *, user: User = BOB) -> Delivery:
    delivery = notice_delivery(notice, user, Directory(), key="one", at=NINE)
    assert delivery is not None
    return delivery


def test_a_mail_says_it_and_has_one_button() -> None:
    text, html = both_parts(NOTICE, LINK, render)

    page = Page(html)
    assert all(line in page.text for line in (NOTICE.title, *NOTICE.lines))
    assert LINK in html
    assert [line in text for line in (NOTICE.title, *NOTICE.lines, LINK)] == [True] * 4
    assert "It is no page" in text
    assert "turn it off" not in text, "questions of swaps are always sent"


def test_a_mail_without_a_question_has_no_button() -> None:
    text, html = both_parts(replace(NOTICE, swap=None), None, render)

    assert "Look at the swap" not in text + html


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_mail_of_hostile_texts_is_harmless(hostile: str) -> None:
    _, html = both_parts(replace(NOTICE, title=hostile, lines=(hostile,)), LINK, render)

    assert "<script" not in html.lower()


def test_a_mail_goes_to_the_persons_address_as_no_important_one() -> None:
    asked: list[Mapping[str, Any]] = []

    def ask_aws(service: str, operation: str, **arguments: Any) -> Mapping[str, Any]:  # noqa: ANN401 - of any operation
        assert (service, operation) == ("sesv2", "send_email")
        asked.append(arguments)
        return {"MessageId": "m-1"}

    sender = EmailSender(
        ask_aws=ask_aws,
        email_from="alerts@example.com",
        public_url=PUBLIC_URL,
        team="payments",
        render=render,
    )

    assert sender.send_notice(claimed(planned()), NOTICE, LINK, channel_of("email")) == "m-1"
    simple = asked[0]["Content"]["Simple"]
    assert simple["Subject"]["Data"] == NOTICE.title
    assert asked[0]["FromEmailAddress"] == '"Tocsin (on call)" <alerts@example.com>'
    names = {it["Name"] for it in simple["Headers"]}
    assert not names & {"Importance", "References"}


def test_in_slack_it_is_a_direct_message_with_one_button() -> None:
    slack = Slack()
    direct = replace(channel_of("slack"), settings={"channel": "U02BOB"})

    sent = slack_sender(slack).send_notice(claimed(planned()), NOTICE, LINK, direct)

    assert sent is not None
    [posted] = slack.posted
    assert slack.calls == ["chat.postMessage"]
    written = str(posted)
    assert NOTICE.title in written
    assert LINK in written


def test_a_type_that_reaches_no_person_sends_none() -> None:
    senders = ChannelSenders(a_wiring())
    hook = Channel(name="hook", type="webhook", settings={"url": "https://example.com"})

    failure = failure_of(lambda: senders.send_notice(claimed(planned()), NOTICE, None, hook))

    assert not failure.is_retryable
    assert "send no notices" in failure.reason


def test_the_link_of_a_question_opens_its_swap_for_its_reader_for_a_week() -> None:
    links = ParameterLinks(
        parameters(**{"link-key": spell_link_key(KEY)}),
        "/tocsin/link-key",
        PUBLIC_URL,
        captured_log("notifier"),
    )

    url = links.swap(planned(), at=NINE)

    assert url is not None
    token = url.rpartition("/")[2]
    link = LinkSigner(KEY, PUBLIC_URL).read(token, NINE + ASKED_FOR - HOUR)
    assert (link.action, link.alert_id, link.by) == (LinkAction.SWAP, SWAP, "bob")
    assert links.swap(planned(replace(NOTICE, swap=None)), at=NINE) is None


@pytest.fixture
def world() -> HeldWorld:
    world = HeldWorld()
    world.user("bob")
    world.deliveries.send([planned()], now=world.now)
    return world


def state(world: HeldWorld) -> DeliveryState:
    known = world.notifications.get(planned())
    assert known is not None
    return known.state


def test_it_is_sent_once_however_often_it_comes(world: HeldWorld) -> None:
    world.deliveries.send([planned()], now=world.now)

    world.deliver()

    assert [it.target for it in world.provider.notices] == ["user:bob"]
    assert state(world) is DeliveryState.SENT
    link = world.provider.notices[0].link
    assert link is not None
    assert "/act/" in link


def test_a_refused_one_is_tried_again(world: HeldWorld) -> None:
    refusal = DeliveryFailedError("busy", is_retryable=True)
    world.provider.fail("email", refusal)

    world.deliver()
    assert state(world) is DeliveryState.RETRYING
    world.run(until=NINE + HOUR)

    assert state(world) is DeliveryState.SENT


def test_one_to_a_person_who_is_gone_fails(world: HeldWorld) -> None:
    world.users.delete(world.users.get("bob"), write_id=world.new_write_id())

    world.deliver()

    assert state(world) is DeliveryState.FAILED


def test_it_appears_on_no_timeline_and_moves_no_alert(world: HeldWorld) -> None:
    alert_id = world.opened()

    world.deliver()

    assert state(world) is DeliveryState.SENT
    assert all("bob" not in str(it.details) for it in world.timeline(alert_id))


def test_a_person_without_slack_and_e_mail_is_told_nothing() -> None:
    by_phone = User(name="carol", phone="+15550100")

    assert notice_delivery(NOTICE, by_phone, Directory(), key="one", at=NINE) is None


SIGN_IN = Notice(
    kind=NoticeKind.SIGN_IN,
    title="Sign in to Tocsin of payments (prod)",
    lines=("The button below signs you in. It works for 15 minutes, and once.",),
)
VERIFIED_BOB = replace(BOB, verified={ContactMethod.EMAIL: hash_address("bob@example.com")})


def test_a_mail_to_sign_in_has_the_link_and_says_what_to_do_if_nobody_asked() -> None:
    link = f"{PUBLIC_URL}/console/sign-in/link#token"

    text, html = both_parts(SIGN_IN, link, render)

    assert link in text
    assert link in html
    assert "Sign in" in Page(html).text
    assert "If it was not you, do nothing" in " ".join(text.split())
    assert "on call" not in text.lower()


def test_in_slack_the_button_says_sign_in() -> None:
    slack = Slack()
    direct = replace(channel_of("slack"), settings={"channel": "U02BOB"})

    slack_sender(slack).send_notice(claimed(planned(SIGN_IN)), SIGN_IN, LINK, direct)

    [posted] = slack.posted
    assert "Sign in" in str(posted)
    assert "swap" not in str(posted)


def test_a_link_to_sign_in_is_signed_for_the_address_and_counted_from_the_asking() -> None:
    links = ParameterLinks(
        parameters(**{"link-key": spell_link_key(KEY)}),
        "/tocsin/link-key",
        PUBLIC_URL,
        captured_log("notifier"),
    )
    delivery = planned(SIGN_IN)

    url = links.sign_in(delivery, VERIFIED_BOB)

    assert url is not None
    link = SignInSigner(KEY, PUBLIC_URL).read(url.partition("#")[2], NINE)
    assert (link.link_id, link.user) == (delivery.alert_id, "bob")
    assert link.expires_at == NINE + SIGN_IN_LIFE
    assert link.is_for(VERIFIED_BOB)


def test_without_the_stack_s_key_there_is_no_link_to_sign_in() -> None:
    keyless = ParameterLinks(parameters(), "", PUBLIC_URL, captured_log("notifier"))
    unreadable = ParameterLinks(
        parameters(), "/tocsin/link-key", PUBLIC_URL, captured_log("notifier")
    )

    assert keyless.sign_in(planned(SIGN_IN), VERIFIED_BOB) is None
    assert unreadable.sign_in(planned(SIGN_IN), VERIFIED_BOB) is None
