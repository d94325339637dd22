"""Signing in by a link: asked for, sent, opened once."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fakes.notifier import Signed
from tests.fakes.providers import ReceivedNotice
from tests.fakes.world import World
from tests.functions.session.browser import LINK_KEY, MAIL, Browser, person
from tocsin.domain.doors import LIMITS, Knock
from tocsin.domain.link import spell_link_key
from tocsin.domain.notification import ATTEMPTS_LIMIT
from tocsin.domain.people import Channel, ContactMethod, Directory, hash_address
from tocsin.domain.session import Door
from tocsin.domain.sign_in import SIGN_IN_LIFE
from tocsin.usecases.delivery_work import Work
from tocsin.usecases.refusals import DeliveryFailedError


class SigningWorld(World):
    """A world whose notifier has the stack's key."""

    @property
    def work(self) -> Work:
        return replace(super().work, links=Signed())


@pytest.fixture
def browser() -> Browser:
    return Browser(world=SigningWorld())


def notices(browser: Browser) -> list[ReceivedNotice]:
    return browser.world.providers.notices


def ask(browser: Browser, email: str = MAIL) -> None:
    answer = browser.post("/session/link", {"email": email})
    assert (answer.status, answer.body, answer.set_cookies) == (202, "", ())
    browser.world.pass_time(seconds=1)


def token_of(notice: ReceivedNotice) -> str:
    assert notice.link is not None
    return notice.link.partition("#")[2]


def confirm(browser: Browser, token: str) -> int:
    return browser.post("/session/link/confirm", {"token": token}).status


def test_a_link_to_the_verified_address_signs_in(browser: Browser) -> None:
    person(browser.world)

    ask(browser, "Alice@Example.COM ")
    (mail,) = notices(browser)

    assert (mail.target, mail.by) == ("user:alice", "email")
    assert confirm(browser, token_of(mail)) == 204
    me = browser.ask("GET", "/api/v1/me").data
    assert (me["user"], me["role"], me["session"]["door"]) == ("alice", "responder", Door.LINK)


def test_the_page_behind_the_link_uses_it_up_not_who_looks_at_it(browser: Browser) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)

    assert mail.link is not None
    path = mail.link.partition("#")[0]
    assert path == "https://tocsin.example.com/console/sign-in/link"
    assert browser.send("GET", "/session/link/confirm").status == 405


def test_a_link_works_once(browser: Browser) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)
    thief = browser.other()

    assert confirm(browser, token_of(mail)) == 204
    replayed = thief.post("/session/link/confirm", {"token": token_of(mail)})

    assert (replayed.status, replayed.code, replayed.set_cookies) == (410, "gone", ())
    assert len(browser.world.sessions.list()) == 1


def test_a_link_works_for_fifteen_minutes(browser: Browser) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)

    browser.world.now += SIGN_IN_LIFE

    assert confirm(browser, token_of(mail)) == 410


def test_slack_has_it_too_and_both_are_one_link(browser: Browser) -> None:
    with_slack(browser)

    ask(browser)

    mail, direct = sorted(notices(browser), key=lambda it: it.by)
    assert (mail.by, direct.by) == ("email", "slack")
    assert confirm(browser, token_of(direct)) == 204
    assert confirm(browser.other(), token_of(mail)) == 410


def with_slack(browser: Browser) -> None:
    browser.world.keep(browser.world.channels, Channel(name="ops", type="slack", secret="slack"))
    before = person(browser.world)
    verified = {
        ContactMethod.EMAIL: hash_address(MAIL),
        ContactMethod.SLACK: hash_address("U02ALICE"),
    }
    after = replace(before.value, slack_id="U02ALICE", verified=verified)
    browser.world.users.put(before, before.changed(after), write_id=browser.world.new_write_id())


def change(browser: Browser, **changes: object) -> None:
    before = browser.world.users.get("alice")
    after = replace(before.value, **changes)  # type: ignore[arg-type]
    browser.world.users.put(before, before.changed(after), write_id=browser.world.new_write_id())


