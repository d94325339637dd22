"""Signing in at an identity provider, which a test plays."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from functions.session import oidc_door
from functions.session.ports import OidcSettings
from tests.examples import HOUR, MINUTE
from tests.functions.session.browser import HTTP, HTTPS, MAIL, Answer, Browser, Secrets, person
from tocsin.domain.doors import LIMITS, Knock
from tocsin.domain.oidc import IssuerError, challenge_of
from tocsin.domain.people import Role

ISSUER = "https://login.example.com/pool"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
SECRET_NAME = "/tocsin/tocsin/oidc-client-secret"
RSA = RSAKey.generate_key(2048, {"kid": "k-1"})
EC = ECKey.generate_key("P-256", {"kid": "k-2"})
STRANGE = RSAKey.generate_key(2048, {"kid": "k-1"})


@dataclass
class Provider:
    """Scripted; `claims`, `algorithm`, `key` and `answers` are what a test changes."""

    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: RSA)
    algorithm: str = "RS256"
    document: dict[str, Any] = field(default_factory=dict)
    failing: str = ""
    token: str | None = None
    asked: list[tuple[str, Mapping[str, str] | None, tuple[str, str] | None]] = field(
        default_factory=list
    )
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """What the person was sent with, by the code that was given for it."""
    now: datetime | None = None

    def allow(self, url: str) -> str:
        """The person signs in there: the query with which the browser comes back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return f"code={code}&state={query['state']}"

    def __call__(
        self,
        url: str,
        form: Mapping[str, str] | None = None,
        credentials: tuple[str, str] | None = None,
    ) -> Mapping[str, Any]:
        self.asked.append((url, form, credentials))
        if self.failing and self.failing in url:
            raise IssuerError("no answer of the provider: TimeoutError")
        if url == DISCOVERY:
            return {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
            } | self.document
        if url == f"{ISSUER}/jwks":
            return {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}
        assert url == f"{ISSUER}/token"
        assert form is not None
        return {"id_token": self.token or self._token(form), "access_token": "a-1"}

    def _token(self, form: Mapping[str, str]) -> str:
        sent = self.codes.pop(form["code"], None)
        if sent is None or challenge_of(form["code_verifier"]) != sent["code_challenge"]:
            raise IssuerError("the provider answered 400")
        assert sent["redirect_uri"] == form["redirect_uri"]
        assert self.now is not None
        claims = {
            "iss": ISSUER,
            "aud": "tocsin",
            "sub": "1",
            "nonce": sent["nonce"],
            "iat": int(self.now.timestamp()),
            "exp": int((self.now + HOUR).timestamp()),
            "email": MAIL,
            "email_verified": True,
        } | self.claims
        headers = {"alg": self.algorithm, "kid": self.key.kid or "k-1"}
        return jwt.encode(headers, claims, self.key, algorithms=[self.algorithm])


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """A process that knows no provider yet."""
    oidc_door._Known.discovery = None
    yield
    oidc_door._Known.discovery = None


@pytest.fixture
def provider() -> Provider:
    return Provider()


def at_provider(
    provider: Provider, public_url: str = HTTPS, *, secret: str = "", domains: str = "example.com"
) -> Browser:
    secrets = Secrets()
    secrets.stored[SECRET_NAME] = "s3cret/+"
    settings = OidcSettings(
        issuer=ISSUER,
        client_id="tocsin",
        secret_parameter=secret,
        domains=frozenset(domains.split()),
        discovery_url=DISCOVERY,
    )
    instead = {"oidc": settings, "fetch": lambda: provider, "secrets": secrets}
    browser = Browser(public_url=public_url, instead=instead)
    provider.now = browser.world.now
    person(browser.world)
    return browser


@pytest.fixture
def browser(provider: Provider) -> Browser:
    return at_provider(provider)


def begin(browser: Browser, query: str = "") -> str:
    answer = browser.send("GET", "/session/oidc", query=query, origin="")
    assert answer.status == 302
    return str(answer.headers["location"])


def come_back(browser: Browser, query: str) -> Answer:
    return browser.send("GET", "/session/oidc/callback", query=query, origin="")


def sign_in(browser: Browser, provider: Provider, query: str = "") -> Answer:
    return come_back(browser, provider.allow(begin(browser, query)))


def is_signed_in(browser: Browser) -> bool:
    return browser.ask("GET", "/api/v1/me").status == 200


def problem(answer: Answer) -> str:
    assert answer.status == 302
    path, _, said = str(answer.headers["location"]).partition("?problem=")
    assert path == "/console/sign-in"
    return said


def test_a_person_signs_in_at_the_provider(browser: Browser, provider: Provider) -> None:
    answer = sign_in(browser, provider)

    assert (answer.status, answer.headers["location"]) == (302, "/")
    me = browser.ask("GET", "/api/v1/me").data
    assert (me["user"], me["role"], me["session"]["door"]) == ("alice", Role.RESPONDER, "oidc")


