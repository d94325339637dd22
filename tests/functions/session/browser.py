"""A browser at the doors and at the API: keeps cookies as RFC 6265bis has it, and says its Origin."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import datetime
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from functions.session.answers import respond
from functions.session.ports import Ports
from tests.examples import HOUR
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, NotedLog, Reply, request_event
from tests.fakes.notifier import KEY
from tocsin.adapters.dynamodb.requests.knock_repository import DynamoDBKnocks
from tocsin.adapters.dynamodb.requests.sign_in_repository import DynamoDBSignIns
from tocsin.domain.configuration import Configured
from tocsin.domain.link import spell_link_key
from tocsin.domain.people import ContactMethod, Role, User, hash_address
from tocsin.domain.session import Door, Session

HTTPS = "https://tocsin.example.com"
HTTP = "http://127.0.0.1:8080"
MAIL = "alice@example.com"
LINK_KEY = "/tocsin/tocsin/link-key"


class Secrets:
    """Parameters by their names; a secret may be replaced."""

    def __init__(self) -> None:
        self.stored = {LINK_KEY: spell_link_key(KEY)}
        self.known = dict(self.stored)

    def get(self, name: str, *, at: datetime) -> str:
        assert at.tzinfo
        return self.known.setdefault(name, self.stored[name])

    def get_anew(self, name: str, *, at: datetime) -> str:
        assert at.tzinfo
        self.known[name] = self.stored[name]
        return self.stored[name]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str
    set_cookies: tuple[str, ...]

    @property
    def code(self) -> str:
        return str(json.loads(self.body)["error"]["code"])

    @property
    def data(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)["data"]

    @property
    def seen(self) -> tuple[int, Mapping[str, str], str, tuple[str, ...]]:
        """All that a stranger learns, without the request's own id."""
        body = json.loads(self.body) if self.body else {}
        body.get("error", {}).pop("request_id", None)
        return self.status, self.headers, json.dumps(body), self.set_cookies


@dataclass
class Browser:
    world: World = field(default_factory=World)
    public_url: str = HTTPS
    instead: Mapping[str, Any] = field(default_factory=dict)
    """Other ports than the usual ones."""
    cookies: dict[str, str] = field(default_factory=dict)
    log: NotedLog = field(default_factory=NotedLog)
    source_ip: str = "192.0.2.7"

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.api = Client.of(self.world, public_url=self.public_url)
        parts: dict[str, Any] = {
            "sessions": self.world.sessions,
            "keys": self.world.keys,
            "users": self.world.users,
            "knocks": DynamoDBKnocks(self.world.call, "tocsin"),
            "sign_ins": DynamoDBSignIns(self.world.call, "tocsin"),
            "deliveries": lambda: self.world.deliveries,
            "has_slack": lambda: any(it.value.type == "slack" for it in self.world.channels.list()),
            "secrets": Secrets(),
            "fetch": lambda: self.fetch,
            "oidc": None,
            "link_key_parameter": LINK_KEY,
            "now": lambda: self.world.now,
            "random_bytes": lambda length: next(self._numbers).to_bytes(length),
            "new_write_id": self.world.new_write_id,
            "log": self.log,
            "public_url": self.public_url,
            "team": "tocsin",
            "stage": "dev",
            "sends_email": True,
        }
        self.ports = Ports(**(parts | dict(self.instead)))

    def fetch(self, *_: object) -> Mapping[str, Any]:
        """No identity provider."""
        raise AssertionError("nothing was to be fetched")

    def other(self) -> Browser:
        """Another browser, with no cookie, at the same stack."""
        copy = replace(self, cookies={})
        copy._numbers = self._numbers
        copy.ports, copy.api = self.ports, self.api
        return copy

    # At the doors

    def post(self, path: str, body: object = None, **headers: str) -> Answer:
        return self.send("POST", path, body, **headers)

    def send(
        self, method: str, path: str, body: object = None, *, query: str = "", **headers: str
    ) -> Answer:
        event = request_event(method, path, body=body, query=query, headers=self._headers(headers))
        self._carry(event)
        event["requestContext"]["http"]["sourceIp"] = self.source_ip
        answer = respond(event, self.ports)
        self._keep(answer.get("cookies", ()))
        self.world.follow()
        return Answer(
            status=answer["statusCode"],
            headers=answer["headers"],
            body=answer["body"],
            set_cookies=tuple(answer.get("cookies", ())),
        )

    def sign_in(self, secret: str) -> Answer:
        return self.post("/session", {"api_key": secret})

    # At the API

    def ask(
        self, method: str, path: str, body: object = None, *, query: str = "", **headers: str
    ) -> Reply:
        event = request_event(method, path, body=body, query=query, headers=self._headers(headers))
        self._carry(event)
        return self.api.send_event(event)

    @property
    def own_cookie(self) -> str:
        (cookie,) = self.cookies.values()
        return cookie

    def _headers(self, said: Mapping[str, str]) -> dict[str, str]:
        """Args: said: `content_type="text/plain"`; an empty text sends no such header."""
        own = {"origin": self.public_url or HTTPS, "host": urlsplit(self.public_url).netloc}
        named = {name.replace("_", "-"): text for name, text in said.items()}
        return {**own, **named}

    def _carry(self, event: dict[str, Any]) -> None:
        for name in [name for name, text in event["headers"].items() if not text]:
            del event["headers"][name]
        if self.cookies:
            event["cookies"] = [f"{name}={text}" for name, text in self.cookies.items()]

    def _keep(self, set_cookies: Any) -> None:  # noqa: ANN401
        for line in set_cookies:
            for name, morsel in SimpleCookie(line).items():
                is_secure_kept = not morsel["secure"] or self.public_url != HTTP
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                elif is_secure_kept:
                    self.cookies[name] = morsel.value


def person(
    world: World, name: str = "alice", role: Role = Role.RESPONDER, email: str = MAIL
) -> Configured[User]:
    """A person of the team whose e-mail address is verified."""
    verified = {ContactMethod.EMAIL: hash_address(email)}
    user = User(name=name, email=email, role=role, verified=verified, time_zone="Europe/Berlin")
    since = world.now - HOUR
    made = Configured(value=user, created_at=since)
    return world.users.put(None, made, write_id=world.new_write_id())


def signed_in(browser: Browser, user: Configured[User]) -> Browser:
    """The same browser after the person has signed in by a link."""
    from functions.session.opening import open_for_person
    from functions.session.request import Request

    event = request_event("POST", "/session/link/confirm", body=None, query="", headers={})
    request = Request(event=event, at=browser.world.now)
    cookie = open_for_person(user, Door.LINK, request, browser.ports)
    browser._keep([cookie])
    return browser


def only_session(world: World) -> Session:
    (session,) = world.sessions.list()
    return session
