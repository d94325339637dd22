"""Signing in by an API key, and out."""

import json

import pytest

from tests.examples import HOUR, MINUTE
from tests.functions.session.browser import HTTP, HTTPS, Browser, only_session
from tocsin.domain.credential import hash_secret
from tocsin.domain.doors import LIMITS, Knock
from tocsin.domain.session import Door
from tocsin.usecases.change_key import revoke_key

SECRET = "tocsin_of-alice"


@pytest.fixture
def browser() -> Browser:
    return having_key(Browser())


def having_key(browser: Browser, *scopes: str, user: str | None = "alice") -> Browser:
    browser.api.add_key(SECRET, *(scopes or ("alerts",)), user=user, key_id="01KALICE")
    # One of an administrator stays whenever another is revoked.
    browser.api.add_key("tocsin_last", "admin", user=None, key_id="01KLAST")
    return browser


def test_a_key_opens_a_session_and_is_kept_nowhere(browser: Browser) -> None:
    answer = browser.sign_in(SECRET)

    session = only_session(browser.world)
    assert (answer.status, answer.body) == (204, "")
    assert (session.door, session.key_id, session.user) == (Door.API_KEY, "01KALICE", "alice")
    assert SECRET not in browser.own_cookie
    assert session.secret_hash == hash_secret(browser.own_cookie)


@pytest.mark.parametrize(
    ("public_url", "name", "secure"),
    [(HTTPS, "__Host-tocsin", True), ("", "__Host-tocsin", True), (HTTP, "tocsin", False)],
)
def test_no_script_and_no_other_site_gets_at_the_cookie(
    public_url: str, name: str, secure: bool
) -> None:
    browser = having_key(Browser(public_url=public_url))
    origin = public_url or f"https://{host_of_the_gateway(browser)}"

    (line,) = browser.post("/session", {"api_key": SECRET}, origin=origin).set_cookies

    cookie, *flags = line.split("; ")
    assert cookie.startswith(f"{name}=")
    assert len(cookie.partition("=")[2]) == 43
    secured = {"Secure"} if secure else set()
    kept = {f"Max-Age={7 * 86_400}", "Path=/", "HttpOnly", "SameSite=Strict"}
    assert set(flags) == kept | secured


def host_of_the_gateway(browser: Browser) -> str:
    from tests.functions.alerts_api.client import example

    return str(example("get")["requestContext"]["domainName"])


def test_an_unknown_key_opens_nothing(browser: Browser) -> None:
    answer = browser.sign_in("tocsin_guess")

    assert (answer.status, answer.code, answer.set_cookies) == (401, "unauthorized", ())
    assert browser.world.sessions.list() == ()


def test_each_session_has_a_cookie_of_its_own(browser: Browser) -> None:
    first, second = browser, browser.other()
    first.sign_in(SECRET)
    second.sign_in(SECRET)

    assert first.own_cookie != second.own_cookie
    assert len(browser.world.sessions.list()) == 2


def test_a_cookie_that_was_there_before_is_never_taken_over(browser: Browser) -> None:
    """Fixation: an attacker who puts a cookie into a browser knows nothing of what follows."""
    browser.cookies["__Host-tocsin"] = "known-to-the-attacker"

    browser.sign_in(SECRET)

    assert browser.own_cookie != "known-to-the-attacker"
    assert browser.world.sessions.find(hash_secret("known-to-the-attacker")) is None


def test_signing_in_again_ends_the_session_before(browser: Browser) -> None:
    browser.sign_in(SECRET)
    former = browser.own_cookie

    browser.sign_in(SECRET)

    assert browser.world.sessions.find(hash_secret(former)) is None
    assert only_session(browser.world).secret_hash == hash_secret(browser.own_cookie)


def test_signing_out_ends_the_session_and_the_cookie(browser: Browser) -> None:
    browser.sign_in(SECRET)
    cookies = dict(browser.cookies)

    answer = browser.send("DELETE", "/session")

    assert (answer.status, browser.cookies) == (204, {})
    browser.cookies = cookies
    assert browser.ask("GET", "/api/v1/me").status == 401


