"""The functions that answer requests, as their app.py wires them, over one table in moto."""

import base64
import importlib
import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

import boto3
import pytest
from botocore.client import BaseClient

from tests.aws_calls import calls_of
from tests.conftest import TABLE_NAME
from tests.functions.actions.holder import example as example_of_action
from tests.functions.actions.holder import slack_payload, slack_signature
from tests.functions.alerts_api.client import request_event
from tests.gateway_path import function_of
from tocsin.adapters.aws_json import AwsUnavailableError, Service

EVENTS = Path(__file__).parents[2] / "events"
PREFIX: Final = "/tocsin/tocsin"
ADMIN_KEY: Final = f"{PREFIX}/admin-key"
LINK_KEY: Final = f"{PREFIX}/link-key"
PUBLIC_URL: Final = "https://tocsin.example.com"
ENVIRONMENT: Final = {
    "TABLE_NAME": TABLE_NAME,
    "LINK_KEY_PARAMETER": LINK_KEY,
    "CHANNEL_SECRETS_PREFIX": f"{PREFIX}/channels",
    "PUBLIC_URL": PUBLIC_URL,
    "PUSH_PUBLIC_KEY": "B-public",
    "OIDC_ISSUER": "https://login.example.com",
    "OIDC_CLIENT_ID": "tocsin",
}
HANDLERS_OF_INTAKE: Final = {"IngestFunction": "handler", "CompatFunction": "compat_handler"}
ANSWERING: Final = (
    *("actions", "alerts_api", "calendar", "first_key", "ingest", "session", "team_config"),
)


class Unhurried:
    """Stands for Lambda's context: there is always time."""

    def get_remaining_time_in_millis(self) -> int:
        return 600_000