def test_an_address_that_nobody_has_gets_nothing_and_the_same_answer(browser: Browser) -> None:
    person(browser.world)
    known = browser.post("/session/link", {"email": MAIL})
    unknown = browser.post("/session/link", {"email": "eve@example.com"})
    browser.world.pass_time(seconds=1)

    assert known.seen == unknown.seen
    assert [it.target for it in notices(browser)] == ["user:alice"]


def test_as_much_is_done_for_an_address_that_nobody_has(browser: Browser) -> None:
    """A stranger measures no difference: the same calls of storage and queue, in their order."""
    person(browser.world)
    calls: list[list[str]] = []
    for email in (MAIL, "eve@example.com"):
        noted = Noted(browser)
        noted.browser.post("/session/link", {"email": email})
        calls.append(noted.calls)

    known, unknown = calls
    assert known == unknown
    assert known.count("send") == 1


class Noted:
    """A browser whose stack notes what is asked of its ports."""

    def __init__(self, browser: Browser) -> None:
        self.calls: list[str] = []
        ports = self._ports = browser.ports
        self.browser = browser.other()
        self.browser.ports = replace(
            ports,
            users=self._noting(ports.users, "list"),
            knocks=self._noting(ports.knocks, "count"),
            has_slack=self._has_slack,
            deliveries=lambda: self._noting(ports.deliveries(), "send"),
        )

    def _has_slack(self) -> bool:
        self.calls.append("has_slack")
        return self._ports.has_slack()

    def _noting(self, port: object, name: str) -> Any:  # noqa: ANN401 - as the port
        calls = self.calls

        class Noting:
            def __getattr__(self, asked: str) -> object:
                assert asked == name
                calls.append(asked)
                return getattr(port, asked)

        return Noting()


@pytest.mark.parametrize(
    "changes",
    [{"verified": {}}, {"email": "new@example.com"}, {"email": None}],
    ids=["not verified", "another", "none"],
)
def test_an_address_that_is_not_verified_gets_nothing(
    browser: Browser, changes: dict[str, object]
) -> None:
    person(browser.world)
    change(browser, **changes)

    ask(browser, "new@example.com")
    ask(browser)

    assert notices(browser) == []


def test_who_has_just_confirmed_an_address_is_sent_a_link(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notifier remembers people for half a minute."""
    world = browser.world
    person(world)
    change(browser, verified={})
    remembered = world.paging.directory(world.now)

    class Remembering:
        def directory(self, at: datetime, *, max_age: timedelta | None = None) -> Directory:
            return remembered if max_age is None else world.paging.directory(at)

    work = replace(world.work, paging=Remembering())  # type: ignore[arg-type] # all it is asked for
    monkeypatch.setattr(SigningWorld, "work", property(lambda _: work))
    change(browser, verified={ContactMethod.EMAIL: hash_address(MAIL)})

    ask(browser)

    assert [it.target for it in notices(browser)] == ["user:alice"]


def test_an_address_that_changed_while_the_message_was_on_its_way_gets_nothing(
    browser: Browser,
) -> None:
    """Else whoever may change an address could have another person's link sent to their own."""
    person(browser.world)
    browser.post("/session/link", {"email": MAIL})
    change(browser, email="thief@example.com")
    browser.world.pass_time(seconds=1)

    assert notices(browser) == []


@pytest.mark.parametrize(
    "changes",
    [{"verified": {}}, {"email": "new@example.com"}],
    ids=["not verified any more", "another address"],
)
def test_a_link_to_an_address_that_is_no_more_opens_nothing(
    browser: Browser, changes: dict[str, object]
) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)

    change(browser, **changes)

    assert confirm(browser, token_of(mail)) == 410


def test_a_link_of_a_removed_person_opens_nothing(browser: Browser) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)

    stored = browser.world.users.get("alice")
    browser.world.users.delete(stored, write_id=browser.world.new_write_id())

    assert confirm(browser, token_of(mail)) == 410


@pytest.mark.parametrize("token", ["x", "EAGbVn0J", "ä", "x" * 900])
def test_a_made_up_token_opens_nothing(browser: Browser, token: str) -> None:
    answer = browser.post("/session/link/confirm", {"token": token})

    assert (answer.status, answer.code) == (401, "unauthorized")