def test_signing_out_twice_does_no_harm(browser: Browser) -> None:
    browser.sign_in(SECRET)
    browser.send("DELETE", "/session")

    assert browser.send("DELETE", "/session").status == 204


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/session", {"api_key": SECRET}),
        ("DELETE", "/session", None),
    ],
)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", HTTPS.upper() + ".evil"])
def test_no_other_site_signs_anybody_in_or_out(
    browser: Browser, method: str, path: str, body: object, origin: str
) -> None:
    browser.sign_in(SECRET)
    (before,) = browser.world.sessions.list()

    answer = browser.send(method, path, body, origin=origin)

    assert (answer.status, answer.code, answer.set_cookies) == (403, "foreign_origin", ())
    assert browser.world.sessions.list() == (before,)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_form_signs_nobody_in(browser: Browser, content_type: str) -> None:
    answer = browser.post("/session", {"api_key": SECRET}, content_type=content_type)

    assert (answer.status, answer.code) == (403, "foreign_origin")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"api_key": 1}, 422),
        ({"api_key": " "}, 422),
        ({"api_key": "x" * 1_001}, 422),
        ([SECRET], 400),
        (None, 400),
        ({"api_key": SECRET, "more": "x" * 5_000}, 400),
    ],
)
def test_a_body_that_is_not_as_it_should_be_is_refused(
    browser: Browser, body: object, status: int
) -> None:
    assert browser.post("/session", body).status == status


def test_too_many_keys_of_one_address_are_refused_until_the_window_ends(browser: Browser) -> None:
    for _ in range(LIMITS[Knock.KEY].times):
        assert browser.sign_in("tocsin_guess").status == 401

    refused = browser.sign_in(SECRET)

    assert (refused.status, refused.code) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) == 300
    browser.source_ip = "192.0.2.8"
    assert browser.sign_in(SECRET).status == 204
    browser.source_ip = "192.0.2.7"
    browser.world.now += 5 * MINUTE
    assert browser.sign_in(SECRET).status == 204


def test_a_forwarded_address_is_not_believed(browser: Browser) -> None:
    for number in range(LIMITS[Knock.KEY].times):
        browser.post("/session", {"api_key": "x"}, x_forwarded_for=f"192.0.2.{number}")

    assert browser.post("/session", {"api_key": "x"}, x_forwarded_for="8.8.8.8").status == 429


def test_the_log_says_who_and_never_by_what(browser: Browser) -> None:
    browser.sign_in(SECRET)
    browser.sign_in("tocsin_guess")
    browser.send("DELETE", "/session")

    written = json.dumps(browser.log.lines, default=str)
    assert '"user": "alice"' in written
    assert "01KALICE" in written
    for secret in (SECRET, "tocsin_guess"):
        assert secret not in written
        assert hash_secret(secret) not in written


def test_a_session_of_a_key_has_its_scopes_as_they_are_now(browser: Browser) -> None:
    browser.sign_in(SECRET)
    assert browser.ask("GET", "/api/v1/me").data["scopes"] == ["alerts:read", "alerts:write"]
    assert browser.ask("GET", "/api/v1/users").status == 403

    admin = browser.api.using("tocsin_last")
    admin.send("PATCH", "/api/v1/keys/01KALICE", body={"scopes": ["config:read"]})

    assert browser.ask("GET", "/api/v1/users").status == 200
    assert browser.ask("GET", "/api/v1/alerts").status == 403


def test_a_revoked_key_ends_its_sessions_at_once(browser: Browser) -> None:
    browser.sign_in(SECRET)
    assert browser.ask("GET", "/api/v1/me").status == 200

    revoke_key("01KALICE", keys=browser.world.keys, new_write_id=browser.world.new_write_id)

    assert browser.ask("GET", "/api/v1/me").status == 401


def test_a_session_ends_after_twelve_hours_without_use(browser: Browser) -> None:
    browser.sign_in(SECRET)
    browser.world.now += 12 * HOUR - MINUTE
    assert browser.ask("GET", "/api/v1/me").status == 200

    browser.world.now += 12 * HOUR - MINUTE
    assert browser.ask("GET", "/api/v1/me").status == 200

    browser.world.now += 12 * HOUR
    assert browser.ask("GET", "/api/v1/me").status == 401


def test_a_session_ends_after_seven_days_however_much_it_is_used(browser: Browser) -> None:
    browser.sign_in(SECRET)
    for _ in range(7 * 4 - 1):
        browser.world.now += 6 * HOUR
        assert browser.ask("GET", "/api/v1/me").status == 200

    browser.world.now += 6 * HOUR
    assert browser.ask("GET", "/api/v1/me").status == 401


@pytest.mark.parametrize(("method", "path"), [("GET", "/session"), ("PUT", "/session")])
def test_another_method_is_told_what_is_taken(browser: Browser, method: str, path: str) -> None:
    answer = browser.send(method, path)

    assert (answer.status, answer.headers["allow"]) == (405, "POST, DELETE")


@pytest.mark.parametrize("path", ["/session/", "/session/nothing", "/session/link/confirm/x"])
def test_other_paths_are_none(browser: Browser, path: str) -> None:
    expected = 405 if path == "/session/" else 404

    assert browser.send("GET", path).status == expected
