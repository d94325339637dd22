"""The command line, on a stack in memory."""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple, Self

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from tests.cli.served_stack import Served, served
from tests.fakes.world import World
from tests.functions.alerts_api.client import Client
from tests.gateway_path import arrived
from tocsin_cli.main import run

KEY = "tocsin_of_a_test"
_LOGGED = re.compile(r'^\{"(?:level|_aws)".*\n', re.MULTILINE)
"""What the functions write, which answer in this process."""


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


type Tocsin = Callable[..., Done]


class InMemoryKeyring(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    """Local times are the same wherever tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No profile, key or local stack of whoever runs the tests."""
    for name in [it for it in os.environ if it.startswith(("TOCSIN_", "XDG_"))]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home)
    return home


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[InMemoryKeyring]:
    before = keyring.get_keyring()
    ours = InMemoryKeyring()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


@pytest.fixture
def tocsin(capsys: pytest.CaptureFixture[str]) -> Tocsin:
    """Run a command in this process."""

    def run_command(*arguments: str) -> Done:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert "unforeseen" not in err
        return Done(int(code), _LOGGED.sub("", out), err)

    return run_command


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Its clock is the command line's too."""
    world = World()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(world.now.timestamp(), tz)

    monkeypatch.setattr("tocsin_cli.times.datetime", Clock)
    return world


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the world's API, which the environment names with alice's key."""
    with served(answering(Client.of(world))) as url:
        add_key(world, KEY, "alerts", "config")
        monkeypatch.setenv("TOCSIN_URL", url)
        monkeypatch.setenv("TOCSIN_API_KEY", KEY)
        yield url


def add_key(world: World, secret: str, *scopes: str, user: str | None = "alice") -> None:
    Client.of(world).add_key(secret, *scopes, user=user, key_id=f"key-{secret}")


def answering(client: Client) -> Callable[..., Served]:
    """Answer by the real API, which holds each answer to its document."""

    def work(method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Served:
        path, _, query = target.partition("?")
        sent: dict[str, Any] = {"query": query, "headers": headers}
        reply = client.send(method, arrived(path), body=body, **sent)
        return Served(reply.status, reply.text, reply.headers.get("content-type", "text/plain"))

    return work
