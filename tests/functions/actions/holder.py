"""A person with links and a Slack workspace: what they send, and the answers."""

import base64
import copy
import hmac
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from functions.actions.answers import respond
from functions.actions.ports import DigestWork, Ports
from tests.fakes.world import World
from tests.gateway_path import arrived, expect_arrived
from tocsin.adapters.aws_json import AwsError
from tocsin.adapters.dynamodb.configuration.verified_addresses import DynamoDBVerifiedAddresses
from tocsin.domain.ids import AlertId
from tocsin.domain.link import LINK_LIFE, Link, LinkAction, LinkSigner, spell_link_key
from tocsin.domain.people import OnCallAlways, User, WhoIsOnCall
from tocsin.domain.short_link import spell_short, stored_name
from tocsin_cli.simulated.stores import TABLE

EVENTS = Path(__file__).parents[3] / "events"
KEY = bytes(range(32))
"""Signs the links in `events`, too."""
LINK_KEY = "/tocsin/tocsin/link-key"
SLACK_SECRET = "/tocsin/payments/slack"
SIGNING_SECRET = "slack-signing-secret"
URL = "https://tocsin.example.com"


class NotedLog:
    """Keeps what was logged."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, Mapping[str, object]]] = []

    def info(self, message: str, **facts: object) -> None:
        self.lines.append(("info", message, facts))

    def warning(self, message: str, **facts: object) -> None:
        self.lines.append(("warning", message, facts))

    def exception(self, message: str, **facts: object) -> None:
        self.lines.append(("exception", message, facts))


class InMemorySecrets:
    """Parameters, and how often they were read."""

    def __init__(self) -> None:
        slack = json.dumps({"bot_token": "xoxb-1", "signing_secret": SIGNING_SECRET})
        self.stored = {LINK_KEY: spell_link_key(KEY), SLACK_SECRET: slack}
        self._known: dict[str, str] = {}
        self.reads = 0

    def get(self, name: str, *, at: datetime) -> str:
        return self._known[name] if name in self._known else self.get_anew(name, at=at)

    def get_anew(self, name: str, *, at: datetime) -> str:
        del at
        self.reads += 1
        if name not in self.stored:
            raise AwsError("ParameterNotFound", "")
        self._known[name] = self.stored[name]
        return self._known[name]


@dataclass
class InMemorySlackDirectory:
    """Channels with their secrets."""

    channels: dict[str, str] = field(default_factory=lambda: {"ops-slack": SLACK_SECRET})

    def secret_of(self, channel: str) -> str | None:
        return self.channels.get(channel)


@dataclass
class InMemoryPeople:
    """The team, or an error while storage refuses."""

    known: dict[str, User] = field(
        default_factory=lambda: {
            "alice": User(
                name="alice", full_name="Alice", slack_id="U1", time_zone="Europe/Berlin"
            ),
            "bob": User(name="bob", full_name="Bob", time_zone="Europe/Berlin"),
        }
    )
    error: Exception | None = None
    asked: WhoIsOnCall = field(default_factory=OnCallAlways)

    def on_call(self, at: datetime) -> WhoIsOnCall:
        return self.asked.then(at)

    def users(self) -> Mapping[str, User]:
        if self.error:
            raise self.error
        return self.known


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a browser, or Slack, gets."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def page(self) -> "Page":
        return Page.of(self.text)


class Page(HTMLParser):
    """A page as a browser understands it: its elements, and the text between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.styles: list[str] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._by_tag: dict[str, list[str]] = {}
        self._by_role: dict[str, str] = {}
        self.links: dict[str, str | None] = {}
        """Where each text leads that is a link."""

    @classmethod
    def of(cls, html: str) -> "Page":
        page = cls()
        page.feed(html)
        page.close()
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "input", "br"}:
            self._open.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        opened, attributes, pieces = self._open.pop()
        assert opened == tag
        text = " ".join("".join(pieces).split())
        self._by_tag.setdefault(tag, []).append(text)
        if role := attributes.get("role"):
            self._by_role[role] = text
        if tag == "a":
            self.links[text] = attributes["href"]

    def handle_data(self, data: str) -> None:
        for _, _, pieces in self._open:
            pieces.append(data)
        if self._open and self._open[-1][0] == "style":
            self.styles.append(data)
        else:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.pieces)

    @property
    def shown(self) -> str:
        """All text in one line, white space as a browser shows it."""
        return " ".join("".join(self.pieces).split())

    @property
    def buttons(self) -> list[str | None]:
        return [attributes.get("value") for tag, attributes in self.elements if tag == "button"]

    @property
    def seen(self) -> str | None:
        """The state that its buttons send with them."""
        sent = {
            attributes["value"]
            for tag, attributes in self.elements
            if tag == "input" and attributes["name"] == "seen"
        }
        assert len(sent) <= 1
        return next(iter(sent), None)

    @property
    def title(self) -> str:
        return self.text_in("title")

    @property
    def heading(self) -> str:
        return self.text_in("h1")

    @property
    def banner(self) -> str | None:
        """What was done, or that nothing was; None: neither."""
        return self._by_role.get("status")

    def all_of(self, tag: str) -> list[str]:
        """The text of each element of this kind, white space as a browser shows it."""
        return self._by_tag.get(tag, [])

    def text_in(self, tag: str) -> str:
        """The text of the one element of this kind, white space as a browser shows it."""
        (text,) = self._by_tag[tag]
        return text


