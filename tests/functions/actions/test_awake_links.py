"""The link "I'm awake": looking changes nothing, a button begins or ends it."""

from datetime import timedelta

import pytest

from functions.actions.opened import SCANNED_FOR
from tests.examples import HOUR, MINUTE
from tests.functions.actions.holder import Holder, Page
from tests.functions.actions.test_digest_links import freeze
from tocsin.adapters.aws_json import AwsUnavailableError
from tocsin.domain.awake import Awake, AwakeScope
from tocsin.domain.ids import AlertId, instant
from tocsin.domain.link import AWAKE, AWAKE_MEANS, LINK_LIFE, LINK_PATH, Link, LinkAction
from tocsin.domain.short_link import SHORT_PATH

DIGEST = AlertId("01KJMWTPM0SWN6QZPBR1784CMA")
BROWSER = {"sec_fetch_dest": "document"}


@pytest.fixture
def alert_id(holder: Holder) -> AlertId:
    holder.world.user("alice")
    holder.world.user("bob")
    holder.world.escalation_policy(("user:alice", 10 * MINUTE), ("user:bob", 10 * MINUTE))
    return holder.world.opened()


def stored(holder: Holder) -> Awake | None:
    return holder.world.awake.find("alice")


def test_looking_changes_nothing_and_says_what_it_does(holder: Holder, alert_id: AlertId) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id)
    before = list(holder.world.table.items)

    for method in ("GET", "HEAD"):
        assert holder.look(token, method=method, **BROWSER).status == 200
    page = holder.page(token)

    assert list(holder.world.table.items) == before
    assert page.title == "I'm awake · Tocsin"
    assert page.heading == "Are you awake?"
    assert page.banner is None
    assert page.buttons == ["awake:30m", "awake:1h", "awake:2h", "awake:4h"]
    assert "Pages to you become one quiet summary every 5 min" in page.shown
    assert "do not forward it" in page.shown


@pytest.mark.parametrize(
    ("choice", "lasts"),
    [
        ("awake:30m", timedelta(minutes=30)),
        ("awake:1h", HOUR),
        ("awake:2h", 2 * HOUR),
        ("awake:4h", 4 * HOUR),
        (None, HOUR),
    ],
)
def test_a_press_begins_it(
    holder: Holder, alert_id: AlertId, choice: str | None, lasts: timedelta
) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id)

    reply = holder.press(token, choice)

    assert (reply.status, reply.headers["location"]) == (303, token)
    awake = stored(holder)
    assert awake is not None
    assert (awake.user, awake.scope) == ("alice", AwakeScope.MINE)
    assert awake.until == holder.world.now + lasts


def test_the_page_says_until_when_and_who_is_called_then(holder: Holder, alert_id: AlertId) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id)
    page = holder.press_on(holder.page(token), token, "awake:1h")
    holder.world.pass_time()

    page = holder.page(token)
    assert page.banner == "You are awake until 11:00; then Bob is called."
    assert page.title == "You are awake · Tocsin"
    assert page.buttons == ["awake:30m", "awake:1h", "awake:2h", "awake:4h", "asleep"]

    page = holder.press_on(page, token, "asleep")

    assert page.heading == "Are you awake?"
    awake = stored(holder)
    assert awake is not None
    assert awake.ended_at == holder.world.now


def test_of_a_digest_it_names_nobody_who_is_called_then(holder: Holder, alert_id: AlertId) -> None:
    token = holder.token(LinkAction.AWAKE, DIGEST)

    page = holder.press_on(holder.page(token), token, "awake:2h")

    assert alert_id
    assert page.banner == "You are awake until 12:00. Then alerts that nobody has escalate again."


def test_the_page_of_one_who_fell_silent_says_so(holder: Holder, alert_id: AlertId) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id)
    holder.press(token, "awake:4h")
    holder.world.pass_time(minutes=20)

    assert "It ended by itself at 10:15" in holder.page(token).shown


@pytest.mark.parametrize("form", ["acknowledge", "awake:5m", "awake:5h", "awake:x", "awake:", "x"])
def test_what_it_does_not_do_is_refused(holder: Holder, alert_id: AlertId, form: str) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id)

    assert holder.press(token, form).status == 400
    assert stored(holder) is None


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_a_channel_begins_nothing(holder: Holder, alert_id: AlertId, method: str) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id, by="ops-slack")

    reply = holder.look(token) if method == "GET" else holder.press(token)

    assert reply.status == 404
    assert holder.world.awake.list() == ()


def test_a_button_of_another_site_begins_nothing(holder: Holder, alert_id: AlertId) -> None:
    token = holder.token(LinkAction.AWAKE, alert_id)

    assert holder.press(token, "awake:1h", sec_fetch_site="cross-site").status == 403
    assert stored(holder) is None