def test_tokens_signed_by_either_algorithm_are_taken(browser: Browser, provider: Provider) -> None:
    provider.key, provider.algorithm = EC, "ES256"

    sign_in(browser, provider)

    assert is_signed_in(browser)


@pytest.mark.parametrize(("public_url", "secure"), [(HTTPS, True), (HTTP, False)])
def test_the_state_is_bound_to_the_browser_by_a_cookie_that_the_way_back_brings(
    provider: Provider, public_url: str, *, secure: bool
) -> None:
    browser = at_provider(provider, public_url)

    (line,) = browser.send("GET", "/session/oidc", origin="").set_cookies

    name = "__Host-tocsin-oidc" if secure else "tocsin-oidc"
    cookie, *flags = line.split("; ")
    assert cookie.startswith(f"{name}=")
    kept = {"Max-Age=600", "Path=/", "HttpOnly", "SameSite=Lax"}
    assert set(flags) == kept | ({"Secure"} if secure else set())


def test_the_session_that_it_opens_is_strict_and_the_state_is_forgotten(
    browser: Browser, provider: Provider
) -> None:
    answer = sign_in(browser, provider)

    session, state = answer.set_cookies
    assert "SameSite=Strict" in session
    assert "HttpOnly" in session
    assert state.startswith("__Host-tocsin-oidc=; Max-Age=0")
    assert browser.cookies.keys() == {"__Host-tocsin"}


def test_what_is_asked_of_the_provider(browser: Browser) -> None:
    url = urlsplit(begin(browser))
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}

    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{ISSUER}/authorize"
    assert asked["redirect_uri"] == f"{HTTPS}/session/oidc/callback"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid email")
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3


def test_the_secret_of_the_client_goes_to_the_token_endpoint_alone(provider: Provider) -> None:
    browser = at_provider(provider, secret=SECRET_NAME)

    sign_in(browser, provider)

    (used,) = [it for it in provider.asked if it[2] is not None]
    assert used[0] == f"{ISSUER}/token"
    assert used[2] == ("tocsin", "s3cret%2F%2B")
    assert "s3cret" not in str([it[1] for it in provider.asked])


def test_a_provider_that_takes_it_in_the_form_has_it_there(provider: Provider) -> None:
    provider.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    browser = at_provider(provider, secret=SECRET_NAME)

    sign_in(browser, provider)

    (form,) = [form for _, form, _ in provider.asked if form]
    assert form["client_secret"] == "s3cret/+"
    assert is_signed_in(browser)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nonce": "of another sign-in"},
        {"exp": 1},
        {"email_verified": False},
        {"email": "alice@evil.example"},
        {"email": "eve@example.com"},
        {"email": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    browser: Browser, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims

    assert problem(sign_in(browser, provider)) == "refused"
    assert browser.world.sessions.list() == ()


def test_the_page_does_not_tell_whether_there_is_such_a_person(provider: Provider) -> None:
    browser = at_provider(provider, domains="")
    provider.claims = {"email": "eve@example.com"}
    unknown = sign_in(browser, provider)
    provider.claims = {"email_verified": False}
    unverified = sign_in(browser, provider)

    assert unknown.seen == unverified.seen


@pytest.mark.parametrize("algorithm", ["HS256", "RS512", "PS256"])
def test_no_other_algorithm_is_taken(browser: Browser, provider: Provider, algorithm: str) -> None:
    """Also none that takes the provider's public key for a shared secret."""
    if algorithm == "HS256":
        public = RSA.as_pem(private=False)
        provider.key = OctKey.import_key(base64.urlsafe_b64encode(public).decode())
    provider.algorithm = algorithm

    assert problem(sign_in(browser, provider)) == "refused"


def test_a_token_without_a_signature_is_none(browser: Browser, provider: Provider) -> None:
    url = begin(browser)
    nonce = parse_qs(urlsplit(url).query)["nonce"][0]
    head = {"alg": "none", "typ": "JWT"}
    assert provider.now is not None
    claims = {
        "iss": ISSUER,
        "aud": "tocsin",
        "nonce": nonce,
        "iat": int(provider.now.timestamp()),
        "exp": int((provider.now + HOUR).timestamp()),
        "email": MAIL,
        "email_verified": True,
    }
    parts = (base64.urlsafe_b64encode(json.dumps(it).encode()) for it in (head, claims))
    provider.token = b".".join(it.rstrip(b"=") for it in parts).decode() + "."

    assert problem(come_back(browser, provider.allow(url))) == "refused"


def test_a_key_of_somebody_else_signs_nothing(browser: Browser, provider: Provider) -> None:
    provider.key = STRANGE

    assert problem(sign_in(browser, provider)) == "refused"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ä.ä.ä"])
def test_what_is_no_token_is_none(browser: Browser, provider: Provider, token: str) -> None:
    provider.token = token or "."

    assert problem(sign_in(browser, provider)) == "refused"


def test_a_state_works_once(browser: Browser, provider: Provider) -> None:
    query = provider.allow(begin(browser))
    cookies = dict(browser.cookies)
    come_back(browser, query)
    browser.cookies = cookies

    assert problem(come_back(browser, query)) == "again"
    assert len(browser.world.sessions.list()) == 1


def test_a_state_works_in_the_browser_that_began(browser: Browser, provider: Provider) -> None:
    """Else an attacker could sign a victim in as the attacker."""
    query = provider.allow(begin(browser))
    victim = browser.other()

    assert problem(come_back(victim, query)) == "again"
    assert victim.cookies == {}

    begin(victim)
    assert problem(come_back(victim, query)) == "again"


def test_a_state_works_for_ten_minutes(browser: Browser, provider: Provider) -> None:
    query = provider.allow(begin(browser))
    browser.world.now += 10 * MINUTE

    assert problem(come_back(browser, query)) == "again"


@pytest.mark.parametrize("query", ["", "code=x", "state=", "code=x&state=%C3%A4"])
def test_a_way_back_without_a_way_out_leads_to_the_sign_in_page(
    browser: Browser, query: str
) -> None:
    assert problem(come_back(browser, query)) == "again"


def test_a_person_who_gives_up_is_told_so(browser: Browser) -> None:
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]

    answer = come_back(browser, f"error=access_denied&state={state}")

    assert problem(answer) == "cancelled"


