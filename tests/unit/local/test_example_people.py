"""Example people to page: registered once, and never over what a person changed."""

from typing import Any

import pytest

from local.stack.example_people import PEOPLE, example_people
from local.stack.places import Json
from local.stack.prerequisites import LocalStackError

HERE = "http://127.0.0.1:8080"


class Api:
    """Stands for the Alerts API: keeps what it is given."""

    def __init__(self) -> None:
        self.kept: dict[str, Json] = {}
        self.refused: set[str] = set()

    def call(
        self, url: str, method: str, path: str, *, key: str, body: Json = None
    ) -> tuple[int, Json]:
        assert (url, key) == (HERE, "key")
        name = path.removeprefix("/api/v1/")
        if name in self.refused:
            return 422, {"error": {"message": "steps: too few."}}
        if method == "PUT":
            self.kept[name] = body
        return (200, {"data": self.kept[name]}) if name in self.kept else (404, {"error": {}})


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api()
    monkeypatch.setattr("local.stack.example_people.call", api.call)
    return api


def test_everybody_that_a_policy_names_is_there(api: Api) -> None:
    example_people(HERE, "key")

    policy: dict[str, Any] = api.kept["escalation-policies/default"]
    named = {
        f"{kind}s/{name}"
        for step in policy["steps"]
        for target in step["targets"]
        for kind, name in target.items()
    }
    assert named == api.kept.keys() - {"escalation-policies/default"}


def test_what_somebody_changed_stays(api: Api) -> None:
    api.kept["escalation-policies/default"] = "changed"

    example_people(HERE, "key")

    assert api.kept["escalation-policies/default"] == "changed"
    assert api.kept.keys() == PEOPLE.keys()


def test_a_refusal_is_told_with_its_reason(api: Api) -> None:
    api.refused.add("users/alice")

    with pytest.raises(LocalStackError, match=r"users/alice could not be .*: 422 steps: too few"):
        example_people(HERE, "key")
