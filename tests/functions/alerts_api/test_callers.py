"""Who may ask for what."""

import re

import pytest

from functions.alerts_api.route import Route
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tocsin.domain.credential import Scope

ALERT = "/api/v1/alerts/01KJM5ZZ00DRQ5V1N9YH3KW2TB"
OF_ALERTS = {"alerts", "awake", "changes", "digests", "me", "on-call", "storm"}
OF_PEOPLE = re.compile(
    r"/api/v1/schedules/\{name\}/(overrides|swaps|take).*|/api/v1/users/\{name\}/feed"
)
"""What people may change for themselves."""


def test_a_key_comes_as_a_bearer_token_or_in_a_header_of_its_own(client: Client) -> None:
    key = {"x-api-key": client.secret or ""}
    client.secret = None

    assert client.get("/api/v1/me", key).status == 200
    assert client.get("/api/v1/me", {"Authorization": f"bearer {key['x-api-key']}"}).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="without a key"),
        pytest.param({"authorization": "Bearer "}, id="with an empty key"),
        pytest.param({"authorization": "Bearer tocsin_nobody"}, id="with a key that nobody has"),
        pytest.param({"authorization": "Basic YWxpY2U6c2VjcmV0"}, id="with a password"),
        pytest.param({"x-api-key": "\udc80"}, id="with half a surrogate pair"),
    ],
)
def test_whoever_has_no_key_is_asked_for_one(anybody: Client, headers: dict[str, str]) -> None:
    refused = anybody.get(ALERT, headers)

    assert (refused.status, refused.code) == (401, "unauthorized")
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_key_in_the_query_is_no_key(client: Client) -> None:
    secret, client.secret = client.secret, None

    assert client.get(ALERT, api_key=secret, key=secret, access_token=secret).status == 401


def scope_of(route: Route) -> str:
    noun, reads = route.path.split("/")[3], route.method == "GET"
    if noun == "incidents" or route.path.endswith("/create-incident"):
        return "incidents"
    if noun in {"silences", "maintenance-windows"}:
        return "silences"
    if noun == "keys" and not reads:
        return "admin"
    if route.path == "/api/v1/users/{name}/test" or (OF_PEOPLE.fullmatch(route.path) and not reads):
        return "alerts:write"
    kind = "alerts" if noun in OF_ALERTS else "config"
    return f"{kind}:{'read' if reads else 'write'}"


def test_a_route_takes_its_scope_and_no_other(anybody: Client) -> None:
    for route in anybody.api.routes:
        if isinstance(route.access, Scope):
            scope, path = scope_of(route), re.sub(r"\{\w+\}", "unknown", route.path)
            others = {*Scope} - {scope, Scope.ADMIN}

            refused = anybody.with_key(*others).send(route.method, path)
            assert (refused.status, refused.code) == (403, "scope_missing"), route
            assert scope in refused.json["error"]["message"]
            assert anybody.with_key(scope).send(route.method, path, body={}).status != 403


def test_a_key_shows_whose_it_is(anybody: Client) -> None:
    mine = anybody.with_key("alerts", "incidents", user="alice").get("/api/v1/me").data
    ours = anybody.with_key(user=None).get("/api/v1/me").data

    assert mine["actor"] == mine["user"] == "alice"
    assert mine["scopes"] == ["alerts:read", "alerts:write", "incidents"]
    assert ours["actor"] == f"key:{ours['key_id']}"
    assert ours["scopes"] == []


def test_whoever_has_a_key_sees_that_no_message_leaves_the_stack(world: World) -> None:
    usual, shadow = Client.of(world), Client.of(world, is_shadow=True)

    assert usual.with_key().get("/api/v1/me").data["paging"] == "on"
    assert shadow.with_key().get("/api/v1/me").data["paging"] == "shadow"


def test_health_and_the_document_are_open_to_all(anybody: Client) -> None:
    assert anybody.get("/health").json == {"status": "ok"}
    assert anybody.get("/openapi.json").status == 200
    assert anybody.get("/docs").status == 200