def test_a_persons_page_of_an_alert_leads_to_it_and_looking_changes_nothing(
    holder: Holder, alert_id: AlertId
) -> None:
    made_at = holder.world.now
    token = holder.token(LinkAction.VIEW, alert_id)
    holder.world.pass_time()
    before = list(holder.world.table.items)

    page = holder.page(token)

    link = linked(holder, page)
    assert (link.action, link.alert_id, link.by) == (LinkAction.AWAKE, alert_id, "alice")
    assert link.expires_at == made_at + LINK_LIFE, "it works no longer than the page's own link"
    assert f"{AWAKE}: {AWAKE_MEANS}." in page.shown
    assert holder.page(path_of(page)).heading == "Are you awake?"
    assert list(holder.world.table.items) == before

    holder.press_on(holder.page(path_of(page)), path_of(page), "awake:1h")

    assert stored(holder) is not None


def test_a_persons_page_of_a_digest_leads_to_it(holder: Holder, alert_id: AlertId) -> None:
    freeze(holder, [alert_id])

    page = holder.page(holder.token(LinkAction.DIGEST, DIGEST))

    link = linked(holder, page)
    assert (link.action, link.alert_id, link.by) == (LinkAction.AWAKE, DIGEST, "alice")
    assert f"{AWAKE}: {AWAKE_MEANS}." in page.shown
    holder.press_on(holder.page(path_of(page)), path_of(page), "awake:2h")
    assert stored(holder) is not None


def test_the_short_link_of_an_sms_leads_to_it(holder: Holder, alert_id: AlertId) -> None:
    freeze(holder, [alert_id])
    for action, of in ((LinkAction.VIEW, alert_id), (LinkAction.DIGEST, DIGEST)):
        characters = holder.short_link(of, action=action)

        page = holder.look(characters, below=SHORT_PATH.strip("/")).page

        assert linked(holder, page).action is LinkAction.AWAKE


def test_a_page_of_a_channel_does_not_lead_to_it(holder: Holder, alert_id: AlertId) -> None:
    freeze(holder, [alert_id])
    for action, of in ((LinkAction.VIEW, alert_id), (LinkAction.DIGEST, DIGEST)):
        page = holder.page(holder.token(action, of, by="ops-slack"))

        assert AWAKE not in page.links
        assert AWAKE_MEANS not in page.shown


def test_nor_does_the_page_of_a_link_for_one_act(holder: Holder, alert_id: AlertId) -> None:
    for action in (LinkAction.ACKNOWLEDGE, LinkAction.SNOOZE, LinkAction.RESOLVE):
        assert AWAKE not in holder.page(holder.token(action, alert_id)).links


def test_it_is_on_the_page_after_a_press_too(holder: Holder, alert_id: AlertId) -> None:
    token = holder.token(LinkAction.VIEW, alert_id)

    page = holder.press_on(holder.page(token), token, "acknowledge")

    assert linked(holder, page).action is LinkAction.AWAKE


def path_of(page: Page) -> str:
    """The token of the page's link."""
    path = page.links[AWAKE]
    assert path is not None
    assert path.startswith(LINK_PATH)
    return path.removeprefix(LINK_PATH)


def linked(holder: Holder, page: Page) -> Link:
    return holder.signer.read(path_of(page), holder.world.now)


@pytest.mark.parametrize("action", [LinkAction.VIEW, LinkAction.AWAKE])
def test_who_opens_a_page_is_not_asleep(
    holder: Holder, alert_id: AlertId, action: LinkAction
) -> None:
    token = holder.token(action, alert_id)
    holder.world.im_awake(minutes=240)
    holder.world.pass_time(minutes=14)

    holder.look(token, **BROWSER)

    awake = stored(holder)
    assert awake is not None
    assert awake.seen_at == holder.world.now
    before = awake.version
    holder.world.now += timedelta(seconds=59)
    holder.look(token, **BROWSER)
    awake = stored(holder)
    assert awake is not None
    assert awake.version == before, "at most one write a minute"


def test_what_a_mail_scanner_opens_is_not_noted(holder: Holder, alert_id: AlertId) -> None:
    holder.world.im_awake(minutes=240)
    holder.world.pass_time(minutes=14)
    new, old = (
        holder.token(LinkAction.VIEW, alert_id, at=at)
        for at in (holder.world.now, holder.world.now - SCANNED_FOR)
    )
    version = holder.world.awake.get("alice").version

    holder.look(new, **BROWSER)
    holder.look(old)
    holder.look(old, method="HEAD", **BROWSER)
    assert holder.world.awake.get("alice").version == version

    holder.look(old, **BROWSER)
    assert holder.world.awake.get("alice").version == version + 1


def test_a_page_is_shown_though_its_opening_cannot_be_noted(
    holder: Holder, alert_id: AlertId, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = holder.token(LinkAction.VIEW, alert_id, at=holder.world.now - MINUTE)

    class Refusing:
        def find(self, name: str) -> Awake | None:
            raise AwsUnavailableError(name)

    monkeypatch.setattr(holder.world, "awake", Refusing())

    assert holder.look(token, **BROWSER).status == 200


def test_times_are_to_the_millisecond(holder: Holder, alert_id: AlertId) -> None:
    holder.world.now = instant(1_772_355_600_123)

    holder.press(holder.token(LinkAction.AWAKE, alert_id), "awake:30m")

    awake = stored(holder)
    assert awake is not None
    assert awake.until - awake.since == timedelta(minutes=30)
