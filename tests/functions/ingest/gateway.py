"""Sends intake what the gateway sends, with a simulated table behind it."""

import base64
import copy
import functools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn

import pytest

from functions.alerts_api.schemas.intake import Receipts, Trials
from functions.alerts_api.schemas.model import Answer
from functions.ingest.answers import respond
from functions.ingest.compat.answers import respond_as_product
from functions.ingest.integrations import Integrations
from functions.ingest.ports import Ports
from functions.ingest.routes import INTEGRATIONS_PATH
from functions.ingest.sns.endpoint import SnsEndpoint
from tests.examples import ALICE, HOUR
from tests.fakes.world import World
from tests.gateway_path import arrived, expect_arrived, function_of
from tests.wire import Sample, sample
from tocsin.domain.alert import Alert
from tocsin.domain.credential import ApiKey, Scope, hash_secret
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import AlertId
from tocsin.domain.integration import Integration, IntegrationType, Token
from tocsin.lambda_runtime.callers import Callers
from tocsin.lambda_runtime.log_lines import Log
from tocsin.lambda_runtime.sessions import Sessions

EVENTS = Path(__file__).parents[3] / "events"
TOKEN = "0123456789abcdef0123456789abcdef"
SECRET = "tocsin_key-of-a-script"
NO_HEADERS: Mapping[str, str] = {}


def _unreachable(host: str, _path: str) -> NoReturn:
    raise AssertionError(f"{host} was asked")


@functools.cache
def _event(name: str) -> Mapping[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def event_of(name: str) -> dict[str, Any]:
    return copy.deepcopy(dict(_event(name)))


@dataclass(frozen=True)
class Reply:
    """What the sender gets."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.text)

    @property
    def results(self) -> list[dict[str, Any]]:
        """Those of a list, or of a trial; each must be as documented."""
        model = Answer[Trials] if self.status == HTTPStatus.OK else Answer[Receipts]
        model.model_validate_json(self.text, strict=True)
        results: list[dict[str, Any]] = self.json["data"]["results"]
        return results

    @property
    def result(self) -> dict[str, Any]:
        (result,) = self.results
        return result

    @property
    def outcomes(self) -> list[str]:
        return [result["outcome"] for result in self.results]

    @property
    def error(self) -> dict[str, Any]:
        error: dict[str, Any] = self.json["error"]
        return error

    @property
    def code(self) -> str:
        return str(self.error["code"])

    @property
    def wrong_fields(self) -> list[str]:
        return [detail["field"] for detail in self.error["details"]]


@dataclass
class Gateway:
    """Intake; `world` is what stands behind it."""

    world: World = field(default_factory=World)
    sns: SnsEndpoint = field(default_factory=lambda: SnsEndpoint(_unreachable))

    def __post_init__(self) -> None:
        self.integrations, self.keys = self.world.integrations, self.world.keys
        sessions = Sessions(
            sessions=self.world.sessions,
            users=self.world.users,
            keys=self.keys,
            marks_use=False,
        )
        callers = Callers(self.keys, lambda: sessions)
        self.ports = Ports(
            slots=self.world.slots,
            integrations=Integrations(self.integrations),
            paging=self.world.paging,
            callers=lambda: callers,
            answers=lambda: self.world.answers,
            alerts=lambda: self.world.alerts,
            sns=lambda: self.sns,
            heartbeats=lambda: self.world.heartbeats,
            silences=lambda: self.world.silences,
            now=lambda: self.world.now,
            new_write_id=self.world.new_write_id,
            log=Log("ingest"),
            service="ingest",
        )

    def register(
        self,
        type_: IntegrationType,
        *,
        token: str = TOKEN,
        **settings: Any,  # noqa: ANN401 - any of its fields
    ) -> Integration:
        """Set up the integration of `TOKEN`, or of another."""
        integration = Integration(
            name="prod", type=type_, created_at=self.world.now, tokens=(Token.of(token),)
        )
        return self._put(None, replace(integration, **settings))

    def register_again(self, **settings: Any) -> Integration:  # noqa: ANN401 - likewise
        before = self.integrations.get("prod")
        return self._put(before, replace(before, **settings))

    def _put(self, before: Integration | None, after: Integration) -> Integration:
        return self.integrations.put(before, after, write_id=self.world.new_write_id())

    def watch(self, name: str, token: str) -> None:
        """Set up a heartbeat that the integration may ping, to be heard from once an hour."""
        at, integrations = self.world.now, ("prod",)
        heartbeat = Heartbeat(
            name=name, period=HOUR, integrations=integrations, created_at=at, token=Token.of(token)
        )
        write_id = self.world.new_write_id()
        self.world.heartbeats.put(None, heartbeat.watched(at), write_id=write_id)

    def give_key(self, *scopes: Scope, secret: str = SECRET) -> None:
        key = ApiKey(
            key_id=f"01K{len(self.keys.list())}",
            name="script",
            scopes=frozenset(scopes),
            created_at=self.world.now,
            created_by=ALICE,
            secret_hash=hash_secret(secret),
        )
        self.keys.add(key, write_id=self.world.new_write_id())

    def send(self, event: Mapping[str, Any]) -> Reply:
        expect_arrived(event)
        http = event["requestContext"]["http"]
        function = function_of(http["method"], event["rawPath"])
        is_dry_run = event["rawPath"].startswith(INTEGRATIONS_PATH)
        take = respond if function == "IngestFunction" or is_dry_run else respond_as_product
        answer = take(event, self.ports)
        self.world.follow()
        return Reply(answer["statusCode"], answer["headers"], answer["body"])

    def post(
        self,
        body: object,
        *,
        path: str = f"/i/{TOKEN}",
        method: str = "POST",
        headers: Mapping[str, str] = NO_HEADERS,
        query: str = "",
    ) -> Reply:
        """Send a body: bytes as they are, a text as it is, anything else as JSON."""
        event = event_of("ingest_rest_trigger")
        event["rawPath"] = event["requestContext"]["http"]["path"] = arrived(path)
        event["rawQueryString"] = query
        event["requestContext"]["http"]["method"] = method
        event["headers"] |= headers
        if isinstance(body, bytes):
            event["body"] = base64.b64encode(body).decode()
            event["isBase64Encoded"] = True
        else:
            event["body"] = body if isinstance(body, str) else json.dumps(body)
        return self.send(event)

    def replay(
        self, sent: Sample, *, path: str | None = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> Reply:
        """Send what a product sent, to its own path or another, and with these headers too."""
        return self.post(
            sent.body,
            path=sent.path if path is None else path,
            method=sent.method,
            headers={**sent.headers, **headers},
            query=sent.query,
        )

    def deliver(self, name: str) -> Reply:
        """Send what a product sent, `<sender>/<case>`, to the integration's URL."""
        return self.replay(sample(name), path=f"/i/{TOKEN}")

    def alerts(self) -> list[Alert]:
        return self.world.every_alert()

    @property
    def only_alert(self) -> Alert:
        (alert,) = self.alerts()
        return alert

    def alert(self, reply: Reply) -> Alert:
        """The alert that the only result names."""
        return self.world.alert(AlertId(reply.result["alert_id"]))


def registered(type_: IntegrationType, **settings: Any) -> Any:  # noqa: ANN401 - a fixture of pytest's
    """Make a fixture: intake with an integration of this type behind the token."""

    @pytest.fixture
    def intake(gateway: Gateway) -> Gateway:
        gateway.register(type_, **settings)
        return gateway

    return intake


def raising(error: Exception | type[Exception]) -> Callable[..., NoReturn]:
    """Make what a test puts in the place of a method that fails."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail
