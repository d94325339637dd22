"""What /openapi.json does not describe: links, Slack's buttons and other products' endpoints.

Each is sent many odd requests, the same in every run: no fault of ours, and no long work.
"""

import json
import time
from collections import Counter
from random import Random
from typing import Any, Final

import pytest

from functions.console.answers import File, respond
from tests.examples import HOUR
from tests.functions.actions.holder import KEY, SIGNING_SECRET, URL, Holder, example, slack_payload
from tests.functions.ingest.gateway import TOKEN, Gateway
from tests.functions.ingest.hostile import CONTROLS, EVENT
from tests.functions.ingest.test_fuzz import CPU_SECONDS, PLAIN_VALUES, mutated
from tests.template_file import read_template
from tests.wire import Sample
from tocsin.domain.heartbeat import Heartbeat
from tocsin.domain.ids import AlertId, WriteId
from tocsin.domain.integration import IntegrationType, Token
from tocsin.domain.link import LinkAction
from tocsin.domain.people import ContactMethod, User
from tocsin.domain.verification import VERIFY_PATH, VerificationSigner

REQUESTS: Final = 10_000
METHODS: Final = (
    *("GET", "GET", "GET", "POST", "POST", "POST", "PUT", "PUT"),
    *("PATCH", "DELETE", "HEAD", "OPTIONS"),
)
ALERTA: Final = {
    "resource": "db-1",
    "event": "Disk",
    "environment": "Production",
    "service": ["shop"],
    "tags": ["a=b"],
    "action": "ack",
    "origin": "backup",
    "text": "full",
    "attributes": {"a": "b"},
}
OPSGENIE: Final = {
    "message": "Disk full",
    "alias": "disk",
    "tags": ["a"],
    "details": {"a": "b"},
    "priority": "P2",
    "endTime": "2026-03-02T00:00:00Z",
}
ALERTS: Final = [{"labels": {"alertname": "Disk"}, "annotations": {}}]
OF_OPSGENIE: Final = (
    *("", "/count", "/{id}", "/disk", "/requests/{id}", "/{id}/notes", "/{id}/logs"),
    *("/{id}/recipients", "/{id}/attachments", "/{id}/close", "/{id}/acknowledge", "/{id}/tags"),
    *("/{id}/snooze", "/{id}/priority", "/{id}/details", "/{id}/actions/Restart", "/{id}/x/y"),
)
OF_ALERTA: Final = (
    *("/alert", "/alert/{id}", "/alert/{id}/action", "/alert/{id}/status", "/alert/{id}/note"),
    *("/alert/{id}/notes", "/alert/{id}/tag", "/alert/{id}/untag", "/alert/{id}/attributes"),
    *("/alerts", "/alerts/count", "/alerts/top10/count", "/heartbeat", "/heartbeat/{id}"),
    *("/heartbeats", "/config"),
)
OF_ALERTMANAGER: Final = (
    *("/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/status", "/api/v2/receivers"),
    *("/api/v2/silences", "/api/v2/silence/{id}", "/api/v1/alerts", "/-/healthy", "/-/ready"),
)
ENDPOINTS: Final[dict[str, Any]] = {
    "/v2/enqueue": EVENT,
    "/v2/change/enqueue": EVENT,
    "/generic/2010-04-15/create_event.json": {"event_type": "trigger", "description": "Disk full"},
    "/v1/json/alert": OPSGENIE,
    "/v2/heartbeats": {"name": "backup"},
    "/v2/heartbeats/backup": {},
    "/v2/heartbeats/backup/ping": {},
    **{f"/v2/alerts{it}": OPSGENIE for it in OF_OPSGENIE},
    **dict.fromkeys(OF_ALERTA, ALERTA),
}
"""Below a token and at the root."""
BELOW_A_TOKEN: Final = {**ENDPOINTS, **dict.fromkeys(OF_ALERTMANAGER, ALERTS)}
LINKS: Final = ("/act/{token}", "/s/{token}", "/verify/{token}", "/slack/ops-slack/actions")
NEVER_GOOD: Final = {
    "/v1/json/alert",
    "/alerts/top10/count",
    "/alert/{id}/status",
    "/heartbeat/{id}",
    "/v2/alerts/requests/{id}",
    "/api/v2/silence/{id}",
    "/v2/alerts/{id}/attachments",
    "/v2/alerts/{id}/x/y",
}
"""Where nothing is, or is known only by an earlier answer; or what is not offered."""
DESCRIBED: Final = ("/api/v1/", "/session", "/health", "/docs", "/openapi.json")
"""By the document, whose tests are in tests/openapi."""
CALENDARS: Final = ("/cal/{token}",)
"""Tried in tests/functions/calendar."""
FILES: Final = (
    *("/", "/console", "/console/{proxy+}", "/assets/{name}", "/sw.js"),
    *("/manifest.webmanifest", "/favicon.svg", "/favicon.ico"),
)
"""Of the console."""
NAMES: Final = (
    *("query", "filter", "identifier", "identifierType", "status", "limit", "offset", "sort"),
    *("order", "tags", "keys", "q", "text", "rawData", "page", "page-size", "sort-by", "from-date"),
    *("active", "silenced", "receiver", "matcher", "apiKey", "api-key", "user", "duration"),
)
TEXTS: Final = (
    *(
        "",
        "alias",
        "tiny",
        "-1",
        "9" * 400,
        "0.1",
        "createdAt",
        "asc",
        "%00",
        "%ff%fe",
        "a" * 4_000,
    ),
    *("x=~%22(a%2B)%2B$%22", "x=~%22a{9999999999}%22", "{", "x==y", "~a.*a.*b", "!", "*" * 900),
    *("status:open AND (" + "%20" * 700 + ")", "tag:" + "(" * 400, "NOT NOT NOT", "9999-12-31"),
)


