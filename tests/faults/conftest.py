"""Stories told once without faults, and how much went wrong in all runs together."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from bench.embedded_dynamodb import embedded_dynamodb
from local.stack.aws import REGION, ROOT_CREDENTIALS, Aws
from tests.faults.runs import TALLY, Calm, calm
from tests.faults.stories import STORIES
from tocsin.adapters.aws_json import AwsJsonClient, Service
from tocsin.adapters.aws_signature import Credentials


@pytest.fixture(scope="session")
def embedded() -> Iterator[Aws]:
    with embedded_dynamodb() as aws:
        yield aws


@pytest.fixture
def client_of(embedded: Aws) -> Iterator[Callable[[Service], AwsJsonClient]]:
    """Makes clients of the embedded AWS, each with a connection of its own."""
    credentials = Credentials(
        access_key=ROOT_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        secret_key=ROOT_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    made: list[AwsJsonClient] = []

    def make(service: Service) -> AwsJsonClient:
        made.append(
            AwsJsonClient(
                service, region=REGION, credentials=lambda: credentials, endpoint=embedded.endpoint
            )
        )
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def calms(template: dict[str, Any]) -> Callable[[str], Calm]:
    named = {story.name: story for story in STORIES}
    return cache(lambda name: calm(named[name], template))


@pytest.fixture(params=[story.name for story in STORIES])
def story(request: pytest.FixtureRequest, calms: Callable[[str], Calm]) -> Calm:
    """Each story, without faults."""
    return calms(request.param)


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401 - pytest's own
    """Say how much was tried: a run that tried nothing proves nothing."""
    if not TALLY.plans + TALLY.kill_points:
        return
    terminalreporter.section("fault runs")
    for line in TALLY.lines():
        terminalreporter.write_line(line)
