"""The outbox as a device of the example user: registered once, by a key that does not stay."""

from typing import Any

import pytest

from local.outbox.push_receiver import subscription
from local.stack.example_device import example_device
from local.stack.places import Json
from local.stack.prerequisites import LocalStackError
from tocsin.domain.push_device import problem_of_auth, problem_of_endpoint, problem_of_key

HERE = "http://127.0.0.1:8080"


class Api:
    """Stands for the Alerts API."""

    def __init__(self) -> None:
        self.verified: dict[str, bool] | None = {}
        self.refuses_devices = False
        self.asked: list[tuple[str, str, str]] = []
        self.device: Any = None

    def call(
        self, url: str, method: str, path: str, *, key: str, body: Json = None
    ) -> tuple[int, Json]:
        assert url == HERE
        name = path.removeprefix("/api/v1/")
        self.asked.append((method, name, key))
        if name == "users/alice":
            known = {"data": {"verified": self.verified}}
            return (404, {}) if self.verified is None else (200, known)
        if name == "keys":
            assert body["user"] == "alice"
            return 201, {"data": {"id": "k1", "key": "of alice"}}
        if name == "me/push-devices":
            self.device = body
            refused = {"error": {"message": "endpoint: no."}}
            return (422, refused) if self.refuses_devices else (201, {"data": {"id": "d1"}})
        return 200, {"data": {}}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    api = Api()
    monkeypatch.setattr("local.stack.example_device.call", api.call)
    return api


def test_it_is_one_that_a_local_stack_takes(api: Api) -> None:
    example_device(HERE, "admin")

    assert api.device == subscription(f"{HERE}/_outbox/push/alice")
    assert problem_of_endpoint(api.device["endpoint"], allows_private=True) is None
    assert problem_of_key(api.device["keys"]["p256dh"]) is None
    assert problem_of_auth(api.device["keys"]["auth"]) is None


def test_the_key_that_registered_it_does_not_stay(api: Api) -> None:
    example_device(HERE, "admin")

    assert api.asked[-2:] == [
        ("POST", "me/push-devices/d1/seen", "of alice"),
        ("DELETE", "keys/k1", "admin"),
    ]


@pytest.mark.parametrize("verified", [None, {"push": True}, {"push": False}])
def test_who_is_gone_or_has_a_device_gets_none(api: Api, verified: dict[str, bool] | None) -> None:
    api.verified = verified

    example_device(HERE, "admin")

    assert api.device is None


def test_a_refusal_is_told_and_leaves_no_key(api: Api) -> None:
    api.refuses_devices = True

    with pytest.raises(LocalStackError, match=r"example device could not be .*: 422 endpoint: no"):
        example_device(HERE, "admin")

    assert api.asked[-1] == ("DELETE", "keys/k1", "admin")