def test_a_link_of_a_newer_key_is_read_and_of_an_older_one_is_not(browser: Browser) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)
    secrets = browser.ports.secrets

    secrets.known[LINK_KEY] = spell_link_key(bytes(32))  # type: ignore[attr-defined]
    assert confirm(browser, token_of(mail)) == 204

    ask(browser)
    secrets.stored[LINK_KEY] = spell_link_key(bytes(32))  # type: ignore[attr-defined]
    secrets.known[LINK_KEY] = spell_link_key(bytes(32))  # type: ignore[attr-defined]
    assert confirm(browser, token_of(notices(browser)[-1])) == 401


def test_a_message_that_is_late_is_not_sent(browser: Browser) -> None:
    person(browser.world)
    refused = DeliveryFailedError("busy", is_retryable=True)
    browser.world.providers.fail("email", *[refused] * (ATTEMPTS_LIMIT - 1))
    browser.post("/session/link", {"email": MAIL})

    browser.world.pass_time(hours=1)

    assert notices(browser) == []


def test_one_address_is_asked_for_three_times_known_or_not(browser: Browser) -> None:
    person(browser.world)
    for email in (MAIL, "eve@example.com"):
        for number in range(LIMITS[Knock.EMAIL].times):
            browser.source_ip = f"192.0.2.{number}"
            assert browser.post("/session/link", {"email": email}).status == 202
        browser.source_ip = "192.0.2.99"
        refused = browser.post("/session/link", {"email": email.upper()})
        assert (refused.status, refused.headers["retry-after"]) == (429, "900")


def test_one_visitor_asks_for_ten_links(browser: Browser) -> None:
    for number in range(LIMITS[Knock.LINK].times):
        answer = browser.post("/session/link", {"email": f"{number}@example.com"})
        assert answer.status == 202

    assert browser.post("/session/link", {"email": MAIL}).status == 429


def test_one_visitor_tries_thirty_tokens(browser: Browser) -> None:
    for _ in range(LIMITS[Knock.CONFIRM].times):
        assert confirm(browser, "guess") == 401

    assert confirm(browser, "guess") == 429


@pytest.mark.parametrize(
    ("path", "body"),
    [("/session/link", {"email": MAIL}), ("/session/link/confirm", {"token": "x"})],
)
@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": ""}, {"content_type": "text/plain"}],
)
def test_no_other_site_has_links_sent_or_opened(
    browser: Browser, path: str, body: object, headers: dict[str, str]
) -> None:
    person(browser.world)

    answer = browser.post(path, body, **headers)
    browser.world.pass_time(seconds=1)

    assert (answer.status, answer.code) == (403, "foreign_origin")
    assert notices(browser) == []


def test_nothing_secret_is_in_the_log_the_queue_or_the_ledger(browser: Browser) -> None:
    person(browser.world)
    ask(browser)
    (mail,) = notices(browser)
    confirm(browser, token_of(mail))

    stored = browser.world.call("Scan", {"TableName": "tocsin"})["Items"]
    written = json.dumps([browser.log.lines, stored], default=str)
    assert "user:alice" in written
    assert token_of(mail) not in written
    assert browser.own_cookie not in written


def test_the_doors_are_open_to_all_and_say_nothing_of_people(browser: Browser) -> None:
    doors = browser.send("GET", "/session/doors", origin="")

    assert doors.data == {
        "team": "tocsin",
        "stage": "dev",
        "email": True,
        "slack": False,
        "oidc": None,
    }


def test_the_doors_know_of_slack(browser: Browser) -> None:
    with_slack(browser)

    assert browser.send("GET", "/session/doors").data["slack"] is True


def test_no_link_leaves_in_the_shadow_and_the_doors_say_so() -> None:
    browser = Browser(instead={"is_shadow": True})
    with_slack(browser)

    doors = browser.send("GET", "/session/doors").data
    ask(browser)

    assert (doors["email"], doors["slack"]) == (False, False)
    assert notices(browser) == []
