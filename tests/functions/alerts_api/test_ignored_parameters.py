"""A list ignores a query parameter that it does not know, and says so."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.alerts_api.schemas.document import build_document
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.openapi.whole_api import KEY, WholeApi

ALERTS = "/api/v1/alerts"


def lists() -> Iterator[Any]:
    paths = build_document(Client.of(World()).api.routes)["paths"]
    for path, methods in paths.items():
        described = methods.get("get", {})
        names = [it["name"] for it in described.get("parameters", ()) if it["in"] == "query"]
        if "limit" in names and path.startswith("/api/v1/"):
            yield pytest.param(path, names, id=described["operationId"])


@pytest.fixture(scope="module")
def whole() -> tuple[WholeApi, Client]:
    api = WholeApi()
    return api, Client.of(api.world).using(KEY)


LISTS = [*lists()]


def test_there_are_many_lists() -> None:
    assert len(LISTS) >= 11


@pytest.mark.parametrize(("path", "names"), LISTS)
def test_every_list_names_what_it_ignored(
    whole: tuple[WholeApi, Client], path: str, names: list[str]
) -> None:
    api, client = whole
    for name, value in api.known("GET", path).items():
        path = path.replace(f"{{{name}}}", value)

    answer = client.get(path, zzz="1", limt="5", curser="x")

    assert answer.status == 200
    assert answer.json["meta"]["ignored"] == [
        {"name": "zzz"},
        {"name": "limt", "meant": "limit"},
        {"name": "curser", "meant": "cursor"},
    ]
    # A blank is no mistake where a list has the parameter.
    known = {name: "" for name in names if "<" not in name and name != "limit"}
    assert "ignored" not in client.get(path, limit=5, **known).json.get("meta", {})


@pytest.mark.parametrize(
    ("parameter", "meant"),
    [
        ("state", "status"),
        ("sevrity", "severity"),
        ("Status", "status"),
        ("bogus", None),
        ("x" * 500, None),
    ],
)
def test_the_list_of_alerts_says_what_was_probably_meant(
    client: Client, parameter: str, meant: str | None
) -> None:
    answer = client.get(ALERTS, **{parameter: "firing", "label.team": "a"})

    (ignored,) = answer.json["meta"]["ignored"]
    assert ignored["name"] == parameter[:100]
    assert ignored.get("meant") == meant
    assert len(answer.json["meta"]) == 6


def test_a_known_parameter_that_is_malformed_is_refused(client: Client) -> None:
    assert client.get(ALERTS, status="open", state="x").status == 422


def test_many_ignored_parameters_are_named_in_part(client: Client) -> None:
    answer = client.get(ALERTS, **{f"p{number}": "1" for number in range(500)})

    assert len(answer.json["meta"]["ignored"]) == 50
