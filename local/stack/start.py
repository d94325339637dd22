"""Starts and stops the local stack, for `make run`, tests and benchmarks."""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from local.outbox.front import TOPIC, OutboxFront
from local.outbox.kept_messages import KeptMessage, Outbox, reader
from local.stack.aws import Aws
from local.stack.build import Build, build
from local.stack.deploy import STACK_NAME, Wanted, deploy, is_deployed
from local.stack.deployment import Deployment
from local.stack.example_device import example_device
from local.stack.example_people import example_people
from local.stack.example_team import (
    Integration,
    admin_key,
    as_json,
    example_team,
    integrations_of,
)
from local.stack.function_logs import FunctionLogs, LogLine
from local.stack.gateway import Gateway, RequestServed
from local.stack.ministack import Ministack
from local.stack.places import ROOT, Places, write_json
from local.stack.prerequisites import (
    LocalStackError,
    check_disk,
    check_port,
    check_programs,
    check_python,
    free_port,
)
from local.stack.request_log import RequestLog
from local.stack.warm_up import warm_up
from tocsin_cli.errors import FailedError
from tocsin_cli.template import TemplateFile, read_team, write_joined

LOCK_SECONDS = 10
LOG_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Watchers:
    """Callbacks; those for requests and logs are called from threads of the stack."""

    step: Callable[[str], None] = lambda _: None
    request: Callable[[RequestServed], None] = lambda _: None
    log: Callable[[LogLine], None] = lambda _: None
    push: Callable[[KeptMessage], None] = lambda _: None
    """Of a push that came to the outbox."""


@dataclass(frozen=True, kw_only=True)
class Options:
    port: int = 0
    """0 for any free one, here and in `aws_port`."""
    aws_port: int = 0
    fresh: bool = False
    """Discard the state of earlier runs."""
    has_people: bool = False
    """Whether the example people and policy are registered; without, alerts page no one."""
    team: Path | None = None
    """The team's file, which is deployed too."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the template, in place of those of samconfig.toml; an empty one leaves the default."""
    counts_requests: bool = False
    """Whether what functions ask of DynamoDB and SQS is counted, which costs some time."""
    state: Path = ROOT / ".local"
    root: Path = ROOT


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Runs until `stop`; as a context manager, until the end of its block."""

    url: str
    api_key: str
    """The first admin key."""
    integrations: dict[str, Integration]
    team: TemplateFile | None
    """The team's file that was deployed with it."""
    aws: Aws
    deployment: Deployment
    places: Places
    ministack: Ministack
    running: ExitStack = field(repr=False)

    def stop(self) -> None:
        """End all that was started, newest first, and keep the state."""
        self.running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(options: Options, watchers: Watchers | None = None) -> Stack:
    """Start everything, or leave nothing running.

    Raises:
        LocalStackError: Something is missing or failed; what had been started is ended.
    """
    with ExitStack() as running:
        return _Startup(options, watchers or Watchers(), running).run()