def test_a_provider_that_refuses_is_not_quoted(browser: Browser) -> None:
    state = parse_qs(urlsplit(begin(browser)).query)["state"][0]

    answer = come_back(browser, f"error=server_error&error_description=%3Cb%3E&state={state}")

    assert problem(answer) == "refused"


@pytest.mark.parametrize("failing", ["token", "jwks"])
def test_a_provider_that_does_not_answer_opens_nothing(
    browser: Browser, provider: Provider, failing: str
) -> None:
    provider.failing = failing

    assert problem(sign_in(browser, provider)) == "refused"


def test_a_provider_that_cannot_be_found_is_told_before_anybody_leaves(
    browser: Browser, provider: Provider
) -> None:
    provider.failing = "openid-configuration"

    assert problem(browser.send("GET", "/session/oidc", origin="")) == "unreachable"


def test_a_document_of_another_issuer_is_not_followed(browser: Browser, provider: Provider) -> None:
    provider.document = {"issuer": "https://evil.example"}

    assert problem(browser.send("GET", "/session/oidc", origin="")) == "unreachable"


def test_the_document_is_read_once_an_hour(browser: Browser, provider: Provider) -> None:
    begin(browser)
    begin(browser)
    assert [url for url, *_ in provider.asked] == [DISCOVERY]

    browser.world.now += HOUR
    begin(browser)
    assert [url for url, *_ in provider.asked] == [DISCOVERY] * 2


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/console/alerts/01K", "/console/alerts/01K"),
        ("/?status=firing", "/?status=firing"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/%09/evil.example", "/"),
    ],
)
def test_who_signs_in_goes_where_they_wanted_on_this_host(
    browser: Browser, provider: Provider, wanted: str, path: str
) -> None:
    answer = sign_in(browser, provider, f"next={wanted}")

    assert answer.headers["location"] == path


def test_two_people_with_one_address_are_nobody(browser: Browser, provider: Provider) -> None:
    person(browser.world, "another")

    assert problem(sign_in(browser, provider)) == "refused"


def test_one_visitor_goes_there_so_often_only(browser: Browser) -> None:
    for _ in range(LIMITS[Knock.OIDC].times):
        begin(browser)

    answer = browser.send("GET", "/session/oidc", origin="")
    assert (answer.status, answer.code) == (429, "too_many_requests")


@pytest.mark.parametrize("path", ["/session/oidc", "/session/oidc/callback"])
def test_a_team_without_a_provider_has_no_such_door(path: str) -> None:
    answer = Browser().send("GET", path, origin="")

    assert (answer.status, answer.code) == (404, "not_found")


def test_the_doors_name_the_provider(browser: Browser) -> None:
    assert browser.send("GET", "/session/doors").data["oidc"] == {"name": "login.example.com"}


def test_the_log_says_what_went_wrong_and_nothing_secret(
    browser: Browser, provider: Provider
) -> None:
    provider.claims = {"aud": "another"}
    url = begin(browser)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    query = provider.allow(url)
    come_back(browser, query)

    written = json.dumps(browser.log.lines, default=str)
    assert "the token is for another client" in written
    for secret in (sent["state"], sent["nonce"], "code-0", MAIL):
        assert secret not in written


def test_the_sign_in_page_has_a_sentence_for_each_refusal() -> None:
    page = Path(__file__).parents[3] / "functions/console/src/pages/sign-in.js"
    said = re.search(r"PROBLEMS = \{(.*?)\n\};", page.read_text(encoding="utf-8"), re.DOTALL)

    assert said
    assert re.findall(r"^  (\w+): \"", said[1], re.MULTILINE) == list(oidc_door.Refusal)
