"""Both functions that the document describes, on a simulated table, as one WSGI application."""

import base64
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from functions.alerts_api.schemas.operation import PATH_EXAMPLES
from functions.alerts_api.schemas.overrides import SpanBody, SwapBody
from functions.alerts_api.schemas.push_devices import PushDeviceBody
from functions.ingest.answers import respond
from functions.session.answers import respond as respond_at_door
from tests.examples import HOUR
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client, request_event
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.session.browser import Browser, only_session
from tests.on_call import made as made_override
from tocsin.bodies.schedules import ScheduleBody
from tocsin.domain.credential import Scope
from tocsin.domain.digest import Digest, DigestId
from tocsin.domain.integration import IntegrationType
from tocsin.domain.on_call.swap import Swap
from tocsin.domain.severity import Severity

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KEY: Final = "tocsin_key-of-the-document"
NAME: Final = "default"
"""What one of each kind of configuration is called."""
SPARE: Final = "spare"
"""Likewise, and nothing names it."""
KEY_ID: Final = "key-of-a-script"
_OF_INGEST: Final = re.compile(r"/i/.*|/api/v1/events|/api/v1/integrations/[^/]+/try")
_PARTS_OF_ONE: Final = "/api/v1/schedules/{name}".count("/")
_HERE: Final = {"channel": NAME}
_CONFIGURATION: Final[Mapping[str, Mapping[str, Any]]] = {
    "channels": {"type": "console"},
    "users": {"email": "alice@example.com", "notify": [{"by": "email"}]},
    "escalation-policies": {"steps": [{"targets": [_HERE], "delay": "5m"}], "repeat": 1},
    "routes": {"escalation_policy": NAME},
    "heartbeats": {"period": "24h"},
    "silences": {"match": ['name="other"'], "duration": "1h", "reason": "Known"},
    "maintenance-windows": {"match": ['name="other"'], "duration": "1h", "reason": "Deploy"},
}


_SCHEDULE: Final = ScheduleBody.model_json_schema()["examples"][0]
_SWAP: Final = SwapBody.model_json_schema()["examples"][0]


