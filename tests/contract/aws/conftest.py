"""A server that misbehaves as told, and a client that talks to it."""

from collections.abc import Iterator

import pytest

from tests.contract.aws.requests import client_of
from tests.scripted_server import ScriptedServer
from tocsin.adapters import aws_json
from tocsin.adapters.aws_json import AwsJsonClient


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as server:
        yield server


@pytest.fixture
def client(server: ScriptedServer) -> Iterator[AwsJsonClient]:
    client = client_of(server)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_json, "BACKOFF_SECONDS", 0.001)
