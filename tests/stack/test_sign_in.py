"""Signing in on the deployed stack: by a key, by a link in a mail, and at the embedded Cognito."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local.browser import browser as browser_program
from local.stack.deploy import STACK_NAME
from local.stack.start import Stack
from tests.stack.client import Client, Reply, Sender, eventually
from tocsin.domain.link import read_link_key
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.verification import VerificationSigner

FORM = "application/x-www-form-urlencoded"
PASSWORD = "Correct-horse-7"
SECONDS = 60


@dataclass
class Browser:
    """Keeps cookies, and says where a request comes from."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Reply:
        cookie = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        sent = {"Origin": self.url} | ({"Cookie": cookie} if cookie else {}) | headers
        reply = Client(self.url, None).send(method, path, body, **sent)
        # Of several lines the client keeps the last: one is told by its name.
        for name, morsel in SimpleCookie(reply.headers.get("set-cookie", "")).items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return reply


@pytest.fixture
def browser(stack: Stack) -> Browser:
    return Browser(stack.url)


@pytest.fixture
def alice(stack: Stack, api: Client, new_name: Callable[[str], str]) -> User:
    """A person whose e-mail address is verified, as by the link in a test."""
    name = new_name("alice").replace(" ", "-")
    user = User(name=name, email=f"{name}@example.com")
    api.put(f"/api/v1/users/{name}", {"email": user.email}).expect(201)
    key = stack.aws.client("ssm").get_parameter(
        Name=f"/tocsin/{STACK_NAME}/link-key", WithDecryption=True
    )
    signer = VerificationSigner(read_link_key(key["Parameter"]["Value"]), stack.url)
    url = signer.url(user, ContactMethod.EMAIL, at=datetime.now(UTC))
    assert url is not None
    Client(stack.url, None).post(urlsplit(url).path, b"", Content_Type=FORM).expect(200)
    return user


def test_a_session_by_a_key_acts_and_ends(
    stack: Stack, browser: Browser, rest: Sender, new_name: Callable[[str], str]
) -> None:
    alert_id = rest.send(name=new_name("Disk full"), severity="critical")["alert_id"]
    opened = browser.send("POST", "/session", {"api_key": stack.api_key}).expect(204)

    cookie = opened.headers["set-cookie"]
    assert cookie.startswith("tocsin=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    acknowledged = browser.send("POST", f"/api/v1/alerts/{alert_id}/ack", {}).expect(200).data
    assert acknowledged["acknowledged_via"] == "console"
    foreign = browser.send("POST", f"/api/v1/alerts/{alert_id}/resolve", {}, Origin="http://x")
    assert foreign.expect(403).error_code == "foreign_origin"

    kept = dict(browser.cookies)
    browser.send("DELETE", "/session").expect(204)
    assert browser.cookies == {}
    browser.cookies = kept
    browser.send("GET", "/api/v1/me").expect(401)


def test_a_link_in_a_mail_signs_in_once(stack: Stack, browser: Browser, alice: User) -> None:
    browser.send("POST", "/session/link", {"email": alice.email}).expect(202)

    def mails() -> list[str]:
        found = Client(stack.aws.endpoint, None).get("/_ministack/ses/messages").expect(200)
        return re.findall(r"/console/sign-in/link#([\w-]+)", found.text)

    token = eventually(mails, bool, seconds=SECONDS)[-1]
    browser.send("POST", "/session/link/confirm", {"token": token}).expect(204)
    me = browser.send("GET", "/api/v1/me").expect(200).data
    assert (me["user"], me["role"]) == (alice.name, "responder")
    again = Browser(stack.url).send("POST", "/session/link/confirm", {"token": token})
    assert again.expect(410).error_code == "gone"


@dataclass(frozen=True)
class Pool:
    """A user pool of the embedded Cognito, with one person."""

    endpoint: str
    pool_id: str
    client_id: str

    @property
    def variables(self) -> Mapping[str, str]:
        region = self.pool_id.partition("_")[0]
        return {
            "OIDC_ISSUER": f"https://cognito-idp.{region}.amazonaws.com/{self.pool_id}",
            "OIDC_CLIENT_ID": self.client_id,
            "OIDC_DISCOVERY_URL": (
                f"{self.endpoint}/{self.pool_id}/.well-known/openid-configuration"
            ),
        }

    def sign_in(self, url: str, user: str) -> str:
        """Fill in the form at this address; where the browser is sent then."""
        own = Client(self.endpoint, None)
        parts = urlsplit(url)
        page = own.get(f"{parts.path}?{parts.query}").expect(200).text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        form = urlencode(hidden | {"username": user, "password": PASSWORD}).encode()
        reply = own.post("/login", form, Content_Type=FORM).expect(302)
        return reply.headers["location"]


@pytest.fixture
def pool(stack: Stack, alice: User) -> Iterator[Pool]:
    """As its parameters would be after a deployment with OidcIssuer and its like."""
    cognito: Any = stack.aws.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="staff")["UserPool"]["Id"]
    client_id = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="tocsin",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[f"{stack.url}/session/oidc/callback"],
        SupportedIdentityProviders=["COGNITO"],
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(
        UserPoolId=pool_id,
        Username=alice.name,
        UserAttributes=[
            {"Name": "email", "Value": alice.email},
            {"Name": "email_verified", "Value": "true"},
        ],
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=alice.name, Password=PASSWORD, Permanent=True
    )
    pool = Pool(stack.aws.endpoint, pool_id, client_id)
    functions = stack.aws.client("lambda")
    name = stack.deployment.functions["SessionFunction"].name
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def deploy(variables: Mapping[str, str]) -> None:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": dict(variables)}
        )
        functions.get_waiter("function_updated").wait(
            FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": SECONDS}
        )

    deploy(before | pool.variables)
    yield pool
    deploy(before)


def test_a_person_signs_in_at_the_embedded_cognito(
    browser: Browser, alice: User, pool: Pool
) -> None:
    left = browser.send("GET", "/session/oidc?next=/console/on-call").expect(302)
    assert browser.cookies.keys() == {"tocsin-oidc"}
    back = urlsplit(pool.sign_in(left.headers["location"], alice.name))
    assert parse_qs(back.query).keys() >= {"code", "state"}

    state = dict(browser.cookies)
    arrived = browser.send("GET", f"{back.path}?{back.query}").expect(302)

    assert arrived.headers["location"] == "/console/on-call"
    assert browser.send("GET", "/session/doors").expect(200).data["oidc"] is not None
    replayed = Browser(browser.url, state).send("GET", f"{back.path}?{back.query}")
    assert replayed.expect(302).headers["location"] == "/console/sign-in?problem=again"


@pytest.mark.parametrize("width", [360, 1440])
def test_a_person_signs_in_at_the_embedded_cognito_in_a_browser(
    stack: Stack, alice: User, pool: Pool, width: int
) -> None:
    with browser_program() as chromium:
        page = chromium.new_page(base_url=stack.url, viewport={"width": width, "height": 800})
        page.set_default_timeout(SECONDS * 1000)
        page.goto("/console/sign-in?next=/console/on-call")
        page.get_by_role("link", name=re.compile("^Continue with")).click()
        page.wait_for_url(f"{pool.endpoint}/**")
        page.locator("[name=username]").fill(alice.name)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")

        page.wait_for_url(f"{stack.url}/console/on-call")
        page.get_by_role("navigation").first.wait_for()
        me = page.request.get("/api/v1/me").json()["data"]

    assert (me["user"], me["session"]["door"]) == (alice.name, "oidc")