class MotoClient:
    """In the place of `AwsJsonClient`."""

    unavailable: ClassVar[dict[str, int]] = {}
    """Operations that fail for now, and how many calls of each still work."""

    def __init__(self, service: Service) -> None:
        client: BaseClient = boto3.client(service.name)  # type: ignore[call-overload]
        self._call = calls_of(client)

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if operation in self.unavailable:
            self.unavailable[operation] -= 1
            if self.unavailable[operation] < 0:
                raise AwsUnavailableError
        return self._call(operation, parameters)

    def allow(self, seconds: float) -> None:
        """There is always time."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    cookies: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)["data"]


@dataclass
class WholeStack:
    """One stack, and the secrets that were made with it."""

    apps: Mapping[str, ModuleType]

    def secret(self, name: str) -> str:
        found = boto3.client("ssm").get_parameter(Name=name, WithDecryption=True)
        return found["Parameter"]["Value"]

    def api(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request to the API, with the admin key."""
        headers = {"authorization": f"Bearer {self.secret(ADMIN_KEY)}", **headers}
        return self._request("alerts_api", method, path, body, headers)

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request to intake, by whichever of its functions the gateway calls."""
        function = function_of(method, path.partition("?")[0])
        handler = HANDLERS_OF_INTAKE[function]
        return self._request("ingest", method, path, body, headers, handler)

    def calendar(self, url: str) -> Answer:
        """Read a calendar by its URL, as a program does."""
        return self._request("calendar", "GET", url.removeprefix(PUBLIC_URL), None, {})

    def door(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Send a request to a door of the console, as its pages do."""
        headers = {"origin": PUBLIC_URL, **headers}
        return self._request("session", method, path, body, headers)

    def signed_in(
        self, function: str, method: str, path: str, cookie: str, body: object = None
    ) -> Answer:
        """Send a request with the cookie of a session, as the console's pages do."""
        headers = {"origin": PUBLIC_URL, "cookie": cookie}
        return self._request(function, method, path, body, headers)

    def act(self, token: str, action: str) -> int:
        event = example_of_action("act")
        event["rawPath"] = event["requestContext"]["http"]["path"] = f"/act/{token}"
        event["body"] = base64.b64encode(urlencode({"action": action}).encode()).decode()
        return self._act(event)

    def look(self, token: str) -> int:
        event = example_of_action("look")
        event["rawPath"] = event["requestContext"]["http"]["path"] = f"/act/{token}"
        return self._act(event)

    def verify(self, url: str, *, case: str) -> int:
        """Open the link by which a person confirms an address, or press its button."""
        event = example_of_action(case)
        path = url.removeprefix(PUBLIC_URL)
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["body"] = ""
        return self._act(event)

    def click(self, token: str, channel: str, signing_secret: str) -> int:
        event = example_of_action("slack")
        body = urlencode({"payload": json.dumps(slack_payload(token))}).encode()
        timestamp = str(int(time.time()))
        event["rawPath"] = event["requestContext"]["http"]["path"] = f"/slack/{channel}/actions"
        event["body"] = base64.b64encode(body).decode()
        event["headers"]["x-slack-request-timestamp"] = timestamp
        event["headers"]["x-slack-signature"] = slack_signature(signing_secret, timestamp, body)
        return self._act(event)

    def custom_resource(self, name: str) -> None:
        """Let CloudFormation ask for the making, change or end of a secret or the owner."""
        event = json.loads((EVENTS / f"first_key_{name}.json").read_text())
        self.apps["first_key"].handler(event, None)

    def deploy_file(self, request_id: str, **instead: Any) -> str:  # noqa: ANN401 - as files have it
        """Deploy the example file; returns what CloudFormation is told.

        Args:
            request_id: Each time another one.
            instead: Lists in the place of the example's; None: without it.
        """
        event = json.loads((EVENTS / "team_config_update.json").read_text())
        event["RequestId"] = request_id
        file = {**event["ResourceProperties"]["File"], **instead}
        event["ResourceProperties"]["File"] = {
            name: it for name, it in file.items() if it is not None
        }
        answers: list[Any] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                self.apps["team_config"], "send_answer", lambda *said, **_: answers.append(said)
            )
            self.apps["team_config"].handler(event, Unhurried())
        ((_, status, reason, _),) = answers
        return " ".join([status, *reason])

    def _act(self, event: Mapping[str, Any]) -> int:
        status: int = self.apps["actions"].handler(event, Unhurried())["statusCode"]
        return status

    def _request(
        self,
        function: str,
        method: str,
        path: str,
        body: object,
        headers: Mapping[str, str],
        handler: str = "handler",
    ) -> Answer:
        path, _, query = path.partition("?")
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        event = request_event(method, path, body=body, query=query, headers=sent)
        answer = getattr(self.apps[function], handler)(event, Unhurried())
        text = answer.get("body", "")
        if answer.get("isBase64Encoded"):
            text = base64.b64decode(text).decode()
        cookies = tuple(line.partition(";")[0] for line in answer.get("cookies", ()))
        return Answer(answer["statusCode"], text, cookies, answer["headers"])


@contextmanager
def unavailable(operation: str, *, after: int = 0) -> Iterator[None]:
    """Let an operation fail for a while, after so many calls that work."""
    MotoClient.unavailable[operation] = after
    try:
        yield
    finally:
        del MotoClient.unavailable[operation]


@contextmanager
def whole_stack() -> Iterator[WholeStack]:
    """Import the functions as Lambda does; the table has to be there, in moto."""
    with pytest.MonkeyPatch.context() as patch:
        queue = boto3.client("sqs").create_queue(QueueName="deliveries")["QueueUrl"]
        for name, text in {**ENVIRONMENT, "DELIVERIES_QUEUE_URL": queue}.items():
            patch.setenv(name, text)
        patch.setattr("time.sleep", lambda _: None)
        patch.setattr(
            "tocsin.adapters.aws_clients.aws_client", lambda service, _: MotoClient(service)
        )
        apps = {}
        for function in ANSWERING:
            patch.delitem(sys.modules, f"functions.{function}.app", raising=False)
            apps[function] = importlib.import_module(f"functions.{function}.app")
        patch.setattr(apps["first_key"], "send_answer", lambda *_, **__: None)
        yield WholeStack(apps)