def query_of(chance: Random) -> str:
    chosen = range(chance.choice((0, 0, 1, 1, 2, 20)))
    odd = [f"{chance.choice(NAMES)}={chance.choice(TEXTS)}" for _ in chosen]
    good = ["identifierType=alias", "name=backup"]
    return "&".join(good + odd if chance.random() < 0.3 else odd)


def expect_soon(status: int, began: float, what: object) -> None:
    took = time.thread_time() - began
    assert 200 <= status < 500, what
    assert took < CPU_SECONDS, what


def a_gateway() -> tuple[Gateway, str]:
    """Intake with a heartbeat, and an alert that patterns are slow on; returns its id too."""
    gateway = Gateway()
    gateway.register(IntegrationType.REST)
    heartbeat = Heartbeat(
        name="backup",
        period=HOUR,
        integrations=("prod",),
        created_at=gateway.world.now,
        token=Token.of(TOKEN[::-1]),
    )
    watched = heartbeat.watched(gateway.world.now)
    gateway.world.heartbeats.put(None, watched, write_id=WriteId("setup"))
    labels = {"x": "a" * 2_000, "rawData": "a" * 4_000}
    reply = gateway.post(
        {"name": "Disk", "output": "a" * 4_000, "labels": labels, "dedup_key": "disk"}
    )
    return gateway, reply.result["alert_id"]


def test_every_route_is_tried_here_or_described() -> None:
    routes = {
        event["Properties"]["Path"]
        for it in read_template()["Resources"].values()
        for event in it.get("Properties", {}).get("Events", {}).values()
        if event["Type"] == "HttpApi" and "Path" in event["Properties"]
    }
    tried = (*BELOW_A_TOKEN, *LINKS, *CALENDARS, *FILES, f"/i/{TOKEN}")

    left = {
        route
        for route in routes
        if not route.startswith(DESCRIBED)
        and not any(it.startswith(route.partition("{")[0]) for it in tried)
    }

    assert len(routes) > 15
    assert left == set()


