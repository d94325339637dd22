"""The example team: registered once, its URLs kept for later starts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.stack.example_team import Integration, example_team
from local.stack.places import Json, Places
from local.stack.prerequisites import LocalStackError

HERE = "http://127.0.0.1:8080"
KEY = "key-1"


class Api:
    """Stands for the Alerts API: tells a URL when it is made, and never again."""

    def __init__(self) -> None:
        self.types = {"rest", "events", "monitor"}
        self.registered: set[str] = set()
        self.tokens = 0
        self.calls: list[str] = []

    def call(
        self, url: str, method: str, path: str, *, key: str, body: Json = None
    ) -> tuple[int, Json]:
        assert key
        self.calls.append(f"{method} {path}")
        name = path.split("/")[4]
        if method == "GET":
            return (200 if name in self.registered else 404), {"data": {"name": name}}
        if method == "PUT" and body["type"] not in self.types:
            return 422, {"error": {"code": "invalid_request", "message": "No such type."}}
        is_new = path.endswith("/rotate") or name not in self.registered
        self.registered.add(name)
        self.tokens += is_new
        return 200, {"data": {"name": name} | ({"url": f"{url}/i/{self.tokens}"} if is_new else {})}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api()
    monkeypatch.setattr("local.stack.example_team.call", api.call)
    return api


@pytest.fixture
def team(api: Api, tmp_path: Path) -> Callable[..., dict[str, Integration]]:
    del api
    places = Places(root=tmp_path, kept=tmp_path)

    def start(url: str = HERE, key: str = KEY) -> dict[str, Integration]:
        return example_team(url, key, places)

    return start


def test_one_integration_of_each_type_is_registered(
    team: Callable[..., dict[str, Integration]],
) -> None:
    assert team() == {
        "example-rest": Integration("rest", f"{HERE}/i/1"),
        "example-events": Integration("events", f"{HERE}/i/2"),
        "example-monitor": Integration("monitor", f"{HERE}/i/3"),
    }


def test_a_second_start_keeps_the_urls(team: Callable[..., dict[str, Integration]]) -> None:
    assert team() == team()


def test_on_another_port_the_tokens_stay(team: Callable[..., dict[str, Integration]]) -> None:
    team()

    moved = team("http://127.0.0.1:9000")

    assert moved["example-rest"].url == "http://127.0.0.1:9000/i/1"


def test_one_that_was_deleted_is_registered_again(
    api: Api, team: Callable[..., dict[str, Integration]]
) -> None:
    team()
    api.registered.remove("example-rest")

    assert team()["example-rest"].url == f"{HERE}/i/4"


def test_a_url_that_was_told_to_another_is_rotated(
    api: Api, team: Callable[..., dict[str, Integration]]
) -> None:
    api.registered.add("example-rest")

    team()

    assert "POST /api/v1/integrations/example-rest/rotate" in api.calls


def test_urls_of_a_stack_that_is_gone_are_not_trusted(
    team: Callable[..., dict[str, Integration]],
) -> None:
    before = team()

    assert team(key="key-2")["example-rest"] != before["example-rest"]


def test_a_refusal_is_told_with_its_reason(
    api: Api, team: Callable[..., dict[str, Integration]]
) -> None:
    api.types.remove("rest")

    with pytest.raises(LocalStackError, match=r"example-rest could not be .*: 422 No such type"):
        team()