class _Startup:
    def __init__(self, options: Options, watchers: Watchers, running: ExitStack) -> None:
        self._options = options
        self._watchers = watchers
        self._running = running
        self._places = Places(root=options.root, kept=options.state.resolve())
        self._port = options.port or free_port()
        self._aws_port = options.aws_port or free_port()
        self._is_half_deployed = False

    def run(self) -> Stack:
        python = self._places.root / ".venv-stack" / "bin" / "python"
        check_python()
        check_programs(python)
        check_disk(self._places.kept)
        lock = self._running.enter_context(_only_one(self._places))
        self._check_ports()
        team = _read(self._options.team)
        _make_room(self._places, fresh=self._options.fresh)
        self._watchers.step("building functions and layer, if they changed")
        made = build(self._places)
        ministack = self._start_ministack(python, lock)
        deployment = self._deploy(ministack.aws, made, team)
        gateway = self._start_gateway(ministack.aws, deployment)
        self._watchers.step("registering the example team")
        key = admin_key(ministack.aws)
        integrations = example_team(gateway.url, key, self._places)
        if self._options.has_people:
            example_people(gateway.url, key)
            example_device(gateway.url, key)
        self._watchers.step("starting the functions")
        warm_up(ministack.aws, deployment)
        if team is not None:
            integrations |= integrations_of(team, ministack.aws)
        self._announce(gateway.url, key, integrations)
        return Stack(
            url=gateway.url,
            api_key=key,
            integrations=integrations,
            team=team,
            aws=ministack.aws,
            deployment=deployment,
            places=self._places,
            ministack=ministack,
            running=self._running.pop_all(),
        )

    def _check_ports(self) -> None:
        """After the lock: an earlier stack may have been releasing them."""
        check_port(self._port, variable="PORT")
        check_port(self._aws_port, variable="AWS_PORT")

    def _start_ministack(self, python: Path, lock: int) -> Ministack:
        self._watchers.step("starting the embedded AWS")
        self._running.callback(self._discard_half_a_stack)
        ministack = Ministack.start(
            python=python,
            port=self._aws_port,
            places=self._places,
            held=lock,
            counts_requests=self._options.counts_requests,
        )
        self._running.callback(ministack.stop)
        return ministack

    def _discard_half_a_stack(self) -> None:
        """A later start could not continue from a failed deployment, which holds no data."""
        if self._is_half_deployed:
            shutil.rmtree(self._places.aws, ignore_errors=True)

    def _deploy(self, aws: Aws, made: Build, team: TemplateFile | None) -> Deployment:
        self._watchers.step("deploying with sam deploy, if anything changed")
        self._is_half_deployed = not is_deployed(aws)
        what = Wanted(
            public_url=f"http://127.0.0.1:{self._port}",
            parameters={**({"TeamName": team.team} if team else {}), **self._options.parameters},
            template=write_joined(made.template, team) if team else None,
        )
        deployment = deploy(aws, made, what, self._places)
        self._is_half_deployed = False
        return deployment

    def _start_gateway(self, aws: Aws, deployment: Deployment) -> Gateway:
        logs = FunctionLogs(
            aws,
            {key: function.log_group for key, function in deployment.functions.items()},
            self._places.logs / "functions.log",
            self._watchers.log,
        )
        logs.start()
        self._running.callback(logs.stop)
        requests = RequestLog(self._places.logs / "requests.log", self._watchers.request)
        self._running.callback(requests.close)
        gateway = Gateway(
            port=self._port,
            target=f"{aws.endpoint}/_aws/execute-api/{deployment.api_id}/$default",
            watcher=requests.add,
            own_pages=self._outbox(aws).answer,
        )
        gateway.start()
        self._running.callback(gateway.stop)
        self._subscribe(aws, deployment, gateway.url)
        return gateway

    def _outbox(self, aws: Aws) -> OutboxFront:
        topics = aws.client("sns")
        return OutboxFront(
            Outbox(self._places.kept / "outbox.jsonl", reader(aws.endpoint)),
            tell=self._watchers.push,
            confirm=lambda topic, token: topics.confirm_subscription(TopicArn=topic, Token=token),
        )

    def _subscribe(self, aws: Aws, deployment: Deployment, url: str) -> None:
        """Let the outbox hear the backstop topic: the embedded AWS mails and texts nobody."""
        aws.client("sns").subscribe(
            TopicArn=deployment.ids["BackstopTopic"],
            Protocol="http",
            Endpoint=f"{url}{TOPIC}",
        )

    def _announce(self, url: str, key: str, team: dict[str, Integration]) -> None:
        ready = self._places.ready
        self._running.callback(ready.unlink, missing_ok=True)
        write_json(ready, {"url": url, "api_key": key, "integrations": as_json(team)})


def _read(team: Path | None) -> TemplateFile | None:
    """Read a team's file.

    Raises:
        LocalStackError: Names all that is wrong with it.
    """
    try:
        if team is None:
            return None
        stack = f"/tocsin/{STACK_NAME}"
        return read_team(team, at=datetime.now(UTC), stack=stack, allows_private=True)
    except FailedError as error:
        raise LocalStackError(str(error)) from error


@contextmanager
def _only_one(places: Places) -> Iterator[int]:
    """Lock the state for one stack; ministack inherits the lock until it has saved the state."""
    places.kept.mkdir(parents=True, exist_ok=True)
    with places.lock.open("a+") as lock:
        _wait_for(lock.fileno(), places)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()


def _wait_for(lock: int, places: Places) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline or places.ready.exists():
                raise LocalStackError(_already_running(places)) from None
            # The stack before may be saving its state.
            time.sleep(0.1)
        else:
            return


def _already_running(places: Places) -> str:
    return (
        f"A local stack already runs on {places.kept} (process {places.lock.read_text()}): "
        "stop it with Ctrl-C in its terminal, or with kill and its process id."
    )


def _make_room(places: Places, *, fresh: bool) -> None:
    places.ready.unlink(missing_ok=True)
    if fresh:
        places.secrets.unlink(missing_ok=True)
        (places.kept / "outbox.jsonl").unlink(missing_ok=True)
        for folder in (places.aws, places.logs):
            shutil.rmtree(folder, ignore_errors=True)
    places.logs.mkdir(exist_ok=True)
    places.logs.chmod(0o700)  # messages shown there hold links that act
    for log in places.logs.glob("*.log"):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