@pytest.mark.parametrize("is_root", [False, True], ids=["below a token", "at the root"])
def test_other_products_endpoints_take_or_refuse_odd_requests(is_root: bool) -> None:  # noqa: FBT001
    chance = Random(int(is_root))  # noqa: S311 - no secret
    endpoints = ENDPOINTS if is_root else BELOW_A_TOKEN
    tried: Counter[str] = Counter()
    good: set[str] = set()
    each = -(-REQUESTS // (2 * len(endpoints)))
    for endpoint, body in endpoints.items():
        gateway, alert_id = a_gateway()
        for _ in range(each):
            path = endpoint.replace(
                "{id}", chance.choice((alert_id, alert_id[:8], "76EZ91ZP", "x"))
            )
            word = "GenieKey" if path.startswith("/v2") else "Key"
            key = f"{word} {TOKEN}" if chance.random() < 0.9 else CONTROLS
            keys = {"routing_key": TOKEN, "service_key": TOKEN}
            said = {**keys, **body} if isinstance(body, dict) else body
            sent = Sample(
                "odd",
                json.dumps(said).encode(),
                chance.choice(METHODS),
                path if is_root else f"/i/{TOKEN}{path}",
                query_of(chance),
                {"content-type": "application/json", "authorization": key},
            )
            if chance.random() < 0.5:
                sent = mutated(chance, sent)
            began = time.thread_time()
            reply = gateway.replay(sent)
            expect_soon(reply.status, began, (sent, reply))
            tried[endpoint] += 1
            if reply.status < 300:
                good.add(endpoint)
    assert tried.total() >= REQUESTS / 2
    assert endpoints.keys() - good <= NEVER_GOOD


def a_holder() -> tuple[Holder, AlertId]:
    """One who was told of an alert."""
    holder = Holder()
    return holder, holder.world.opened("disk")


def test_links_take_or_refuse_odd_requests() -> None:
    chance = Random(2)  # noqa: S311 - no secret
    holder, alert_id = a_holder()
    for number in range(REQUESTS // 10):
        if number % 25 == 0:
            holder, alert_id = a_holder()
        token = holder.token(chance.choice([*LinkAction]), alert_id)
        place = chance.randrange(len(token))
        odd = chance.choice(("", "A", "%00", "é", ".", "/", "x" * 5_000))
        followed = token if chance.random() < 0.5 else token[:place] + odd + token[place + 1 :]
        event = example(chance.choice(("look", "act")))
        event["requestContext"]["http"]["method"] = chance.choice(("GET", "POST", *METHODS))
        if number % 3 == 0:
            followed = holder.short_link(alert_id)[: place % 14] + odd
        where = "s" if number % 3 == 0 else "act"
        event["rawPath"] = f"/{where}/{followed}".replace("%", "%25")
        body = chance.choice(("action=ack", "action=", "action=ack&action=resolve", "é", "{}", ""))
        event["body"], event["isBase64Encoded"] = body * chance.choice((1, 1, 50_000)), False
        origin = chance.choice(("null", "https://tocsin.example.com", "https://[::1", "é" * 900))
        began = time.thread_time()
        reply = holder.send(event, {"origin": origin} if chance.random() < 0.5 else None)
        expect_soon(reply.status, began, (followed, event, reply))


def test_links_that_verify_take_or_refuse_odd_requests() -> None:
    chance = Random(4)  # noqa: S311 - no secret
    holder, _ = a_holder()
    alice = User(name="alice", email="alice@example.com")
    for number in range(REQUESTS // 10):
        if number % 25 == 0:
            holder, _ = a_holder()
            holder.world.keep(holder.world.users, alice)
        url = VerificationSigner(KEY, URL).url(alice, ContactMethod.EMAIL, at=holder.world.now)
        assert url is not None
        place = chance.randrange(len(URL) + len(VERIFY_PATH), len(url))
        odd = chance.choice(("", "A", "%00", "é", ".", "x" * 5_000))
        followed = url if chance.random() < 0.5 else url[:place] + odd + url[place + 1 :]
        method = chance.choice(("GET", "POST", *METHODS))
        began = time.thread_time()
        reply = holder.verify(followed.replace("%", "%25"), method=method)
        expect_soon(reply.status, began, (followed, method, reply))


def test_the_console_serves_or_refuses_odd_requests() -> None:
    chance = Random(5)  # noqa: S311 - no secret
    page = File(content_type="text/html", cache_control="no-cache", tag="a", body=b"b", gzip=b"c")
    headers = ("accept-encoding", "if-none-match", "range", "host", "cookie")
    for _ in range(REQUESTS // 10):
        path = chance.choice(FILES).replace("{", chance.choice(("", "../", "%2e%2e/", "é" * 900)))
        method = chance.choice(("GET", "HEAD", *METHODS))
        odd = {
            chance.choice(headers): chance.choice((*TEXTS, "gzip;q=" + "0" * 9_000, "*," * 9_000))
        }
        began = time.thread_time()
        answer = respond(method, path, odd, {"/": page, "/sw.js": page}.get)
        expect_soon(answer.status, began, (method, path, odd))


def test_slacks_buttons_take_or_refuse_odd_requests() -> None:
    chance = Random(3)  # noqa: S311 - no secret
    holder, alert_id = a_holder()
    for number in range(REQUESTS // 10):
        if number % 25 == 0:
            holder, alert_id = a_holder()
        payload = slack_payload(holder.token(LinkAction.ACKNOWLEDGE, alert_id))
        place: Any = chance.choice((payload, payload["user"], payload["actions"][0]))
        place[chance.choice(sorted(place))] = chance.choice(PLAIN_VALUES)
        form = Sample("odd", json.dumps({"payload": payload}).encode())
        sent = mutated(chance, form) if chance.random() < 0.3 else form
        quoted = json.dumps(payload).encode() if chance.random() < 0.7 else sent.body
        body = b"payload=" + quoted.replace(b"%", b"%25").replace(b"&", b"%26")
        secret = "another" if chance.random() < 0.1 else SIGNING_SECRET
        channel = chance.choice((*["ops-slack"] * 9, "nobody", "..", "é"))
        began = time.thread_time()
        reply = holder.sign_and_send(example("slack"), body, channel=channel, secret=secret)
        expect_soon(reply.status, began, (body, reply))