class WholeApi:
    """A team with one of everything, and an alert in each state."""

    def __init__(self) -> None:
        self.world = World()
        anybody = Client.of(self.world)
        anybody.add_key(KEY, Scope.ADMIN, user="alice", key_id="key-of-the-document")
        anybody.add_key("tocsin_script", Scope.EVENTS, user=None, key_id=KEY_ID)
        self._api = anybody.api
        self._gateway = Gateway(self.world)
        self._gateway.register(IntegrationType.REST, token=TOKEN, name=NAME)
        browser = Browser(world=self.world)
        browser.sign_in(KEY)
        self._doors, self._session_id = browser.ports, only_session(self.world).session_id
        self._set_up(anybody.using(KEY))

    def _set_up(self, admin: Client) -> None:
        for kind, body in _CONFIGURATION.items():
            for name in (SPARE, NAME):
                made = admin.send("PUT", f"/api/v1/{kind}/{name}", body=body)
                assert made.status == HTTPStatus.CREATED, made.text
                if kind == "heartbeats":
                    self.heartbeat_token = str(made.data["url"]).split("/")[-2]
        admin.send("PUT", f"/api/v1/integrations/{SPARE}", body={"type": "rest"})
        # The key is hers, and examples of the document ask him.
        for name in ("alice", "bob", "carol"):
            admin.send("PUT", f"/api/v1/users/{name}", body={"email": f"{name}@example.com"})
        self.alert_ids = [self.world.opened(f"disk-{number}") for number in range(3)]
        self.world.acknowledge(self.alert_ids[1])
        self.world.snooze(self.alert_ids[1], HOUR)
        self.world.resolve(self.alert_ids[2])
        digest = Digest(
            digest_id=DigestId(PATH_EXAMPLES["digest_id"]),
            target="channel:default",
            channel=NAME,
            frozen_at=self.world.now,
            alert_ids=tuple(self.alert_ids),
            severity=Severity.CRITICAL,
        )
        self.world.digests.freeze(digest, write_id=self.world.new_write_id())
        incident = admin.post("/api/v1/incidents", {"title": "Checkout is down"})
        self.incident_id = str(incident.data["id"])
        self._set_up_schedules(admin)
        self._set_up_devices(admin)

    def _set_up_devices(self, admin: Client) -> None:
        """One to show and test, and one to remove."""
        (example,) = PushDeviceBody.model_json_schema()["examples"]
        devices = [
            admin.post("/api/v1/me/push-devices", {**example, "endpoint": endpoint})
            for endpoint in (example["endpoint"], f"{example['endpoint']}-spare")
        ]
        self.device_id, self.spare_device_id = (str(it.data["id"]) for it in devices)

    def _set_up_schedules(self, admin: Client) -> None:
        for name in (SPARE, NAME):
            put = admin.send("PUT", f"/api/v1/schedules/{name}", body=_SCHEDULE)
            assert put.status == HTTPStatus.CREATED, put.text
        for noun in ("schedules", "users"):
            admin.post(f"/api/v1/{noun}/{NAME}/feed")
        # By the API these tell people, and its clock would keep who there is by then for ever.
        made = made_override("carol", self.world.now + HOUR, self.world.now + 2 * HOUR)
        self.world.override(replace(made, schedule=NAME))
        self.override_id = made.override.override_id
        swap = Swap(
            name=PATH_EXAMPLES["swap_id"],
            schedule=NAME,
            asker="alice",
            asked="bob",
            gives=SpanBody.model_validate(_SWAP["gives"]).span,
            takes=SpanBody.model_validate(_SWAP["takes"]).span,
            created_at=self.world.now,
        )
        self.swap_id = swap.name
        self.world.swaps.put(None, swap, write_id=self.world.new_write_id())

    def known(self, method: str, path: str) -> Mapping[str, str]:
        """Path parameters that lead to something; what is to be deleted, nothing names."""
        is_alive = path.endswith("/heartbeat")
        return {
            "alert_id": self.alert_ids[1 if path.endswith(("/unack", "/unsnooze")) else 0],
            "device_id": self.spare_device_id if method == "DELETE" else self.device_id,
            "digest_id": PATH_EXAMPLES["digest_id"],
            "incident_id": self.incident_id,
            "key_id": KEY_ID,
            "name": self._name_of(method, path),
            "override_id": self.override_id,
            "swap_id": self.swap_id,
            "session_id": self._session_id,
            "token": self.heartbeat_token if is_alive else TOKEN,
        }

    def _name_of(self, method: str, path: str) -> str:
        """Of what is to be deleted nothing names; of a schedule, one with all parts."""
        has_parts = path.count("/") > _PARTS_OF_ONE
        return SPARE if method == "DELETE" and not has_parts else NAME

    def answer(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer as the gateway would let the function of this path answer."""
        if _OF_INGEST.fullmatch(event["rawPath"]):
            answer: Mapping[str, Any] = respond(event, self._gateway.ports)
        elif event["rawPath"].startswith("/session"):
            answer = respond_at_door(event, self._doors)
        else:
            answer = self._api(event)
        self.world.follow()
        return answer


class Application:
    """Answers requests, each by an API that nobody has changed before; counts and times them."""

    def __init__(self) -> None:
        self.answered: Counter[int] = Counter()
        self.slowest = 0.0
        """Seconds of CPU."""
        self._api = WholeApi()

    def known(self, method: str, path: str) -> Mapping[str, str]:
        """Path parameters that lead to something."""
        return self._api.known(method, path)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        event = _event_of(environ)
        began = time.thread_time()
        answer = self._api.answer(event)
        self.slowest = max(self.slowest, time.thread_time() - began)
        status = HTTPStatus(answer["statusCode"])
        self.answered[status] += 1
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} and status.is_success:
            self._api = WholeApi()
        start_response(f"{status} {status.phrase}", list(answer["headers"].items()))
        text: str = answer.get("body", "")
        return [base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()]


def _event_of(environ: "WSGIEnvironment") -> dict[str, Any]:
    path, _, _ = environ["REQUEST_URI"].partition("?")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or None
    method, query = environ["REQUEST_METHOD"], environ["QUERY_STRING"]
    event = request_event(method, path, body=body, query=query, headers={})
    event["headers"] = _headers_of(environ)
    return event


def _headers_of(environ: "WSGIEnvironment") -> dict[str, str]:
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers.pop("accept-encoding", None)
    if content_type := environ.get("CONTENT_TYPE"):
        headers["content-type"] = content_type
    return headers