class InTurn(Executor):
    """One task after the other, in the order in which they are given."""

    def submit[**P, T](
        self, task: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        future = Future[T]()
        try:
            future.set_result(task(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)
        return future


@dataclass(kw_only=True)
class Holder:
    """Follows links and presses buttons; `World` is what stands behind."""

    world: World = field(default_factory=World)
    secrets: InMemorySecrets = field(default_factory=InMemorySecrets)
    people: Any = field(default_factory=InMemoryPeople)
    slack: InMemorySlackDirectory = field(default_factory=InMemorySlackDirectory)
    log: NotedLog = field(default_factory=NotedLog)
    told: list[tuple[str, str]] = field(default_factory=list)
    alerts: Any = None
    short_links: Any = None
    public_url: str = URL
    zone: str = "UTC"
    signer: LinkSigner = field(default_factory=lambda: LinkSigner(KEY, URL))

    def __post_init__(self) -> None:
        self.answers: Any = self.world.answers
        self.digest_work = DigestWork(
            digests=self.world.digests,
            alerts=self.alerts or self.world.alerts,
            threads=InTurn(),
            seconds_left=lambda: 10.0,
        )

    def ports(self) -> Ports:
        return Ports(
            people=self.people,
            alerts=self.alerts or self.world.alerts,
            answers=self.answers,
            digests=lambda: self.digest_work,
            awake=lambda: self.world.awake,
            on_call=lambda: self.world.on_call_work,
            secrets=self.secrets,
            short_links=self.short_links or self.world.short_links,
            slack=self.slack,
            verified_addresses=DynamoDBVerifiedAddresses(self.world.call, TABLE),
            tell_in_slack=lambda url, said: self.told.append((url, said)),
            link_key_parameter=LINK_KEY,
            public_url=self.public_url,
            zone=self.zone,
            now=lambda: self.world.now,
            new_write_id=self.world.new_write_id,
            log=self.log,
        )

    def token(
        self,
        action: LinkAction,
        alert_id: AlertId,
        *,
        by: str = "alice",
        at: datetime | None = None,
    ) -> str:
        """A link of a message that was made at this time, or just now."""
        return self.signer.token(action, alert_id, by=by, at=at or self.world.now)

    def short_link(
        self,
        alert_id: AlertId,
        *,
        action: LinkAction = LinkAction.VIEW,
        by: str = "alice",
        at: datetime | None = None,
    ) -> str:
        """The characters of a short link that was made at this time, or just now."""
        characters = spell_short(sha256(self.world.new_write_id().encode()).digest())
        link = Link(
            action=action,
            alert_id=alert_id,
            by=by,
            expires_at=(at or self.world.now) + LINK_LIFE,
        )
        name = stored_name(characters, self.signer.key)
        assert self.world.short_links.add(name, link, write_id=self.world.new_write_id())
        return characters

    def look(self, token: str, *, method: str = "GET", below: str = "act", **headers: str) -> Reply:
        event = example("look")
        event["requestContext"]["http"]["method"] = method
        return self._follow(event, token, headers, below)

    def press(
        self,
        token: str,
        action: LinkAction | str | None = None,
        *,
        seen: str | int | None = None,
        below: str = "act",
        **headers: str,
    ) -> Reply:
        """Press a button; without an action the form is empty, as a program's."""
        event = example("act")
        form = {"action": action, "seen": seen}
        body = urlencode({name: value for name, value in form.items() if value is not None})
        event["body"] = base64.b64encode(body.encode()).decode()
        return self._follow(event, token, headers, below)

    def verify(self, url: str, *, method: str = "GET", **headers: str) -> Reply:
        """Open the link by which a person confirms an address; POST presses its button."""
        event = example("look" if method != "POST" else "act")
        event["requestContext"]["http"]["method"] = method
        event["body"] = ""
        path = url.removeprefix(URL)
        event["rawPath"] = event["requestContext"]["http"]["path"] = arrived(path)
        event["pathParameters"] = {"token": path.rpartition("/")[2]}
        return self.send(event, headers)

    def press_on(self, page: Page, token: str, action: str) -> Page:
        """Press a button of a page, and follow to the page that the browser is sent to."""
        assert action in page.buttons
        reply = self.press(token, action, seen=page.seen)
        assert (reply.status, reply.headers["location"]) == (303, token)
        return self.page(token)

    def page(self, token: str) -> Page:
        """Look at a page that is there."""
        reply = self.look(token)
        assert reply.status == 200
        return reply.page

    def click(
        self,
        token: str,
        *,
        channel: str = "ops-slack",
        user: str = "U1",
        secret: str = SIGNING_SECRET,
        change: Callable[[dict[str, Any]], object] = lambda _: None,
        **headers: str,
    ) -> Reply:
        """Press a button in Slack, which signs it; `change` changes what Slack says."""
        event = example("slack")
        payload = slack_payload(token, user=user)
        change(payload)
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self.sign_and_send(event, body, channel=channel, secret=secret, **headers)

    def sign_and_send(
        self,
        event: dict[str, Any],
        body: bytes,
        *,
        channel: str = "ops-slack",
        secret: str = SIGNING_SECRET,
        **headers: str,
    ) -> Reply:
        timestamp = str(int(self.world.now.timestamp()))
        event["rawPath"] = f"/slack/{channel}/actions"
        event["body"] = base64.b64encode(body).decode()
        event["headers"]["x-slack-request-timestamp"] = timestamp
        event["headers"]["x-slack-signature"] = slack_signature(secret, timestamp, body)
        return self.send(event, headers)

    def _follow(
        self, event: dict[str, Any], token: str, headers: Mapping[str, str], below: str
    ) -> Reply:
        event["rawPath"] = event["requestContext"]["http"]["path"] = arrived(f"/{below}/{token}")
        event["pathParameters"] = {"token": token}
        return self.send(event, headers)

    def send(self, event: dict[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
        """Send what the gateway would; underscores in header names mean dashes."""
        more = {name.replace("_", "-"): text for name, text in (headers or {}).items()}
        event["headers"] |= more
        expect_arrived(event)
        answer = respond(event, self.ports())
        self.world.follow()
        return Reply(status=answer["statusCode"], headers=answer["headers"], text=answer["body"])


def example(case: str) -> dict[str, Any]:
    """An event as the gateway sends it."""
    event: dict[str, Any] = json.loads((EVENTS / f"actions_{case}.json").read_text())
    return copy.deepcopy(event)


def slack_payload(token: str, *, user: str = "U1") -> dict[str, Any]:
    """What Slack sends for a pressed button."""
    return {
        "type": "block_actions",
        "user": {"id": user, "name": "slack.name"},
        "response_url": "https://hooks.slack.com/actions/T1/1/abc",
        "actions": [{"action_id": "act", "type": "button", "value": token}],
    }


def slack_signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign as Slack does."""
    signed = b"v0:%b:%b" % (timestamp.encode(), body)
    return f"v0={hmac.digest(secret.encode(), signed, 'sha256').hex()}"
