"""One local stack for all tests of this folder: the real template, IAM enforced."""

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.stack.start import Options, Stack, Watchers, start
from tests.stack.client import Client, Sender
from tests.stack.clone import Clone
from tests.stack.filed_team import STARTED, FiledTeam, first_team
from tests.stack.shell import Shell
from tests.stack.team import Team
from tests.stack.webhook_receiver import WebhookReceiver

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("stack")
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, aws_environment: None) -> Iterator[Stack]:  # noqa: ARG001 - no real AWS
    """A fresh stack on free ports, ended with the tests."""
    state = tmp_path_factory.mktemp("stack")
    watchers = Watchers(step=lambda step: sys.stderr.writelines([f"local stack: {step}\n"]))
    with start(Options(state=state, fresh=True), watchers) as running:
        yield running


@pytest.fixture(scope="session")
def api(stack: Stack) -> Client:
    """The API with the admin key."""
    return Client(stack.url, stack.api_key)


@pytest.fixture(scope="session")
def rest(stack: Stack, api: Client) -> Sender:
    """A sender in Harp's language."""
    return Sender(api, stack.integrations["example-rest"].url)


@pytest.fixture(scope="session")
def events(stack: Stack, api: Client) -> Sender:
    """A sender in the language of PagerDuty's Events API."""
    return Sender(api, stack.integrations["example-events"].url)


@pytest.fixture(scope="session")
def new_name() -> Callable[[str], str]:
    """Names that no other test uses."""
    numbers = itertools.count(1)
    return lambda what: f"{what} {next(numbers)}"


@pytest.fixture(scope="session")
def new_integration(api: Client, new_name: Callable[[str], str]) -> Callable[..., Sender]:
    """Makes an integration of its own for a test."""

    def make(**settings: object) -> Sender:
        name = new_name("test").replace(" ", "-")
        body = {"type": "rest", **settings}
        answer = api.put(f"/api/v1/integrations/{name}", body).expect(201, 200)
        return Sender(api, answer.data["url"], name=name)

    return make


@pytest.fixture(scope="session")
def receiver() -> Iterator[WebhookReceiver]:
    """Takes webhooks, and checks at the end that each was signed."""
    with WebhookReceiver().running() as receiver:
        yield receiver
        for hook in receiver.hooks.values():
            assert [it for it in hook.received if not it.is_signed_with(hook.secret)] == []


@pytest.fixture(scope="session")
def team(
    api: Client,
    receiver: WebhookReceiver,
    new_name: Callable[[str], str],
    new_integration: Callable[..., Sender],
) -> Team:
    """Makes who is paged, and by what."""
    return Team(api, receiver, new_name, new_integration)


@pytest.fixture(scope="session")
def clone(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Clone:  # noqa: ARG001 - built what is copied
    """The repository as a stranger has it, with a state of its own."""
    return Clone.into(tmp_path_factory.mktemp("stranger") / "tocsin")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A terminal of a reader of the documents."""
    return Shell(home=tmp_path, folder=tmp_path)


@pytest.fixture(scope="session")
def payments(
    tmp_path_factory: pytest.TempPathFactory,
    receiver: WebhookReceiver,
    aws_environment: None,  # noqa: ARG001 - no real AWS
) -> Iterator[FiledTeam]:
    """A stack for teams' files, started with one as `make run TEAM=` does it."""
    folder = tmp_path_factory.mktemp("teams")
    team = folder / "started.yaml"
    team.write_text(STARTED)
    options = Options(state=tmp_path_factory.mktemp("payments"), fresh=True, team=team)
    watchers = Watchers(step=lambda step: sys.stderr.writelines([f"payments' stack: {step}\n"]))
    with start(options, watchers) as running:
        yield first_team(running, receiver, folder)
