"""Sends the gateway's events to the API, and holds each answer to the document."""

import base64
import functools
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from functions.alerts_api.api import Api
from functions.alerts_api.configuration_stores import Stores
from functions.alerts_api.ports import Ports
from functions.alerts_api.route import RouteTable
from functions.alerts_api.routes import build_api
from functions.alerts_api.schemas.catalogue import OPERATIONS
from functions.alerts_api.schemas.document import build_document
from functions.alerts_api.schemas.model import Error
from tests.fakes.secrets import InMemorySecrets
from tests.fakes.world import World
from tests.gateway_path import arrived, expect_arrived
from tocsin.adapters.dynamodb.activity.scribe import Scribe
from tocsin.bodies.facts import facts_of
from tocsin.domain.credential import ApiKey, hash_secret, read_scopes
from tocsin.domain.ids import Actor
from tocsin.lambda_runtime.current_author import CurrentAuthor
from tocsin_cli.simulated.stores import TABLE

NO_CONTENT = 204
EVENTS = Path(__file__).parents[3] / "events"

type Line = tuple[str, str, Mapping[str, object]]


class NotedLog:
    def __init__(self) -> None:
        self.lines: list[Line] = []

    def info(self, message: str, **facts: object) -> None:
        self.lines.append(("info", message, facts))

    def exception(self, message: str, **facts: object) -> None:
        self.lines.append(("exception", message, facts))


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a client gets, after its HTTP library has undone the compression."""

    status: int
    headers: Mapping[str, str]
    text: str
    wire_bytes: int

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.text)

    @property
    def data(self) -> Any:  # noqa: ANN401
        return self.json["data"]

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])

    @property
    def wrong_fields(self) -> list[str]:
        return [detail["field"] for detail in self.json["error"]["details"]]


@dataclass(kw_only=True)
class Client:
    """A caller with a key; `World` is what stands behind the API."""

    world: World
    api: Api
    log: NotedLog
    secret: str | None = None

    @classmethod
    def of(cls, world: World, **instead: Any) -> "Client":  # noqa: ANN401 - any of the ports
        """Build the API on the world's stores; `instead` puts others in their places."""
        log, acting = NotedLog(), CurrentAuthor()
        scribe = Scribe(table_name=TABLE, author=acting, facts=facts_of)
        numbers = iter(range(1_000_000))
        parts: dict[str, Any] = {
            "alerts": world.alerts,
            "incidents": replace(world.incidents, scribe=scribe),
            "paging": world.paging,
            "storms": world.storms,
            "notifications": world.notifications,
            "digests": world.digests,
            "awake": world.awake,
            "deliveries": world.deliveries,
            "secrets": InMemorySecrets(),
            "activity": world.activity,
            "acting": acting,
            "changes": world.change_counter,
            "keys": replace(world.keys, scribe=scribe),
            "sessions": lambda: replace(world.sessions, scribe=scribe),
            "users": lambda: world.users,
            "answers": world.answers,
            "now": lambda: world.now,
            "random_bytes": lambda length: next(numbers).to_bytes(length),
            "wait": lambda seconds: world.pass_time(seconds=seconds),
            "log": log,
            "channel_secrets_prefix": "/tocsin/tocsin/channels",
            "push_public_key": "B-public",
        }
        stores: dict[str, Any] = {
            "policies": replace(world.policies, scribe=scribe),
            "routes": replace(world.routes, scribe=scribe),
            "users": replace(world.users, scribe=scribe),
            "channels": replace(world.channels, scribe=scribe),
            "settings": replace(world.settings, scribe=scribe),
            "schedules": replace(world.schedules, scribe=scribe),
            "overrides": replace(world.overrides, scribe=scribe),
            "swaps": replace(world.swaps, scribe=scribe),
            "feeds": replace(world.feeds, scribe=scribe),
            "heartbeats": replace(world.heartbeats, scribe=scribe),
            "silences": replace(world.silences, scribe=scribe),
            "windows": replace(world.windows, scribe=scribe),
            "integrations": replace(world.integrations, scribe=scribe),
            "slots": world.slots,
            "alerts": world.alerts,
        }
        parts |= instead
        made_on_use = (
            *("incidents", "paging", "storms", "notifications", "digests", "deliveries"),
            *("awake", "secrets", "activity"),
        )
        late: dict[str, Any] = {
            name: functools.partial(_same, parts.pop(name)) for name in made_on_use
        }
        ports = Ports(configuration=lambda: Stores(**stores), **late, **parts)
        api = build_api(ports)
        return cls(world=world, api=api, log=log)

    def with_key(self, *scopes: str, user: str | None = "alice") -> "Client":
        """Go on as a caller with a new key of these scopes."""
        key_id = f"key-{len(self.world.keys.list())}"
        secret = f"tocsin_{key_id}"
        self.add_key(secret, *scopes, user=user, key_id=key_id)
        return self.using(secret)

    def using(self, secret: str | None) -> "Client":
        return Client(world=self.world, api=self.api, log=self.log, secret=secret)

    def add_key(self, secret: str, *scopes: str, user: str | None, key_id: str) -> None:
        key = ApiKey(
            key_id=key_id,
            name="of a test",
            scopes=read_scopes(scopes),
            user=user,
            created_at=self.world.now,
            created_by=Actor("bob"),
            secret_hash=hash_secret(secret),
        )
        self.world.keys.add(key, write_id=self.world.new_write_id())

    def get(self, path: str, headers: Mapping[str, str] | None = None, /, **query: object) -> Reply:
        return self.send("GET", path, query=query, headers=headers)

    def post(
        self, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Reply:
        return self.send("POST", path, body=body, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, object] | str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        key = {} if self.secret is None else {"authorization": f"Bearer {self.secret}"}
        query = query if isinstance(query, str) else urlencode(query)
        sent = {**key, **(headers or {})}
        return self.send_event(request_event(method, path, body=body, query=query, headers=sent))

    def send_event(self, event: Mapping[str, Any]) -> Reply:
        """Send what the gateway would; every answer must be as documented."""
        expect_arrived(event)
        answer = self.api(event)
        self.world.follow()
        reply = _received(answer)
        self._expect_documented(event, reply)
        return reply

    def _expect_documented(self, event: Mapping[str, Any], reply: Reply) -> None:
        method = event["requestContext"]["http"]["method"]
        routes, _ = RouteTable(self.api.routes).find(method, event["rawPath"])
        route = routes.get(method)
        if reply.status >= 400:
            Error.model_validate_json(reply.text, strict=True)
        if route is None:
            return
        described = _documented()[route.path][route.method.lower()]["responses"]
        assert str(reply.status) in described, f"{route.operation} may answer {reply.status}"
        if reply.status >= 400:
            assert reply.code in described[str(reply.status)]["description"].split(", ")
            return
        content_type = reply.headers.get("content-type")
        if content_type == OPERATIONS[route.operation].other_media_type:
            return
        if (model := OPERATIONS[route.operation].answer) and reply.status != NO_CONTENT:
            model.model_validate_json(reply.text, strict=True)


def _same[T](made: T) -> T:
    return made


def example(case: str) -> dict[str, Any]:
    """An event as the gateway sends it."""
    event: dict[str, Any] = json.loads((EVENTS / f"alerts_api_{case}.json").read_text())
    return event


def request_event(
    method: str, path: str, *, body: object, query: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    """Any request as the gateway sends it; bytes go as they are, everything else as JSON."""
    event = example("get")
    event["rawPath"] = event["requestContext"]["http"]["path"] = arrived(path)
    event["requestContext"]["http"]["method"] = method
    event["rawQueryString"] = query
    del event["headers"]["authorization"]
    if isinstance(body, bytes):
        event["body"] = base64.b64encode(body).decode()
        event["isBase64Encoded"] = True
    elif body is not None:
        event["body"] = json.dumps(body)
        event["headers"]["content-type"] = "application/json"
    event["headers"] |= headers
    return event


@functools.cache
def _documented() -> Mapping[str, Any]:
    paths: Mapping[str, Any] = build_document(Client.of(World()).api.routes)["paths"]
    return paths


def _received(answer: Mapping[str, Any]) -> Reply:
    wire = answer["body"].encode()
    if answer.get("isBase64Encoded"):
        wire = base64.b64decode(wire)
    is_compressed = answer["headers"].get("content-encoding") == "gzip"
    text = gzip.decompress(wire) if is_compressed else wire
    return Reply(
        status=answer["statusCode"],
        headers=answer["headers"],
        text=text.decode(),
        wire_bytes=len(wire),
    )
